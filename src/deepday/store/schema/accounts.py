"""Accounts that somebody connected, with their sealed tokens."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, LargeBinary, Table, Text

from deepday.store.schema.base import Long, metadata

sign_in = Table(
    "sign_in",
    metadata,
    Column("account", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("generation", Integer, nullable=False),  # counts up with every change of the tokens
    Column("granted_at", Long, nullable=False),  # when its owner signed in
    Column("obtained_at", Long, nullable=False),
    Column("expires_at", Long, nullable=False),  # 0: does not expire
    Column("scopes", Text, nullable=False),  # separated by spaces
    Column("options", Text, nullable=False, default="{}"),  # what the connector needs to open it, JSON; no secret
    Column("refused", Integer, nullable=False),  # 1: the vendor ended the grant, its owner must sign in again
    # Who refreshes now, in any process, and until when others wait for it.
    Column("holder", Text, nullable=False),
    Column("held_until", Long, nullable=False),
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
    Column("made_at", Long, nullable=False),
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
