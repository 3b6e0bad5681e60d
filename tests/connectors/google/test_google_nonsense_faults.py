"""Answers that Google would not give, and that must do no harm."""

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest

from deepday.connect import ReadContext
from deepday.errors import CursorGoneError, FatalError, GoneError
from deepday.model import Interval
from deepday.testing import Replica
from deepday_google.account import GoogleAccount
from deepday_sandbox.office import Fault, FaultKind
from tests.connectors.google.google_office import OWNER, GoogleOffice, google_office

DAY = 86_400


@pytest.fixture
def world() -> Iterator[GoogleOffice]:
    with google_office() as made:
        yield made


@pytest.fixture
def account(world: GoogleOffice) -> Iterator[GoogleAccount]:
    with world.account() as opened:
        yield opened


def context(world: GoogleOffice) -> ReadContext:
    return ReadContext(Interval(world.now() - DAY, world.now() + DAY), ZoneInfo("UTC"), OWNER)


def answer(world: GoogleOffice, body: str, times: int = 1) -> None:
    headers = {"content-type": "application/json"}
    fault = Fault(FaultKind.INSTEAD, status=200, headers=headers, content=body.encode(), times=times)
    world.office.faults.add(fault)


@pytest.mark.parametrize("call", ["calendars", "events", "ours"])
def test_a_list_whose_next_page_is_the_same_page_is_left(
    world: GoogleOffice, account: GoogleAccount, call: str
) -> None:
    answer(world, '{"nextPageToken": "again", "items": []}', times=-1)
    calls: dict[str, Callable[[], object]] = {
        "calendars": account.calendars,
        "events": lambda: Replica(account, OWNER, context(world)).read(),
        "ours": lambda: account.find_ours(OWNER, context(world).window, "marker"),
    }
    with pytest.raises(FatalError, match="does not end"):
        calls[call]()
    assert len(world.asked()) == 2


def test_a_list_without_an_end_and_a_next_page_gives_no_cursor(world: GoogleOffice, account: GoogleAccount) -> None:
    answer(world, '{"items": []}')
    with pytest.raises(FatalError):
        account.event_changes(OWNER, context(world))


def test_what_cannot_be_used_is_said(world: GoogleOffice, account: GoogleAccount) -> None:
    body = '{"nextSyncToken": "s", "items": [{"id": "e1", "start": {"dateTime": "soon"}}, {"status": "cancelled"}, 7]}'
    answer(world, body)
    page = account.event_changes(OWNER, context(world))
    assert [(one.source, one.where) for one in page.skipped] == [(OWNER, "e1"), (OWNER, "")]
    assert (page.upserts, page.removals) == ((), ())


@pytest.mark.parametrize("content", [b"", b"<html>gone</html>", b'{"error": {"code": 410, "status": "GONE"}}'])
def test_any_410_of_a_following_call_is_a_dead_cursor(
    world: GoogleOffice, account: GoogleAccount, content: bytes
) -> None:
    cursor = account.event_changes(OWNER, context(world)).cursor
    fault = Fault(FaultKind.INSTEAD, status=410, content=content, times=2)
    world.office.faults.add(fault)
    with pytest.raises(CursorGoneError):
        account.event_changes(OWNER, context(world), cursor)
    with pytest.raises(GoneError) as caught:
        account.event_changes(OWNER, context(world))
    assert not isinstance(caught.value, CursorGoneError)
