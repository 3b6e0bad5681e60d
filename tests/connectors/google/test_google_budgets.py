"""How many requests things cost, counted at the office."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from deepday.connect import ReadContext
from deepday.model import AutoReply, EventDraft, EventKind, Interval
from deepday.testing import Replica
from deepday_google.account import GoogleAccount
from tests.connectors.google.google_office import OWNER, GoogleOffice, google_office, timed

HOUR = 3600
DAY = 86_400
EVENTS = "/calendar/v3/calendars/owner%40example.com/events"
MARKER = "installation-1"


@pytest.fixture
def world() -> Iterator[GoogleOffice]:
    with google_office() as made:
        yield made


@pytest.fixture
def account(world: GoogleOffice) -> Iterator[GoogleAccount]:
    with world.account() as opened:
        yield opened


def context(world: GoogleOffice) -> ReadContext:
    return ReadContext(Interval(world.now() - 28 * DAY, world.now() + 90 * DAY), ZoneInfo("UTC"), OWNER)


def draft(world: GoogleOffice, kind: EventKind = EventKind.FOCUS_TIME) -> EventDraft:
    start = world.now() + DAY
    return EventDraft("dd0001", MARKER, Interval(start, start + 2 * HOUR), "Deep work", kind=kind)


def test_opening_and_asking_what_can_be_done_cost_nothing(world: GoogleOffice, account: GoogleAccount) -> None:
    account.capabilities()
    assert world.asked() == []


def test_a_sync_in_which_nothing_changed_is_one_request(world: GoogleOffice, account: GoogleAccount) -> None:
    for number in range(30):
        start = world.now() + number * HOUR
        world.add_event(Interval(start, start + HOUR))
    copy = Replica(account, OWNER, context(world))
    copy.read()
    world.asked()
    copy.read()
    assert world.asked() == [f"GET {EVENTS}"]


def test_a_first_sync_of_20000_events_takes_full_pages(world: GoogleOffice, account: GoogleAccount) -> None:
    for number in range(20_000):
        start = world.now() + number * 300
        world.add(timed(Interval(start, start + 300)))
    copy = Replica(account, OWNER, context(world))
    copy.read()
    assert len(copy.objects) == 20_000
    assert world.asked() == [f"GET {EVENTS}"] * 8


def test_no_call_refreshes_a_token_that_is_good(world: GoogleOffice, account: GoogleAccount) -> None:
    copy = Replica(account, OWNER, context(world))
    for _ in range(10):
        copy.read()
        account.read_auto_reply()
        world.pass_time(240)
    assert "POST /token" not in world.asked()
    world.pass_time(HOUR)
    copy.read()
    copy.read()
    assert world.asked().count("POST /token") == 1


@pytest.mark.parametrize("kind", list(EventKind))
def test_a_block_costs_one_request_each_to_make_move_and_delete(
    world: GoogleOffice, account: GoogleAccount, kind: EventKind
) -> None:
    made = account.create_event(OWNER, draft(world, kind))
    moved = account.move_event(made, Interval(made.when.start + HOUR, made.when.end + HOUR))
    account.delete_event(moved)
    assert world.asked() == [f"POST {EVENTS}", f"PATCH {EVENTS}/dd0001", f"DELETE {EVENTS}/dd0001"]


def test_looking_a_block_up_is_one_request(world: GoogleOffice, account: GoogleAccount) -> None:
    account.create_event(OWNER, draft(world))
    world.asked()
    account.find_event(OWNER, "dd0001", MARKER)
    account.find_ours(OWNER, context(world).window, MARKER)
    assert world.asked() == [f"GET {EVENTS}/dd0001", f"GET {EVENTS}"]


def test_a_reply_costs_one_request_to_set_and_two_to_restore(world: GoogleOffice, account: GoogleAccount) -> None:
    reply = AutoReply(enabled=True, text="Away", start=world.now(), until=world.now() + HOUR)
    settled = account.set_auto_reply(reply)
    assert len(world.asked()) == 1
    account.restore_auto_reply([settled], AutoReply())
    assert [call.partition(" ")[0] for call in world.asked()] == ["GET", "PUT"]


def test_the_calendars_are_one_request(world: GoogleOffice, account: GoogleAccount) -> None:
    account.calendars()
    assert world.asked() == ["GET /calendar/v3/users/me/calendarList"]
