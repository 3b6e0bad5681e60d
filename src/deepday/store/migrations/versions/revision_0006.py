"""Urgent requests: the inbox, the requests and what they ask, the outbox, and how far histories were read."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "inbox",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("at", _LONG, nullable=False),
        sa.Column("received_at", _LONG, nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name="pk_inbox"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_inbox_state", "inbox", ["state"])
    op.create_index("ix_inbox_source_subject", "inbox", ["source", "subject"])
    op.create_table(
        "request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("at", _LONG, nullable=False),
        sa.Column("received_at", _LONG, nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("until", _LONG, nullable=False),
        sa.Column("deadline", _LONG, nullable=False),
        sa.Column("final_at", _LONG, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("reopens", sa.Text(), nullable=False),
        sa.Column("in_digest", sa.Integer(), nullable=False),
        sa.Column("cleared", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_request"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_request_source_key", "request", ["source", "key"])
    op.create_index("ix_request_person_received_at", "request", ["person", "received_at"])
    op.create_index("ix_request_final_at_deadline", "request", ["final_at", "deadline"])
    op.create_index("ix_request_source_conversation_final_at", "request", ["source", "conversation", "final_at"])
    op.create_table(
        "request_text",
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("at", _LONG, nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("delete_at", _LONG, nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_request_text_key_id"),
        sa.PrimaryKeyConstraint("request", name="pk_request_text"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_request_text_delete_at", "request_text", ["delete_at"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", _LONG, nullable=False),
        sa.Column("next_at", _LONG, nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("claimed_at", _LONG, nullable=False),
        sa.Column("sent_ref", sa.Text(), nullable=False),
        sa.Column("sent_at", _LONG, nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_outbox_state_next_at", "outbox", ["state", "next_at"])
    op.create_index("ix_outbox_person_to", "outbox", ["person", "to"])
    op.create_index("ix_outbox_request", "outbox", ["request"])
    op.create_table(
        "watermark",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("reached", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("source", "conversation", name="pk_watermark"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
