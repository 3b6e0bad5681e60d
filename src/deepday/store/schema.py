"""The tables. Portable SQL; on SQLite they are STRICT, so that a column holds what it says.

Two kinds of source fill them: calendars (``event``) and chat activity (``conversation``, ``message``). A third kind is
a shadow: a calendar that is being read in full, and takes the place of the one before when it is whole. ``coverage``
keeps what was observed, so that "nothing there" and "not looked at" stay apart, ``skipped`` what could not be used,
``sync`` where the reading of a live source stopped. All of these hang on ``source`` and go with it. ``meta`` keeps what
belongs to the installation.

``sign_in`` is an account that somebody connected, ``token`` its tokens, sealed with a ``data_key``, which is wrapped
with a master key that is not here.

Instants are UTC seconds. Flags are 0 or 1: SQLite's STRICT tables know no boolean.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

REVISION = "0007"
"""The newest revision in ``migrations/versions``. Revisions are numbers: a greater one is a newer deepday's."""


class _Words(TypeDecorator[str]):
    """Text that may come from a file name or a broken export: half a surrogate pair cannot be written as UTF-8."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Spell such a half as an escape."""
        del dialect
        return None if value is None else value.encode("utf-8", "backslashreplace").decode("utf-8")


_Long = BigInteger().with_variant(Integer(), "sqlite")  # an INTEGER of SQLite has 64 bits already

metadata = MetaData(
    naming_convention={  # names of our own, so that later migrations can name what they change
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _source_id(*, primary_key: bool = True) -> Column[int]:
    return Column(
        "source_id", ForeignKey("source.id", ondelete="CASCADE"), primary_key=primary_key, autoincrement=False
    )


source = Table(
    "source",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", _Words, nullable=False),
    Column("location", _Words, nullable=False),
    Column("digest", Text, nullable=False),
    Column("etag", _Words, nullable=False),
    Column("last_modified", _Words, nullable=False),
    Column("written_at", _Long, nullable=False),
    Column("imported_at", _Long, nullable=False),
    UniqueConstraint("kind", "name"),
    sqlite_strict=True,
)

event = Table(
    "event",
    metadata,
    _source_id(),
    Column("uid", _Words, primary_key=True),
    Column("recurrence_id", _Words, primary_key=True),
    Column("all_day", Integer, primary_key=True, autoincrement=False),
    # Of a timed event UTC seconds; of an all-day one proleptic Gregorian ordinals (1 is 0001-01-01), because a date is
    # no instant. The end is exclusive in both.
    Column("start", _Long, primary_key=True, autoincrement=False),
    # What the vendor counts as one thing, under its own id; empty for what was imported from a file.
    Column("object", _Words, primary_key=True, default=""),
    Column("end", _Long, nullable=False),
    Column("show_as", Text, nullable=False),
    Column("response", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("people", Integer),
    Column("sequence", _Long, nullable=False),
    Column("updated", _Long, nullable=False),
    Column("title", _Words),
    Column("organiser", Integer),  # whether the owner organises it; NULL: not known
    Column("outsiders", Integer),  # whether people of other organisations take part; NULL: not known
    Index(None, "source_id", "object"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

plan_day = Table(
    "plan_day",
    metadata,
    Column("person", Text, primary_key=True),
    Column("date", Integer, primary_key=True, autoincrement=False),
    Column("part", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("changed_at", _Long, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# Who covers an accepted day. The row with the greatest number counts; those before it are who it was before.
plan_cover = Table(
    "plan_cover",
    metadata,
    Column("person", Text, primary_key=True),
    Column("date", Integer, primary_key=True, autoincrement=False),
    Column("role", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("covered_by", Text, nullable=False),  # empty: nobody any more
    Column("changed_at", _Long, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# What point people answered. Date 0: for all of the person's days.
plan_consent = Table(
    "plan_consent",
    metadata,
    Column("person", Text, primary_key=True),
    Column("point_person", Text, primary_key=True),
    Column("date", Integer, primary_key=True, autoincrement=False),
    Column("answer", Text, nullable=False),
    Column("key", Text, nullable=False),  # what the question was asked with; empty when nobody was asked through a port
    Column("changed_at", _Long, nullable=False),
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
    Column("at", _Long, primary_key=True, autoincrement=False),
    Column("micros", Integer, primary_key=True, autoincrement=False),
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True, autoincrement=False),
    _source_id(),
    Column("outgoing", Integer, nullable=False),
    Column("mention", Integer, nullable=False),
    Index(None, "conversation_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

coverage = Table(
    "coverage",
    metadata,
    _source_id(),
    Column("start", _Long, primary_key=True, autoincrement=False),
    Column("end", _Long, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

skipped = Table(
    "skipped",
    metadata,
    _source_id(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("origin", _Words, nullable=False),
    Column("place", _Words, nullable=False),
    Column("reason", _Words, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

sync = Table(
    "sync",
    metadata,
    _source_id(),
    Column("provider", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("remote", _Words, nullable=False),  # the vendor's id of the calendar; empty for chat activity
    Column("is_primary", Integer, nullable=False),  # 1: the account's own calendar, which is always read
    Column("cursor", Text, nullable=False),  # empty before the first page
    Column("window_start", _Long, nullable=False),
    Column("window_end", _Long, nullable=False),
    # When the round of reading that is under way began, and the last one that came to its end; 0: none.
    Column("began_at", _Long, nullable=False),
    Column("synced_at", _Long, nullable=False),
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

sign_in = Table(
    "sign_in",
    metadata,
    Column("account", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("generation", Integer, nullable=False),  # counts up with every change of the tokens
    Column("granted_at", _Long, nullable=False),  # when its owner signed in
    Column("obtained_at", _Long, nullable=False),
    Column("expires_at", _Long, nullable=False),  # 0: does not expire
    Column("scopes", Text, nullable=False),  # separated by spaces
    Column("options", Text, nullable=False, default="{}"),  # what the connector needs to open it, JSON; no secret
    Column("refused", Integer, nullable=False),  # 1: the vendor ended the grant, its owner must sign in again
    # Who refreshes now, in any process, and until when others wait for it.
    Column("holder", Text, nullable=False),
    Column("held_until", _Long, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

data_key = Table(
    "data_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("master_id", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", _Long, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

token = Table(
    "token",
    metadata,
    Column("account", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("key_id", ForeignKey("data_key.id"), nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    ForeignKeyConstraint(["account", "provider"], ["sign_in.account", "sign_in.provider"], ondelete="CASCADE"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# Alembic's own table, as Alembic makes it: a new store is made at once and marked as current.
alembic_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
