"""What protects accepted days: blocks, settings, events, leases, and the audit chain."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from deepday.store.schema.base import Long, Words, metadata

block = Table(
    "block",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    # Naive ISO 8601, on the clocks of the zone.
    Column("start", Text, nullable=False),
    Column("end", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("point_name", Words, nullable=False),  # empty: nobody
    Column("point_reach", Words, nullable=False),
    Column("backup_name", Words, nullable=False),
    Column("backup_reach", Words, nullable=False),
    Column("origin", Text, nullable=False),
    Index(None, "person"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

override = Table(
    "override",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("person", Text, nullable=False),
    Column("block", Text, nullable=False),  # empty: all of the person's
    Column("kind", Text, nullable=False),
    Column("start", Long, nullable=False),
    Column("end", Long, nullable=False),
    Column("at", Long, nullable=False),
    Column("by", Words, nullable=False),
    Column("why", Words, nullable=False),
    Index(None, "person"),
    sqlite_strict=True,
)

slot = Table(
    "slot",
    metadata,
    Column("person", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("setting", Text, primary_key=True),
    Column("phase", Text, nullable=False),
    # What was there before us, JSON, sealed: it is the person's own, and may be private. Null: not owned.
    Column("baseline", LargeBinary),
    Column("baseline_nonce", LargeBinary),
    Column("baseline_key", ForeignKey("data_key.id")),
    Column("written", Words, nullable=False),  # JSON: every value that we may have put there
    Column("settled", Words),  # JSON: what the vendor made of the last of them; null: not known
    Column("skip", Text, nullable=False),  # the active blocks for which the person took over
    Column("intent", Text, nullable=False),  # empty: no call is under way
    Column("seen", Integer, nullable=False),  # 1: the value that is wanted now was seen there
    Column("tries", Integer, nullable=False),
    Column("wrote_at", Long, nullable=False),
    Column("checked_at", Long, nullable=False),
    Column("problem", Words, nullable=False),
    Column("epoch", Integer, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

ledger = Table(
    "ledger",
    metadata,
    Column("key", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("calendar", Words, nullable=False),
    Column("marker", Text, nullable=False),
    Column("remote_id", Words, nullable=False),  # empty: never seen
    Column("etag", Words, nullable=False),
    # Where it is as far as we know, and where a call that is under way puts it.
    Column("start", Long, nullable=False),
    Column("end", Long, nullable=False),
    Column("wanted_start", Long, nullable=False),
    Column("wanted_end", Long, nullable=False),
    Column("state", Text, nullable=False),
    Column("titles", Text, nullable=False, server_default=""),  # fingerprints of those that we may have given it
    Column("attempts", Integer, nullable=False),
    Column("wrote_at", Long, nullable=False),
    Column("checked_at", Long, nullable=False),
    Column("problem", Words, nullable=False),
    Column("epoch", Integer, nullable=False),
    Index(None, "person"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

backoff = Table(
    "backoff",
    metadata,
    Column("person", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("until", Long, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("refused", Integer, nullable=False),  # 1: until its owner signs in again
    Column("problem", Words, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("expires_at", Long, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Long, nullable=False),
    Column("person", Text, nullable=False),
    Column("actor", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("why", Words, nullable=False),
    Column("previous", Text, nullable=False),  # hash of the row before
    Column("hash", Text, nullable=False),
    Index(None, "person", "seq"),
    sqlite_strict=True,
)
