"""Which dates are meant: a date, an ISO week, or nothing said."""

import re
from datetime import date, timedelta

import arrow
from arrow.parser import ParserError

from deepday.errors import InputError

LONGEST = 3 * 366
_WEEK = re.compile(r"^(\d{4})-?[Ww](\d{1,2})$")


def parse_dates(text: str) -> tuple[date, date]:
    """Read ``2026-03-10`` or ``2026-W11`` as first and last date. Raises :class:`InputError` for anything else."""
    week = _WEEK.match(text.strip())
    try:
        if week:
            first = date.fromisocalendar(int(week[1]), int(week[2]), 1)
            return first, first + timedelta(days=6)
        day = arrow.get(text.strip(), "YYYY-MM-DD").date()
    except (ParserError, ValueError):
        raise InputError(
            f"{text!r} is neither a date nor a week.", "Write a date as 2026-03-10 or an ISO week as 2026-W11."
        ) from None
    return day, day


def parse_period(first: str | None, last: str | None, *, until: date) -> tuple[date, date]:
    """Return the period asked for; without a beginning the five ISO weeks that end with the last one's week.

    ``until``: the last date that can be complete, used where no end is given. Raises :class:`InputError` where the
    end lies before the beginning, or the period is longer than three years.
    """
    end = parse_dates(last)[1] if last else until
    monday = end - timedelta(days=end.weekday())
    begin = parse_dates(first)[0] if first else monday - timedelta(weeks=4)
    if first and not last and begin > end:
        end = begin
    if begin > end:
        raise InputError(f"--from {begin} lies after --to {end}.", "Swap them, or correct one of the two.")
    if (end - begin).days >= LONGEST:
        raise InputError(f"{begin} to {end} is more than three years.", "Measure a shorter period.")
    return begin, end
