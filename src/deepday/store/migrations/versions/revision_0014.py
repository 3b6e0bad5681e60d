"""Meetings that a person wants in their calendar."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision: str | None = "0011"

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "meeting",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column("end", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.Column("made_at", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meeting"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_meeting_person", "meeting", ["person"])
