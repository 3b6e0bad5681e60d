"""The golden examples of the definitions: G 5 min, handling 1 min, lag 10 min, attend window 15 min."""

from datetime import date, timedelta

import pytest

from deepday.measure.days import week_key
from deepday.measure.latency import kaplan_meier
from deepday.measure.parameters import Parameters, ResumptionLag
from deepday.measure.result import Switches
from deepday.model import CalendarEvent, DateRange, EventKind, Interval, Response, ShowAs
from tests.unit.measure.office import (
    TUESDAY,
    at,
    chat,
    measured,
    meeting,
    message,
    minutes,
    one_day,
    person,
)


def test_1_a_single_interruption() -> None:
    day = one_day(messages=chat("10:00 in, 10:03 out"))
    assert day.figures.interruptions == 1
    assert minutes(day, "handling", "cost", "focus120", "quiet60", "fragmented") == [3, 13, 417, 477, 60]


OVERLAPPING = [
    meeting("10:00", "11:00"),
    meeting("10:30", "11:30"),
    meeting("10:45", "11:15", response=Response.DECLINED),
    meeting("14:00", "15:00", response=Response.TENTATIVE),
    meeting("15:00", "16:00", show_as=ShowAs.FREE),
    meeting("16:00", "16:30", cancelled=True),
    meeting("12:00", "14:00", kind=EventKind.FOCUS_TIME),
    meeting("16:30", "17:00", people=1),
]


def test_2_overlapping_meetings_count_once() -> None:
    day = one_day(OVERLAPPING)
    assert minutes(day, "meeting", "double_booked", "free", "calendar_focus", "fragmented") == [90, 30, 390, 330, 60]


def test_2_tentative_meetings_count_when_asked() -> None:
    day = one_day(OVERLAPPING, parameters=Parameters(count_tentative=True))
    assert minutes(day, "meeting", "free", "calendar_focus") == [150, 330, 270]


CASCADE = chat("10:00 in, 10:01 out, 10:08 in, 10:09 out, 10:15 in, 10:16 out")


def test_3_a_cascade_inside_recovery_counts_no_minute_twice() -> None:
    day = one_day(messages=CASCADE)
    assert day.figures.interruptions == 3
    assert minutes(day, "handling", "cost", "focus120", "fragmented") == [3, 26, 404, 73]


@pytest.mark.parametrize(("lag", "cost"), [("0", 3), ("1", 6), ("5", 18), ("7", 23), ("15", 31), ("23.25", 39.25)])
def test_3_by_lag(lag: str, cost: float) -> None:
    day = one_day(messages=CASCADE, parameters=Parameters(lag=ResumptionLag.parse(lag)))
    assert minutes(day, "cost") == [cost]


def test_3_interval_from_the_quantiles_of_the_lag() -> None:
    interval = measured(messages=CASCADE, parameters=Parameters()).weeks[0].cost_interval
    assert interval is not None
    assert [round(value / 60, 2) for value in (interval.p5, interval.p50, interval.p95)] == [11.02, 22.27, 28.35]


def test_3b_messages_within_the_gap_are_one_burst() -> None:
    day = one_day(messages=chat("10:00 in, 10:04 out, 10:08 in, 10:12 out"))
    assert day.figures.interruptions == 1
    assert minutes(day, "handling", "cost", "focus120") == [12, 22, 408]


def test_4_a_burst_during_a_meeting_costs_nothing() -> None:
    day = one_day([meeting("10:00", "11:00")], chat("10:20 in, 10:22 out"))
    assert (day.figures.interruptions, day.figures.multitasking) == (0, 1)
    assert minutes(day, "cost") == [0]


def test_4b_a_burst_that_outlives_the_meeting_counts_from_its_end() -> None:
    day = one_day([meeting("10:00", "11:00")], chat("10:58 in, 11:02 out"))
    assert day.figures.interruptions == 1
    assert minutes(day, "handling", "cost", "focus120") == [2, 12, 358]


def test_5_recovery_is_cut_by_meetings_and_by_the_end_of_work() -> None:
    day = one_day([meeting("10:00", "10:05")], chat("9:55 in, 9:56 out, 16:55 in, 16:57 out"))
    assert minutes(day, "cost", "free", "focus120", "fragmented") == [10, 475, 410, 62]


def test_6_recovery_is_cut_by_lunch() -> None:
    who = person("Mon-Fri 09:00-12:30,13:30-18:00")
    day = one_day(messages=chat("12:25 in, 12:26 out, 13:27 in, 13:31 out"), who=who)
    assert minutes(day, "cost", "handling", "focus120", "fragmented") == [16, 2, 474, 4]
    assert minutes(day, "after_hours", "break_work") == [0, 0]


def all_day(show_as: ShowAs) -> CalendarEvent:
    return CalendarEvent("all-day", "", DateRange(TUESDAY, TUESDAY + timedelta(days=1)), show_as=show_as)


def test_7_absent_all_day() -> None:
    day = one_day([all_day(ShowAs.OUT_OF_OFFICE)], chat("10:00 in, 10:01 out"))
    assert minutes(day, "work", "cost", "off_day") == [0, 0, 1]
    assert not day.eligible


@pytest.mark.parametrize("show_as", [ShowAs.BUSY, ShowAs.FREE])
def test_7_other_all_day_entries_are_no_meetings(show_as: ShowAs) -> None:
    assert minutes(one_day([all_day(show_as)]), "work", "meeting") == [480, 0]


def test_7_absent_in_the_afternoon() -> None:
    day = one_day([meeting("13:00", "17:00", show_as=ShowAs.OUT_OF_OFFICE)])
    assert minutes(day, "work", "meeting") == [240, 0]


def test_8_a_meeting_across_midnight_is_cut_there() -> None:
    late = CalendarEvent("late", "", Interval(at("23:00"), at("02:00", TUESDAY + timedelta(days=1))), people=2)
    days = measured([late], last=TUESDAY + timedelta(days=1)).days
    assert [minutes(day, "after_hours", "meeting") for day in days] == [[60, 0], [120, 0]]


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 29), 180), (date(2026, 10, 25), 300)])
def test_9_an_event_over_a_clock_change_has_its_real_length(day: date, length: int) -> None:
    sunday = measured([meeting("00:00", "04:00", day)], first=day).days[0]
    assert minutes(sunday, "off_day") == [length]


def test_9_on_call_over_the_spring_night() -> None:
    shift = CalendarEvent(
        "shift", "", Interval(at("22:00", date(2026, 3, 28)), at("06:00", date(2026, 3, 29))), people=2
    )
    days = measured([shift], first=date(2026, 3, 28), last=date(2026, 3, 29)).days
    assert sum(minutes(day, "off_day")[0] for day in days) == 420


def test_9_messages_in_the_repeated_hour() -> None:
    day = date(2026, 10, 25)
    messages = [message("02:58", "in", day=day, fold=0), message("02:01", "out", day=day, fold=1)]
    sunday = measured(messages=messages, first=day, who=person("Sun 00:00-06:00")).days[0]
    assert sunday.figures.interruptions == 1
    assert minutes(sunday, "work", "cost", "focus120") == [420, 13, 417]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (TUESDAY, 24)])
def test_9_length_of_a_local_date(day: date, hours: int) -> None:
    assert person().day(day).seconds == hours * 3600


def test_11_a_fragmented_day() -> None:
    meetings = [
        meeting("09:20", "10:00"),
        meeting("11:00", "11:30"),
        meeting("13:00", "14:00"),
        meeting("15:45", "16:15"),
    ]
    day = one_day(meetings)
    assert minutes(day, "free", "calendar_focus", "fragmented", "sliver", "quiet60") == [320, 0, 320, 20, 255]


ORIGINS = chat("9:30 out, 9:32 in, 11:00 in, 11:40 out")


def test_12_origin_of_bursts() -> None:
    day = one_day(messages=ORIGINS)
    assert day.figures.switches == Switches(external=0, deferred=1, self=1, meeting=0)
    assert (day.figures.interruptions, day.figures.exposures) == (0, 1)
    assert day.figures.cost is not None
    assert (day.figures.cost.low, day.figures.cost.high) == (0, 11 * 60)
    assert minutes(day, "focus120", "fragmented") == [447, 30]


@pytest.mark.parametrize(
    ("reply", "cost", "exposures"),
    [("10:05:00", 15, 0), ("10:05:01", 11, 1), ("10:14", 11, 1), ("10:16", 0, 1)],
)
def test_13_when_a_late_reply_is_an_interruption(reply: str, cost: int, exposures: int) -> None:
    day = one_day(messages=chat(f"10:00 in, {reply} out"))
    assert minutes(day, "cost") == [cost]
    assert day.figures.exposures == exposures


def test_13_an_answer_elsewhere_is_no_interruption() -> None:
    day = one_day(messages=chat("10:00 in D1, 10:08 out D2"))
    assert (minutes(day, "cost"), day.figures.exposures) == ([0], 1)


def test_14_nested_conversations_are_one_burst() -> None:
    day = one_day(messages=chat("10:00 in D1, 10:02 in D2, 10:03 out D2, 10:06 out D1"))
    assert day.figures.interruptions == 1
    assert minutes(day, "handling", "cost") == [6, 16]


def test_15_after_hours_begin_with_the_own_message() -> None:
    day = one_day(messages=chat("20:00 in, 20:04 out, 21:00 in"))
    assert minutes(day, "after_hours") == [1]
    assert day.figures.interruptions == 0


def test_16_not_observed_is_not_zero() -> None:
    monday = date(2026, 3, 9)
    gap = person().day(date(2026, 3, 11))
    away = CalendarEvent("away", "", DateRange(date(2026, 3, 12), date(2026, 3, 13)), show_as=ShowAs.OUT_OF_OFFICE)
    # 52 min handling + 10 lag on Monday, 33 + 10 on Friday.
    monday_chat = [message(f"10:{minute:02}", "in" if minute == 0 else "out", day=monday) for minute in range(0, 53, 4)]
    friday_chat = [
        message(f"10:{minute:02}", "in" if minute == 0 else "out", day=date(2026, 3, 13))
        for minute in (*range(0, 33, 3), 33)
    ]
    result = measured(
        [away],
        [*monday_chat, *friday_chat],
        first=monday,
        last=date(2026, 3, 15),
        chats=(Interval(0, gap.start), Interval(gap.end, 1 << 40)),
        parameters=Parameters(lag=ResumptionLag.parse("10"), hourly_rate=68, rate_uncertainty=0),
    )
    costs = [day.figures.cost and day.figures.cost.central / 60 for day in result.days[:5]]
    assert costs == [62, 0, None, 0, 43]
    week = result.weeks[0]
    assert (week.eligible_days, week.observed_days) == (4, 3)
    assert week.figures.cost is not None
    assert (week.figures.cost.central, week.mean_eligible_day, week.five_day_equivalent) == (6300, 2100, 10_500)
    assert week.money is not None
    assert week.money.median == 119.00


@pytest.mark.parametrize(
    ("friday", "monday"), [(date(2026, 3, 13), date(2026, 3, 16)), (date(2026, 3, 27), date(2026, 3, 30))]
)
def test_17_latency_runs_in_working_time(friday: date, monday: date) -> None:
    result = measured(
        messages=[message("16:50", "in", day=friday), message("09:20", "out", day=monday)], first=friday, last=monday
    )
    latency = result.weeks[0].latency
    assert latency is not None
    assert (latency.median, latency.answered, latency.still_open) == (30 * 60, 1, 0)


def test_18_open_waits_are_censored() -> None:
    curve = kaplan_meier([(5, True), (12, True), (30, False), (45, True), (60, False)])
    assert [(length, float(share)) for length, share in curve] == [(5, 0.8), (12, 0.6), (45, 0.3)]


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 12, 31), "2026-W53"),
        (date(2027, 1, 1), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_19_iso_weeks(day: date, week: str) -> None:
    assert week_key(day) == week


def test_lag_without_overlap_and_its_value() -> None:
    """40 interruptions of 2 minutes that never meet: 3.116, 5.756 and 9.569 hours, times 70."""
    lag = ResumptionLag()
    hours = [40 * (120 + lag.quantile(share)) / 3600 for share in (0.05, 0.5, 0.95)]
    assert [round(value, 3) for value in hours] == [3.116, 5.756, 9.569]
    assert [round(value * 70, 2) for value in hours] == [218.09, 402.89, 669.86]
