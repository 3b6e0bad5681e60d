"""Urgent requests: what came in, how far it has come, what is to be sent, and how far histories were read."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from deepday.store.schema.base import Long, Words, metadata

# Every signal, committed before it is acknowledged. Told apart by the vendor's id of the message or of the press, which
# is the same whether it was pushed or read afterwards; never by the id of a delivery.
inbox = Table(
    "inbox",
    metadata,
    Column("source", Text, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("person", Text, nullable=False),
    Column("request", Text, nullable=False),  # the request that it is, or, once that is known, that it is about
    Column("door", Text, nullable=False),
    Column("at", Long, nullable=False),
    Column("received_at", Long, nullable=False),
    Column("sender", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("state", Text, nullable=False),  # new, done
    Column("outcome", Words, nullable=False),
    Index(None, "state"),
    Index(None, "source", "subject"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

request = Table(
    "request",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("key", Words, nullable=False),
    Column("door", Text, nullable=False),
    Column("at", Long, nullable=False),
    Column("received_at", Long, nullable=False),
    Column("sender", Words, nullable=False),
    Column("conversation", Words, nullable=False),
    Column("reply_to", Words, nullable=False),
    Column("thread", Words, nullable=False),
    Column("link", Words, nullable=False),
    Column("topic", Words, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("why", Words, nullable=False),
    Column("state", Text, nullable=False),
    Column("chain", Words, nullable=False),  # JSON: who answers for it, in order
    Column("level", Integer, nullable=False),  # whose turn it is; -1: nobody was told
    Column("block", Text, nullable=False),
    Column("until", Long, nullable=False),
    Column("deadline", Long, nullable=False),  # when something happens by itself; 0: never
    Column("final_at", Long, nullable=False),  # 0: open
    Column("evidence", Words, nullable=False),
    Column("reopens", Text, nullable=False),
    Column("in_digest", Integer, nullable=False),
    Column("cleared", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "source", "key"),
    Index(None, "person", "received_at"),
    Index(None, "final_at", "deadline"),
    Index(None, "source", "conversation", "final_at"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# What was asked, of requests that somebody is told about: sealed, and deleted when its time has come.
request_text = Table(
    "request_text",
    metadata,
    Column("request", Text, primary_key=True),
    Column("at", Long, nullable=False),  # when it was said: an older edit does not win
    Column("key_id", ForeignKey("data_key.id"), nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("delete_at", Long, nullable=False),
    Index(None, "delete_at"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# What is to be sent. The words are made when it is sent: no text of anybody's is kept here.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),  # made from what it is for: the same message is never two rows
    Column("person", Text, nullable=False),
    Column("request", Text, nullable=False),  # empty: about several, see data
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("to", Words, nullable=False),
    Column("thread", Words, nullable=False),
    Column("level", Integer, nullable=False),
    Column("data", Words, nullable=False),  # JSON
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Long, nullable=False),
    Column("next_at", Long, nullable=False),
    Column("claimed_by", Text, nullable=False),
    Column("claimed_at", Long, nullable=False),
    Column("sent_ref", Words, nullable=False),
    Column("sent_at", Long, nullable=False),
    Column("unsure", Integer, nullable=False),  # 1: an earlier try may have arrived
    Column("problem", Words, nullable=False),
    Index(None, "state", "next_at"),
    Index(None, "person", "to"),
    Index(None, "request"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# How far a conversation was read afterwards; moved only together with what was read.
watermark = Table(
    "watermark",
    metadata,
    Column("source", Text, primary_key=True),
    Column("conversation", Words, primary_key=True),
    Column("person", Text, nullable=False),
    Column("reached", Long, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
