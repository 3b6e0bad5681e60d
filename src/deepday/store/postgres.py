"""How deepday keeps a PostgreSQL database: whose rows a transaction sees, who writes, what a failure means.

Many people share one database. Each is a *tenant*, a number: a transaction sees and makes the rows of its own only,
since row-level security compares them with the setting ``deepday.tenant`` (:mod:`deepday.store.apart`), whatever a
query asks for. An address without ``?tenant=`` means tenant 1, who has the database alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, select, text
from sqlalchemy.exc import DBAPIError, InvalidatePoolError

from deepday.errors import DeepdayError, InputError
from deepday.store.standing import has_news

SETTING = "deepday.tenant"
OFFICE = 0
"""The tenant of what belongs to nobody in particular: who there is, what was shared for a team."""

ALONE = 1
"""The tenant of somebody who has the database alone. Numbers of people that share one are greater."""

_LOCKS = 0x64647973  # the first half of the keys of our advisory locks: "ddys"
_TIMEOUTS = "-c lock_timeout=5s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"
_KEEPALIVE = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=25s"
_OURS = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
_BEGIN = text("SELECT set_config(:setting, :tenant, true)")
# One writer at a time for each tenant, as SQLite's BEGIN IMMEDIATE has it for a file: the rest of the store builds on
# that. The lock comes first, so that every later statement sees what the writer before has committed.
_BEGIN_WRITING = text("SELECT set_config(:setting, :tenant, true), pg_advisory_xact_lock(:locks, :number)")

_ROLE = text(
    "SELECT rolsuper OR rolbypassrls, to_regclass(:table) IS NOT NULL FROM pg_roles WHERE rolname = current_user"
)


def plain_address(url: str) -> str:
    """Return the address as PostgreSQL's own library takes it, for others that use the same database."""
    return tenant_of(make_url(url))[0].set(drivername="postgresql").render_as_string(hide_password=False)


def tenant_of(url: URL) -> tuple[URL, int]:
    """Return the address for the driver, and the tenant that it names. Raises :class:`InputError` for no number."""
    given = url.query.get("tenant", str(ALONE))
    if not isinstance(given, str) or not given.isdecimal() or len(given) > 9:
        raise InputError("The tenant in the store's address is no number.", "Write it like ...?tenant=1001.")
    plain = url.difference_update_query(["tenant"])
    if plain.drivername in {"postgresql", "postgres"}:
        plain = plain.set(drivername="postgresql+psycopg")
    return plain, int(given)


@cache
def engine_on(url: URL) -> Engine:
    """Return the engine on a database, one for all tenants: they share its few connections.

    A transaction belongs to the tenant of the execution option ``tenant``, and writes when ``writing`` is set.
    """
    given = {"options": f"{_TIMEOUTS} {_KEEPALIVE}", "connect_timeout": 10, **_OURS}
    engine = create_engine(url, pool_size=16, pool_use_lifo=True, max_overflow=149, connect_args=given)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "checkout", _refuse_closed)
    return engine


def options(tenant: int, *, writing: bool, in_turn: bool = True) -> dict[str, Any]:
    """Return the execution options of a transaction: what is read is one state throughout."""
    if writing:
        return {"tenant": tenant, "writing": in_turn}
    return {"tenant": tenant, "isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _refuse_closed(connection: Any, record: Any, proxy: Any) -> None:
    """Let the pool give another connection for one that the server has closed."""
    del record, proxy
    if connection.closed:
        raise InvalidatePoolError
    if has_news(connection.pgconn.socket):
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except connection.OperationalError as error:
            raise InvalidatePoolError from error


def _begin(connection: Connection) -> None:
    chosen = connection.get_execution_options()
    if "tenant" not in chosen:
        return
    given = {"setting": SETTING, "tenant": str(chosen["tenant"])}
    if chosen.get("writing", False):
        connection.execute(_BEGIN_WRITING, given | {"locks": _LOCKS, "number": chosen["tenant"]})
    else:
        connection.execute(_BEGIN, given)


@contextmanager
def held(engine: Engine, lane: int, tenant: int) -> Iterator[bool]:
    """Hold a lane of work of a tenant for as long as the block, and this connection, lasts; gives whether it was free.

    No job of another process begins over the same lane. When this process dies the server notices at once; when it is
    cut off, after about 25 s (:data:`_KEEPALIVE`).
    """
    given = {"lane": _LOCKS + lane, "tenant": tenant}
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        free = bool(connection.execute(text("SELECT pg_try_advisory_lock(:lane, :tenant)"), given).scalar())
        try:
            yield free
        finally:
            if free:
                try:
                    connection.execute(text("SELECT pg_advisory_unlock(:lane, :tenant)"), given)
                except DBAPIError:  # the lock went with the connection
                    connection.invalidate()


def take_schema_lock(connection: Connection) -> None:
    """Let others who would make or change tables wait until this transaction ends, and take what time it needs."""
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'")
    connection.execute(text("SELECT pg_advisory_xact_lock(:locks, -1)"), {"locks": _LOCKS})


def revision(engine: Engine, table: Table) -> str | None:
    """Return which revision the tables are of; ``None`` where there are none.

    Raises :class:`InputError` for a role that row-level security does not bind: it would see everybody's rows. Asked
    for every store that a worker opens, so in two round trips.
    """
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        unbound, there = connection.execute(_ROLE, {"table": table.name}).one()
        if unbound:
            raise InputError(
                "The store's database role is a superuser, or bypasses row-level security: it would see everybody's "
                "rows.",
                "Make a role for deepday: CREATE ROLE deepday LOGIN; CREATE DATABASE deepday OWNER deepday;",
            )
        return connection.execute(select(table.c.version_num)).scalar() if there else None


def let_in(connection: Connection, role: str) -> None:
    """Let a role that owns nothing read and write rows in the tables of this schema, and make jobs.

    Raises :class:`InputError` when there is no such role.
    """
    if not connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first():
        raise InputError(f"There is no database role {role!r}.", f"Make it first: CREATE ROLE {role} LOGIN;")
    name = connection.dialect.identifier_preparer.quote_identifier(role)
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar()
    for rights in (
        f"USAGE ON SCHEMA {schema}",
        f"SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema}",
        f"USAGE ON ALL SEQUENCES IN SCHEMA {schema}",
        f"EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema}",
    ):
        connection.exec_driver_sql(f"GRANT {rights} TO {name}")
    connection.exec_driver_sql(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}")


_UNREACHABLE = (
    "cannot be reached",
    "Check that PostgreSQL runs there, and the address, database, role and password in DEEPDAY_DATABASE_URL.",
)
_BUSY = ("is in use by another program", "Wait until that has finished, then run this again.")
_CAUSES = {
    "08": _UNREACHABLE,
    "28": ("refuses this role or its password", "Check user and password in DEEPDAY_DATABASE_URL."),
    "3D000": ("does not exist", "Make it: CREATE DATABASE deepday OWNER deepday;"),
    "25006": ("cannot be written: it is read-only", "Point DEEPDAY_DATABASE_URL to the primary server."),
    "40": _BUSY,
    "42501": (
        "does not let this role do that: it owns no tables, or lacks rights on them",
        "Let the owner run: deepday admin prepare --role ROLE",
    ),
    "53": ("has no room or no connection left", "Make room or raise max_connections, then run this again."),
    "55P03": _BUSY,
    "57P": _UNREACHABLE,
    "57014": ("took too long to answer", "Run this again; if it stays so, ask whoever runs the database."),
    "58": ("cannot be read or written", "Check the server's disk, then run this again."),
    "XX": ("is damaged", "Ask whoever runs the database to restore a copy."),
}


def explained(error: BaseException | None, place: str) -> DeepdayError | None:
    """Say what a failure of PostgreSQL means for the user; ``None`` when it is a fault of deepday's."""
    state = getattr(error, "sqlstate", None)
    if state is None:
        # The driver has no code for what happened before, or instead of, an answer of the server.
        lost = type(error).__module__.startswith("psycopg") and type(error).__name__ == "OperationalError"
        happened = _UNREACHABLE if lost else None
    else:
        happened = next((words for code, words in _CAUSES.items() if state.startswith(code)), None)
    return DeepdayError(f"The store {place} {happened[0]}.", happened[1]) if happened else None
