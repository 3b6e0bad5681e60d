"""The register of the database that the environment names, and what an administrator does with it."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from deepday.app.working import settings_person
from deepday.clock import Clock
from deepday.config.load import read_text
from deepday.config.paths import database_location
from deepday.errors import InputError
from deepday.store.office import Office


@dataclass(frozen=True, slots=True)
class Added:
    """A person in the register: their number, and the address under which their own commands find their rows."""

    tenant: int
    url: str


def office_here(clock: Clock) -> Office:
    """Return the register. Raises :class:`InputError` where the store is a file of one person's."""
    return Office(str(database_location()), clock)


def prepare(role: str, clock: Clock) -> None:
    """Make or move the tables, as their owner; with a role, let it use them, the queue's among them."""
    office = office_here(clock)
    office.database.prepare(role)


def whole_week(first: date, last: date, clock: Clock) -> date:
    """Return the Monday of a week. Raises :class:`InputError` for a day, or a week that is not over yet."""
    if (last - first).days != 6 or first.weekday():
        raise InputError("Only whole ISO weeks are published.", "Write one as 2026-W10.")
    if last >= (clock.now() - timedelta(hours=12)).date():
        raise InputError("That week is not over yet.", "Wait until it is.")
    return first


def add(file: Path, team: str, clock: Clock) -> Added:
    """Register the person of a settings file, or take note of their new settings.

    Raises :class:`InputError` for a file that is not there, is wrong, or names nobody.
    """
    if not file.is_file():
        raise InputError(
            f"There is no settings file {file}.", "Give the person's deepday.toml: email and zone suffice."
        )
    text = read_text(file)
    office = office_here(clock)
    tenant = office.add(settings_person(text, str(file)), text, team)
    return Added(tenant, f"?tenant={tenant}")
