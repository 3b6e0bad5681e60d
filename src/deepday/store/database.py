"""The database behind the store: made when something is first written, brought up to date when it is opened."""

import glob
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, StaticPool, create_engine, insert, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from deepday.clock import Clock
from deepday.errors import DeepdayError, InputError
from deepday.store import schema, sqlite
from deepday.store.turns import NoTurns, Turns, turns_at

_URL_ADVICE = "Give a path, or a URL like sqlite:////home/ada/deepday.sqlite."


class Database:
    """Hands out transactions.

    ``url_or_path`` is the path of a SQLite file or an SQLAlchemy URL. Raises :class:`InputError` when it is neither,
    or when the driver that it asks for is not installed. Nothing is opened before the first transaction.
    """

    def __init__(self, url_or_path: str | Path, clock: Clock) -> None:
        self._clock = clock
        self._path = _sqlite_path(url_or_path)
        self._engine = _engine(str(url_or_path)) if self._path is None else sqlite.engine_on(self._path)
        self._place = self._engine.url.render_as_string(hide_password=True) if self._path is None else str(self._path)
        self._turns: Turns | NoTurns = turns_at(self._path) if self._path is not None else NoTurns()
        self._current = False
        self._empty: Engine | None = None

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
        with self._explaining():
            engine = self._up_to_date() if self.exists() else self._without_rows()
            with self._turns.reading(), engine.connect() as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together when the block ends, and dropped when it raises.

        Makes the store where there is none. Raises as :meth:`reading` does.
        """
        with self._explaining():
            engine = self._up_to_date().execution_options(writing=True)
            with self._turns.writing(), engine.connect() as connection, connection.begin() as transaction:
                yield connection
                with self._turns.committing():
                    transaction.commit()

    def leave_no_log(self) -> None:
        """Empty SQLite's write-ahead log, where there is one: it still holds what was deleted from the tables."""
        with self._explaining(), self._up_to_date().connect() as connection:
            if self._path is not None:
                sqlite.outside_transaction(connection, "PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close what is open; a later transaction opens it again."""
        self._engine.dispose()
        self._current = False
        if self._empty is not None:
            self._empty.dispose()
            self._empty = None

    def delete_files(self) -> list[Path]:
        """Delete the file, its journals and its backups. Raises :class:`InputError` where the store is no file."""
        if self._path is None:
            raise InputError(f"{self._place} is no file of deepday's.", "Ask whoever runs that database to drop it.")
        if self.exists():
            sqlite.check_ours(self._path)
        with self._explaining():
            files = sorted(self._path.parent.glob(f"{glob.escape(self._path.name)}*"))
            for file in files:
                file.unlink()
        return files

    def _without_rows(self) -> Engine:
        if self._empty is None:
            self._empty = create_engine("sqlite://", poolclass=StaticPool)
            schema.metadata.create_all(self._empty)
        return self._empty

    def _up_to_date(self) -> Engine:
        if not self._current:
            if self._path is not None and self.exists():
                sqlite.check_ours(self._path)
            elif self._path is not None:
                sqlite.make_private_file(self._path)
            try:
                self._bring_up_to_date()
            finally:
                self._engine.dispose()  # what a connection may do is settled when it is made: make the next one anew
            self._current = True
        return self._engine

    def _bring_up_to_date(self) -> None:
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
                    sqlite.copy_beside(connection, self._path, f"{found}-{self._clock.now():%Y%m%dT%H%M%S}")
                # Rebuilding a table must not take along the rows that point at it.
                sqlite.outside_transaction(connection, "PRAGMA foreign_keys = OFF")
            with connection.begin():
                _make_or_migrate(connection)
                if self._path is not None:
                    sqlite.mark(connection, schema.REVISION)

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            explained = sqlite.explained(error.orig, self._place)
            if explained is None:
                raise
            raise explained from error
        except OSError as error:
            raise DeepdayError(
                f"The store {self._place} cannot be opened: {error.strerror or error}.",
                "Check who may read and write the file and its folder.",
            ) from error


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


def _engine(url: str) -> Engine:
    try:
        return create_engine(url)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        driver = make_url(url).drivername
        raise InputError(
            f"The store's address asks for {driver!r}, which is not installed here: {error}.",
            "Install that driver, or use a SQLite file.",
        ) from error


def _revision(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, schema.alembic_version.name):
        return None
    return connection.execute(select(schema.alembic_version.c.version_num)).scalar()


def _make_or_migrate(connection: Connection) -> None:
    found = _revision(connection)  # asked again, now that nobody else writes
    if found is None:
        schema.metadata.create_all(connection)
        schema.alembic_version.create(connection)
        connection.execute(insert(schema.alembic_version).values(version_num=schema.REVISION))
    elif found != schema.REVISION:
        from deepday.store.migrate import upgrade  # noqa: PLC0415 - Alembic is slow to import and seldom needed

        upgrade(connection)
