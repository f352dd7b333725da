"""The tables of the first release."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_Columns = tuple[tuple[str, Any, bool], ...]
"""Each column's name, its type, and whether it may be empty."""
_ID = sa.Uuid()

_ROW: _Columns = (
    ("id", _ID, False),
    ("created_at", sa.DateTime(), False),
    ("updated_at", sa.DateTime(), False),
    ("revision", sa.Integer(), False),
)
_ACCOUNT: _Columns = (
    *_ROW,
    ("standing", sa.String(40), False),
    ("revenue_currency", sa.String(3), True),
    ("name_key", sa.String(1000), False),
    ("dba_key", sa.String(1000), False),
    ("dba", sa.String(1000), True),
    ("legal_name", sa.String(1000), True),
    ("industry", sa.String(1000), True),
    ("sub_industry", sa.String(1000), True),
    ("employees", sa.Integer(), True),
    ("annual_revenue", sa.BigInteger(), True),
    ("headquarters", sa.String(1000), True),
    ("decision_location", sa.String(1000), True),
    ("decision_structure", sa.String(40), True),
    ("parent_company", sa.String(1000), True),
    ("subsidiaries", sa.String(20000), True),
)
_CONTACT: _Columns = (
    *_ROW,
    ("account_id", _ID, False),
    ("standing", sa.String(40), False),
    ("name", sa.String(1000), True),
    ("title", sa.String(1000), True),
    ("email", sa.String(1000), True),
    ("phone", sa.String(1000), True),
    ("department", sa.String(1000), True),
    ("level", sa.String(40), True),
)
_OPPORTUNITY: _Columns = (
    *_ROW,
    ("account_id", _ID, False),
    ("status", sa.String(40), False),
    ("stage", sa.Integer(), False),
    ("is_sample", sa.Boolean(), False),
    ("pipeline_on", sa.Date(), True),
    ("pipeline_at", sa.DateTime(), True),
    ("set_aside_reason", sa.String(1000), True),
    ("playbook_version", sa.String(100), False),
    ("title", sa.String(2200), False),
    ("amount", sa.BigInteger(), True),
    ("open_points", sa.Integer(), False),
    ("open_stage", sa.Integer(), False),
    ("search_key", sa.String(), False),
    ("budget_status", sa.String(40), True),
    ("currency", sa.String(3), True),
    ("budget_amount", sa.BigInteger(), True),
    ("budget_high", sa.BigInteger(), True),
    ("budget_source", sa.String(1000), True),
    ("decision_maker_id", _ID, True),
    ("authority_confirmed_how", sa.String(1000), True),
    ("authority_confirmed_on", sa.Date(), True),
    ("business_problem", sa.String(20000), True),
    ("measurable_impact", sa.String(20000), True),
    ("cost_of_inaction", sa.String(1000), True),
    ("desired_state", sa.String(1000), True),
    ("success_metrics", sa.String(1000), True),
    ("who_is_affected", sa.String(1000), True),
    ("window_from", sa.Date(), True),
    ("window_to", sa.Date(), True),
    ("compelling_event", sa.String(1000), True),
    ("discovery_on", sa.Date(), True),
    ("discovery_attendees", sa.String(1000), True),
    ("pain_points", sa.String(20000), True),
    ("current_state", sa.String(20000), True),
    ("solution_fit", sa.String(40), True),
    ("fit_reason", sa.String(1000), True),
    ("evaluation_criteria", sa.String(1000), True),
    ("deciding_factors", sa.String(1000), True),
    ("vendor_relationships", sa.String(1000), True),
    ("decision_on", sa.Date(), True),
    ("go_live_on", sa.Date(), True),
    ("buying_steps", sa.String(20000), True),
    ("decision_process", sa.String(1000), True),
    ("blackout_dates", sa.String(1000), True),
    ("approval_process", sa.String(1000), True),
    ("budget_timing", sa.String(1000), True),
    ("procurement", sa.String(1000), True),
    ("signing_limits", sa.String(1000), True),
    ("term_months", sa.Integer(), True),
    ("payment_terms", sa.String(1000), True),
    ("deployment", sa.String(40), True),
    ("support_tier", sa.String(40), True),
    ("professional_services", sa.Boolean(), True),
    ("arr_override", sa.BigInteger(), True),
    ("acv_override", sa.BigInteger(), True),
    ("tcv_override", sa.BigInteger(), True),
    ("override_reason", sa.String(1000), True),
    ("integrations", sa.String(1000), True),
    ("security_compliance", sa.String(1000), True),
    ("infrastructure", sa.String(1000), True),
    ("data_migration", sa.String(1000), True),
    ("user_volume", sa.String(1000), True),
    ("performance_sla", sa.String(1000), True),
    ("rollout_scope", sa.String(1000), True),
    ("rollout_plan", sa.String(1000), True),
    ("deal_type", sa.String(40), True),
    ("primary_contact_id", _ID, True),
    ("no_influencers_because", sa.String(1000), True),
    ("name", sa.String(1000), True),
    ("close_on", sa.Date(), True),
    ("close_validated_by", sa.String(1000), True),
    ("close_validated_on", sa.Date(), True),
    ("sales_stage", sa.String(1000), True),
    ("probability", sa.BigInteger(), True),
    ("lead_source", sa.String(1000), True),
    ("owner", sa.String(1000), True),
    ("consequence_of_delay", sa.String(20000), True),
    ("next_step", sa.String(1000), True),
    ("next_step_owner", sa.String(1000), True),
    ("next_step_on", sa.Date(), True),
    ("next_step_at", sa.Time(), True),
    ("facts_confirmed", sa.Boolean(), True),
    ("initial_note", sa.String(20000), True),
    ("different_because", sa.String(1000), True),
    ("blockers_asked", sa.String(1000), True),
    ("coverage_reason", sa.String(1000), True),
    ("why_us", sa.String(20000), True),
    ("differentiators", sa.String(20000), True),
    ("objections", sa.String(20000), True),
    ("proof_points", sa.String(20000), True),
)
_STAKEHOLDER: _Columns = (
    *_ROW,
    ("opportunity_id", _ID, False),
    ("contact_id", _ID, False),
    ("roles", sa.Text(), False),
    ("influence", sa.String(40), True),
    ("reports_to_id", _ID, True),
    ("engagement", sa.String(40), True),
    ("relationship", sa.String(40), True),
    ("channel", sa.String(40), True),
    ("responsiveness", sa.String(40), True),
    ("engage_by", sa.Date(), True),
)
_LINE_ITEM: _Columns = (
    *_ROW,
    ("opportunity_id", _ID, False),
    ("sku", sa.String(1000), True),
    ("product", sa.String(1000), True),
    ("category", sa.String(40), True),
    ("quantity", sa.BigInteger(), True),
    ("unit_price", sa.BigInteger(), True),
    ("period", sa.String(40), True),
    ("pricing_model", sa.String(40), True),
    ("discount", sa.BigInteger(), True),
    ("configuration", sa.String(1000), True),
    ("tiers", sa.String(1000), True),
    ("ramp", sa.String(1000), True),
    ("commitment", sa.String(40), True),
    ("price_note", sa.String(1000), True),
)
_TEAM_MEMBER: _Columns = (
    *_ROW,
    ("opportunity_id", _ID, False),
    ("role", sa.String(40), True),
    ("name", sa.String(1000), True),
    ("not_needed_because", sa.String(1000), True),
)
_COMPETITOR: _Columns = (
    *_ROW,
    ("opportunity_id", _ID, False),
    ("name", sa.String(1000), True),
    ("kind", sa.String(40), True),
    ("strengths", sa.String(20000), True),
    ("weaknesses", sa.String(20000), True),
    ("positioning", sa.String(20000), True),
    ("counter", sa.String(20000), True),
)
_TOUCHPOINT: _Columns = (
    *_ROW,
    ("opportunity_id", _ID, False),
    ("on", sa.Date(), True),
    ("kind", sa.String(40), True),
    ("people", sa.Text(), False),
    ("outcome", sa.String(20000), True),
)
_ROLE_SEARCH: _Columns = (
    *_ROW,
    ("opportunity_id", _ID, False),
    ("role", sa.String(40), True),
    ("owner", sa.String(1000), True),
    ("due", sa.Date(), True),
)
_RISK: _Columns = (
    *_ROW,
    ("opportunity_id", _ID, False),
    ("category", sa.String(40), True),
    ("description", sa.String(1000), True),
    ("likelihood", sa.String(40), True),
    ("impact", sa.String(40), True),
    ("mitigation", sa.String(1000), True),
    ("owner", sa.String(1000), True),
    ("none_because", sa.String(1000), True),
)
_PLAN_ITEM: _Columns = (
    *_ROW,
    ("opportunity_id", _ID, False),
    ("what", sa.String(1000), True),
    ("kind", sa.String(40), True),
    ("owner", sa.String(1000), True),
    ("due", sa.Date(), True),
)
_NOTE: _Columns = (
    *_ROW,
    ("opportunity_id", _ID, False),
    ("kind", sa.String(40), False),
    ("author", sa.String(200), False),
    ("body", sa.String(20000), False),
)
_STAGE_PASSAGE: _Columns = (
    *_ROW,
    ("opportunity_id", _ID, False),
    ("stage", sa.Integer(), False),
    ("passed_by", sa.String(200), False),
    ("evidence", sa.String(), False),
)
_CHANGE: _Columns = (
    ("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), False),
    ("record_id", _ID, False),
    ("action", _ID, False),
    ("state", sa.String(40), False),
    ("op", sa.String(40), False),
    ("entity", sa.String(40), False),
    ("row_id", _ID, False),
    ("field", sa.String(60), False),
    ("old", sa.Text(), True),
    ("new", sa.Text(), True),
    ("who", sa.String(200), False),
    ("at", sa.DateTime(), False),
    ("source", sa.String(40), False),
    ("reason", sa.Text(), False),
)
_PENDING: _Columns = (
    ("record_id", _ID, False),
    ("address", sa.String(200), False),
    ("text", sa.Text(), False),
)

_INDEXES = (
    ("ix_account_name_key", "account", ("name_key",)),
    ("ix_account_dba_key", "account", ("dba_key",)),
    ("ix_account_standing", "account", ("standing", "name_key")),
    ("ix_contact_account_id", "contact", ("account_id",)),
    ("ix_opportunity_account_id", "opportunity", ("account_id",)),
    ("ix_opportunity_close_on", "opportunity", ("close_on",)),
    ("ix_opportunity_list_amount", "opportunity", ("status", "amount", "id")),
    ("ix_opportunity_list_close_on", "opportunity", ("status", "close_on", "id")),
    ("ix_opportunity_list_open_points", "opportunity", ("status", "open_points", "id")),
    ("ix_opportunity_list_title", "opportunity", ("status", "title", "id")),
    ("ix_opportunity_list_updated_at", "opportunity", ("status", "updated_at", "id")),
    ("ix_opportunity_owner", "opportunity", ("owner", "status", "updated_at", "id")),
    ("ix_stakeholder_contact_id", "stakeholder", ("contact_id",)),
    ("ix_stakeholder_opportunity_id", "stakeholder", ("opportunity_id",)),
    ("ix_line_item_opportunity_id", "line_item", ("opportunity_id",)),
    ("ix_team_member_opportunity_id", "team_member", ("opportunity_id",)),
    ("ix_competitor_opportunity_id", "competitor", ("opportunity_id",)),
    ("ix_touchpoint_opportunity_id", "touchpoint", ("opportunity_id",)),
    ("ix_role_search_opportunity_id", "role_search", ("opportunity_id",)),
    ("ix_risk_opportunity_id", "risk", ("opportunity_id",)),
    ("ix_plan_item_opportunity_id", "plan_item", ("opportunity_id",)),
    ("ix_note_opportunity_id", "note", ("opportunity_id",)),
    ("ix_stage_passage_opportunity_id", "stage_passage", ("opportunity_id",)),
    ("ix_change_record_seq", "change", ("record_id", "seq")),
)
_FILTERS = ("status", "currency", "amount", "open_stage", "is_sample", "owner", "search_key", "id")
_PARTS = {
    "line_item": _LINE_ITEM,
    "team_member": _TEAM_MEMBER,
    "competitor": _COMPETITOR,
    "touchpoint": _TOUCHPOINT,
    "role_search": _ROLE_SEARCH,
    "risk": _RISK,
    "plan_item": _PLAN_ITEM,
    "note": _NOTE,
    "stage_passage": _STAGE_PASSAGE,
}


def upgrade() -> None:
    _create("account", _ACCOUNT)
    _create("contact", _CONTACT, _refers("account"))
    _create("opportunity", _OPPORTUNITY, _refers("account"))
    _create("stakeholder", _STAKEHOLDER, _refers("opportunity"), _refers("contact"))
    for name, columns in _PARTS.items():
        _create(name, columns, _refers("opportunity"))
    _create("change", _CHANGE, key=("seq",), sqlite_autoincrement=True)
    _create("pending", _PENDING, key=("record_id", "address"))
    for index, table, names in _INDEXES:
        op.create_index(index, table, list(names))
    if op.get_context().dialect.name == "sqlite":
        op.create_index("ix_opportunity_filter", "opportunity", list(_FILTERS))
    undone = sa.text("state = 'undone'")
    op.create_index("ix_change_undone", "change", ["record_id"], sqlite_where=undone, postgresql_where=undone)


def downgrade() -> None:
    for name in ("pending", "change", *reversed(_PARTS), "stakeholder", "opportunity", "contact", "account"):
        op.drop_table(name)


def _create(
    name: str, columns: _Columns, *constraints: sa.Constraint, key: tuple[str, ...] = ("id",), **options: Any
) -> None:
    made = [sa.Column(column, kind, nullable=empty) for column, kind, empty in columns]
    op.create_table(name, *made, sa.PrimaryKeyConstraint(*key), *constraints, **options)


def _refers(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([f"{table}_id"], [f"{table}.id"])
