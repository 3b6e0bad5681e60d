"""Writing blocks: what Google is sent, and what is done where it refuses."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from deepday.connect import Port
from deepday.errors import ConflictError, FatalError, GoneError, ReconnectNeededError, RetryLaterError, UnsupportedError
from deepday.model import DateRange, EventDraft, EventKind, Interval, ShowAs
from deepday_google.account import GoogleAccount
from deepday_google.translate import event_body
from deepday_sandbox.office import Fault, FaultKind, Timed
from tests.connectors.google.google_office import CANARY, CARA, OWNER, TEAM, GoogleOffice, google_office, timed

HOUR = 3600
DAY = 86_400
MARKER = "installation-1"


@pytest.fixture
def world() -> Iterator[GoogleOffice]:
    with google_office() as made:
        yield made


@pytest.fixture
def account(world: GoogleOffice) -> Iterator[GoogleAccount]:
    with world.account() as opened:
        yield opened


def draft(world: GoogleOffice, **given: Any) -> EventDraft:
    start = world.now() + DAY
    usual = {"key": "dd0001", "marker": MARKER, "when": Interval(start, start + 2 * HOUR), "title": "Deep work"}
    return EventDraft(**{**usual, **given})


def refuse(world: GoogleOffice, status: int, reason: str, times: int = 1) -> None:
    world.office.faults.add(Fault(FaultKind.STATUS, method="POST", status=status, code=reason, times=times))


def test_a_focus_time_event_declines_nobody_and_silences_chat(world: GoogleOffice, account: GoogleAccount) -> None:
    made = account.create_event(OWNER, draft(world, kind=EventKind.FOCUS_TIME, description="why"))
    assert made.kind is EventKind.FOCUS_TIME
    entry = world.stored().entries["dd0001"]
    assert entry.kind is EventKind.FOCUS_TIME
    assert (entry.description, entry.guests) == ("", ())
    assert entry.extra["google"]["focusTimeProperties"] == {
        "autoDeclineMode": "declineNone",
        "chatStatus": "doNotDisturb",
    }


def test_an_out_of_office_event_declines_nobody(world: GoogleOffice, account: GoogleAccount) -> None:
    made = account.create_event(OWNER, draft(world, kind=EventKind.OUT_OF_OFFICE, description="why"))
    assert (made.kind, made.show_as) == (EventKind.OUT_OF_OFFICE, ShowAs.OUT_OF_OFFICE)
    assert world.stored().entries["dd0001"].extra["google"]["outOfOfficeProperties"] == {
        "autoDeclineMode": "declineNone"
    }


def test_a_plain_event_keeps_its_words_and_is_private_where_asked(world: GoogleOffice, account: GoogleAccount) -> None:
    made = account.create_event(OWNER, draft(world, description="why", private=True, zone="Europe/Berlin"))
    entry = world.stored().entries["dd0001"]
    assert (entry.title, entry.description, entry.visibility) == ("Deep work", "why", "private")
    assert isinstance(entry.when, Timed)
    assert entry.when.zone == "Europe/Berlin"
    assert made.when == draft(world).when


def test_a_move_leaves_the_zone_and_everything_else(world: GoogleOffice, account: GoogleAccount) -> None:
    made = account.create_event(OWNER, draft(world, zone="Europe/Berlin", kind=EventKind.FOCUS_TIME))
    before = world.stored().entries["dd0001"]
    account.move_event(made, Interval(made.when.start + HOUR, made.when.end + HOUR))
    after = world.stored().entries["dd0001"]
    assert isinstance(after.when, Timed)
    assert after.when.zone == "Europe/Berlin"
    assert (after.title, after.kind) == (before.title, before.kind)
    assert after.extra["google"].items() >= before.extra["google"].items()


@pytest.mark.parametrize(
    ("shown", "body"),
    [
        (ShowAs.BUSY, {"transparency": "opaque"}),
        (ShowAs.OUT_OF_OFFICE, {"transparency": "opaque"}),
        (ShowAs.FREE, {"transparency": "transparent"}),
        (ShowAs.WORKING_ELSEWHERE, {"transparency": "transparent"}),
        (ShowAs.TENTATIVE, {"transparency": "opaque", "status": "tentative"}),
    ],
)
def test_how_the_time_is_shown_is_sent(world: GoogleOffice, shown: ShowAs, body: dict[str, str]) -> None:
    sent = event_body(draft(world, show_as=shown), EventKind.DEFAULT)
    assert body.items() <= sent.items()


@pytest.mark.parametrize("kind", [EventKind.FOCUS_TIME, EventKind.OUT_OF_OFFICE])
def test_where_the_kind_is_refused_a_plain_event_is_made_and_said(world: GoogleOffice, kind: EventKind) -> None:
    with world.account(CARA) as account:
        made = account.create_event("primary", draft(world, kind=kind))
        assert (made.kind, made.show_as) == (EventKind.DEFAULT, ShowAs.BUSY)
        words = " ".join(one.words for one in account.capabilities().degraded if one.port is Port.EVENT_WRITER)
        assert "on this account: a plain busy event is used" in words
        world.asked()
        account.create_event("primary", draft(world, kind=kind, key="dd0002"))
        assert len(world.asked()) == 1  # it is not tried again


@pytest.mark.parametrize(
    ("status", "reason"), [(400, "malformedFocusTimeEvent"), (400, "invalid"), (403, "eventTypeRestriction")]
)
def test_any_refusal_of_the_kind_leads_to_a_plain_event(
    world: GoogleOffice, account: GoogleAccount, status: int, reason: str
) -> None:
    refuse(world, status, reason)
    assert account.create_event(OWNER, draft(world, kind=EventKind.FOCUS_TIME)).kind is EventKind.DEFAULT
    assert len(world.events()) == 1


@pytest.mark.parametrize(
    ("status", "reason", "error"),
    [
        (403, "rateLimitExceeded", RetryLaterError),
        (403, "quotaExceeded", RetryLaterError),
        (403, "insufficientPermissions", ReconnectNeededError),
        (403, "accessNotConfigured", ReconnectNeededError),
    ],
)
def test_what_is_no_refusal_of_the_kind_is_not_taken_for_one(
    world: GoogleOffice, account: GoogleAccount, status: int, reason: str, error: type[Exception]
) -> None:
    refuse(world, status, reason)
    with pytest.raises(error):
        account.create_event(OWNER, draft(world, kind=EventKind.FOCUS_TIME))
    assert world.events() == []
    assert not account.refused_kinds


def test_a_calendar_without_focus_time_takes_it_from_no_other(world: GoogleOffice, account: GoogleAccount) -> None:
    assert account.create_event(TEAM, draft(world, kind=EventKind.FOCUS_TIME)).kind is EventKind.DEFAULT
    assert account.create_event(OWNER, draft(world, kind=EventKind.FOCUS_TIME)).kind is EventKind.FOCUS_TIME
    words = [one.words for one in account.capabilities().degraded if one.port is Port.EVENT_WRITER]
    assert words == ["No focus-time events but in the primary calendar: a plain busy event is used."]


def test_an_event_that_is_refused_as_a_plain_one_too_is_an_error(world: GoogleOffice, account: GoogleAccount) -> None:
    refuse(world, 400, "invalid", times=2)
    with pytest.raises(FatalError):
        account.create_event(OWNER, draft(world, kind=EventKind.FOCUS_TIME))
    assert not account.refused_kinds


def test_a_plain_event_whose_first_answer_was_lost_is_adopted(world: GoogleOffice, account: GoogleAccount) -> None:
    account.create_event(OWNER, draft(world))
    refuse(world, 400, "eventTypeRestriction")
    adopted = account.create_event(OWNER, draft(world, kind=EventKind.FOCUS_TIME))
    assert adopted.kind is EventKind.DEFAULT
    assert len(world.events()) == 1


def test_a_calendar_that_may_not_be_written_is_left_alone(world: GoogleOffice) -> None:
    world.office.vendor["google"]["shares"][CARA] = {OWNER: "reader"}
    with world.account(scopes=["calendar.events"]) as account, pytest.raises(UnsupportedError):
        account.create_event(CARA, draft(world))


def test_an_id_of_somebody_else_is_not_taken_over(world: GoogleOffice, account: GoogleAccount) -> None:
    handle = world.add_event(draft(world).when, "Stand-up")
    with pytest.raises(ConflictError):
        account.create_event(OWNER, draft(world, key=handle))
    assert account.find_event(OWNER, handle, MARKER) is None


def test_an_event_without_our_marker_is_not_touched(world: GoogleOffice, account: GoogleAccount) -> None:
    made = account.create_event(OWNER, draft(world))
    world.asked()
    with pytest.raises(ConflictError):
        account.delete_event(replace(made, marker=""))
    assert world.asked() == []


def test_all_of_ours_are_found_over_all_pages(world: GoogleOffice, account: GoogleAccount) -> None:
    for number in range(5):
        account.create_event(OWNER, draft(world, key=f"dd000{number}"))
    world.office.vendor["google"]["empty_pages"] = True
    world.asked()
    found = account.find_ours(OWNER, Interval(world.now(), world.now() + 3 * DAY), MARKER)
    assert len(found) == 5
    assert len(world.asked()) == 2


def test_a_block_that_somebody_made_all_day_has_the_calendar_s_midnights(
    world: GoogleOffice, account: GoogleAccount
) -> None:
    account.create_event(TEAM, draft(world))
    entry = world.stored(TEAM).entries["dd0001"]
    assert isinstance(entry.when, Timed)
    day = entry.when.start.date()
    world.office.calendars.update(TEAM, replace(entry, when=DateRange(day, day.replace(day=day.day + 1))))
    (found,) = account.find_ours(TEAM, Interval(world.now(), world.now() + 3 * DAY), MARKER)
    assert found.when.seconds == DAY
    assert found.when.start % DAY == 23 * HOUR  # midnight in Berlin
    assert account.move_event(found, draft(world).when).when == draft(world).when


def test_a_deleted_event_whose_etag_moved_is_gone_and_deleting_it_again_is_fine(
    world: GoogleOffice, account: GoogleAccount
) -> None:
    made = account.create_event(OWNER, draft(world))
    world.delete_event(made.id)
    account.delete_event(made)
    with pytest.raises(GoneError):
        account.move_event(made, made.when)
    assert world.events() == []


def test_no_more_of_an_event_is_looked_at_than_is_needed(world: GoogleOffice, account: GoogleAccount) -> None:
    handle = world.add(timed(draft(world).when), description=CANARY, location=CANARY)
    with pytest.raises(ConflictError):
        account.create_event(OWNER, draft(world, key=handle))
    asked = [path for method, path, _ in world.exchanges.seen if method != "DELETE"]
    assert all("fields=" in path and "description" not in path for path in asked)


def test_everybody_is_left_in_peace(world: GoogleOffice, account: GoogleAccount) -> None:
    made = account.create_event(OWNER, draft(world, kind=EventKind.OUT_OF_OFFICE))
    moved = account.move_event(made, Interval(made.when.start + HOUR, made.when.end + HOUR))
    account.delete_event(moved)
    writes = [path for method, path, _ in world.exchanges.seen if method != "GET"]
    assert all("sendUpdates=none" in path for path in writes)
    body = json.dumps(event_body(draft(world), EventKind.DEFAULT))
    assert "attendees" not in body


def test_the_repeated_hour_is_exact(world: GoogleOffice) -> None:
    start = int(datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp())  # 02:00 in Berlin, for the second time
    body = event_body(draft(world, when=Interval(start, start + HOUR), zone="Europe/Berlin"), EventKind.DEFAULT)
    assert body["start"] == {"dateTime": "2026-10-25T02:00:00+01:00", "timeZone": "Europe/Berlin"}


def test_others_events_stay_as_they_are(world: GoogleOffice, account: GoogleAccount) -> None:
    world.add(timed(draft(world).when), title="Stand-up")
    before = world.stored().entries["event0001"]
    account.delete_event(account.create_event(OWNER, draft(world)))
    assert world.stored().entries["event0001"] == before
