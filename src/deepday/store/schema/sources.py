"""Calendars and chat activity, as imported or synced, and what belongs to the installation."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from deepday.store.schema.base import Long, Words, metadata, source_id

source = Table(
    "source",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Words, nullable=False),
    Column("location", Words, nullable=False),
    Column("digest", Text, nullable=False),
    Column("etag", Words, nullable=False),
    Column("last_modified", Words, nullable=False),
    Column("written_at", Long, nullable=False),
    Column("imported_at", Long, nullable=False),
    UniqueConstraint("kind", "name"),
    sqlite_strict=True,
)

event = Table(
    "event",
    metadata,
    source_id(),
    Column("uid", Words, primary_key=True),
    Column("recurrence_id", Words, primary_key=True),
    Column("all_day", Integer, primary_key=True, autoincrement=False),
    # Of a timed event UTC seconds; of an all-day one proleptic Gregorian ordinals (1 is 0001-01-01), because a date is
    # no instant. The end is exclusive in both.
    Column("start", Long, primary_key=True, autoincrement=False),
    # What the vendor counts as one thing, under its own id; empty for what was imported from a file.
    Column("object", Words, primary_key=True, default=""),
    Column("end", Long, nullable=False),
    Column("show_as", Text, nullable=False),
    Column("response", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("people", Integer),
    Column("sequence", Long, nullable=False),
    Column("updated", Long, nullable=False),
    Column("title", Words),
    Column("organiser", Integer),  # whether the owner organises it; NULL: not known
    Column("outsiders", Integer),  # whether people of other organisations take part; NULL: not known
    Index(None, "source_id", "object"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("pseudonym", Text, nullable=False),
    Column("kind", Text, nullable=False),
    UniqueConstraint("pseudonym"),
    sqlite_strict=True,
)

# Two exports may hold the same message. Each keeps its own row, so that forgetting one leaves the other whole. Time
# comes first in the key: a window is one stretch of the table, already in order.
message = Table(
    "message",
    metadata,
    Column("at", Long, primary_key=True, autoincrement=False),
    Column("micros", Integer, primary_key=True, autoincrement=False),
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True, autoincrement=False),
    source_id(),
    Column("outgoing", Integer, nullable=False),
    Column("mention", Integer, nullable=False),
    Index(None, "conversation_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

coverage = Table(
    "coverage",
    metadata,
    source_id(),
    Column("start", Long, primary_key=True, autoincrement=False),
    Column("end", Long, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

skipped = Table(
    "skipped",
    metadata,
    source_id(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("origin", Words, nullable=False),
    Column("place", Words, nullable=False),
    Column("reason", Words, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

sync = Table(
    "sync",
    metadata,
    source_id(),
    Column("provider", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("remote", Words, nullable=False),  # the vendor's id of the calendar; empty for chat activity
    Column("is_primary", Integer, nullable=False),  # 1: the account's own calendar, which is always read
    Column("cursor", Text, nullable=False),  # empty before the first page
    Column("window_start", Long, nullable=False),
    Column("window_end", Long, nullable=False),
    # When the round of reading that is under way began, and the last one that came to its end; 0: none.
    Column("began_at", Long, nullable=False),
    Column("synced_at", Long, nullable=False),
    Index(None, "provider", "account"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
