"""Declining invitations: the switch of each person, and every answer that was given."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "decline_switch",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("since", _LONG, nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("previewed", sa.Text(), nullable=False),
        sa.Column("previewed_at", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_decline_switch"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "decline",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("invitation", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("start", _LONG, nullable=False),
        sa.Column("end", _LONG, nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("wrote_at", _LONG, nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person", "provider", "account", "calendar", "invitation", name="pk_decline"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_decline_person_state", "decline", ["person", "state"])
