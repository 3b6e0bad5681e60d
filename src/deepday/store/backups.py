"""Copies of a store that is a file: made while it is in use, checked, put back, and only so many kept.

They lie beside the store and begin with its name, so that whoever deletes the store deletes them, too.
"""

import glob
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from deepday.errors import DeepdayError, InputError
from deepday.model import Secret
from deepday.store import schema, sqlite
from deepday.store.sealed_files import is_sealed, open_file, seal_file

_STAMP = "%Y%m%dT%H%M%S"
_OWN = re.compile(r"\.(\d{8}T\d{6})\.backup$")
_BEFORE_MIGRATION = re.compile(r"\.\d{4}-(\d{8}T\d{6})\.backup$")
_ASIDE = re.compile(r"\.\d{8}T\d{6}\.aside(-wal|-shm|-journal)?$")
_PARTS = ("", "-wal", "-shm", "-journal")


def backup_path(store: Path, now: datetime) -> Path:
    """Return where a backup made now lies."""
    return store.with_name(f"{store.name}.{now:{_STAMP}}.backup")


def backups(store: Path, *, before_migration: bool = False) -> list[Path]:
    """Return the backups beside a store, the oldest first: those of its own, or those made before migrations."""
    stamp = _BEFORE_MIGRATION if before_migration else _OWN
    found = [(match[1], path) for path in _beside(store) if (match := stamp.search(path.name))]
    return [path for _, path in sorted(found)]


def set_aside(store: Path) -> list[Path]:
    """Return the stores that were set aside for a backup that was put back, with what belongs to them."""
    return sorted(path for path in _beside(store) if _ASIDE.search(path.name))


def made_at(backup: Path) -> str:
    """Return the instant in a backup's name, as text that sorts; empty where there is none."""
    match = _OWN.search(backup.name)
    return match[1] if match else ""


def stamp(now: datetime) -> str:
    """Return the instant as it stands in the names of backups."""
    return f"{now:{_STAMP}}"


def delete_older(store: Path, keep: int, *, before_migration: bool = False) -> list[Path]:
    """Delete all backups but the newest ``keep``, and return which."""
    old = backups(store, before_migration=before_migration)[: -keep or None]
    for path in old:
        path.unlink()
    return old


def write_backup(store: Path, target: Path, passphrase: Secret | None = None) -> None:
    """Copy the store as it is at one instant, while others may write, and check the copy; seal it with a passphrase.

    Raises :class:`InputError` where the target exists, and :class:`DeepdayError` where the copy is not whole; then
    nothing is left of it.
    """
    if target.exists():
        raise InputError(f"{target} exists.", "Name another file; a backup replaces nothing.")
    if not target.parent.is_dir():
        raise InputError(f"There is no folder {target.parent}.", "Name a file in a folder that exists.")
    partial = target.with_name(f"{target.name}.partial")
    # In the clear it lies beside the store only, which is no more than what is there anyway.
    plain = partial if passphrase is None else store.with_name(f"{store.name}.{secrets.token_hex(4)}.partial")
    try:
        for one in {partial, plain}:
            sqlite.make_private_file(one)
        _copy(store, plain)
        check_backup(plain)
        if passphrase is not None:
            seal_file(plain, partial, passphrase)
        partial.replace(target)
    finally:
        for one in {partial, plain}:
            one.unlink(missing_ok=True)


def needs_passphrase(backup: Path) -> bool:
    """Tell whether a backup is sealed with a passphrase. Raises :class:`InputError` where there is none."""
    if not backup.is_file():
        raise InputError(f"There is no backup {backup}.", "deepday backup --list shows those beside the store.")
    return is_sealed(backup)


@contextmanager
def _in_the_clear(backup: Path, store: Path, passphrase: Secret | None) -> Iterator[Path]:
    """Give a backup that is not sealed: itself, or a copy beside the store while the context lasts.

    Raises as :func:`~deepday.store.sealed_files.open_file`, and :class:`InputError` without a passphrase.
    """
    if not needs_passphrase(backup):
        yield backup
        return
    if passphrase is None:
        raise InputError(f"The backup {backup} is sealed with a passphrase.", "Name it with --passphrase.")
    plain = store.with_name(f"{store.name}.{secrets.token_hex(4)}.partial")
    try:
        sqlite.make_private_file(plain)
        open_file(backup, plain, passphrase)
        yield plain
    finally:
        plain.unlink(missing_ok=True)


def check_backup(backup: Path) -> str:
    """Return the schema's revision of a backup that can be put back.

    Raises :class:`InputError` when it is not deepday's, or a newer deepday's, and :class:`DeepdayError` when it is
    damaged.
    """
    if not backup.is_file():
        raise InputError(f"There is no backup {backup}.", "deepday backup --list shows those beside the store.")
    try:
        sqlite.check_ours(backup)
    except InputError as error:
        raise InputError(error.what, "Name a backup; deepday backup --list shows those beside the store.") from None
    try:
        with closing(_reading(backup)) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError:
        whole, revision = False, ""
    if not whole:
        raise DeepdayError(f"The backup {backup} is damaged.", "Take another one: deepday backup --list")
    if not (str(revision).isdecimal() and int(revision) <= int(schema.REVISION)):
        raise InputError(
            f"The backup {backup} was written by a newer deepday: its schema is {revision}, this one knows "
            f"{schema.REVISION}.",
            "Install the newest deepday.",
        )
    return str(revision)


def put_back(backup: Path, store: Path, now: datetime, passphrase: Secret | None = None) -> Path | None:
    """Put a backup in the place of the store, and return what the store before was renamed to, if there was one.

    The backup is checked before anything is moved. Nobody may use the store meanwhile. Raises as
    :func:`check_backup` and, for one that is sealed, :func:`~deepday.store.sealed_files.open_file`.
    """
    with _in_the_clear(backup, store, passphrase) as plain:
        return _put_back(plain, store, now)


def _put_back(backup: Path, store: Path, now: datetime) -> Path | None:
    check_backup(backup)
    arriving = store.with_name(f"{store.name}.arriving")
    arriving.unlink(missing_ok=True)
    sqlite.make_private_file(arriving)
    try:
        _copy(backup, arriving)
        aside = store.with_name(f"{store.name}.{stamp(now)}.aside")
        moved = store.exists()
        for part in _PARTS:
            old = store.with_name(f"{store.name}{part}")
            if old.exists():
                old.rename(f"{aside}{part}")
        arriving.replace(store)
        _keep_names(store.parent)
    finally:
        arriving.unlink(missing_ok=True)
    return aside if moved else None


def _beside(store: Path) -> list[Path]:
    return list(store.parent.glob(f"{glob.escape(store.name)}.*"))


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=sqlite.BUSY_MILLISECONDS / 1000)


def _copy(source: Path, target: Path) -> None:
    try:
        with closing(_reading(source)) as reading, closing(sqlite3.connect(target)) as writing:
            reading.backup(writing)
            writing.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    except sqlite3.DatabaseError as error:
        explained = sqlite.explained(error, str(source))
        raise explained or DeepdayError(f"{source} cannot be copied.", "Check the disk, then run this again.") from None
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _keep_names(folder: Path) -> None:
    """See that the renaming survives a loss of power."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
