"""Translation alone: whatever Google sends is an event or a reason, and what deepday writes comes back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepday.errors import CursorGoneError, DeepdayError, FatalError, ReconnectNeededError, UnsupportedError
from deepday.model import CalendarEvent, EventDraft, EventKind, Interval, Response, ShowAs
from deepday.testing import TurnedClock
from deepday_google.errors import Attempt, RefusedError, token_refusal, translated
from deepday_google.scopes import BLOCKS
from deepday_google.translate import UnusableError, event_body, event_of, written

EMAIL = "owner@example.com"
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MOMENTS = st.sampled_from(
    [
        {"date": "2026-03-10"},
        {"date": "9999-12-31"},
        {"date": "0001-01-01"},
        {"dateTime": "2026-03-10T09:00:00+01:00"},
        {"dateTime": "2026-03-10T09:00:00", "timeZone": "Europe/Berlin"},
        {"dateTime": "2026-03-10T09:00:00"},
        {"dateTime": "2026-03-10T09:00:00", "timeZone": "Nowhere/Atall"},
        {"dateTime": "2026-03-10T09:00:00", "timeZone": "../../etc/passwd"},
        {"dateTime": "2026-03-10T09:00:00", "timeZone": "Europe"},
        {"dateTime": "0001-01-01T00:00:00+14:00"},
        {"dateTime": "9999-12-31T23:59:59-12:00"},
        {"dateTime": "soon"},
        {"date": "2026-02-30"},
        {},
    ]
)
ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(max_size=10) | SCALARS,
        "status": st.sampled_from(["confirmed", "tentative", "cancelled", 3]),
        "start": MOMENTS | JSON,
        "end": MOMENTS | JSON,
        "originalStartTime": MOMENTS | JSON,
        "recurringEventId": SCALARS,
        "iCalUID": SCALARS,
        "eventType": st.sampled_from([*EventKind, "birthday", "invented", 7, [], {}]),
        "transparency": SCALARS | st.just("transparent"),
        "sequence": SCALARS,
        "updated": SCALARS | st.sampled_from(["2026-03-10T09:00:00.000Z", "0001-01-01T00:00:00+14:00"]),
        "organizer": JSON,
        "attendees": st.lists(JSON | st.fixed_dictionaries({"email": st.just(EMAIL)}), max_size=4) | JSON,
        "attendeesOmitted": SCALARS,
        "extendedProperties": JSON | st.fixed_dictionaries({"private": JSON}),
    },
)


@given(ITEMS)
def test_whatever_google_sends_is_an_event_or_a_reason(item: dict[str, Any]) -> None:
    found: CalendarEvent | str
    try:
        found = event_of(item, "calendar", EMAIL, "UTC", keep_title=False)
    except UnusableError as problem:
        found = str(problem)
    assert found
    if isinstance(found, CalendarEvent):
        assert found.uid
        assert found.title is None


@given(
    start=st.integers(0, 4 * 10**9),
    length=st.integers(60, 10**6),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]),
    kind=st.sampled_from(EventKind),
    shown=st.sampled_from([ShowAs.BUSY, ShowAs.FREE, ShowAs.TENTATIVE]),
)
def test_a_draft_survives_the_way_there_and_back(
    start: int, length: int, zone: str, kind: EventKind, shown: ShowAs
) -> None:
    when = Interval(start, start + length)
    draft = EventDraft("dd0001", "marker", when, "Deep work", zone=zone, show_as=shown, kind=kind)
    back = written({**event_body(draft, kind), "etag": '"1"'}, "calendar")
    assert (back.key, back.marker, back.when, back.title) == ("dd0001", "marker", when, "Deep work")
    special = kind in {EventKind.FOCUS_TIME, EventKind.OUT_OF_OFFICE}
    assert back.kind is (kind if special else EventKind.DEFAULT)
    if not special:
        assert back.show_as is shown


def item(**given: Any) -> dict[str, Any]:
    start, end = {"dateTime": "2026-03-10T09:00:00Z"}, {"dateTime": "2026-03-10T10:00:00Z"}
    return {"id": "e1", "start": start, "end": end, **given}


def read(**given: Any) -> CalendarEvent:
    return event_of(item(**given), "calendar", EMAIL, "UTC", keep_title=False)


def row(email: str, response: str = "accepted", **given: Any) -> dict[str, Any]:
    return {"email": email, "responseStatus": response, **given}


@pytest.mark.parametrize(
    ("given", "people"),
    [
        ({}, None),
        ({"organizer": {"email": EMAIL}}, None),
        ({"attendees": []}, None),
        ({"attendees": [row(EMAIL)]}, 1),
        ({"organizer": {"email": "A@example.com"}, "attendees": [row("a@example.com"), row(EMAIL)]}, 2),
        ({"organizer": {"email": "chair@example.com"}, "attendees": [row(EMAIL)]}, 2),
        ({"organizer": {"email": "x@group.calendar.google.com"}, "attendees": [row(EMAIL)]}, 1),
        ({"attendees": [row(EMAIL), row("no@example.com", "declined"), row("room@x.com", resource=True)]}, 1),
        ({"attendees": [row(EMAIL), {"responseStatus": "accepted"}, {"responseStatus": "accepted"}]}, 3),
        ({"organizer": {"email": "no@example.com"}, "attendees": [row(EMAIL), row("no@example.com", "declined")]}, 1),
        ({"organizer": {"email": "chair@example.com"}, "attendees": [row(EMAIL)], "attendeesOmitted": True}, 2),
    ],
)
def test_people_are_those_who_come(given: dict[str, Any], people: int | None) -> None:
    assert read(**given).people == people


@pytest.mark.parametrize(
    ("attendees", "response"),
    [
        ([row("b@example.com", "declined")], Response.ACCEPTED),
        ([row("OWNER@example.com", "declined")], Response.DECLINED),
        ([row("second@example.com", "tentative", self=True)], Response.TENTATIVE),
        ([row("second@example.com", "tentative", self=True), row(EMAIL, "accepted")], Response.ACCEPTED),
        ([row(EMAIL, "needsAction")], Response.NEEDS_ACTION),
        ([row(EMAIL, "needsAction", organizer=True)], Response.ACCEPTED),
        ([row(EMAIL, "invented")], Response.NEEDS_ACTION),
    ],
)
def test_the_answer_is_the_owner_s(attendees: list[dict[str, Any]], response: Response) -> None:
    assert read(attendees=attendees).response is response


def test_an_end_that_is_not_said_is_the_start() -> None:
    found = event_of(
        {"id": "e1", "start": {"dateTime": "2026-03-10T09:00:00Z"}}, "calendar", EMAIL, "UTC", keep_title=True
    )
    assert isinstance(found.when, Interval)
    assert (found.when.seconds, found.title) == (0, "")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ({"dateTime": "2026-03-10T09:00:00Z"}, {"dateTime": "2026-03-10T08:00:00Z"}),
        ({"dateTime": "2026-03-10T09:00:00Z"}, {"date": "2026-03-11"}),
        ({"dateTime": "2026-03-10T09:00:00", "timeZone": "Nowhere"}, {"date": "2026-03-11"}),
    ],
)
def test_times_that_make_no_sense_are_not_used(start: dict[str, str], end: dict[str, str]) -> None:
    with pytest.raises(UnusableError):
        read(start=start, end=end)


def refused(status: int, data: bytes) -> DeepdayError:
    from deepday.connect.http import Answer  # noqa: PLC0415 - only here

    return translated(RefusedError(Answer(status, {}, data)), Attempt(BLOCKS, TurnedClock().now(), safe=True))


@given(
    status=st.sampled_from([302, 400, 401, 403, 404, 409, 410, 412, 413, 429, 500, 503]), data=st.binary(max_size=50)
)
def test_every_refusal_is_one_of_our_errors(status: int, data: bytes) -> None:
    assert isinstance(refused(status, data), DeepdayError)


@pytest.mark.parametrize(
    ("status", "data", "error"),
    [
        (400, b'{"error":{"errors":[{"reason":"invalid","location":"pageToken"}]}}', CursorGoneError),
        (400, b'{"error":{"errors":[{"reason":"badRequest"}]}}', FatalError),
        (400, b'{"error":{"status":"FAILED_PRECONDITION"}}', UnsupportedError),
        (403, b'{"error":{"errors":[{"reason":"domainPolicy"}]}}', UnsupportedError),
        (403, b'{"error":{"errors":"canary"}}', ReconnectNeededError),
        (403, b"[" * 100_000, ReconnectNeededError),
    ],
)
def test_reasons_decide(status: int, data: bytes, error: type[DeepdayError]) -> None:
    found = refused(status, data)
    assert type(found) is error
    assert "canary" not in f"{found!r} {found.advice}"


def test_a_reason_that_is_no_word_is_not_repeated() -> None:
    found = refused(400, b'{"error":{"errors":[{"reason":"The canary sings"}]}}')
    assert "canary" not in f"{found!r} {found.advice}"


@given(status=st.sampled_from([200, 302, 400, 401, 403, 429, 500]), data=st.binary(max_size=50))
def test_every_answer_of_the_token_endpoint_is_a_token_or_an_error(status: int, data: bytes) -> None:
    from deepday.connect.http import Answer  # noqa: PLC0415 - only here

    assert isinstance(token_refusal(Answer(status, {}, data), TurnedClock().now()), DeepdayError)
