"""The answers to the organisation's own fields."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column that holds them by name."""
    op.add_column("opportunity", sa.Column("custom", sa.Text(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("opportunity") as deal:
        deal.drop_column("custom")
