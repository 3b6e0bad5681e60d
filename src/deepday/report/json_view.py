"""The measurement and its ledger as values for JSON: schemas ``deepday.measure/1`` and ``deepday.explain/1``.

Durations are whole seconds, absent data is ``None``, and so is a number that is not finite, which JSON cannot hold.
"""

import dataclasses
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from deepday.measure.parameters import Parameters
from deepday.measure.result import Cause, DayLedger, DayMeasure, Measurement, Span, WeekMeasure
from deepday.report.explain import OVERLAYS, Row, Value, explain, not_observed, totals, worked
from deepday.report.share import WeekdayMean, left_out, reduced, weekday_means

MEASURE_SCHEMA = "deepday.measure/1"
EXPLAIN_SCHEMA = "deepday.explain/1"


def measurement_to_json(measurement: Measurement, *, shareable: bool = False) -> dict[str, object]:
    """Return the measurement as plain values. ``shareable`` gives weeks and weekdays only, and what was left out."""
    shown = reduced(measurement) if shareable else measurement
    head: dict[str, object] = {
        "schema": MEASURE_SCHEMA,
        "zone": measurement.zone,
        "parameters": {"hours": measurement.hours, **_parameters(measurement.parameters)},
    }
    weeks = [week_to_json(week) for week in shown.weeks]
    urgent = [dataclasses.asdict(week) for week in measurement.urgent]
    if shareable:
        rest: dict[str, object] = {
            "skipped_count": len(measurement.skipped),
            "weekdays": [_weekday(mean) for mean in weekday_means(measurement)],
            "weeks": weeks,
            "urgent_requests": urgent,
            "left_out": list(left_out()),
        }
    else:
        rest = {
            "skipped": [dataclasses.asdict(item) for item in measurement.skipped],
            "days": [day_to_json(day) for day in measurement.days],
            "weeks": weeks,
            "urgent_requests": urgent,
            "notes": list(measurement.notes),
        }
    return {name: _finite(value) for name, value in (head | rest).items()}


def day_to_json(day: DayMeasure) -> dict[str, Any]:
    """Return one day's row."""
    return {
        "date": day.date.isoformat(),
        "week": day.week,
        "eligible": day.eligible,
        "observed": {"calendar": day.calendar_observed, "messages": day.messages_observed},
        "scheduled": day.scheduled,
        "day_off": day.day_off,
        **dataclasses.asdict(day.figures),
        "rest_before": day.rest_before,
    }


def week_to_json(week: WeekMeasure) -> dict[str, Any]:
    """Return one week's row."""
    values = dataclasses.asdict(week)
    figures = values.pop("figures")
    head = {key: values.pop(key) for key in ("week", "first", "last", "observed_days", "eligible_days")}
    dates = {"first": week.first.isoformat(), "last": week.last.isoformat()}
    return {**head, **dates, **figures, **values}


def ledger_to_json(measurement: Measurement, metric: str | None = None) -> dict[str, object]:
    """Return the minutes of each day with their states and causes, or those of them that make up one metric.

    The measurement is of one day or one week. With ``metric`` each day has its ``value``, and the period the value of
    the days that are ``counted``: an integer in ``unit``, an object for a cost or switches, ``None`` where nothing was
    observed. Raises :class:`InputError` for what is no metric.
    """
    if metric is None:
        ledgers = measurement.ledgers
        return {
            "schema": EXPLAIN_SCHEMA,
            "metric": None,
            "days": [_day(ledger, ledger.spans) for ledger in ledgers],
            "totals": {state.value: seconds for state, seconds in totals(ledgers).items()},
            "work": sum(map(worked, ledgers)),
            "not_observed": not_observed(ledgers),
        }
    explanation = explain(measurement, metric)
    return {
        "schema": EXPLAIN_SCHEMA,
        "metric": metric,
        "days": [
            {**_day(day.ledger, day.rows), "value": _plain_value(day.value), "counted": day.counted}
            for day in explanation.days
        ],
        "unit": explanation.metric.unit,
        "value": _plain_value(explanation.value),
        "note": explanation.metric.note,
    }


def _plain_value(value: Value) -> object:
    return value if value is None or isinstance(value, int) else dataclasses.asdict(value)


def _finite(value: object) -> object:
    """Replace numbers that are not finite by ``None``, however deep."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _whole(value: float) -> int | None:
    return round(value) if math.isfinite(value) else None


def _parameters(parameters: Parameters) -> dict[str, object]:
    lag, preset, meetings = parameters.lag, parameters.preset, parameters.meetings
    return {
        "lag": {
            **{name: _whole(seconds) for name, seconds in dataclasses.asdict(lag).items()},
            "p5": _whole(lag.quantile(0.05)),
            "p50": _whole(lag.quantile(0.5)),
            "p95": _whole(lag.quantile(0.95)),
        },
        "burst_gap": parameters.burst_gap,
        "handling_minimum": parameters.handling_minimum,
        "attend_window": parameters.attend_window,
        "deferred_window": parameters.deferred_window,
        "notice": parameters.notice,
        "notice_range": list(parameters.notice_range),
        "answer_limit": parameters.answer_limit,
        "preset": {"name": preset.name, "floor": preset.floor, "basis": preset.basis},
        "count_tentative": meetings.count_tentative,
        "count_unknown_company": meetings.count_unknown_company,
        "minimum_people": meetings.minimum_people,
        "maximum_meeting": meetings.maximum_seconds,
        "hourly_rate": parameters.hourly_rate,
        "rate_uncertainty": parameters.rate_uncertainty,
        "currency": parameters.currency,
    }


def _weekday(mean: WeekdayMean) -> dict[str, object]:
    durations = ("work", "meeting", "focus120", "cost")
    return {
        "weekday": mean.name,
        "days": mean.days,
        "interruptions": round(mean.interruptions, 1),
        **{name: round(getattr(mean, name)) for name in durations},
    }


def _day(ledger: DayLedger, spans: Sequence[Span | Row]) -> dict[str, object]:
    zone = ZoneInfo(ledger.zone)
    return {
        "date": ledger.date.isoformat(),
        "zone": ledger.zone,
        "start": _local(ledger.start, zone),
        "end": _local(ledger.end, zone),
        "calendar_observed": ledger.calendar_observed,
        "observed": ledger.observed,
        "work": worked(ledger),
        "windows": [_stretch(start, end, zone) for start, end in ledger.work],
        "spans": [
            {
                **_stretch(span.start, span.end, zone),
                "state": span.state.value if span.state else "unknown",
                "overlay": span.state in OVERLAYS,
                "causes": [_cause(cause, zone) for cause in span.causes],
            }
            for span in spans
        ],
    }


def _stretch(start: int, end: int, zone: ZoneInfo) -> dict[str, object]:
    return {"start": _local(start, zone), "end": _local(end, zone), "seconds": end - start}


def _cause(cause: Cause, zone: ZoneInfo) -> dict[str, object]:
    values = dataclasses.asdict(cause)
    values["conversations"] = [{"kind": kind.value, "count": count} for kind, count in cause.conversations]
    return {**values, "start": _local(cause.start, zone), "end": _local(cause.end, zone)}


def _local(instant: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(instant, zone).isoformat()
