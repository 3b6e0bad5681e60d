"""Where the ingress listens: a socket, a server and a thread of its own, apart from those of the page."""

import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from deepday.app.ingress import Reception
from deepday.app.office_ingress import OfficeReception
from deepday.clock import Clock
from deepday.config.ingress_settings import IngressSettings, place_of
from deepday.errors import InputError
from deepday.web.ingress import Ingress, make_ingress
from deepday.web.ingress_form import form_routes
from deepday.web.listening import running
from deepday.web.office_ingress import OfficeIngress, make_office_ingress

HEADER_SECONDS = 10.0
"""Seconds in which a new connection must have sent the head of its first request."""

_NAME = "deepday ingress"
_BACKLOG = 1024
_MOST_AT_ONCE = 500
_HEAD_BYTES = 16_384
_SECONDS_TO_END = 5
_LOOPBACK = ("127.0.0.1", "[::1]", "localhost")


class _Impatient(H11Protocol):
    """Closes connections that say nothing: they would take the places of those who have something to say."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._hurry = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._hurry.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        asked = getattr(self, "cycle", None) is not None
        if not asked:
            self.transport.close()


@contextmanager
def ingress(
    settings: IngressSettings,
    listen: str,
    clock: Clock,
    log: Callable[[str], None],
    came: Callable[[], None],
    missed: Callable[[], None],
) -> Iterator[str]:
    """Listen while the context lasts, and give the address. ``listen``: HOST:PORT; port 0: any that is free.

    ``came`` is called when something was kept, ``missed`` when histories should be read. Raises :class:`InputError`
    when the place is taken, or may not be listened on.
    """
    reception = Reception(clock, log, came, missed)
    shared = Ingress(reception)
    with _server(settings, listen, lambda hosts: make_ingress(shared, hosts, form_routes(shared))) as (server, address):
        reception.start()
        try:
            with running([server], _NAME):
                yield address
        finally:
            reception.close()


@contextmanager
def office_ingress(settings: IngressSettings, listen: str, reception: OfficeReception) -> Iterator[str]:
    """Listen for everybody in the register while the context lasts, and give the address.

    ``listen``: as for :func:`ingress`. Raises :class:`InputError` as that does.
    """
    shared = OfficeIngress(reception)
    with _server(settings, listen, lambda hosts: make_office_ingress(shared, hosts)) as (server, address):
        try:
            with running([server], _NAME):
                yield address
        finally:
            shared.close()


@contextmanager
def _server(
    settings: IngressSettings, listen: str, make: Callable[[Sequence[str]], ASGIApp]
) -> Iterator[tuple[tuple[uvicorn.Server, list[socket.socket]], str]]:
    """Take the place while the context lasts; give a server with the application, not running, and its address.

    ``make`` takes the names that a request may ask for.
    """
    try:
        whole = IngressSettings.model_validate(settings.model_dump() | {"listen": listen})
        host, port = place_of(listen)
    except ValueError as error:
        said = str(error).partition("Value error, ")[2].partition(" [")[0] or str(error)
        raise InputError(f"The ingress cannot listen there: {said}", "See [ingress] in the settings.") from None
    # Strangers can make it say this as often as they like.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    with _bound(host, port) as listening:
        number = listening.getsockname()[1]
        app = make(_names(whole, host))
        config = uvicorn.Config(
            app,
            http=_Impatient,
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=True,
            proxy_headers=bool(whole.proxies),
            forwarded_allow_ips=list(whole.proxies),
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=_SECONDS_TO_END,
            limit_concurrency=_MOST_AT_ONCE,
            h11_max_incomplete_event_size=_HEAD_BYTES,
        )
        address = f"http://{f'[{host}]' if ':' in host else host}:{number}"
        yield (uvicorn.Server(config), [listening]), address


def _names(settings: IngressSettings, host: str) -> list[str]:
    named = urlsplit(settings.address).hostname
    own = _LOOPBACK if host in {"127.0.0.1", "::1", "localhost"} else ()
    return [*([named] if named else []), *own, *(one.strip("[]") for one in own if one.startswith("["))]


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        made = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        # Head and body of an answer are two writes: without this the second waits for the client's word, up to 40 ms.
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise InputError(
            f"The ingress cannot listen on {host} port {port}: {error.strerror}.",
            "Give another one, like 127.0.0.1:8379, or see [ingress] in the settings.",
        ) from None
    with made:
        yield made
