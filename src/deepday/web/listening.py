"""Where the page listens: on loopback for browsers, and on a socket of the owner's for the command line.

Both run in one thread of their own, so that they end when the service does.
"""

import asyncio
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.applications import Starlette

from deepday.app.vitals import Vitals
from deepday.clock import Clock
from deepday.errors import InputError
from deepday.web.control import BACKLOG, commands_app, control_path, listen_for_commands
from deepday.web.frame import make_app
from deepday.web.sessions import LINK_SECONDS, Sessions

ADDRESSES = ("127.0.0.1", "::1")
_SECONDS_TO_BEGIN = 10.0
_SECONDS_TO_END = 5


@contextmanager
def page(
    port: int, clock: Clock, log: Callable[[str], None], vitals: Vitals | None = None
) -> Iterator[Callable[[], str]]:
    """Listen while the context lasts, and give what makes a new one-time link. ``port`` 0: any that is free.

    ``vitals``: of the service beside the page, if there is one. Raises :class:`InputError` when the port is taken.
    """
    sessions = Sessions(clock)
    with _bound(port) as listening:
        number = listening[0].getsockname()[1]
        names = [*ADDRESSES, "localhost"]
        origins = tuple(f"http://{f'[{name}]' if ':' in name else name}:{number}" for name in names)

        def link() -> str:
            return f"{origins[0]}/sign-in?link={sessions.new_link()}"

        servers = [(_server(make_app(sessions, origins, clock, log, vitals)), listening)]
        control = listen_for_commands(log)
        if control is not None:
            servers.append((_server(commands_app(link, vitals or Vitals(clock))), [control]))
        try:
            with running(servers, "deepday page"):
                yield link
        finally:
            if control is not None:
                control.close()
                control_path().unlink(missing_ok=True)


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
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as asyncio does where it opens sockets itself
        made.bind((address, port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise InputError(
            f"The page cannot listen on {address} port {port}: {error.strerror}.",
            "Give another one: deepday serve --port 8378, or leave the page out: deepday serve --no-page",
        ) from None
    return made


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
