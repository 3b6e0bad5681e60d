"""Every call against every fault of the matrix: the right error, nothing lost, nothing doubled, nothing told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from deepday.connect import Refresh
from deepday.connect.http import Limits
from deepday.errors import ConflictError, CursorGoneError, DeepdayError, OutcomeUnknownError, RetryLaterError
from deepday.model import AutoReply, Availability, EventDraft, Interval, Presence, Secret, Status, TokenSet, Watch
from deepday.testing import Replica, listening
from deepday_microsoft import MicrosoftConnector
from deepday_microsoft.account import MicrosoftAccount
from deepday_microsoft.part import Tuning
from tests.connectors.fault_matrix import CANARY, MATRIX, SECONDS, UNREACHABLE, Row, wait_is_sane
from tests.connectors.microsoft.microsoft_office import ADA, EARLIER, HINTS, MicrosoftOffice, serve, with_hook

HOUR, DAY = 3600, 86_400
TITLE = "canary-title-of-a-meeting"
MARKER = "installation-1"
LIMITS = Limits(total=SECONDS, connect=SECONDS, size=1_000_000)
NUMBERS = count(1)


class Keeper:
    """Tokens that are never over, so that one account serves every cell."""

    def __init__(self, tokens: TokenSet) -> None:
        self.tokens = tokens

    def fresh(self, refresh: Refresh) -> TokenSet:  # noqa: ARG002
        return self.tokens

    def renewed(self, refused: TokenSet, refresh: Refresh) -> TokenSet:  # noqa: ARG002
        return self.tokens

    def save(self, tokens: TokenSet) -> None:
        self.tokens = tokens


@dataclass(frozen=True)
class World:
    office: MicrosoftOffice
    account: MicrosoftAccount
    keeper: Keeper

    def soon(self, hours: int = 1) -> int:
        return self.office.now() + hours * HOUR

    def draft(self) -> EventDraft:
        number = next(NUMBERS)
        start = self.office.now() // HOUR * HOUR + number % 600 * HOUR
        return EventDraft(f"dd{number:05}", MARKER, Interval(start, start + HOUR), TITLE)

    def watch(self) -> Watch:
        until = self.soon()
        return Watch(f"w{next(NUMBERS)}", self.office.calendar(), f"{HINTS}/hook", Secret("s" * 32), until)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with serve(next(EARLIER)) as office, with_hook(office):
        keeper = Keeper(office.tokens())
        options = office.options(**{"object-id": office.object_id()})
        connector = MicrosoftConnector(LIMITS, Tuning(page=50))
        with connector.open_account(ADA, options, keeper, office.clock) as account:
            for _ in range(3):
                account.create_event(office.calendar(), World(office, account, keeper).draft())
            office.add_series([Interval(office.now(), office.now() + HOUR)] * 2, TITLE)
            yield World(office, account, keeper)


Call = Callable[[World], Callable[[], Any]]


def following(world: World) -> Callable[[], Any]:
    copy = Replica(world.account, world.office.calendar(), world.office.context())
    copy.read()
    return lambda: world.account.event_changes(world.office.calendar(), world.office.context(), copy.cursor)


def together(world: World) -> Callable[[], Any]:
    found = following(world)().cursor
    wanted = [(world.office.calendar(), world.office.context(), found)] * 2
    return lambda: world.account.prefetch(wanted)


def created(world: World) -> Callable[[], Any]:
    draft = world.draft()
    return lambda: world.account.create_event(world.office.calendar(), draft)


def moved(world: World) -> Callable[[], Any]:
    made, other = created(world)(), world.draft()
    return lambda: world.account.move_event(made, other.when)


def deleted(world: World) -> Callable[[], Any]:
    made = created(world)()
    return lambda: world.account.delete_event(made)


def watched(world: World) -> Callable[[], Any]:
    watch = world.watch()
    return lambda: world.account.watch_calendar(watch)


def renewed(world: World) -> Callable[[], Any]:
    watch = world.account.watch_calendar(world.watch())
    return lambda: world.account.renew_watch(watch, world.soon(2))


def stopped(world: World) -> Callable[[], Any]:
    watch = world.account.watch_calendar(world.watch())
    return lambda: world.account.stop_watch(watch)


READS: dict[str, tuple[str, str, Call]] = {
    "calendars": ("GET", "calendars", lambda world: world.account.calendars),
    "full reading": (
        "GET",
        "delta",
        lambda world: lambda: world.account.event_changes(world.office.calendar(), world.office.context()),
    ),
    "following reading": ("GET", "delta", following),
    "many calendars": ("POST", "batch", together),
    "markers": (
        "POST",
        "batch",
        lambda world: lambda: Replica(world.account, world.office.calendar(), world.office.context()).read(),
    ),
    "find event": (
        "GET",
        "events",
        lambda world: lambda: world.account.find_event(world.office.calendar(), "dd00001", MARKER),
    ),
    "find ours": (
        "GET",
        "events",
        lambda world: lambda: world.account.find_ours(world.office.calendar(), Interval(0, 1 << 40), MARKER),
    ),
    "invitations": (
        "GET",
        "calendarView",
        lambda world: lambda: world.account.invitations(world.office.calendar(), Interval(world.soon(0), world.soon())),
    ),
    "read reply": ("GET", "mailboxSettings", lambda world: world.account.read_auto_reply),
    "read status": ("GET", "presence", lambda world: world.account.read_status),
    "read presence": ("GET", "presence", lambda world: world.account.read_presence),
}
WRITES: dict[str, tuple[str, str, Call]] = {
    "create": ("POST", "events", created),
    "move": ("PATCH", "events", moved),
    "delete": ("DELETE", "events", deleted),
    "set reply": (
        "PATCH",
        "mailboxSettings",
        lambda world: lambda: world.account.set_auto_reply(AutoReply(enabled=True, text=TITLE, until=world.soon())),
    ),
    "set status": (
        "POST",
        "setStatusMessage",
        lambda world: lambda: world.account.set_status(Status(TITLE, "", world.soon())),
    ),
    "set presence": (
        "POST",
        "setUserPreferredPresence",
        lambda world: lambda: world.account.set_presence(Presence(Availability.BUSY, world.soon())),
    ),
    "clear presence": (
        "POST",
        "clearUserPreferredPresence",
        lambda world: lambda: world.account.set_presence(Presence()),
    ),
    "watch": ("POST", "subscriptions", watched),
    "renew": ("PATCH", "subscriptions", renewed),
    "stop": ("DELETE", "subscriptions", stopped),
}
SLOW = {"stall before it was done", "stall after it was done", "slow drip"}
SLOW_READS = {"following reading", "many calendars", "read presence"}  # the rest goes through the same few lines
UNREAD = {"delete", "stop", "set status", "set presence", "clear presence"}  # no answer is looked into
UNREAD_ROWS = {"empty body", "wrong type", "HTML with 200", "truncated", "slow drip"}  # of nothing, nothing is missing
GONE = {"delete", "stop"}  # that it is gone is what was wanted


def tried(world: World, call: Callable[[], Any]) -> DeepdayError | None:
    """Call, and make sure that neither error nor log tells what nobody may see."""
    error: DeepdayError | None = None
    with listening() as logged:
        try:
            call()
        except DeepdayError as raised:
            error = raised
    told = "\n".join([repr(error), str(getattr(error, "what", "")), str(getattr(error, "advice", "")), *logged])
    for secret in (CANARY, TITLE, world.keeper.tokens.access.reveal()):
        assert secret not in told
    if isinstance(error, RetryLaterError):
        assert wait_is_sane(error)
    return error


def cells(calls: dict[str, Any], slow: set[str]) -> list[Any]:
    return [
        pytest.param(name, row, id=f"{name}-{row}")
        for name in calls
        for row in MATRIX
        if row.name not in SLOW or name in slow
    ]


@pytest.mark.parametrize(("name", "row"), cells(READS, SLOW_READS))
def test_reads(world: World, name: str, row: Row) -> None:
    method, path, make = READS[name]
    call = make(world)
    world.office.office.faults.add(row.fault(path, method))
    try:
        error = tried(world, call)
    finally:
        world.office.office.faults.clear()
    assert row.right(error, writes=False), repr(error)
    if row.name == "410" and name == "following reading":
        assert isinstance(error, CursorGoneError)
    # Nothing is worse than before; a busy machine may once be slower than the limit.
    assert any(tried(world, call) is None for _ in range(3))


@pytest.mark.parametrize(("name", "row"), cells(WRITES, set(WRITES)))
def test_writes(world: World, name: str, row: Row) -> None:
    method, path, make = WRITES[name]
    call = make(world)
    before = len(world.office.events())
    world.office.office.faults.add(row.fault(path, method))
    try:
        error = tried(world, call)
    finally:
        world.office.office.faults.clear()
    fine = (name in UNREAD and row.name in UNREAD_ROWS) or (name in GONE and row.name in {"404", "410"})
    if fine and row.name == "truncated":  # the end of an empty answer may come before its beginning is read
        assert error is None or row.right(error, writes=True), error
    else:
        assert (error is None) if fine else row.right(error, writes=True), error
    added = len(world.office.events()) - before
    assert added in {"create": (0, 1), "delete": (0, -1)}.get(name, (0,))
    if row.done is not None and name == "create":
        assert added == row.done
    again = tried(world, call)
    if row.name == "truncated" and isinstance(again, OutcomeUnknownError):  # sent on the connection that was hung up
        again = tried(world, call)
    # A move that was done has a newer version: doing it again blindly is refused.
    assert again is None or (name == "move" and row.done is not False and isinstance(again, ConflictError))
    assert len(world.office.events()) - before == {"create": 1, "delete": -1}.get(name, 0)


@pytest.mark.parametrize("row", MATRIX, ids=str)
def test_a_decline_that_fails_told_the_organiser_once_or_not_yet(world: World, row: Row) -> None:
    handle = world.office.invite([world.draft().when], TITLE)
    asked = world.account.find_invitation(world.office.calendar(), handle)
    assert asked is not None
    world.office.office.calendars.told.clear()
    world.office.office.faults.add(row.fault("/decline", "POST"))
    try:
        error = tried(world, lambda: world.account.decline_invitation(asked, TITLE))
    finally:
        world.office.office.faults.clear()
    if row.name in UNREAD_ROWS:
        assert error is None or row.right(error, writes=True), error
    else:
        assert row.right(error, writes=True), error
    tried(world, lambda: world.account.find_invitation(world.office.calendar(), handle))  # may meet the broken line
    now = world.account.find_invitation(world.office.calendar(), handle)
    if now is not None:
        world.account.decline_invitation(now, TITLE)
    assert len(world.office.organisers_told()) == 1
    if row.done is not None:
        assert (now is None) is row.done


@pytest.mark.parametrize(("what", "address"), UNREACHABLE)
def test_an_office_that_cannot_be_reached_is_asked_later(world: World, what: str, address: str) -> None:
    base = address.format(port=world.office.base.rsplit(":", 1)[1])
    options = {**world.office.options(), "base-url": base, "object-id": world.office.object_id()}
    with MicrosoftConnector(LIMITS).open_account(ADA, options, world.keeper, world.office.clock) as account:
        there = World(world.office, account, world.keeper)
        for call in (account.calendars, account.read_presence, created(there), watched(there)):
            error = tried(there, call)
            assert isinstance(error, RetryLaterError), (what, error)
            assert not isinstance(error, OutcomeUnknownError)


def test_a_series_that_goes_while_it_is_read_leaves_nothing_behind() -> None:
    with serve() as office, office.opened(tuning=Tuning(page=1)) as account:
        start = office.now()
        handle = office.add_series([Interval(start, start + HOUR)] * 3)
        copy = Replica(account, office.calendar(), office.context())
        assert copy.read_page().more
        office.delete_event(handle)
        copy.read()
        assert copy.times() == []
