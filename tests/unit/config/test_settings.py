from datetime import date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from deepday.config.settings import MeasureSettings, Settings
from deepday.measure.parameters import PRESETS, Parameters, ResumptionLag


def settings(**tables: Any) -> Settings:
    return Settings.model_validate(tables)


def test_the_defaults_are_those_of_the_measurement() -> None:
    said, used = MeasureSettings(), Parameters()
    assert ResumptionLag.parse(said.resumption_lag) == used.lag
    assert (said.burst_gap * 60, said.answer_limit * 60) == (used.burst_gap, used.answer_limit)
    assert (said.notice, said.count_tentative) == (used.notice, used.count_tentative)
    assert (said.hourly_rate, said.currency) == (used.hourly_rate, used.currency)
    assert PRESETS[said.preset] == used.preset


def test_every_preset_and_a_lag_of_one_number_can_be_written() -> None:
    for preset in PRESETS:
        assert settings(measure={"preset": preset}).measure.preset == preset
    assert settings(measure={"resumption_lag": "2.5, 5 ,10"}).measure.resumption_lag == "2.5, 5 ,10"
    assert settings(measure={"resumption_lag": "7"}).measure.resumption_lag == "7"


def test_own_holidays_are_dates_or_tables() -> None:
    found = settings(me={"own_holidays": [date(2026, 12, 24), {"date": date(2026, 12, 31), "name": "moving"}]})
    assert [(day.date, day.name) for day in found.me.own_holidays] == [
        (date(2026, 12, 24), "day off"),
        (date(2026, 12, 31), "moving"),
    ]


@pytest.mark.parametrize("code", ["none", "DE", "DE-BE", "US-CA"])
def test_holidays_of_known_places_are_taken(code: str) -> None:
    assert settings(me={"holidays": code}).me.holidays == code


def trip(first: int, last: int, zone: str = "America/New_York") -> dict[str, Any]:
    return {"first": date(2026, 5, first), "last": date(2026, 5, last), "zone": zone}


def test_trips_that_touch_are_taken() -> None:
    assert len(settings(trips=[trip(8, 9), trip(4, 7)]).trips) == 2


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"me": {"zone": "Europe/Berln"}}, 'did you mean "Europe/Berlin"'),
        ({"me": {"zone": "Europe"}}, "is no time zone"),
        ({"me": {"zone": "../../etc/passwd"}}, "is no time zone"),
        ({"me": {"zone": ""}}, "is no time zone"),
        ({"me": {"zone": "a\0b"}}, "is no time zone"),
        ({"me": {"zone": "\u00e4" * 300}}, "is no time zone"),
        ({"me": {"hours": "nine to five"}}, 'Write hours like "Mon-Fri'),
        ({"me": {"holidays": "QQ"}}, '"QQ" is no country'),
        ({"me": {"holidays": "DE-QQ"}}, "known are: BB, BE"),
        ({"me": {"holidays": "Germany"}}, "pattern"),
        ({"me": {"email": "ada"}}, "pattern"),
        ({"me": {"own_holidays": ["2026-12-24"]}}, "must be a date"),
        ({"me": {"own_holidays": [datetime(2026, 12, 24, 9, 0)]}}, "must be a date"),  # noqa: DTZ001
        ({"trips": [trip(4, 3)]}, "before it begins"),
        ({"trips": [trip(4, 7), trip(7, 9)]}, "overlap"),
        ({"measure": {"burst_gap": 0}}, "greater than or equal to 1"),
        ({"measure": {"notice": 1.01}}, "less than or equal to 1"),
        ({"measure": {"notice": float("nan")}}, "finite"),
        ({"measure": {"hourly_rate": float("inf")}}, "finite"),
        ({"measure": {"count_tentative": "yes"}}, "boolean"),
        ({"measure": {"resumption_lag": "1,5"}}, "pattern"),
        ({"privacy": {"keep_title": True}}, "not permitted"),
    ],
)
def test_what_cannot_be_meant_is_refused(tables: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings(**tables)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        settings().me.hours = "Mon 09:00-10:00"
