"""What a person noted about themselves, and their tasks, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "case_entry",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("kind", "number", name="pk_case_entry"),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_case_entry_key_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
