"""Who changed what, and why; and whether that was touched since."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from deepday.app.accounts import opened_accounts
from deepday.app.protecting import owner
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.errors import NotEnoughDataError
from deepday.store.audit import AuditRow


@dataclass(frozen=True, slots=True)
class History:
    """Rows of the audit chain about a person, the oldest first. ``earlier``: how many more there are before them."""

    zone: ZoneInfo
    rows: tuple[AuditRow, ...]
    earlier: int


@dataclass(frozen=True, slots=True)
class Verified:
    """``rows``: how many the chain has. ``broken``: the number of the first that is not as written; 0 for none."""

    rows: int
    broken: int


def history(last: int, clock: Clock | None = None) -> History:
    """Return the last rows. Raises :class:`NotEnoughDataError` where nothing was ever done."""
    clock = clock or SystemClock()
    person = owner(load_settings(), clock)
    with opened_accounts(clock) as accounts:
        rows = accounts.store.protecting().history(person.email.lower())
    if not rows:
        raise NotEnoughDataError("Nothing was ever changed.", "Look with deepday diff what would be.")
    shown = rows[-last:] if last else rows
    return History(person.zone, tuple(shown), len(rows) - len(shown))


def verify(clock: Clock | None = None) -> Verified:
    """Check the chain of all rows."""
    with opened_accounts(clock or SystemClock()) as accounts:
        store = accounts.store.protecting()
        return Verified(store.audit_length(), store.first_break() or 0)
