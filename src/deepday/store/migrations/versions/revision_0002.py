"""Tokens of connected accounts, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sign_in",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("granted_at", _LONG, nullable=False),
        sa.Column("obtained_at", _LONG, nullable=False),
        sa.Column("expires_at", _LONG, nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("held_until", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("account", "provider", name="pk_sign_in"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "data_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("master_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "token",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account", "provider"],
            ["sign_in.account", "sign_in.provider"],
            name="fk_token_account_provider",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_token_key_id"),
        sa.PrimaryKeyConstraint("account", "provider", "kind", name="pk_token"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
