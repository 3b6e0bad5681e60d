"""The few figures of a conversation, and that a gap is never a zero."""

from dataclasses import replace

import pytest

from deepday.case.evidence import Evidence, WeekCost, follows, summarise
from tests.unit.case.sample import HOUR, MONDAY, day, days, evidence, unobserved


def test_figures_are_for_five_working_days() -> None:
    found = summarise(evidence(3))
    assert found.weeks == ("2026-W11", "2026-W12", "2026-W13")
    assert found.days == 15
    assert found.work is not None
    assert found.work.middle == 40 * HOUR
    assert found.cost is not None
    assert (found.cost.low, found.cost.middle, found.cost.high) == (4 * HOUR, 7 * HOUR, 11 * HOUR)
    assert found.interruptions is not None
    assert (found.interruptions.low, found.interruptions.high) == (20, 35)
    assert found.self_share == pytest.approx(2 / 7)


def test_hours_worked_are_a_range_and_never_one_number() -> None:
    found = summarise(evidence(2)).traces
    assert found is not None
    assert (found.low, found.high) == (20 * HOUR, 45 * HOUR)


def test_a_week_of_four_observed_days_is_scaled_and_one_of_two_is_left_out() -> None:
    first, second = days(1), days(1, first=MONDAY.replace(day=16))
    first[0] = unobserved(first[0])
    second[:3] = map(unobserved, second[:3])
    costs = (WeekCost("2026-W11", 4, 4 * HOUR, 8 * HOUR, 12 * HOUR), WeekCost("2026-W12", 2, 0, 0, 0))
    found = summarise(Evidence((*first, *second), costs))
    assert found.weeks == ("2026-W11",)
    assert found.cost is not None
    assert found.cost.middle == 10 * HOUR
    assert found.work is not None
    assert found.work.middle == 40 * HOUR


def test_without_chat_only_meetings_and_working_time_are_known() -> None:
    seen = tuple(unobserved(one) for one in days(2))
    found = summarise(Evidence(seen))
    assert not found.measured
    unknown: tuple[object, ...] = (found.traces, found.interruptions, found.focus, found.broken_days, found.self_share)
    assert set(unknown) == {None}
    assert found.meetings is not None
    assert found.meetings.middle == 10 * HOUR


def test_of_nothing_nothing_is_known() -> None:
    found = summarise(Evidence())
    assert (found.weeks, found.days, found.cost, found.work, found.short_rests) == ((), 0, None, None, None)


def test_days_without_a_stretch_of_two_hours_are_counted() -> None:
    seen = [day(MONDAY.replace(day=9 + n), (HOUR,)) for n in range(4)] + [day(MONDAY.replace(day=13))]
    assert summarise(Evidence(tuple(seen))).broken_days == 4


def test_short_rests_are_counted_only_where_nights_were_observed() -> None:
    seen = [
        replace(one, rest_before=rest) for one, rest in zip(days(1), (None, 10 * HOUR, 11 * HOUR, 0, None), strict=True)
    ]
    found = summarise(Evidence(tuple(seen)))
    assert (found.short_rests, found.nights) == (2, 3)


@pytest.mark.parametrize(
    ("week", "other", "expected"),
    [("2026-W53", "2027-W01", True), ("2026-W11", "2026-W13", False), ("2026-W11", "2026-W12", True)],
)
def test_which_iso_weeks_follow_each_other(week: str, other: str, expected: bool) -> None:
    assert follows(week, other) is expected
