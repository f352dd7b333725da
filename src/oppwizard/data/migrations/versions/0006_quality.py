"""Reviews by managers and peers, closing, what was forecast at creation, and what audits count."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WHO = sa.String(200)
_LINE = sa.String(1000)
_AUDITED = (
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


def _deal() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("created_by", _WHO, nullable=False, server_default=""),
        sa.Column("team", _WHO, nullable=False, server_default=""),
        sa.Column("review", sa.String(40), nullable=True),
        sa.Column("review_since", sa.DateTime(), nullable=True),
        sa.Column("first_close_on", sa.Date(), nullable=True),
        sa.Column("first_amount", sa.BigInteger(), nullable=True),
        sa.Column("first_probability", sa.BigInteger(), nullable=True),
        sa.Column("first_score", sa.Integer(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_amount", sa.BigInteger(), nullable=True),
        sa.Column("close_reason", _LINE, nullable=True),
        sa.Column("lost_to", _LINE, nullable=True),
        sa.Column("answered", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("answered_rows", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("faults", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("facts_version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("manager", _LINE, nullable=True),
    )


def _part(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"]),
    )
    op.create_index(f"ix_{name}_opportunity_id", name, ["opportunity_id"])


def upgrade() -> None:
    for column in _deal():
        op.add_column("opportunity", column)
    op.create_index("ix_opportunity_review", "opportunity", ["review", "review_since", "id"])
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_opportunity_audit", "opportunity", list(_AUDITED))
    _part(
        "review",
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("reviewer", _WHO, nullable=False),
        sa.Column("decision", sa.String(40), nullable=False),
        sa.Column("comment", sa.String(20000), nullable=False),
        sa.Column("answers", sa.String(20000), nullable=False),
        sa.Column("became", sa.String(40), nullable=True),
    )
    _part(
        "remark",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("place", _WHO, nullable=False),
        sa.Column("body", sa.String(2000), nullable=False),
        sa.Column("author", _WHO, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by", _WHO, nullable=False),
        sa.Column("reply", sa.String(2000), nullable=False),
    )
    _part(
        "peer_review",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("author", _WHO, nullable=False),
        sa.Column("presenter", _WHO, nullable=False),
        sa.Column("attendees", _LINE, nullable=False),
        sa.Column("minutes", sa.String(40), nullable=False),
        sa.Column("summary", sa.String(20000), nullable=False),
    )
    _part(
        "peer_point",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("body", sa.String(2000), nullable=False),
        sa.Column("owner", _WHO, nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("who", _WHO, nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rules", _WHO, nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_index("ix_opportunity_review", "opportunity")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_opportunity_audit", "opportunity")
    for name in ("audit", "peer_point", "peer_review", "remark", "review"):
        op.drop_table(name)
    for column in reversed(_deal()):
        op.drop_column("opportunity", column.name)
