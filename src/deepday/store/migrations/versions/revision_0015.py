"""What assistants proposed."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision: str | None = "0014"

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("date", sa.Integer(), nullable=False),
        sa.Column("to_date", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("assistant", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_at", _LONG, nullable=False),
        sa.Column("decided_at", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
        sqlite_strict=True,
    )
    op.create_index("ix_proposal_person_state", "proposal", ["person", "state"])
