"""How quantities are written for people: durations, ranges, dates, counts. Rounded for display only."""

import unicodedata
from collections.abc import Sequence
from datetime import date

DASH = "\N{EN DASH}"
ABSENT = DASH
NOT_ENOUGH = "not enough evidence yet"

_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_MARKS = frozenset("\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{ARABIC LETTER MARK}")


def plain(text: str) -> str:
    r"""Return text that came from outside without what would steer a terminal or turn the direction of a line.

    Breaks and tabs become spaces, other control characters, lone surrogates and marks of direction are dropped.

    >>> plain("Sync\x1b[31m\x07 with\nall\u202e!")
    'Sync[31m with all!'
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_harmless, text))


def _harmless(sign: str) -> str:
    if sign.isspace():
        return sign if unicodedata.category(sign) == "Zs" else " "
    if sign in _MARKS or unicodedata.bidirectional(sign) in _TURNING:
        return ""
    return "" if unicodedata.category(sign) in {"Cc", "Cs"} else sign


def duration(seconds: float | None) -> str:
    """Write a length of time in hours and minutes; ``None`` is a dash.

    >>> duration(11_400), duration(2_700), duration(7_200), duration(20), duration(0)
    ('3 h 10 min', '45 min', '2 h', 'under 1 min', '0 min')
    """
    if seconds is None:
        return ABSENT
    if 0 < seconds < 30:
        return "under 1 min"
    hours, minutes = divmod(int(seconds + 30) // 60, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def roughly(seconds: float) -> str:
    """Write an estimate: to five minutes from an hour up, because more would look more certain than it is.

    >>> roughly(11_562), roughly(2_700)
    ('3 h 15 min', '45 min')
    """
    return duration(seconds if seconds < 3600 else 300 * int(seconds / 300 + 0.5))


def clock(seconds: float | None) -> str:
    """Write a length of time for a table, as hours and minutes; ``None`` is a dash.

    >>> clock(11_400), clock(240)
    ('3:10', '0:04')
    """
    if seconds is None:
        return ABSENT
    hours, minutes = divmod(int(seconds + 30) // 60, 60)
    return f"{hours}:{minutes:02}"


def exactly(seconds: int) -> str:
    """Write a length of time to the second, as minutes and seconds, so that a column of them adds up by hand.

    >>> exactly(3_787)
    '63:07'
    """
    return f"{seconds // 60}:{seconds % 60:02}"


def number(count: int | None) -> str:
    """Write a count; ``None`` is a dash."""
    return ABSENT if count is None else f"{count:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun.

    >>> counted(1, "day"), counted(3, "day"), counted(2, "entry", "entries")
    ('1 day', '3 days', '2 entries')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def share(part: float | None, whole: float) -> str:
    """Write a part of a whole in per cent, a dash where there is none.

    >>> share(1, 3), share(1, 1000)
    ('33 %', 'under 1 %')
    """
    if part is None or whole <= 0:
        return ABSENT
    per_cent = 100 * part / whole
    return "under 1 %" if 0 < per_cent < 0.5 else f"{per_cent:.0f} %"


def day_name(day: date) -> str:
    """Write a date for a table's row.

    >>> day_name(date(2026, 3, 10))
    'Tue 10 Mar'
    """
    return f"{day:%a} {day.day} {day:%b}"


def week_name(week: str) -> str:
    """Write an ISO week without its year.

    >>> week_name("2026-W13")
    'W13'
    """
    return week.rpartition("-")[2]


def period(first: date, last: date) -> str:
    """Write a period of dates, both included.

    >>> period(date(2026, 3, 9), date(2026, 4, 5)), period(date(2026, 3, 9), date(2026, 3, 9))
    ('9 Mar to 5 Apr 2026', '9 Mar 2026')
    """
    end = f"{last.day} {last:%b %Y}"
    if first == last:
        return end
    if first.year != last.year:
        return f"{first.day} {first:%b %Y} to {end}"
    return f"{first.day} to {end}" if first.month == last.month else f"{first.day} {first:%b} to {end}"


def listed(items: Sequence[str], limit: int) -> str:
    """Join the first ``limit`` items, and say how many more there are.

    >>> listed(["a", "b", "c"], 2), listed(["a", "b"], 2)
    ('a, b and 1 more', 'a, b')
    """
    more = len(items) - limit
    return ", ".join(items[:limit]) + (f" and {more:,} more" if more > 0 else "")
