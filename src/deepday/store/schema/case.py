"""The table of the case: what a person noted about themselves, and their tasks. The text is sealed like tokens are."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from deepday.store.schema.base import Long, metadata

case_entry = Table(
    "case_entry",
    metadata,
    Column("kind", Text, primary_key=True),  # wellbeing or tasks
    Column("number", Integer, primary_key=True, autoincrement=False),  # of a note its date's ordinal, of tasks 0
    Column("key_id", ForeignKey("data_key.id"), nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("changed_at", Long, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
