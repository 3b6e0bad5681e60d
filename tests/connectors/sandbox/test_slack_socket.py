"""Socket Mode: hello, envelopes, acknowledgements, redelivery, disconnects; with Slack's client and without."""

import contextlib
import json
from collections.abc import Iterator
from queue import Empty, Queue
from typing import Any

import httpx
import pytest
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.connectors.sandbox.slack_world import ANNA, GENERAL, TO_BOT, World, slack_world


@pytest.fixture
def world() -> Iterator[World]:
    with slack_world() as made:
        made.bot()
        made.face.app.socket_mode = True
        made.face.app.bot_events = {"message.im", "message.channels"}
        yield made


def open_url(world: World) -> str:
    token = world.face.app_token()
    return str(world.client(token).apps_connections_open(app_token=token)["url"])


class Link:
    """A connection by hand, which acknowledges what it is told to."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.hello = self.read()

    def read(self) -> dict[str, Any]:
        found = json.loads(self.socket.recv(timeout=10))
        assert isinstance(found, dict)
        return found

    def acknowledge(self, envelope: dict[str, Any], **more: Any) -> None:
        self.socket.send(json.dumps({"envelope_id": envelope["envelope_id"], **more}))

    def closed(self) -> bool:
        with contextlib.suppress(ConnectionClosed):
            self.socket.recv(timeout=10)
            return False
        return True


@contextlib.contextmanager
def link(world: World) -> Iterator[Link]:
    with connect(open_url(world), proxy=None) as socket:
        yield Link(socket)


def settled(world: World) -> bool:
    """Wait until every event is acknowledged or given back."""
    hub = world.face.sockets
    return hub.wait_for(lambda: not hub.unacknowledged)


def test_hello_then_an_envelope_that_is_acknowledged(world: World) -> None:
    with link(world) as one:
        assert (one.hello["type"], one.hello["num_connections"]) == ("hello", 1)
        assert one.hello["connection_info"] == {"app_id": "A0DEEPDAY1"}
        world.face.say(ANNA, TO_BOT, "urgent")
        envelope = one.read()
        assert (envelope["type"], envelope["accepts_response_payload"]) == ("events_api", False)
        assert (envelope["retry_attempt"], envelope["retry_reason"]) == (0, "")
        assert envelope["payload"]["event"]["text"] == "urgent"
        one.acknowledge(envelope)
        assert settled(world)
        world.office.clock.advance(3600)
        world.face.pump()
        assert [(each.number, each.reason) for each in world.face.space.delivered] == [(0, "")]


def test_what_is_not_acknowledged_goes_to_another_connection(world: World) -> None:
    with link(world) as one:
        world.face.say(ANNA, TO_BOT, "urgent")
        lost = one.read()
        with link(world) as two:
            world.office.clock.advance(3)
            world.face.pump()
            again = two.read()
            assert (again["retry_attempt"], again["retry_reason"]) == (1, "timeout")
            assert again["payload"]["event_id"] == lost["payload"]["event_id"]
            assert again["envelope_id"] != lost["envelope_id"]
            one.acknowledge(lost)  # too late: it is another's by now
            two.acknowledge(again)
            assert settled(world)


def test_connections_share_the_load(world: World) -> None:
    with link(world) as one, link(world) as two:
        for number in range(6):
            world.face.say(ANNA, GENERAL, str(number))
        texts = [[each.read()["payload"]["event"]["text"] for _ in range(3)] for each in (one, two)]
        assert sorted(texts[0] + texts[1]) == [str(number) for number in range(6)]


def test_a_closed_connection_gives_back_what_it_held(world: World) -> None:
    with link(world) as keeper:
        with link(world):
            world.face.say(ANNA, GENERAL, "a")
            world.face.say(ANNA, GENERAL, "b")
            kept = keeper.read()
            keeper.acknowledge(kept)
        assert settled(world)
        world.face.pump()
        other = keeper.read()
        assert other["retry_attempt"] == 1
        assert {one["payload"]["event"]["text"] for one in (kept, other)} == {"a", "b"}


def test_without_a_connection_an_event_waits_for_its_next_attempt(world: World) -> None:
    world.face.say(ANNA, TO_BOT, "urgent")
    with link(world) as one:
        world.office.clock.advance(60)
        world.face.pump()
        assert one.read()["retry_attempt"] == 2


def test_ten_connections_are_the_most(world: World) -> None:
    with contextlib.ExitStack() as stack:
        links = [stack.enter_context(link(world)) for _ in range(10)]
        assert links[-1].hello["num_connections"] == 10
        eleventh = stack.enter_context(link(world))
        assert (eleventh.hello["type"], eleventh.hello["reason"]) == ("disconnect", "too_many_websockets")
        assert eleventh.closed()
        assert world.face.sockets.count == 10


def test_a_ticket_opens_one_connection_for_half_a_minute(world: World) -> None:
    url = open_url(world)
    with connect(url, proxy=None) as socket:
        assert Link(socket).hello["type"] == "hello"
        with pytest.raises(InvalidStatus):
            connect(url, proxy=None)
    late = open_url(world)
    world.office.clock.advance(30)
    with pytest.raises(InvalidStatus):
        connect(late, proxy=None)


def test_a_warning_leaves_ten_seconds_and_a_refresh_none(world: World) -> None:
    with link(world) as one:
        world.face.sockets.disconnect("warning")
        assert one.read()["reason"] == "warning"
        world.face.say(ANNA, TO_BOT, "still here")
        one.acknowledge(one.read())
        world.office.clock.advance(10)
        world.face.pump()
        assert one.closed()
    with link(world) as two:
        world.face.sockets.disconnect()
        assert two.read()["reason"] == "refresh_requested"
        assert two.closed()


def test_rubbish_from_the_app_is_ignored(world: World) -> None:
    with link(world) as one:
        for rubbish in ("no json", "[1]", '{"envelope_id": "unknown"}'):
            one.socket.send(rubbish)
        world.face.say(ANNA, TO_BOT, "x")
        one.acknowledge(one.read())
        assert settled(world)


@contextlib.contextmanager
def slack_client(world: World) -> Iterator[tuple[SocketModeClient, Queue[SocketModeRequest]]]:
    """Slack's own client, which acknowledges everything and keeps it."""
    token, heard = world.face.app_token(), Queue[SocketModeRequest]()

    def listen(client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        payload = {"text": "on it"} if request.type == "slash_commands" else None
        client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))
        heard.put(request)

    client = SocketModeClient(token, web_client=world.client(token), ping_interval=0.5)
    client.socket_mode_request_listeners.append(listen)
    client.connect()
    try:
        yield client, heard
    finally:
        client.close()


def test_slacks_own_client_hears_and_comes_back_after_a_disconnect(world: World) -> None:
    with slack_client(world) as (_, heard):
        world.face.say(ANNA, TO_BOT, "one")
        first = heard.get(timeout=10)
        assert (first.type, first.payload["event"]["text"], first.retry_attempt) == ("events_api", "one", 0)
        assert settled(world)
        hub = world.face.sockets
        hub.disconnect("refresh_requested")
        assert hub.wait_for(lambda: hub.opened > 1 and hub.count == 1)
        world.face.say(ANNA, TO_BOT, "two")
        assert arrives(world, heard).payload["event"]["text"] == "two"


def arrives(world: World, heard: Queue[SocketModeRequest]) -> SocketModeRequest:
    """Return the next event, however often the client changes its connection meanwhile."""
    for _ in range(4):
        with contextlib.suppress(Empty):
            return heard.get(timeout=5)
        world.office.clock.advance(300)
        world.face.pump()
    raise AssertionError("the event did not arrive")


def test_commands_over_the_socket_are_answered_in_the_acknowledgement(world: World) -> None:
    with slack_client(world) as (_, heard):
        reply = world.face.slash_command(ANNA, GENERAL, "/urgent", "the build is red")
        assert (reply.acknowledged, dict(reply.payload)) == (True, {"text": "on it"})
        request = heard.get(timeout=10)
        assert (request.type, request.accepts_response_payload) == ("slash_commands", True)
        assert (request.payload["command"], request.payload["text"]) == ("/urgent", "the build is red")
        assert [one["text"] for one in world.face.space.ephemeral] == ["on it"]


def test_buttons_over_the_socket(world: World) -> None:
    element = {"type": "button", "action_id": "take", "value": "r1", "text": {"type": "plain_text", "text": "Yes"}}
    blocks = [{"type": "actions", "block_id": "request", "elements": [element]}]
    ts = world.bot().chat_postMessage(channel=GENERAL, text="Take it?", blocks=blocks)["ts"]
    with slack_client(world) as (_, heard):
        assert world.face.press_button(ANNA, GENERAL, ts, "take").acknowledged
        request = next(one for one in iter(lambda: heard.get(timeout=10), None) if one.type == "interactive")
        assert request.payload["actions"][0]["value"] == "r1"


def test_a_command_that_nobody_acknowledges_fails_for_its_user(world: World) -> None:
    assert world.face.slash_command(ANNA, GENERAL, "/urgent").failure == "timeout", "nobody is connected"
    world.face.space.ack_seconds = 0.1
    with link(world) as one:
        reply = world.face.slash_command(ANNA, GENERAL, "/urgent")
        assert (reply.acknowledged, reply.failure) == (False, "timeout")
        assert one.read()["type"] == "slash_commands"
        assert world.face.space.queue == [], "commands are not repeated"


def test_plain_http_does_not_open_a_socket(world: World) -> None:
    assert httpx.get(f"{world.url}/link/", trust_env=False).status_code == 404
