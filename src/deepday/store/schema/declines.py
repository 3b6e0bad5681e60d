"""What is known of declining invitations: the switch of each person, and every answer that was given."""

from sqlalchemy import Column, Index, Integer, Table, Text

from deepday.store.schema.base import Long, Words, metadata

decline_switch = Table(
    "decline_switch",
    metadata,
    Column("person", Text, primary_key=True),
    Column("since", Long, nullable=False),  # 0: off
    Column("rules", Text, nullable=False),  # fingerprint of the rules that it was switched on with
    Column("previewed", Text, nullable=False),  # that of the rules that were previewed last
    Column("previewed_at", Long, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# Neither titles nor who asked: when and for which block is all that is kept of an invitation.
decline = Table(
    "decline",
    metadata,
    Column("person", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("calendar", Words, primary_key=True),
    Column("invitation", Words, primary_key=True),  # the vendor's id
    Column("block", Text, nullable=False),
    Column("start", Long, nullable=False),
    Column("end", Long, nullable=False),
    Column("etag", Words, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("wrote_at", Long, nullable=False),
    Column("problem", Words, nullable=False),
    Column("epoch", Integer, nullable=False),
    Index(None, "person", "state"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
