"""Planned days and who covers them; what planning needs to know of an event: its organiser, outsiders."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, add the columns; for the events that are there they are not known."""
    op.add_column("event", sa.Column("organiser", sa.Integer(), nullable=True))
    op.add_column("event", sa.Column("outsiders", sa.Integer(), nullable=True))
    op.create_table(
        "plan_day",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("date", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changed_at", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("person", "date", name="pk_plan_day"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "plan_cover",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("date", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("covered_by", sa.Text(), nullable=False),
        sa.Column("changed_at", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("person", "date", "role", "topic", "number", name="pk_plan_cover"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "plan_consent",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("point_person", sa.Text(), nullable=False),
        sa.Column("date", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("changed_at", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("person", "point_person", "date", name="pk_plan_consent"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
