"""What providers of facts propose, and the fields that they know and nobody asked for before."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("technologies", sa.String(20000), nullable=True))
    op.add_column("account", sa.Column("intent", sa.String(20000), nullable=True))
    op.add_column("contact", sa.Column("profile", sa.String(1000), nullable=True))
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("provider", sa.String(60), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("confidence", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"]),
    )
    op.create_index("ix_proposal_opportunity_id", "proposal", ["opportunity_id"])


def downgrade() -> None:
    op.drop_table("proposal")
    op.drop_column("contact", "profile")
    op.drop_column("account", "intent")
    op.drop_column("account", "technologies")
