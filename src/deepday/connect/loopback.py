"""Where a browser comes back to after a sign-in: one address on this machine (RFC 8252, section 7.3)."""

import hmac
import html
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, urlsplit

from deepday.clock import Clock
from deepday.errors import DeepdayError, ReconnectNeededError

_LOOK_SECONDS = 0.1  # between two looks whether the browser came; it is answered in a thread of its own
_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>deepday</title>"
    "<body style='font:1.1rem system-ui;margin:4rem auto;max-width:32rem'><h1>{}</h1><p>{}</p>"
)


class Loopback:
    """Listens on loopback, on a port of its own, while the ``with`` statement lasts.

    ``host`` is the name that the vendor wants in the redirect address: ``127.0.0.1`` or ``localhost``.
    """

    def __init__(self, clock: Clock, host: str = "127.0.0.1") -> None:
        self._clock = clock
        self._host = host
        self._server = _Server()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    @property
    def address(self) -> str:
        """The redirect address, without a path."""
        return f"http://{self._host}:{self._server.server_address[1]}"

    def wait(self, seconds: float, state: str) -> dict[str, str]:
        """Return the parameters with which the browser came back.

        ``state``: what the sign-in was begun with. Whatever comes without it is not from the vendor, and is ignored:
        any page in the browser can send something here. Raises :class:`DeepdayError` when it does not come in time,
        :class:`ReconnectNeededError` when the vendor says that the person declined.
        """
        self._server.state = state
        until = self._clock.monotonic() + seconds
        while self._server.came is None:
            left = until - self._clock.monotonic()
            if left <= 0:
                raise DeepdayError("Nobody signed in in time.", "Run it again, and finish the page in the browser.")
            self._server.timeout = min(left, _LOOK_SECONDS)
            self._server.handle_request()
        came = self._server.came
        if came.get("error") == "access_denied":
            raise ReconnectNeededError("The sign-in was declined.", "Run it again, and allow the access.")
        return came


class _Server(ThreadingHTTPServer):  # a connection that says nothing must not keep the browser out
    def __init__(self) -> None:
        self.state = ""
        self.came: dict[str, str] | None = None
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a browser that hangs up is no matter, and its address holds the code."""


class _Handler(BaseHTTPRequestHandler):
    timeout = 10
    server: _Server

    def do_GET(self) -> None:
        given = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        ours = hmac.compare_digest(given.get("state", "").encode(), self.server.state.encode())
        if not (ours and given.keys() & {"code", "error"}):  # a browser asks for an icon as well
            self._answer(404, "Nothing here", "This address only ends a sign-in.")
            return
        try:  # first, for who waits may end the process
            if "error" in given:
                self._answer(200, "Not connected", f"The answer was: {given['error'][:80]}. You can close this page.")
            else:
                self._answer(200, "Signed in", "deepday has what it needs. You can close this page.")
        finally:
            self.server.came = given

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
        """Log nothing: the address holds the code."""

    def _answer(self, status: int, title: str, words: str) -> None:
        page = _PAGE.format(title, html.escape(words)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(page)
