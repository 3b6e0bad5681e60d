from dataclasses import replace
from typing import Any

import pytest

from deepday.errors import InputError
from deepday.measure.result import Cause, Span, State
from deepday.report.explain import METRICS, causes_of, metric_named, seconds_of, totals, worked
from deepday.report.json_view import ledger_to_json
from tests.unit.report import sample

DURATIONS = [name for name, metric in METRICS.items() if not metric.counts and name != "cost"]


@pytest.mark.parametrize("metric", DURATIONS)
def test_the_rows_of_a_metric_add_up_to_its_figure_on_every_day(metric: str) -> None:
    measurement = sample.five_weeks()
    for day, ledger in zip(measurement.days, measurement.ledgers, strict=True):
        figure = getattr(day.figures, metric)
        if day.observed and figure is not None:
            assert seconds_of(METRICS[metric].select(ledger)) == figure, day.date


@pytest.mark.parametrize("metric", ["meeting", "double_booked", "calendar_focus", "sliver", "handling"])
def test_the_rows_of_one_day_are_known_in_advance(metric: str) -> None:
    expected = {"meeting": 110, "double_booked": 30, "calendar_focus": 270, "sliver": 10, "handling": 7}
    ledger = sample.one_day().ledgers[0]
    assert seconds_of(METRICS[metric].select(ledger)) == 60 * expected[metric]


def test_the_rows_of_the_cost_add_up_to_its_two_ends() -> None:
    measurement = sample.five_weeks()
    for day, ledger in zip(measurement.days, measurement.ledgers, strict=True):
        if cost := day.figures.cost:
            spans = METRICS["cost"].select(ledger)
            assert seconds_of(spans) == cost.high
            assert seconds_of(span for span in spans if span.state is State.INTERRUPTED) == cost.low


def test_interruptions_and_exposures_are_counted_once_each() -> None:
    ledger = sample.one_day().ledgers[0]
    assert causes_of(METRICS["interruptions"].select(ledger)) == 2
    assert causes_of(METRICS["exposures"].select(ledger)) == 1


def test_an_interruption_that_a_break_cuts_in_two_counts_once() -> None:
    ledger = sample.one_day().ledgers[0]
    first = next(span for span in ledger.spans if span.state is State.INTERRUPTED)
    again = replace(first, start=first.start + 7200, end=first.end + 7200)
    assert causes_of([first, again]) == 1


def test_chat_inside_a_meeting_is_found_among_its_causes() -> None:
    ledger = sample.one_day().ledgers[0]
    meeting = next(span for span in ledger.spans if span.state is State.MEETING)
    chat = Cause("own chat", meeting.start + 60, meeting.start + 120, origin="self", messages=1)
    busy = Span(meeting.start, meeting.end, State.MEETING, (*meeting.causes, chat))
    spans = METRICS["multitasking"].select(replace(ledger, spans=(busy,)))
    assert causes_of(spans) == 1


def test_states_of_the_partition_add_up_to_working_time() -> None:
    measurement = sample.five_weeks()
    observed = [ledger for ledger in measurement.ledgers if ledger.observed]
    sums = totals(observed)
    assert sum(seconds for state, seconds in sums.items() if state.in_partition) == sum(map(worked, observed))


def test_an_unknown_metric_names_those_that_exist() -> None:
    with pytest.raises(InputError, match="'output'") as caught:
        metric_named("output")
    assert "focus120" in caught.value.advice


def test_the_explanation_as_json_adds_up() -> None:
    ledgers = sample.one_day().ledgers
    explained: Any = ledger_to_json(ledgers)
    assert explained["schema"] == "deepday.explain/1"
    day = explained["days"][0]
    rows = [row for row in day["spans"] if row["state"] in {"meeting", "handling", "focus", "fragmented"}]
    assert sum(row["seconds"] for row in rows) == day["work"] == 28_800
    assert [row["overlay"] for row in day["spans"] if row["state"] == "interrupted"] == [True, True]
    assert rows[0]["start"] == "2026-03-10T09:00:00+01:00"
    causes = [cause for row in day["spans"] for cause in row["causes"]]
    assert {cause["title"] for cause in causes} >= {"Planning", "Model review", None}


def test_the_explanation_of_one_metric_as_json_has_its_sum() -> None:
    ledgers = sample.one_day().ledgers
    assert ledger_to_json(ledgers, "meeting")["seconds"] == 6_600
    assert ledger_to_json(ledgers, "interruptions")["count"] == 2
