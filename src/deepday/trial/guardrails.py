"""Costs to others and to oneself, judged as non-inferiority: "not worse" only where the data rule the margin out."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

from deepday.trial.effect import Bounds, Effect, NoEffect


class Judgement(StrEnum):
    """What may be said of a guardrail."""

    NOT_WORSE = "not worse"
    NO_SIGN = "no sign of harm, but too few to rule it out"
    SIGN = "a sign of harm, but too few to be sure"
    WORSE = "worse"
    NOTHING = "nothing was recorded"


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A guardrail's result: deep minus other days, the end of its one-sided 95 % bound on the bad side, the margin.

    ``deep`` and ``other`` are means or shares, ``deep_count`` and ``other_count`` what they rest on. ``margin`` and
    ``bound`` are positive on the bad side.
    """

    name: str
    unit: str
    margin: float
    judgement: Judgement
    deep: float | None = None
    other: float | None = None
    deep_count: int = 0
    other_count: int = 0
    harm: float | None = None
    bound: float | None = None


def judge_days(name: str, unit: str, margin: float, effect: Effect | NoEffect, *, lower_is_better: bool) -> Guardrail:
    """Judge a guardrail with a value for each day by the 90 % interval of its effect: 95 % one-sided."""
    if isinstance(effect, NoEffect):
        return Guardrail(name, unit, margin, Judgement.NOTHING, None, None, effect.deep_days, effect.other_days)
    sign = 1 if lower_is_better else -1
    harm = sign * effect.estimate
    best, worst = _ends(effect.interval_90, sign)
    return Guardrail(
        name,
        unit,
        margin,
        _judge(harm, best, worst, margin),
        effect.deep_mean,
        effect.other_mean,
        effect.deep_days,
        effect.other_days,
        harm,
        worst,
    )


def judge_shares(name: str, margin: float, deep: tuple[int, int], other: tuple[int, int]) -> Guardrail:
    """Judge a share that should be high, given as (in time, all) for deep and other days.

    The bound is Newcombe's for the difference of two proportions, from Wilson's intervals, at 95 % one-sided.
    """
    if not deep[1] or not other[1]:
        return Guardrail(name, "share", margin, Judgement.NOTHING, None, None, deep[1], other[1])
    p, q = deep[0] / deep[1], other[0] / other[1]
    (low_p, high_p), (low_q, high_q) = wilson(*deep), wilson(*other)
    harm = q - p
    worst = harm + math.sqrt((p - low_p) ** 2 + (high_q - q) ** 2)
    best = harm - math.sqrt((high_p - p) ** 2 + (q - low_q) ** 2)
    return Guardrail(name, "share", margin, _judge(harm, best, worst, margin), p, q, deep[1], other[1], harm, worst)


def _ends(bounds: Bounds, sign: int) -> tuple[float | None, float | None]:
    low, high = bounds
    if sign > 0:
        return low, high
    return (None if high is None else -high), (None if low is None else -low)


def _judge(harm: float, best: float | None, worst: float | None, margin: float) -> Judgement:
    if worst is not None and worst < margin:
        return Judgement.NOT_WORSE
    if best is not None and best > 0:
        return Judgement.WORSE
    return Judgement.SIGN if harm > margin else Judgement.NO_SIGN


def wilson(hits: int, of: int, level: float = 0.90) -> tuple[float, float]:
    """Return Wilson's interval of a proportion.

    >>> tuple(round(end, 3) for end in wilson(9, 10))
    (0.652, 0.978)
    """
    z = NormalDist().inv_cdf(0.5 + level / 2)
    p = hits / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def upper_bound(hits: int, of: int, level: float = 0.95) -> float:
    """Return the exact one-sided upper bound of a proportion (Clopper and Pearson).

    >>> [round(upper_bound(0, count), 3) for count in (16, 48, 96)]
    [0.171, 0.061, 0.031]
    """
    if hits >= of:
        return 1.0
    return _bisect(lambda p: sum(math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(hits + 1)) > 1 - level)


def _bisect(holds: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return (low + high) / 2
