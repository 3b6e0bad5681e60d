"""What every request passes, and what every answer carries, before and after any page. Plain ASGI.

A browser tells who makes it send a request (``Sec-Fetch-Site``, ``Origin``); both must say that it was this page. The
token in each form is checked later, beside the session (:mod:`deepday.web.frame`).
"""

from collections.abc import Collection
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
FORM_BYTES = 200_000
UPLOAD_BYTES = 200_000_000
_SAFE = {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page is: its addresses, the first one to be printed. ``upload``: paths that files may be sent to."""

    origins: tuple[str, ...]
    uploads: Collection[str] = ()

    @property
    def hosts(self) -> list[str]:
        """The names that a request may ask for, and no others: a name that leads here by a trick is refused."""
        names = [origin.partition("://")[2].rpartition(":")[0] for origin in self.origins]
        return [*names, *(name.strip("[]") for name in names if name.startswith("["))]


class Hardened:
    """Puts the headers on every answer, also on one that refuses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, sent if scope["type"] == "http" else send)


class FromThisPage:
    """Refuses what another page makes the browser send, methods that are not used, and bodies that are too large."""

    def __init__(self, app: ASGIApp, place: Place) -> None:
        self._app = app
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, method = Headers(scope=scope), scope["method"]
        if method not in {*_SAFE, "POST"}:
            await PlainTextResponse("Not allowed.", 405)(scope, receive, send)
        elif not (_may_read(headers) if method in _SAFE else self._may_write(headers)):
            await PlainTextResponse("Refused: this did not come from the page itself.", 403)(scope, receive, send)
        elif not self._fits(scope, headers):
            await PlainTextResponse("Too large.", 413)(scope, receive, send)
        else:
            await self._app(scope, _Counted(receive, self._most(scope)), send)

    def _may_write(self, headers: Headers) -> bool:
        """Tell whether a browser says that this page sent the form.

        Under our own ``no-referrer`` a browser may keep the origin to itself and say ``null``; then only its word that
        the origin is the same will do.
        """
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if origin in self._place.origins:
            return site in {"same-origin", "none"}
        return origin == "null" and site == "same-origin"

    def _most(self, scope: Scope) -> int:
        return UPLOAD_BYTES if scope["path"] in self._place.uploads else FORM_BYTES

    def _fits(self, scope: Scope, headers: Headers) -> bool:
        length = headers.get("content-length", "0")
        return length.isdecimal() and int(length) <= self._most(scope)


def _may_read(headers: Headers) -> bool:
    """Tell whether an answer may go out: a page of another site may lead here, and may not draw anything from here."""
    if headers.get("sec-fetch-site", "none") in {"same-origin", "none"}:
        return True
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


class _Counted:
    """Lets no more of a body through than fits, whatever its header says."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if self._left < 0 else message
