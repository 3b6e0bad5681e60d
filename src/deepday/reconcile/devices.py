"""One writer among a person's devices, each with a store of its own: an event far in the past says which one it is.

The event is made under an id that counts up, so that of two devices one is first. Whoever holds it looks again when
:data:`VALID` seconds are over; whoever takes it over waits a little longer than that before it writes. Nothing expires,
nothing beats: a device that is switched off keeps the lease until its person says ``adopt`` on another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from deepday.errors import ConflictError, GoneError, UnsupportedError
from deepday.model import EventDraft, Interval, ShowAs, WrittenEvent
from deepday.reconcile.accounts import ConnectedAccount
from deepday.reconcile.desired import base32hex
from deepday.store.leases import Lease

VALID = 300
"""Seconds for which a look at the event is good."""

SKEW = 5
"""Seconds by which the clocks of two devices may differ."""

MARKER = "deepday-lease"
_FIRST = 366 * 86_400  # in January 1971: in a calendar, and out of sight
_MOST = 1000
_TITLE = "deepday"
_WINDOW = Interval(_FIRST - 86_400, _FIRST + 2 * _MOST * 60)


@dataclass(frozen=True, slots=True)
class DeviceLease:
    """The lease as the calendar has it: ``device`` may write from ``begins`` (UTC seconds) on."""

    device: str
    epoch: int
    begins: int
    event: WrittenEvent


def find_lease(account: ConnectedAccount) -> DeviceLease | None:
    """Return the newest lease in the account's calendar. Raises as the account does."""
    found = [_parsed(event) for event in account.events.find_ours(account.calendar, _WINDOW, MARKER)]
    return max(found, key=lambda one: one.epoch, default=None)


def _made(account: ConnectedAccount, device: str, epoch: int, begins: int) -> DeviceLease | None:
    """Make the lease of that epoch, or return the one that another device made first.

    ``None`` when the id is used up: vendors do not take that of a deleted event again.
    """
    when = Interval(_FIRST + epoch * 60, _FIRST + epoch * 60 + 60)
    draft = EventDraft(
        key=base32hex(f"deepday-lease|{account.place}|{epoch}"),
        marker=MARKER,
        when=when,
        title=f"{_TITLE} {device} {begins}",
        show_as=ShowAs.FREE,
        private=True,
    )
    try:
        return _parsed(account.events.create_event(account.calendar, draft))
    except (GoneError, ConflictError):
        return None


def hold_lease(account: ConnectedAccount, device: str, known: Lease | None, now: int) -> DeviceLease | None:
    """Return the lease that counts, made for this device where there is none; ``None`` where that fails.

    ``known``: the lease as it was last seen, by whose holder it may still be held to be good. Raises as the account
    does.
    """
    found = find_lease(account)
    epoch = known.epoch if known else 0
    if found is not None and found.epoch >= epoch:
        return found
    begins = 0 if known is None or known.holder == device else now + VALID + SKEW
    made = (_made(account, device, epoch + ahead, begins) for ahead in range(1, 4))
    return next((one for one in made if one is not None), None)


def take_over(account: ConnectedAccount, device: str, now: int) -> DeviceLease:
    """Take the lease from whichever device has it.

    Raises :class:`UnsupportedError` when others do the same all the time, and as the account does.
    """
    for _ in range(3):
        before = find_lease(account)
        if before is not None and before.device == device:
            return before
        made = _made(account, device, (before.epoch if before else 0) + 1, now + VALID + SKEW)
        if made is not None and made.device == device:
            if before is not None:
                account.events.delete_event(before.event)
            return made
    raise UnsupportedError("Another device takes the lease at the same time.", "Run adopt on one device only.")


def drop_lease(account: ConnectedAccount, device: str) -> None:
    """Delete the lease if it is this device's. Raises as the account does."""
    found = find_lease(account)
    if found is not None and found.device == device:
        account.events.delete_event(found.event)


def may_write(lease: DeviceLease, device: str, now: int) -> bool:
    """Tell whether the device may write under that lease."""
    return lease.device == device and now >= lease.begins


def calendar_account(accounts: Sequence[ConnectedAccount]) -> ConnectedAccount | None:
    """Return the account whose calendar holds the lease; ``None`` when there is no calendar to hold it."""
    return next((account for account in accounts if account.calendar), None)


def _parsed(event: WrittenEvent) -> DeviceLease:
    words = event.title.split()
    device = words[1] if len(words) == 3 else ""
    begins = int(words[2]) if len(words) == 3 and words[2].isdecimal() else 0
    return DeviceLease(device, (event.when.start - _FIRST) // 60, begins, event)
