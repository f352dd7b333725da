"""Records whose figures are of older rules are found quickly; a team's rules are brought to this version."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index; the functions of a server are made anew after every migration."""
    op.create_index("ix_opportunity_judged_by", "opportunity", ["judged_by", "id"])


def downgrade() -> None:
    """Take the index away."""
    op.drop_index("ix_opportunity_judged_by", "opportunity")
