"""A reverse proxy before the CalDAV server: breaks exchanges on demand, or makes the server behave otherwise."""

import base64
import contextlib
import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from deepday_sandbox.office.faults import Fault, FaultKind, Faults

_DROPPED = {FaultKind.RESET_BEFORE, FaultKind.RESET_AFTER, FaultKind.STALL_BEFORE, FaultKind.STALL_AFTER}
_BEFORE = {FaultKind.RESET_BEFORE, FaultKind.STALL_BEFORE}


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes

    def without(self, *names: str) -> "Answered":
        return replace(self, headers={name: value for name, value in self.headers.items() if name not in names})


Served = Callable[[Asked], Answered]
Behaviour = Callable[[Asked, Served], Answered]


def as_it_is(asked: Asked, server: Served) -> Answered:
    return server(asked)


@dataclass
class Proxy:
    """``behaviour`` stands between each request and the server; ``log`` has what was asked, and the status."""

    target: str
    url: str = ""
    faults: Faults = field(default_factory=Faults)
    behaviour: Behaviour = as_it_is
    log: list[tuple[Asked, int]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    basic: str = ""

    def sign_in_as(self, user: str, password: str) -> None:
        """Prepare the credentials that a behaviour may put into a request."""
        self.basic = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def reset(self) -> None:
        """Let everything through again, and forget what was asked."""
        self.faults.clear()
        self.behaviour = as_it_is
        self.log.clear()

    def asked(self) -> list[str]:
        """Return the methods of the requests since the last call."""
        methods = [asked.method for asked, _ in self.log]
        self.log.clear()
        return methods

    def server(self, asked: Asked) -> Answered:
        connection = http.client.HTTPConnection(urlsplit(self.target).netloc, timeout=10)
        headers = {**asked.headers, "content-length": str(len(asked.body))}
        try:
            connection.request(asked.method, asked.path, asked.body or None, headers)
            response = connection.getresponse()
            return Answered(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {k.lower(): v for k, v in self.headers.items() if k.lower() not in {"connection", "accept-encoding"}}
        asked = Asked(self.command, self.path, headers, self.rfile.read(length))
        proxy = self.server.proxy
        fault = proxy.faults.take(asked.method, asked.path)
        answered = Answered(0, {}, b"")
        if fault and fault.kind is FaultKind.STATUS:
            answered = Answered(fault.status, dict(fault.headers), b"")
        elif not fault or fault.kind not in _BEFORE:
            answered = proxy.behaviour(asked, proxy.server)
        proxy.log.append((asked, answered.status))
        with contextlib.suppress(OSError):
            self.write(answered, fault)

    def write(self, answered: Answered, fault: Fault | None) -> None:
        if fault and fault.kind in _DROPPED:
            self.server.proxy.over.wait(fault.seconds)
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if fault and fault.kind is FaultKind.INSTEAD:
            answered = Answered(fault.status, dict(fault.headers), fault.content)
        self.send_response_only(answered.status)
        for name, value in answered.headers.items():
            if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answered.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if fault and fault.kind is FaultKind.TRUNCATE:
            self.wfile.write(answered.body[: len(answered.body) // 2])
        elif fault and fault.kind is FaultKind.DRIP:
            for place in range(len(answered.body)):
                self.wfile.write(answered.body[place : place + 1])
                self.wfile.flush()
                if self.server.proxy.over.wait(fault.seconds):
                    return
        else:
            self.wfile.write(answered.body)

    do_GET = do_PUT = do_DELETE = do_PROPFIND = do_REPORT = do_MKCALENDAR = answer  # noqa: N815 - so named by the base

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is what some tests are about."""


@contextlib.contextmanager
def proxying(target: str) -> Iterator[Proxy]:
    """Serve a proxy of that server on loopback."""
    proxy = Proxy(target)
    with _Server(proxy) as serving:
        proxy.url = f"http://127.0.0.1:{serving.server_port}"
        thread = threading.Thread(target=serving.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield proxy
        finally:
            proxy.over.set()
            serving.shutdown()
            thread.join()
