"""Moves a database forward to this deepday's schema, by the numbered revisions in ``migrations/versions``."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from deepday.errors import DeepdayError


def upgrade(connection: Connection) -> None:
    """Run the missing revisions inside the connection's transaction: all of them, or none.

    Raises :class:`DeepdayError` when rows would point at rows that are gone.
    """
    command.upgrade(configuration(connection), "head")
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise DeepdayError("The store could not be brought up to date.", "It was left as it is; please report this.")


def configuration(connection: Connection) -> Config:
    """Return what alembic.ini would say; users have no such file."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "deepday.store:migrations")
    config.set_main_option("path_separator", "os")
    return config
