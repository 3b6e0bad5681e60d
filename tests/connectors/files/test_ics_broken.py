"""One broken component never costs another one, and nothing is dropped without a word."""

from pathlib import Path

import pytest

from deepday.connect.ics.components import cut
from deepday.connect.ics.recurrence import Budget
from tests.connectors.files.ics_text import calendar, event, local, read, window

GOOD = event(uid="good")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["DTSTART:2026"], "DTSTART '2026' is no date"),
        (["DTSTART:20260230T090000"], "DTSTART"),
        (["DTSTART:20260310T2500"], "DTSTART"),
        (["DTSTART;VALUE=DATE:00000000"], "DTSTART"),
        (["DTSTART:20260310T090000Z", "DTSTART:20260311T090000Z"], "more than one DTSTART"),
        (["DTSTART:20260310T090000Z", "DTEND:20260310T080000Z"], "before its start"),
        (["DTSTART;VALUE=DATE:20260310", "DTEND;VALUE=DATE:20260309"], "before its start"),
        (["DTSTART;VALUE=DATE:20260310", "DTEND:20260311T080000Z"], "mixes a date and a date-time"),
        (["DTSTART;VALUE=DATE:20260310", "DURATION:PT5H"], "DURATION of hours"),
        (["DURATION:-PT1H", "DTSTART:20260310T090000Z"], "negative"),
        (["DURATION:soon", "DTSTART:20260310T090000Z"], "no duration"),
        (["DURATION:P99999999W", "DTSTART:20260310T090000Z"], "years 1 to 9999"),
        (["DTSTART:99991231T230000Z", "DURATION:P5D"], "years 1 to 9999"),
        (["RRULE:FREQ=SOMETIMES"], "RRULE is invalid"),
        (["RRULE:"], "RRULE is invalid"),
        (["RRULE:FREQ=DAILY;BYHOUR=99"], "RRULE is invalid"),
        (["RDATE:never"], "RDATE"),
        (["RDATE;VALUE=DATE:20260312"], "RDATE and its DTSTART mix"),
        (["EXDATE:never", "RRULE:FREQ=DAILY"], "EXDATE"),
        (["EXRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY"], "EXRULE"),
        (["RECURRENCE-ID:never"], "RECURRENCE-ID"),
        (["a line that belongs to nothing"], "content line"),
        (["DTSTART;TZID=Europe/Berlin;;=:20260310T090000"], "DTSTART cannot be read"),
        (["BEGIN:VALARM", "TRIGGER:-PT5M"], "VALARM inside it has no END"),
        (["END:VALARM"], "END:VALARM has no BEGIN"),
    ],
)
def test_a_broken_event_is_skipped_with_its_place_and_reason(tmp_path: Path, lines: list[str], reason: str) -> None:
    reading = read(tmp_path, calendar(GOOD, event(*lines, uid="bad"), event(uid="good too")))
    assert [item.uid for item in reading.events] == ["good", "good too"]
    (skipped,) = reading.skipped
    assert skipped.source == str(tmp_path / "a.ics")
    assert skipped.where.startswith("line 8")
    assert reason in skipped.reason
    assert reading.total == 3


def test_an_event_without_end_does_not_swallow_the_next_one(tmp_path: Path) -> None:
    reading = read(tmp_path, calendar(event(uid="open")[:-1], GOOD, event(uid="last")[:-1]))
    assert [item.uid for item in reading.events] == ["good"]
    assert [item.where for item in reading.skipped] == ["line 3, UID open", "line 12, UID last"]
    assert all("END is missing" in item.reason for item in reading.skipped)


def test_a_file_that_is_cut_short_says_so(tmp_path: Path) -> None:
    whole = calendar(GOOD)
    reading = read(tmp_path, whole[: whole.index(b"END:VCALENDAR")])
    assert [item.uid for item in reading.events] == ["good"]
    assert [item.where for item in reading.skipped] == ["end of file"]


def test_nested_and_joined_calendars_give_all_their_events(tmp_path: Path) -> None:
    nested = ["BEGIN:VTODO", *event(uid="in a task"), "END:VTODO"]
    reading = read(tmp_path, calendar(nested) + calendar(event(uid="second calendar")))
    assert {item.uid for item in reading.events} == {"in a task", "second calendar"}


def test_deep_nesting_takes_no_time(tmp_path: Path) -> None:
    deep = ["BEGIN:X-A"] * 100_000 + ["END:X-B"] * 100_000
    reading = read(tmp_path, calendar(deep, GOOD))
    assert [item.uid for item in reading.events] == ["good"]


@pytest.mark.timeout(10)
def test_many_ends_without_a_beginning_deep_inside_an_event_take_no_time(tmp_path: Path) -> None:
    reading = read(tmp_path, calendar(event(*["BEGIN:A"] * 60_000, *["END:B"] * 60_000, uid="bad"), GOOD))
    assert [item.uid for item in reading.events] == ["good"]
    assert "END:B has no BEGIN" in reading.skipped[0].reason


def test_an_end_without_a_beginning_is_the_fault_of_the_event_around_it_only(tmp_path: Path) -> None:
    parts = [["END:A"], GOOD, ["END:A"], event("END:A", "BEGIN:X", "END:X", uid="bad"), ["END:A"], event(uid="last")]
    reading = read(tmp_path, calendar(*parts))
    assert [item.uid for item in reading.events] == ["good", "last"]
    assert [(item.where[-7:], item.reason) for item in reading.skipped] == [("UID bad", "END:A has no BEGIN.")]


def test_zones_inside_zones_do_not_multiply_their_text() -> None:
    text = "BEGIN:VTIMEZONE\n" * 3_000 + "END:VTIMEZONE\n" * 3_000
    zones = cut(f"BEGIN:VCALENDAR\n{text}END:VCALENDAR\n").zones
    assert len(zones) == 3_000
    assert sum(len(zone.text) for zone in zones) <= len(text)


def test_a_zone_without_end_costs_neither_the_next_zone_nor_the_event_around_it(tmp_path: Path) -> None:
    offset = ["TZOFFSETFROM:+0500", "TZOFFSETTO:+0500", "DTSTART:19700101T000000"]
    own = ["BEGIN:VTIMEZONE", "TZID:Own", "BEGIN:STANDARD", *offset, "END:STANDARD", "END:VTIMEZONE"]
    timed = "DTSTART;TZID=Own:20260310T090000"
    reading = read(tmp_path, calendar(["BEGIN:VTIMEZONE", "TZID:Open"], own, event(timed), event(*own, timed, uid="b")))
    assert local(reading) == ["2026-03-10 05:00"] * 2
    assert not reading.skipped


def test_a_component_over_the_limit_is_skipped(tmp_path: Path) -> None:
    reading = read(tmp_path, calendar(GOOD, event("X-BIG:" + "x" * 1_000_000, uid="big")))
    assert [item.uid for item in reading.events] == ["good"]
    assert "larger than" in reading.skipped[0].reason


HOSTILE = (
    "FREQ=SECONDLY",
    "FREQ=MINUTELY;COUNT=999999999",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=WEEKLY;BYMONTH=13",
    "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9",
    "FREQ=HOURLY;BYSETPOS=2",
    "FREQ=YEARLY;BYWEEKNO=60",
    "FREQ=DAILY;BYYEARDAY=400",
    "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=99999999999999999999",
    "FREQ=DAILY;COUNT=0",
    "FREQ=DAILY;UNTIL=20250101T000000Z",
    "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7;BYMINUTE=0,1,2,3,4,5,6",
    "FREQ=HOURLY;BYMINUTE=0,20,40",
    "FREQ=DAILY;BYHOUR=9;BYSECOND=" + ",".join(map(str, range(49))),
)


@pytest.mark.timeout(5)
@pytest.mark.parametrize("rule", HOSTILE)
def test_hostile_rules_are_refused_at_once(tmp_path: Path, rule: str) -> None:
    reading = read(tmp_path, calendar(event(f"RRULE:{rule}", uid="bad"), GOOD))
    assert [item.uid for item in reading.events] == ["good"]
    assert [item.where for item in reading.skipped] == ["line 3, UID bad"]
    assert "RRULE" in reading.skipped[0].reason


def test_more_than_two_thousand_occurrences_are_refused(tmp_path: Path) -> None:
    hourly = event("DTSTART:20200101T000000Z", "RRULE:FREQ=HOURLY")
    fits = read(tmp_path, calendar(hourly), window("2026-01-01", "2026-03-25"))
    assert (len(fits.events), fits.skipped) == (83 * 24, ())
    over = read(tmp_path, calendar(hourly), window("2026-01-01", "2026-03-27"))
    assert not over.events
    assert "more than 2,000" in over.skipped[0].reason


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:00010101T000000", "RRULE:FREQ=DAILY"),
        ("DTSTART:00010101T000000Z", "RRULE:FREQ=MONTHLY"),
        ("DTSTART;VALUE=DATE:00010101", "RRULE:FREQ=YEARLY;BYMONTH=3"),
        ("DTSTART:00010101T000000", "RRULE:FREQ=WEEKLY;COUNT=999999999"),
    ],
)
def test_a_series_since_the_year_one_is_expanded_quickly(tmp_path: Path, lines: tuple[str, ...]) -> None:
    reading = read(tmp_path, calendar(event(*lines)))
    assert reading.events
    assert not reading.skipped


@pytest.mark.timeout(5)
def test_counting_from_the_year_one_is_refused(tmp_path: Path) -> None:
    reading = read(tmp_path, calendar(event("DTSTART:00010101T000000", "RRULE:FREQ=DAILY;COUNT=500000")))
    assert "too long" in reading.skipped[0].reason


@pytest.mark.timeout(5)
@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=YEARLY;INTERVAL=500", "FREQ=HOURLY;COUNT=999999999"])
def test_the_last_year_of_all_is_no_trouble(tmp_path: Path, rule: str) -> None:
    reading = read(tmp_path, calendar(event("DTSTART:99991230T090000", f"RRULE:{rule}"), GOOD))
    assert local(reading) == ["2026-03-10 09:00"]


def test_costly_rules_are_refused_when_they_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepday.connect.ics.reading.Budget", lambda: Budget(left=50_000))
    rule = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    reading = read(tmp_path, calendar(*(event(rule, uid=f"bad {number}") for number in range(9)), GOOD))
    assert [item.uid for item in reading.events] == ["good"]
    assert len(reading.skipped) == 9
    assert "together" in reading.skipped[-1].reason


@pytest.mark.timeout(10)
def test_a_giant_list_of_exceptions(tmp_path: Path) -> None:
    days = [f"{year}{month:02}{day:02}" for year in range(2030, 2180) for month in range(1, 13) for day in range(1, 29)]
    out = ",".join(f"{day}T080000Z" for day in days)
    reading = read(tmp_path, calendar(event("RRULE:FREQ=DAILY", f"EXDATE:20260311T080000Z,{out}")))
    assert not reading.skipped
    assert local(reading)[:2] == ["2026-03-10 09:00", "2026-03-12 09:00"]


def test_the_changed_occurrences_of_a_refused_series_remain(tmp_path: Path) -> None:
    change = event("RECURRENCE-ID:20260310T080000Z", "DTSTART:20260310T120000Z")
    reading = read(tmp_path, calendar(event("RRULE:FREQ=SECONDLY"), change))
    assert local(reading) == ["2026-03-10 13:00"]
    assert len(reading.skipped) == 1


def test_a_change_onward_that_makes_dates_of_times_is_refused(tmp_path: Path) -> None:
    onward = event("RECURRENCE-ID;RANGE=THISANDFUTURE:20260311T080000Z", "DTSTART;VALUE=DATE:20260312")
    reading = read(tmp_path, calendar(event("RRULE:FREQ=DAILY"), onward))
    assert "later occurrences" in reading.skipped[0].reason


def test_reasons_hold_nothing_of_what_an_event_says(tmp_path: Path) -> None:
    reading = read(tmp_path, calendar(event("SUMMARY:Secret plan", "for the takeover: really", uid="bad")))
    assert "takeover" not in str(reading.skipped)
    assert "Secret" not in str(reading)
