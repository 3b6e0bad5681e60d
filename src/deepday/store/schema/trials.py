"""The tables of trials: what was fixed before the start, and what happened since."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from deepday.store.schema.base import Long, metadata

trial = Table(
    "trial",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("protocol", Text, nullable=False),  # the document, JSON, as it was published
    Column("hash", Text, nullable=False),
    Column("seed", Text, nullable=False),  # kept from everybody, its owner too, until the end
    Column("made_at", Long, nullable=False),
    sqlite_strict=True,
)

trial_log = Table(
    "trial_log",
    metadata,
    Column("trial_id", ForeignKey("trial.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("date", Integer, nullable=False),  # proleptic Gregorian ordinal; 0: of no day
    Column("note", Text, nullable=False),  # the user's own words; private
    Column("value", Integer),  # of a rating
    Column("at", Long, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
