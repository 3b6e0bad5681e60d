"""The statistic under every assignment, and under every effect that the test is inverted for. Needs NumPy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepday.trial.assignments import Assignments
from deepday.trial.values import TrialWeek

_CHUNK = 4_096
_FEWEST_WEEKS_FOR_WEEKDAYS = 4
_TINY = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contrasts:
    """The statistic as a straight line in the supposed effect ``tau``, for each assignment.

    Under ``tau`` the days that were drawn deep are shifted back by it; assignment ``i`` then gives
    ``value[i] - tau * slope[i]``, and the drawn one ``estimate - tau``. All ``slope`` lie in -1 to 1.
    """

    estimate: float
    value: Floats
    slope: Floats
    statistic: str

    def roots(self) -> tuple[Floats, Floats]:
        """Return for each assignment between which ``tau`` it is at least as far out as the drawn one."""
        with np.errstate(divide="ignore", invalid="ignore"):
            one = np.where(
                self.slope > 1 - _TINY, -np.inf, (self.estimate - self.value) / np.maximum(1 - self.slope, _TINY)
            )
            other = np.where(
                self.slope < -1 + _TINY, np.inf, (self.estimate + self.value) / np.maximum(1 + self.slope, _TINY)
            )
        one = np.where(self.slope < -1 + _TINY, -np.inf, one)
        other = np.where(self.slope > 1 - _TINY, np.inf, other)
        return np.minimum(one, other), np.maximum(one, other)


def difference_of_means(weeks: Sequence[TrialWeek], assignments: Assignments) -> Contrasts:
    """Return the mean over weeks of (mean of deep days - mean of other days). Every day needs a value."""
    value = np.zeros(assignments.count)
    slope = np.zeros(assignments.count)
    estimate = 0.0
    for at, week in enumerate(weeks):
        values = np.array([day.value for day in week.days], dtype=float)
        weights = np.stack([_weights(one, len(values)) for one in week.allowed])
        drawn = np.zeros(len(values))
        drawn[list(week.drawn)] = 1
        choice = assignments.choice[:, at]
        value += (weights @ values)[choice]
        slope += (weights @ drawn)[choice]
        estimate += float(_weights(week.drawn, len(values)) @ values)
    count = len(weeks)
    return Contrasts(estimate / count, value / count, slope / count, "difference of means")


def _weights(deep: tuple[int, ...], days: int) -> Floats:
    weights = np.full(days, -1 / (days - len(deep)))
    weights[list(deep)] = 1 / len(deep)
    return weights


def regression(weeks: Sequence[TrialWeek], assignments: Assignments) -> Contrasts | None:
    """Return the effect of deep days in a regression with weeks and weekdays, over the days that have a value.

    The statistic of an assignment is its correlation with what weeks and weekdays leave of the values, which orders
    assignments as the t of the regression does. Weekdays are taken in from four weeks on. ``None`` where the days that
    are left cannot tell the effect from weeks and weekdays.
    """
    seen = [
        (number, at) for number, week in enumerate(weeks) for at, day in enumerate(week.days) if day.value is not None
    ]
    values = np.array([weeks[number].days[at].value for number, at in seen], dtype=float)
    dummies = _dummies(weeks, seen)
    basis = _column_space(dummies)
    left = values - basis @ (basis.T @ values)
    sets = [_indicator(week) for week in weeks]
    drawn = np.array([float(at in weeks[number].drawn) for number, at in seen])
    own = drawn - basis @ (basis.T @ drawn)
    length = float(np.linalg.norm(own))
    if length < 1e-6:
        return None
    value, slope = np.zeros(assignments.count), np.zeros(assignments.count)
    for start in range(0, assignments.count, _CHUNK):
        chosen = assignments.choice[start : start + _CHUNK]
        rows = np.stack([sets[number][chosen[:, number], at] for number, at in seen], axis=1)
        rows = rows - (rows @ basis) @ basis.T
        norms = np.linalg.norm(rows, axis=1)
        scale = np.where(norms > 1e-6, length * norms, np.inf)
        value[start : start + _CHUNK] = rows @ left / scale
        slope[start : start + _CHUNK] = rows @ own / scale
    return Contrasts(float(own @ left) / length**2, value, np.clip(slope, -1, 1), "regression on weeks and weekdays")


def _indicator(week: TrialWeek) -> Floats:
    found = np.zeros((len(week.allowed), len(week.days)))
    for number, one in enumerate(week.allowed):
        found[number, list(one)] = 1
    return found


def _dummies(weeks: Sequence[TrialWeek], seen: Sequence[tuple[int, int]]) -> Floats:
    people = {week.person: sum(other.person == week.person for other in weeks) for week in weeks}
    labels: list[tuple[object, ...]] = []
    for number, at in seen:
        week = weeks[number]
        many = people[week.person] >= _FEWEST_WEEKS_FOR_WEEKDAYS
        labels.append((("week", number), ("weekday", week.person, week.days[at].date.weekday()) if many else None))
    columns = sorted({one for row in labels for one in row if one is not None}, key=repr)
    return np.array([[float(column in row) for column in columns] for row in labels])


def _column_space(matrix: Floats) -> Floats:
    """Return an orthonormal basis of the columns' span."""
    left, sizes, _ = np.linalg.svd(matrix, full_matrices=False)
    return np.asarray(left[:, sizes > 1e-9 * max(1.0, float(sizes[0]))], dtype=float)
