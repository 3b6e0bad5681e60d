"""What a database that many people share knows of all of them. Only PostgreSQL has these tables.

Rows of ``tenant`` and ``team_share`` are seen by the person whose they are, and by the office: tenant 0, for which
jobs are given out and aggregates made. The other tables are the office's alone. No row of any other table is ever seen
by the office.
"""

from sqlalchemy import Column, Float, ForeignKey, Identity, Index, Integer, MetaData, Table, Text, UniqueConstraint

from deepday.store.schema.base import Long, Words, metadata

FIRST_TENANT = 1001

office_metadata = MetaData(naming_convention=metadata.naming_convention)

tenant = Table(
    "tenant",
    office_metadata,
    Column("tenant", Integer, Identity(start=FIRST_TENANT), primary_key=True),
    Column("person", Text, nullable=False),  # an address in lower case
    Column("settings", Words, nullable=False),  # as in deepday.toml
    Column("team", Words, nullable=False),  # empty: none
    # Whether the person lets weekly figures count in the team's aggregates, since when; 0: no.
    Column("shares_since", Long, nullable=False),
    # When jobs of each kind are due next, and what came of the last ones: "", "nothing", "reconnect" or "failing".
    Column("sync_at", Long, nullable=False),
    Column("tick_at", Long, nullable=False),
    Column("urgent_at", Long, nullable=False),
    Column("synced_at", Long, nullable=False),
    Column("ticked_at", Long, nullable=False),
    Column("state", Text, nullable=False),
    Column("failures", Integer, nullable=False),  # in a row
    Column("made_at", Long, nullable=False),
    UniqueConstraint("person"),
    Index(None, "sync_at"),
    Index(None, "tick_at"),
    Index(None, "urgent_at"),
    info={"office_sees": True},
)

team_share = Table(
    "team_share",
    office_metadata,
    Column("tenant", ForeignKey("tenant.tenant", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("week", Integer, primary_key=True, autoincrement=False),  # the ordinal of its Monday
    Column("team", Words, nullable=False),
    Column("figure", Text, primary_key=True),
    Column("value", Float, nullable=False),
    info={"office_sees": True},
)

team_release = Table(
    "team_release",
    office_metadata,
    Column("team", Words, primary_key=True),
    Column("week", Integer, primary_key=True, autoincrement=False),
    Column("figure", Text, primary_key=True),
    Column("members", Text, nullable=False),  # tenants, separated by spaces
    Column("value", Float),  # NULL: suppressed
    Column("at", Long, nullable=False),
)

quota = Table(
    "quota",
    office_metadata,
    Column("vendor", Text, primary_key=True),
    Column("left", Float, nullable=False),  # requests that may be made at once; below 0: promised already
    Column("at", Float, nullable=False),  # UTC seconds at which that was so
)

fan_out = Table(
    "fan_out",
    office_metadata,
    Column("run", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("parts", Integer, nullable=False),
    Column("done_at", Long, nullable=False),  # 0: not yet
    Column("people", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
)
