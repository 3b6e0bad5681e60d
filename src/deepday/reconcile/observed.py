"""What a vendor says now. Unknown is a value of its own: nothing that was not seen counts as absent."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from deepday.connect import EventWriter
from deepday.model import AnySetting, Interval, WrittenEvent
from deepday.store.ledger import FINAL, EntryState, LedgerEntry

DAY = 86_400
SUDDENLY_EMPTY = 3
"""From so many events of ours on, a calendar in which none of them is left is not believed."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It could not be read. ``why``: in words."""

    why: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A setting's value, read at ``at`` (UTC seconds)."""

    value: AnySetting
    at: int


@dataclass(frozen=True, slots=True)
class SeenEvents:
    """Our events in a calendar, read at ``at`` (UTC seconds).

    ``present``: by key. ``absent``: keys of events that the vendor, asked for each one, said it has not. Of a key that
    is in neither nothing is known.
    """

    present: Mapping[str, WrittenEvent] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    at: int = 0


@dataclass(frozen=True, slots=True)
class Sight:
    """Where to look for events of ours.

    ``markers``: those under which we made any. ``canary``: tells whether the calendar shows the devices' lease, which
    is there as long as the calendar is; ``None`` where there is no lease. ``forced``: a person said that what is not
    there is gone.
    """

    writer: EventWriter
    calendar: str
    markers: Sequence[str]
    window: Interval
    canary: Callable[[], bool] | None = None
    forced: bool = False


def read_events(sight: Sight, entries: Iterable[LedgerEntry], now: int) -> SeenEvents | Unknown:
    """Look at our events in the window, and ask by key for each that should be there and is not in the list.

    :class:`Unknown` when none of many is left, or none at all in a calendar that has lost more than that: this is more
    likely a fault than a decision. Raises as the writer does.
    """
    listed = (sight.writer.find_ours(sight.calendar, sight.window, marker) for marker in sight.markers)
    present = {event.key: event for events in listed for event in events}
    missed = [
        entry
        for entry in entries
        if entry.state not in FINAL and entry.key not in present and _overlap(entry.when, sight.window)
    ]
    known = [entry for entry in missed if entry.state is EntryState.APPLIED]
    if len(known) >= SUDDENLY_EMPTY and not present and not sight.forced:
        return Unknown(f"None of {len(known)} events of ours is left in the calendar; that is not believed.")
    absent = set()
    for entry in missed:
        found = sight.writer.find_event(sight.calendar, entry.key, entry.marker, entry.when)
        if found is None:
            absent.add(entry.key)
        else:
            present[entry.key] = found
    if known and not present and sight.canary and not sight.forced and not sight.canary():
        return Unknown("The calendar seems to have lost everything of ours; that is not believed.")
    return SeenEvents(present, frozenset(absent), now)


def window_of(
    entries: Iterable[LedgerEntry], plans: Iterable[Interval], now: int, *, everything: bool = False
) -> Interval:
    """Return the time in which our events are looked for.

    It goes a day back, to whatever is unsettled, or with ``everything`` to the first of all; and as far ahead as
    anything is planned or known.
    """
    told = list(entries)
    begun = [
        one.when.start for one in told if everything or (one.state not in FINAL and one.state is not EntryState.APPLIED)
    ]
    ends = [one.when.end for one in told if everything or one.state not in FINAL]
    return Interval(min([now, *begun]) - DAY, max([now, *ends, *(when.end for when in plans)]) + DAY)


def _overlap(one: Interval, other: Interval) -> bool:
    return one.start < other.end and one.end > other.start
