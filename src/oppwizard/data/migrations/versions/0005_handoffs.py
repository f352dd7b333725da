"""Activities with their subject, both sides and commitments; attached files; handoffs; more to know a company by."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_WHO = sa.String(200)


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
    op.add_column("opportunity", sa.Column("use_cases", sa.String(20000), nullable=True))
    op.add_column("account", sa.Column("website", sa.String(1000), nullable=True))
    op.add_column("account", sa.Column("company_number", sa.String(1000), nullable=True))
    op.add_column("touchpoint", sa.Column("subject", sa.String(1000), nullable=True))
    op.add_column("touchpoint", sa.Column("ours", sa.String(1000), nullable=True))
    op.add_column("touchpoint", sa.Column("commitments", sa.String(20000), nullable=True))
    op.add_column("touchpoint", sa.Column("source_id", sa.String(1000), nullable=False, server_default=""))
    _part(
        "attachment",
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("author", _WHO, nullable=False),
    )
    _part(
        "handoff_tick",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("point", sa.String(60), nullable=False),
        sa.Column("who", _WHO, nullable=False),
    )
    _part(
        "handoff",
        sa.Column("packet", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", _WHO, nullable=False),
        sa.Column("sender", _WHO, nullable=False),
        sa.Column("receiver", _WHO, nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("comment", sa.String(2000), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("complete", sa.Integer(), nullable=True),
    )
    op.create_table(
        "blob",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )


def downgrade() -> None:
    for name in ("blob", "handoff", "handoff_tick", "attachment"):
        op.drop_table(name)
    for name in ("source_id", "commitments", "ours", "subject"):
        op.drop_column("touchpoint", name)
    op.drop_column("account", "company_number")
    op.drop_column("account", "website")
    op.drop_column("opportunity", "use_cases")
