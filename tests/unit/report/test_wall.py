from datetime import date, timedelta

import pytest

from deepday.measure.result import DayLedger, Span, State
from deepday.report.strip import axis_for, ruler
from deepday.report.wall import HOUR, hours_shown, wall_day
from tests.unit.report import sample


def ledger_of(day: date, *spans: Span) -> DayLedger:
    end = sample.at(day + timedelta(days=1), "00:00")
    return DayLedger(day, sample.at(day, "00:00"), end, sample.ZONE, (), True, True, spans)


def test_the_end_of_a_day_is_24_and_not_0() -> None:
    day = date(2026, 3, 10)
    late = Span(sample.at(day, "23:00"), sample.at(day, "24:00"), State.AFTER_HOURS)
    assert wall_day(ledger_of(day, late)).spans[0][:2] == (23 * HOUR, 24 * HOUR)


@pytest.mark.parametrize(
    ("day", "seconds"), [(date(2026, 3, 29), 3 * HOUR), (date(2026, 10, 25), 5 * HOUR), (date(2026, 3, 30), 4 * HOUR)]
)
def test_the_clock_is_shown_on_days_that_change_it(day: date, seconds: int) -> None:
    start = sample.at(day, "00:00")
    wall = wall_day(ledger_of(day, Span(start, start + seconds, State.OFF_DAY)))
    assert wall.spans[0][:2] == (0, 4 * HOUR)


def test_a_span_in_the_repeated_hour_keeps_its_length() -> None:
    day = date(2026, 10, 25)
    before = sample.at(day, "00:00") + 3 * HOUR - 120  # 02:58 summer time; three minutes later it is 02:01 again
    first, last, _ = wall_day(ledger_of(day, Span(before, before + 180, State.OFF_DAY))).spans[0]
    assert (first, last - first) == (2 * HOUR + 58 * 60, 180)


def test_breaks_and_unknown_parts_come_from_the_working_windows() -> None:
    wall = wall_day(sample.tuesday(messages=False)[1])
    assert wall.breaks == ((12 * HOUR + 1800, 13 * HOUR + 1800),)
    assert wall.unknown == (
        (9 * HOUR, 10 * HOUR),
        (11 * HOUR + 1800, 11 * HOUR + 2400),
        (12 * HOUR, 12 * HOUR + 1800),
        (13 * HOUR + 1800, 18 * HOUR),
    )
    assert wall_day(sample.tuesday()[1]).unknown == ()


def test_the_axis_runs_over_the_hours_that_are_needed() -> None:
    days = [wall_day(sample.tuesday(late=[])[1])]
    assert hours_shown(days) == (9, 18)
    assert axis_for(days, 60).slot == 900
    assert axis_for(days, 20).slot == 1800
    assert axis_for(days, 5).slot == 3600
    assert ruler(axis_for(days, 20)).split() == ["09", "11", "13", "15", "17"]


def test_late_traces_are_cut_off_before_the_working_hours_get_coarser() -> None:
    days = [wall_day(sample.tuesday(late=[("00:10", "00:11"), ("23:10", "23:40")])[1])]
    assert hours_shown(days) == (0, 24)
    wide, narrow, narrowest = (axis_for(days, room) for room in (96, 68, 40))
    assert (wide.first, wide.last, wide.slot, wide.cuts(days[0])) == (0, 24, 900, (False, False))
    assert (narrow.first, narrow.last, narrow.slot, narrow.cuts(days[0])) == (7, 24, 900, (True, False))
    assert (narrowest.first, narrowest.last, narrowest.slot, narrowest.cuts(days[0])) == (9, 19, 900, (True, True))
