"""Events over Graph: created once, found by tag, moved with care, refused as Outlook refuses."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deepday.model import DateRange, Response
from deepday_sandbox.office import Entry, Fault, FaultKind, Guest, Timed
from tests.connectors.sandbox.microsoft_world import (
    ADA,
    BEN,
    EVERYTHING,
    NOW,
    TAG,
    World,
    code_of,
    encoded,
    event,
    weekly,
    when,
    world,
)

TAGGED = f"singleValueExtendedProperties/Any(ep: ep/id eq '{TAG}' and ep/value eq '42')"
EXPANDED = f"singleValueExtendedProperties($filter=id eq '{TAG}')"


@pytest.fixture
def here() -> Iterator[World]:
    with world() as one:
        yield one


def test_a_block_is_written_read_moved_and_deleted(here: World) -> None:
    graph = here.graph()
    body = event("2026-12-01T09:00:00", "2026-12-01T12:00:00", "W. Europe Standard Time", showAs="oof", subject="Block")
    body |= {"body": {"contentType": "text", "content": "a < b"}, "categories": ["deepday"], "isReminderOn": False}
    body |= {"sensitivity": "private", "importance": "high", "location": {"displayName": "Desk"}}
    answer = graph.post("/me/events", json=body)
    assert answer.status_code == 201
    made = answer.json()
    assert made["start"] == {"dateTime": "2026-12-01T08:00:00.0000000", "timeZone": "UTC"}
    assert (made["showAs"], made["sensitivity"], made["type"]) == ("oof", "private", "singleInstance")
    assert made["originalStartTimeZone"] == "W. Europe Standard Time"
    assert made["responseStatus"] == {"response": "organizer", "time": "0001-01-01T00:00:00Z"}
    assert made["transactionId"] == body["transactionId"]
    assert "a &lt; b" in made["body"]["content"]
    assert made["@odata.etag"] == answer.headers["etag"]
    path = f"/me/events/{encoded(made['id'])}"
    headers = {"Prefer": 'outlook.timezone="Europe/Berlin", outlook.body-content-type="text"'}
    seen = graph.get(path, headers=headers)
    assert seen.json()["start"] == {"dateTime": "2026-12-01T09:00:00.0000000", "timeZone": "Europe/Berlin"}
    assert seen.json()["body"] == {"contentType": "text", "content": "a < b"}
    assert "Europe/Berlin" in seen.headers["preference-applied"]
    moved = graph.patch(path, json={"start": when("2026-12-01T14:00:00"), "end": when("2026-12-01T15:00:00")}).json()
    assert moved["start"]["dateTime"].startswith("2026-12-01T14:00")
    assert moved["changeKey"] != made["changeKey"]
    assert graph.get(path, params={"$select": "subject"}).json().keys() == {
        "@odata.context",
        "@odata.etag",
        "id",
        "subject",
    }
    assert graph.delete(path).status_code == 204
    assert code_of(graph.get(path)) == (404, "ErrorItemNotFound")
    assert code_of(graph.delete(path)) == (404, "ErrorItemNotFound")


@pytest.mark.parametrize("status", [409, 400])
def test_a_repeated_transaction_is_refused_and_names_the_event(here: World, status: int) -> None:
    here.face.state.duplicate_status = status
    graph = here.graph()
    body = event("2026-12-01T09:00:00", "2026-12-01T12:00:00")
    made = graph.post("/me/events", json=body).json()
    again = graph.post("/me/calendar/events", json=body)
    assert code_of(again) == (status, "ErrorDuplicateTransactionId")
    assert again.json()["error"]["@event.existingEventId"] == made["id"]
    assert len(graph.get("/me/events").json()["value"]) == 1


def test_an_answer_that_was_lost_is_found_again_by_its_transaction(here: World) -> None:
    graph = here.graph()
    body = event("2026-12-01T09:00:00", "2026-12-01T12:00:00")
    here.office.faults.add(Fault(FaultKind.RESET_BEFORE, method="POST", path="/me/events"))
    here.office.faults.add(Fault(FaultKind.RESET_AFTER, method="POST", path="/me/events"))
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            graph.post("/me/events", json=body)
    again = graph.post("/me/events", json=body)
    assert code_of(again) == (409, "ErrorDuplicateTransactionId")
    [found] = graph.get("/me/events").json()["value"]
    assert again.json()["error"]["@event.existingEventId"] == found["id"]


def test_a_tag_is_written_found_and_only_shown_on_request(here: World) -> None:
    graph = here.graph()
    tag = [{"id": TAG, "value": "42"}]
    body = event("2026-12-01T09:00:00", "2026-12-01T12:00:00", singleValueExtendedProperties=tag)
    made = graph.post("/me/events", json=body).json()
    graph.post("/me/events", json=event("2026-12-02T09:00:00", "2026-12-02T12:00:00"))
    assert "singleValueExtendedProperties" not in made
    [found] = graph.get("/me/events", params={"$filter": TAGGED, "$expand": EXPANDED}).json()["value"]
    assert (found["id"], found["singleValueExtendedProperties"]) == (made["id"], tag)
    assert graph.get("/me/events", params={"$filter": TAGGED.replace("deepday", "DeepDay")}).json()["value"] == []
    path = f"/me/events/{encoded(made['id'])}"
    graph.patch(path, json={"singleValueExtendedProperties": [{"id": TAG, "value": "43"}]})
    shown = graph.get(path, params={"$expand": EXPANDED, "$select": "subject"}).json()
    assert shown["singleValueExtendedProperties"] == [{"id": TAG, "value": "43"}]
    assert code_of(graph.get(path, params={"$expand": "singleValueExtendedProperties"}))[0] == 400
    wrong = graph.post(
        "/me/events", json={**body, "transactionId": "x", "singleValueExtendedProperties": [{"id": "a"}]}
    )
    assert wrong.status_code == 400


def test_a_write_over_a_newer_version_is_refused(here: World) -> None:
    graph = here.graph()
    made = graph.post("/me/events", json=event("2026-12-01T09:00:00", "2026-12-01T12:00:00")).json()
    path, old = f"/me/events/{encoded(made['id'])}", {"If-Match": made["@odata.etag"]}
    assert graph.patch(path, json={"subject": "mine"}, headers=old).status_code == 200
    assert code_of(graph.patch(path, json={"subject": "theirs"}, headers=old)) == (412, "ErrorIrresolvableConflict")
    assert code_of(graph.delete(path, headers=old)) == (412, "ErrorIrresolvableConflict")
    assert graph.get(path).json()["subject"] == "mine"
    assert graph.delete(path, headers={"If-Match": "*"}).status_code == 204


def all_day(first: str, last: str, zone: str = "W. Europe Standard Time") -> dict[str, Any]:
    return event(first, last, zone, isAllDay=True)


def test_an_all_day_event_is_at_midnight_in_every_zone(here: World) -> None:
    graph = here.graph()
    made = graph.post("/me/events", json=all_day("2026-12-01T00:00:00", "2026-12-02T00:00:00")).json()
    assert made["start"] == {"dateTime": "2026-12-01T00:00:00.0000000", "timeZone": "UTC"}
    [entry] = here.office.calendars.find(ADA).entries.values()
    assert isinstance(entry.when, DateRange)
    path = f"/me/events/{encoded(made['id'])}"
    far = graph.get(path, headers={"Prefer": 'outlook.timezone="Tokyo Standard Time"'}).json()
    assert far["start"] == {"dateTime": "2026-12-01T00:00:00.0000000", "timeZone": "Tokyo Standard Time"}
    timed = graph.patch(path, json={"isAllDay": False}).json()
    assert timed["start"]["dateTime"] == "2026-11-30T23:00:00.0000000"
    assert graph.patch(path, json={"isAllDay": True}).json()["end"]["dateTime"] == "2026-12-02T00:00:00.0000000"


WRONG = {
    "no midnight": (all_day("2026-12-01T09:00:00", "2026-12-02T00:00:00"), "ErrorPropertyValidationFailure"),
    "no day": (all_day("2026-12-01T00:00:00", "2026-12-01T00:00:00"), "ErrorPropertyValidationFailure"),
    "two zones": (
        {**all_day("2026-12-01T00:00:00", "2026-12-02T00:00:00"), "end": when("2026-12-02T00:00:00")},
        "ErrorPropertyValidationFailure",
    ),
    "backwards": (event("2026-12-01T09:00:00", "2026-12-01T08:00:00"), "ErrorCalendarEndDateIsEarlierThanStartDate"),
    "zone": (event("2026-12-01T09:00:00", "2026-12-01T10:00:00", "Mars/Base"), "TimeZoneNotSupportedException"),
    "offset": (event("2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z"), "ErrorPropertyValidationFailure"),
    "no end": ({"subject": "x", "start": when("2026-12-01T09:00:00")}, "ErrorPropertyValidationFailure"),
    "enum": (event("2026-12-01T09:00:00", "2026-12-01T10:00:00", showAs="OutOfOffice"), "RequestBodyRead"),
    "name": (event("2026-12-01T09:00:00", "2026-12-01T10:00:00", title="x"), "RequestBodyRead"),
    "interval": (
        event(
            "2026-12-01T09:00:00",
            "2026-12-01T10:00:00",
            recurrence={"pattern": {"type": "daily", "interval": 0}, "range": {"type": "noEnd"}},
        ),
        "ErrorPropertyValidationFailure",
    ),
    "guest": (
        event("2026-12-01T09:00:00", "2026-12-01T10:00:00", attendees=[{"emailAddress": {"address": "nobody"}}]),
        "ErrorInvalidRecipients",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_graph_refuses_is_refused(here: World, what: str) -> None:
    body, code = WRONG[what]
    assert code_of(here.graph().post("/me/events", json=body)) == (400, code)


def test_other_refusals(here: World) -> None:
    graph = here.graph()
    made = graph.post("/me/events", json=event("2026-12-01T09:00:00", "2026-12-01T12:00:00")).json()
    path = f"/me/events/{encoded(made['id'])}"
    assert code_of(graph.patch(path, json={"transactionId": "new"})) == (400, "ErrorInvalidPropertySet")
    assert code_of(graph.get("/me/events/AAMkNonsense")) == (400, "ErrorInvalidIdMalformed")
    assert code_of(graph.get(path, params={"$select": "nonsense"}))[0] == 400
    assert code_of(graph.get("/me/events", params={"$filter": "subject has 'x'"})) == (
        400,
        "ErrorInvalidUrlQueryFilter",
    )
    assert code_of(graph.put(path, json={}))[0] == 405
    assert code_of(graph.get("/me/nonsense"))[0] == 400
    assert code_of(graph.post("/me/events", content="{", headers={"Content-Type": "application/json"}))[0] == 400
    assert graph.post("/me/events", content="{}", headers={"Content-Type": "text/plain"}).status_code == 415
    assert code_of(here.graph(BEN).get(path)) == (404, "ErrorItemNotFound")
    assert code_of(graph.get(f"/users/{here.oid(BEN)}/events/{encoded(made['id'])}")) == (403, "ErrorAccessDenied")


def test_scopes_and_tokens_are_checked(here: World) -> None:
    body = event("2026-12-01T09:00:00", "2026-12-01T12:00:00", subject="secret", body={"content": "hidden"})
    made = here.graph().post("/me/events", json=body).json()
    path = f"/me/events/{encoded(made['id'])}"
    reader = here.graph(scopes=frozenset({"Calendars.Read"}))
    assert code_of(reader.delete(path)) == (403, "ErrorAccessDenied")
    assert reader.get(path).json()["bodyPreview"] == "hidden"
    basic = here.graph(scopes=frozenset({"Calendars.ReadBasic"})).get(path).json()
    assert basic["subject"] == "secret"
    assert "body" not in basic
    assert "bodyPreview" not in basic
    assert code_of(here.graph(scopes=frozenset({"User.Read"})).get("/me/events")) == (403, "ErrorAccessDenied")
    nobody = here.graph()
    nobody.headers["Authorization"] = "Bearer made-up"
    assert code_of(nobody.get("/me")) == (401, "InvalidAuthenticationToken")
    late = here.graph()
    assert late.get("/me").json()["id"] == here.oid()
    here.office.clock.advance(3600)
    answer = late.get("/me", headers={"client-request-id": "11111111-2222-4333-8444-555555555555"})
    assert code_of(answer) == (401, "InvalidAuthenticationToken")
    assert answer.json()["error"]["innerError"]["client-request-id"] == "11111111-2222-4333-8444-555555555555"
    assert "authorization_uri" in answer.headers["www-authenticate"]


def test_invitations_show_the_owners_answer(here: World) -> None:
    start = NOW.replace(tzinfo=None)
    for number, response in enumerate(Response):
        guests = (Guest(ADA, "Ada", response), Guest("room@corp.example", "Room", is_room=True))
        entry = Entry(f"e{number}", f"u{number}", Timed(start, start, "UTC"), organiser=BEN, guests=guests)
        here.office.calendars.create(ADA, entry)
    rows = here.graph().get("/me/events", params={"$orderby": "createdDateTime", "$top": "50"}).json()["value"]
    found = [row["responseStatus"]["response"] for row in rows]
    assert found == ["accepted", "tentativelyAccepted", "notResponded", "declined", "none"]
    assert rows[0]["organizer"]["emailAddress"] == {"name": "Ben Okri", "address": BEN}
    assert [one["type"] for one in rows[0]["attendees"]] == ["required", "resource"]
    assert rows[2]["responseStatus"]["time"] == "0001-01-01T00:00:00Z"


def test_immutable_ids_are_other_ids_for_the_same_event(here: World) -> None:
    graph = here.graph()
    made = graph.post("/me/events", json=event("2026-12-01T09:00:00", "2026-12-01T12:00:00")).json()
    lasting = {"Prefer": 'IdType="ImmutableId"'}
    other = graph.get(f"/me/events/{encoded(made['id'])}", headers=lasting).json()["id"]
    assert other != made["id"]
    assert set("+/=") & set(other)
    assert graph.get(f"/me/events/{encoded(other)}").json()["id"] == made["id"]


def test_collections_come_in_pages_and_in_order(here: World) -> None:
    graph = here.graph(scopes=EVERYTHING)
    for hour in range(9, 14):
        graph.post(
            "/me/events", json=event(f"2026-12-01T{hour:02}:00:00", f"2026-12-01T{hour:02}:30:00", subject=str(hour))
        )
    options = {"$top": "2", "$orderby": "start/dateTime desc", "$filter": "start/dateTime ge '2026-12-01T10:00:00'"}
    first = graph.get("/me/events", params=options).json()
    assert [one["subject"] for one in first["value"]] == ["13", "12"]
    second = graph.get(first["@odata.nextLink"]).json()
    assert [one["subject"] for one in second["value"]] == ["11", "10"]
    assert "@odata.nextLink" not in second
    assert graph.get("/me/events", params={"$filter": "subject eq '9'"}).json()["value"][0]["subject"] == "9"
    assert graph.get("/me/events", params={"$top": "0"}).status_code == 400


def test_calendars_are_listed_and_written_to(here: World) -> None:
    graph = here.graph()
    rows = graph.get("/me/calendars").json()["value"]
    assert [(one["name"], one["isDefaultCalendar"]) for one in rows] == [("Calendar", True), ("Side projects", False)]
    side = encoded(rows[1]["id"])
    body = event("2026-12-01T09:00:00", "2026-12-01T12:00:00", recurrence=weekly("tuesday"))
    made = graph.post(f"/me/calendars/{side}/events", json=body).json()
    assert graph.get("/me/events").json()["value"] == []
    assert graph.get(f"/me/events/{encoded(made['id'])}").status_code == 200
    page = graph.get("/me/calendars", params={"$top": "1"}).json()
    assert graph.get(page["@odata.nextLink"]).json()["value"][0]["name"] == "Side projects"
    assert graph.get("/me/calendars/AQMkADnonsense/events").status_code == 400
    assert here.graph(BEN).post(f"/me/calendars/{side}/events", json=body).status_code == 404
