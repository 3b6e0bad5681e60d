"""Live sources: objects with vendors' ids, cursors, and how to open an account."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEPT = (
    'source_id, uid, recurrence_id, all_day, start, "end", show_as, response, kind, cancelled, people, sequence, '
    "updated, title"
)


def upgrade() -> None:
    """Rebuild the events with a wider key, rebuild the sign-ins with one column more, make the cursors."""
    op.execute("CREATE TABLE event_before AS SELECT * FROM event")
    op.drop_table("event")
    op.create_table(
        "event",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("recurrence_id", sa.Text(), nullable=False),
        sa.Column("all_day", sa.Integer(), nullable=False),
        sa.Column("start", _LONG, nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("end", _LONG, nullable=False),
        sa.Column("show_as", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("sequence", _LONG, nullable=False),
        sa.Column("updated", _LONG, nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_event_source_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "uid", "recurrence_id", "all_day", "start", "object", name="pk_event"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_event_source_id_object", "event", ["source_id", "object"])
    op.execute(f"INSERT INTO event ({_KEPT}, object) SELECT {_KEPT}, '' FROM event_before")  # noqa: S608 - no input
    op.drop_table("event_before")
    op.create_table(
        "sync",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("remote", sa.Text(), nullable=False),
        sa.Column("is_primary", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("window_start", _LONG, nullable=False),
        sa.Column("window_end", _LONG, nullable=False),
        sa.Column("began_at", _LONG, nullable=False),
        sa.Column("synced_at", _LONG, nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_sync_source_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", name="pk_sync"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sync_provider_account", "sync", ["provider", "account"])
    with op.batch_alter_table(
        "sign_in", recreate="auto", table_kwargs={"sqlite_strict": True, "sqlite_with_rowid": False}
    ) as batch:
        batch.add_column(sa.Column("options", sa.Text(), nullable=False, server_default="{}"))
        batch.alter_column("options", server_default=None)
