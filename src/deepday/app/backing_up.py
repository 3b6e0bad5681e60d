"""Backups of the store: made by hand, by the service once a day, and put back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from deepday.app.in_use import alone
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.config.paths import database_location, key_file
from deepday.connect.secrets import SecretReference
from deepday.errors import InputError, NotEnoughDataError
from deepday.model import Secret
from deepday.store import backups
from deepday.store.database import file_of

EACH = timedelta(days=1)
"""How old the newest backup may be before the service makes another one."""

MIGRATIONS = 3
"""How many copies from before migrations are kept."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was made, and the older ones that were deleted for it."""

    file: Path
    deleted: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class PutBack:
    """The store after a backup was put back; ``aside``: what the store before was renamed to."""

    store: Path
    aside: Path | None
    keys_beside: bool


def back_up(target: Path | None, keep: int, clock: Clock, passphrase: str = "") -> BackedUp:
    """Make a backup: in ``target``, or beside the store, where only the newest ``keep`` stay.

    It is sealed where ``passphrase``, or the setting, says where one is. Raises :class:`NotEnoughDataError` where there
    is no store, and :class:`InputError` where it is no file, or the passphrase is not there.
    """
    store = _store()
    if not store.exists():
        raise NotEnoughDataError("There is nothing to back up yet.", "Run deepday import or deepday connect first.")
    file = target or backups.backup_path(store, clock.now())
    backups.write_backup(store, file, passphrase_at(passphrase))
    return BackedUp(file, () if target else tuple(backups.delete_older(store, keep)))


def back_up_if_due(keep: int, clock: Clock) -> BackedUp | None:
    """Make a backup beside the store where the newest one is a day old; copies from before migrations grow no more.

    Does nothing where the store is no file, or nothing is in it. ``keep`` 0: never.
    """
    store = file_of(database_location())
    if store is None or not store.exists() or not keep:
        return None
    backups.delete_older(store, MIGRATIONS, before_migration=True)
    found = backups.backups(store)
    now = clock.now()
    if found and backups.stamp(now - EACH) < backups.made_at(found[-1]) <= backups.stamp(now):
        return None
    return back_up(None, keep, clock)


def listed() -> Iterator[Path]:
    """Yield the backups beside the store, the newest first."""
    store = _store()
    yield from sorted([*backups.backups(store), *backups.backups(store, before_migration=True)], reverse=True)


def passphrase_at(reference: str = "") -> Secret | None:
    """Return the passphrase behind a reference, or behind that of the settings; ``None`` where neither is there.

    Raises :class:`InputError` where the reference leads nowhere.
    """
    place = reference or load_settings().serve.backup_passphrase
    return SecretReference.parse(place).resolve() if place else None


def is_sealed(backup: Path) -> bool:
    """Tell whether a backup is sealed with a passphrase. Raises :class:`InputError` where there is none."""
    return backups.needs_passphrase(backup)


def put_back(backup: Path, clock: Clock, passphrase: Secret | None = None) -> PutBack:
    """Put a backup in the place of the store; the store before stays beside it under another name.

    Raises :class:`InputError` while a service runs on the store, or when the file is no backup that this deepday can
    use, and :class:`DeepdayError` when it is damaged.
    """
    store = _store()
    with alone():
        aside = backups.put_back(backup, store, clock.now(), passphrase)
    return PutBack(store, aside, key_file().exists())


def _store() -> Path:
    store = file_of(database_location())
    if store is None:
        raise InputError(
            "The store is no file of deepday's: the database server backs it up.",
            "Use the server's own way, for PostgreSQL pg_dump and pg_restore: see deploy/README.md.",
        )
    return store
