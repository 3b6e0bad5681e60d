"""Performance metrics beside workload, week by week: association only, with its interval (measurement C8).

Fewer than 12 weeks show no coefficient at all, fewer than 26 no comment on it. Because both series drift, the
coefficient of the week-to-week changes stands beside it as a check. Intervals are Fisher's, for Pearson's r; they
assume weeks that do not depend on each other, and are too narrow where they do.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from deepday.case.evidence import follows

LEAST_WEEKS = 12
COMMENT_WEEKS = 26
LEAST_DRAWN = 6
"""Weeks below which values are listed, not drawn."""

_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Series:
    """One metric by ISO week (``2026-W11``); a week without a value is absent. ``unit`` may be empty.

    ``team``: whether it is a team's metric, not one person's. ``note``: how it came about.
    """

    name: str
    values: Mapping[str, float]
    unit: str = ""
    team: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Association:
    """A metric beside a measure of workload: the weeks in which both are known, in order, and how they moved together.

    ``r`` is Pearson's, ``interval`` its 95 % interval, ``changes_r`` that of the changes from week to week; ``None``
    below 12 weeks, or where one of the two never changes. ``comment``: whether there are enough weeks to comment on it.
    """

    metric: str
    workload: str
    points: tuple[tuple[str, float, float], ...]  # week, workload, metric
    r: float | None
    interval: tuple[float, float] | None
    changes_r: float | None
    changes_interval: tuple[float, float] | None
    constant: bool
    unit: str = ""
    team: bool = True
    note: str = ""
    least: int = LEAST_WEEKS

    @property
    def weeks(self) -> int:
        """Weeks in which both are known."""
        return len(self.points)

    @property
    def comment(self) -> bool:
        """Whether there are enough weeks to say what the coefficient may mean."""
        return self.r is not None and self.weeks >= COMMENT_WEEKS

    @property
    def drawn(self) -> bool:
        """Whether there are enough points for a chart."""
        return self.weeks >= LEAST_DRAWN


def associate(series: Series, workload: str, values: Mapping[str, float]) -> Association:
    """Lay a metric beside a measure of workload (hours by ISO week)."""
    weeks = sorted(set(series.values) & set(values))
    points = tuple((week, values[week], series.values[week]) for week in weeks)
    load, metric = [point[1] for point in points], [point[2] for point in points]
    constant = len(points) >= LEAST_WEEKS and (len(set(load)) == 1 or len(set(metric)) == 1)
    r = pearson(load, metric) if len(points) >= LEAST_WEEKS else None
    adjacent = [(one, other) for one, other in pairwise(points) if follows(one[0], other[0])]
    changes = [(other[1] - one[1], other[2] - one[2]) for one, other in adjacent]
    enough = r is not None and len(changes) >= LEAST_WEEKS - 1
    changes_r = pearson([one[0] for one in changes], [one[1] for one in changes]) if enough else None
    return Association(
        metric=series.name,
        workload=workload,
        points=points,
        r=r,
        interval=fisher(r, len(points)) if r is not None else None,
        changes_r=changes_r,
        changes_interval=fisher(changes_r, len(changes)) if changes_r is not None else None,
        constant=constant,
        unit=series.unit,
        team=series.team,
        note=series.note,
    )


def pearson(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Return the correlation; ``None`` where one of the two does not vary."""
    if len(xs) < 2:
        return None
    # Scaled by the largest deviation, so that squares of tiny or huge numbers neither vanish nor overflow.
    dx, dy = _scaled(xs), _scaled(ys)
    if dx is None or dy is None:
        return None
    spread = math.sqrt(math.fsum(x * x for x in dx) * math.fsum(y * y for y in dy))
    return max(-1.0, min(1.0, math.fsum(x * y for x, y in zip(dx, dy, strict=True)) / spread))


def _scaled(values: Sequence[float]) -> list[float] | None:
    middle = fmean(values)
    most = max(abs(value - middle) for value in values)
    if most <= 1e-12 * max(abs(value) for value in values) or most == 0:
        return None
    return [(value - middle) / most for value in values]


def fisher(r: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a correlation of ``count`` > 3 points by Fisher's transformation."""
    if abs(r) >= 1:
        return (r, r)
    middle, half = math.atanh(r), _Z95 / math.sqrt(count - 3)
    return (math.tanh(middle - half), math.tanh(middle + half))
