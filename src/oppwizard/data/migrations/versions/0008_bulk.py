"""What exports of many records need not work out: the measure as files have it, and who judged the record."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns; records are judged anew until they are saved again."""
    op.add_column("opportunity", sa.Column("sizing", sa.Text(), nullable=True))
    op.add_column("opportunity", sa.Column("judged_by", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("opportunity") as deal:
        deal.drop_column("judged_by")
        deal.drop_column("sizing")
