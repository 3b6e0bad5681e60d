"""Socket Mode: one pair of connections for all that listens in an account. We open them: no public address needed."""

from collections.abc import Callable
from contextlib import suppress
from queue import Full, Queue
from socket import SHUT_RDWR
from threading import Condition
from typing import Any, Final

from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web import WebClient

from deepday.connect import Feature
from deepday.errors import RetryLaterError
from deepday_slack.pair import CONNECTIONS, Clients
from deepday_slack.scopes import Kind
from deepday_slack.spoken import is_held_back, is_spoken
from deepday_slack.web import SlackApi, nonsense, silent_logger

_PING_SECONDS: Final = 5.0
_HELLO_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 0.05
_MOST_WAITING: Final = 10_000


class Client(SocketModeClient):
    """The client of Slack's library, but for where it gets the address of its connection, and how it ends."""

    def __init__(self, web: WebClient, address: Callable[[], str]) -> None:
        """Connect to where ``address`` says, each time anew."""
        self._address = address
        super().__init__("", silent_logger(), web, ping_interval=_PING_SECONDS, concurrency=1)
        self.proxy = None  # one from the environment would see the connection

    def issue_new_wss_url(self) -> str:
        """Return the address of the next connection."""
        return self._address()

    def disconnect(self) -> None:
        """End the connection, and whoever reads from it, at once."""
        # The library closes the connection when nobody reads from it, and a reader looks up every three seconds only.
        session = self.current_session
        if session is not None and session.sock is not None:
            with suppress(AttributeError, OSError):  # it may be gone by now
                session.sock.shutdown(SHUT_RDWR)
        with suppress(AttributeError, OSError):  # the library fails where the connection ends at the same time
            super().disconnect()

    def close(self) -> None:
        """End the connection and all threads, for good."""
        self.closed = True
        self.auto_reconnect_enabled = False
        self.message_queue.put(None)  # else it waits for a message before it ends
        self.disconnect()
        runner = self.current_session_runner
        runner.event.set()
        while runner.is_alive():  # a reader that begins just now takes back that it shall end, once
            self.current_session_state.terminated = True
            runner.thread.join(_LOOK_SECONDS)
        super().close()


class Desk:
    """Where envelopes of one sort wait to be looked at. ``overflowed``: so many did not fit, and were left to Slack."""

    def __init__(self) -> None:
        self.arrived: Queue[SocketModeRequest | None] = Queue(_MOST_WAITING)
        self.overflowed = 0

    def put(self, request: SocketModeRequest | None) -> None:
        """Let an envelope wait; None wakes who looks, and says nothing."""
        try:
            self.arrived.put_nowait(request)
        except Full:
            self.overflowed += 1


class SlackSocket:
    """Connects when first asked to. ``greetings``: how many connections Slack has greeted us on so far.

    ``held_back``: how often it said that it holds events back. What people write goes to one desk, what is meant for
    the bot to the other, and with it, where that was allowed, what is written to the owner in person; each is opened
    by who looks at it.
    """

    def __init__(self, api: SlackApi) -> None:
        self.greetings = 0
        self.held_back = 0
        self._api = api
        self._clients: Clients | None = None
        self._owner = ""
        self._spoken: Desk | None = None
        self._requests: Desk | None = None
        self._greeted = Condition()
        self._on_both: dict[str, int] = {}

    def spoken(self) -> Desk:
        """Return the desk for what is written in the owner's conversations."""
        self._spoken = self._spoken or Desk()
        return self._spoken

    def requests(self) -> Desk:
        """Return the desk for all else."""
        self._requests = self._requests or Desk()
        return self._requests

    def connect(self, *, greeted: bool = False) -> None:
        """See to it that there is a connection at least, and with ``greeted`` that Slack sends over it by now.

        Raises :class:`RetryLaterError` where that does not succeed.
        """
        if self._clients is None:
            self._owner = self._api.bundle().user
            # The client asks for an address itself, from threads of its own, over connections of their own.
            web = WebClient("", retry_handlers=[], logger=silent_logger())
            self._clients = Clients([Client(web, self._address) for _ in range(CONNECTIONS)])
            self._clients.message_listeners.append(self._note_greeting)
            self._clients.socket_mode_request_listeners.append(self._hand_out)
        if not self._clients.is_connected():
            with suppress(OSError, SlackClientError):
                self._clients.connect_to_new_endpoint()
            # Raised out here, because the error above may hold the address, and the ticket in it.
            if not self._clients.reaches():
                raise _unreachable()
        if greeted:
            self._wait_for_greetings(self._clients.reaches())

    def _wait_for_greetings(self, connections: int) -> None:
        """Wait for each connection's, so that they count as one gap; one greeting is enough to go on."""
        with self._greeted:
            self._greeted.wait_for(lambda: self.greetings >= connections, _HELLO_SECONDS)
            if not self.greetings:
                raise _unreachable()

    def acknowledge(self, envelope: str) -> None:
        """Tell Slack that an envelope arrived. Without a connection Slack delivers it again.

        One that lies on both desks is acknowledged with the second word about it.
        """
        if self._on_both.pop(envelope, 0) > 1:
            self._on_both[envelope] = 1
            return
        if self._clients:
            with suppress(OSError, SlackClientError):
                self._clients.send_socket_mode_response(SocketModeResponse(envelope))

    def close(self) -> None:
        """Close the connections; Slack delivers again what was not acknowledged."""
        if self._clients:
            self._clients.close()
            self._clients = None

    def _note_greeting(self, _client: BaseSocketModeClient, message: dict[str, Any], _raw: str | None) -> None:
        if message.get("type") == "hello":
            with self._greeted:
                self.greetings += 1
                self._greeted.notify_all()
            if self._spoken:
                self._spoken.put(None)

    def _hand_out(self, _client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        spoken = is_spoken(request.type, request.payload, self._owner)
        self.held_back += is_held_back(request.type, request.payload)
        in_person = Feature.IN_PERSON in self._api.settings.allowed
        desks = [self._spoken] if spoken and self._spoken else []
        # Where nobody looks at requests, they are not acknowledged: Slack offers them to another connection.
        desks += [self._requests] if self._requests and (in_person or not spoken) else []
        if len(desks) > 1:
            self._on_both[request.envelope_id] = len(desks)
        for desk in desks:
            desk.put(request)
        if spoken and not desks:
            self.acknowledge(request.envelope_id)  # the history has it as well

    def _address(self) -> str:
        token = self._api.bundle().token(Kind.APP).reveal()
        found = self._api.call_apart(Kind.APP, lambda web: web.apps_connections_open(app_token=token))
        address = found.get("url")
        if not isinstance(address, str) or not address.startswith("wss:" if self._api.encrypted else ("ws:", "wss:")):
            raise nonsense(safe=True)
        return address


def _unreachable() -> RetryLaterError:
    return RetryLaterError("Slack's Socket Mode cannot be reached.", "It is tried again by itself.")
