"""Urgent signals: from every door, under ids that last, acknowledged only when they are kept."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from slack_sdk.errors import SlackClientError

from deepday.errors import ReconnectNeededError, RetryLaterError
from deepday.model import Door, UrgentSignal
from deepday_sandbox.office import Fault, Room
from deepday_sandbox.office.faults import FaultKind
from deepday_sandbox.slack import Reply
from deepday_slack.account import SlackAccount
from deepday_slack.connection import SlackSocket
from deepday_slack.signals import LONGEST, Ears, signal_of
from tests.connectors.slack.slack_office import BEN, BOT, OWNER, TO_BOT, SlackOffice, earlier, slack_office

TEAM_ROOM = "C0TEAM0001"
WAIT = 0.4


@pytest.fixture
def office() -> Iterator[SlackOffice]:
    with slack_office() as served:
        served.office.chat.add(Room(TEAM_ROOM, "channel", "team", [OWNER, BEN, BOT]))
        yield served


@contextmanager
def listening(office: SlackOffice) -> Iterator[SlackAccount]:
    with office.account() as account:
        before = office.face.sockets.opened
        assert list(account.signals(0)) == []
        assert office.face.sockets.wait_for(lambda: office.face.sockets.opened >= before + 2)
        yield account


def handled(account: SlackAccount, act: Callable[[], Reply]) -> tuple[list[UrgentSignal], Reply]:
    """Let somebody act; take and acknowledge what comes meanwhile."""
    replies: list[Reply] = []
    actor = threading.Thread(target=lambda: replies.append(act()))
    actor.start()
    signals = []
    for signal in account.signals(WAIT):
        signals.append(signal)
        account.acknowledge(signal)
    actor.join()
    return signals, replies[0]


def test_a_mention_of_the_bot_comes_in_without_its_name(office: SlackOffice) -> None:
    with listening(office) as account:
        ts = office.face.say(BEN, TEAM_ROOM, f"<@{BOT}> prod &amp; dev are down")
        (signal,) = account.signals(WAIT)
    assert (signal.sender, signal.conversation, signal.text) == (BEN, TEAM_ROOM, "prod & dev are down")
    assert signal.id.endswith(f":{TEAM_ROOM}:{ts}")


def test_the_slash_command_comes_in_and_is_answered_when_kept(office: SlackOffice) -> None:
    with listening(office) as account:
        signals, reply = handled(account, lambda: office.face.slash_command(BEN, TEAM_ROOM, "/urgent", "prod is down"))
        assert reply.acknowledged
        assert [(one.sender, one.conversation, one.text) for one in signals] == [(BEN, TEAM_ROOM, "prod is down")]
        others, reply = handled(account, lambda: office.face.slash_command(BEN, TEAM_ROOM, "/weather", "Berlin"))
        assert reply.acknowledged
        assert others == []


def test_a_message_shortcut_brings_the_message(office: SlackOffice) -> None:
    with listening(office) as account:
        ts = office.face.say(BEN, TEAM_ROOM, "the build is red")
        signals, reply = handled(account, lambda: office.face.shortcut(BEN, "urgent", TEAM_ROOM, ts))
        assert reply.acknowledged
        assert [(one.sender, one.text) for one in signals] == [(BEN, "the build is red")]


def test_a_button_brings_its_value(office: SlackOffice) -> None:
    button = {
        "type": "button",
        "action_id": "take",
        "value": "request-7",
        "text": {"type": "plain_text", "text": "Take"},
    }
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    with listening(office) as account:
        ts = office.face.say(BEN, TEAM_ROOM, "urgent", blocks=blocks)
        signals, reply = handled(account, lambda: office.face.press_button(OWNER, TEAM_ROOM, ts, "take"))
        assert reply.acknowledged
        assert [(one.sender, one.door, one.action, one.subject) for one in signals] == [
            (OWNER, Door.PRESS, "take", "request-7")
        ]


def test_what_was_not_acknowledged_comes_again_after_a_restart(office: SlackOffice) -> None:
    with listening(office) as account:
        name = office.signal("prod is down")
        assert [one.id for one in account.signals(WAIT)] == [name]
    office.face.sockets.wait_for(lambda: not office.face.sockets.count)
    with listening(office) as account:
        office.pass_time(61)
        (again,) = account.signals(WAIT)
        assert again.id == name
        assert again.attempt > 1
        account.acknowledge(again)
        assert office.unacknowledged() == []


def test_a_late_redelivery_of_what_is_kept_is_acknowledged_and_not_given(office: SlackOffice) -> None:
    with listening(office) as account:
        name = office.signal("prod is down")
        (signal,) = account.signals(WAIT)
        office.pass_time(4)  # Slack stops waiting, and delivers again
        account.acknowledge(signal)
        assert list(account.signals(WAIT)) == []
        assert office.unacknowledged() == []
        assert name == signal.id


def test_signals_come_in_again_after_slack_moved_the_connection(office: SlackOffice) -> None:
    with listening(office) as account:
        office.face.sockets.disconnect()
        assert office.face.sockets.wait_for(lambda: office.face.sockets.opened == 4 and office.face.sockets.count == 2)
        name = office.signal("prod is down")
        assert [one.id for one in account.signals(WAIT)] == [name]


def test_machines_and_the_owner_are_no_signals_and_an_edit_says_of_what(office: SlackOffice) -> None:
    with listening(office) as account:
        office.office.chat.rooms[TO_BOT].members.append(OWNER)
        office.face.say(OWNER, TO_BOT, "note to self")
        office.face.say(BEN, TO_BOT, "build failed", bot_id="B0BUILDS01")
        ts = office.face.say(BEN, TO_BOT, "help")
        office.face.edit(BEN, TO_BOT, ts, "help, please")
        found = sorted(account.signals(WAIT), key=lambda one: one.id)  # two connections keep no order
        assert [(one.door, one.text) for one in found] == [(Door.DIRECT, "help"), (Door.EDIT, "help, please")]
        assert found[1].subject == found[0].id
        for one in found:
            account.acknowledge(one)
        assert office.unacknowledged() == []


def test_no_connection_is_said_and_not_waited_for() -> None:
    busy = Fault(FaultKind.STATUS, "apps.connections.open", status=429, headers={"Retry-After": "9"})
    with slack_office(earlier(3)) as office, office.account() as account:
        office.office.faults.add(busy)
        with pytest.raises(RetryLaterError) as caught:
            next(account.signals(0))
        assert caught.value.after == 9
        office.pass_time(9)
        office.office.faults.add(Fault(FaultKind.STATUS, "apps.connections.open", code="invalid_auth"))
        with pytest.raises(ReconnectNeededError):
            next(account.signals(0))
        assert list(account.signals(0)) == []


def test_the_address_of_the_socket_stays_out_of_the_error_that_it_cannot_be_reached(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: SlackSocket) -> str:
        raise SlackClientError("wss://127.0.0.1:9/link/?ticket=canary")

    monkeypatch.setattr(SlackSocket, "_address", refuse)
    with office.account() as account, pytest.raises(RetryLaterError) as caught:
        next(account.signals(0))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


EARS = Ears("T1", OWNER, BOT, 1_770_000_000)


@pytest.mark.parametrize("kind", ["events_api", "slash_commands", "interactive", "hello"])
@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"team_id": "T1", "team": "T1", "event": []},
        {
            "team_id": "T1",
            "event": {"type": "app_mention", "user": 7, "ts": None},
            "authorizations": [None, {"is_bot": 1}],
        },
        {"team_id": "T1", "command": "/urgent", "user_id": None},
        {"team": {"id": "T1"}, "type": "block_actions", "actions": [7]},
        {"team": {"id": "T1"}, "type": "block_actions", "actions": {"a": 1}, "user": {"id": []}},
        {"team": {"id": "T2"}, "type": "message_action", "user": {"id": BEN}, "action_ts": "1770000000.1"},
        {"team_id": "T2", "command": "/urgent", "user_id": BEN, "text": "other workspace"},
    ],
)
def test_what_makes_no_sense_is_no_signal(kind: str, payload: dict[str, object]) -> None:
    assert signal_of(kind, payload, 1, EARS) is None


def test_what_only_a_persons_subscription_sees_is_not_for_the_bot() -> None:
    event = {
        "type": "message",
        "channel_type": "im",
        "user": BEN,
        "ts": "1770000000.000100",
        "channel": "D1",
        "text": "x",
    }
    seen_by = [{"is_bot": False, "user_id": OWNER}]
    body = {"team_id": "T1", "event": event, "authorizations": seen_by}
    assert signal_of("events_api", body, 1, EARS) is None
    found = signal_of("events_api", {**body, "authorizations": [{"is_bot": True, "user_id": BOT}]}, 2, EARS)
    assert found
    assert (found.id, found.attempt) == ("T1:D1:1770000000.000100", 2)


def test_a_long_text_is_cut() -> None:
    found = signal_of(
        "slash_commands", {"team_id": "T1", "command": "/urgent", "user_id": BEN, "text": "x" * 9000}, 1, EARS
    )
    assert found
    assert len(found.text) == LONGEST
