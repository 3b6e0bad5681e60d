"""What all tables share."""

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
)

REVISION = "0015"
"""The newest revision in ``migrations/versions``. Revisions are numbers: a greater one is a newer deepday's."""


# Code points that Unicode reserves for the inside of programs.
_MARK = "\ufdd0"
_NUL, _MARK_ITSELF = f"{_MARK}\ufdd1", f"{_MARK}\ufdd2"


class Words(TypeDecorator[str]):
    """Text that may come from a file name or a broken export: half a surrogate pair cannot be written as UTF-8."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Spell such a half as an escape; for PostgreSQL, whose text knows no NUL, stand something in for that."""
        if value is None:
            return None
        text = value.encode("utf-8", "backslashreplace").decode("utf-8")
        if dialect.name != "postgresql" or not (_MARK in text or "\0" in text):
            return text
        return text.replace(_MARK, _MARK_ITSELF).replace("\0", _NUL)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text with every NUL that it had."""
        if value is None or dialect.name != "postgresql" or _MARK not in value:
            return value
        return value.replace(_NUL, "\0").replace(_MARK_ITSELF, _MARK)


Long = BigInteger().with_variant(Integer(), "sqlite")  # an INTEGER of SQLite has 64 bits already

metadata = MetaData(
    naming_convention={  # names of our own, so that later migrations can name what they change
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def source_id(*, primary_key: bool = True) -> Column[int]:
    """Return the column by which a row hangs on its source, and goes with it."""
    return Column(
        "source_id", ForeignKey("source.id", ondelete="CASCADE"), primary_key=primary_key, autoincrement=False
    )


# Alembic's own table, as Alembic makes it: a new store is made at once and marked as current.
alembic_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
