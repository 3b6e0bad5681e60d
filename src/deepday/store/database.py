"""The database behind the store: made when something is first written, brought up to date when it is opened."""

import glob
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, create_engine, delete, insert, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from deepday.clock import Clock
from deepday.errors import DeepdayError, InputError
from deepday.store import apart, postgres, schema, sqlite
from deepday.store.turns import NoTurns, Turns, turns_at

_URL_ADVICE = "Give a path, or a URL like postgresql://deepday@localhost/deepday or sqlite:////home/ada/deepday.sqlite."


class Database:
    """Hands out transactions.

    ``url_or_path`` is the path of a SQLite file or a URL of SQLite or PostgreSQL; there ``?tenant=`` says whose rows
    are meant. Raises :class:`InputError` when it is neither, or when the driver is not installed. Nothing is opened
    before the first transaction.
    """

    def __init__(self, url_or_path: str | Path, clock: Clock) -> None:
        self._clock = clock
        self._path = _sqlite_path(url_or_path)
        self.tenant = postgres.ALONE
        self._turns: Turns | NoTurns = NoTurns()
        if self._path is None:
            self._engine, self.tenant = _postgres_engine(str(url_or_path))
            self._place = self._engine.url.render_as_string(hide_password=True)
        else:
            self._engine, self._turns = sqlite.engine_on(self._path), turns_at(self._path)
            self._place = str(self._path)
        self._current = False
        self._empty: Engine | None = None
        self._own = threading.local()

    def exists(self) -> bool:
        """Tell whether something was ever written. A file of no bytes is what a crash leaves while making one.

        Raises :class:`InputError` for a folder.
        """
        if self._path is None:
            return True
        if self._path.is_dir():
            raise InputError(f"{self._path} is a folder, not a store.", _URL_ADVICE)
        return self._path.exists() and self._path.stat().st_size > 0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state throughout; an empty store where there is none yet.

        Raises :class:`InputError` when the file is not deepday's, :class:`DeepdayError` when it is locked, damaged or
        written by a newer deepday.
        """
        held: Connection | None = getattr(self._own, "reading", None)
        if held is not None:
            yield held
            return
        with self._explaining():
            engine = self._up_to_date() if self.exists() else self._without_rows()
            with self._turns.reading(), engine.connect() as connection:
                yield connection.execution_options(**self._options(writing=False))

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """Let all that this thread reads within the block see one state; it must not write there. Raises as reading."""
        with self.reading() as connection:
            self._own.reading = connection
            try:
                yield
            finally:
                self._own.reading = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together when the block ends, and dropped when it raises.

        Makes the store where there is none. Nobody else writes what belongs to the same tenant meanwhile. Raises as
        :meth:`reading` does.
        """
        with self._changing(in_turn=True) as connection:
            yield connection

    @contextmanager
    def writing_beside(self) -> Iterator[Connection]:
        """Give one as :meth:`writing` does; on PostgreSQL others write meanwhile, unless they change the same rows."""
        with self._changing(in_turn=False) as connection:
            yield connection

    @contextmanager
    def _changing(self, *, in_turn: bool) -> Iterator[Connection]:
        with self._explaining():
            engine = self._up_to_date()
            with self._turns.writing(), engine.connect() as connection:
                connection.execution_options(**self._options(writing=True, in_turn=in_turn))
                with connection.begin() as transaction:
                    yield connection
                    with self._turns.committing():
                        if transaction.is_active:  # it may have been ended before the block did
                            transaction.commit()

    def _options(self, *, writing: bool, in_turn: bool = True) -> dict[str, Any]:
        if self._path is not None:
            return {"writing": writing}
        return postgres.options(self.tenant, writing=writing, in_turn=in_turn)

    @contextmanager
    def held(self, lane: int) -> Iterator[bool]:
        """Hold the tenant's lane of work against all other processes; gives whether it was free.

        It ends with the block, or with this process's connection, however that comes about.
        """
        with self._explaining(), postgres.held(self._engine, lane, self.tenant) as free:
            yield free

    def prepare(self, role: str = "") -> None:
        """Make or move the tables of a shared database, as their owner, and let another role use them.

        Raises :class:`InputError` for a file, or for a name that no role has.
        """
        if self._path is not None:
            raise InputError(f"{self._path} is a file of one person's.", "Set DEEPDAY_DATABASE_URL to postgresql://...")
        with self._explaining():
            engine = self._up_to_date()
            if role:
                with engine.begin() as connection:
                    postgres.let_in(connection, role)

    def leave_no_log(self) -> None:
        """Empty SQLite's write-ahead log, where there is one: it still holds what was deleted from the tables."""
        if self._path is None:
            return
        with self._explaining(), self._up_to_date().connect() as connection:
            sqlite.outside_transaction(connection, "PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close what is open; a later transaction opens it again. Connections to a server stay, for others to use."""
        if self._path is not None:
            self._engine.dispose()
        self._current = False
        if self._empty is not None:
            self._empty.dispose()
            self._empty = None

    def delete_all(self) -> list[str]:
        """Delete the file, its journals and its backups; in a database of many, every row of this tenant.

        Return what was deleted, in words.
        """
        if self._path is None:
            with self.writing() as connection:
                for table in reversed([*schema.metadata.sorted_tables]):
                    connection.execute(delete(table))
            return [f"what {self._place} holds of tenant {self.tenant}"]
        if self.exists():
            sqlite.check_ours(self._path)
        with self._explaining():
            files = sorted(self._path.parent.glob(f"{glob.escape(self._path.name)}*"))
            for file in files:
                file.unlink()
        return [str(file) for file in files]

    def _without_rows(self) -> Engine:
        if self._empty is None:
            self._empty = create_engine("sqlite://", poolclass=StaticPool)
            schema.metadata.create_all(self._empty)
        return self._empty

    def _up_to_date(self) -> Engine:
        if not self._current:
            if self._path is None:
                self._bring_up_to_date()
            else:
                if self.exists():
                    sqlite.check_ours(self._path)
                else:
                    sqlite.make_private_file(self._path)
                try:
                    self._bring_up_to_date()
                finally:
                    self._engine.dispose()  # what a connection may do is settled when it is made: the next is a new one
            self._current = True
        return self._engine

    def _bring_up_to_date(self) -> None:
        if self._path is None:
            found = postgres.revision(self._engine, schema.alembic_version)
        else:
            with self._engine.connect() as connection:
                found = _revision(connection)
        if found == schema.REVISION:
            return
        if found is not None and not (found.isdecimal() and int(found) < int(schema.REVISION)):
            raise DeepdayError(
                f"The store {self._place} was written by a newer deepday: its schema is {found}, this one knows "
                f"{schema.REVISION}.",
                "Install the newest deepday; the store was left as it is.",
            )
        with self._engine.execution_options(writing=True).connect() as connection:
            if self._path is not None:
                if found is not None:
                    sqlite.copy_beside(connection, self._path, found, f"{self._clock.now():%Y%m%dT%H%M%S}")
                # Rebuilding a table must not take along the rows that point at it.
                sqlite.outside_transaction(connection, "PRAGMA foreign_keys = OFF")
            with connection.begin():
                if self._path is None:
                    postgres.take_schema_lock(connection)
                _make_or_migrate(connection)
                if self._path is not None:
                    sqlite.mark(connection, schema.REVISION)

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            explained = (sqlite if self._path is not None else postgres).explained(error.orig, self._place)
            if explained is None:
                raise
            raise explained from error
        except OSError as error:
            raise DeepdayError(
                f"The store {self._place} cannot be opened: {error.strerror or error}.",
                "Check who may read and write the file and its folder.",
            ) from error


def file_of(url_or_path: str | Path) -> Path | None:
    """Return the SQLite file that the address names; ``None`` for a database server's. Raises as :class:`Database`."""
    return _sqlite_path(url_or_path)


def _sqlite_path(url_or_path: str | Path) -> Path | None:
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        return Path(url_or_path)
    try:
        url = make_url(url_or_path)
    except ArgumentError:
        raise InputError("The address of the store cannot be read.", _URL_ADVICE) from None
    if url.get_backend_name() != "sqlite":
        return None
    if url.drivername != "sqlite" or url.query or url.database in {None, "", ":memory:"}:
        raise InputError(f"The store {url_or_path!r} must be a plain SQLite file.", _URL_ADVICE)
    return Path(str(url.database))


def _postgres_engine(address: str) -> tuple[Engine, int]:
    url, tenant = postgres.tenant_of(make_url(address))
    try:
        return postgres.engine_on(url), tenant
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise InputError(
            f"The store's address asks for {url.drivername!r}, which is not installed here: {error}.",
            "Run pip install 'deepday[postgres]', or use a SQLite file.",
        ) from error


def _revision(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, schema.alembic_version.name):
        return None
    return connection.execute(select(schema.alembic_version.c.version_num)).scalar()


def _make_or_migrate(connection: Connection) -> None:
    found = _revision(connection)  # asked again, now that nobody else writes
    shared = connection.dialect.name == "postgresql"
    if found is None:
        schema.metadata.create_all(connection)
        if shared:
            schema.office_metadata.create_all(connection)
        schema.alembic_version.create(connection)
        connection.execute(insert(schema.alembic_version).values(version_num=schema.REVISION))
    elif found != schema.REVISION:
        from deepday.store.migrate import upgrade  # noqa: PLC0415 - Alembic is slow to import and seldom needed

        if shared:
            apart.let_owner_see(connection)
        upgrade(connection)
    if shared and found != schema.REVISION:
        apart.keep_apart(connection)
