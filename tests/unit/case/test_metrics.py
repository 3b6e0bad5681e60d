"""Association only, and none of it from too few weeks (measurement C8)."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deepday.case.metrics import Series, associate, fisher, pearson


def weeks(count: int, first: int = 1) -> list[str]:
    return [f"2026-W{number:02}" for number in range(first, first + count)]


def test_twelve_weeks_with_r_of_a_half_reach_from_minus_to_plus() -> None:
    low, high = fisher(0.5, 12)
    assert (round(low, 2), round(high, 2)) == (-0.10, 0.83)


def test_at_twelve_weeks_only_more_than_58_hundredths_keeps_clear_of_zero() -> None:
    assert fisher(0.57, 12)[0] < 0 < fisher(0.59, 12)[0]


@pytest.mark.parametrize(
    ("count", "shown", "comment"), [(3, False, False), (11, False, False), (12, True, False), (26, True, True)]
)
def test_a_coefficient_needs_twelve_weeks_and_a_comment_26(count: int, shown: bool, comment: bool) -> None:
    load = {week: float(n % 5) for n, week in enumerate(weeks(count))}
    found = associate(Series("deployments", {week: float(n % 3) for n, week in enumerate(weeks(count))}), "cost", load)
    assert found.weeks == count
    assert (found.r is not None, found.interval is not None, found.comment) == (shown, shown, comment)
    assert found.drawn is (count >= 6)


def test_only_weeks_that_both_know_are_laid_side_by_side() -> None:
    found = associate(Series("x", dict.fromkeys(weeks(5), 1.0)), "cost", dict.fromkeys(weeks(5, 4), 2.0))
    assert found.points == (("2026-W04", 2.0, 1.0), ("2026-W05", 2.0, 1.0))


def test_what_never_changes_has_no_coefficient() -> None:
    names = weeks(14)
    found = associate(Series("x", dict.fromkeys(names, 0.1)), "cost", {week: float(n) for n, week in enumerate(names)})
    assert (found.r, found.constant) == (None, True)


def test_a_common_drift_shows_in_the_changes() -> None:
    names = weeks(20)
    load = {week: n + 0.3 * (-1) ** n for n, week in enumerate(names)}
    metric = {week: n + 0.3 * (-1) ** (n // 2) for n, week in enumerate(names)}
    found = associate(Series("x", metric), "cost", load)
    assert found.r is not None
    assert found.r > 0.99
    assert found.changes_r is not None
    assert abs(found.changes_r) < 0.5


def test_changes_across_a_missing_week_are_none() -> None:
    names = weeks(30)[::2]  # every other week: no two in a row
    values = {week: float(n % 4) for n, week in enumerate(names)}
    assert associate(Series("x", values), "cost", {**values, names[0]: 9.0}).changes_r is None


_NUMBERS = st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=4, max_size=30)


@given(pairs=_NUMBERS, scale=st.floats(0.1, 100), shift=st.floats(-1e3, 1e3))
def test_units_and_order_do_not_change_the_coefficient(
    pairs: list[tuple[float, float]], scale: float, shift: float
) -> None:
    xs, ys = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    r = pearson(xs, ys)
    assume(r is not None and max(xs) - min(xs) > 1 and max(ys) - min(ys) > 1)
    assert r is not None
    assert -1 <= r <= 1
    same = pearson([scale * x + shift for x in reversed(xs)], list(reversed(ys)))
    assert same is not None
    assert math.isclose(r, same, abs_tol=1e-6)
    assert pearson(ys, xs) == pytest.approx(r, abs=1e-9)
