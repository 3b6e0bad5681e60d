"""The fault matrix: every call of the connector, everything that goes wrong between it and the server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from deepday.clock import SystemClock
from deepday.connect.http import Limits
from deepday.connect.memory import MemoryTokens
from deepday.errors import DeepdayError, OutcomeUnknownError, RetryLaterError
from deepday.model import Cursor, EventDraft, Interval, Response, WrittenEvent
from deepday.testing import CalendarReaderContract, listening
from deepday.testing.writing import MARKER
from deepday_caldav.account import CaldavAccount
from deepday_caldav.dav import Dav
from deepday_caldav.settings import Settings
from deepday_sandbox.office.faults import FaultKind
from tests.connectors.caldav.caldav_office import PASSWORD, People, Server, people
from tests.connectors.caldav.caldav_proxy import Proxy
from tests.connectors.fault_matrix import CANARY, MATRIX, SECONDS, UNREACHABLE, Row, wait_is_sane

TITLE = "canary-title"
LIMITS = Limits(total=SECONDS, connect=SECONDS, size=1_000_000)
SUITE = CalendarReaderContract()


@dataclass
class Stage:
    """A user with one event, a cursor from before it, and an event of ours for each cell."""

    user: People
    proxy: Proxy
    settings: Settings
    cursor: Cursor
    number: int = 0

    @contextmanager
    def account(self, url: str = "", limits: Limits | None = None) -> Iterator[CaldavAccount]:
        here = self.user.server.url
        settings = replace(self.settings, url=f"{url or here}/", home=self.settings.home.replace(here, url or here))
        clock = SystemClock() if limits else self.user.clock
        with Dav(settings, MemoryTokens(self.user.tokens(), clock), clock, limits) as dav:
            yield CaldavAccount(settings, dav)

    def next_draft(self) -> EventDraft:
        self.number += 1
        return EventDraft(f"fault{self.number:04}", MARKER, self.hour(self.number), TITLE)

    def hour(self, number: int) -> Interval:
        start = self.user.now() + number * 7200 + 1800  # never that of the event that was there
        return Interval(start, start + 3600)

    def find(self, key: str) -> WrittenEvent | None:
        with self.account() as account:
            return account.find_event(self.user.calendar(), key, MARKER)

    def made(self) -> WrittenEvent:
        with self.account() as account:
            return account.create_event(self.user.calendar(), self.next_draft())


@pytest.fixture(scope="module")
def stage(server: Server, shared_proxy: Proxy) -> Iterator[Stage]:
    with people(server) as user:
        settings = user.settings()
        with Dav(settings, MemoryTokens(user.tokens(), user.clock), user.clock) as dav:
            context = SUITE.context(user)
            page = CaldavAccount(settings, dav).event_changes(user.calendar(), context)
        user.add_event(SUITE.hour(user, 1), TITLE)
        yield Stage(user, shared_proxy, settings, page.cursor)


def failing(stage: Stage, row: Row, call: Callable[[CaldavAccount], object], skip: int = 0) -> DeepdayError | None:
    """Make the call while the fault is on; nothing secret may be seen of it."""
    error: DeepdayError | None = None
    fault = row.fault()
    fault.skip = skip
    stage.proxy.reset()
    with stage.account(stage.proxy.url, LIMITS) as account, listening() as logged:
        stage.proxy.faults.add(fault)
        try:
            call(account)
        except DeepdayError as raised:
            error = raised
        finally:
            stage.proxy.reset()
    seen = f"{error!r} {error.what} {error.advice} {error.__cause__!r} {logged}" if error else f"{logged}"
    for secret in (CANARY, PASSWORD, TITLE, stage.user.user):
        assert secret not in seen
    assert not isinstance(error, RetryLaterError) or wait_is_sane(error)
    return error


READS: dict[str, Callable[[Stage], Callable[[CaldavAccount], object]]] = {
    "calendars": lambda _: lambda account: account.calendars(),
    "full reading": lambda stage: (
        lambda account: account.event_changes(stage.user.calendar(), SUITE.context(stage.user))
    ),
    "following reading": lambda stage: (
        lambda account: account.event_changes(stage.user.calendar(), SUITE.context(stage.user), stage.cursor)
    ),
    "invitations": lambda stage: (
        lambda account: account.invitations(stage.user.calendar(), SUITE.context(stage.user).window)
    ),
    "find": lambda stage: lambda account: account.find_event(stage.user.calendar(), "fault0000", MARKER),
    "find ours": lambda stage: (
        lambda account: account.find_ours(stage.user.calendar(), SUITE.context(stage.user).window, MARKER)
    ),
}


@pytest.mark.parametrize("row", MATRIX, ids=str)
@pytest.mark.parametrize("name", READS)
def test_a_read_that_fails_says_what_to_do(name: str, row: Row, stage: Stage) -> None:
    call = READS[name](stage)
    error = failing(stage, row, call)
    assert row.right(error, writes=False), repr(error)
    with stage.account() as account:
        call(account)


@pytest.mark.parametrize("row", MATRIX, ids=str)
def test_a_create_that_fails_leaves_one_event_or_none(row: Row, stage: Stage) -> None:
    draft = stage.next_draft()
    error = failing(stage, row, lambda account: account.create_event(stage.user.calendar(), draft))
    assert row.right(error, writes=True) or _told_by_headers(row, error), repr(error)
    assert (stage.find(draft.key) is not None) is _was_done(row, error)
    with stage.account() as account:
        account.create_event(stage.user.calendar(), draft)
    assert sum(when == draft.when for when, _ in stage.user.events()) == 1


@pytest.mark.parametrize("row", MATRIX, ids=str)
def test_a_move_that_fails_moved_or_did_not(row: Row, stage: Stage) -> None:
    made = stage.made()
    stage.number += 1
    when = stage.hour(stage.number)
    error = failing(stage, row, lambda account: account.move_event(made, when), skip=1)
    assert row.right(error, writes=True) or _told_by_headers(row, error), repr(error)
    now = stage.find(made.key)
    assert now is not None
    assert now.when == (when if _was_done(row, error) else made.when)
    with stage.account() as account:
        assert account.move_event(now, when).when == when


@pytest.mark.parametrize("row", MATRIX, ids=str)
def test_a_delete_that_fails_deleted_or_did_not(row: Row, stage: Stage) -> None:
    made = stage.made()
    error = failing(stage, row, lambda account: account.delete_event(made))
    gone_already = row.name in {"404", "410"} and error is None
    assert gone_already or row.right(error, writes=True), repr(error)
    now = stage.find(made.key)
    assert (now is None) is _was_done(row, error)
    with stage.account() as account:
        account.delete_event(now or made)
    assert stage.find(made.key) is None


@pytest.mark.parametrize("row", MATRIX, ids=str)
def test_a_decline_that_fails_declined_or_did_not(row: Row, stage: Stage) -> None:
    stage.number += 1
    handle = stage.user.invite([stage.hour(stage.number)], TITLE)
    with stage.account() as account:
        asked = account.find_invitation(stage.user.calendar(), handle)
    assert asked is not None
    error = failing(stage, row, lambda account: account.decline_invitation(asked, TITLE), skip=1)
    assert row.right(error, writes=True) or _told_by_headers(row, error), repr(error)
    done = stage.user.responses(handle) == [Response.DECLINED]
    assert done is _was_done(row, error)
    with stage.account() as account:
        now = account.find_invitation(stage.user.calendar(), handle)
        assert now is not None
        account.decline_invitation(now, TITLE)
    assert stage.user.responses(handle) == [Response.DECLINED]


@pytest.mark.parametrize(("name", "address"), UNREACHABLE)
def test_a_server_that_cannot_be_reached_is_tried_later(name: str, address: str, stage: Stage) -> None:
    port = stage.user.server.url.rpartition(":")[2]
    with stage.account(address.format(port=port), LIMITS) as account:
        for call in (*(make(stage) for make in READS.values()), _creating(stage)):
            with pytest.raises(RetryLaterError) as raised:
                call(account)
            assert not isinstance(raised.value, OutcomeUnknownError), name


def _creating(stage: Stage) -> Callable[[CaldavAccount], object]:
    return lambda account: account.create_event(stage.user.calendar(), stage.next_draft())


def _told_by_headers(row: Row, error: DeepdayError | None) -> bool:
    """Tell whether the server's word came whole although its body was cut: status and etag say it all."""
    return row.make().kind in {FaultKind.TRUNCATE, FaultKind.DRIP} and error is None


def _was_done(row: Row, error: DeepdayError | None) -> bool:
    del error
    return row.done is not False and row.make().kind not in {FaultKind.RESET_BEFORE, FaultKind.STALL_BEFORE}
