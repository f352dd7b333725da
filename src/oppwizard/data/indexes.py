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


def attach(opportunity: Table, account: Table) -> None:
    """Declare the list indexes on the tables of the model; once per process."""
    for column in SORT_COLUMNS:
        Index(f"ix_opportunity_list_{column}", *(opportunity.c[name] for name in ("status", column, "id")))
    Index("ix_opportunity_owner", *(opportunity.c[name] for name in ("owner", "status", "updated_at", "id")))
    filters = Index("ix_opportunity_filter", *(opportunity.c[name] for name in FILTER_COLUMNS))
    filters.ddl_if(dialect="sqlite")  # PostgreSQL takes no index entries of this length; it has trigram indexes
    Index("ix_account_standing", account.c["standing"], account.c["name_key"])
