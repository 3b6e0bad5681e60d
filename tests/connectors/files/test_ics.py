"""What a VEVENT becomes: its time, how it is shown, who takes part."""

from datetime import date
from pathlib import Path

import pytest

from deepday.model import EventKind, Interval, Response, ShowAs
from tests.connectors.files.ics_text import ME, calendar, days, event, local, minutes, one, read, second, window

ALL_DAY = "DTSTART;VALUE=DATE:20260310"


def person(address: str, *parameters: str) -> str:
    return f"{';'.join(('ATTENDEE', *parameters))}:mailto:{address}"


def test_a_single_event_has_its_interval_its_source_and_no_recurrence_id(tmp_path: Path) -> None:
    found = one(tmp_path, "SEQUENCE:3", "LAST-MODIFIED:20260301T070000Z", "DTSTAMP:20260305T070000Z", "SUMMARY:Secret")
    assert found.when == Interval(second("2026-03-10 09:00"), second("2026-03-10 10:00"))
    assert (found.uid, found.recurrence_id, found.sequence) == ("a", "", 3)
    assert found.updated == second("2026-03-01 08:00")
    assert found.source == str(tmp_path / "a.ics")
    assert found.title is None


def test_titles_leave_only_when_asked_for(tmp_path: Path) -> None:
    assert one(tmp_path, "SUMMARY:One\\, two\\; thr", " ee", titles=True).title == "One, two; three"


@pytest.mark.parametrize(
    ("lines", "first", "end"),
    [
        ([ALL_DAY], 10, 11),
        ([ALL_DAY, "DTEND;VALUE=DATE:20260313"], 10, 13),
        ([ALL_DAY, "DTEND;VALUE=DATE:20260310"], 10, 11),
        ([ALL_DAY, "DURATION:P2D"], 10, 12),
        (["DTSTART:20260310", "DURATION:P1W"], 10, 17),
        (["DTSTART;VALUE=DATE;TZID=Europe/Berlin:20260310"], 10, 11),
    ],
)
def test_all_day_entries_are_dates_and_their_end_is_exclusive(
    tmp_path: Path, lines: list[str], first: int, end: int
) -> None:
    assert days(one(tmp_path, *lines)) == (date(2026, 3, first), date(2026, 3, end))


def test_midnight_to_midnight_stays_timed(tmp_path: Path) -> None:
    found = one(tmp_path, "DTSTART;TZID=Europe/Berlin:20260310T000000", "DTEND;TZID=Europe/Berlin:20260311T000000")
    assert minutes(found) == 1440


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20260310T080000Z"], 0),
        (["DTSTART:20260310T080000Z", "DURATION:PT1H30M"], 90),
        (["DTSTART:20260310T080000Z", "DTEND;TZID=America/New_York:20260310T050000"], 60),
        (["DTSTART;TZID=Europe/Berlin:20260329T000000", "DTEND;TZID=Europe/Berlin:20260329T040000"], 180),
        (["DTSTART;TZID=Europe/Berlin:20261025T000000", "DTEND;TZID=Europe/Berlin:20261025T040000"], 300),
        (["DTSTART;TZID=Europe/Berlin:20260328T220000", "DTEND;TZID=Europe/Berlin:20260329T060000"], 420),
        (["DTSTART;TZID=Europe/Berlin:20260328T220000", "DURATION:PT8H"], 480),
        (["DTSTART;TZID=Europe/Berlin:20260328T220000", "DURATION:P1D"], 1380),
    ],
)
def test_durations_are_elapsed_time(tmp_path: Path, lines: list[str], expected: int) -> None:
    assert minutes(one(tmp_path, *lines, within=window("2026-03-01", "2026-12-01"))) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], ShowAs.BUSY),
        (["TRANSP:OPAQUE"], ShowAs.BUSY),
        (["TRANSP:TRANSPARENT"], ShowAs.FREE),
        (["STATUS:TENTATIVE"], ShowAs.TENTATIVE),
        (["STATUS:TENTATIVE", "TRANSP:TRANSPARENT"], ShowAs.FREE),
        (["TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"], ShowAs.OUT_OF_OFFICE),
        (["TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"], ShowAs.FREE),
        (["X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"], ShowAs.TENTATIVE),
        (["X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE"], ShowAs.WORKING_ELSEWHERE),
        (["STATUS:TENTATIVE", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY"], ShowAs.BUSY),
        (["TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:ODD"], ShowAs.FREE),
    ],
)
def test_how_the_time_is_shown(tmp_path: Path, lines: list[str], expected: ShowAs) -> None:
    assert one(tmp_path, *lines).show_as is expected


def test_a_cancelled_event_is_marked(tmp_path: Path) -> None:
    assert one(tmp_path, "STATUS:CANCELLED").cancelled
    assert not one(tmp_path, "STATUS:CONFIRMED").cancelled


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["SUMMARY:Out of office"], EventKind.OUT_OF_OFFICE),
        (["SUMMARY:OUT OF OFFICE", person(ME)], EventKind.OUT_OF_OFFICE),
        (["SUMMARY:Out of office", person("ann@example.org")], EventKind.DEFAULT),
        (["SUMMARY:Out of office soon"], EventKind.DEFAULT),
        (["SUMMARY:Lunch", "X-MICROSOFT-CDO-BUSYSTATUS:OOF", person("ann@example.org")], EventKind.OUT_OF_OFFICE),
        (["SUMMARY:focus time"], EventKind.FOCUS_TIME),
        (["SUMMARY:Focus time", person("room@example.org", "CUTYPE=ROOM")], EventKind.FOCUS_TIME),
        (["SUMMARY:Focus time", "ORGANIZER:mailto:ann@example.org"], EventKind.DEFAULT),
        (["SUMMARY:Planning"], EventKind.DEFAULT),
    ],
)
def test_kinds_by_the_titles_that_google_gives(tmp_path: Path, lines: list[str], expected: EventKind) -> None:
    assert one(tmp_path, *lines).kind is expected


OOO, FOCUS, OOF = "SUMMARY:Out of office", "SUMMARY:Focus time", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"
FROM_ME, FROM_ANN = f"ORGANIZER:mailto:{ME}", "ORGANIZER:mailto:ann@example.org"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([OOO, "TRANSP:TRANSPARENT"], EventKind.DEFAULT),
        ([FOCUS, "TRANSP:TRANSPARENT"], EventKind.DEFAULT),
        ([OOO, "X-MICROSOFT-CDO-BUSYSTATUS:FREE"], EventKind.DEFAULT),
        ([OOO, "STATUS:TENTATIVE"], EventKind.OUT_OF_OFFICE),
        ([OOO, FROM_ME, person(ME)], EventKind.OUT_OF_OFFICE),
        ([FOCUS, "ORGANIZER:MAILTO:Me@Example.org"], EventKind.FOCUS_TIME),
        ([OOO, FROM_ANN, person(ME, "PARTSTAT=ACCEPTED")], EventKind.DEFAULT),
        ([OOO, "ORGANIZER:mailto:team@group.calendar.google.com"], EventKind.DEFAULT),
        ([FOCUS, "ORGANIZER;CUTYPE=ROOM:mailto:room@example.org"], EventKind.DEFAULT),
    ],
)
def test_a_title_counts_on_the_owners_own_busy_entries_only(
    tmp_path: Path, lines: list[str], expected: EventKind
) -> None:
    assert one(tmp_path, *lines).kind is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], EventKind.OUT_OF_OFFICE),
        ([person(ME)], EventKind.OUT_OF_OFFICE),
        ([FROM_ME, person(ME), person("ann@example.org")], EventKind.OUT_OF_OFFICE),
        ([FROM_ANN], EventKind.OUT_OF_OFFICE),
        ([FROM_ANN, person("team@example.org")], EventKind.OUT_OF_OFFICE),
        ([FROM_ANN, person(ME, "PARTSTAT=ACCEPTED")], EventKind.OUT_OF_OFFICE),
        ([FROM_ANN, person(ME)], EventKind.DEFAULT),
        ([FROM_ANN, person(ME, "PARTSTAT=NEEDS-ACTION"), OOO], EventKind.DEFAULT),
        ([FROM_ANN, person(ME, "PARTSTAT=TENTATIVE")], EventKind.DEFAULT),
        ([FROM_ANN, person(ME, "PARTSTAT=DECLINED")], EventKind.DEFAULT),
        ([person(ME), person("ann@example.org")], EventKind.DEFAULT),
    ],
)
def test_somebody_elses_absence_is_the_owners_once_accepted(
    tmp_path: Path, lines: list[str], expected: EventKind
) -> None:
    found = one(tmp_path, OOF, *lines)
    assert (found.kind, found.show_as) == (expected, ShowAs.OUT_OF_OFFICE)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], Response.ACCEPTED),
        ([person("ann@example.org", "PARTSTAT=DECLINED")], Response.ACCEPTED),
        ([person(ME, "PARTSTAT=ACCEPTED")], Response.ACCEPTED),
        ([person(ME, "PARTSTAT=TENTATIVE")], Response.TENTATIVE),
        ([person(ME, "PARTSTAT=DECLINED")], Response.DECLINED),
        ([person(ME, "PARTSTAT=DELEGATED")], Response.DELEGATED),
        ([person(ME)], Response.NEEDS_ACTION),
        ([person(ME, "PARTSTAT=X-ODD")], Response.NEEDS_ACTION),
        (["ATTENDEE;PARTSTAT=DECLINED:MAILTO:Me@Example.ORG"], Response.DECLINED),
        ([f"ATTENDEE;PARTSTAT=DECLINED;EMAIL={ME}:urn:uuid:0815"], Response.DECLINED),
        (['ATTENDEE;CN="Me; myself: I";PARTSTAT=DECLINED:mailto:me@example.org'], Response.DECLINED),
        ([f"ORGANIZER:mailto:{ME}", person(ME, "PARTSTAT=NEEDS-ACTION")], Response.ACCEPTED),
        ([f"ORGANIZER:mailto:{ME}", person(ME)], Response.ACCEPTED),
        ([f"ORGANIZER:mailto:{ME}", person(ME, "PARTSTAT=DECLINED")], Response.DECLINED),
        ([f"ORGANIZER:mailto:{ME}", person("ann@example.org")], Response.ACCEPTED),
    ],
)
def test_the_owners_answer(tmp_path: Path, lines: list[str], expected: Response) -> None:
    assert one(tmp_path, *lines).response is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], None),
        ([f"ORGANIZER:mailto:{ME}"], None),
        ([person(ME)], 1),
        ([f"ORGANIZER:mailto:{ME}", person("ME@example.org"), person("ann@example.org")], 2),
        ([person(ME), person("ann@example.org", "PARTSTAT=DECLINED")], 1),
        ([f"ORGANIZER:mailto:{ME}", person(ME, "PARTSTAT=DECLINED"), person("ann@example.org")], 1),
        ([person(ME), person("room@example.org", "CUTYPE=ROOM"), person("tv@example.org", "CUTYPE=RESOURCE")], 1),
        ([person(ME), person("c_1@resource.calendar.google.com")], 1),
        ([person(ME), person("ann@example.org", "ROLE=NON-PARTICIPANT")], 2),
        (["ORGANIZER:mailto:x@group.calendar.google.com", person(ME)], 1),
        (["ATTENDEE;EMAIL=ann@example.org:urn:uuid:1", person("ann@example.org")], 1),
    ],
)
def test_people_are_counted_by_address(tmp_path: Path, lines: list[str], expected: int | None) -> None:
    assert one(tmp_path, *lines).people == expected


def test_an_event_without_uid_keeps_the_same_made_up_one(tmp_path: Path) -> None:
    first = read(tmp_path, calendar(event("DTSTAMP:20260101T000000Z", uid=""), event("SUMMARY:Other", uid="")))
    again = read(tmp_path, calendar(event("SUMMARY:Other", uid=""), event("DTSTAMP:20260202T000000Z", uid="")))
    assert not first.skipped
    assert len({item.uid for item in first.events}) == 2
    assert {item.uid for item in first.events} == {item.uid for item in again.events}


def test_of_two_copies_the_newer_one_counts_wherever_it_stands(tmp_path: Path) -> None:
    old = event("SEQUENCE:1", "DTSTAMP:20260301T000000Z", "TRANSP:TRANSPARENT")
    new = event("SEQUENCE:2", "DTSTAMP:20260201T000000Z")
    later = event("SEQUENCE:2", "LAST-MODIFIED:20260205T000000Z", "STATUS:TENTATIVE")
    for pair in ((old, new), (new, old)):
        assert [item.show_as for item in read(tmp_path, calendar(*pair)).events] == [ShowAs.BUSY]
    for parts in ((later, old, new), (new, later, old)):
        assert [item.show_as for item in read(tmp_path, calendar(*parts)).events] == [ShowAs.TENTATIVE]


def test_events_touch_the_window_when_they_overlap_it(tmp_path: Path) -> None:
    def timed(uid: str, start: str, end: str) -> list[str]:
        return event(f"DTSTART;TZID=Europe/Berlin:{start}", f"DTEND;TZID=Europe/Berlin:{end}", uid=uid)

    data = calendar(
        timed("ends as it begins", "20260228T230000", "20260301T000000"),
        timed("reaches in", "20260228T230000", "20260301T000100"),
        timed("reaches out", "20260331T235900", "20260401T010000"),
        timed("begins as it ends", "20260401T000000", "20260401T010000"),
        timed("around", "20250101T000000", "20270101T000000"),
        event("DTSTART;VALUE=DATE:20260228", uid="day before"),
        event("DTSTART;VALUE=DATE:20260331", uid="last day"),
        event("DTSTART;VALUE=DATE:20260401", uid="day after"),
    )
    reading = read(tmp_path, data)
    assert [item.uid for item in reading.events] == ["around", "reaches in", "last day", "reaches out"]
    assert reading.total == 8
    assert reading.observed == (window(),)
    assert local(reading)[2] == "2026-03-31"


def test_other_components_and_unknown_properties_are_nothing_to_report(tmp_path: Path) -> None:
    alarm = ["BEGIN:VALARM", "TRIGGER:broken", "END:VALARM"]
    others = [f"BEGIN:{name}\r\nDTSTART:broken\r\nEND:{name}" for name in ("VTODO", "VJOURNAL", "VFREEBUSY", "X-OWN")]
    reading = read(tmp_path, calendar(others, event("X-OWN;A=B:c", "X_ODD.1:d", "DESCRIPTION:e", *alarm)))
    assert len(reading.events) == reading.total == 1
    assert not reading.skipped
