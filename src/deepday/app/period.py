"""Which dates are meant: a date, an ISO week, or nothing said."""

import re
from datetime import date, timedelta

import arrow
from arrow.parser import ParserError

from deepday.errors import InputError

LONGEST = 3 * 366
_WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEARS = range(1970, 2101)


def parse_dates(text: str) -> tuple[date, date]:
    """Read ``2026-03-10`` or ``2026-W11`` as first and last date. Raises :class:`InputError` for anything else."""
    week, day = _WEEK.fullmatch(text.strip()), _DAY.fullmatch(text.strip())
    advice = "Write a date as 2026-03-10 or an ISO week as 2026-W11."
    if day and not 1 <= int(text.strip()[5:7]) <= 12:
        raise InputError(f"There is no month {text.strip()[5:7]}, as in {text!r}.", advice)
    try:
        first = date.fromisocalendar(int(week[1]), int(week[2]), 1) if week else arrow.get(day[0] if day else "").date()
    except (ParserError, ValueError):
        raise InputError(f"{text!r} is neither a date nor a week.", advice) from None
    if first.year not in _YEARS:
        raise InputError(f"The year of {text!r} is out of range.", advice)
    return first, first + timedelta(days=6 if week else 0)


def parse_period(first: str | None, last: str | None, *, until: date) -> tuple[date, date]:
    """Return the period asked for; without a beginning the five ISO weeks that end with the last one's week.

    ``until``: the last date that can be complete, used where no end is given. Raises :class:`InputError` where the
    end lies before the beginning, or the period is longer than three years.
    """
    end = parse_dates(last)[1] if last is not None else until
    monday = end - timedelta(days=end.weekday())
    begin = parse_dates(first)[0] if first is not None else monday - timedelta(weeks=4)
    if first is not None and last is None and begin > end:
        end = begin
    if begin > end:
        raise InputError(f"--from {begin} lies after --to {end}.", "Swap them, or correct one of the two.")
    if (end - begin).days >= LONGEST:
        raise InputError(f"{begin} to {end} is more than three years.", "Measure a shorter period.")
    return begin, end
