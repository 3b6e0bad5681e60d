"""Meetings that a person wants in their calendar: the first talk, and the check-in."""

from sqlalchemy import Column, Index, Integer, Table, Text

from deepday.store.schema.base import Long, Words, metadata

meeting = Table(
    "meeting",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("sort", Text, nullable=False),  # talk, check-in: of each there is one to come
    # Naive ISO 8601, on the clocks of the zone.
    Column("start", Text, nullable=False),
    Column("end", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("title", Words, nullable=False),
    Column("agenda", Words, nullable=False),
    Column("approved", Integer, nullable=False),  # 1: it was among changes that its person agreed to
    Column("made_at", Long, nullable=False),
    Index(None, "person"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
