"""Two weekly series side by side: association only, with its interval, and only from enough weeks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist, StatisticsError, correlation

FEWEST_WEEKS = 12
WEEKS_TO_COMMENT = 26


@dataclass(frozen=True, slots=True)
class Association:
    """Pearson's r of two series over their common weeks, with Fisher's interval.

    ``r`` and what follows are ``None`` with fewer than :data:`FEWEST_WEEKS` weeks, or where a series never changes.
    ``differenced``: r of the changes from week to week, which a common trend does not make; a sensitivity.
    ``comment``: whether there are enough weeks to say more than the numbers.
    """

    weeks: int
    r: float | None = None
    low: float | None = None
    high: float | None = None
    differenced: float | None = None
    comment: bool = False


def associate(one: Sequence[float | None], other: Sequence[float | None], level: float = 0.95) -> Association:
    """Return how two series of the same weeks move together.

    >>> round(fisher(0.5, 12)[0], 2), round(fisher(0.5, 12)[1], 2)
    (-0.1, 0.83)
    """
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    if len(pairs) < FEWEST_WEEKS:
        return Association(len(pairs))
    r = _r(pairs)
    if r is None:
        return Association(len(pairs))
    changes = [
        (c - a, d - b)
        for (a, b), (c, d) in pairwise(zip(one, other, strict=True))
        if a is not None and b is not None and c is not None and d is not None
    ]
    low, high = fisher(r, len(pairs), level)
    return Association(len(pairs), r, low, high, _r(changes), len(pairs) >= WEEKS_TO_COMMENT)


def fisher(r: float, count: int, level: float = 0.95) -> tuple[float, float]:
    """Return Fisher's interval of a correlation of ``count`` pairs."""
    if abs(r) >= 1:
        return r, r
    half = NormalDist().inv_cdf(0.5 + level / 2) / math.sqrt(count - 3)
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def _r(pairs: Sequence[tuple[float, float]]) -> float | None:
    try:
        return correlation([a for a, _ in pairs], [b for _, b in pairs])
    except StatisticsError:
        return None
