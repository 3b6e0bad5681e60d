"""What Google refuses in events that are written, and in lists that are asked for."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.connectors.sandbox.google_world import CARA, TEAM, ZONE, World, at, event, google_world, refused

FOCUS = {"autoDeclineMode": "declineNone", "chatStatus": "doNotDisturb"}
AWAY = {"autoDeclineMode": "declineOnlyNewConflictingInvitations", "declineMessage": "Away"}
ALL_DAY = {"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with google_world() as made:
        yield made


def focus(name: str, **more: Any) -> dict[str, Any]:
    return event(name, **{"eventType": "focusTime", "transparency": "opaque", "focusTimeProperties": FOCUS, **more})


def away(name: str, **more: Any) -> dict[str, Any]:
    return event(name, **{"eventType": "outOfOffice", "transparency": "opaque", "outOfOfficeProperties": AWAY, **more})


MALFORMED: list[tuple[dict[str, Any], str]] = [
    (event("ddbad", id="dd-ay"), "invalid"),
    (event("ddbad", id="deepday"), "invalid"),
    (event("ddbad", id="dd"), "invalid"),
    (event("ddbad", iCalUID="u@x"), "invalid"),
    ({"id": "ddbad", "start": at(1, 9)}, "required"),
    (event("ddbad", end={"date": "2026-12-02"}), "invalid"),
    (event("ddbad", end=at(1, 9)), "timeRangeEmpty"),
    (event("ddbad", start={"dateTime": "2026-12-01T09:00:00"}), "required"),
    (event("ddbad", start={"dateTime": "1.12.2026", "timeZone": ZONE}), "invalid"),
    (event("ddbad", start=at(1, 9, timeZone="Mars/Olympus")), "invalid"),
    (event("ddbad", start=at(1, 9, date="2026-12-01")), "invalid"),
    (event("ddbad", start={"dateTime": "2026-12-01T08:00:00Z"}, recurrence=["RRULE:FREQ=DAILY"]), "required"),
    (event("ddbad", recurrence=["FREQ=DAILY"]), "invalid"),
    (event("ddbad", recurrence=["RRULE:FREQ=SOMETIMES"]), "invalid"),
    (event("ddbad", recurrence=["RRULE:FREQ=DAILY;COUNT=2;UNTIL=20261224T000000Z"]), "invalid"),
    (event("ddbad", visibility="secret"), "invalid"),
    (event("ddbad", transparency="free"), "invalid"),
    (event("ddbad", eventType="fromGmail"), "invalid"),
    (event("ddbad", summary=5), "invalid"),
    (event("ddbad", visibility={}), "invalid"),
    (event("ddbad", start="2026-12-01"), "invalid"),
    (event("ddbad", attendees=["anna@example.com"]), "invalid"),
    (event("ddbad", extendedProperties={"private": {"k": 1}}), "invalid"),
    (event("ddbad", reminders={"overrides": [{"method": "popup", "minutes": True}]}), "invalid"),
    (event("ddbad", recurrence=["RRULE:FREQ=DAILY;INTERVAL=0"]), "invalid"),
    (event("ddbad", recurrence=["RRULE:FREQ=DAILY;BYMONTH=13"]), "invalid"),
    (event("ddbad", end={"dateTime": "9999-12-31T23:00:00-12:00"}), "invalid"),
    (event("ddbad", attendees=[{"displayName": "B"}]), "required"),
    (event("ddbad", extendedProperties={"private": {"k" * 45: "v"}}), "invalid"),
    (event("ddbad", extendedProperties={"private": {"k": "v" * 1025}}), "invalid"),
    (event("ddbad", extendedProperties={"private": {f"k{n}": "v" for n in range(301)}}), "invalid"),
    (event("ddbad", reminders={"useDefault": False, "overrides": [{"method": "sms", "minutes": 1}]}), "invalid"),
    (event("ddbad", reminders={"overrides": [{"method": "popup", "minutes": 40_321}]}), "invalid"),
    (event("ddbad", reminders={"overrides": [{"method": "popup", "minutes": n} for n in range(6)]}), "invalid"),
    (event("ddbad", source={"title": "t", "url": "ftp://x"}), "invalid"),
    (event("ddbad", focusTimeProperties=FOCUS), "invalid"),
    (focus("ddbad", **ALL_DAY), "malformedFocusTimeEvent"),
    (focus("ddbad", transparency="transparent"), "malformedFocusTimeEvent"),
    (focus("ddbad", attendees=[{"email": "b@example.com"}]), "malformedFocusTimeEvent"),
    (focus("ddbad", conferenceData={"notes": "n"}), "malformedFocusTimeEvent"),
    (event("ddbad", eventType="focusTime", transparency="opaque"), "malformedFocusTimeEvent"),
    (focus("ddbad", focusTimeProperties={"autoDeclineMode": "declineSome"}), "invalid"),
    (focus("ddbad", focusTimeProperties={**FOCUS, "chatStatus": "busy"}), "invalid"),
    (away("ddbad", **ALL_DAY), "malformedOutOfOfficeEvent"),
    (away("ddbad", description="d"), "malformedOutOfOfficeEvent"),
    (away("ddbad", location="l"), "malformedOutOfOfficeEvent"),
    (away("ddbad", outOfOfficeProperties={**AWAY, "chatStatus": "available"}), "invalid"),
    (away("ddbad", end=at(1, 9, dateTime="2028-12-01T09:00:00")), "eventDurationExceedsLimit"),
]


@pytest.mark.parametrize(("body", "reason"), MALFORMED)
def test_a_malformed_event_is_refused(world: World, body: dict[str, Any], reason: str) -> None:
    assert refused(world.calendar().events().insert(calendarId="primary", body=body)) == (400, reason)
    assert "ddbad" not in world.office.calendars.find("anna@example.com").entries


def test_the_words_for_an_absence_with_a_description_are_google_s(world: World) -> None:
    request = world.calendar().events().insert(calendarId="primary", body=away("ddbad", description="d"))
    with pytest.raises(Exception, match=r"An out of office event must not have a description\."):
        request.execute()


def test_a_focus_time_stays_one(world: World) -> None:
    events = world.calendar().events()
    made = events.insert(calendarId="primary", body=focus("ddfocus")).execute()
    assert made["focusTimeProperties"] == FOCUS
    moved = {"start": at(1, 13), "end": at(1, 15)}
    assert events.patch(calendarId="primary", eventId="ddfocus", body=moved).execute()["eventType"] == "focusTime"
    lost = {**event("ddfocus"), "eventType": "focusTime", "transparency": "opaque"}
    request = events.update(calendarId="primary", eventId="ddfocus", body=lost)
    assert refused(request) == (400, "malformedFocusTimeEvent")
    request = events.patch(calendarId="primary", eventId="ddfocus", body={"eventType": "default"})
    assert refused(request) == (400, "eventTypeRestriction")
    renamed = events.patch(calendarId="primary", eventId="ddfocus", body={"id": "ddother"})
    assert refused(renamed) == (400, "invalid")


def test_a_full_day_away_is_timed(world: World) -> None:
    body = away("ddabsent", start=at(2, 0), end=at(3, 0))
    made = world.calendar().events().insert(calendarId="primary", body=body).execute()
    assert (made["start"]["dateTime"], made["eventType"]) == ("2026-12-02T00:00:00+01:00", "outOfOffice")


def test_focus_time_needs_a_primary_calendar_and_a_workspace(world: World) -> None:
    insert = world.calendar().events().insert
    assert refused(insert(calendarId=TEAM, body=focus("ddteam"))) == (400, "eventTypeRestriction")
    insert = world.calendar(CARA).events().insert
    assert refused(insert(calendarId="primary", body=focus("ddcara"))) == (400, "eventTypeRestriction")
    assert refused(insert(calendarId="primary", body=away("ddcara"))) == (400, "eventTypeRestriction")
    assert insert(calendarId="primary", body=event("ddcara")).execute()["eventType"] == "default"


def test_declining_everything_declines_real_meetings(world: World) -> None:
    ben = {"email": "ben@example.com"}
    events = world.calendar().events()
    meeting = event("ddmeet", day=5, attendees=[{"email": "anna@example.com", "responseStatus": "accepted"}, ben])
    events.insert(calendarId="primary", body=meeting).execute()
    calendars = world.office.calendars
    calendars.update("anna@example.com", replace(calendars.get("anna@example.com", "ddmeet"), organiser=ben["email"]))
    mode = {"autoDeclineMode": "declineAllConflictingInvitations"}
    events.insert(
        calendarId="primary", body=focus("ddall", **event("ddall", day=5), focusTimeProperties=mode)
    ).execute()
    read = events.get(calendarId="primary", eventId="ddmeet").execute()
    assert [row["responseStatus"] for row in read["attendees"]] == ["declined", "needsAction"]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"timeMin": "2026-12-01T00:00:00"}, "badRequest"),
        ({"timeMin": "2026-12-02T00:00:00Z", "timeMax": "2026-12-01T00:00:00Z"}, "timeRangeEmpty"),
        ({"orderBy": "startTime"}, "badRequest"),
        ({"pageToken": "nonsense"}, "invalid"),
        ({"syncToken": "nonsense"}, "invalid"),
        ({"timeZone": "Mars/Olympus"}, "invalid"),
        ({"privateExtendedProperty": "deepday"}, "invalidParameter"),
        ({"maxResults": 0}, "invalidParameter"),
        ({"fields": "items(id"}, "invalidParameter"),
    ],
)
def test_a_wrong_list_is_refused(world: World, query: dict[str, Any], reason: str) -> None:
    assert refused(world.calendar().events().list(calendarId="primary", **query)) == (400, reason)


def test_an_old_updated_min_is_gone(world: World) -> None:
    request = world.calendar().events().list(calendarId="primary", updatedMin="2026-09-01T00:00:00Z")
    assert refused(request) == (410, "updatedMinTooLongAgo")


def test_nobody_sees_a_calendar_that_is_not_shared(world: World) -> None:
    assert refused(world.calendar().events().list(calendarId=CARA)) == (404, "notFound")
    assert refused(world.calendar().events().list(calendarId="none@example.com")) == (404, "notFound")
    assert refused(world.calendar().calendars().get(calendarId=CARA)) == (404, "notFound")
