"""The last step of a plan undone: what the owner's dates were before it is put back."""

from dataclasses import dataclass
from datetime import date, timedelta

from deepday.app.protecting import owner
from deepday.app.storing import open_existing_store
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.store.plans import StoredDay

_SPAN = timedelta(weeks=60)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was known of a person's dates ``first`` to ``last``."""

    person: str
    first: date
    last: date
    days: tuple[StoredDay, ...]


def remembered(clock: Clock) -> Remembered:
    """Return what is known of the owner's dates now."""
    person = owner(load_settings(), clock)
    today = clock.now().astimezone(person.zone).date()
    first, last = today - timedelta(days=1), today + _SPAN
    with open_existing_store(clock) as store:
        return Remembered(person.email, first, last, tuple(store.plans().days(person.email, first, last)))


def put_back(before: Remembered, clock: Clock) -> None:
    """Make the dates what they were then."""
    with open_existing_store(clock) as store:
        at = int(clock.now().timestamp())
        store.plans().put_back(before.person, before.days, before.first, before.last, at=at)
