"""Reading calendars: what is asked for, what is made of it, and what a cursor is good for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from deepday.connect import ReadContext
from deepday.errors import CursorGoneError, GoneError, ReconnectNeededError
from deepday.model import (
    CalendarEvent,
    Cursor,
    DateRange,
    EventKind,
    Interval,
    Response,
    ShowAs,
)
from deepday.testing import Replica, listening
from deepday_google.account import GoogleAccount
from deepday_sandbox.office import Fault, FaultKind, Guest
from tests.connectors.google.google_office import BEN, CANARY, OWNER, TEAM, GoogleOffice, google_office, timed

HOUR = 3600
DAY = 86_400
OWN = ["calendar.events.owned.readonly", "calendar.calendarlist.readonly"]


@pytest.fixture
def world() -> Iterator[GoogleOffice]:
    with google_office() as made:
        yield made


@pytest.fixture
def account(world: GoogleOffice) -> Iterator[GoogleAccount]:
    with world.account(page_size=3) as opened:
        yield opened


def context(world: GoogleOffice, *, keep_titles: bool = False) -> ReadContext:
    window = Interval(world.now() - 7 * DAY, world.now() + 28 * DAY)
    return ReadContext(window, ZoneInfo("UTC"), OWNER, keep_titles=keep_titles)


def hour(world: GoogleOffice, number: int = 0) -> Interval:
    start = world.now() + DAY + number * HOUR
    return Interval(start, start + HOUR)


def read(world: GoogleOffice, account: GoogleAccount, calendar: str = OWNER) -> list[CalendarEvent]:
    copy = Replica(account, calendar, context(world))
    copy.read()
    return [event for events in copy.objects.values() for event in events]


def test_a_meeting_is_read_with_all_that_measuring_needs(world: GoogleOffice, account: GoogleAccount) -> None:
    guests = (
        Guest(OWNER, response=Response.TENTATIVE),
        Guest(BEN, response=Response.ACCEPTED),
        Guest("no@example.com", response=Response.DECLINED),
        Guest("room@resource.calendar.google.com", is_room=True),
    )
    world.add(timed(hour(world)), uid="meeting@example.com", organiser="chair@example.com", guests=guests, sequence=3)
    expected = CalendarEvent(
        uid="meeting@example.com",
        recurrence_id="",
        when=hour(world),
        response=Response.TENTATIVE,
        people=3,
        sequence=3,
        updated=world.now(),
        source=OWNER,
        organiser=False,
        outsiders=False,
    )
    assert read(world, account) == [expected]


@pytest.mark.parametrize(
    ("made", "shown", "kind"),
    [
        ({"show_as": ShowAs.FREE}, ShowAs.FREE, EventKind.DEFAULT),
        ({"show_as": ShowAs.TENTATIVE}, ShowAs.TENTATIVE, EventKind.DEFAULT),
        ({"kind": EventKind.FOCUS_TIME}, ShowAs.BUSY, EventKind.FOCUS_TIME),
        (
            {"kind": EventKind.OUT_OF_OFFICE, "show_as": ShowAs.OUT_OF_OFFICE},
            ShowAs.OUT_OF_OFFICE,
            EventKind.OUT_OF_OFFICE,
        ),
        ({"kind": EventKind.WORKING_LOCATION}, ShowAs.FREE, EventKind.WORKING_LOCATION),
        ({"extra": {"google": {"eventType": "birthday"}}}, ShowAs.FREE, EventKind.DEFAULT),
        ({"extra": {"google": {"eventType": "invented"}}}, ShowAs.BUSY, EventKind.DEFAULT),
    ],
)
def test_every_sort_of_entry_is_understood(
    world: GoogleOffice, account: GoogleAccount, made: dict[str, Any], shown: ShowAs, kind: EventKind
) -> None:
    world.add(timed(hour(world)), **made)
    (event,) = read(world, account)
    assert (event.show_as, event.kind, event.people) == (shown, kind, None)


def test_all_day_entries_are_dates_and_touch_the_window_in_any_zone(
    world: GoogleOffice, account: GoogleAccount
) -> None:
    trip = DateRange(date(2026, 3, 12), date(2026, 3, 14))
    world.add(trip)
    assert [event.when for event in read(world, account)] == [trip]


def test_occurrences_are_named_by_their_original_start(world: GoogleOffice, account: GoogleAccount) -> None:
    handle = world.add_series([hour(world), hour(world, 24)])
    world.move_event(handle, hour(world, 3))
    found = {event.recurrence_id: event.when for event in read(world, account)}
    assert found == {"20260311T120000Z": hour(world, 3), "20260312T120000Z": hour(world, 24)}


def test_descriptions_places_and_names_are_not_even_asked_for(world: GoogleOffice, account: GoogleAccount) -> None:
    guest = (Guest(BEN, CANARY),)
    world.add(timed(hour(world)), title=CANARY, description=CANARY, location=CANARY, guests=guest)
    with listening() as logged:
        found = repr(read(world, account))
    (path,) = {path for _, path, _ in world.exchanges.seen}
    mask = parse_qs(urlsplit(path).query)["fields"][0]
    assert not any(word in mask for word in ("summary", "description", "location", "displayName"))
    assert CANARY not in found
    assert CANARY not in "\n".join(logged)


def test_a_full_reading_asks_for_the_window_and_a_following_one_for_what_changed(
    world: GoogleOffice, account: GoogleAccount
) -> None:
    copy = Replica(account, OWNER, context(world))
    copy.read()
    copy.read()
    first, second = (parse_qs(urlsplit(path).query) for _, path, _ in world.exchanges.seen)
    assert first["timeMin"] == ["2026-03-03T12:00:00Z"]
    assert first["timeMax"] == ["2026-04-07T12:00:00Z"]
    assert second.keys() - first.keys() == {"syncToken"}
    assert first.keys() - second.keys() == {"timeMin", "timeMax"}
    assert {name: first[name] for name in first.keys() & second.keys()} == {
        name: second[name] for name in first.keys() & second.keys()
    }


def test_a_following_reading_of_many_pages_asks_on_with_both_tokens(
    world: GoogleOffice, account: GoogleAccount
) -> None:
    copy = Replica(account, OWNER, context(world))
    copy.read()
    for number in range(10):
        world.add_event(hour(world, number))
    pages = copy.read()
    assert [page.more for page in pages] == [True, True, True, False]
    assert len(copy.times()) == 10


def test_a_cursor_belongs_to_its_calendar_window_and_question(world: GoogleOffice, account: GoogleAccount) -> None:
    asked = context(world)
    cursor = account.event_changes(OWNER, asked).cursor
    assert OWNER not in repr(cursor)
    later = replace(asked, window=Interval(asked.window.start + DAY, asked.window.end + DAY))
    others = [
        (TEAM, asked),
        (OWNER, later),
        (OWNER, context(world, keep_titles=True)),
        (OWNER, replace(asked, email=BEN)),
        (OWNER, replace(asked, zone=ZoneInfo("Europe/Berlin"))),
    ]
    for calendar, other in others:
        world.asked()
        with pytest.raises(CursorGoneError):
            account.event_changes(calendar, other, cursor)
        assert world.asked() == []


@pytest.mark.parametrize("text", ["", "[]", "null", '["a", "b", "c"]', "[1, 2, 3]", "[" * 100_000, '["", "", ""]'])
def test_a_cursor_that_makes_no_sense_costs_no_request(world: GoogleOffice, account: GoogleAccount, text: str) -> None:
    with pytest.raises(CursorGoneError):
        account.event_changes(OWNER, context(world), Cursor(text))
    assert world.asked() == []


def test_a_page_that_google_no_longer_knows_is_a_dead_cursor(world: GoogleOffice, account: GoogleAccount) -> None:
    for number in range(5):
        world.add_event(hour(world, number))
    cursor = account.event_changes(OWNER, context(world)).cursor
    broken = Cursor(cursor.text[:-6] + 'zzz"]')
    with pytest.raises(CursorGoneError):
        account.event_changes(OWNER, context(world), broken)


def test_what_leaves_the_window_comes_as_an_object_without_entries(world: GoogleOffice, account: GoogleAccount) -> None:
    handle = world.add_event(hour(world))
    cursor = account.event_changes(OWNER, context(world)).cursor
    world.move_event(handle, hour(world, 60 * 24))
    page = account.event_changes(OWNER, context(world), cursor)
    assert [(upsert.id, upsert.events) for upsert in page.upserts] == [(handle, ())]


def test_a_calendar_that_goes_is_told_from_a_cursor_that_goes(world: GoogleOffice, account: GoogleAccount) -> None:
    cursor = account.event_changes(TEAM, context(world)).cursor
    world.office.faults.add(Fault(FaultKind.STATUS, status=404, code="notFound"))
    with pytest.raises(GoneError) as caught:
        account.event_changes(TEAM, context(world), cursor)
    assert not isinstance(caught.value, CursorGoneError)


def test_only_own_calendars_are_shown_until_shared_ones_are_allowed(world: GoogleOffice) -> None:
    world.office.vendor["google"]["shares"][BEN] = {OWNER: "reader"}
    with world.account(scopes=OWN) as account:
        assert {one.id for one in account.calendars()} == {OWNER, TEAM}
        with pytest.raises(ReconnectNeededError, match=r"calendar\.events\.readonly") as caught:
            account.event_changes(BEN, context(world))
        assert "--shared-calendars" in caught.value.advice
    with world.account() as account:
        found = {one.id: one for one in account.calendars()}
        assert (found[BEN].writable, found[OWNER].writable, found[TEAM].primary) == (False, True, False)
        account.event_changes(BEN, context(world))


def test_a_private_event_of_a_colleague_has_no_title(world: GoogleOffice, account: GoogleAccount) -> None:
    world.office.vendor["google"]["shares"][BEN] = {OWNER: "reader"}
    world.add(timed(hour(world)), calendar=BEN, title=CANARY, visibility="private")
    page = account.event_changes(BEN, context(world, keep_titles=True))
    assert [event.title for upsert in page.upserts for event in upsert.events] == [""]


def test_the_skew_of_the_clocks_is_that_of_the_last_answer(world: GoogleOffice, account: GoogleAccount) -> None:
    assert account.clock_skew() is None
    account.calendars()
    seen = account.clock_skew()
    world.pass_time(DAY)
    assert seen is not None
    assert account.clock_skew() == seen


def test_missing_scopes_are_named(world: GoogleOffice) -> None:
    with world.account(scopes=["calendar.calendarlist.readonly"]) as account:
        with pytest.raises(ReconnectNeededError, match=r"calendar\.events\.owned\.readonly"):
            account.event_changes(OWNER, context(world))
        with pytest.raises(ReconnectNeededError, match=r"gmail\.settings\.basic") as caught:
            account.read_auto_reply()
        assert "--allow replies" in caught.value.advice


def test_times_of_a_calendar_elsewhere_are_instants(world: GoogleOffice, account: GoogleAccount) -> None:
    at = int(datetime(2026, 3, 29, 1, 30, tzinfo=UTC).timestamp())  # after the clocks went forward in Berlin
    world.add(timed(Interval(at + 2 * HOUR, at + 3 * HOUR), "Europe/Berlin"), calendar=TEAM)
    assert [event.when for event in read(world, account, TEAM)] == [Interval(at, at + HOUR)]
