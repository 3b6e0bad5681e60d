"""Requests over Slack: real SDK, real Socket Mode, a served office, the whole way to an end."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deepday.app.urgent import UrgentDesk
from deepday.app.urgent_audit import verify_requests
from deepday.app.urgent_desk import BlockNow, Quiet
from deepday.app.urgent_listening import Listening
from deepday.model import ChainRole, Request, RequestState, Responder
from deepday.route.chain import Cover
from deepday.route.policy import RoutePolicy
from deepday.store.database import Database
from deepday.store.protecting import ProtectStore
from deepday.store.urgent import UrgentStore
from deepday_sandbox.office import Room, Worker
from deepday_sandbox.slack import Reply
from deepday_slack.account import SlackAccount
from tests.connectors.slack.slack_office import BEN, BOT, OWNER, TO_BOT, SlackOffice, slack_office
from tests.unit.urgent.desk import Masters

ANNA = "anna@example.com"
GRACE, CARA = "U0GRACE001", "U0CARA0001"
ROOMS = {BEN: TO_BOT, GRACE: "D0GRACEBOT", CARA: "D0CARABOT1", OWNER: "D0ANNABOT1"}
TEAM = "C0TEAM0001"
CANARY = "canary: the cluster burns"
WAIT = 0.6


class People:
    """Anna is in deep work for two hours; Grace covers."""

    def __init__(self, until: int) -> None:
        self.until = until

    def owner(self) -> Responder:
        return Responder(ChainRole.OWNER, ANNA, OWNER)

    def covers(self, now: int) -> list[Cover]:
        del now
        return [Cover(ChainRole.POINT, "grace", GRACE)]

    def block(self, now: int) -> BlockNow | None:
        return BlockNow("b1", self.until) if now < self.until else None


class Live:
    """The office, the account, the desk."""

    def __init__(self, office: SlackOffice, account: SlackAccount, path: Path) -> None:
        self.office, self.account, self.path = office, account, path
        clock = office.office.clock
        database = Database(path, clock)
        self.protecting = ProtectStore(database, clock, Masters())
        self.store = UrgentStore(database, clock, Masters())
        self.desk = UrgentDesk(
            self.store,
            clock,
            RoutePolicy(ZoneInfo("Europe/Berlin")),
            ANNA,
            "Anna",
            "slack",
            b"secret",
            People(office.now() + 7200),
            account,
            "process",
            account,
            None,
            lambda: Quiet.NOTHING,
        )
        self.listening = Listening(self.desk, account)

    def round(self) -> None:
        self.listening.round(WAIT)
        assert self.listening.said == []

    def while_listening(self, act: Callable[[], Reply]) -> Reply:
        replies: list[Reply] = []
        actor = threading.Thread(target=lambda: replies.append(act()))
        actor.start()
        self.round()
        actor.join()
        return replies[0]

    def posts(self, room: str) -> list[dict[str, object]]:
        found = self.office.office.chat.between(room, 0, 1 << 60)
        return [{"ts": post.ts, "text": post.text, **dict(post.extra)} for post in found if post.user == BOT]

    def press(self, who: str, room: str, action: str) -> Reply:
        """Press the newest button of that name in a room."""
        posts = [post for post in self.posts(room) if f"'action_id': '{action}'" in str(post)]
        ts = int(str(posts[-1]["ts"]))
        return self.while_listening(
            lambda: self.office.face.press_button(who, room, f"{ts // 1_000_000}.{ts % 1_000_000:06d}", action)
        )

    def requests(self) -> list[Request]:
        return self.store.requests(ANNA)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with slack_office() as office:
        for name, chat in (("grace", GRACE), ("cara", CARA)):
            office.office.people.add(Worker(f"{name}@example.com", name.title(), slack_id=chat))
        for who, room in ROOMS.items():
            if room not in office.office.chat.rooms:
                office.office.chat.add(Room(room, "direct", members=[who, BOT]))
        office.office.chat.add(Room(TEAM, "channel", "team", [OWNER, BEN, GRACE, CARA, BOT]))
        with office.account() as account, connected(office, account):
            yield Live(office, account, tmp_path / "store.sqlite")


@contextmanager
def connected(office: SlackOffice, account: SlackAccount) -> Iterator[None]:
    assert list(account.signals(0)) == []
    assert office.face.sockets.wait_for(lambda: office.face.sockets.count == 2)
    yield


def test_a_command_reaches_the_point_person_who_takes_it(live: Live) -> None:
    reply = live.while_listening(lambda: live.office.face.slash_command(BEN, TEAM, "/urgent", f"@anna {CANARY}"))
    assert reply.acknowledged
    (request,) = live.requests()
    assert request.stage == "routed 0"
    (told,) = live.posts(ROOMS[GRACE])
    assert CANARY in str(told["blocks"])
    assert f"<@{BEN}>" in str(told["text"])
    assert live.press(GRACE, ROOMS[GRACE], "take").acknowledged
    (request,) = live.requests()
    assert request.state is RequestState.ACKNOWLEDGED
    assert request.evidence.startswith(GRACE)
    assert f"<@{GRACE}> has it" in str(live.posts(TO_BOT)[-1]["text"])


def test_somebody_else_in_the_channel_cannot_press_for_the_sender(live: Live) -> None:
    live.office.face.say(BEN, TEAM, f"<@{BOT}> {CANARY}")
    live.round()
    (request,) = live.requests()
    assert request.state is RequestState.ASKED
    assert live.press(CARA, TEAM, "urgent").acknowledged
    assert live.requests()[0].state is RequestState.ASKED
    assert "not yours" in str(live.posts(ROOMS[CARA])[-1]["text"])
    assert live.press(BEN, TEAM, "urgent").acknowledged
    assert live.requests()[0].stage == "routed 0"
    assert CANARY in str(live.posts(ROOMS[GRACE])[-1]["blocks"])  # read again: it was not kept before


def test_doubles_swaps_and_losses_make_one_request_and_one_answer(live: Live) -> None:
    mishaps = live.office.face.space.mishaps
    mishaps.double = 2
    live.office.face.say(BEN, TO_BOT, f"{CANARY} 1")
    mishaps.swap = 1
    live.office.face.say(CARA, ROOMS[CARA], f"{CANARY} 2")
    live.office.face.say(BEN, TO_BOT, f"{CANARY} 3")
    mishaps.lose = 1
    live.office.face.say(CARA, ROOMS[CARA], f"{CANARY} 4")
    live.round()
    live.office.pass_time(301)
    live.round()
    found = live.requests()
    assert len(found) == 4
    assert sorted(one.state.value for one in found) == ["asked", "asked", "joined", "joined"]
    assert len(live.posts(TO_BOT)) == len(live.posts(ROOMS[CARA])) == 1
    assert live.office.unacknowledged() == []


def test_what_comes_while_the_connections_are_renewed_or_lost_is_not_missed(live: Live) -> None:
    hub = live.office.face.sockets
    opened = hub.opened
    hub.disconnect()
    live.office.face.say(BEN, TO_BOT, CANARY)
    assert hub.wait_for(lambda: hub.opened >= opened + 2 and hub.count == 2)
    hub.drop()
    live.office.face.say(CARA, ROOMS[CARA], CANARY)
    live.office.pass_time(301)
    live.listening.round(WAIT)
    live.office.pass_time(301)
    live.listening.round(WAIT)
    assert {one.sender for one in live.requests()} == {BEN, CARA}


def test_an_edit_and_a_deletion_are_seen(live: Live) -> None:
    ts = live.office.face.say(BEN, TO_BOT, CANARY)
    live.round()
    live.office.face.edit(BEN, TO_BOT, ts, f"{CANARY} now")
    live.round()
    assert live.requests()[0].state is RequestState.ASKED
    from deepday_sandbox.slack.calls import micro  # noqa: PLC0415 - the deleting hand of the office
    from deepday_sandbox.slack.events import changed  # noqa: PLC0415

    (post,) = live.office.office.chat.between(TO_BOT, micro(ts), micro(ts))
    with live.office.office.lock:
        changed(live.office.office, live.office.office.chat.replace(TO_BOT, micro(ts), None) or post, None)
    live.office.face.pump()
    live.round()
    assert live.requests()[0].state is RequestState.WITHDRAWN


def test_what_can_wait_comes_as_a_digest_with_links_and_is_answered_there(live: Live) -> None:
    live.office.face.say(BEN, TO_BOT, CANARY)
    live.round()
    assert live.press(BEN, TO_BOT, "wait").acknowledged
    live.office.pass_time(7200)
    live.round()
    (digest,) = live.posts(ROOMS[OWNER])
    assert "https://slack.com/app_redirect?" in str(digest["blocks"])
    assert live.press(OWNER, ROOMS[OWNER], "answered").acknowledged
    assert live.requests()[0].state is RequestState.ANSWERED
    proof = verify_requests(live.store, live.protecting, ANNA, 0, 1 << 40)
    assert (proof.holds, proof.received, proof.open) == (True, 1, 0)


def test_nothing_that_was_said_stands_in_the_store(live: Live) -> None:
    live.while_listening(lambda: live.office.face.slash_command(BEN, TEAM, "/urgent", CANARY))
    live.office.face.say(CARA, ROOMS[CARA], CANARY)
    live.round()
    for path in live.path.parent.glob("store.sqlite*"):
        assert CANARY.encode() not in path.read_bytes()
