"""The pure parts: what Graph says and what deepday makes of it, also of what makes no sense."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepday.connect import Feature, ReadContext
from deepday.connect.http import Answer
from deepday.errors import (
    CursorGoneError,
    DeepdayError,
    FatalError,
    InputError,
    ReconnectNeededError,
    RetryLaterError,
)
from deepday.model import (
    Audience,
    AutoReply,
    Availability,
    Cursor,
    DateRange,
    EventKind,
    Interval,
    Presence,
    Response,
    ShowAs,
    Status,
)
from deepday_microsoft import cursors
from deepday_microsoft.cursors import Position
from deepday_microsoft.drafts import properties_of, times, written_event
from deepday_microsoft.errors import entra_refusal, graph_refusal
from deepday_microsoft.presence import PAIRS, duration, message_of, shown_presence, status_of
from deepday_microsoft.replies import marked_up, plain, reply_of, setting_of
from deepday_microsoft.subscriptions import validation_answer
from deepday_microsoft.translate import UnusableError, event_of, events_of, gather, moment

ME = "ada@corp.example"
CONTEXT = ReadContext(Interval(0, 1 << 40), ZoneInfo("UTC"), ME, keep_titles=True)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
CANARY = "canary-quarterly-numbers"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
NAMES = [
    "id",
    "type",
    "seriesMasterId",
    "start",
    "end",
    "isAllDay",
    "isCancelled",
    "subject",
    "showAs",
    "iCalUId",
    "originalStart",
    "originalStartTimeZone",
    "lastModifiedDateTime",
    "isOrganizer",
    "organizer",
    "responseStatus",
    "attendees",
    "transactionId",
    "@removed",
    "@odata.etag",
    "singleValueExtendedProperties",
    "message",
    "expiryDateTime",
    "status",
    "externalAudience",
    "internalReplyMessage",
    "scheduledStartDateTime",
    "scheduledEndDateTime",
]
TYPES = st.sampled_from(["occurrence", "exception", "seriesMaster", "singleInstance"])
HOSTILE = st.dictionaries(st.sampled_from(NAMES), JSON | TYPES | st.datetimes().map(str), max_size=12)


def at(text: str, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": text, "timeZone": zone}


def person(address: str, answer: str = "accepted", kind: str = "required") -> dict[str, Any]:
    return {"type": kind, "status": {"response": answer}, "emailAddress": {"name": "N", "address": address}}


def row(**fields: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "type": "singleInstance",
        "iCalUId": "uid",
        "subject": "Review",
        "showAs": "busy",
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": True,
        "organizer": {"emailAddress": {"address": ME}},
        "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
        "attendees": [],
        "start": at("2026-11-23T09:00:00.0000000"),
        "end": at("2026-11-23T10:00:00.0000000"),
        "lastModifiedDateTime": "2026-11-20T09:00:00.1234567Z",
        **fields,
    }


def test_a_meeting_is_read_with_its_company() -> None:
    event = event_of(
        row(
            isOrganizer=False,
            organizer={"emailAddress": {"address": "boss@corp.example"}},
            responseStatus={"response": "tentativelyAccepted"},
            attendees=[
                person(ME, "none"),
                person("Boss@corp.example"),
                person("no@corp.example", "declined"),
                person("room@corp.example", kind="resource"),
                person("late@corp.example", "none", "optional"),
            ],
        ),
        CONTEXT,
    )
    assert (event.people, event.response, event.kind) == (3, Response.TENTATIVE, EventKind.DEFAULT)
    assert event.title == "Review"


@pytest.mark.parametrize(
    ("fields", "show_as", "response", "kind", "people"),
    [
        ({}, ShowAs.BUSY, Response.ACCEPTED, EventKind.DEFAULT, None),
        ({"showAs": "unknown"}, ShowAs.BUSY, Response.ACCEPTED, EventKind.DEFAULT, None),
        ({"showAs": "aWordOfNextYear"}, ShowAs.BUSY, Response.ACCEPTED, EventKind.DEFAULT, None),
        ({"showAs": "workingElsewhere"}, ShowAs.WORKING_ELSEWHERE, Response.ACCEPTED, EventKind.DEFAULT, None),
        ({"showAs": "oof"}, ShowAs.OUT_OF_OFFICE, Response.ACCEPTED, EventKind.OUT_OF_OFFICE, None),
        ({"subject": "Focus time"}, ShowAs.BUSY, Response.ACCEPTED, EventKind.FOCUS_TIME, None),
        (
            {
                "isOrganizer": False,
                "organizer": {"emailAddress": {"address": "b@x.example"}},
                "responseStatus": {"response": "declined"},
                "attendees": [person("list@x.example")],
            },
            ShowAs.BUSY,
            Response.DECLINED,
            EventKind.DEFAULT,
            2,
        ),
    ],
)
def test_words_are_understood_as_in_an_export(
    fields: Mapping[str, Any], show_as: ShowAs, response: Response, kind: EventKind, people: int | None
) -> None:
    event = event_of(row(**fields), CONTEXT)
    assert (event.show_as, event.response, event.kind, event.people) == (show_as, response, kind, people)


@pytest.mark.parametrize("zone", ["W. Europe Standard Time", "Europe/Berlin"])
def test_times_in_windows_zones_are_understood(zone: str) -> None:
    assert moment(at("2026-11-23T09:00:00.0000000", zone), "start").astimezone(UTC).hour == 8
    assert moment(at("2026-11-23T09:00:00", "tzone://Microsoft/Utc"), "start").hour == 9


@pytest.mark.parametrize(
    "value",
    [None, {}, at("soon"), at("2026-11-23T09:00:00", "No/Where"), at("0001-01-01T00:00:00"), at("9999-12-31T23:59:59")],
)
def test_times_that_make_no_sense_are_skipped_with_a_reason(value: Any) -> None:
    events, [skipped] = events_of([row(start=value)], CONTEXT)
    assert events == []
    assert skipped.reason


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        ("2026-11-25T00:00:00Z", "20261125"),
        ("2026-11-24T23:00:00Z", "20261125"),  # midnight in Berlin
        ("2026-11-25T08:00:00Z", "20261125"),  # midnight in Los Angeles
        (None, "20261127"),
        ("nonsense", "20261127"),
    ],
)
def test_a_moved_all_day_occurrence_is_named_by_its_first_date(original: str | None, expected: str) -> None:
    moved = row(
        type="exception",
        isAllDay=True,
        originalStart=original,
        start=at("2026-11-27T00:00:00"),
        end=at("2026-11-28T00:00:00"),
    )
    event = event_of(moved, CONTEXT)
    assert event.recurrence_id == expected
    assert event.when == DateRange(date(2026, 11, 27), date(2026, 11, 28))


@pytest.mark.parametrize(
    ("zone", "windows"),
    [
        ("Pacific/Auckland", "New Zealand Standard Time"),
        ("Pacific/Apia", "Samoa Standard Time"),
        ("Pacific/Kiritimati", "Line Islands Standard Time"),
        ("Pacific/Honolulu", "Hawaiian Standard Time"),
        ("Europe/Berlin", "W. Europe Standard Time"),
        ("America/Santiago", "Pacific SA Standard Time"),
    ],
)
@pytest.mark.parametrize("day", [date(2026, 11, 25), date(2026, 7, 1), date(2026, 9, 6), date(2026, 9, 27)])
def test_an_all_day_occurrence_is_named_alike_in_every_zone(zone: str, windows: str, day: date) -> None:
    by_utc = datetime.combine(day, time.min, UTC)
    by_zone = datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
    moved = {
        "type": "exception",
        "isAllDay": True,
        "start": at("2026-12-01T00:00:00"),
        "end": at("2026-12-02T00:00:00"),
    }
    for instant in (by_utc, by_zone):
        for name in (zone, windows):
            told = row(**moved, originalStart=f"{instant:%Y-%m-%dT%H:%M:%SZ}", originalStartTimeZone=name)
            assert event_of(told, CONTEXT).recurrence_id == f"{day:%Y%m%d}"


@pytest.mark.parametrize("zone", [None, 7, "", "tzone://Microsoft/Custom", "Nowhere"])
def test_an_original_zone_that_is_not_known_leaves_the_nearest_midnight(zone: object) -> None:
    moved = row(type="exception", isAllDay=True, originalStart="2026-11-24T23:00:00Z", originalStartTimeZone=zone)
    assert event_of(moved, CONTEXT).recurrence_id == "20261125"


def test_occurrences_of_a_series_have_its_uid() -> None:
    start = "040000008200E00074C5B7101A82E008"
    of_series, of_day = start + "00000000" + "AB" * 20, start + "07EA0B17" + "AB" * 20
    assert event_of(row(iCalUId=of_day), CONTEXT).uid == event_of(row(iCalUId=of_series), CONTEXT).uid == of_series


def test_the_last_word_on_an_object_counts() -> None:
    gone, back = {"id": "1", "@removed": {"reason": "deleted"}}, row()
    assert type(gather([back, gone]).objects["1"]).__name__ == "Removed"
    assert type(gather([gone, back]).objects["1"]).__name__ == "Single"
    assert len(gather([row(), row()]).objects) == 1
    assert len(gather([{}, {"id": 3}]).skipped) == 2


@given(st.lists(HOSTILE, max_size=5))
def test_hostile_rows_are_skipped_and_no_more(rows: list[dict[str, Any]]) -> None:
    gathered = gather(rows)
    events, skipped = events_of([one for one in rows if "@removed" not in one], CONTEXT)
    assert len(gathered.objects) <= len(rows)
    assert len(events) + len(skipped) <= len(rows)
    for one in rows:
        properties_of(one)
        written_event(one, "c", "k", "m")


@given(HOSTILE, JSON)
def test_hostile_settings_are_read_as_something_harmless(setting: dict[str, Any], value: Any) -> None:
    assert isinstance(reply_of(setting), AutoReply)
    assert isinstance(status_of(setting), Status)
    assert isinstance(status_of(value), Status)
    assert shown_presence((value, setting)).empty


@given(st.text())
def test_words_survive_html(text: str) -> None:
    visible = "".join(one if one.isprintable() or one.isspace() else " " for one in text)
    assert plain(f"<html>\r\n<body>\r\n{marked_up(visible)}\r\n</body></html>").split() == visible.split()


@given(st.integers(2, 4_000_000_000), st.sampled_from(Audience), st.booleans())
def test_a_reply_survives_its_form(until: int, audience: Audience, enabled: bool) -> None:
    value = AutoReply(enabled=enabled, text="a\nb", text_outside="c", start=1, until=until, audience=audience)
    assert reply_of(setting_of(value, 0)).same(value)


@given(st.integers(-5, 10**7))
def test_durations_are_iso_8601(seconds: int) -> None:
    text = duration(seconds)
    total, number = 0, ""
    for letter in text.removeprefix("PT"):
        if letter.isdigit():
            number += letter
        else:
            total, number = total + int(number) * {"H": 3600, "M": 60, "S": 1}[letter], ""
    assert total == max(1, seconds)


@pytest.mark.parametrize("one", list(Availability))
def test_every_availability_has_its_pair(one: Availability) -> None:
    assert (one in PAIRS) is (one is not Availability.UNSET)
    assert shown_presence(PAIRS.get(one, ("", ""))) in {Presence(one), Presence()}


@given(st.integers(0, 4_000_000_000), st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]))
def test_written_times_are_read_back(start: int, zone: str) -> None:
    when = times(Interval(start, start + 3600), zone)
    assert [int(moment(when[bound], bound).timestamp()) for bound in ("start", "end")] == [start, start + 3600]


def test_an_empty_message_clears() -> None:
    assert message_of(Status()) == {"message": {"content": "", "contentType": "text"}}


@given(st.text(max_size=200) | JSON.map(json.dumps))
def test_any_other_text_is_a_dead_cursor(text: str) -> None:
    with pytest.raises(CursorGoneError):
        cursors.decode(Cursor(text), "c", CONTEXT)


@given(st.text(), st.booleans(), st.lists(st.text(), max_size=3), st.sets(st.text(), max_size=5))
def test_a_position_survives_its_text(path: str, more: bool, opened: list[str], seen: set[str]) -> None:
    position = Position(f"/{path}", more, tuple(opened), frozenset(cursors.short(one) for one in seen))
    assert cursors.decode(cursors.encode(position, "c", CONTEXT), "c", CONTEXT) == position


CODES = st.sampled_from(["syncStateNotFound", "ErrorInvalidIdMalformed", "ErrorAccessDenied", "", CANARY])


@given(st.integers(100, 599), CODES, st.sampled_from(list(Feature)[:4]), st.booleans(), st.booleans())
def test_every_refusal_is_an_error_of_ours_and_tells_nothing(
    status: int, code: str, feature: Feature, safe: bool, app_only: bool
) -> None:
    body = json.dumps({"error": {"code": code, "message": f"{CANARY} MSA accounts"}}).encode()
    answer = Answer(status, {"retry-after": CANARY}, body)
    error = graph_refusal(answer, NOW, feature, safe=safe, app_only=app_only)
    assert (error is None) is (200 <= status < 300 or status == 304)
    if error is not None:
        assert isinstance(error, DeepdayError)
        assert CANARY not in repr(error) + error.what + error.advice


@given(st.dictionaries(st.sampled_from(["error", "error_codes", "error_description", "suberror"]), JSON))
def test_every_answer_of_the_sign_in_is_an_error_of_ours(result: dict[str, Any]) -> None:
    assert isinstance(entra_refusal(result), DeepdayError)
    described = entra_refusal({"error": "invalid_grant", "error_description": f"AADSTS50173: {CANARY} {ME}"})
    assert CANARY not in described.what + described.advice
    assert "AADSTS50173" in described.what


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        *(
            ({"error": word}, ReconnectNeededError)
            for word in (
                "invalid_grant",
                "interaction_required",
                "consent_required",
                "login_required",
                "invalid_client",
                "unauthorized_client",
                "access_denied",
                "expired_token",
            )
        ),
        ({"error": "odd", "error_codes": [50076]}, ReconnectNeededError),
        ({"error": "invalid_grant", "error_codes": [1234567]}, ReconnectNeededError),
        (None, ReconnectNeededError),
        ({"error": "invalid_tenant"}, InputError),
        ({"error": "odd", "error_description": "AADSTS900023: x"}, InputError),
        ({"error": "server_error"}, RetryLaterError),
        ({"error": "invalid_scope"}, FatalError),
        ({"error": "odd", "error_codes": [1234567]}, FatalError),
        ({"error": "blocked_by_policy", "error_description": "by the proxy"}, RetryLaterError),
        ({"error": CANARY}, RetryLaterError),
        ({"message": "blocked"}, RetryLaterError),
        ({}, RetryLaterError),
    ],
)
def test_only_known_words_and_numbers_end_a_grant(said: dict[str, Any] | None, kind: type[DeepdayError]) -> None:
    error = entra_refusal(said)
    assert type(error) is kind
    assert CANARY not in error.what + error.advice


def test_an_address_proves_itself_by_an_echo() -> None:
    assert validation_answer({"validationToken": "Validation: <you> & I"}) == "Validation: <you> & I"
    assert validation_answer({}) is validation_answer({"validationToken": "x" * 5000}) is None


def test_an_event_without_a_uid_is_unusable() -> None:
    with pytest.raises(UnusableError):
        event_of(row(iCalUId=None), CONTEXT)
