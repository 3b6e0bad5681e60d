"""Recurring events: expanded, excepted, changed as a whole."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from deepday.model import DateRange, EventKind
from deepday_sandbox.office import Entry
from tests.connectors.sandbox.google_world import ANNA, ZONE, World, at, event, google_world, refused, timed, wall

STANDUP = event("ddstand", day=1, recurrence=["RRULE:FREQ=DAILY;COUNT=4"])


@pytest.fixture
def world() -> Iterator[World]:
    with google_world() as made:
        yield made


def listed(events: Any, **query: Any) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in events.list(calendarId="primary", **query).execute()["items"]}


def test_a_series_is_one_row_or_one_a_day(world: World) -> None:
    events = world.calendar().events()
    events.insert(calendarId="primary", body=STANDUP).execute()
    (master,) = listed(events).values()
    assert master["recurrence"] == ["RRULE:FREQ=DAILY;COUNT=4"]
    rows = listed(events, singleEvents=True)
    assert list(rows) == [f"ddstand_202612{day:02}T080000Z" for day in (1, 2, 3, 4)]
    row = rows["ddstand_20261202T080000Z"]
    assert row["recurringEventId"] == "ddstand"
    assert row["originalStartTime"] == row["start"] == {"dateTime": "2026-12-02T09:00:00+01:00", "timeZone": ZONE}
    assert "recurrence" not in row
    instances = events.instances(calendarId="primary", eventId="ddstand", maxResults=3).execute()
    assert [item["id"] for item in instances["items"]] == list(rows)[:3]
    token = instances["nextPageToken"]
    rest = events.instances(calendarId="primary", eventId="ddstand", maxResults=3, pageToken=token).execute()
    assert [item["id"] for item in rest["items"]] == list(rows)[3:]
    start = "2026-12-03T09:00:00+01:00"
    (one,) = events.instances(calendarId="primary", eventId="ddstand", originalStart=start).execute()["items"]
    assert one["id"] == "ddstand_20261203T080000Z"


def test_all_day_occurrences_are_named_after_their_date(world: World) -> None:
    events = world.calendar().events()
    body = {"id": "dddate", "start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}}
    events.insert(calendarId="primary", body={**body, "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=2"]}).execute()
    rows = listed(events, singleEvents=True)
    assert list(rows) == ["dddate_20261201", "dddate_20261208"]
    assert rows["dddate_20261208"]["originalStartTime"] == {"date": "2026-12-08"}


def test_an_occurrence_can_be_moved_and_another_cancelled(world: World) -> None:
    events = world.calendar().events()
    events.insert(calendarId="primary", body=STANDUP).execute()
    move = {"start": at(2, 14), "end": at(2, 15)}
    moved = events.patch(calendarId="primary", eventId="ddstand_20261202T080000Z", body=move).execute()
    assert moved["id"] == "ddstand_20261202T080000Z"
    assert moved["originalStartTime"]["dateTime"] == "2026-12-02T09:00:00+01:00"
    events.delete(calendarId="primary", eventId="ddstand_20261203T080000Z").execute()
    assert refused(events.delete(calendarId="primary", eventId="ddstand_20261203T080000Z")) == (410, "deleted")
    rows = listed(events)
    assert list(rows) == ["ddstand", "ddstand_20261202T080000Z", "ddstand_20261203T080000Z"]
    cancelled = rows["ddstand_20261203T080000Z"]
    guaranteed = {"kind", "etag", "id", "status", "recurringEventId", "originalStartTime"}
    assert (cancelled["status"], set(cancelled)) == ("cancelled", guaranteed)
    single = listed(events, singleEvents=True)
    assert list(single) == [f"ddstand_202612{day:02}T080000Z" for day in (1, 2, 4)]
    assert single["ddstand_20261202T080000Z"]["start"]["dateTime"] == "2026-12-02T14:00:00+01:00"
    assert "ddstand_20261203T080000Z" in listed(events, singleEvents=True, showDeleted=True)
    never = {"summary": "s"}
    request = events.patch(calendarId="primary", eventId="ddstand_20261224T080000Z", body=never)
    assert refused(request) == (404, "notFound")
    nested = {"recurrence": ["RRULE:FREQ=DAILY"]}
    request = events.patch(calendarId="primary", eventId="ddstand_20261202T080000Z", body=nested)
    assert refused(request) == (400, "invalid")


def test_a_round_has_single_exceptions_and_whole_series(world: World) -> None:
    events = world.calendar().events()
    events.insert(calendarId="primary", body=STANDUP).execute()
    token = events.list(calendarId="primary", singleEvents=True).execute()["nextSyncToken"]
    events.delete(calendarId="primary", eventId="ddstand_20261203T080000Z").execute()
    page = events.list(calendarId="primary", singleEvents=True, syncToken=token).execute()
    assert [(item["id"], item["status"]) for item in page["items"]] == [("ddstand_20261203T080000Z", "cancelled")]
    shorter = {"recurrence": ["RRULE:FREQ=DAILY;COUNT=2"], "summary": "Short"}
    events.patch(calendarId="primary", eventId="ddstand", body=shorter).execute()
    rows = listed(events, singleEvents=True, syncToken=page["nextSyncToken"])
    assert {name: row["status"] for name, row in rows.items()} == {
        "ddstand_20261201T080000Z": "confirmed",
        "ddstand_20261202T080000Z": "confirmed",
        "ddstand_20261203T080000Z": "cancelled",
        "ddstand_20261204T080000Z": "cancelled",
    }


def test_a_deleted_series_takes_its_occurrences_along(world: World) -> None:
    events = world.calendar().events()
    events.insert(calendarId="primary", body=STANDUP).execute()
    events.patch(calendarId="primary", eventId="ddstand_20261202T080000Z", body={"summary": "s"}).execute()
    masters = events.list(calendarId="primary").execute()["nextSyncToken"]
    single = events.list(calendarId="primary", singleEvents=True).execute()["nextSyncToken"]
    events.delete(calendarId="primary", eventId="ddstand").execute()
    assert {row["status"] for row in listed(events, syncToken=masters).values()} == {"cancelled"}
    assert "ddstand" in listed(events, syncToken=masters)
    gone = listed(events, singleEvents=True, syncToken=single)
    assert list(gone) == [f"ddstand_202612{day:02}T080000Z" for day in (1, 2, 3, 4)]
    assert {row["status"] for row in gone.values()} == {"cancelled"}
    assert listed(events) == listed(events, singleEvents=True) == {}
    assert refused(events.instances(calendarId="primary", eventId="ddstand")) == (404, "notFound")


def test_a_series_keeps_its_time_of_day_when_the_clocks_change(world: World) -> None:
    when = timed(10, 24, 9)
    world.office.calendars.create(ANNA, Entry("dddst", "u@x", when, recurrence=("RRULE:FREQ=DAILY;COUNT=3",)))
    rows = listed(world.calendar().events(), singleEvents=True)
    assert [row["start"]["dateTime"] for row in rows.values()] == [
        "2026-10-24T09:00:00+02:00",
        "2026-10-25T09:00:00+01:00",
        "2026-10-26T09:00:00+01:00",
    ]
    assert next(iter(rows)) == "dddst_20261024T070000Z"


def test_exclusions_additions_and_ends_are_understood(world: World) -> None:
    lines = (
        "RRULE:FREQ=DAILY;UNTIL=20261205T080000Z",
        "EXDATE;TZID=Europe/Berlin:20261202T090000",
        "EXDATE:20261203T080000Z",
        "RDATE;TZID=Europe/Berlin:20261210T090000",
    )
    when = timed(12, 1, 9)
    world.office.calendars.create(ANNA, Entry("ddmix", "u@x", when, recurrence=lines))
    rows = listed(world.calendar().events(), singleEvents=True)
    assert [name[6:14] for name in rows] == ["20261201", "20261204", "20261205", "20261210"]


def test_a_window_bounds_a_series_without_end(world: World) -> None:
    days = DateRange(date(2026, 1, 1), date(2026, 1, 2))
    world.office.calendars.create(ANNA, Entry("ddever", "u@x", days, recurrence=("RRULE:FREQ=DAILY",)))
    events = world.calendar().events()
    rows = listed(events, singleEvents=True, timeMin="2026-12-01T00:00:00Z", timeMax="2026-12-03T00:00:00Z")
    assert list(rows) == ["ddever_20261201", "ddever_20261202", "ddever_20261203"]
    assert len(listed(events, singleEvents=True, maxResults=2500)) == 730
    assert list(listed(events, timeMin="2030-01-01T00:00:00Z")) == ["ddever"]


def test_an_exception_the_office_wrote_has_google_s_name(world: World) -> None:
    when = timed(12, 1, 9)
    master = Entry("m-1", "u@x", when, title="Sync", recurrence=("RRULE:FREQ=DAILY;COUNT=2",))
    moved = timed(12, 2, 15)
    other = Entry("m-2", "u@x", moved, title="Sync", series="m-1", original=wall(12, 2, 9))
    world.office.calendars.fill(ANNA, (master, other))
    events = world.calendar().events()
    assert list(listed(events, singleEvents=True)) == ["m-1_20261201T080000Z", "m-1_20261202T080000Z"]
    read = events.get(calendarId="primary", eventId="m-1_20261202T080000Z").execute()
    assert read["start"]["dateTime"] == "2026-12-02T15:00:00+01:00"
    request = events.patch(calendarId="primary", eventId="m-1_20261202T080000Z", body={"summary": "New"})
    request.headers["If-Match"] = read["etag"]
    assert request.execute()["summary"] == "New"
    assert world.office.calendars.get(ANNA, "m-2").title == "New"


def test_focus_time_from_elsewhere_has_what_google_wants(world: World) -> None:
    world.office.calendars.create(ANNA, Entry("ddfocus", "u@x", timed(12, 1, 9), kind=EventKind.FOCUS_TIME))
    events = world.calendar().events()
    read = events.patch(calendarId="primary", eventId="ddfocus", body={"start": at(1, 8)}).execute()
    assert (read["transparency"], read["focusTimeProperties"]) == ("opaque", {"autoDeclineMode": "declineNone"})


def test_an_exception_goes_when_its_series_moves_away(world: World) -> None:
    events = world.calendar().events()
    events.insert(calendarId="primary", body=STANDUP).execute()
    events.patch(calendarId="primary", eventId="ddstand_20261202T080000Z", body={"summary": "s"}).execute()
    token = events.list(calendarId="primary", singleEvents=True).execute()["nextSyncToken"]
    later = {"start": at(1, 10), "end": at(1, 11)}
    events.patch(calendarId="primary", eventId="ddstand", body=later).execute()
    assert list(listed(events, singleEvents=True)) == [f"ddstand_202612{day:02}T090000Z" for day in (1, 2, 3, 4)]
    rows = listed(events, singleEvents=True, syncToken=token)
    gone = {f"ddstand_202612{day:02}T080000Z" for day in (1, 2, 3, 4)}
    assert {name for name, row in rows.items() if row["status"] == "cancelled"} == gone
    alive = {name for name, row in rows.items() if row["status"] == "confirmed"}
    assert alive == set(listed(events, singleEvents=True))


def test_a_single_event_can_become_a_series_and_back(world: World) -> None:
    events = world.calendar().events()
    events.insert(calendarId="primary", body=event("ddonce")).execute()
    token = events.list(calendarId="primary", singleEvents=True).execute()["nextSyncToken"]
    rule = {"recurrence": ["RRULE:FREQ=DAILY;COUNT=2"]}
    events.patch(calendarId="primary", eventId="ddonce", body=rule).execute()
    page = events.list(calendarId="primary", singleEvents=True, syncToken=token).execute()
    assert {item["id"]: item["status"] for item in page["items"]} == {
        "ddonce": "cancelled",
        "ddonce_20261201T080000Z": "confirmed",
        "ddonce_20261202T080000Z": "confirmed",
    }
    events.patch(calendarId="primary", eventId="ddonce", body={"recurrence": None}).execute()
    rows = listed(events, singleEvents=True, syncToken=page["nextSyncToken"])
    assert {name: row["status"] for name, row in rows.items()} == {
        "ddonce": "confirmed",
        "ddonce_20261201T080000Z": "cancelled",
        "ddonce_20261202T080000Z": "cancelled",
    }
