"""One writer among a person's devices, each with a store of its own: an event far in the past says which one it is.

The event is made under an id that counts up, so that of two devices one is first. Whoever holds it looks again when
:data:`VALID` seconds are over; whoever takes it over waits longer than that before it writes, so that the one before
has :data:`HANDING_OVER` seconds to take back what it set: only that one knows what was there before. Nothing expires,
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

HANDING_OVER = 120
"""Seconds that a device which lost the lease has for taking back what it set, at least: it may learn of it late."""

MARKER = "deepday-lease"
_FIRST = 366 * 86_400  # in January 1971: in a calendar, and out of sight
_MOST = 1000  # take-overs
_TRIES = 10
_TITLE = "deepday"
_ADOPT = "If it was deleted, run deepday adopt."
_WINDOW = Interval(_FIRST - 86_400, _FIRST + 2 * _MOST * 60)


@dataclass(frozen=True, slots=True)
class DeviceLease:
    """The lease as a calendar has it: ``device`` may write from ``begins`` (UTC seconds) on."""

    device: str
    epoch: int
    begins: int


def current_lease(account: ConnectedAccount, device: str, known: Lease | None, now: int) -> DeviceLease | None:
    """Return the lease that counts, made for this device where there is none.

    ``known``: the lease as it was last seen; ``None`` is returned when it is still that one. Each holder's event stays
    when another takes over, and its id is asked for: a listing may lack some. Raises as the account does, and
    :class:`ConflictError` when the calendar shows neither this device's lease nor a newer one: what cannot be read is
    not held, since another device may have taken over unseen.
    """
    settled = known is not None and known.holder == device and known.expires_at > 0
    if known is not None:
        found = _newest(account, known.epoch if settled else known.epoch - 1)
        if settled and found is None and lease_event(account, known.epoch) is None:
            raise ConflictError("the calendar does not show the lease of this device.", _ADOPT)
        if found is not None or settled:
            return found
    listed = [_parsed(one) for one in account.events.find_ours(account.calendar, _WINDOW, MARKER)]
    found = max(listed, key=lambda one: one.epoch, default=None)
    newest = _newest(account, found.epoch if found else 0) or found
    if newest is not None:
        return newest
    # Where there was one before, its holder gave it back; what that one last read may let it write for a while.
    epoch, begins = (known.epoch, now + VALID + HANDING_OVER + SKEW) if known else (0, 0)
    return _newest_after(account, _first_made(account, device, epoch, begins))


def take_over(account: ConnectedAccount, device: str, known: Lease | None, now: int) -> DeviceLease:
    """Take the lease from whichever device has it.

    Raises :class:`UnsupportedError` when others do the same all the time, and as the account does.
    """
    for ahead in range(3):
        before, epoch = None, known.epoch if known else 0
        try:
            before = current_lease(account, device, known, now)
        except ConflictError:
            epoch += ahead  # one that is not shown is not held: the next one is made
        else:
            epoch = before.epoch if before else epoch
            if (before.device if before else known and known.holder) == device:
                return before or DeviceLease(device, epoch, 0)
        made = _made(account, device, epoch + 1, now + VALID + HANDING_OVER + SKEW)
        if made is not None and made.device == device:
            return made
    raise UnsupportedError("Another device takes the lease at the same time.", "Run adopt on one device only.")


def holders_before(account: ConnectedAccount, epoch: int) -> list[str]:
    """Return which devices held the lease before that epoch, the last one first. Raises as the account does."""
    epochs = range(epoch - 1, max(0, epoch - 1 - _TRIES), -1)
    events = (lease_event(account, one) for one in epochs)
    return list(dict.fromkeys(_parsed(event).device for event in events if event is not None))


def drop_lease(account: ConnectedAccount, device: str) -> None:
    """Delete the leases that this device ever made. Raises as the account does."""
    for event in account.events.find_ours(account.calendar, _WINDOW, MARKER):
        if _parsed(event).device == device:
            account.events.delete_event(event)


def _newest(account: ConnectedAccount, epoch: int) -> DeviceLease | None:
    """Return the newest lease after that epoch, asking for one id after the other."""
    newest = None
    for ahead in range(1, _MOST):
        event = lease_event(account, epoch + ahead)
        if event is None:
            break
        newest = _parsed(event)
    return newest


def lease_event(account: ConnectedAccount, epoch: int) -> WrittenEvent | None:
    """Return the event that holds the lease of that epoch, if the calendar shows it. Raises as the account does."""
    return account.events.find_event(account.calendar, _lease_key(account, epoch), MARKER, _when(epoch))


def _newest_after(account: ConnectedAccount, made: DeviceLease | None) -> DeviceLease | None:
    return made and (_newest(account, made.epoch) or made)


def _first_made(account: ConnectedAccount, device: str, epoch: int, begins: int) -> DeviceLease | None:
    tried = (_made(account, device, epoch + ahead, begins) for ahead in range(1, _TRIES))
    return next((one for one in tried if one is not None), None)


def _lease_key(account: ConnectedAccount, epoch: int) -> str:
    return base32hex(f"deepday-lease|{account.place}|{epoch}")


def _made(account: ConnectedAccount, device: str, epoch: int, begins: int) -> DeviceLease | None:
    """Make the lease of that epoch, or return the one that another device made first.

    ``None`` when the id is used up: vendors do not take that of a deleted event again.
    """
    draft = EventDraft(
        key=_lease_key(account, epoch),
        marker=MARKER,
        when=_when(epoch),
        title=f"{_TITLE} {device} {begins}",
        show_as=ShowAs.FREE,
        private=True,
    )
    try:
        return _parsed(account.events.create_event(account.calendar, draft))
    except (GoneError, ConflictError):
        return None


def _when(epoch: int) -> Interval:
    return Interval(_FIRST + epoch * 60, _FIRST + epoch * 60 + 60)


def may_write(lease: DeviceLease, device: str, now: int) -> bool:
    """Tell whether the device may write under that lease."""
    return lease.device == device and now >= lease.begins


def calendar_account(accounts: Sequence[ConnectedAccount]) -> ConnectedAccount | None:
    """Return the account whose calendar holds the lease; ``None`` when there is no calendar to hold it."""
    return next((one for one in accounts if one.calendar and not one.ending), None)


def _parsed(event: WrittenEvent) -> DeviceLease:
    words = event.title.split()
    device = words[1] if len(words) == 3 else ""
    begins = int(words[2]) if len(words) == 3 and words[2].isdecimal() else 0
    return DeviceLease(device, (event.when.start - _FIRST) // 60, begins)
