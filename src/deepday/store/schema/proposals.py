"""What an assistant proposed, until its person has decided."""

from sqlalchemy import Column, Index, Integer, Table, Text

from deepday.store.schema.base import Long, Words, metadata

proposal = Table(
    "proposal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("date", Integer, nullable=False),  # a proleptic Gregorian ordinal, as in plan_day
    Column("to_date", Integer, nullable=False),  # of a move; 0: none
    Column("why", Words, nullable=False),  # the assistant's words
    Column("assistant", Words, nullable=False),  # what it calls itself
    Column("state", Text, nullable=False),
    Column("proposed_at", Long, nullable=False),
    Column("decided_at", Long, nullable=False),  # 0: not yet
    Index(None, "person", "state"),
    sqlite_strict=True,
)
