"""Every call of the Google connector against every way to fail: the right error, nothing lost, nothing twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deepday.connect import ReadContext
from deepday.connect.http import Limits
from deepday.errors import DeepdayError, ReconnectNeededError, RetryLaterError
from deepday.model import AutoReply, EventDraft, EventKind, Interval, Invitation, Response, Secret, Watch, WrittenEvent
from deepday.testing import listening
from deepday_google.account import GoogleAccount
from tests.connectors.fault_matrix import CANARY as ANSWER
from tests.connectors.fault_matrix import MATRIX, SECONDS, UNREACHABLE, Row, wait_is_sane
from tests.connectors.google.google_office import BEN, CANARY, OWNER, GoogleOffice, google_office

HOUR = 3600
DAY = 86_400
MARKER = "installation-1"
TIGHT = Limits(total=SECONDS, connect=SECONDS, size=1_000_000)


@pytest.fixture(scope="module")
def world() -> Iterator[GoogleOffice]:
    with google_office() as made:
        yield made


@pytest.fixture(scope="module")
def account(world: GoogleOffice) -> Iterator[GoogleAccount]:
    with world.account(limits=TIGHT) as opened:
        yield opened


@pytest.fixture(scope="module")
def calm(world: GoogleOffice) -> Iterator[GoogleAccount]:
    with world.account() as opened:
        yield opened


@dataclass
class Scene:
    """What a call finds: an account, an event of ours, and numbers of its own."""

    world: GoogleOffice
    account: GoogleAccount
    number: int = 0

    def context(self) -> ReadContext:
        return ReadContext(Interval(self.world.now(), self.world.now() + 9 * DAY), ZoneInfo("UTC"), OWNER)

    def draft(self, kind: EventKind = EventKind.DEFAULT) -> EventDraft:
        start = self.world.now() + DAY
        key = f"dd{self.number:05}"
        return EventDraft(key, MARKER, Interval(start, start + HOUR), CANARY, description=CANARY, kind=kind)

    def made(self) -> WrittenEvent:
        return self.account.create_event(OWNER, self.draft())

    def invited(self) -> Invitation:
        start = self.world.now() + DAY
        handle = self.world.invite([Interval(start, start + HOUR)], CANARY)
        found = self.account.find_invitation(OWNER, handle)
        assert found is not None
        return found

    def reply(self) -> AutoReply:
        now = self.world.now()
        return AutoReply(enabled=True, text=CANARY, start=now, until=now + HOUR)

    def watch(self) -> Watch:
        until = self.world.now() + HOUR
        return Watch(f"watch-{self.number}", OWNER, "https://127.0.0.1:9/hints", Secret(CANARY), until)


@dataclass(frozen=True)
class Call:
    """One call: what goes before, and the call itself. ``method`` and ``path`` are those of the request that fails.

    ``silent``: nothing is answered to it, so that an empty answer is the right one. ``fine``: the refusals after which
    it has what it wanted. ``conditional``: of a conflict it says first what became of the event, by looking.
    """

    name: str
    before: Callable[[Scene], Any]
    call: Callable[[Scene, Any], Any]
    path: str
    method: str = "GET"
    silent: bool = False
    fine: frozenset[str] = frozenset()
    conditional: bool = False

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    def __str__(self) -> str:
        return self.name


def nothing(scene: Scene) -> None:
    del scene


VACATION = "/settings/vacation"
CALLS = (
    Call("calendars", nothing, lambda scene, _: scene.account.calendars(), "calendarList"),
    Call("event_changes", nothing, lambda scene, _: scene.account.event_changes(OWNER, scene.context()), "/events\\?"),
    Call(
        "event_changes since",
        lambda scene: scene.account.event_changes(OWNER, scene.context()).cursor,
        lambda scene, cursor: scene.account.event_changes(OWNER, scene.context(), cursor),
        "syncToken",
    ),
    Call(
        "find_event",
        lambda scene: scene.made(),
        lambda scene, made: scene.account.find_event(OWNER, made.key, MARKER),
        "/events/dd",
        fine=frozenset({"404", "410"}),
    ),
    Call(
        "find_ours",
        lambda scene: scene.made(),
        lambda scene, _: scene.account.find_ours(OWNER, scene.context().window, MARKER),
        "privateExtendedProperty",
    ),
    Call("create_event", nothing, lambda scene, _: scene.made(), "/events\\?", "POST", conditional=True),
    Call(
        "create_event of a kind",
        nothing,
        lambda scene, _: scene.account.create_event(OWNER, scene.draft(EventKind.FOCUS_TIME)),
        "/events\\?",
        "POST",
        conditional=True,
    ),
    Call(
        "move_event",
        lambda scene: scene.made(),
        lambda scene, made: scene.account.move_event(made, Interval(made.when.start + HOUR, made.when.end + HOUR)),
        "/events/dd",
        "PATCH",
    ),
    Call(
        "delete_event",
        lambda scene: scene.made(),
        lambda scene, made: scene.account.delete_event(made),
        "/events/dd",
        "DELETE",
        silent=True,
        fine=frozenset({"404", "410"}),
    ),
    Call("read_auto_reply", nothing, lambda scene, _: scene.account.read_auto_reply(), VACATION),
    Call("set_auto_reply", nothing, lambda scene, _: scene.account.set_auto_reply(scene.reply()), VACATION, "PUT"),
    Call("watch_calendar", nothing, lambda scene, _: scene.account.watch_calendar(scene.watch()), "/watch", "POST"),
    Call(
        "stop_watch",
        lambda scene: scene.account.watch_calendar(scene.watch()),
        lambda scene, watch: scene.account.stop_watch(watch),
        "/channels/stop",
        "POST",
        silent=True,
        fine=frozenset({"404", "410"}),
    ),
    Call(
        "invitations",
        lambda scene: scene.invited(),
        lambda scene, _: scene.account.invitations(OWNER, scene.context().window),
        "/events\\?",
    ),
    Call(
        "decline_invitation",
        lambda scene: scene.invited(),
        lambda scene, asked: scene.account.decline_invitation(asked, CANARY),
        "/events/event",
        "PATCH",
    ),
    Call(
        "ensure_own_calendar",
        nothing,
        lambda scene, _: scene.account.ensure_own_calendar("Deep work", MARKER),
        "/calendars\\?",
        "POST",
    ),
)
_NUMBERS = iter(range(100_000))


def attempt(scene: Scene, call: Call, given: Any) -> tuple[DeepdayError | None, str]:
    """Call; return the error and everything that was told meanwhile."""
    error = None
    with listening() as logged:
        try:
            call.call(scene, given)
        except DeepdayError as raised:
            error = raised
    told = "\n".join(logged) + (f"{error!r} {error} {error.what} {error.advice}" if error else "")
    return error, told


def is_right(call: Call, row: Row, error: DeepdayError | None) -> bool:
    if row.name in call.fine or (call.silent and row.name in {"empty body", "truncated", "slow drip"}):
        return error is None
    if row.name == "409" and call.conditional:
        return isinstance(error, DeepdayError)  # it looked, and there was nothing
    return row.right(error, writes=call.writes)


@pytest.mark.parametrize("row", MATRIX, ids=str)
@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_call_that_fails_says_what_to_do(
    world: GoogleOffice, account: GoogleAccount, calm: GoogleAccount, call: Call, row: Row
) -> None:
    scene = Scene(world, account, next(_NUMBERS))
    account.refused_kinds.clear()
    given = call.before(Scene(world, calm, scene.number))
    before = state(world)
    fault = row.fault(call.path, call.method)
    if row.name == "403":
        fault.code = "forbidden"  # Google's usual 403 is "call less often"
    world.office.faults.add(fault)
    world.asked()
    try:
        error, told = attempt(scene, call, given)
    finally:
        world.office.faults.clear()
    assert is_right(call, row, error), repr(error)
    if isinstance(error, RetryLaterError):
        assert wait_is_sane(error)
    tries = [one for one in world.asked() if one.startswith(f"{call.method} ") and "/token" not in one]
    with_other_words = call.name == "create_event of a kind" and row.name in {"400", "403"}
    assert len(tries) <= (2 if with_other_words or row.name == "401 for ever" else 1), "a request was sent twice"
    token = scene.account.session._tokens(None).access.reveal()
    assert not any(secret in told for secret in (CANARY, ANSWER, token, OWNER, "owner%40"))
    if call.writes and row.done is not None:
        assert (state(world) != before) is row.done
    finished(Scene(world, calm, scene.number), call, given)


def state(world: GoogleOffice) -> object:
    """Return what the calls can change."""
    with world.office.lock:
        stored = world.stored().entries.items()
        entries = {name: (entry.when, entry.deleted, entry.guests) for name, entry in stored}
        reply = dict(world.office.settings.reply(OWNER).google)
        own = [one.id for one in world.office.calendars.of(OWNER)]
        return entries, reply, set(world.office.vendor["google"]["channels"]), own


def finished(scene: Scene, call: Call, given: Any) -> None:
    """Do what the caller would do next, and check that it is done once; then leave the office as it was."""
    account, world, key = scene.account, scene.world, scene.draft().key
    if call.name.startswith("create_event"):
        account.create_event(OWNER, scene.draft())
        assert [name for name in world.stored().entries if name.startswith(key)] == [key]
    elif call.name == "move_event":
        found = account.find_event(OWNER, key, MARKER)
        assert found is not None
        assert found.when.start - given.when.start in {0, HOUR}
    elif call.name == "decline_invitation":
        now = account.find_invitation(OWNER, given.id)
        assert now is not None
        account.decline_invitation(now, CANARY)
        assert world.responses(given.id) == [Response.DECLINED]
        assert len(world.organisers_told()) == 1
        world.office.calendars.told.clear()
    elif call.name == "ensure_own_calendar":
        made = account.ensure_own_calendar("Deep work", MARKER)
        assert len([one for one in world.office.calendars.of(OWNER) if one.name == "Deep work"]) == 1
        assert account.remove_own_calendar(made.id, MARKER)
    elif call.name == "stop_watch":
        account.stop_watch(given)
        assert world.office.vendor["google"]["channels"] == {}
    elif call.name == "set_auto_reply":
        account.set_auto_reply(scene.reply())
        assert world.shown_auto_reply().text == CANARY
    with world.office.lock:
        for calendar in (world.stored(), world.stored(BEN)):
            calendar.entries.clear()
        world.office.settings.reply(OWNER).google = {}
        world.office.vendor["google"]["channels"].clear()


@pytest.mark.parametrize("call", [call for call in CALLS if call.before is nothing], ids=str)
@pytest.mark.parametrize(("name", "address"), UNREACHABLE)
def test_where_nobody_answers_nothing_is_done(world: GoogleOffice, call: Call, name: str, address: str) -> None:
    port = world.url.rpartition(":")[2]
    with world.account(limits=TIGHT, base_url=address.format(port=port)) as account:
        error, told = attempt(Scene(world, account, next(_NUMBERS)), call, None)
    assert type(error) is RetryLaterError, name
    assert CANARY not in told


@pytest.mark.parametrize("row", MATRIX, ids=str)
def test_a_refresh_that_fails_is_not_taken_for_a_dead_grant(world: GoogleOffice, row: Row) -> None:
    with world.account(limits=TIGHT) as account:
        world.office.tokens.expire(OWNER)
        world.office.faults.add(row.fault("^/token", "POST"))
        scene = Scene(world, account)
        try:
            error, told = attempt(scene, CALLS[0], None)
        finally:
            world.office.faults.clear()
    assert isinstance(error, DeepdayError)
    wanted = {"400", "401 for ever", "403"}
    assert isinstance(error, ReconnectNeededError) is (row.name in wanted)
    assert not any(secret in told for secret in (CANARY, ANSWER))
