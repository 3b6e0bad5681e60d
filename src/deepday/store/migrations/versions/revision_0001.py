"""The first tables: sources, calendar events, chat activity."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("written_at", _LONG, nullable=False),
        sa.Column("imported_at", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
        sa.UniqueConstraint("kind", "name", name="uq_source_kind_name"),
        sqlite_strict=True,
    )
    op.create_table(
        "conversation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint("pseudonym", name="uq_conversation_pseudonym"),
        sqlite_strict=True,
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    _of_a_source(
        "event",
        "source_id, uid, recurrence_id, all_day, start",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("recurrence_id", sa.Text(), nullable=False),
        sa.Column("all_day", sa.Integer(), nullable=False),
        sa.Column("start", _LONG, nullable=False),
        sa.Column("end", _LONG, nullable=False),
        sa.Column("show_as", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("sequence", _LONG, nullable=False),
        sa.Column("updated", _LONG, nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
    )
    _of_a_source(
        "coverage",
        "source_id, start",
        sa.Column("start", _LONG, nullable=False),
        sa.Column("end", _LONG, nullable=False),
    )
    _of_a_source(
        "skipped",
        "source_id, position",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_table(
        "message",
        sa.Column("at", _LONG, nullable=False),
        sa.Column("micros", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("outgoing", sa.Integer(), nullable=False),
        sa.Column("mention", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_message_conversation_id"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_message_source_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("at", "micros", "conversation_id", "source_id", name="pk_message"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_message_conversation_id", "message", ["conversation_id"])


def _of_a_source(name: str, key: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("source_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=f"fk_{name}_source_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(*key.split(", "), name=f"pk_{name}"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
