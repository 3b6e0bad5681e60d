"""Whose week it is: address, zone over time, working hours, days off."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from deepday.errors import InputError
from deepday.model.interval import Interval

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_GROUP = re.compile(r"^([A-Za-z,\- ]+?)\s+([0-9:,\-\s]+)$")
_SPAN = re.compile(r"^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$")
_HOURS_ADVICE = 'Write hours like "Mon-Fri 09:00-12:30,13:30-18:00; Sat 10:00-12:00".'


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Scheduled hours by weekday: seconds of local wall time, sorted and apart. Time between two spans is a break."""

    by_weekday: tuple[tuple[tuple[int, int], ...], ...]

    @classmethod
    def parse(cls, text: str) -> "WeeklyHours":
        """Read ``"Mon-Fri 09:00-12:30,13:30-18:00; Sat 10:00-12:00"``.

        Raises :class:`InputError` for anything else, for spans that overlap, and for a weekday named twice.
        """
        days: dict[int, tuple[tuple[int, int], ...]] = {}
        for group in filter(None, (part.strip() for part in text.split(";"))):
            match = _GROUP.match(group)
            if match is None:
                raise InputError(f"Working hours {group!r} cannot be read.", _HOURS_ADVICE)
            spans = _parse_spans(match[2])
            for weekday in _parse_weekdays(match[1]):
                if weekday in days:
                    raise InputError(f"Working hours name {_WEEKDAYS[weekday]} twice: {text!r}.", _HOURS_ADVICE)
                days[weekday] = spans
        if not days:
            raise InputError("Working hours are empty.", _HOURS_ADVICE)
        return cls(tuple(days.get(weekday, ()) for weekday in range(7)))

    def __str__(self) -> str:
        """Write the hours as :meth:`parse` reads them, weekdays of the same hours together."""
        groups: list[list[int]] = []
        for weekday in (weekday for weekday in range(7) if self.by_weekday[weekday]):
            if groups and groups[-1][-1] == weekday - 1 and self.by_weekday[weekday] == self.by_weekday[weekday - 1]:
                groups[-1].append(weekday)
            else:
                groups.append([weekday])
        return "; ".join(
            f"{'-'.join(_WEEKDAYS[day] for day in dict.fromkeys((group[0], group[-1])))} "
            + ",".join(
                "-".join(f"{at // 3600:02}:{at % 3600 // 60:02}" for at in span) for span in self.by_weekday[group[0]]
            )
            for group in groups
        )

    def on(self, day: date) -> tuple[tuple[int, int], ...]:
        """Return the scheduled spans of that date, seconds since local midnight."""
        return self.by_weekday[day.weekday()]


def _parse_weekdays(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        names = [name.strip().title()[:3] for name in part.split("-")]
        if len(names) > 2 or any(name not in _WEEKDAYS for name in names):
            raise InputError(f"Weekdays {text.strip()!r} cannot be read.", _HOURS_ADVICE)
        first, last = _WEEKDAYS.index(names[0]), _WEEKDAYS.index(names[-1])
        found.extend(range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)])
    return found


def _parse_spans(text: str) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for part in text.split(","):
        match = _SPAN.match(part.strip())
        if match is None:
            raise InputError(f"Working hours {part.strip()!r} cannot be read.", _HOURS_ADVICE)
        start_hour, start_minute, end_hour, end_minute = map(int, match.groups())
        start, end = start_hour * 3600 + start_minute * 60, end_hour * 3600 + end_minute * 60
        if max(start_minute, end_minute) > 59 or end > 86_400 or start >= end:
            advice = "A span ends after it starts, at 24:00 at the latest; write a night shift as two spans."
            raise InputError(f"Working hours {part.strip()!r} are no span of one day.", advice)
        spans.append((start, end))
    spans.sort()
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        raise InputError(f"Working hours {text.strip()!r} overlap.", _HOURS_ADVICE)
    return tuple(spans)


@dataclass(frozen=True, slots=True)
class Trip:
    """From ``first`` to ``last`` (local dates, both included) the owner lives by ``zone``."""

    first: date
    last: date
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Person:
    """The owner of the data.

    ``holidays`` maps days off (public and own) to their names. ``slack_user`` is needed only where the address does
    not lead to the Slack user.
    """

    email: str
    zone: ZoneInfo
    hours: WeeklyHours
    slack_user: str | None = None
    trips: tuple[Trip, ...] = ()
    holidays: Mapping[date, str] = field(default_factory=dict)

    def zone_on(self, day: date) -> ZoneInfo:
        """Return the zone the owner lives by on that date."""
        for trip in self.trips:
            if trip.first <= day <= trip.last:
                return trip.zone
        return self.zone

    def midnight(self, day: date) -> int:
        """Return the instant at which that local date begins."""
        return instant(day, 0, self.zone_on(day))

    def day(self, day: date) -> Interval:
        """Return that local date as an interval of instants: 23 to 25 hours, more or fewer when travelling."""
        return Interval(self.midnight(day), self.midnight(day + timedelta(days=1)))

    def window(self, first: date, last: date) -> Interval:
        """Return the instants of the local dates ``first`` to ``last``, both included."""
        return Interval(self.midnight(first), self.midnight(last + timedelta(days=1)))


def instant(day: date, seconds: int, zone: ZoneInfo) -> int:
    """Return the UTC second at which a clock in ``zone`` shows that date and that many seconds since midnight.

    A time that a clock change repeats is its first occurrence, one that it skips moves forward with the clock
    (RFC 5545 section 3.3.5). ``seconds`` may be 86,400: the next midnight.
    """
    extra, seconds = divmod(seconds, 86_400)
    hour, rest = divmod(seconds, 3600)
    wall = datetime.combine(day + timedelta(days=extra), time(hour, rest // 60, rest % 60), tzinfo=zone)
    return int(wall.astimezone(UTC).timestamp())
