"""Free/busy, the automatic reply, quotas, and faults."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request

from deepday.model import DateRange, ShowAs
from deepday_sandbox.google import CLIENT_ID
from deepday_sandbox.office import Entry, Fault, FaultKind, Grant
from tests.connectors.sandbox.google_world import ANNA, BEN, CARA, TEAM, World, at, event, google_world, refused

WINDOW = {"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-02T00:00:00Z"}
VACATION = "/settings/vacation"


@pytest.fixture
def world() -> Iterator[World]:
    with google_world() as made:
        yield made


def test_busy_times_are_merged_and_free_ones_left_out(world: World) -> None:
    insert = world.calendar(BEN).events().insert
    for body in (
        event("ddaa1", hour=9),
        event("ddaa2", hour=10),
        event("ddaa3", hour=13, transparency="transparent"),
        event("ddaa4", hour=14, attendees=[{"email": BEN, "responseStatus": "declined"}]),
        event("ddaa5", hour=15, recurrence=["RRULE:FREQ=DAILY;COUNT=3"]),
        event("ddaa6", hour=23, end=at(2, 3)),
    ):
        insert(calendarId="primary", body=body).execute()
    day = DateRange(date(2026, 12, 1), date(2026, 12, 2))
    world.office.calendars.create(BEN, Entry("ddaa7", "u@x", day, show_as=ShowAs.FREE))
    query = {**WINDOW, "timeZone": "Europe/Berlin", "items": [{"id": BEN}]}
    answer = world.calendar().freebusy().query(body=query).execute()
    assert answer["calendars"] == {
        BEN: {
            "busy": [
                {"start": "2026-12-01T09:00:00+01:00", "end": "2026-12-01T11:00:00+01:00"},
                {"start": "2026-12-01T15:00:00+01:00", "end": "2026-12-01T16:00:00+01:00"},
                {"start": "2026-12-01T23:00:00+01:00", "end": "2026-12-02T01:00:00+01:00"},
            ]
        }
    }


def test_a_calendar_out_of_sight_is_an_error_of_its_own(world: World) -> None:
    items = [{"id": ANNA}, {"id": CARA}, {"id": "nobody@example.com"}]
    calendars = world.calendar().freebusy().query(body={**WINDOW, "items": items}).execute()["calendars"]
    unseen = {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
    assert calendars == {ANNA: {"busy": []}, CARA: unseen, "nobody@example.com": unseen}
    shown = world.calendar(BEN).freebusy().query(body={**WINDOW, "items": [{"id": TEAM}]}).execute()["calendars"]
    assert shown[TEAM] == unseen


def test_more_calendars_than_allowed_are_not_looked_at(world: World) -> None:
    items = [{"id": ANNA}, {"id": BEN}]
    query = {**WINDOW, "calendarExpansionMax": 1, "items": items}
    calendars = world.calendar().freebusy().query(body=query).execute()["calendars"]
    assert {one["errors"][0]["reason"] for one in calendars.values()} == {"tooManyCalendarsRequested"}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"timeMin": "2026-12-01T00:00:00"}, "badRequest"),
        ({"timeMax": "2026-12-01T00:00:00Z"}, "timeRangeEmpty"),
        ({"calendarExpansionMax": 51}, "invalid"),
        ({"groupExpansionMax": 101}, "invalid"),
        ({"timeZone": "Mars/Olympus"}, "invalid"),
        ({"items": [{}]}, "required"),
    ],
)
def test_a_wrong_free_busy_query_is_refused(world: World, more: dict[str, Any], reason: str) -> None:
    query = {**WINDOW, "items": [{"id": ANNA}], **more}
    assert refused(world.calendar().freebusy().query(body=query)) == (400, reason)


def test_the_automatic_reply_is_written_as_a_whole(world: World) -> None:
    settings = world.gmail().users().settings()
    assert settings.getVacation(userId="me").execute() == {"enableAutoReply": False}
    times = {"startTime": "1796112000000", "endTime": "1796119200000"}
    reply = {"enableAutoReply": True, "responseSubject": "Deep work", "restrictToDomain": True, **times}
    assert settings.updateVacation(userId="me", body=reply).execute() == reply
    assert settings.getVacation(userId=ANNA).execute() == reply
    shorter = {"enableAutoReply": True, "responseBodyPlainText": "Later"}
    settings.updateVacation(userId="me", body=shorter).execute()
    assert settings.getVacation(userId="me").execute() == shorter
    assert refused(settings.getVacation(userId=BEN)) == (403, "forbidden")


@pytest.mark.parametrize(
    "reply",
    [
        {"enableAutoReply": True},
        {"enableAutoReply": True, "responseSubject": ""},
        {"enableAutoReply": "yes", "responseSubject": "s"},
        {"responseSubject": "s", "startTime": 1_796_112_000_000},
        {"responseSubject": "s", "startTime": "tomorrow"},
        {"responseSubject": "s", "startTime": "1796119200000", "endTime": "1796119200000"},
        {"responseSubject": "s", "subject": "s"},
    ],
)
def test_a_wrong_reply_is_refused(world: World, reply: dict[str, Any]) -> None:
    request = world.gmail().users().settings().updateVacation(userId="me", body=reply)
    assert refused(request) == (400, "invalidArgument")


def test_a_consumer_has_no_domain_and_a_reader_may_not_write(world: World) -> None:
    reply = {"enableAutoReply": True, "responseSubject": "s", "restrictToDomain": True}
    settings = world.gmail(CARA).users().settings()
    assert refused(settings.updateVacation(userId="me", body=reply)) == (400, "invalidArgument")
    reader = world.gmail(scopes=("gmail.readonly",)).users().settings()
    assert reader.getVacation(userId="me").execute() == {"enableAutoReply": False}
    assert refused(reader.updateVacation(userId="me", body={})) == (403, "insufficientPermissions")


def test_a_minute_has_its_quota(world: World) -> None:
    quota = world.office.vendor["google"]["quota"]
    quota.update(user=2, project=3)
    anna, ben = world.calendar().settings(), world.calendar(BEN).settings()
    for _ in range(2):
        anna.get(setting="timezone").execute()
    assert refused(anna.get(setting="timezone")) == (403, "userRateLimitExceeded")
    ben.get(setting="timezone").execute()
    quota["status"] = 429
    assert refused(ben.get(setting="timezone")) == (429, "rateLimitExceeded")
    world.office.clock.advance(60)
    assert anna.get(setting="timezone").execute()["value"] == "Europe/Berlin"


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (403, "", "rateLimitExceeded"),
        (403, "quotaExceeded", "quotaExceeded"),
        (410, "", "fullSyncRequired"),
        (412, "", "conditionNotMet"),
        (429, "", "rateLimitExceeded"),
        (503, "", "backendError"),
    ],
)
def test_a_fault_has_google_s_form(world: World, status: int, code: str, reason: str) -> None:
    name = f"ddfault{status}"  # a path of its own: Retry-After holds for a path
    world.office.calendars.create(ANNA, Entry(name, "u@x", DateRange(date(2026, 12, 1), date(2026, 12, 2))))
    fault = Fault(FaultKind.STATUS, path="/events", status=status, code=code, headers={"Retry-After": "2.5"})
    world.office.faults.add(fault)
    events = world.calendar().events()
    assert refused(events.get(calendarId="primary", eventId=name)) == (status, reason)
    world.office.clock.advance(3)
    assert events.get(calendarId="primary", eventId=name).execute()["id"] == name


def test_a_fault_of_the_sign_in_has_the_sign_in_s_form(world: World) -> None:
    grant = Grant("google", ANNA, CLIENT_ID, frozenset())
    made = world.refreshing(world.office.tokens.issue(grant, "refresh", 0, "1//"))
    world.office.faults.add(Fault(FaultKind.STATUS, path="^/token$", status=400, code="invalid_grant"))
    with pytest.raises(RefreshError, match="invalid_grant"):
        made.refresh(Request())
    made.refresh(Request())
    assert made.token.startswith("ya29.")


def test_a_create_whose_answer_was_lost_is_there(world: World) -> None:
    world.office.faults.add(Fault(FaultKind.RESET_AFTER, path="/events", method="POST"))
    insert = world.calendar().events().insert(calendarId="primary", body=event("ddlost"))
    assert refused(insert) == (409, "duplicate")  # the client's transport repeats by itself
    assert world.calendar().events().get(calendarId="primary", eventId="ddlost").execute()["summary"] == "ddlost"


def test_a_refused_token_is_refreshed_and_the_call_repeated(world: World) -> None:
    grant = Grant("google", ANNA, CLIENT_ID, frozenset({"https://www.googleapis.com/auth/calendar"}))
    made = world.refreshing(world.office.tokens.issue(grant, "refresh", 0, "1//"))
    made.token = world.office.tokens.issue(grant, "access", 3600, "ya29.")
    world.office.faults.add(Fault(FaultKind.STATUS, path="/calendarList", status=401))
    first = made.token
    service = world.calendar_of(made)
    assert service.calendarList().list().execute()["items"]
    assert made.token != first


def test_what_google_does_not_have_is_not_found(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.token()}"}
    answer = httpx.get(f"{world.url}/calendar/v3/colours", headers=headers)
    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (404, "notFound")


def test_a_body_must_be_json(world: World) -> None:
    url = f"{world.url}/calendar/v3/calendars/primary/events"
    headers = {"Authorization": f"Bearer {world.token()}", "Content-Type": "application/json"}
    for content in ("{", "[]"):
        answer = httpx.post(url, content=content, headers=headers)
        assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (400, "parseError")
    plain = httpx.post(url, content="{}", headers={**headers, "Content-Type": "text/plain"})
    assert (plain.status_code, plain.json()["error"]["errors"][0]["reason"]) == (400, "badContent")
