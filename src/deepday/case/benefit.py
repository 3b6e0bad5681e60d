"""When the critical work would be done: the user's own measured weeks, resampled, with and without deep-work days.

Each simulated future draws whole measured weeks with replacement. What is unknown and the same every week is drawn once
for the whole of it: the hours that are left (between the user's own two estimates), the share of unbroken time that
goes to this work, and how much of the chat that a deep-work day keeps away comes back on the other days. Both arms
share all draws, and the days that become deep-work days are the first of one shuffled order: so one more deep-work day
never makes a simulated future later.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from deepday.case.evidence import FEWEST_DAYS, FEWEST_WEEKS, EvidenceDay

LONGEST_WEEKS = 104
DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the forecast takes for granted. Pairs are the ends of an even distribution.

    ``used``: share of unbroken time that goes to this work. ``returned``: share of the time gained that is lost again
    on other days. ``holds``: how likely a deep-work day takes place as planned.
    """

    used: tuple[float, float] = (0.5, 0.9)
    returned: tuple[float, float] = (0.0, 0.5)
    holds: float = 0.85


ASSUMPTIONS = Assumptions()


@dataclass(frozen=True, slots=True)
class Spread:
    """The 10 %, 50 % and 90 % points of a date over the simulated futures; ``None``: later than two years."""

    early: date | None
    middle: date | None
    late: date | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Dates on which the work would be done, in weeks as they were (``now``) and with deep-work days (``deep``).

    ``usable`` and ``usable_deep``: mean seconds of unbroken time in a measured week, before assumptions of how it is
    used. ``unfinished`` and ``unfinished_deep``: in how many of the ``draws`` futures the work is not done within
    :data:`LONGEST_WEEKS`. ``weeks_earlier``: the 10 %, 50 % and 90 % points of the difference in weeks over all
    futures. Where work is not done, the difference is known from below only: such a future counts with the least that
    it can be at the first point, and as beyond all others at the second and third, which are ``None`` where it decides
    them. ``None`` altogether: not even a least difference is known.
    """

    now: Spread
    deep: Spread
    usable: float
    usable_deep: float
    weeks_earlier: tuple[float, float | None, float | None] | None
    unfinished: int
    unfinished_deep: int
    weeks: tuple[str, ...]
    block: int
    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class _Day:
    """Seconds of stretches that are long enough: as measured, and what a deep-work day would add."""

    usable: int
    gain: int


def forecast(
    days: Sequence[EvidenceDay],
    hours: tuple[float, float],
    block: int,
    *,
    start: date,
    deep_days: int,
    per_weeks: int = 1,
    batches: int = 3600,
    assumptions: Assumptions = ASSUMPTIONS,
    seed: int = 1,
    draws: int = DRAWS,
) -> Forecast | None:
    """Return when ``hours`` (low, high) of work that needs stretches of ``block`` seconds would be done.

    ``deep_days`` in every ``per_weeks`` weeks; on each, ``batches`` seconds are for messages. A week counts when all
    its working days were observed, at least three of them. ``None`` with fewer than three such weeks: nothing is known
    then of how weeks differ.
    """
    weeks: dict[str, list[_Day]] = {}
    for day in days:
        if day.counts:
            weeks.setdefault(day.week, []).append(_day(day, block, batches))
    holes = {day.week for day in days if day.eligible and not day.observed}
    weeks = {week: those for week, those in weeks.items() if week not in holes and len(those) >= FEWEST_DAYS}
    if len(weeks) < FEWEST_WEEKS:
        return None
    sample = list(weeks.values())
    pairs = [_future(f"{seed} {n}", sample, hours, deep_days, per_weeks, assumptions) for n in range(draws)]
    mean = sum(day.usable for week in sample for day in week) / len(sample)
    # In the mean every day is as likely to be a deep-work day.
    gains = [sum(day.gain for day in week) / len(week) for week in sample]
    gained = assumptions.holds * deep_days / per_weeks * sum(gains) / len(gains)
    return Forecast(
        now=_spread([pair[0] for pair in pairs], start),
        deep=_spread([pair[1] for pair in pairs], start),
        usable=mean,
        usable_deep=mean + gained,
        weeks_earlier=_difference(pairs),
        unfinished=sum(now == float("inf") for now, _ in pairs),
        unfinished_deep=sum(deep == float("inf") for _, deep in pairs),
        weeks=tuple(weeks),
        block=block,
        draws=draws,
        seed=seed,
    )


def _day(day: EvidenceDay, block: int, batches: int) -> _Day:
    """Meetings stay on a deep-work day; only messages wait for the batch windows, so its stretches can only grow."""
    usable = sum(stretch for stretch in day.quiet if stretch >= block)
    protected = sum(stretch for stretch in day.between if stretch >= block)
    return _Day(usable, max(0, protected - batches - usable))


def _future(
    seed: str,
    sample: Sequence[Sequence[_Day]],
    hours: tuple[float, float],
    deep_days: int,
    per_weeks: int,
    assumed: Assumptions,
) -> tuple[float, float]:
    """Return after how many weeks the work is done, without and with deep-work days; infinity when never."""
    # Two streams: which weeks come does not depend on which of their days are deep-work days.
    future, chance = random.Random(f"weeks {seed}"), random.Random(f"days {seed}")  # noqa: S311 - not for secrets
    need = 3600 * future.uniform(*hours)
    used = future.uniform(*assumed.used)
    kept = 1 - chance.uniform(*assumed.returned)
    plain, deep = [0.0], [0.0]
    while plain[-1] < need and len(plain) <= LONGEST_WEEKS:
        unit = [future.choice(sample) for _ in range(per_weeks)]
        # The days of a unit in one shuffled order, and for each whether a deep-work day there would hold.
        order = [(number, day.gain) for number, week in enumerate(unit) for day in week]
        chance.shuffle(order)
        holding = [chance.random() < assumed.holds for _ in order]
        gains = [0.0] * per_weeks
        for (number, gain), holds in list(zip(order, holding, strict=True))[:deep_days]:
            gains[number] += kept * gain * holds
        for number, week in enumerate(unit):
            usable = sum(day.usable for day in week)
            plain.append(plain[-1] + used * usable)
            deep.append(deep[-1] + used * (usable + gains[number]))
    return _crossing(plain, need), _crossing(deep, need)


def _crossing(done: Sequence[float], need: float) -> float:
    """Return at which point of the weeks ``done`` reaches ``need``, even progress within a week assumed."""
    for number, (before, after) in enumerate(pairwise(done)):
        if after >= need:
            return number + (need - before) / (after - before) if after > before else float(number)
    return float("inf")


def _spread(weeks: Sequence[float], start: date) -> Spread:
    ordered = sorted(weeks)
    points = (_quantile(ordered, part) for part in (0.1, 0.5, 0.9))
    return Spread(*(None if at == float("inf") else start + timedelta(days=round(7 * at)) for at in points))


def _difference(pairs: Sequence[tuple[float, float]]) -> tuple[float, float | None, float | None] | None:
    """Return the points of the difference; what does not come to an end is censored at the longest time looked at."""
    never = float("inf")
    least = sorted(max(0.0, (LONGEST_WEEKS if now == never else now) - deep) for now, deep in pairs)
    most = sorted(never if now == never else now - deep for now, deep in pairs)
    low = _quantile(least, 0.1)
    middle, high = (None if at == never else at for at in (_quantile(most, 0.5), _quantile(most, 0.9)))
    return None if low == 0 and high is None else (low, middle, high)


def _quantile(ordered: Sequence[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
