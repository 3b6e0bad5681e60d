"""Local dates as instants: working windows, and the segments that a day is cut into (A0, A1, A9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deepday.measure import engine
from deepday.model import (
    CalendarEvent,
    EventKind,
    Interval,
    Person,
    Response,
    ShowAs,
    intersect,
    merge,
    subtract,
    total,
)
from deepday.model.person import instant


@dataclass(frozen=True, slots=True)
class Day:
    """One local date of the owner.

    ``scheduled``: the normal length of that weekday in seconds, ``planned`` its hours. ``windows``: working time W,
    without breaks, holidays and absences. ``segments``: ``(start, end, kind)`` with the kinds of
    :mod:`deepday.measure.engine`; they cover the date without gaps. ``day_off``: the holiday's name, or "absent", else
    empty.
    """

    date: date
    span: Interval
    scheduled: int
    planned: tuple[Interval, ...]
    windows: tuple[Interval, ...]
    segments: tuple[tuple[int, int, int], ...]
    day_off: str

    @property
    def work(self) -> int:
        """Length of W in seconds."""
        return total(self.windows)

    @property
    def eligible(self) -> bool:
        """Whether at least half of the normal hours are left (A1)."""
        return self.scheduled > 0 and 2 * self.work >= self.scheduled


def week_key(day: date) -> str:
    """Return the ISO week as ``2026-W11`` (A12)."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def dates(first: date, last: date) -> list[date]:
    """Return the dates from ``first`` to ``last``, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def absences(events: Sequence[CalendarEvent], person: Person) -> list[Interval]:
    """Return when the owner was out of office: marked so, accepted, not cancelled. All-day entries are dates."""
    away: list[Interval] = []
    for event in events:
        marked = event.kind is EventKind.OUT_OF_OFFICE or event.show_as is ShowAs.OUT_OF_OFFICE
        if not marked or event.cancelled or event.response is not Response.ACCEPTED or event.show_as is ShowAs.FREE:
            continue
        if isinstance(event.when, Interval):
            away.append(event.when)
        else:
            away.append(Interval(person.midnight(event.when.first), person.midnight(event.when.end)))
    return merge(away)


def working_days(person: Person, first: date, last: date, away: Sequence[Interval]) -> list[Day]:
    """Return the dates from ``first`` to ``last`` with their windows; ``away`` as :func:`absences` gives it.

    Each date begins where the one before ends. Across the date line, going east, a date may have no time left at all.
    """
    days: list[Day] = []
    end = person.midnight(first)
    for day in dates(first, last):
        span = Interval(end, max(end, person.day(day).end))
        days.append(_day(person, day, span, away))
        end = span.end
    return days


def _day(person: Person, day: date, span: Interval, away: Sequence[Interval]) -> Day:
    zone = person.zone_on(day)
    plan = person.hours.on(day)
    planned = [Interval(instant(day, start, zone), instant(day, end, zone)) for start, end in plan]
    normal = sum(end - start for start, end in plan)
    planned = intersect(merge(planned), [span])  # a journey may end the date early
    if day in person.holidays:
        return Day(
            day, span, normal, tuple(planned), (), ((span.start, span.end, engine.OFF_DAY),), person.holidays[day]
        )
    absent = [item for item in away if item.start < span.end and item.end > span.start]
    windows = subtract(planned, absent)
    if not windows:
        name = "absent" if absent and normal else ""
        return Day(day, span, normal, tuple(planned), (), ((span.start, span.end, engine.OFF_DAY),), name)
    return Day(day, span, normal, tuple(planned), tuple(windows), _segments(span, windows, absent), "")


def _segments(
    span: Interval, windows: Sequence[Interval], absent: Sequence[Interval]
) -> tuple[tuple[int, int, int], ...]:
    envelope = Interval(windows[0].start, windows[-1].end)
    present = subtract([span], absent)
    parts = {
        engine.WORK: list(windows),
        engine.BREAK: subtract(intersect([envelope], present), windows),
        engine.AFTER_HOURS: subtract(present, [envelope]),
        engine.OFF_DAY: intersect([span], absent),
    }
    return tuple(sorted((part.start, part.end, kind) for kind, found in parts.items() for part in found))
