"""Expands one recurrence rule into the instances of a window, in bounded time whatever the rule says.

dateutil decides which instances a rule has. It walks from DTSTART through every period, and where a rule matches
nothing it goes on to the year 9999. Three things bound that walk: DTSTART moves forward by whole periods, then all
dates move by a number of years after which the calendar is the same, so that the year 9999 is near, and a rule whose
walk would still be long is refused.
"""

import calendar
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from dateutil.rrule import rrulestr
from icalendar.prop import vRecur

from deepday.connect.ics.components import UnusableError

MOST_A_DAY = 48
MOST_IN_WINDOW = 2_000
MOST_PERIODS = 200_000
"""Periods that one rule may walk through: daily for 500 years, hourly for 22."""

TOO_MANY = f"it has more than {MOST_IN_WINDOW:,} occurrences in the window"

_TAIL_YEARS = 28  # left before the year 9999: every weekday of every date, leap day included, comes within 28 years
_PERIODS = {
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(days=7),
    "MONTHLY": timedelta(days=28),
    "YEARLY": timedelta(days=365),
}
_DAYS = {"HOURLY": 1, "DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
_LIMITING = ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYEASTER")
_BROKEN = (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError, ZeroDivisionError)


@dataclass(slots=True)
class Budget:
    """The periods that all rules of one file together may walk through."""

    left: int = field(default=5_000_000)

    def spend(self, periods: int) -> None:
        """Take that many.

        Raises :class:`UnusableError` when one rule takes too many or none are left.
        """
        if periods > MOST_PERIODS:
            raise UnusableError("its RRULE starts so long ago that counting its occurrences would take too long")
        if periods > self.left:
            raise UnusableError("the recurrence rules of this file would take too long together")
        self.left -= periods


@dataclass(frozen=True, slots=True)
class Rule:
    """An RRULE that is worth expanding. ``text`` is the rule without COUNT and UNTIL."""

    text: str
    freq: str
    interval: int
    count: int | None
    until: date | datetime | None
    each: int  # the most instances in a period
    sparse: bool  # whether many periods in a row may have no instance, or all of them

    @classmethod
    def parse(cls, value: str) -> "Rule":
        """Read the value of an RRULE.

        Raises :class:`UnusableError` when it is invalid, more frequent than hourly or than 48 times a day, or picks
        positions that no period has.
        """
        try:
            recur = vRecur.from_ical(value.strip().upper())
            return cls._of(recur)
        except _BROKEN:
            raise UnusableError("its RRULE is invalid") from None

    @classmethod
    def _of(cls, recur: vRecur) -> "Rule":
        freq = str(recur["FREQ"][0]).upper()
        interval = int(recur.get("INTERVAL", [1])[0])
        count = int(recur["COUNT"][0]) if "COUNT" in recur else None
        if interval < 1 or (count is not None and count < 1):
            raise UnusableError("its RRULE is invalid: INTERVAL and COUNT are at least 1")
        if freq not in _PERIODS:
            raise UnusableError(f"its RRULE repeats more often than hourly (FREQ={freq[:10]})")
        times = math.prod(len({*map(int, recur.get(name, [0]))}) for name in ("BYMINUTE", "BYSECOND"))
        hours = len({*map(int, recur.get("BYHOUR", [0]))})
        a_day = times * (min(hours, -(-24 // interval)) if "BYHOUR" in recur else -(-24 // interval))
        each = times
        if freq != "HOURLY":
            a_day = times * hours
            each = a_day * _DAYS[freq]
        if a_day > MOST_A_DAY:
            raise UnusableError(f"its RRULE repeats more than {MOST_A_DAY} times a day")
        if "BYSETPOS" in recur and min(abs(int(position)) for position in recur["BYSETPOS"]) > each:
            raise UnusableError("its RRULE never matches: no period has as many instances as BYSETPOS counts")
        until = recur["UNTIL"][0] if "UNTIL" in recur else None
        if until is not None and not isinstance(until, date):
            raise UnusableError("its RRULE is invalid: UNTIL is no date")
        same_weekday = "BYDAY" in recur and freq in {"HOURLY", "DAILY"} and interval % 7 == 0
        sparse = same_weekday or any(name in recur for name in _LIMITING)
        for name in ("COUNT", "UNTIL"):
            recur.pop(name, None)
        text = recur.to_ical().decode()  # type: ignore[no-untyped-call]
        return cls(text, freq, interval, count, until, each, sparse)

    def instances(
        self, start: datetime, until: datetime | None, low: datetime, high: datetime, budget: Budget
    ) -> list[datetime]:
        """Return the instances from ``low`` to ``high``, both included, all in naive time of the zone of DTSTART.

        ``start`` is DTSTART, which is in the result only where the rule matches it; ``until`` is UNTIL in that time.
        Raises :class:`UnusableError` when the rule never matches or gives too many instances.
        """
        if until is not None:
            high = min(high, until)
        if high < max(start, low):
            return []
        count = self.count
        if count is not None and count >= self.each * (self._periods(start, high) + 2):
            count = None  # it ends after the window, so it does not matter where it began
        begin = start if count is not None else self._forward(start, low)
        budget.spend(self._walk(begin, high, count))
        years = _years_ahead(begin.year, high.year + 1)
        ahead = datetime(begin.year + years, 1, 1) - datetime(begin.year, 1, 1)  # noqa: DTZ001 - naive on purpose
        text = self.text if count is None else f"{self.text};COUNT={count}"
        try:
            found = _between(rrulestr(text, dtstart=begin + ahead), low + ahead, high + ahead)
        except _BROKEN:
            raise UnusableError("its RRULE is invalid") from None
        return [instance - ahead for instance in found]

    def _walk(self, begin: datetime, high: datetime, count: int | None) -> int:
        """Return about how many periods dateutil walks through; it goes through at most two hours of an empty day."""
        walk = self._periods(begin, high)
        if not self.sparse:
            return walk if count is None else min(walk, 7 * count)
        beyond = 2 * _TAIL_YEARS * 366 * 86_400 // int(_PERIODS[self.freq].total_seconds())
        return walk + (beyond // 12 if self.freq == "HOURLY" else beyond) // self.interval

    def _periods(self, start: datetime, end: datetime) -> int:
        return max(0, (end - start) // (_PERIODS[self.freq] * self.interval)) + 1

    def _forward(self, start: datetime, low: datetime) -> datetime:
        """Return DTSTART moved forward by whole intervals, at least one interval before ``low``.

        Months and years move by whole years, so that the day of the month stays; 29 February does not move.
        """
        if self.freq in {"MONTHLY", "YEARLY"}:
            step = self.interval if self.freq == "YEARLY" else math.lcm(self.interval, 12) // 12
            skipped = (low.year - start.year) // step - 1
            leap_day = (start.month, start.day) == (2, 29)
            return start if skipped < 1 or leap_day else start.replace(year=start.year + skipped * step)
        period = _PERIODS[self.freq] * self.interval
        return start + max(0, (low - start) // period - 1) * period


def _between(instances: Iterable[datetime], low: datetime, high: datetime) -> list[datetime]:
    """Return the instances from ``low`` to ``high``, as far as they are no more than a window may have."""
    found: list[datetime] = []
    matched = False
    for instance in instances:
        matched = True
        if instance > high:
            break
        if instance >= low:
            found.append(instance)
        if len(found) > 2 * MOST_IN_WINDOW:  # the caller looks a little beyond the window, and counts exactly
            raise UnusableError(TOO_MANY)
    if not matched:
        raise UnusableError("its RRULE never matches")
    return found


@lru_cache(maxsize=256)
def _years_ahead(first: int, last: int) -> int:
    """Return by how many years the years ``first`` to ``last`` can move so that every date keeps its weekday.

    The furthest such move that leaves 28 years before the year 9999, 0 if there is none.
    """
    latest = 9999 - _TAIL_YEARS - (last - first) - 1
    for moved in range(latest, first, -1):
        if all(
            calendar.weekday(moved + year - first, 1, 1) == calendar.weekday(year, 1, 1)
            and calendar.isleap(moved + year - first) == calendar.isleap(year)
            for year in range(first, last + 1)
        ):
            return moved - first
    return 0
