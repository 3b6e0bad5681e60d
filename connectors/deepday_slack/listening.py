"""Urgent signals over Socket Mode: a connection that we open, so that no public address is needed."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, Queue
from typing import Final

from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web import WebClient

from deepday.errors import RetryLaterError
from deepday.model import UrgentSignal
from deepday_slack.pair import CONNECTIONS, Clients
from deepday_slack.scopes import Kind
from deepday_slack.signals import Ears, signal_of
from deepday_slack.web import SlackApi, nonsense, silent_logger

_REMEMBERED: Final = 10_000
_PING_SECONDS: Final = 5.0


@dataclass(slots=True)
class _Held:
    signal: UrgentSignal
    envelopes: list[str] = field(default_factory=list)


class _Client(SocketModeClient):
    """Slack's client, but for where it gets the address of its connection: its own way there sleeps."""

    def __init__(self, web: WebClient, address: Callable[[], str]) -> None:
        self._address = address
        super().__init__("", silent_logger(), web, ping_interval=_PING_SECONDS, concurrency=1)
        self.proxy = None  # one from the environment would see the connection

    def issue_new_wss_url(self) -> str:
        return self._address()

    def close(self) -> None:
        self.closed = True
        self.message_queue.put(None)  # else it waits for a message before it ends
        super().close()


class SocketListener:
    """Satisfies :class:`deepday.connect.RequestSource`. Connects when first asked for signals."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self.owners_own = False  # whether what people write to the owner in person counts as well
        self._client: Clients | None = None
        self._arrived: Queue[SocketModeRequest] = Queue()
        self._held: dict[str, _Held] = {}
        self._done: OrderedDict[str, None] = OrderedDict()

    def close(self) -> None:
        """Close the connection; Slack delivers again what was not acknowledged."""
        if self._client:
            self._client.close()
            self._client = None

    def signals(self, seconds: float) -> Iterator[UrgentSignal]:
        """Give what was not acknowledged yet, then what arrives within ``seconds``."""
        client = self._connected()
        clock = self._api.clock
        end = clock.monotonic() + seconds
        yield from [held.signal for held in self._held.values()]
        while True:
            try:
                request = self._arrived.get(timeout=max(0.0, end - clock.monotonic()))
            except Empty:
                return
            if signal := self._take(client, request):
                yield signal

    def acknowledge(self, signal: UrgentSignal) -> None:
        """Tell Slack that the signal is kept."""
        held = self._held.pop(signal.id, None)
        self._done[signal.id] = None
        while len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)
        if held and self._client:
            for envelope in held.envelopes:
                _acknowledge(self._client, envelope)

    def _take(self, client: Clients, request: SocketModeRequest) -> UrgentSignal | None:
        bundle = self._api.bundle()
        ears = Ears(bundle.team, bundle.user, bundle.bot_user, self._api.now(), self.owners_own)
        attempt = request.retry_attempt + 1 if isinstance(request.retry_attempt, int) else 1
        signal = signal_of(request.type, request.payload, attempt, ears)
        if signal is None or signal.id in self._done:
            _acknowledge(client, request.envelope_id)
            return None
        known = self._held.setdefault(signal.id, _Held(signal))
        known.envelopes.append(request.envelope_id)
        return signal if len(known.envelopes) == 1 else None

    def _connected(self) -> Clients:
        """Return the client, connected. Raises :class:`RetryLaterError` where that does not succeed."""
        if self._client is None:
            # The client asks for an address itself, from threads of its own, over connections of their own.
            web = WebClient("", retry_handlers=[], logger=silent_logger())
            self._client = Clients([_Client(web, self._address) for _ in range(CONNECTIONS)])
            self._client.socket_mode_request_listeners.append(self._listen)
        if not self._client.is_connected():
            with suppress(OSError, SlackClientError):
                self._client.connect_to_new_endpoint()
            # Raised out here, because the error above may hold the address, and the ticket in it.
            if not self._client.reaches():
                raise _unreachable()
        return self._client

    def _listen(self, _client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        self._arrived.put(request)

    def _address(self) -> str:
        token = self._api.bundle().token(Kind.APP).reveal()
        found = self._api.call_apart(Kind.APP, lambda web: web.apps_connections_open(app_token=token))
        address = found.get("url")
        if not isinstance(address, str) or not address.startswith("wss:" if self._api.encrypted else ("ws:", "wss:")):
            raise nonsense(safe=True)
        return address


def _acknowledge(client: Clients, envelope: str) -> None:
    # Without a connection Slack delivers it again, and then it is acknowledged.
    with suppress(OSError, SlackClientError):
        client.send_socket_mode_response(SocketModeResponse(envelope))


def _unreachable() -> RetryLaterError:
    return RetryLaterError("Slack's Socket Mode cannot be reached.", "It is tried again by itself.")
