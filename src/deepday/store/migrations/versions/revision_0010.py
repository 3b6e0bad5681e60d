"""What a database that many people share knows of all of them; a file of one person's has none of it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    """Make the tables, on PostgreSQL only."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.create_table(
        "tenant",
        sa.Column("tenant", sa.Integer(), sa.Identity(start=1001), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("shares_since", sa.BigInteger(), nullable=False),
        sa.Column("sync_at", sa.BigInteger(), nullable=False),
        sa.Column("tick_at", sa.BigInteger(), nullable=False),
        sa.Column("urgent_at", sa.BigInteger(), nullable=False),
        sa.Column("synced_at", sa.BigInteger(), nullable=False),
        sa.Column("ticked_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_tenant"),
        sa.UniqueConstraint("person", name="uq_tenant_person"),
    )
    for column in ("sync_at", "tick_at", "urgent_at"):
        op.create_index(f"ix_tenant_{column}", "tenant", [column])
    op.create_table(
        "team_share",
        sa.Column("tenant", sa.Integer(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.tenant"], name="fk_team_share_tenant", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant", "week", "figure", name="pk_team_share"),
    )
    op.create_table(
        "team_release",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("team", "week", "figure", name="pk_team_release"),
    )
    op.create_table(
        "quota",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("left", sa.Float(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("vendor", name="pk_quota"),
    )
    op.create_table(
        "fan_out",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run", "part", name="pk_fan_out"),
    )
