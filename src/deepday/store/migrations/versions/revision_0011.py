"""Titles that we may have given an event, as fingerprints: an event of before has none, and keeps the title it has."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"


def upgrade() -> None:
    """Add the column."""
    op.add_column("ledger", sa.Column("titles", sa.Text(), nullable=False, server_default=""))
