"""What is kept of somebody other than the owner: shown to them on request, and erased."""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepday.app.accounts import Accounts, opened_accounts
from deepday.app.backing_up import back_up
from deepday.app.exporting import Exported, new_archive, put_rows
from deepday.app.in_use import alone
from deepday.app.storing import letters_folder, open_existing_store
from deepday.clock import Clock
from deepday.config.load import load_settings, read_text
from deepday.config.paths import config_file, database_location
from deepday.errors import InputError, NotEnoughDataError
from deepday.store import backups
from deepday.store.database import file_of
from deepday.store.naming import Naming

SCHEMA = "deepday.export-person/1"
_NOT_IN_IT = (
    "times of chat messages: they are kept under pseudonyms of conversations, which name nobody",
    "ids of messages and conversations at the services: they name nobody without the service",
    "who else asked or answered; what you wrote yourself is in it: look through it before you hand it out",
)


@dataclass(frozen=True, slots=True)
class PersonErased:
    """How many rows of each table name the person no more; ``left``: sentences on what still does."""

    rows: Mapping[str, int]
    left: tuple[str, ...]


def export_person(file: Path, names: Sequence[str], clock: Clock) -> Exported:
    """Write a ZIP file with what is kept of one person: rows that name them, and what they asked, as far as it is kept.

    Raises :class:`NotEnoughDataError` where there is nothing, and :class:`InputError` for names that could be
    anybody's, or the owner's, and where the file exists or cannot be written. No file is left where it fails.
    """
    open_existing_store(clock).close()
    with opened_accounts(clock) as accounts:
        naming = _naming(accounts, names)
        found = [(table, rows) for table, rows in accounts.store.person_rows(accounts.masters).rows(naming) if rows]
        elsewhere = tuple(_elsewhere(naming))
        if not found and not elsewhere:
            raise _nothing(naming)
        with new_archive(file) as archive:
            counted = {name: put_rows(archive, name, rows) for name, rows in ((f"tables/{t}", r) for t, r in found)}
            left_out = (*_NOT_IN_IT, *elsewhere)
            manifest = {"schema": SCHEMA, "at": clock.now().isoformat(), "rows": counted, "left_out": left_out}
            archive.writestr("manifest.json", json.dumps(manifest, indent=2))
    return Exported(file, counted, left_out)


def look_for(names: Sequence[str], clock: Clock) -> int:
    """Return how many rows name a person, or hold what they asked. Raises as :func:`export_person`."""
    open_existing_store(clock).close()
    with opened_accounts(clock) as accounts:
        naming = _naming(accounts, names)
        number = sum(len(rows) for _, rows in accounts.store.person_rows(accounts.masters).rows(naming))
    if not number and not any(_elsewhere(naming)):
        raise _nothing(naming)
    return number


def erase_person(names: Sequence[str], clock: Clock, *, with_backups: bool) -> PersonErased:
    """Erase one person: a stand-in takes the place of their names, what they asked is deleted.

    Counts, states and instants stay, so that every proof still holds; the history is chained anew, and says so. What
    deepday still works with is left, and told. ``with_backups``: the backups beside the store, which hold it all, are
    deleted, and a new one is made. Raises as :func:`export_person`, and :class:`InputError` while a service runs.
    """
    open_existing_store(clock).close()
    with alone(), opened_accounts(clock) as accounts:
        naming = _naming(accounts, names)
        owner = (load_settings().me.email or "").lower()
        done = accounts.store.person_rows(accounts.masters).erase(naming, f"erased-{secrets.token_hex(4)}", owner)
        elsewhere = tuple(_elsewhere(naming))
        if not done.changed and not done.left and not elsewhere:
            raise _nothing(naming)
    left = [f"{number} {why}." for why, number in done.left.items()]
    return PersonErased(dict(done.changed), (*left, *elsewhere, *_copies(clock, delete=with_backups)))


def _nothing(naming: Naming) -> NotEnoughDataError:
    """Return the answer that nothing is kept under these names."""
    advice = "Names are found as whole words. Slack and mail know people by other names: give each with --person."
    many = len(naming.names) > 1
    return NotEnoughDataError(
        f"Nothing is kept about that person under {'these names' if many else 'this name'}.", advice
    )


def _naming(accounts: Accounts, names: Sequence[str]) -> Naming:
    """Return all names that go with those that were given: an address with the ID in chat, and the other way round."""
    settings = load_settings()
    found, given = Naming(names), set(names)
    for one in settings.urgent.people:
        pair = {one.email, one.slack_user} - {""}
        given |= pair if any(found.found(name) for name in pair) else set()
    given |= accounts.store.person_rows(accounts.masters).linked(Naming(given))
    whole = Naming(given)
    own = [name for name in (settings.me.email, settings.me.slack_user) if name]
    if any(whole.found(name) for name in (*own, *(one.account for one in accounts.tokens.sign_ins()))):
        raise InputError(
            "That is the owner of this store, or one of the accounts.",
            "All of your own: deepday export FILE, deepday erase, deepday connect remove.",
        )
    return whole


def _elsewhere(naming: Naming) -> Iterator[str]:
    """Say where else the person is named."""
    if naming.found(read_text(config_file())):
        yield f"Your settings name them: change {config_file()}."
    for letter in sorted(letters_folder().glob("*")):
        if naming.found(letter.read_text(encoding="utf-8", errors="replace")):
            yield f"A letter names them: delete or change {letter}."


def _copies(clock: Clock, *, delete: bool) -> Iterator[str]:
    """Delete the copies of the store from before, or say that there are some."""
    store = file_of(database_location())
    if store is None:
        yield "Backups of the database are the server's: they hold it until they are deleted."
        return
    copies = [*backups.backups(store), *backups.backups(store, before_migration=True), *backups.set_aside(store)]
    if delete:
        for one in copies:
            one.unlink()
        back_up(None, len(copies) + 1, clock)
    elif copies:
        yield f"{len(copies)} copies of the store from before, beside it: run it again with --backups to delete them."
