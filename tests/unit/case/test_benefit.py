"""The forecast: the same for the same seed, and never later for one more deep-work day."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepday.case.benefit import Assumptions, Forecast, forecast
from deepday.case.evidence import EvidenceDay
from tests.unit.case.sample import HOUR, MONDAY, day, days, unobserved

START = date(2026, 5, 4)
CERTAIN = Assumptions(used=(1.0, 1.0), returned=(0.0, 0.0), holds=1.0)


def made(seen: list[EvidenceDay], hours: tuple[float, float] = (20, 30), **more: Any) -> Forecast:
    options = {"start": START, "deep_days": 1, "draws": 200, **more}
    found = forecast(seen, hours, options.pop("block", 2 * HOUR), **options)
    assert found is not None
    return found


def test_a_forecast_that_can_be_checked_by_hand() -> None:
    """Each day has a stretch of 3 h, a deep-work day of 6 h less an hour for messages: 15 h or 17 h a week."""
    seen = [day(MONDAY.replace(day=9 + 7 * week + n)) for week in range(3) for n in range(5)]
    found = made(seen, (30, 30), assumptions=CERTAIN)
    assert (found.usable, found.usable_deep) == (15 * HOUR, 17 * HOUR)
    assert found.now.early == found.now.late == date(2026, 5, 18)  # two weeks after the start
    assert found.deep.middle == date(2026, 5, 16)  # 30/17 weeks: 12.35 days
    assert found.weeks_earlier == pytest.approx((2 - 30 / 17,) * 3)


def test_the_same_seed_gives_the_same_forecast_and_another_seed_another() -> None:
    assert made(days(4)) == made(days(4))
    assert made(days(4)).deep != made(days(4), seed=2).deep or made(days(4)).now != made(days(4), seed=2).now


def test_what_happens_without_deep_work_days_does_not_depend_on_how_many_are_asked_for() -> None:
    assert {made(days(4), deep_days=count).now for count in (1, 2, 4)} == {made(days(4)).now}


_LENGTHS = st.lists(st.integers(0, 5 * HOUR), max_size=3)


@st.composite
def _weeks(draw: st.DrawFn) -> list[EvidenceDay]:
    seen = []
    for one in days(3):
        quiet = draw(_LENGTHS)
        between = (sum(quiet) + draw(st.sampled_from([0, 0, HOUR, 6 * HOUR])),)
        seen.append(replace(one, quiet=tuple(quiet), between=between))
    return seen


def _later(one: date | None, other: date | None) -> bool:
    return (one or date.max) > (other or date.max)


@settings(max_examples=60)
@given(
    seen=_weeks(),
    few=st.integers(0, 4),
    more=st.integers(0, 4),
    per=st.sampled_from([1, 2]),
    low=st.floats(0.5, 40),
    width=st.floats(0, 20),
    seed=st.integers(0, 99),
)
def test_more_deep_work_days_never_make_it_later(
    seen: list[EvidenceDay], few: int, more: int, per: int, low: float, width: float, seed: int
) -> None:
    one, other = (
        made(seen, (low, low + width), deep_days=few + extra, per_weeks=per, seed=seed, draws=20) for extra in (0, more)
    )
    for point in ("early", "middle", "late"):
        assert not _later(getattr(other.deep, point), getattr(one.deep, point))
        assert not _later(getattr(one.deep, point), getattr(one.now, point))
    assert other.unfinished_deep <= one.unfinished_deep <= one.unfinished == other.unfinished
    if one.weeks_earlier and other.weeks_earlier:
        assert one.weeks_earlier[0] >= 0
        for less, most in zip(one.weeks_earlier, other.weeks_earlier, strict=True):
            assert (less is None) == (most is None)
            assert less is None or most is None or most >= less


@settings(max_examples=40)
@given(
    seen=_weeks(),
    low=st.floats(1, 40),
    extra=st.floats(0, 20),
    block=st.integers(1, 4 * HOUR),
    grown=st.integers(0, HOUR),
)
def test_more_work_or_a_longer_block_never_make_it_earlier(
    seen: list[EvidenceDay], low: float, extra: float, block: int, grown: int
) -> None:
    one = made(seen, (low, low), block=block, draws=20)
    larger = made(seen, (low + extra, low + extra), block=block, draws=20)
    coarser = made(seen, (low, low), block=block + grown, draws=20)
    for point in ("early", "middle", "late"):
        assert not _later(getattr(one.now, point), getattr(larger.now, point))
        assert not _later(getattr(one.now, point), getattr(coarser.now, point))


def test_two_weeks_are_too_few_and_a_week_with_a_gap_does_not_count() -> None:
    seen = days(3)
    assert forecast(seen[:10], (1, 2), HOUR, start=START, deep_days=1) is None
    seen[7] = unobserved(seen[7])
    assert forecast(seen, (1, 2), HOUR, start=START, deep_days=1) is None


def test_weeks_without_any_unbroken_time_never_get_it_done() -> None:
    seen = [replace(one, quiet=(HOUR,), between=(HOUR,)) for one in days(3)]
    found = made(seen)
    assert (found.now.early, found.deep.early, found.weeks_earlier) == (None, None, None)


def test_futures_that_never_come_to_an_end_are_counted_as_later_than_all_that_is_known() -> None:
    """One hour of use in a week, two with the deep-work day: as many weeks as hours, half as many with it."""
    seen = [
        replace(one, quiet=(HOUR,), between=(HOUR, HOUR))
        if one.date.weekday() == 0
        else replace(one, quiet=(), between=())
        for one in days(3)
    ]
    certain = {"block": HOUR, "deep_days": 5, "batches": 0, "assumptions": CERTAIN, "draws": 400}
    found = made(seen, (60, 180), **certain)
    assert found.unfinished == pytest.approx(400 * 76 / 120, abs=30)
    assert found.unfinished_deep == 0
    assert found.weeks_earlier is not None
    low, middle, high = found.weeks_earlier
    assert (middle, high) == (None, None), "more than half of the futures have no known difference"
    assert low == pytest.approx(22, abs=3), (
        "what ten in a hundred stay below, 104 weeks less those of the slowest with deep days"
    )
    few = made(seen, (40, 110), **certain)
    assert few.unfinished == pytest.approx(400 * 6 / 70, abs=20)
    assert few.weeks_earlier is not None
    assert few.weeks_earlier[2] == pytest.approx(51.5, abs=1), "the 90 % point lies within what is known"
    assert few.weeks_earlier[1] == pytest.approx(37.5, abs=2), "the middle of all, not of those that finish"
