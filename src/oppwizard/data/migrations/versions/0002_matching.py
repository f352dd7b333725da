"""The keys by which accounts are found that may be the same; they are filled when they are first asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "match_name",
        sa.Column("seq", _NUMBER, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kept", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_match_name_account_id", "match_name", ["account_id"], unique=True)
    op.create_table(
        "match_key",
        sa.Column("key", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("seq", _NUMBER, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("key", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "match_state",
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("version"),
    )


def downgrade() -> None:
    for name in ("match_state", "match_key", "match_name"):
        op.drop_table(name)
