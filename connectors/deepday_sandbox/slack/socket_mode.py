"""Socket Mode: connections, envelopes, acknowledgements, and what becomes of those that never come."""

import asyncio
import concurrent.futures
import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from deepday_sandbox.office import Office
from deepday_sandbox.slack.workspace import Delivery, workspace

MOST_LINKS: Final = 10
TICKET_SECONDS: Final = 30
WARNING_SECONDS: Final = 10
_BYE: Final = ""


@dataclass(slots=True)
class _Link:
    id: str
    loop: asyncio.AbstractEventLoop
    outgoing: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    closes: float = 0.0

    def send(self, text: str) -> None:
        self.loop.call_soon_threadsafe(self.outgoing.put_nowait, text)


class SocketHub:
    """The connections of the app. ``lost`` is called with what was under way on a connection that closed."""

    def __init__(self, office: Office, lost: Callable[[Delivery, str], None]) -> None:
        """Begin without connections."""
        self._office, self._lost = office, lost
        self._links: dict[str, _Link] = {}
        self._tickets: dict[str, float] = {}
        self._unacked: dict[str, tuple[Delivery, str, float]] = {}
        self._asked: dict[str, tuple[concurrent.futures.Future[dict[str, Any]], str]] = {}
        self._changed = threading.Condition(office.lock)
        self._turn = 0
        self.opened = 0  # connections ever

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._links)

    @property
    def unacknowledged(self) -> int:
        """How many events wait for their acknowledgement."""
        return len(self._unacked)

    def wait_for(self, test: Callable[[], bool], seconds: float = 10.0) -> bool:
        """Wait (real seconds) until a test of the connections holds, and return whether it does."""
        with self._changed:
            return self._changed.wait_for(test, seconds)

    def ticket(self) -> str:
        """Return a ticket that opens one connection within half a minute."""
        ticket = uuid.uuid4().hex
        self._tickets[ticket] = self._now() + TICKET_SECONDS
        return ticket

    def _now(self) -> float:
        return self._office.clock.now().timestamp()

    def overdue(self) -> list[Delivery]:
        """Take back the events that nobody acknowledged in time, and close the links that were warned."""
        now, limit = self._now(), workspace(self._office).ack_seconds
        for link in list(self._links.values()):
            if link.closes and now >= link.closes:
                link.send(_BYE)
        late = [key for key, (_, _, since) in self._unacked.items() if now >= since + limit]
        return [self._unacked.pop(key)[0] for key in late]

    def _next(self, avoid: str = "") -> _Link | None:
        """Return the connection whose turn it is; not the one that failed, where there is another."""
        links = [one for one in self._links.values() if not one.closes] or list(self._links.values())
        links = [one for one in links if one.id != avoid] or links
        self._turn += 1
        return links[self._turn % len(links)] if links else None

    def send(self, delivery: Delivery) -> bool:
        """Hand an event to a connection, and return whether there was one."""
        with self._office.lock:
            link = self._next(delivery.link)
            if link is None:
                return False
            envelope = str(uuid.uuid4())
            delivery.link = link.id
            self._unacked[envelope] = (delivery, link.id, self._now())
            retry = {"retry_attempt": delivery.attempt, "retry_reason": delivery.reason}
            link.send(_envelope(envelope, "events_api", delivery.body, accepts=False, **retry))
        return True

    def ask(self, kind: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Send a command or an interaction, and return the payload of its acknowledgement; ``None``: none in time."""
        with self._office.lock:
            link = self._next()
            if link is None:
                return None
            envelope, answer = str(uuid.uuid4()), concurrent.futures.Future[dict[str, Any]]()
            self._asked[envelope] = (answer, link.id)
            link.send(_envelope(envelope, kind, payload, accepts=True))
        try:
            return answer.result(workspace(self._office).ack_seconds)
        except (TimeoutError, concurrent.futures.CancelledError):
            return None
        finally:
            self._asked.pop(envelope, None)

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to go: ``warning`` leaves it ten seconds of the office, the others close it."""
        with self._office.lock:
            for link in self._links.values():
                link.send(json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": link.id}}))
                link.closes = self._now() + WARNING_SECONDS
                if reason != "warning":
                    link.send(_BYE)

    def drop(self) -> None:
        """Close every connection without a word."""
        with self._office.lock:
            for link in self._links.values():
                link.send(_BYE)

    async def serve(self, socket: WebSocket) -> None:
        """Serve one connection."""
        with self._office.lock:
            until = self._tickets.pop(socket.query_params.get("ticket", ""), 0.0)
        if self._now() >= until:
            await socket.close(4403)
            return
        await socket.accept()
        if len(self._links) >= MOST_LINKS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
            await socket.close()
            return
        link = _Link(f"applink-{uuid.uuid4().hex[:8]}", asyncio.get_running_loop())
        with self._office.lock:
            self._links[link.id] = link
            self.opened += 1
            self._changed.notify_all()
            hello = self._hello(link)
        await socket.send_json(hello)
        sender = asyncio.create_task(_send_all(socket, link))
        try:
            while True:
                self._acknowledge(await socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            pass  # the peer is gone, or the sender closed the socket
        finally:
            sender.cancel()
            self._forget(link)

    def _hello(self, link: _Link) -> dict[str, Any]:
        about = {"host": link.id, "build_number": 1, "approximate_connection_time": 18_060}
        app = {"app_id": workspace(self._office).app.id}
        return {"type": "hello", "num_connections": len(self._links), "debug_info": about, "connection_info": app}

    def _acknowledge(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        envelope = str(message.get("envelope_id", ""))
        with self._office.lock:
            acknowledged = self._unacked.pop(envelope, None)
            if acknowledged:
                delivery = acknowledged[0]
                workspace(self._office).accepted(delivery)
            asked = self._asked.get(envelope)
            self._changed.notify_all()
        if asked and not asked[0].done():
            payload = message.get("payload")
            asked[0].set_result(payload if isinstance(payload, dict) else {})

    def _forget(self, link: _Link) -> None:
        with self._office.lock:
            self._links.pop(link.id, None)
            lost = [key for key, (_, where, _) in self._unacked.items() if where == link.id]
            for key in lost:
                self._lost(self._unacked.pop(key)[0], "connection_failed")
            for answer, where in list(self._asked.values()):
                if where == link.id:
                    answer.cancel()
            self._changed.notify_all()


async def _send_all(socket: WebSocket, link: _Link) -> None:
    while (text := await link.outgoing.get()) != _BYE:
        await socket.send_text(text)
    await socket.close()


def _envelope(envelope: str, kind: str, payload: dict[str, Any], *, accepts: bool, **retry: Any) -> str:
    whole = {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": accepts, **retry}
    return json.dumps(whole)
