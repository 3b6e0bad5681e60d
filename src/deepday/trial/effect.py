"""The effect of deep-work days on one outcome: estimate, test by the draw itself, interval by inverting the test.

Definitions: the null distribution is that of the draw as it was made, restricted sets included. It is exact under the
sharp hypothesis that no day's value depends on its arm. The interval holds all shifts that the test does not reject.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deepday.trial import student
from deepday.trial.values import Arm, TrialWeek

if TYPE_CHECKING:
    from deepday.trial.assignments import Assignments
    from deepday.trial.contrasts import Contrasts

Bounds = tuple[float | None, float | None]
"""Low and high end; ``None`` where the data set none."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Deep-work days beside the other days, in the unit of the outcome; differences are deep minus other.

    ``p_one_sided`` is for the better side. ``interval`` has the level ``1 - alpha``, ``interval_90`` 90 %.
    ``t_interval``: from the differences of the weeks, a check; ``None`` with fewer than two complete weeks.
    ``assignments``: how many were compared, of ``possible`` ones. ``weekly``: week and its difference, where both arms
    were observed.
    """

    estimate: float
    p_two_sided: float
    p_one_sided: float
    interval: Bounds
    interval_90: Bounds
    t_interval: Bounds | None
    alpha: float
    assignments: int
    possible: int
    method: str
    statistic: str
    weeks: int
    deep_days: int
    other_days: int
    missing_days: int
    deep_mean: float
    other_mean: float
    weekly: tuple[tuple[str, float], ...]

    @property
    def smallest_p(self) -> float:
        """The smallest two-sided p that the draw could have given."""
        least = 1 / self.possible
        return least if self.method == "exact" else max(least, 1 / (self.assignments + 1))


@dataclass(frozen=True, slots=True)
class NoEffect:
    """Why no effect can be computed, as a sentence, and how many days there were."""

    why: str
    deep_days: int
    other_days: int
    missing_days: int


def estimate_effect(
    weeks: Sequence[TrialWeek],
    *,
    lower_is_better: bool = True,
    alpha: float = 0.05,
    draws: int | str | None = None,
    seed: int = 0,
) -> Effect | NoEffect:
    """Return the effect in these weeks, or why there is none to compute.

    Weeks of fewer than three days, or where a set of the draw leaves an arm empty, carry no weight. Raises
    :class:`InputError` where there are too many assignments to take all.
    """
    used = [week for week in weeks if week.usable and any(day.value is not None for day in week.days)]
    counts = [
        sum(day.arm is arm and day.value is not None for week in used for day in week.days)
        for arm in (Arm.DEEP, Arm.OTHER)
    ]
    missing = sum(day.value is None for week in used for day in week.days)
    if not all(counts):
        return NoEffect(_why_nothing(weeks, used, counts), counts[0], counts[1], missing)
    from deepday.trial.assignments import make_assignments  # noqa: PLC0415 - NumPy is an extra
    from deepday.trial.contrasts import difference_of_means, regression  # noqa: PLC0415 - same

    assignments = make_assignments(used, draws, seed)
    contrasts = difference_of_means(used, assignments) if not missing else regression(used, assignments)
    if contrasts is None:
        why = "The days that were observed cannot tell deep-work days from their weeks and weekdays."
        return NoEffect(why, counts[0], counts[1], missing)
    values = {
        arm: [day.value for week in used for day in week.days if day.arm is arm and day.value is not None]
        for arm in Arm
    }
    p_two, p_one = _p_values(contrasts, assignments, lower_is_better=lower_is_better)
    weekly = tuple((week.label, found) for week in used if (found := _difference(week)) is not None)
    return Effect(
        estimate=contrasts.estimate,
        p_two_sided=p_two,
        p_one_sided=p_one,
        interval=invert(contrasts, assignments, alpha),
        interval_90=invert(contrasts, assignments, 0.10),
        t_interval=_t_interval([value for _, value in weekly], alpha),
        alpha=alpha,
        assignments=assignments.count,
        possible=assignments.possible,
        method="exact" if assignments.exact else "monte-carlo",
        statistic=contrasts.statistic,
        weeks=len(used),
        deep_days=counts[0],
        other_days=counts[1],
        missing_days=missing,
        deep_mean=statistics.fmean(values[Arm.DEEP]),
        other_mean=statistics.fmean(values[Arm.OTHER]),
        weekly=weekly,
    )


def _why_nothing(weeks: Sequence[TrialWeek], used: Sequence[TrialWeek], counts: Sequence[int]) -> str:
    if not weeks:
        return "There are no days."
    if not used:
        return "No week has three days or more, with both arms, and a value."
    return "No deep-work day has a value." if not counts[0] else "No other day has a value."


def _p_values(contrasts: "Contrasts", assignments: "Assignments", *, lower_is_better: bool) -> tuple[float, float]:
    import numpy as np  # noqa: PLC0415 - an extra

    tolerance = 1e-9 * max(1.0, float(np.abs(contrasts.value).max(initial=0.0)))
    sign = -1 if lower_is_better else 1
    two = int(np.count_nonzero(np.abs(contrasts.value) >= abs(contrasts.estimate) - tolerance))
    one = int(np.count_nonzero(sign * contrasts.value >= sign * contrasts.estimate - tolerance))
    return assignments.share(two), assignments.share(one)


def invert(contrasts: "Contrasts", assignments: "Assignments", alpha: float) -> Bounds:
    """Return the shifts whose two-sided test gives ``p > alpha``: an interval, since p falls away from the estimate."""
    import numpy as np  # noqa: PLC0415 - an extra

    rank = assignments.rank(alpha)
    if rank < 1:
        return None, None
    low, high = contrasts.roots()
    lower = float(np.partition(low, rank - 1)[rank - 1])
    upper = float(-np.partition(-high, rank - 1)[rank - 1])
    return lower if math.isfinite(lower) else None, upper if math.isfinite(upper) else None


def _difference(week: TrialWeek) -> float | None:
    arms = [
        [day.value for day in week.days if day.arm is arm and day.value is not None] for arm in (Arm.DEEP, Arm.OTHER)
    ]
    return statistics.fmean(arms[0]) - statistics.fmean(arms[1]) if all(arms) else None


def _t_interval(differences: Sequence[float], alpha: float) -> Bounds | None:
    if len(differences) < 2:
        return None
    middle = statistics.fmean(differences)
    error = statistics.stdev(differences) / math.sqrt(len(differences))
    half = student.quantile(1 - alpha / 2, len(differences) - 1) * error
    return middle - half, middle + half
