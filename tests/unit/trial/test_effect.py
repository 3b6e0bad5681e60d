"""Golden figures, computed by hand or by enumeration elsewhere, and the algebra of the test."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations, product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepday.errors import InputError
from deepday.trial.assignments import Assignments
from deepday.trial.effect import NoEffect, estimate_effect
from deepday.trial.reading import build_weeks
from deepday.trial.values import Arm, TrialDay, TrialWeek
from tests.unit.trial.days import FOUR_WEEKS, MONDAY, effect_of, trial_days


def test_four_weeks_with_an_effect() -> None:
    found = effect_of(FOUR_WEEKS, [(1, 3), (2, 3), (0, 2), (3, 4)])
    assert found.estimate == pytest.approx(-27.2917, abs=1e-4)
    assert (found.p_two_sided, found.p_one_sided) == (94 / 10_000, 52 / 10_000)
    assert found.interval == pytest.approx((-46.25, -8.20), abs=1e-9)
    assert found.t_interval == pytest.approx((-45.77, -8.81), abs=0.005)
    assert (found.assignments, found.possible, found.method) == (10_000, 10_000, "exact")


def test_four_weeks_without_enough_evidence() -> None:
    found = effect_of(FOUR_WEEKS, [(0, 3), (1, 4), (2, 3), (1, 4)])
    assert found.estimate == pytest.approx(-17.9167, abs=1e-4)
    assert found.p_two_sided == 1033 / 10_000
    assert found.interval == pytest.approx((-40.20, 4.25), abs=1e-9)


def test_two_weeks_of_three_days() -> None:
    found = effect_of([[10, 20, 30], [40, 25, 55]], [(0,), (1,)], (1, 3))
    assert found.estimate == -18.75
    assert (found.p_two_sided, found.p_one_sided) == (2 / 9, 1 / 9)
    assert found.interval == (None, None), "nine draws cannot set an end at 95 %"


def test_the_better_side_decides_which_tail_is_counted() -> None:
    drawn = [(1, 3), (2, 3), (0, 2), (3, 4)]
    lower = effect_of(FOUR_WEEKS, drawn)
    higher = effect_of(FOUR_WEEKS, drawn, lower_is_better=False)
    assert lower.p_one_sided + higher.p_one_sided >= 1
    assert lower.p_two_sided == higher.p_two_sided


def test_a_restricted_draw_is_compared_with_itself_only() -> None:
    """No two deep days in a row: six sets instead of ten."""
    apart = tuple(one for one in combinations(range(5), 2) if one[1] - one[0] > 1)
    days = trial_days(FOUR_WEEKS, [(1, 3), (0, 3), (0, 2), (0, 4)])
    weeks = [TrialWeek(f"{n}", tuple(days[5 * n : 5 * n + 5]), apart) for n in range(4)]
    found = estimate_effect(weeks)
    assert not isinstance(found, NoEffect)
    assert found.assignments == 6**4

    def statistic(sets: tuple[tuple[int, ...], ...]) -> Fraction:
        parts = []
        for row, one in zip(FOUR_WEEKS, sets, strict=True):
            deep = [row[i] for i in one]
            other = [row[i] for i in range(5) if i not in one]
            parts.append(Fraction(sum(deep), 2) - Fraction(sum(other), 3))
        return sum(parts, Fraction(0)) / 4

    drawn = statistic(((1, 3), (0, 3), (0, 2), (0, 4)))
    as_far = sum(abs(statistic(sets)) >= abs(drawn) for sets in product(apart, repeat=4))
    assert found.p_two_sided == as_far / 6**4


rows = st.lists(st.lists(st.integers(0, 60), min_size=5, max_size=5), min_size=3, max_size=4)
pairs = st.lists(st.sampled_from(list(combinations(range(5), 2))), min_size=4, max_size=4)


@settings(max_examples=40)
@given(rows, pairs, st.floats(-40, 40))
def test_the_interval_holds_exactly_the_shifts_that_the_test_does_not_reject(
    values: list[list[int]], drawn: list[tuple[int, ...]], shift: float
) -> None:
    """Shifting the deep days back and testing again must agree with the interval."""
    found = effect_of(values, drawn)
    low = -np.inf if found.interval[0] is None else found.interval[0]
    high = np.inf if found.interval[1] is None else found.interval[1]
    if min(abs(shift - low), abs(shift - high)) < 1e-6:
        return
    moved = [[v - shift * (at in drawn[w]) for at, v in enumerate(row)] for w, row in enumerate(values)]
    assert (effect_of(moved, drawn).p_two_sided > 0.05) == (low < shift < high)


@settings(max_examples=30)
@given(rows, pairs, st.randoms(), st.booleans())
def test_names_and_order_of_weeks_change_nothing(
    values: list[list[int]], drawn: list[tuple[int, ...]], chance: Random, missing: bool
) -> None:
    gone = ((0, 2), (1, 4)) if missing else ()
    days = trial_days(values, drawn, gone)
    names = [f"w{number}" for number in range(len(values))]
    chance.shuffle(names)
    labels = dict(zip(dict.fromkeys(day.week for day in days), names, strict=True))
    other = [TrialDay(labels[day.week], day.date, day.arm, day.value) for day in days]
    chance.shuffle(other)
    found, again = (estimate_effect(build_weeks(one, (2, 5), "test")[0]) for one in (days, other))
    if isinstance(found, NoEffect) or isinstance(again, NoEffect):
        assert found == again
        return
    assert (found.estimate, found.p_two_sided, found.interval) == (again.estimate, again.p_two_sided, again.interval)


@settings(max_examples=30)
@given(rows, pairs, st.integers(-50, 50), st.integers(1, 9), st.booleans())
def test_units_and_levels_do_not_matter(
    values: list[list[int]], drawn: list[tuple[int, ...]], add: int, times: int, missing: bool
) -> None:
    gone = ((0, 2), (1, 4)) if missing else ()
    weeks = build_weeks(trial_days(values, drawn, gone), (2, 5), "test")[0]
    other = build_weeks(trial_days([[times * v + add for v in row] for row in values], drawn, gone), (2, 5), "test")[0]
    found, again = estimate_effect(weeks), estimate_effect(other)
    if isinstance(found, NoEffect) or isinstance(again, NoEffect):
        assert type(found) is type(again)
        return
    assert again.estimate == pytest.approx(times * found.estimate, abs=1e-6)
    assert again.p_two_sided == pytest.approx(found.p_two_sided, abs=0.002)


def test_a_sample_comes_near_what_enumeration_gives() -> None:
    drawn = [(0, 3), (1, 4), (2, 3), (1, 4)]
    found = effect_of(FOUR_WEEKS, drawn, draws=99_999, seed=7)
    assert found.method == "monte-carlo"
    assert found.p_two_sided == pytest.approx(0.1033, abs=0.004)
    assert found.interval == pytest.approx((-40.20, 4.25), abs=0.5)
    assert found == effect_of(FOUR_WEEKS, drawn, draws=99_999, seed=7)
    assert found != effect_of(FOUR_WEEKS, drawn, draws=99_999, seed=8)


def test_the_smallest_p_of_a_sample_is_one_of_all_draws_and_the_drawn_one() -> None:
    values = [[0, 0, 100, 100, 100]] * 6
    assert effect_of(values, [(0, 1)] * 6, draws=99).p_two_sided == pytest.approx(1 / 100)


def test_missing_days_are_adjusted_for_weeks_and_weekdays() -> None:
    """Weeks and weekdays differ, deep days are 10 less, days are missing: the regression gives the 10 back."""
    drawn = [(0, 1), (2, 4), (1, 3), (0, 3), (2, 3)]
    values = [[100 + 20 * week + 7 * at - 10 * (at in drawn[week]) for at in range(5)] for week in range(5)]
    found = effect_of(values, drawn, missing=((0, 0), (2, 4), (3, 1)))
    assert found.estimate == pytest.approx(-10)
    assert found.missing_days == 3
    assert found.statistic == "regression on weeks and weekdays"
    assert found.interval[0] is not None
    assert found.interval[0] <= -10 + 1e-6


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ([], "There are no days."),
        ([TrialDay("w", MONDAY, Arm.DEEP, 1.0), TrialDay("w", MONDAY + timedelta(1), Arm.OTHER, 2.0)], "No week has"),
        (trial_days([[1, 2, 3, 4, 5]], [(0, 1)], [(0, 0), (0, 1)]), "No deep-work day has a value."),
        (trial_days([[1, 2, 3, 4, 5]], [(0, 1)], [(0, 2), (0, 3), (0, 4)]), "No other day has a value."),
    ],
)
def test_without_anything_to_compare_the_reason_is_said(days: list[TrialDay], why: str) -> None:
    found = estimate_effect(build_weeks(days, None, "test")[0])
    assert isinstance(found, NoEffect)
    assert found.why.startswith(why)


def test_one_week_can_prove_nothing() -> None:
    found = effect_of(FOUR_WEEKS[:1], [(1, 3)])
    assert found.smallest_p == 0.1
    assert found.interval == (None, None)


def test_what_could_not_have_been_drawn_is_refused() -> None:
    with pytest.raises(InputError, match="week 1: its 3 deep-work days are none of the sets"):
        build_weeks(trial_days(FOUR_WEEKS, [(0, 1, 2), (0, 1), (0, 1), (0, 1)]), (2, 5), "test")
    with pytest.raises(InputError, match="the allowed sets do not name it"):
        build_weeks(trial_days(FOUR_WEEKS, [(0, 1)] * 4), {"week 1": [[date(2026, 3, 2), date(2026, 3, 3)]]}, "test")
    with pytest.raises(InputError, match="could be drawn, but has no row"):
        build_weeks(trial_days(FOUR_WEEKS[:1], [(0, 1)]), {"week 1": [[date(2026, 3, 7)]]}, "test")


def test_too_many_assignments_are_not_enumerated() -> None:
    weeks = build_weeks(trial_days([[1, 2, 3, 4, 5]] * 8, [(0, 1)] * 8), (2, 5), "test")[0]
    with pytest.raises(InputError, match="100,000,000 assignments are too many"):
        estimate_effect(weeks, draws="exact")
    found = estimate_effect(weeks)
    assert not isinstance(found, NoEffect)
    assert (found.method, found.assignments, found.possible) == ("monte-carlo", 9_999, 10**8)


def test_people_are_pooled_by_the_mean_over_all_their_weeks() -> None:
    one = build_weeks(trial_days(FOUR_WEEKS[:2], [(1, 3), (2, 3)]), (2, 5), "a", 0)[0]
    other = build_weeks(trial_days(FOUR_WEEKS[2:], [(0, 2), (3, 4)]), (2, 5), "b", 1)[0]
    found = estimate_effect([*one, *other])
    assert not isinstance(found, NoEffect)
    assert found.estimate == pytest.approx(-27.2917, abs=1e-4)
    assert found.p_two_sided == 94 / 10_000


def test_the_rank_that_sets_an_end_leaves_out_p_of_exactly_alpha() -> None:
    """Of 20 assignments one gives p = .05, which rejects; a sample of 19 counts the drawn one besides."""
    exact = Assignments(np.zeros((20, 1), dtype=np.intp), exact=True, possible=20)
    sample = Assignments(np.zeros((19, 1), dtype=np.intp), exact=False, possible=10**6)
    assert (exact.share(1), exact.rank(0.05)) == (0.05, 2)
    assert (sample.share(0), sample.share(1), sample.rank(0.05)) == (0.05, 0.1, 1)


def test_with_missing_days_the_p_is_that_of_the_regressions_own_t() -> None:
    """Every assignment is fitted by ordinary least squares with weeks and weekdays, one after the other."""
    drawn = [(0, 1), (2, 4), (1, 3), (0, 3)]
    gone = {(0, 2), (2, 4), (3, 0), (3, 1)}
    found = effect_of(FOUR_WEEKS, drawn, missing=gone)
    seen = [(week, at) for week in range(4) for at in range(5) if (week, at) not in gone]
    values = np.array([FOUR_WEEKS[week][at] for week, at in seen], dtype=float)
    dummies = np.array([[week == w for w in range(4)] + [at == d for d in range(5)] for week, at in seen], dtype=float)

    def t_of(sets: tuple[tuple[int, ...], ...]) -> float:
        deep = np.array([[float(at in sets[week])] for week, at in seen])
        full = np.hstack([deep, dummies])
        errors = values - full @ np.linalg.lstsq(full, values, rcond=None)[0]
        without = values - dummies @ np.linalg.lstsq(dummies, values, rcond=None)[0]
        explained = float(without @ without - errors @ errors)
        return explained / float(errors @ errors)  # t squared, but for a constant

    every = [t_of(sets) for sets in product(combinations(range(5), 2), repeat=4)]
    own = t_of(tuple(drawn))
    assert found.p_two_sided == pytest.approx(np.mean([t >= own * (1 - 1e-9) for t in every]), abs=2e-4)
