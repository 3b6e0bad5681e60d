"""Full and incremental lists: pages, tokens, tombstones."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from deepday.model import DateRange
from deepday_sandbox.office import Entry
from deepday_sandbox.office.calendars import Calendar
from tests.connectors.sandbox.google_world import ANNA, BEN, TEAM, World, event, google_world, refused

DAY = DateRange(date(2026, 12, 1), date(2026, 12, 2))


@pytest.fixture
def world() -> Iterator[World]:
    with google_world() as made:
        yield made


def fill(world: World, count: int) -> None:
    world.office.calendars.fill(ANNA, (Entry(f"dd{n:05}", f"{n}@x", DAY) for n in range(count)))


def whole(events: Any, **query: Any) -> tuple[list[dict[str, Any]], list[int], str]:
    """Follow a list to its end: items, sizes of the pages, sync token."""
    items: list[dict[str, Any]] = []
    sizes: list[int] = []
    while True:
        page = events.list(calendarId="primary", **query).execute()
        items += page["items"]
        sizes.append(len(page["items"]))
        assert ("nextPageToken" in page) != ("nextSyncToken" in page)
        if "nextSyncToken" in page:
            return items, sizes, page["nextSyncToken"]
        query["pageToken"] = page["nextPageToken"]


def test_pages_are_250_by_default_and_2500_at_most(world: World) -> None:
    fill(world, 2600)
    events = world.calendar().events()
    assert len(events.list(calendarId="primary").execute()["items"]) == 250
    items, sizes, _ = whole(events, maxResults=2500)
    assert sizes == [2500, 100]
    assert len({item["id"] for item in items}) == 2600


def test_a_page_token_belongs_to_its_query(world: World) -> None:
    fill(world, 5)
    events = world.calendar().events()
    token = events.list(calendarId="primary", maxResults=2).execute()["nextPageToken"]
    request = events.list(calendarId="primary", maxResults=2, showDeleted=True, pageToken=token)
    assert refused(request) == (400, "badRequest")


def test_what_changes_between_two_pages_is_in_the_next_round(world: World) -> None:
    fill(world, 4)
    events = world.calendar().events()
    first = events.list(calendarId="primary", maxResults=2).execute()
    events.patch(calendarId="primary", eventId="dd00000", body={"summary": "new"}).execute()
    last = events.list(calendarId="primary", maxResults=2, pageToken=first["nextPageToken"]).execute()
    changed, _, _ = whole(events, maxResults=2, syncToken=last["nextSyncToken"])
    assert [(item["id"], item["summary"]) for item in changed] == [("dd00000", "new")]


def test_an_empty_page_may_have_a_next_one(world: World) -> None:
    fill(world, 3)
    world.office.vendor["google"]["empty_pages"] = True
    items, sizes, _ = whole(world.calendar().events())
    assert (len(items), sizes) == (3, [0, 3])


def test_a_round_has_only_what_changed(world: World) -> None:
    fill(world, 3)
    events = world.calendar().events()
    _, _, token = whole(events)
    nothing, sizes, token = whole(events, syncToken=token)
    assert (nothing, sizes) == ([], [0])
    events.insert(calendarId="primary", body=event("ddnnn")).execute()
    events.delete(calendarId="primary", eventId="dd00001").execute()
    changed, _, token = whole(events, syncToken=token)
    assert [(item["id"], item["status"]) for item in changed] == [("dd00001", "cancelled"), ("ddnnn", "confirmed")]
    assert set(changed[0]) == {"kind", "etag", "id", "status"}
    assert whole(events, syncToken=token)[0] == []


def test_a_round_has_pages_too(world: World) -> None:
    events = world.calendar().events()
    _, _, token = whole(events, maxResults=2)
    fill(world, 5)
    items, sizes, _ = whole(events, maxResults=2, syncToken=token)
    assert (len(items), sizes) == (5, [2, 2, 1])


FORBIDDEN: list[dict[str, Any]] = [
    {"iCalUID": "u"},
    {"orderBy": "updated"},
    {"privateExtendedProperty": "a=b"},
    {"q": "text"},
    {"sharedExtendedProperty": "a=b"},
    {"timeMin": "2026-12-01T00:00:00Z"},
    {"timeMax": "2026-12-01T00:00:00Z"},
    {"updatedMin": "2026-11-19T00:00:00Z"},
    {"showDeleted": False},
    {"singleEvents": True},
    {"eventTypes": "default"},
    {"maxResults": 10},
]


def test_a_sync_token_goes_with_nothing_else(world: World) -> None:
    events = world.calendar().events()
    _, _, token = whole(events)
    for more in FORBIDDEN:
        assert refused(events.list(calendarId="primary", syncToken=token, **more)) == (400, "badRequest"), more
    assert refused(events.list(calendarId=TEAM, syncToken=token)) == (400, "badRequest")


def test_the_first_window_is_not_repeated(world: World) -> None:
    fill(world, 1)
    events = world.calendar().events()
    items, _, token = whole(events, timeMin="2026-12-05T00:00:00Z", eventTypes=["default", "focusTime"])
    assert items == []
    events.insert(calendarId="primary", body=event("ddnnn")).execute()
    items, _, _ = whole(events, eventTypes=["default", "focusTime"], syncToken=token)
    assert [item["id"] for item in items] == ["ddnnn"]


@pytest.mark.parametrize("query", [{"orderBy": "updated"}, {"q": "x"}, {"privateExtendedProperty": "deepday=1"}])
def test_some_lists_give_no_sync_token(world: World, query: dict[str, Any]) -> None:
    assert "nextSyncToken" not in world.calendar().events().list(calendarId="primary", **query).execute()


def test_a_dead_token_asks_for_a_full_sync(world: World) -> None:
    events = world.calendar().events()
    lists = world.calendar().calendarList()
    _, _, token = whole(events)
    listed = lists.list().execute()["nextSyncToken"]
    world.office.calendars.forget()
    assert refused(events.list(calendarId="primary", syncToken=token)) == (410, "fullSyncRequired")
    assert refused(lists.list(syncToken=listed)) == (410, "fullSyncRequired")
    _, _, fresh = whole(events)
    assert whole(events, syncToken=fresh)[0] == []


def test_deleted_events_are_listed_when_asked_for(world: World) -> None:
    fill(world, 2)
    events = world.calendar().events()
    events.delete(calendarId="primary", eventId="dd00000").execute()
    assert [item["id"] for item in whole(events)[0]] == ["dd00001"]
    assert [item["status"] for item in whole(events, showDeleted=True)[0]] == ["cancelled", "confirmed"]


def test_lists_are_filtered_and_ordered(world: World) -> None:
    events = world.calendar().events()
    tag = {"private": {"deepday": "b1"}}
    events.insert(calendarId="primary", body=event("ddlate", day=3, extendedProperties=tag)).execute()
    world.office.clock.advance(60)
    events.insert(calendarId="primary", body=event("ddsoon", day=2, summary="Reading")).execute()
    place = {"type": "homeOffice", "homeOffice": {}}
    world.office.clock.advance(60)
    body = event("ddhome", eventType="workingLocation", workingLocationProperties=place, transparency="transparent")
    events.insert(calendarId="primary", body=body).execute()

    def ids(**query: Any) -> list[str]:
        return [item["id"] for item in events.list(calendarId="primary", **query).execute()["items"]]

    assert ids(singleEvents=True, orderBy="startTime") == ["ddhome", "ddsoon", "ddlate"]
    assert ids(orderBy="updated") == ["ddlate", "ddsoon", "ddhome"]
    assert ids(eventTypes=["workingLocation"]) == ["ddhome"]
    assert ids(privateExtendedProperty="deepday=b1") == ["ddlate"]
    assert ids(q="reading") == ["ddsoon"]
    assert ids(iCalUID="ddsoon@google.com") == ["ddsoon"]
    assert ids(timeMin="2026-12-02T09:00:00Z") == ["ddlate"]
    assert ids(timeMax="2026-12-02T08:00:00Z") == ["ddhome"]
    assert ids(updatedMin="2026-11-20T12:02:00Z") == ["ddhome"]


def test_fields_are_all_that_is_sent(world: World) -> None:
    fill(world, 1)
    page = world.calendar().events().list(calendarId="primary", fields="items(id,start/date),nextPageToken").execute()
    assert page == {"items": [{"id": "dd00000", "start": {"date": "2026-12-01"}}]}


def test_the_list_of_calendars_has_pages_and_rounds(world: World) -> None:
    lists = world.calendar().calendarList()
    first = lists.list(maxResults=1).execute()
    assert [(row["id"], row["primary"], row["accessRole"]) for row in first["items"]] == [(ANNA, True, "owner")]
    last = lists.list(maxResults=1, pageToken=first["nextPageToken"]).execute()
    assert [row["id"] for row in last["items"]] == [TEAM]
    token = last["nextSyncToken"]
    assert lists.list(maxResults=1, syncToken=token).execute()["items"] == []
    shares = world.office.vendor["google"]["shares"]
    shares[BEN] = {ANNA: "reader"}
    round_two = lists.list(maxResults=1, syncToken=token).execute()
    assert [(row["id"], row["accessRole"]) for row in round_two["items"]] == [(BEN, "reader")]
    del shares[BEN]
    gone = lists.list(maxResults=1, syncToken=round_two["nextSyncToken"]).execute()["items"]
    assert [(row["id"], row["deleted"]) for row in gone] == [(BEN, True)]
    assert refused(lists.list(maxResults=1, syncToken=token, minAccessRole="owner")) == (400, "badRequest")
    assert refused(lists.list(maxResults=1, syncToken=token, showDeleted=False)) == (400, "badRequest")
    assert len(lists.list(minAccessRole="owner").execute()["items"]) == 2


def test_a_calendar_s_own_zone_and_the_person_s_settings(world: World) -> None:
    world.office.calendars.add(Calendar("ny", ANNA, "New York", "America/New_York", primary=False))
    service = world.calendar()
    assert service.events().list(calendarId="ny").execute()["timeZone"] == "America/New_York"
    assert service.calendars().get(calendarId="ny").execute()["timeZone"] == "America/New_York"
    assert service.settings().get(setting="timezone").execute()["value"] == "Europe/Berlin"
    assert {"id": "weekStart", "value": "1"}.items() <= service.settings().list().execute()["items"][1].items()
    assert refused(service.settings().get(setting="colour")) == (404, "notFound")
