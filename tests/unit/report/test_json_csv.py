import csv
import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from deepday.measure.parameters import ResumptionLag
from deepday.measure.result import Figures, Latency, Money
from deepday.report.csv_view import write_csv
from deepday.report.json_view import measurement_to_json
from tests.unit.report import sample

DAY_KEYS = {
    *("date", "week", "eligible", "observed", "work", "meeting", "double_booked", "free", "calendar_focus", "focus120"),
    *("quiet60", "quiet15", "preset_focus", "fragmented", "sliver", "handling", "interruptions", "exposures"),
    *("multitasking", "switches", "cost", "after_hours", "off_day", "break_work", "evidenced", "span", "rest_before"),
    *("day_off", "low_quality_meetings", "scheduled"),
}


def as_json(**options: bool) -> dict[str, object]:
    """Go through the encoder, as the command line does."""
    made = json.loads(json.dumps(measurement_to_json(sample.five_weeks(rate=68), **options)))
    assert isinstance(made, dict)
    return made


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_json_has_the_shape_it_promises() -> None:
    made = as_json()
    assert made["schema"] == "deepday.measure/1"
    assert made["zone"] == "Europe/Berlin"
    days, weeks = made["days"], made["weeks"]
    assert isinstance(days, list)
    assert isinstance(weeks, list)
    assert set(days[0]) == DAY_KEYS
    assert days[8]["cost"].keys() == {"low", "central", "high"}
    assert days[8]["switches"] == {"external": 4, "deferred": 0, "self": 0, "meeting": 2}
    assert weeks[0].keys() >= {*(field.name for field in fields(Figures)), "week", "first", "last", "cost_interval"}
    assert weeks[0]["joint_interval"].keys() == {"p5", "p50", "p95"}
    assert weeks[0]["money"]["hourly_rate"] == 68
    assert weeks[0]["latency"]["median"] == 640
    assert (weeks[2]["observed_days"], weeks[2]["eligible_days"]) == (3, 5)


def test_the_parameters_are_all_there_in_seconds() -> None:
    parameters = measurement_to_json(sample.one_day())["parameters"]
    assert isinstance(parameters, dict)
    assert parameters["lag"] == {"low": 60, "mode": 300, "high": 900, "p5": 160, "p50": 398, "p95": 741}
    assert parameters["preset"] == {"name": "deepday/1", "floor": 7200, "basis": "quiet"}
    assert parameters["hourly_rate"] is None
    assert parameters["maximum_meeting"] == 43_200


def test_what_was_not_observed_is_null_and_not_zero() -> None:
    days = as_json()["days"]
    assert isinstance(days, list)
    gap = days[16]
    assert gap["observed"] == {"calendar": True, "messages": False}
    assert gap["meeting"] == 4_500
    assert gap["cost"] is gap["switches"] is gap["interruptions"] is gap["after_hours"] is None


def test_the_shareable_json_holds_aggregates_only() -> None:
    made = as_json(shareable=True)
    assert not {"days", "skipped", "notes"} & made.keys()
    assert made["skipped_count"] == 7
    assert "single days and their timelines" in str(made["left_out"])
    text = json.dumps(made)
    assert not any(secret in text for secret in ("work.ics", "example.com", "Stand-up", "Good Friday", "2026-03-10"))


def test_days_and_weeks_go_to_two_files(tmp_path: Path) -> None:
    measurement = sample.five_weeks()
    files = write_csv(measurement, tmp_path / "march.csv")
    assert [file.name for file in files] == ["march.csv", "march-weeks.csv"]
    days, weeks = map(rows, files)
    assert len(days) == 35
    assert list(days[0])[:7] == [
        *("date", "week", "eligible", "observed_calendar", "observed_messages", "scheduled", "day_off")
    ]
    assert days[0]["work"] == "28800"
    assert days[0]["cost_central"] == str(measurement.days[0].figures.cost.central)  # type: ignore[union-attr]
    assert weeks[1]["joint_interval_p95"] == str(measurement.weeks[1].joint_interval.p95)  # type: ignore[union-attr]
    assert weeks[0]["money_low"] == ""


def test_an_unobserved_day_leaves_its_cells_empty(tmp_path: Path) -> None:
    days = rows(write_csv(sample.five_weeks(), tmp_path / "days.csv")[0])
    assert (days[16]["meeting"], days[16]["cost_low"], days[16]["interruptions"]) == ("4500", "", "")
    assert days[16].keys() == days[0].keys()


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2", "@SUM(A1)"])
def test_text_is_no_formula_in_a_spreadsheet(tmp_path: Path, name: str) -> None:
    measurement = sample.one_day()
    measurement = replace(measurement, days=(replace(measurement.days[0], day_off=name),))
    assert rows(write_csv(measurement, tmp_path / "days.csv")[0])[0]["day_off"] == f"'{name}"


def test_the_shareable_csv_has_weeks_only(tmp_path: Path) -> None:
    files = write_csv(sample.five_weeks(), tmp_path / "march.csv", shareable=True)
    assert files == (tmp_path / "march-weeks.csv",)
    assert [path.name for path in tmp_path.iterdir()] == ["march-weeks.csv"]


def test_a_number_that_is_not_finite_is_null() -> None:
    measurement = sample.five_weeks(rate=68)
    money = Money(float("nan"), float("inf"), -float("inf"), float("nan"), "EUR")
    latency = Latency(1, 1, None, float("nan"), 3600)
    lag = ResumptionLag(60.0, 300.0, float("inf"))
    odd = replace(
        measurement,
        weeks=tuple(replace(week, money=money, latency=latency) for week in measurement.weeks),
        parameters=replace(measurement.parameters, lag=lag),
    )
    for shareable in (False, True):
        text = json.dumps(measurement_to_json(odd, shareable=shareable), allow_nan=False)
        assert json.loads(text)["weeks"][0]["money"]["high"] is None
        assert json.loads(text)["parameters"]["lag"]["high"] is None
