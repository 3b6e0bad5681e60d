"""A day's ledger on the face of the local clock: what the terminal's strip and the page's timeline draw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from deepday.measure.result import DayLedger, Span

HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class WallDay:
    """One date in seconds of local wall time since midnight, 0 to 86,400.

    ``spans`` pairs each row of the ledger with its place; ``work`` and ``breaks`` are working windows and the time
    between them; ``unknown`` the parts of ``work`` that no row covers, because a source was not observed.
    """

    ledger: DayLedger
    spans: tuple[tuple[int, int, Span], ...]
    work: tuple[tuple[int, int], ...]
    breaks: tuple[tuple[int, int], ...]
    unknown: tuple[tuple[int, int], ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where the instants lie on the clock.

        In the hour that a clock change repeats the clock runs back: there the length counts, not the clock.
        """
        zone = ZoneInfo(self.ledger.zone)
        first, last = (self._wall(instant, zone) for instant in (start, end))
        return first, last if last > first else min(first + end - start, DAY)

    def _wall(self, instant: int, zone: ZoneInfo) -> int:
        local = datetime.fromtimestamp(instant, zone)
        days = (local.date() - self.ledger.date).days
        return max(0, min(DAY, days * DAY + local.hour * HOUR + local.minute * 60 + local.second))


def wall_day(ledger: DayLedger) -> WallDay:
    """Place a ledger on the local clock."""
    bare = WallDay(ledger, (), (), (), ())
    work = tuple(bare.place(start, end) for start, end in ledger.work)
    spans = tuple((*bare.place(span.start, span.end), span) for span in ledger.spans)
    known = [(start, end) for start, end, span in spans if span.state.in_partition]
    breaks = tuple((before[1], after[0]) for before, after in pairwise(work) if before[1] < after[0])
    unknown = () if ledger.observed else tuple(hole for window in work for hole in _holes(window, known))
    return WallDay(ledger, spans, work, breaks, unknown)


def hours_shown(days: Iterable[WallDay]) -> tuple[int, int]:
    """Return the first and last full hour of everything that is known of the days, 9 and 17 if nothing is."""
    return _hours([stretch for day in days for stretch in (*day.work, *((start, end) for start, end, _ in day.spans))])


def working_hours(days: Iterable[WallDay]) -> tuple[int, int]:
    """Return the first and last full hour of the working windows; of everything known where there are none."""
    days = list(days)
    work = [window for day in days for window in day.work]
    return _hours(work) if work else hours_shown(days)


def _hours(stretches: Sequence[tuple[int, int]]) -> tuple[int, int]:
    if not stretches:
        return 9, 17
    return min(start for start, _ in stretches) // HOUR, -(-max(end for _, end in stretches) // HOUR)


def _holes(window: tuple[int, int], known: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    at, end = window
    holes: list[tuple[int, int]] = []
    for first, last in sorted(known):
        if first > at and last <= end:
            holes.append((at, first))
        at = max(at, last) if last <= end else at
    return [*holes, (at, end)] if at < end else holes
