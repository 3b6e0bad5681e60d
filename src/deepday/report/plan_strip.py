"""A date of a plan as a strip: working time, meetings, and the unbroken stretches that a deep-work day would have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import ceil
from zoneinfo import ZoneInfo

from deepday.model import Interval
from deepday.plan.problem import Member, WorkDay
from deepday.plan.result import PlannedDay

_HOUR = 3600
_USUAL = (9, 17)


@dataclass(frozen=True, slots=True)
class StripBar:
    """A bar: ``x`` and ``width`` in per cent of the axis, its class in the style sheet."""

    x: float
    width: float
    css: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A date's bars, those that lie above others last, and the same in words."""

    bars: tuple[StripBar, ...]
    words: str


@dataclass(frozen=True, slots=True)
class StripAxis:
    """The local hours that all strips of a plan run over."""

    first: int
    last: int

    def bar(self, when: Interval, zone: ZoneInfo, css: str) -> StripBar:
        """Return the bar of an interval, cut to the axis."""
        length = (self.last - self.first) * _HOUR
        start, end = (
            min(max(at - self.first * _HOUR, 0), length) for at in (_local(when.start, zone), _end(when, zone))
        )
        return StripBar(round(100 * start / length, 2), round(100 * max(0, end - start) / length, 2), css)


def strip_axis(member: Member) -> StripAxis:
    """Return the axis over the person's working time, whole hours."""
    spans = [(when, ZoneInfo(member.zone_on(day.date))) for day in member.days for when in day.windows]
    if not spans:
        return StripAxis(*_USUAL)
    first = min(_local(when.start, zone) for when, zone in spans) // _HOUR
    last = ceil(max(_end(when, zone) for when, zone in spans) / _HOUR)
    return StripAxis(first, max(last, first + 1))


def strip_of(member: Member, day: date, planned: PlannedDay | None, axis: StripAxis) -> Strip | None:
    """Return the strip of a date; ``None`` where the person does not work."""
    found = next((one for one in member.days if one.date == day and one.windows), None)
    if found is None:
        return None
    zone = ZoneInfo(member.zone_on(day))
    gone = {one.key for one in planned.displaced} if planned else set()
    meetings = [one for one in member.meetings if _during(one.when, found)]
    stays = [one.when for one in meetings if one.key not in gone]
    moves = [one.when for one in meetings if one.key in gone]
    stretches = planned.stretches if planned else ()
    bars = [
        *(axis.bar(when, zone, "window") for when in found.windows),
        *(axis.bar(when, zone, "stretch") for when in stretches),
        *(axis.bar(when, zone, "moves") for when in moves),
        *(axis.bar(when, zone, "meeting") for when in stays),
    ]
    return Strip(tuple(one for one in bars if one.width), _words(stretches, stays, moves, zone))


def _during(when: Interval, day: WorkDay) -> bool:
    return any(when.start < window.end and window.start < when.end for window in day.windows)


def _words(stretches: Sequence[Interval], stays: Sequence[Interval], moves: Sequence[Interval], zone: ZoneInfo) -> str:
    named = (("uninterrupted", stretches), ("meetings", stays), ("meetings that would move", moves))
    said = [f"{name} {_times(found, zone)}" for name, found in named if found]
    return f"{'; '.join(said) or 'no meeting'}.".capitalize()


def _times(found: Iterable[Interval], zone: ZoneInfo) -> str:
    return ", ".join(f"{_clock(one.start, zone)} to {_clock(one.end, zone)}" for one in sorted(found))


def _clock(at: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at, UTC).astimezone(zone):%H:%M}"


def _local(at: int, zone: ZoneInfo) -> int:
    """Return seconds since local midnight, as the clocks show it."""
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    return local.hour * _HOUR + local.minute * 60 + local.second


def _end(when: Interval, zone: ZoneInfo) -> int:
    """Return the end on the axis of the day that it begins on; midnight is 24:00."""
    end = _local(when.end, zone)
    return end if end > _local(when.start, zone) else 24 * _HOUR
