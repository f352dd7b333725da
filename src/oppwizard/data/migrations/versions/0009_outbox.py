"""Messages that wait to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the outbox."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(600), nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(300), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("title", sa.String(1_000), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("problem", sa.String(1_000), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_outbox_state_next_at", "outbox", ["state", "next_at"])
    op.create_index("ix_outbox_record_id_event", "outbox", ["record_id", "event"])


def downgrade() -> None:
    """Take it away, with what was not sent yet."""
    op.drop_table("outbox")
