"""What a TZID means."""

from pathlib import Path

import pytest

from tests.connectors.files.ics_text import calendar, event, local, read

BERLIN_RULES = """BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD"""
FIXED = "BEGIN:STANDARD\nTZOFFSETFROM:{0}\nTZOFFSETTO:{0}\nDTSTART:19700101T000000\nEND:STANDARD"


def definition(tzid: str, rules: str) -> list[str]:
    return ["BEGIN:VTIMEZONE", f"TZID:{tzid}", *rules.split("\n"), "END:VTIMEZONE"]


def nine(tzid: str) -> list[str]:
    return event(f"DTSTART;TZID={tzid}:20260302T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=5;INTERVAL=4")


@pytest.mark.parametrize(
    ("tzid", "expected"),
    [
        ("Europe/Berlin", "09:00 09:00"),
        ('"Europe/Berlin"', "09:00 09:00"),
        ("America/New_York", "15:00 15:00"),
        ("W. Europe Standard Time", "09:00 09:00"),
        ("UTC", "10:00 11:00"),
        ("GMT", "10:00 11:00"),
        ('"tzone://Microsoft/Utc"', "10:00 11:00"),
        ("/example.org/20260101/America/Argentina/Buenos_Aires", "13:00 14:00"),
    ],
)
def test_names(tmp_path: Path, tzid: str, expected: str) -> None:
    reading = read(tmp_path, calendar(nine(tzid)))
    assert not reading.skipped
    assert [item.split()[1] for item in local(reading)] == expected.split()


@pytest.mark.parametrize("tzid", ["Nowhere/Else", "Europe", "../../etc/passwd", "(UTC+01:00) Amsterdam", "CEST"])
def test_an_unknown_zone_is_not_guessed(tmp_path: Path, tzid: str) -> None:
    reading = read(tmp_path, calendar(nine(f'"{tzid}"'), event(uid="b")))
    assert [item.uid for item in reading.events] == ["b"]
    (skipped,) = reading.skipped
    assert skipped.where == "line 3, UID a"
    assert "time zone" in skipped.reason
    assert tzid in skipped.reason


def test_the_files_own_definition_counts_for_names_that_nobody_else_knows(tmp_path: Path) -> None:
    reading = read(tmp_path, calendar(nine("Our own"), definition("Our own", BERLIN_RULES)))
    assert local(reading) == ["2026-03-02 09:00", "2026-03-30 09:00"]
    fixed = read(tmp_path, calendar(definition("Our own", FIXED.format("+0500")), nine("Our own")))
    assert local(fixed) == ["2026-03-02 05:00", "2026-03-30 06:00"]


@pytest.mark.parametrize("tzid", ["Europe/Berlin", "W. Europe Standard Time"])
def test_a_definition_does_not_change_what_a_known_name_means(tmp_path: Path, tzid: str) -> None:
    reading = read(tmp_path, calendar(definition(tzid, FIXED.format("-0800")), nine(tzid)))
    assert local(reading) == ["2026-03-02 09:00", "2026-03-30 09:00"]


def test_a_definition_counts_in_its_own_file_only(tmp_path: Path) -> None:
    assert read(tmp_path, calendar(definition("Our own", FIXED.format("+0500")), nine("Our own"))).events
    assert len(read(tmp_path, calendar(nine("Our own"))).skipped) == 1


@pytest.mark.parametrize(
    "rules",
    [
        "",
        "BEGIN:STANDARD\nTZOFFSETFROM:nonsense\nEND:STANDARD",
        FIXED.format("+0100").replace("END:", "RRULE:FREQ=SECONDLY\nEND:"),
        FIXED.format("+0100").replace("END:", "RRULE:FREQ=YEARLY;BYHOUR=1,2,3\nEND:"),
        "\n".join([FIXED.format("+0100")] * 400),
    ],
)
def test_a_definition_that_cannot_be_used_is_no_definition(tmp_path: Path, rules: str) -> None:
    reading = read(tmp_path, calendar(definition("Our own", rules), nine("Our own")))
    assert not reading.events
    assert "definition that cannot be used" in reading.skipped[0].reason


def test_floating_times_are_in_the_calendars_zone_else_in_the_readers(tmp_path: Path) -> None:
    floating = event("DTSTART:20260302T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;INTERVAL=4")
    assert local(read(tmp_path, calendar(floating))) == ["2026-03-02 09:00", "2026-03-30 09:00"]
    for zone in ("America/New_York", "Eastern Standard Time"):
        reading = read(tmp_path, calendar([f"X-WR-TIMEZONE:{zone}"], floating))
        assert local(reading) == ["2026-03-02 15:00", "2026-03-30 15:00"]


def test_an_unknown_zone_of_the_calendar_is_reported(tmp_path: Path) -> None:
    reading = read(tmp_path, calendar(["X-WR-TIMEZONE:Nowhere"], event("DTSTART:20260302T090000")))
    assert local(reading) == ["2026-03-02 09:00"]
    assert [(item.where, "Nowhere" in item.reason) for item in reading.skipped] == [("X-WR-TIMEZONE", True)]
