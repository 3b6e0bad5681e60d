"""How deepday keeps a SQLite file: whose file it is, who may read it, how it survives a crash."""

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection as RawConnection
from typing import cast

from sqlalchemy import URL, Connection, Engine, create_engine, event

from deepday.errors import DeepdayError, InputError

APPLICATION_ID = 0x64647973
"""In the file's header: this SQLite file is deepday's."""

BUSY_MILLISECONDS = 5000
_OLDEST = (3, 37, 0)  # STRICT tables
_JOURNAL_BYTES = 4 * 2**20
_HEADER_BYTES = 100
_ID_OFFSET = 68
_NOT_OURS = "Move it away, or name another file by DEEPDAY_DATABASE_URL."

Version = tuple[int, int, int]


def wal_is_safe(version: Version) -> bool:
    """Tell whether this SQLite writes ahead without losing commits.

    Up to 3.51.2 a second connection could reset the log under the first; the fix is in two older lines as well.
    """
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


def check_ours(path: Path) -> None:
    """Look at the file's header before SQLite touches the file.

    Raises :class:`InputError` when it is no store of deepday's.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if not header.startswith(b"SQLite format 3\0"):
        raise InputError(f"{path} is no database.", _NOT_OURS)
    if int.from_bytes(header[_ID_OFFSET : _ID_OFFSET + 4], "big") != APPLICATION_ID:
        raise InputError(f"{path} is the database of another program.", _NOT_OURS)


def make_private_file(path: Path) -> None:
    """Make an empty file that only its owner may read, in a folder of the same kind; leave what exists as it is."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def engine_on(path: Path) -> Engine:
    """Return an engine on the file; its transactions write when the execution option ``writing`` is set.

    Raises :class:`DeepdayError` when this Python brings a SQLite that is too old.
    """
    if sqlite3.sqlite_version_info < _OLDEST:
        raise DeepdayError(
            f"This Python brings SQLite {sqlite3.sqlite_version}; deepday needs 3.37 or newer.",
            "Install deepday with a newer Python.",
        )
    engine = create_engine(URL.create("sqlite", database=str(path)))
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(raw: RawConnection, _record: object) -> None:
    raw.isolation_level = None  # sqlite3 must not open transactions by itself: _begin does
    raw.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute("PRAGMA trusted_schema = OFF")
    raw.execute("PRAGMA secure_delete = ON")
    raw.execute(f"PRAGMA journal_size_limit = {_JOURNAL_BYTES}")
    if raw.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        return  # being made: its header must be on the disk, not in a log beside it, before anybody looks
    write_ahead = wal_is_safe(sqlite3.sqlite_version_info)
    raw.execute(f"PRAGMA journal_mode = {'WAL' if write_ahead else 'TRUNCATE'}")
    raw.execute(f"PRAGMA synchronous = {'FULL' if write_ahead else 'EXTRA'}")


def _begin(connection: Connection) -> None:
    # A transaction that begins by reading and then writes cannot wait for its turn: SQLite fails it at once.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def mark(connection: Connection, revision: str) -> None:
    """Write into the header whose file it is and which schema it holds."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {int(revision)}")


def outside_transaction(connection: Connection, statement: str, *values: str) -> None:
    """Run what SQLite refuses, or ignores, inside a transaction."""
    cast("RawConnection", connection.connection.driver_connection).execute(statement, values)


def copy_beside(connection: Connection, path: Path, revision: str, stamp: str) -> None:
    """Copy the whole database to ``PATH.REVISION-STAMP.backup``, readable by its owner only.

    Keeps no copy where another process was faster and has moved the database on from that revision meanwhile.
    """
    copy = path.with_name(f"{path.name}.{revision}-{stamp}.backup")
    partial = copy.with_name(f"{copy.name}.{secrets.token_hex(4)}.partial")
    make_private_file(partial)
    try:
        outside_transaction(connection, "VACUUM INTO ?", str(partial))
        with closing(sqlite3.connect(partial)) as copied:
            (found,) = copied.execute("SELECT version_num FROM alembic_version").fetchone()
        if found == revision and not copy.exists():
            partial.rename(copy)
    finally:
        partial.unlink(missing_ok=True)


_CAUSES = {
    sqlite3.SQLITE_BUSY: ("is in use by another program", "Wait until that has finished, then run this again."),
    sqlite3.SQLITE_LOCKED: ("is in use by another program", "Wait until that has finished, then run this again."),
    sqlite3.SQLITE_READONLY: ("cannot be written", "Check who may write the file and its folder."),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "Check that its folder exists and who may write it."),
    sqlite3.SQLITE_FULL: ("cannot grow: the disk is full", "Make room, then run this again; nothing was changed."),
    sqlite3.SQLITE_IOERR: ("cannot be read or written", "Check the disk, then run this again."),
    sqlite3.SQLITE_CORRUPT: ("is damaged", "Restore a copy of it, or move it away and import again."),
    sqlite3.SQLITE_NOTADB: ("is damaged", "Restore a copy of it, or move it away and import again."),
}


def explained(error: BaseException | None, place: str) -> DeepdayError | None:
    """Say what a failure of SQLite means for the user; ``None`` when it is a fault of deepday's."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None or code & 0xFF not in _CAUSES:
        return None
    happened, advice = _CAUSES[code & 0xFF]
    return DeepdayError(f"The store {place} {happened}.", advice)
