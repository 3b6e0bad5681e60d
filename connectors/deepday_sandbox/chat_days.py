"""How much is going on when: the load of each day, and the moments at which somebody writes."""

from bisect import bisect, bisect_left
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import accumulate
from random import Random
from typing import Final

from deepday.model import Interval
from deepday.model.person import instant
from deepday_sandbox.period import PERSON, days, works_on


class Load(Enum):
    """How many times on a working day somebody wants something: fewest and most."""

    OFF = (0, 0)
    CALM = (2, 4)
    ORDINARY = (12, 18)
    BUSY = (19, 25)
    HECTIC = (28, 36)


# Days differ far more than weeks do. Which day of a week is which is left to chance, how many of each sort is not:
# the weeks stay comparable from seed to seed. The re-organisation in the third week is visible.
_WEEKS: Final = (
    (Load.CALM, Load.ORDINARY, Load.ORDINARY, Load.ORDINARY, Load.BUSY),
    (Load.CALM, Load.ORDINARY, Load.ORDINARY, Load.BUSY, Load.BUSY),
    (Load.ORDINARY, Load.ORDINARY, Load.BUSY, Load.BUSY, Load.HECTIC),
    (Load.ORDINARY, Load.BUSY, Load.BUSY, Load.HECTIC),
    (Load.ORDINARY, Load.BUSY, Load.HECTIC),
)
# Messages by the hour of the working day, relative to each other.
_PROFILE: Final = {9: 0.9, 10: 1.2, 11: 1.2, 12: 0.9, 13: 0.9, 14: 1.2, 15: 1.2, 16: 1.0, 17: 0.8}
_WHILE_MEETING: Final = 0.12  # those who write sit in the same meetings


def loads(chance: Random) -> dict[date, Load]:
    """Return the load of every date of the period; ``OFF`` where the owner does not work."""
    found = dict.fromkeys(days(), Load.OFF)
    for number, week in enumerate(_WEEKS):
        working = [day for day in days()[7 * number : 7 * number + 7] if works_on(day)]
        found |= zip(working, chance.sample(week, len(week)), strict=True)
    return found


def between(chance: Random, day: date, start: str, end: str, count: int) -> list[int]:
    """Return that many UTC seconds at random between two times (``"18:05"``) of the owner's clock, in order."""
    first, last = (int(clock[:2]) * 3600 + int(clock[3:]) * 60 for clock in (start, end))
    midnight = instant(day, 0, PERSON.zone_on(day))
    offset = instant(day, first, PERSON.zone_on(day)) - midnight - first
    return sorted(midnight + offset + chance.randrange(first, last) for _ in range(count))


def in_working_hours(chance: Random, day: date, count: int, meetings: Sequence[Interval]) -> list[int]:
    """Return that many UTC seconds spread over the working hours, fewer of them in ``meetings`` (sorted, disjoint).

    One falls into each of ``count`` equal shares of the day, or else a full day would run into one single burst.
    """
    ends = [item.end for item in meetings]
    minutes: list[int] = []
    weights: list[float] = []
    for start, end in PERSON.hours.on(day):
        begin = instant(day, start, PERSON.zone_on(day))
        for offset in range(0, end - start, 60):
            at = begin + offset
            number = bisect(ends, at)
            met = number < len(meetings) and meetings[number].start <= at
            minutes.append(at)
            weights.append(_PROFILE[(start + offset) // 3600] * (_WHILE_MEETING if met else 1))
    sums = list(accumulate(weights))
    aims = ((number + chance.uniform(0.3, 0.7)) / count * sums[-1] for number in range(count))
    return [minutes[bisect_left(sums, aim)] + chance.randrange(60) for aim in aims]


def back_at_desk(chance: Random, asked: int, meant: int) -> int:
    """Return when the owner really answers what was asked at one UTC second and was meant to be answered at another.

    Who would answer long after work answers on the next working morning.
    """
    if meant - asked < 1800:
        return meant
    day = datetime.fromtimestamp(meant, PERSON.zone).date()
    day = datetime.fromtimestamp(meant, PERSON.zone_on(day)).date()
    for later in range(10):
        candidate = day + timedelta(days=later)
        if not works_on(candidate):
            continue
        spans, zone = PERSON.hours.on(candidate), PERSON.zone_on(candidate)
        morning = instant(candidate, spans[0][0], zone) + chance.randrange(60, 1500)
        if meant < instant(candidate, spans[-1][1], zone):
            return max(meant, morning)
    return meant
