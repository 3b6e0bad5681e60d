"""Single events: written, read, changed and deleted as Google does it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from deepday.model import DateRange, Response, ShowAs
from deepday_sandbox.office import Entry, Guest
from tests.connectors.sandbox.google_world import ANNA, BEN, TEAM, ZONE, World, at, event, google_world, refused, timed


@pytest.fixture
def world() -> Iterator[World]:
    with google_world() as made:
        yield made


def test_an_event_comes_back_as_it_was_written(world: World) -> None:
    events = world.calendar().events()
    tags = {"private": {"deepday": "b1"}}
    body = event("ddone", extendedProperties=tags, visibility="private", transparency="transparent", description="d")
    written = events.insert(calendarId="primary", body=body, sendUpdates="none").execute()
    read = events.get(calendarId=ANNA, eventId="ddone").execute()
    assert read == written
    assert read["start"] == {"dateTime": "2026-12-01T09:00:00+01:00", "timeZone": ZONE}
    assert read["extendedProperties"] == tags
    assert (read["visibility"], read["transparency"], read["eventType"]) == ("private", "transparent", "default")
    assert (read["iCalUID"], read["status"]) == ("ddone@google.com", "confirmed")
    assert read["organizer"] == {"email": ANNA, "self": True}
    assert re.fullmatch(r'"\d+"', read["etag"])
    assert read["updated"] == "2026-11-20T12:00:00.000Z"
    stored = world.office.calendars.get(ANNA, "ddone")
    assert stored.show_as is ShowAs.FREE


def test_google_chooses_an_id_where_none_is_given(world: World) -> None:
    body = event("x")
    del body["id"]
    written = world.calendar().events().insert(calendarId="primary", body=body).execute()
    assert re.fullmatch(r"[a-v0-9]{26}", written["id"])


def test_an_id_is_taken_for_ever(world: World) -> None:
    events = world.calendar().events()
    events.insert(calendarId="primary", body=event("ddtaken")).execute()
    assert refused(events.insert(calendarId="primary", body=event("ddtaken"))) == (409, "duplicate")
    assert events.delete(calendarId="primary", eventId="ddtaken", sendUpdates="none").execute() == ""
    assert refused(events.insert(calendarId="primary", body=event("ddtaken"))) == (409, "duplicate")
    assert refused(events.delete(calendarId="primary", eventId="ddtaken")) == (410, "deleted")
    assert refused(events.delete(calendarId="primary", eventId="never0")) == (404, "notFound")
    assert refused(events.patch(calendarId="primary", eventId="ddtaken", body={"summary": "s"})) == (410, "deleted")
    gone = events.get(calendarId="primary", eventId="ddtaken").execute()
    assert gone["status"] == "cancelled"
    assert "summary" not in gone
    revived = events.patch(calendarId="primary", eventId="ddtaken", body={"status": "confirmed"}).execute()
    assert (revived["status"], revived["summary"]) == ("confirmed", "ddtaken")


def test_a_patch_merges_and_an_update_replaces(world: World) -> None:
    events = world.calendar().events()
    tags = {"private": {"a": "1", "b": "2"}}
    events.insert(calendarId="primary", body=event("ddthree", location="Spree", extendedProperties=tags)).execute()
    change: dict[str, Any] = {
        "start": {"dateTime": "2026-12-01T08:00:00+01:00"},
        "extendedProperties": {"private": {"a": "3", "b": None}},
    }
    patched = events.patch(calendarId="primary", eventId="ddthree", body=change, sendUpdates="none").execute()
    assert patched["start"]["dateTime"] == "2026-12-01T08:00:00+01:00"
    assert patched["extendedProperties"] == {"private": {"a": "3"}}
    assert (patched["location"], patched["sequence"]) == ("Spree", 1)
    cleared = events.patch(calendarId="primary", eventId="ddthree", body={"location": None}).execute()
    assert "location" not in cleared
    whole = {"start": at(2, 9), "end": at(2, 10)}
    updated = events.update(calendarId="primary", eventId="ddthree", body=whole).execute()
    assert {"summary", "extendedProperties"}.isdisjoint(updated)
    assert refused(events.update(calendarId="primary", eventId="ddthree", body={"summary": "s"})) == (400, "required")


def test_a_cancelled_status_deletes(world: World) -> None:
    events = world.calendar().events()
    events.insert(calendarId="primary", body=event("ddfour")).execute()
    events.patch(calendarId="primary", eventId="ddfour", body={"status": "cancelled"}).execute()
    assert events.list(calendarId="primary").execute()["items"] == []


def test_a_condition_that_is_not_met_changes_nothing(world: World) -> None:
    events = world.calendar().events()
    old = events.insert(calendarId="primary", body=event("ddfive")).execute()["etag"]
    request = events.patch(calendarId="primary", eventId="ddfive", body={"summary": "new"})
    request.headers["If-Match"] = old
    new = request.execute()["etag"]
    assert new != old
    for late in (
        events.patch(calendarId="primary", eventId="ddfive", body={"summary": "late"}),
        events.update(calendarId="primary", eventId="ddfive", body=event("ddfive")),
        events.delete(calendarId="primary", eventId="ddfive"),
    ):
        late.headers["If-Match"] = old
        assert refused(late) == (412, "conditionNotMet")
    assert events.get(calendarId="primary", eventId="ddfive").execute()["summary"] == "new"
    delete = events.delete(calendarId="primary", eventId="ddfive")
    delete.headers["If-Match"] = new
    assert delete.execute() == ""


def test_what_has_not_changed_need_not_be_sent(world: World) -> None:
    events = world.calendar().events()
    etag = events.insert(calendarId="primary", body=event("ddfreed")).execute()["etag"]
    request = events.get(calendarId="primary", eventId="ddfreed")
    request.headers["If-None-Match"] = etag
    with pytest.raises(HttpError) as caught:
        request.execute()
    assert caught.value.status_code == 304


def test_an_untouched_occurrence_has_a_version_too(world: World) -> None:
    events = world.calendar().events()
    events.insert(calendarId="primary", body=event("ddmore", recurrence=["RRULE:FREQ=DAILY;COUNT=2"])).execute()
    name = "ddmore_20261202T080000Z"
    etag = events.get(calendarId="primary", eventId=name).execute()["etag"]
    events.patch(calendarId="primary", eventId="ddmore", body={"summary": "new"}).execute()
    late = events.patch(calendarId="primary", eventId=name, body={"summary": "late"})
    late.headers["If-Match"] = etag
    assert refused(late) == (412, "conditionNotMet")


def test_all_day_events_are_dates(world: World) -> None:
    events = world.calendar().events()
    body = {"id": "ddalld", "start": {"date": "2026-12-24"}, "end": {"date": "2026-12-27"}}
    written = events.insert(calendarId="primary", body=body).execute()
    assert (written["start"], written["end"]) == ({"date": "2026-12-24"}, {"date": "2026-12-27"})
    assert isinstance(world.office.calendars.get(ANNA, "ddalld").when, DateRange)
    timed: dict[str, Any] = {"start": at(24, 9), "end": at(24, 10)}
    assert refused(events.patch(calendarId="primary", eventId="ddalld", body=timed)) == (400, "invalid")
    for point in timed.values():
        point["date"] = None
    patched = events.patch(calendarId="primary", eventId="ddalld", body=timed).execute()
    assert patched["start"] == {"dateTime": "2026-12-24T09:00:00+01:00", "timeZone": ZONE}


def test_times_are_shown_in_the_calendar_s_zone_or_the_one_that_is_asked_for(world: World) -> None:
    events = world.calendar().events()
    points = {
        "start": {"dateTime": "2026-12-01T09:00:00", "timeZone": "America/New_York"},
        "end": {"dateTime": "2026-12-01T15:30:00Z"},
    }
    body = {"id": "ddseven", **points}
    written = events.insert(calendarId="primary", body=body).execute()
    assert written["start"] == {"dateTime": "2026-12-01T15:00:00+01:00", "timeZone": "America/New_York"}
    assert written["end"]["dateTime"] == "2026-12-01T16:30:00+01:00"
    read = events.get(calendarId="primary", eventId="ddseven", timeZone="UTC").execute()
    assert read["start"]["dateTime"] == "2026-12-01T14:00:00Z"


def test_guests_and_their_answers(world: World) -> None:
    guests = (Guest(ANNA, "Anna Berg", Response.DECLINED), Guest(BEN, "Ben Frey", Response.ACCEPTED))
    when = timed(12, 1, 9)
    world.office.calendars.create(ANNA, Entry("m1", "m1@x", when, title="Sync", organiser=BEN, guests=guests))
    events = world.calendar().events()
    read = events.get(calendarId="primary", eventId="m1").execute()
    mine = {"email": ANNA, "displayName": "Anna Berg", "self": True, "responseStatus": "declined"}
    assert read["attendees"][0] == mine
    assert read["attendees"][1]["organizer"] is True
    (cut,) = events.list(calendarId="primary", maxAttendees=1).execute()["items"]
    assert (cut["attendees"], cut["attendeesOmitted"]) == ([mine], True)
    change = {"start": at(1, 11), "end": at(1, 12)}
    assert refused(events.patch(calendarId="primary", eventId="m1", body=change)) == (403, "forbiddenForNonOrganizer")
    rows = [{**row, "responseStatus": "accepted"} for row in read["attendees"]]
    patched = events.patch(calendarId="primary", eventId="m1", body={"attendees": rows}).execute()
    assert patched["attendees"][0]["responseStatus"] == "accepted"


def test_a_shared_calendar_shows_what_the_role_allows(world: World) -> None:
    anna = world.calendar().events()
    anna.insert(calendarId=TEAM, body=event("ddta1")).execute()
    anna.insert(calendarId=TEAM, body=event("ddta2", visibility="private")).execute()
    ben = world.calendar(BEN).events()
    assert refused(ben.list(calendarId=TEAM)) == (404, "notFound")
    shares = world.office.vendor["google"]["shares"]
    shares[TEAM] = {BEN: "freeBusyReader"}
    items = ben.list(calendarId=TEAM).execute()["items"]
    assert [item.get("summary") for item in items] == [None, None]
    shares[TEAM] = {BEN: "reader"}
    items = ben.list(calendarId=TEAM).execute()["items"]
    assert [item.get("summary") for item in items] == ["ddta1", None]
    assert refused(ben.insert(calendarId=TEAM, body=event("ddta3"))) == (403, "requiredAccessLevel")
    shares[TEAM] = {BEN: "writer"}
    assert ben.insert(calendarId=TEAM, body=event("ddta3")).execute()["id"] == "ddta3"
