"""Where the page listens: on loopback for browsers, and on a socket of the owner's for the command line.

Both run in one thread of their own, so that they end when the service does.
"""

import asyncio
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from deepday.clock import Clock
from deepday.config.paths import data_folder
from deepday.errors import DeepdayError, InputError
from deepday.web.frame import make_app
from deepday.web.sessions import LINK_SECONDS, Sessions

ADDRESSES = ("127.0.0.1", "::1")
_LINKS = "/links"
_LONGEST_PATH = 100
_SECONDS_TO_BEGIN = 10.0
_SECONDS_TO_END = 5
_BACKLOG = 128


def control_path() -> Path:
    """Return the socket through which the command line asks for links; only its owner may use it."""
    return data_folder() / "serve.sock"


@contextmanager
def page(port: int, clock: Clock, log: Callable[[str], None]) -> Iterator[Callable[[], str]]:
    """Listen while the context lasts, and give what makes a new one-time link. ``port`` 0: any that is free.

    Raises :class:`InputError` when the port is taken.
    """
    sessions = Sessions(clock)
    with _bound(port) as listening:
        number = listening[0].getsockname()[1]
        names = [*ADDRESSES, "localhost"]
        origins = tuple(f"http://{f'[{name}]' if ':' in name else name}:{number}" for name in names)

        def link() -> str:
            return f"{origins[0]}/sign-in?link={sessions.new_link()}"

        servers = [(_server(make_app(sessions, origins, clock, log)), listening)]
        control = _control(log)
        if control is not None:
            servers.append((_server(_control_app(link)), [control]))
        try:
            with running(servers, "deepday page"):
                yield link
        finally:
            if control is not None:
                control.close()
                control_path().unlink(missing_ok=True)


def ask_for_link() -> str:
    """Return a new one-time link of the deepday serve that runs. Raises :class:`DeepdayError` where none does."""
    none = DeepdayError("No deepday serve with a page runs here.", "Run: deepday serve")
    if not control_path().exists():
        raise none
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(control_path())), timeout=5) as client:
            answer = client.post(f"http://deepday{_LINKS}")
    except httpx.TransportError:
        raise none from None
    if not answer.is_success:
        raise DeepdayError("deepday serve gave no link.", "Stop it, and start it again.")
    return answer.text


def minutes() -> int:
    """Return for how many minutes a link can be used."""
    return LINK_SECONDS // 60


@contextmanager
def _bound(port: int) -> Iterator[list[socket.socket]]:
    """Give sockets on loopback, of both families where this machine has both."""
    first = _socket(socket.AF_INET, ADDRESSES[0], port)
    sockets = [first]
    with suppress(InputError, OSError):  # there may be no IPv6 here
        sockets.append(_socket(socket.AF_INET6, ADDRESSES[1], first.getsockname()[1]))
    try:
        yield sockets
    finally:
        for one in sockets:
            one.close()


def _socket(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        raise InputError(
            f"The page cannot listen on {address} port {port}: {error.strerror}.",
            "Give another one: deepday serve --port 8378, or leave the page out: deepday serve --no-page",
        ) from None
    return made


def _control(log: Callable[[str], None]) -> socket.socket | None:
    """Return the socket for the command line, readable by its owner only; ``None`` where there can be none."""
    path = control_path()
    if sys.platform == "win32" or len(os.fsencode(path)) > _LONGEST_PATH:
        log("deepday open cannot reach this service: the path of the data folder is too long for a socket.")
        return None
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        made.bind(str(path))
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        log(f"deepday open cannot reach this service: {error.strerror}.")
        return None
    finally:
        os.umask(before)
    return made


def _control_app(link: Callable[[], str]) -> Starlette:
    """Return what answers the command line: a new link, and nothing else."""

    async def new_link(_: Request) -> Response:
        return PlainTextResponse(link())

    return Starlette(routes=[Route(_LINKS, new_link, methods=["POST"])])


def _server(app: Starlette) -> uvicorn.Server:
    """Return a server that writes no log of its own: addresses may hold what opens a session."""
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=_SECONDS_TO_END,
        limit_concurrency=200,
    )
    return uvicorn.Server(config)


@contextmanager
def running(servers: list[tuple[uvicorn.Server, list[socket.socket]]], name: str) -> Iterator[None]:
    """Run servers in a thread of that name while the context lasts; those who are being answered are answered first."""

    async def all_of_them() -> None:
        await asyncio.gather(*(server.serve(sockets) for server, sockets in servers))

    thread = threading.Thread(target=asyncio.run, args=(all_of_them(),), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        for server, _ in servers:
            server.should_exit = True
        thread.join(_SECONDS_TO_BEGIN + _SECONDS_TO_END)
