"""Days that people accepted or skipped, and who covers them."""

from sqlalchemy import Column, Integer, Table, Text

from deepday.store.schema.base import Long, metadata

plan_day = Table(
    "plan_day",
    metadata,
    Column("person", Text, primary_key=True),
    Column("date", Integer, primary_key=True, autoincrement=False),
    Column("part", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("changed_at", Long, nullable=False),
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
    Column("changed_at", Long, nullable=False),
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
    Column("changed_at", Long, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
