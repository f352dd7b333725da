"""Records whose figures are of older rules are found quickly; a team's rules are brought to this version."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


_OLD = """
UPDATE opportunity SET judged_by = 0 WHERE judged_by <> 0 AND (
  EXISTS (SELECT 1 FROM account a WHERE a.id = opportunity.account_id AND a.updated_at > opportunity.updated_at)
  OR EXISTS (SELECT 1 FROM stakeholder s JOIN contact c ON c.id = s.contact_id
    WHERE s.opportunity_id = opportunity.id AND c.updated_at > opportunity.updated_at))
"""


def upgrade() -> None:
    """Make the index, and mark what was changed from elsewhere; a server's functions are made anew after it."""
    op.create_index("ix_opportunity_judged_by", "opportunity", ["judged_by", "id"])
    op.execute(_OLD)


def downgrade() -> None:
    """Take the index away."""
    op.drop_index("ix_opportunity_judged_by", "opportunity")
