"""How often a trial would find a given cut, by simulation: what a user is told before the start. Needs NumPy.

The model: a day's value is 1, plus deviations of its week, its weekday and the day itself (autocorrelated), minus the
cut on deep-work days that were not broken; it is never below 0. All deviations are shares of the mean.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from deepday.trial.protocol import ProtocolWeek
from deepday.trial.values import TrialDay, weeks_in_order

Floats = NDArray[np.float64]
Sets = tuple[tuple[int, ...], ...]
TWO_OF_FIVE: Sets = tuple(combinations(range(5), 2))
ASKED = 0.80
_FEWEST_DAYS = 6


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations of days, weeks and weekdays as shares of the mean; how days follow from days before.

    ``broken``: the share of deep-work days that are no different from others.
    """

    day: float
    week: float = 0.0
    weekday: float = 0.0
    rho: float = 0.3
    broken: float = 0.15


NOISES = {
    "low": Noise(0.25, 0.10, 0.08),
    "medium": Noise(0.40, 0.15, 0.10),
    "high": Noise(0.60, 0.25, 0.15),
}


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest cut that the planned trial finds in 8 of 10 cases, as a share of the mean; ``None``: none does.

    ``low`` and ``high``: the same if the true spread of days lies at the ends of its 80 % interval. ``spread``: the
    spread of days within weeks, as a share of the mean. ``days``: how many days it was estimated from.
    """

    cut: float | None
    low: float | None
    high: float | None
    spread: float
    days: int


def simulate(
    noise: Noise, weeks: int, cut: float, runs: int, seed: int, sets: Sets = TWO_OF_FIVE
) -> tuple[Floats, NDArray[np.intp]]:
    """Return made-up trials: values with shape (runs, weeks, days), and which set each week drew (runs, weeks)."""
    chance = np.random.default_rng(seed)
    days = 1 + max(max(one) for one in sets)
    steps = chance.standard_normal((runs, weeks * days))
    series = np.empty_like(steps)
    series[:, 0] = steps[:, 0]
    for at in range(1, weeks * days):
        series[:, at] = noise.rho * series[:, at - 1] + math.sqrt(1 - noise.rho**2) * steps[:, at]
    values = 1 + noise.day * series.reshape(runs, weeks, days)
    values += noise.week * chance.standard_normal((runs, weeks, 1))
    values += noise.weekday * chance.standard_normal((runs, 1, days))
    chosen = chance.integers(0, len(sets), (runs, weeks))
    deep = _indicators(sets, days)[chosen] * (chance.random((runs, weeks, days)) >= noise.broken)
    return np.maximum(0.0, values - cut * deep), chosen


def p_values(values: Floats, chosen: NDArray[np.intp], draws: int, seed: int, sets: Sets = TWO_OF_FIVE) -> Floats:
    """Return the two-sided p of each made-up trial, against a sample of draws that all of them share."""
    runs, weeks, days = values.shape
    deep = _indicators(sets, days)
    weights = deep / deep.sum(1, keepdims=True) - (1 - deep) / (1 - deep).sum(1, keepdims=True)
    contrasts = values @ weights.T
    drawn = np.take_along_axis(contrasts, chosen[:, :, None], axis=2)[:, :, 0].sum(1)
    sample = np.random.default_rng(seed).integers(0, len(sets), (draws, weeks))
    totals = np.zeros((runs, draws))
    for week in range(weeks):
        totals += contrasts[:, week, sample[:, week]]
    as_far = np.count_nonzero(np.abs(totals) >= np.abs(drawn)[:, None] - 1e-12, axis=1)
    return np.asarray((1 + as_far) / (1 + draws), dtype=float)


def _indicators(sets: Sets, days: int) -> Floats:
    found = np.zeros((len(sets), days))
    for number, one in enumerate(sets):
        found[number, list(one)] = 1
    return found


def power(
    noise: Noise,
    weeks: int,
    cut: float,
    *,
    runs: int = 1_000,
    seed: int = 1,
    sets: Sets = TWO_OF_FIVE,
    alpha: float = 0.05,
) -> float:
    """Return the share of made-up trials with ``p <= alpha``."""
    values, chosen = simulate(noise, weeks, cut, runs, seed, sets)
    return float((p_values(values, chosen, 499, seed + 1, sets) <= alpha).mean())


def smallest_cut(noise: Noise, weeks: int, sets: Sets, alpha: float = 0.05) -> float | None:
    """Return the smallest cut, to a hundredth, that is found in 8 of 10 made-up trials; ``None``: not even 100 %."""
    low, high = 0.0, 1.0
    if power(noise, weeks, high, runs=500, sets=sets, alpha=alpha) < ASKED:
        return None
    while high - low > 0.01:
        middle = (low + high) / 2
        enough = power(noise, weeks, middle, runs=500, sets=sets, alpha=alpha) >= ASKED
        low, high = (low, middle) if enough else (middle, high)
    return round(high, 2)


def sets_of(weeks: Sequence[ProtocolWeek]) -> Sets:
    """Return the sets that a whole week of these can draw, as positions of its days."""
    full = max(weeks, key=lambda week: len(week.days))
    return tuple(tuple(full.days.index(day) for day in one) for one in full.allowed)


def detectable(baseline: Sequence[TrialDay], weeks: int, sets: Sets, alpha: float = 0.05) -> Detectable | None:
    """Return what the planned trial could find, from the days before it; ``None`` where they are too few.

    The spread is that of days around their weeks' means. Its 80 % interval is that of a variance (Wilson and Hilferty).
    """
    groups = [[day.value for day in own if day.value is not None] for _, own in weeks_in_order(baseline)]
    values = [value for group in groups for value in group]
    df = len(values) - sum(bool(group) for group in groups)
    middle = statistics.fmean(values) if values else 0.0
    if len(values) < _FEWEST_DAYS or df < 2 or middle <= 0:
        return None
    squares = sum((value - statistics.fmean(group)) ** 2 for group in groups for value in group)
    spread = math.sqrt(squares / df) / middle
    if spread == 0:
        return None
    ends = [spread * math.sqrt(df / _chi_square(share, df)) for share in (0.9, 0.1)]
    found = [smallest_cut(Noise(day=one), weeks, sets, alpha) for one in (spread, *ends)]
    return Detectable(found[0], found[1], found[2], spread, len(values))


def _chi_square(share: float, df: int) -> float:
    z = NormalDist().inv_cdf(share)
    return df * (1 - 2 / (9 * df) + z * math.sqrt(2 / (9 * df))) ** 3
