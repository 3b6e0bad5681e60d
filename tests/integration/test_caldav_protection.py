"""A protected day in a calendar on a real CalDAV server: from the list of changes to the last trace."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import patch

import pytest

from deepday.app.accounts import connect, opened_accounts, provider_named
from deepday.app.protect_actions import apply, diff
from deepday.app.protect_deciding import restore_all
from deepday.app.protecting import protection
from deepday.config.paths import config_file
from deepday.connect import no_progress
from deepday.model import EventDraft, Interval, WrittenEvent
from deepday.reconcile.devices import MARKER
from deepday.store.plans import DayState, StoredDay
from deepday.testing import TurnedClock
from deepday_caldav.account import CaldavAccount
from deepday_sandbox.people import OWNER
from tests.connectors.caldav.caldav_office import PASSWORD, People, Server, radicale
from tests.integration.open_office import Person, at_home

ZONE = "Europe/Berlin"
MONDAY = date(2026, 4, 20)
TUESDAY = date(2026, 4, 21)
LUNCH = Interval(*(int(datetime(2026, 4, 20, hour, tzinfo=UTC).timestamp()) for hour in (10, 11)))


class Killed(BaseException):
    """The process dies."""


@dataclass
class Desk:
    """A person's machine, and their hands in their calendar."""

    hands: People

    @property
    def clock(self) -> TurnedClock:
        return self.hands.clock

    def accept(self, *days: date) -> None:
        with opened_accounts(self.clock) as accounts:
            rows = [StoredDay(OWNER.email, day, "day", DayState.ACCEPTED) for day in days]
            accounts.store.plans().record(rows, at=self.hands.now())

    def apply(self) -> list[str]:
        done = apply(lambda _: True, no_progress, self.clock)
        assert done is not None
        assert (done.refused, done.left) == ((), ())
        return [f"{one.action} {one.what}" for one in done.done]

    def look(self, seconds: int = 3600) -> list[str]:
        """Let time pass, and let what a running service does happen."""
        self.clock.turn(seconds)
        with protection(self.clock) as found:
            report = found.reconciler.tick(found.name, found.opened)
            assert (report.refused, report.unknown, report.read_only) == ((), (), "")
            return [str(one.action) for one in report.done]

    def blocks(self) -> list[Interval]:
        return [when for when, title in self.hands.events() if title == "Deep work"]

    def path_of(self, when: Interval) -> str:
        """Return the path of the object that holds a block."""
        with protection(self.clock) as found:
            return next(one.remote_id for one in found.known().entries if one.when == when)

    def restore(self) -> None:
        done = restore_all(lambda *_: True, no_progress, self.clock, self.clock.turn)
        assert done is not None
        assert done.left == ()
        assert done.notes == ("A second look at every account found nothing of ours.",)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with radicale(tmp_path_factory.mktemp("radicale")) as served:
        yield served


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[Desk]:
    hands = People(server)
    hands.clock.turn(datetime(2026, 4, 20, 4, tzinfo=UTC).timestamp() - hands.now())
    server.clock = hands.clock
    hands.add_event(LUNCH, "Lunch")
    with pytest.MonkeyPatch.context() as home:
        at_home(home, tmp_path)
        config_file().parent.mkdir(parents=True)
        config_file().write_text(f"[me]\nemail = '{OWNER.email}'\nzone = '{ZONE}'\n[serve]\nsync_every = 0\n")
        given = {"url": server.url, "user": hands.user, "password": "", "allow": "blocks"}
        names = {option.name: option.default for option in provider_named("caldav").sign_in_options()}
        connect("caldav", names | given, Person([PASSWORD]), hands.clock)
        yield Desk(hands)
    server.clock = None
    hands.close()


def test_a_day_becomes_an_event_and_what_its_person_does_to_it_counts(desk: Desk) -> None:
    desk.accept(MONDAY, TUESDAY)
    shown = diff(desk.clock)
    assert [(one.action, one.what, one.before) for one in shown.changes] == [("create", "event", None)] * 2
    assert desk.blocks() == []
    assert desk.apply() == ["create event"] * 2
    monday, tuesday = (Interval(day_start(day), day_start(day) + 8 * 3600) for day in (MONDAY, TUESDAY))
    assert desk.blocks() == [monday, tuesday]
    assert desk.look() == []

    moved = Interval(monday.start + 1800, monday.end + 1800)
    desk.hands.move_event(desk.path_of(monday), moved)
    desk.hands.delete_event(desk.path_of(tuesday))
    assert set(desk.look()) | set(desk.look()) == {"pin", "veto"}
    assert [action for _ in range(4) for action in desk.look()] == []
    assert desk.blocks() == [moved]
    assert all(one.what != "event" for one in diff(desk.clock).changes)

    desk.restore()
    assert desk.hands.events() == [(LUNCH, "Lunch")]


@pytest.mark.parametrize("after", [False, True], ids=["before the request", "after the request"])
def test_a_process_that_dies_while_it_makes_the_event_leaves_one_and_no_trace(desk: Desk, after: bool) -> None:
    desk.accept(MONDAY)
    original = CaldavAccount.create_event

    def die(account: CaldavAccount, calendar: str, draft: EventDraft) -> WrittenEvent:
        if draft.marker == MARKER or after:
            made = original(account, calendar, draft)
            if draft.marker == MARKER:
                return made
        raise Killed

    with patch.object(CaldavAccount, "create_event", die), pytest.raises(Killed):
        desk.apply()
    assert len(desk.blocks()) == int(after)
    desk.look(200)  # the dead process held the days for so long
    desk.look(200)
    assert len(desk.blocks()) == 1
    desk.restore()
    assert desk.hands.events() == [(LUNCH, "Lunch")]


def day_start(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 7, tzinfo=UTC).timestamp())
