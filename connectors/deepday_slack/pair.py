"""Several connections of Socket Mode as one: while Slack renews one of them, the others still bring what comes."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

CONNECTIONS: Final = 2
_REMEMBERED: Final = 10_000


class Clients:
    """Has of Slack's client what is used of it. An envelope is acknowledged over the connection that brought it."""

    def __init__(self, clients: Sequence[SocketModeClient]) -> None:
        self._clients = clients
        self._came_by: dict[str, SocketModeClient] = {}
        self.message_listeners: list[Callable[..., Any]] = []
        self.socket_mode_request_listeners: list[Callable[[BaseSocketModeClient, SocketModeRequest], None]] = []
        for client in clients:
            client.message_listeners.append(self._spoke)
            client.socket_mode_request_listeners.append(self._arrived)

    def is_connected(self) -> bool:
        """Tell whether every connection is there."""
        return all(client.is_connected() for client in self._clients)

    def reaches(self) -> int:
        """Return how many of the connections are there."""
        return sum(client.is_connected() for client in self._clients)

    def connect_to_new_endpoint(self) -> None:
        """Open the connections that are missing. Raises what the last one raised when there is none at all."""
        failed: Exception | None = None
        for client in self._clients:
            if not client.is_connected():
                try:
                    client.connect_to_new_endpoint()
                except (OSError, SlackClientError) as error:
                    failed = error
        if failed is not None and not self.reaches():
            raise failed

    def send_socket_mode_response(self, response: SocketModeResponse) -> None:
        """Acknowledge an envelope; where its own connection is gone, over another one."""
        own = self._came_by.pop(response.envelope_id, None)
        others = [client for client in self._clients if client is not own and client.is_connected()]
        for client in (*([own] if own else []), *others):
            with suppress(OSError, SlackClientError):
                client.send_socket_mode_response(response)
                return

    def close(self) -> None:
        """Close the connections, one after the other."""
        for client in self._clients:
            client.close()

    def _spoke(self, client: BaseSocketModeClient, message: dict[str, Any], raw: str | None = None) -> None:
        for listen in self.message_listeners:
            listen(client, message, raw)

    def _arrived(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        if isinstance(client, SocketModeClient):
            self._came_by[request.envelope_id] = client
        while len(self._came_by) > _REMEMBERED:
            self._came_by.pop(next(iter(self._came_by)))
        for listen in self.socket_mode_request_listeners:
            listen(client, request)
