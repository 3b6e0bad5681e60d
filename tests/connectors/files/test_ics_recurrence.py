"""Series: rules, added and left out dates, changed occurrences."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deepday.model import ShowAs
from tests.connectors.files.ics_text import calendar, days, event, local, minutes, one, read, start, window

NEW_YORK = ZoneInfo("America/New_York")
NINE = "DTSTART;TZID=Europe/Berlin:20260302T090000"  # a Monday
TEN = "DTEND;TZID=Europe/Berlin:20260302T100000"
WEEKLY = (NINE, TEN, "RRULE:FREQ=WEEKLY")
MONDAYS = ["2026-03-02 09:00", "2026-03-09 09:00", "2026-03-16 09:00", "2026-03-23 09:00", "2026-03-30 09:00"]


def change(original: str, *lines: str) -> list[str]:
    return event(f"RECURRENCE-ID;TZID=Europe/Berlin:{original}", *lines)


def test_weekly_nine_in_new_york_seen_from_berlin(tmp_path: Path) -> None:
    """Golden example 10: the two zones change their clocks on different Sundays."""
    lines = ["DTSTART;TZID=America/New_York:20260106T090000", "DURATION:PT30M", "RRULE:FREQ=WEEKLY"]
    reading = read(tmp_path, calendar(event(*lines)), window("2026-01-01", "2026-12-01"))
    times = dict(item.split() for item in local(reading))
    expected = {"03-03": 15, "03-10": 14, "03-24": 14, "03-31": 15, "10-27": 14, "11-03": 15}
    assert {day: times[f"2026-{day}"] for day in expected} == {day: f"{hour}:00" for day, hour in expected.items()}
    assert {item.split()[1] for item in local(reading, NEW_YORK)} == {"09:00"}
    assert reading.events[0].recurrence_id == "20260106T140000Z"


def test_a_series_keeps_its_wall_clock_end_across_a_clock_change(tmp_path: Path) -> None:
    """Golden example 9: on call from Saturday 22:00 to Sunday 06:00 is 420 minutes in the night of the change."""
    on_call = ["DTSTART;TZID=Europe/Berlin:20260314T220000", "DTEND;TZID=Europe/Berlin:20260315T060000"]
    reading = read(tmp_path, calendar(event(*on_call, "RRULE:FREQ=WEEKLY;COUNT=3")))
    assert [minutes(item) for item in reading.events] == [480, 480, 420]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;COUNT=2", MONDAYS[:2]),
        ("FREQ=WEEKLY;UNTIL=20260316T080000Z", MONDAYS[:3]),
        ("FREQ=WEEKLY;UNTIL=20260316T075959Z", MONDAYS[:2]),
        ("FREQ=WEEKLY;UNTIL=20260316", MONDAYS[:3]),
        ("FREQ=WEEKLY;UNTIL=20260316T090000", MONDAYS[:3]),
        ("FREQ=WEEKLY;INTERVAL=2", MONDAYS[::2]),
        ("freq=weekly;byday=mo", MONDAYS),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1,-1", [MONDAYS[0], MONDAYS[-1]]),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29", MONDAYS[:1]),
        ("FREQ=WEEKLY;COUNT=999999999", MONDAYS),
    ],
)
def test_rules(tmp_path: Path, rule: str, expected: list[str]) -> None:
    reading = read(tmp_path, calendar(event(NINE, TEN, f"RRULE:{rule}")))
    assert not reading.skipped
    assert local(reading) == expected


def test_dates_that_are_left_out(tmp_path: Path) -> None:
    out = ["EXDATE:20260309T080000Z", "EXDATE;TZID=America/New_York:20260316T040000", "EXDATE;VALUE=DATE:20260323"]
    assert local(read(tmp_path, calendar(event(*WEEKLY, *out)))) == [MONDAYS[0], MONDAYS[4]]


def test_leaving_out_one_hour_leaves_the_next_one_in(tmp_path: Path) -> None:
    """09:00 in Berlin is 08:00 UTC: neither may stand for the other."""
    lines = [NINE, "DURATION:PT30M", "RRULE:FREQ=HOURLY;COUNT=4", "EXDATE;TZID=Europe/Berlin:20260302T100000"]
    moved = change("20260302T110000", "DTSTART;TZID=Europe/Berlin:20260302T113000")
    reading = read(tmp_path, calendar(event(*lines), moved))
    assert local(reading) == ["2026-03-02 09:00", "2026-03-02 11:30", "2026-03-02 12:00"]


def test_added_dates_and_periods(tmp_path: Path) -> None:
    added = "RDATE;TZID=Europe/Berlin:20260303T120000,20260304T120000"
    periods = "RDATE;VALUE=PERIOD:20260305T080000Z/PT15M,20260306T080000Z/20260306T110000Z"
    reading = read(tmp_path, calendar(event(NINE, TEN, added, periods)))
    assert [(start(item), minutes(item)) for item in reading.events] == [
        ("2026-03-02 09:00", 60),
        ("2026-03-03 12:00", 60),
        ("2026-03-04 12:00", 60),
        ("2026-03-05 09:00", 15),
        ("2026-03-06 09:00", 180),
    ]


def test_a_changed_occurrence_replaces_its_original_and_keeps_its_name(tmp_path: Path) -> None:
    moved = change("20260309T090000", "DTSTART:20260310T130000Z", "DTEND:20260310T133000Z", "TRANSP:TRANSPARENT")
    for parts in ((event(*WEEKLY), moved), (moved, event(*WEEKLY))):
        reading = read(tmp_path, calendar(*parts))
        assert local(reading) == [MONDAYS[0], "2026-03-10 14:00", *MONDAYS[2:]]
        changed = reading.events[1]
        assert (changed.recurrence_id, minutes(changed), changed.show_as) == ("20260309T080000Z", 30, ShowAs.FREE)


def test_an_occurrence_moved_into_or_out_of_the_window(tmp_path: Path) -> None:
    away = change("20260309T090000", "DTSTART;TZID=Europe/Berlin:20260509T090000")
    back = change("20260601T090000", "DTSTART;TZID=Europe/Berlin:20260311T090000")
    reading = read(tmp_path, calendar(event(*WEEKLY), away, back))
    assert local(reading) == [MONDAYS[0], "2026-03-11 09:00", *MONDAYS[2:]]


def test_a_cancelled_occurrence_is_marked(tmp_path: Path) -> None:
    reading = read(tmp_path, calendar(event(*WEEKLY), change("20260309T090000", "STATUS:CANCELLED")))
    assert [item.cancelled for item in reading.events] == [False, True, False, False, False]


def test_this_and_future(tmp_path: Path) -> None:
    onward = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260316T090000",
        "DTSTART;TZID=Europe/Berlin:20260317T110000",
        "DTEND;TZID=Europe/Berlin:20260317T113000",
        "TRANSP:TRANSPARENT",
    )
    reading = read(tmp_path, calendar(event(*WEEKLY), onward))
    moved = ["2026-03-17 11:00", "2026-03-24 11:00", "2026-03-31 11:00"]
    assert local(reading) == MONDAYS[:2] + moved
    assert [minutes(item) for item in reading.events] == [60, 60, 30, 30, 30]
    assert [item.show_as for item in reading.events][1:3] == [ShowAs.BUSY, ShowAs.FREE]
    assert [item.recurrence_id for item in reading.events][2:4] == ["20260316T080000Z", "20260323T080000Z"]


def test_a_changed_occurrence_without_its_series_is_a_single_event(tmp_path: Path) -> None:
    found = one(tmp_path, "RECURRENCE-ID;TZID=Europe/Berlin:20260309T090000")
    assert (start(found), found.recurrence_id) == ("2026-03-10 09:00", "20260309T080000Z")


def test_all_day_series(tmp_path: Path) -> None:
    lines = ["DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260304", "RRULE:FREQ=WEEKLY;UNTIL=20260323"]
    moved = event("RECURRENCE-ID;VALUE=DATE:20260316", "DTSTART;VALUE=DATE:20260318")
    reading = read(tmp_path, calendar(event(*lines, "EXDATE:20260309T000000"), moved))
    assert [(str(days(item)[0]), (days(item)[1] - days(item)[0]).days) for item in reading.events] == [
        ("2026-03-02", 2),
        ("2026-03-18", 1),
        ("2026-03-23", 2),
    ]
    assert [item.recurrence_id for item in reading.events] == ["20260302", "20260316", "20260323"]


def test_a_utc_series_stays_at_its_utc_time_whatever_zone_the_calendar_names(tmp_path: Path) -> None:
    lines = ["DTSTART:20260302T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"]
    plain = read(tmp_path, calendar(event(*lines)))
    named = read(tmp_path, calendar(["X-WR-TIMEZONE:Europe/Berlin"], event(*lines)))
    assert local(plain) == [*MONDAYS[:4], "2026-03-30 10:00"]
    assert local(named) == local(plain)


def test_long_occurrences_that_began_before_the_window(tmp_path: Path) -> None:
    lines = ["DTSTART:20200101T000000Z", "DURATION:P40D", "RRULE:FREQ=MONTHLY"]
    assert local(read(tmp_path, calendar(event(*lines)))) == ["2026-02-01 01:00", "2026-03-01 01:00"]
