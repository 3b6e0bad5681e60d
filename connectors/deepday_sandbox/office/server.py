"""The office on loopback: the vendors' faces as one ASGI application, with faults and the wire log around them."""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from email.utils import format_datetime
from typing import Any, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from deepday_sandbox.office.faults import Fault, FaultKind
from deepday_sandbox.office.state import Office
from deepday_sandbox.office.wire import WireLog

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


_DROPPED = {FaultKind.RESET_BEFORE, FaultKind.RESET_AFTER, FaultKind.STALL_BEFORE, FaultKind.STALL_AFTER}


class Face(Protocol):
    """A vendor's face: its routes, which paths are its own, and how it words a fault."""

    @property
    def name(self) -> str:
        """The vendor's name in the wire log: google, graph, slack or oauth is decided by the path where empty."""
        ...

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        ...

    def owns(self, path: str) -> bool:
        """Tell whether a path is this vendor's."""
        ...

    def fault(self, path: str, fault: Fault) -> tuple[int, dict[str, str], bytes]:
        """Return a fault in this vendor's own form: status, headers, body."""
        ...


class Switchboard:
    """Around the application: applies faults, writes the wire log. Web sockets pass through."""

    def __init__(self, app: Starlette, office: Office, faces: Sequence[Face], log: WireLog) -> None:
        """Wrap the application."""
        self._app, self._office, self._faces, self._log = app, office, faces, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["raw_path"].decode() + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
        body = await _whole_body(receive)
        if body is None:
            return
        at = self._office.clock.now().timestamp()
        face = next((one for one in self._faces if one.owns(scope["path"])), None)
        with self._office.lock:
            fault = self._office.faults.take(scope["method"], path) if face else None
        status, named, content = await self._answer(scope, body, face, fault, path)
        answer = (status, named | {"date": format_datetime(self._office.clock.now(), usegmt=True)}, content)
        if face:
            headers = {key.decode(): value.decode("latin-1") for key, value in scope["headers"]}
            dropped = fault is not None and fault.kind in _DROPPED
            seen = (0, {}, b"") if dropped else answer
            self._log.write(face.name, (scope["method"], path, headers, body), seen, at)
        await _send(answer, fault, send)

    async def _answer(
        self, scope: Scope, body: bytes, face: Face | None, fault: Fault | None, path: str
    ) -> tuple[int, dict[str, str], bytes]:
        if fault and face:
            if fault.kind is FaultKind.DELAY:
                await asyncio.sleep(fault.seconds)
            elif fault.kind is FaultKind.STATUS:
                status, headers, content = face.fault(path, fault)
                return status, {**headers, **fault.headers}, content
            elif fault.kind in {FaultKind.RESET_BEFORE, FaultKind.STALL_BEFORE}:
                return 0, {}, b""
        answer = await _call(self._app, scope, body)
        if fault and fault.kind is FaultKind.GARBAGE:
            return answer[0], answer[1], fault.body.encode()
        if fault and fault.kind is FaultKind.INSTEAD:
            return fault.status, dict(fault.headers), fault.content
        return answer


async def _whole_body(receive: Receive) -> bytes | None:
    """Return the body; ``None`` when the client went away before all of it came: nothing was asked then."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _call(app: Starlette, scope: Scope, body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Let the application answer, and keep the answer instead of sending it."""
    status, headers, parts = 500, {}, list[bytes]()
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return {"type": "http.disconnect"}
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {key.decode(): value.decode("latin-1") for key, value in message["headers"]}
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, headers, b"".join(parts)


async def _send(answer: tuple[int, dict[str, str], bytes], fault: Fault | None, send: Send) -> None:
    status, headers, body = answer
    if fault and fault.kind in _DROPPED:
        await asyncio.sleep(fault.seconds)
        send.__self__.transport.abort()  # type: ignore[attr-defined]  # uvicorn's cycle: a vendor's server just hangs up
        return
    headers = {key: value for key, value in headers.items() if key.lower() != "content-length"}
    headers["content-length"] = str(len(body))
    raw = [(key.encode(), value.encode("latin-1")) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    if fault and fault.kind is FaultKind.TRUNCATE:
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        send.__self__.transport.abort()  # type: ignore[attr-defined]
        return
    if fault and fault.kind is FaultKind.DRIP:
        for place in range(len(body) - 1):
            if send.__self__.disconnected:  # type: ignore[attr-defined]  # nobody listens any more
                return
            await send({"type": "http.response.body", "body": body[place : place + 1], "more_body": True})
            await asyncio.sleep(fault.seconds)
        body = body[-1:]
    await send({"type": "http.response.body", "body": body})


def application(office: Office, faces: Sequence[Face], log: WireLog | None = None) -> Switchboard:
    """Return the ASGI application of an office with those faces."""
    app = Starlette(routes=[route for face in faces for route in face.routes()])
    return Switchboard(app, office, faces, log or WireLog(office.clock))


@contextlib.contextmanager
def serving(app: Switchboard, port: int = 0) -> Iterator[str]:
    """Serve on loopback from a thread of its own, and give the base URL (no slash at the end).

    Port 0 takes any that is free. Raises :class:`OSError` where the port is taken.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # a dropped connection is what was asked for
    # Listening from the start, so that whoever is quicker than the server waits instead of being refused.
    listener = socket.create_server(("127.0.0.1", port))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio sets it on sockets of its own only
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", date_header=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
