"""Whatever the bytes are: an answer or an InputError, soon, and every component accounted for."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from deepday.connect.ics.reading import FileReading, read_calendar
from deepday.errors import InputError
from tests.bench.ics_mix import mixed_calendar
from tests.connectors.files.ics_text import calendar, context, event

ZONE = ["BEGIN:VTIMEZONE", "TZID:Own", "BEGIN:STANDARD", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100"]
ZONE += ["DTSTART:19700101T000000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD", "END:VTIMEZONE"]
RICH = calendar(
    ["X-WR-TIMEZONE:Europe/Berlin", "X-WR-CALNAME:Name"],
    ZONE,
    event("RRULE:FREQ=WEEKLY;BYDAY=MO,TU;COUNT=9", "EXDATE:20260316T080000Z", "ATTENDEE;CN=A:mailto:me@example.org"),
    event("RECURRENCE-ID;RANGE=THISANDFUTURE:20260317T080000Z", "DTSTART;TZID=Own:20260317T120000", "DURATION:PT1H"),
    event("DTSTART;VALUE=DATE:20260312", "DTEND;VALUE=DATE:20260313", "RDATE;VALUE=DATE:20260315", uid="day"),
    event("RDATE;VALUE=PERIOD:20260312T080000Z/PT2H", "BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM", uid="period"),
)
LINES = [line for line in RICH.split(b"\r\n") if line]
PIECES = [
    *LINES,
    b"RRULE:FREQ=DAILY;INTERVAL=0",
    b"RRULE:FREQ=SECONDLY",
    b"RRULE:FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2",
    b"DTSTART:99991231T235959Z",
    b"DTSTART:00010101",
    b"DURATION:P9999999D",
    b"DTEND;TZID=Nowhere:20260310T100000",
    b" folded",
    b"\xff\xfe",
    b"",
]


def accounted(data: bytes) -> FileReading | None:
    """Read with and without the filter; without it every component is an event somewhere or is skipped."""
    try:
        filtered = read_calendar(data, "a.ics", context())
        reading = read_calendar(data, "a.ics", context(), prefilter=False)
    except InputError:
        return None
    assert filtered.events == reading.events
    assert set(filtered.skipped) <= set(reading.skipped)
    return reading


@settings(max_examples=150, deadline=5_000)
@given(st.binary(max_size=400))
@example(b"BEGIN:VCALENDAR")
@example(b"BEGIN:VCALENDAR\nBEGIN:VEVENT")
def test_random_bytes(data: bytes) -> None:
    accounted(data)
    accounted(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + data + b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")


@settings(max_examples=300, deadline=5_000)
@given(st.lists(st.tuples(st.integers(0, len(RICH) - 1), st.binary(max_size=3), st.integers(0, 4)), max_size=4))
def test_a_valid_file_with_bytes_changed(changes: list[tuple[int, bytes, int]]) -> None:
    data = RICH
    for at, put, length in changes:
        data = data[:at] + put + data[at + length :]
    accounted(data)


@settings(max_examples=300, deadline=5_000)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_lines_in_any_order(lines: list[bytes]) -> None:
    accounted(b"\r\n".join([b"BEGIN:VCALENDAR", *lines, b"END:VCALENDAR"]))


INNER = [line.decode("latin-1") for line in PIECES if not line.startswith((b"BEGIN", b"END"))]
BODIES = st.lists(st.sampled_from(INNER))


@settings(max_examples=300, deadline=5_000)
@given(st.lists(BODIES, min_size=1, max_size=5))
def test_every_component_is_used_or_reported(bodies: list[list[str]]) -> None:
    """Each component has a UID of its own, and single ones lie in the window when they can be read."""
    start = "DTSTART:20260310T080000Z"
    parts = [
        event(start, *(line for line in body if line[:3] not in {"UID", "REC"}), uid=str(number))
        for number, body in enumerate(bodies)
    ]
    reading = accounted(calendar(*parts))
    assert reading is not None
    used = {item.uid for item in reading.events}
    reported = {item.where.rpartition("UID ")[2] for item in reading.skipped if "UID " in item.where}
    assert used.isdisjoint(reported)
    assert used | reported == {str(number) for number in range(len(bodies))}
    assert reading.total == len(bodies)


def test_a_mixed_file_cut_anywhere_gives_what_came_before() -> None:
    data = mixed_calendar(60, seed=3)
    whole = {(item.uid, item.recurrence_id) for item in read_calendar(data, "a.ics", context()).events}
    for end in range(200, len(data), 4_001):
        reading = read_calendar(data[:end], "a.ics", context())
        assert reading.skipped
        assert {item.uid for item in reading.events} <= {uid for uid, _ in whole}
