"""Deals of the past, imported to hold close dates and amounts against."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NAME = sa.String(1000)


def upgrade() -> None:
    op.create_table(
        "past_deal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(400), nullable=False),
        *(sa.Column(name, _NAME, nullable=True) for name in ("account", "product", "segment", "rep")),
        sa.Column("currency", sa.String(3), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("amount", "list_price", "discount")),
        sa.Column("opened", sa.Date(), nullable=True),
        sa.Column("closed", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_past_deal_key", "past_deal", ["key"], unique=True)


def downgrade() -> None:
    op.drop_table("past_deal")
