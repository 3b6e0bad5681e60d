"""The trial's weeks beside those before it: described with an interval, never tested, because nobody drew them."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from deepday.trial import student
from deepday.trial.values import Arm, TrialDay, weeks_in_order


@dataclass(frozen=True, slots=True)
class Change:
    """A difference of two means, and its interval from weeks as units; ``None`` with too few weeks."""

    estimate: float
    low: float | None
    high: float | None


class Moved(StrEnum):
    """Whether interruptions may have moved from deep-work days to other days."""

    WEEK_FELL = "the week as a whole fell"
    CANNOT_TELL = "cannot be told from moved work"
    LOOKS_MOVED = "looks like moved work"
    NOTHING = "nothing that could have moved"
    NO_BASELINE = "no baseline"


@dataclass(frozen=True, slots=True)
class Displacement:
    """Means of an outcome before the trial and in it, and what changed outside deep-work days.

    ``other_change``: other days of the trial minus baseline. ``week_change``: all days of the trial minus baseline.
    """

    baseline_mean: float | None
    deep_mean: float | None
    other_mean: float | None
    trial_mean: float | None
    baseline_days: int
    baseline_weeks: int
    other_change: Change | None
    week_change: Change | None
    moved: Moved


def compare(days: Sequence[TrialDay], *, lower_is_better: bool = True, level: float = 0.90) -> Displacement:
    """Return the displacement panel of these days (baseline, deep and other)."""
    seen = [day for day in days if day.value is not None]
    baseline = [day for day in seen if day.arm is Arm.BASELINE]
    trial = [day for day in seen if day.arm is not Arm.BASELINE]
    other = [day for day in trial if day.arm is Arm.OTHER]
    deep = [day for day in trial if day.arm is Arm.DEEP]
    week_change, other_change = change(baseline, trial, level), change(baseline, other, level)
    return Displacement(
        baseline_mean=mean(baseline),
        deep_mean=mean(deep),
        other_mean=mean(other),
        trial_mean=mean(trial),
        baseline_days=len(baseline),
        baseline_weeks=len({day.week for day in baseline}),
        other_change=other_change,
        week_change=week_change,
        moved=_moved(
            week_change, mean(deep), mean(other), len(deep) / max(1, len(trial)), lower_is_better=lower_is_better
        ),
    )


def compare_people(people: Sequence[Sequence[TrialDay]], *, lower_is_better: bool = True) -> Displacement:
    """Return the displacement panel of several people, each beside the own weeks before: means over people.

    Intervals rest on people as units (Student). There is a panel only where every one has days before with a value.
    """
    panels = [compare(days, lower_is_better=lower_is_better) for days in people]
    deep, other = (_mean(getattr(one, name) for one in panels) for name in ("deep_mean", "other_mean"))
    week_change, other_change = (
        _mean_change([getattr(one, name) for one in panels]) for name in ("week_change", "other_change")
    )
    days = [day for own in people for day in own if day.value is not None and day.arm is not Arm.BASELINE]
    share = sum(day.arm is Arm.DEEP for day in days) / max(1, len(days))
    return Displacement(
        baseline_mean=_mean(one.baseline_mean for one in panels),
        deep_mean=deep,
        other_mean=other,
        trial_mean=_mean(one.trial_mean for one in panels),
        baseline_days=sum(one.baseline_days for one in panels),
        baseline_weeks=sum(one.baseline_weeks for one in panels),
        other_change=other_change,
        week_change=week_change,
        moved=_moved(week_change, deep, other, share, lower_is_better=lower_is_better),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    every = list(values)
    known = [value for value in every if value is not None]
    return statistics.fmean(known) if known and len(known) == len(every) else None


def _mean_change(changes: Sequence[Change | None], level: float = 0.90) -> Change | None:
    values = [one.estimate for one in changes if one is not None]
    if not values or len(values) < len(changes):
        return None
    estimate = statistics.fmean(values)
    if len(values) == 1:
        return Change(estimate, None, None)
    error = statistics.stdev(values) / math.sqrt(len(values))
    half = student.quantile(0.5 + level / 2, len(values) - 1) * error
    return Change(estimate, estimate - half, estimate + half)


def mean(days: Sequence[TrialDay]) -> float | None:
    """Return the mean value, ``None`` where there is none."""
    values = [day.value for day in days if day.value is not None]
    return statistics.fmean(values) if values else None


def change(before: Sequence[TrialDay], after: Sequence[TrialDay], level: float) -> Change | None:
    """Return after minus before, with Student's interval of two groups of weekly means; ``None`` where one is empty."""
    weekly = [[mean(own) or 0.0 for _, own in weeks_in_order(days)] for days in (before, after)]
    if not all(weekly):
        return None
    first, second = weekly
    estimate = statistics.fmean(second) - statistics.fmean(first)
    df = len(first) + len(second) - 2
    if df < 1:
        return Change(estimate, None, None)
    squares = sum((value - statistics.fmean(group)) ** 2 for group in weekly for value in group)
    error = math.sqrt(squares / df * (1 / len(first) + 1 / len(second)))
    half = student.quantile(0.5 + level / 2, df) * error
    return Change(estimate, estimate - half, estimate + half)


def _moved(
    week: Change | None, deep_mean: float | None, other_mean: float | None, share: float, *, lower_is_better: bool
) -> Moved:
    """Say what the week as a whole did. ``share``: of days that are deep-work days.

    If nothing moved, it would have changed by the difference of the arms times that share.
    """
    if week is None or deep_mean is None or other_mean is None:
        return Moved.NO_BASELINE
    sign = 1 if lower_is_better else -1
    if sign * (deep_mean - other_mean) >= 0:
        return Moved.NOTHING
    worse_end = week.high if lower_is_better else week.low
    if worse_end is not None and sign * worse_end < 0:
        return Moved.WEEK_FELL
    expected = (deep_mean - other_mean) * share
    return Moved.LOOKS_MOVED if sign * week.estimate > sign * expected / 2 else Moved.CANNOT_TELL
