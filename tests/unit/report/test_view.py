from dataclasses import fields, replace
from datetime import date, timedelta

import pytest

from deepday.measure.result import CostInterval, Figures, Latency, Measurement
from deepday.report.view import view_of
from tests.unit.report import sample


def with_range(measurement: Measurement, low: int, likely: int, high: int) -> Measurement:
    week = replace(
        measurement.weeks[-1], joint_interval=CostInterval(low, likely, high), observed_days=5, eligible_days=5
    )
    week = replace(week, first=date(2026, 3, 9), last=date(2026, 3, 15))
    return replace(measurement, weeks=(*measurement.weeks[:-1], week))


def test_the_headline_gives_the_range_first() -> None:
    view = view_of(with_range(sample.one_day(), 6_600, 11_520, 16_800))
    assert view.headline == (
        "In W11 interruptions took between 1 h 50 min and 4 h 40 min of 8 h of working time, "
        "most likely about 3 h 10 min."
    )


def test_a_known_cost_is_not_written_as_a_range() -> None:
    assert "took about 20 min of 8 h" in view_of(with_range(sample.one_day(), 1_200, 1_200, 1_200)).headline


def test_no_interruption_is_a_sentence_of_its_own() -> None:
    quiet = sample.make([sample.tuesday(chats=[], exposures=[])])
    assert "no interruption was seen in 8 h of working time" in view_of(with_range(quiet, 0, 0, 0)).headline


def test_the_headline_speaks_of_the_last_full_week() -> None:
    weeks = sample.five_weeks()
    cut = sample.make(list(zip(weeks.days[:16], weeks.ledgers[:16], strict=True)))
    assert [week.week for week in cut.weeks] == ["2026-W10", "2026-W11", "2026-W12"]
    assert view_of(cut).headline.startswith("In W11 interruptions")


def test_a_week_with_missing_days_says_so_and_refers_to_the_observed_hours() -> None:
    weeks = sample.five_weeks()
    third = sample.make(list(zip(weeks.days[14:21], weeks.ledgers[14:21], strict=True)))
    view = view_of(third)
    assert "of which 3 working days were observed" in view.headline
    assert "of 24 h of working time" in view.headline
    assert {figure.name: figure.meaning[:4] for figure in view.key_figures}["Meetings"] == "20 %"


def test_one_day_is_not_enough() -> None:
    assert "not enough evidence yet" in view_of(sample.one_day()).headline


def test_without_chat_only_meetings_are_told() -> None:
    view = view_of(sample.make([sample.tuesday(messages=False)]))
    assert view.headline == (
        "What interruptions took in W11 is not known, because chat was not observed; meetings took 1 h 50 min of 8 h "
        "of working time."
    )
    assert [(figure.name, figure.value) for figure in view.key_figures] == [
        ("Two hours or more between meetings", "4 h 30 min"),
        ("Meetings", "1 h 50 min"),
    ]
    assert "not known" in view.latency
    assert view.gaps == ("No chat data on 1 working day: Tue 10 Mar. That is not a zero.",)


def test_nothing_observed_is_not_zero() -> None:
    view = view_of(sample.make([sample.tuesday(calendar=False, messages=False)]))
    assert "no working day of the period was observed" in view.headline
    assert view.key_figures == ()


def test_an_open_median_is_not_replaced_by_a_number() -> None:
    view = view_of(sample.make([sample.tuesday()], latency=Latency(5, 7, None, 0.3, 3600)))
    assert view.latency.startswith(
        "W11: More than half of 12 directed messages had no answer when observation ended; 30 %"
    )


def test_few_messages_are_not_enough_for_an_answering_time() -> None:
    view = view_of(sample.make([sample.tuesday()], latency=Latency(3, 0, 300, 1.0, 3600)))
    assert "Half of 3 directed messages had an answer within 5 min; 100 % within 1 h" in view.latency
    assert "not enough evidence yet" in view.latency


def test_hours_of_evidence_are_a_range() -> None:
    assert view_of(sample.one_day()).evidence.startswith("W11: Traces of work between 2 h 13 min and 11 h 11 min")


def test_money_is_told_only_when_a_rate_is_given() -> None:
    assert view_of(sample.five_weeks()).money == ""
    money = view_of(sample.five_weeks(rate=68)).money
    assert "Value of the time: EUR 136 to 340" in money
    assert "not cash" in money


def test_skipped_entries_are_listed_up_to_five() -> None:
    unread = view_of(sample.five_weeks()).unread
    assert unread[0] == "7 entries could not be read and were left out."
    assert unread[1].startswith("work.ics: UID 0@example.com: ")
    assert unread[-1] == "and 2 more; --json lists all"
    assert len(unread) == 7


def test_weeks_with_too_few_days_have_no_figures_when_shared() -> None:
    weeks = sample.five_weeks()
    six_days = sample.make(list(zip(weeks.days[4:14], weeks.ledgers[4:14], strict=True)))
    shared = view_of(six_days, shareable=True)
    assert [week.figures.meeting for week in shared.weeks] == [None, 10 * 3600 + 900]
    blank = shared.weeks[0]
    assert {getattr(blank.figures, field.name) for field in fields(Figures)} == {None}
    assert blank.short_rests is None
    assert shared.weeks[0].observed_days == 1
    assert "W11" in shared.headline


def test_weekdays_are_averaged_only_over_three_days_or_more() -> None:
    weeks = sample.five_weeks()
    cut = sample.make(list(zip(weeks.days[:17], weeks.ledgers[:17], strict=True)))
    table = view_of(cut, shareable=True).tables[0]
    assert [row.cells["name"] for row in table.rows] == ["Monday", "Tuesday"]


def test_a_week_of_holidays_is_neither_a_gap_nor_a_zero() -> None:
    first = date(2026, 12, 21)
    off = [sample.make_day(first + timedelta(days=number), day_off="Holiday") for number in range(7)]
    weeks = sample.five_weeks()
    view = view_of(sample.make([*zip(weeks.days, weeks.ledgers, strict=True), *off]))
    assert view.tables[1].rows[-1].cells["cost"] == "no working days"
    assert view.headline.startswith("In W14")


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (12, "12 meetings have no guest list; they count as meetings, with less certainty."),
        (1, "1 meeting has no guest list; it counts as a meeting, with less certainty."),
    ],
)
def test_meetings_without_a_guest_list_are_told(count: int, sentence: str) -> None:
    measurement = sample.five_weeks()
    weeks = [replace(week, figures=replace(week.figures, low_quality_meetings=0)) for week in measurement.weeks]
    assert not any("guest list" in line for line in view_of(replace(measurement, weeks=tuple(weeks))).gaps)
    weeks[2] = replace(weeks[2], figures=replace(weeks[2].figures, low_quality_meetings=count))
    unsure = replace(measurement, weeks=tuple(weeks))
    assert sentence in view_of(unsure).gaps
    assert sentence in view_of(unsure, shareable=True).gaps


def test_a_day_of_unknown_working_time_is_a_gap_and_no_day_off() -> None:
    day, ledger = sample.tuesday(calendar=False, messages=False)
    unknown = replace(day, figures=replace(day.figures, work=None))
    view = view_of(sample.make([(unknown, ledger)]))
    assert view.tables[0].rows[0].cells["cost"] == "no data"
    assert view.gaps == ("No data on 1 working day: Tue 10 Mar. That is not a zero.",)
