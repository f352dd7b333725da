"""The indexes that lists need: declared here, because the model knows nothing of how it is searched.

Every list is read one status at a time and merged, so that each index starts with the status and yields its rows in
the list's order; without it SQLite sorts the whole table for one page.
"""

from typing import Final

from sqlalchemy import Index, Table

SORT_COLUMNS: Final = ("updated_at", "close_on", "amount", "title", "open_points", "score")
"""The columns a list may be sorted by."""

FILTER_COLUMNS: Final = ("status", "currency", "amount", "open_stage", "is_sample", "owner", "search_key", "id")
"""The columns that filters and totals look at: read from a narrow index, not from the wide rows."""

AUDIT_COLUMNS: Final = (
    "status",
    "is_sample",
    "owner",
    "created_by",
    "open_stage",
    "team",
    "currency",
    "amount",
    "score",
    "probability",
    "answered",
    "answered_rows",
    "faults",
    "facts_version",
    "created_at",
    "last_talk_on",
    "pipeline_on",
    "close_on",
    "first_close_on",
    "first_amount",
    "first_probability",
    "first_score",
    "closed_on",
    "closed_amount",
    "lost_to",
    "account_id",
    "id",
)
"""The columns that audits and results count: a narrow table beside the wide one, which the database keeps by itself."""


def attach(opportunity: Table, account: Table, contact: Table) -> None:
    """Declare the list indexes on the tables of the model; once per process."""
    for column in SORT_COLUMNS:
        Index(f"ix_opportunity_list_{column}", *(opportunity.c[name] for name in ("status", column, "id")))
    Index("ix_opportunity_owner", *(opportunity.c[name] for name in ("owner", "status", "updated_at", "id")))
    filters = Index("ix_opportunity_filter", *(opportunity.c[name] for name in FILTER_COLUMNS))
    filters.ddl_if(dialect="sqlite")  # PostgreSQL takes no index entries of this length; it has trigram indexes
    Index("ix_opportunity_review", *(opportunity.c[name] for name in ("review", "review_since", "id")))
    audit = Index("ix_opportunity_audit", *(opportunity.c[name] for name in AUDIT_COLUMNS))
    audit.ddl_if(dialect="sqlite")
    Index("ix_opportunity_judged_by", opportunity.c["judged_by"], opportunity.c["id"])
    Index("ix_contact_email", contact.c["email"])
    Index("ix_account_standing", account.c["standing"], account.c["name_key"])
