"""The score with what it is made of, and what was said of records that look alike."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("opportunity", sa.Column("score", sa.Integer(), nullable=False, server_default="-1"))
    op.add_column("opportunity", sa.Column("score_base", sa.Integer(), nullable=False, server_default="-1"))
    op.add_column("opportunity", sa.Column("last_talk_on", sa.Date(), nullable=True))
    op.create_index("ix_opportunity_list_score", "opportunity", ["status", "score", "id"])
    op.create_table(
        "deal_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("other_title", sa.String(2200), nullable=False),
        sa.Column("relation", sa.String(40), nullable=False),
        sa.Column("because", sa.String(1000), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"]),
    )
    op.create_index("ix_deal_link_opportunity_id", "deal_link", ["opportunity_id"])


def downgrade() -> None:
    op.drop_table("deal_link")
    op.drop_index("ix_opportunity_list_score", "opportunity")
    for name in ("last_talk_on", "score_base", "score"):
        op.drop_column("opportunity", name)
