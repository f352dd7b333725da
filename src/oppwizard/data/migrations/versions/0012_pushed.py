"""What CRMs were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the memory of pushes."""
    op.create_table(
        "pushed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("crm", sa.String(20), nullable=False),
        sa.Column("target", sa.String(400), nullable=False),
        sa.Column("sheet", sa.String(200), nullable=False),
        sa.Column("identity", sa.String(400), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("filled", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.String(200), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("crm", "target", "identity", "sheet"),
    )
    op.create_index("ix_pushed_crm_target_record_id", "pushed", ["crm", "target", "record_id"])


def downgrade() -> None:
    """Forget what was sent; sending it again changes nothing there."""
    op.drop_table("pushed")
