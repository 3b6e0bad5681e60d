import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields, replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepday.app.demonstrating import demonstrate
from deepday.connect import no_progress
from deepday.errors import InputError
from deepday.measure.measuring import Observations, measure
from deepday.measure.parameters import PRESETS, Parameters
from deepday.measure.result import Figures, Measurement, State
from deepday.model import ActivityStream, Interval
from deepday.report.explain import explain, metrics, seconds_of, totals, worked
from deepday.report.json_view import ledger_to_json
from tests.unit.measure.office import chat, measured, meeting, person
from tests.unit.measure.test_against_reference import World, worlds
from tests.unit.report import sample

METRICS = tuple(metrics(Parameters()))
MONDAY, SUNDAY = date(2026, 3, 9), date(2026, 3, 15)


def at(day: int, hour: int) -> int:
    return sample.at(date(2026, 3, day), f"{hour:02}:00")


def office(preset: str = "deepday/1", *, notice: float = 0.6) -> Measurement:
    """A week of edges: Wednesday without chat, Thursday without both, chat in meetings, exposures in recoveries."""
    days = [date(2026, 3, number) for number in range(9, 16)]
    busy = (
        "07:58 out, 08:55 in, 09:01 out, 09:20 in, 09:22 out, 09:25 in D2, 09:40 out D3, 10:10 in, 10:12 out, "
        "10:58 in, 11:01 out, 11:40 in D2, 12:28 out, 12:31 out, 13:00 in, 13:29 in, 13:31 out, 14:20 in D4, 14:31 in, "
        "15:30 out D4, 16:59 in, 17:02 out, 20:15 out, 23:58 in D5, 23:59 out D5"
    )
    # The exposure before the break lies wholly inside the recovery that the break cuts.
    inside = "09:20 in, 09:22 out, 12:23 in, 12:24 out, 12:29:30 in D2, 15:00 in, 15:01 out, 15:06:30 in D2"
    messages = [item for day in days[:6] for item in chat(inside if day.day % 2 else busy, day)]
    plan = [
        ("10:00", "11:00", 3),
        ("10:30", "11:30", None),
        ("14:00", "14:30", 3),
        ("14:30", "15:00", None),
        ("16:45", "17:30", 3),
        ("22:00", "22:30", None),
    ]
    friday = [("13:45", "14:00", 3), ("16:45", "17:30", 3)]  # leaves long stretches, and a short one after lunch
    events = [
        meeting(start, end, day, people=people)
        for day in days
        for start, end, people in (friday if day.weekday() == 4 else plan)
    ]
    period = Interval(at(9, 0), at(16, 0))
    return measured(
        events,
        messages,
        first=MONDAY,
        last=SUNDAY,
        who=person("Mon-Fri 09:00-12:30,13:30-17:00"),
        parameters=Parameters(preset=PRESETS[preset], notice=notice),
        calendar=(Interval(period.start, at(12, 0)), Interval(at(13, 0), period.end)),
        chats=(Interval(period.start, at(11, 0)), Interval(at(13, 0), period.end)),
    )


@cache
def five_weeks() -> Measurement:
    with TemporaryDirectory() as folder:
        return demonstrate(Path(folder), 7, no_progress).measurement


def calendar_only() -> Measurement:
    return replace_observed(chats=())


def nothing_observed() -> Measurement:
    return replace_observed(chats=(), calendar=())


def replace_observed(**observed: Any) -> Measurement:
    events = [meeting("10:00", "11:00"), meeting("10:30", "12:30"), meeting("18:00", "19:00")]
    return measured(events, chat("10:10 in, 10:12 out, 13:00 in, 13:01 out"), **observed)


def parts_of(measurement: Measurement) -> Iterator[tuple[Measurement, Figures]]:
    """Yield each day and each week as ``explain`` gets them, with what ``measure`` says."""
    pairs = list(zip(measurement.days, measurement.ledgers, strict=True))
    for day, ledger in pairs:
        yield replace(measurement, days=(day,), ledgers=(ledger,)), day.figures
    for week in measurement.weeks:
        mine = [pair for pair in pairs if pair[0].week == week.week]
        days, ledgers = zip(*mine, strict=True)
        yield replace(measurement, days=days, ledgers=ledgers), week.figures


MEASUREMENTS: dict[str, Callable[[], Measurement]] = {
    "edges": office,
    "preset clockwise/1": lambda: office("clockwise/1"),
    "preset viva/1": lambda: office("viva/1", notice=0.31),
    "five weeks": five_weeks,
    "calendar only": calendar_only,
    "nothing observed": nothing_observed,
}


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_the_value_of_every_metric_is_the_measured_figure(name: str) -> None:
    for part, figures in parts_of(MEASUREMENTS[name]()):
        for metric in METRICS:
            assert explain(part, metric).value == getattr(figures, metric), (metric, part.days[0].date, len(part.days))


@settings(max_examples=60)
@given(worlds(travelling=True), st.sampled_from(["both", "calendar", "both, half the time", "none"]))
def test_the_value_is_the_figure_whatever_was_observed(world: World, observed: str) -> None:
    period = world.who.window(world.first, world.last)
    until = (period.start + period.end) // 2 if "half" in observed else period.end
    both = [Interval(period.start, until)] if "both" in observed else []
    calendar = [period] if observed == "calendar" else both
    seen = Observations(world.events, ActivityStream.of(world.messages), calendar, both)
    measurement = measure(world.who, world.first, world.last, seen, world.parameters)
    for part, figures in parts_of(measurement):
        assert {name: explain(part, name).value for name in METRICS} == {
            name: getattr(figures, name) for name in METRICS
        }


def test_the_edges_are_there_to_be_disagreed_about() -> None:
    measurement = office()
    spans = [span for ledger in measurement.ledgers for span in ledger.spans]
    assert any(span.state is State.EXPOSED and not span.seconds for span in spans)
    assert any(span.state is State.MEETING and len(span.causes) == 2 and span.causes[1].origin for span in spans), (
        "own chat beside a single meeting"
    )
    assert {(day.calendar_observed, day.messages_observed) for day in measurement.days} == {
        (True, True),
        (True, False),
        (False, False),
    }
    week = measurement.weeks[0].figures
    assert all(getattr(week, name) for name in METRICS), "a figure of zero proves little"


def test_every_figure_can_be_explained() -> None:
    assert set(METRICS) == {field.name for field in fields(Figures)}


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_without_rows_says_why(metric: str) -> None:
    explanation = explain(office(), metric)
    rows = [row for day in explanation.days for row in day.rows]
    assert rows or explanation.metric.note


def test_own_chat_inside_a_meeting_is_no_second_meeting() -> None:
    measurement = measured([meeting("10:00", "11:00")], chat("10:10 in, 10:12 out"))
    assert explain(measurement, "double_booked").value == 0
    assert explain(measurement, "multitasking").value == 1


def test_a_week_counts_the_days_that_its_figures_count() -> None:
    explanation = explain(office(), "meeting")
    assert [day.counted for day in explanation.days] == [True, True, False, False, True, True, True]
    assert explanation.days[2].value, "the meetings of Wednesday are known all the same"
    assert explanation.days[3].value is None


def test_switches_list_what_they_lead_into() -> None:
    measurement = measured([meeting("11:00", "12:00")], chat("09:30 in, 09:31 out, 13:00 out D2, 11:30 out D3"))
    rows = explain(measurement, "switches").days[0].rows
    assert [(row.state, row.causes[0].origin) for row in rows] == [
        (State.HANDLING, "external"),
        (State.MEETING, ""),
        (State.HANDLING, "self"),
    ]
    assert all(len(row.causes) == 1 for row in rows)


@pytest.mark.parametrize("metric", ["meeting", "double_booked", "calendar_focus", "sliver", "handling"])
def test_the_rows_of_one_day_are_known_in_advance(metric: str) -> None:
    expected = {"meeting": 110, "double_booked": 30, "calendar_focus": 270, "sliver": 10, "handling": 7}
    explanation = explain(sample.one_day(), metric)
    assert explanation.value == seconds_of(explanation.days[0].rows) == 60 * expected[metric]


def test_an_interruption_that_a_break_cuts_in_two_counts_once() -> None:
    measurement = sample.one_day()
    ledger = measurement.ledgers[0]
    first = next(span for span in ledger.spans if span.state is State.INTERRUPTED)
    again = replace(first, start=first.start + 7200, end=first.end + 7200)
    twice = replace(measurement, ledgers=(replace(ledger, spans=(first, again)),))
    assert explain(twice, "interruptions").value == 1


def test_states_of_the_partition_add_up_to_working_time() -> None:
    measurement = sample.five_weeks()
    observed = [ledger for ledger in measurement.ledgers if ledger.observed]
    sums = totals(observed)
    assert sum(seconds for state, seconds in sums.items() if state.in_partition) == sum(map(worked, observed))


def test_an_unknown_metric_names_those_that_exist() -> None:
    with pytest.raises(InputError, match="'output'") as caught:
        explain(sample.one_day(), "output")
    assert "focus120" in caught.value.advice


def as_json(measurement: Measurement, metric: str | None = None) -> Any:
    return json.loads(json.dumps(ledger_to_json(measurement, metric), allow_nan=False))


def test_the_explanation_as_json_adds_up() -> None:
    explained = as_json(sample.one_day())
    assert explained["schema"] == "deepday.explain/1"
    day = explained["days"][0]
    rows = [row for row in day["spans"] if row["state"] in {"meeting", "handling", "focus", "fragmented"}]
    assert sum(row["seconds"] for row in rows) == day["work"] == explained["work"] == 28_800
    assert explained["not_observed"] == 0
    assert [row["overlay"] for row in day["spans"] if row["state"] == "interrupted"] == [True, True]
    assert rows[0]["start"] == "2026-03-10T09:00:00+01:00"
    causes = [cause for row in day["spans"] for cause in row["causes"]]
    assert {cause["title"] for cause in causes} >= {"Planning", "Model review", None}


def test_the_explanation_of_one_metric_as_json_has_its_value() -> None:
    measurement = office()
    week = measurement.weeks[0].figures
    assert week.cost is not None
    cost = as_json(measurement, "cost")
    assert (cost["value"], cost["unit"]) == (asdict(week.cost), "seconds")
    interruptions = as_json(measurement, "interruptions")
    assert (interruptions["value"], interruptions["unit"]) == (week.interruptions, "count")
    assert [day["counted"] for day in interruptions["days"]] == [True, True, False, False, True, True, True]


def test_what_was_not_observed_is_null_in_json() -> None:
    explained = as_json(calendar_only(), "cost")
    assert explained["value"] is None
    assert explained["days"][0]["value"] is None
    assert explained["days"][0]["spans"] == []
    free = as_json(calendar_only(), "free")
    assert free["value"] == 5.5 * 3600
    assert {span["state"] for span in free["days"][0]["spans"]} == {"unknown"}
