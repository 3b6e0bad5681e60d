"""WebDAV over HTTP, for one account: addresses, credentials, and answers that make sense.

The requests go through :class:`deepday.connect.http.HttpClient` and not through the caldav library's own client. That
one follows redirects, reads proxies and .netrc from the environment, has no bound for a whole exchange or its size,
decodes addresses, and logs bodies.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx

from deepday.clock import Clock
from deepday.connect import TokenKeeper
from deepday.connect.http import Answer, HttpClient, Limits
from deepday.errors import FatalError, ReconnectNeededError, RetryLaterError, UnsupportedError
from deepday.model import TokenSet
from deepday_caldav import grammar
from deepday_caldav.errors import dead_token, may_be_dead_token, refused_read, refused_write
from deepday_caldav.multistatus import Multistatus, read_multistatus
from deepday_caldav.quirks import Quirks, known
from deepday_caldav.settings import Settings

_XML = {"Content-Type": "application/xml; charset=utf-8", "Accept": "application/xml, text/xml"}
_REPORT = "Please report this."
_AGAIN = "It is tried again by itself."
_CALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}


class TooLargeError(FatalError):
    """The answer to a request that changes nothing was larger than what is read."""


class Dav:
    """One account on one server. For one thread; use it in a ``with`` statement. Nothing is sent before it is used."""

    def __init__(self, settings: Settings, tokens: TokenKeeper, clock: Clock, limits: Limits | None = None) -> None:
        self._user = settings.user
        self._root = settings.home or settings.url
        self._tokens = tokens
        self._clock = clock
        self._http = HttpClient(_origin(self._root), clock, limits)
        self._challenge = ""
        self.quirks: Quirks = known(settings.server)
        self.host = urlsplit(self._root).hostname or ""
        self.skew: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def address(self, place: str) -> str:
        """Return the whole address of a place that the server, or the caller, named.

        Raises :class:`UnsupportedError` for one on another host: the password goes to no other.
        """
        try:
            address = str(httpx.URL(urljoin(self._root, place)))
            same = _origin(address) == _origin(self._root)
        except (ValueError, httpx.InvalidURL):
            raise FatalError(f"{self.host} names an address that is none.", _REPORT) from None
        if not same:
            raise UnsupportedError(
                f"{self.host} leads to another host, {urlsplit(address).hostname}.",
                "The password is not sent there. If that host is right, connect again with its address.",
            )
        return address

    def name(self, place: str) -> str:
        """Return the path of a place, by which it is known: two spellings of one host are one place."""
        return urlsplit(self.address(place)).path

    def propfind(self, place: str, names: Iterable[str], depth: int = 0) -> Multistatus:
        """Ask for properties; the answer is whole."""
        return self.whole(self._multistatus("PROPFIND", place, grammar.propfind(names), depth), place)

    def report(self, place: str, body: bytes, depth: int = 1) -> Multistatus:
        """Ask a question that is not about a sync token. The answer may be cut: see :meth:`whole`."""
        return self._multistatus("REPORT", place, body, depth)

    def changes(self, calendar: str, token: str) -> Multistatus:
        """Ask for what changed since the token. The answer may be cut by 507: the rest comes after its token.

        Raises :class:`CursorGoneError` where the server no longer knows the token. Many servers do not say so in
        words: whether it is the token or the calendar that is refused, a question without a token tells.
        """
        answer = self.ask("REPORT", calendar, grammar.sync_collection(token), 0)
        if token and answer.status in self.quirks.dead_token:
            raise dead_token(self.host)
        if token and may_be_dead_token(answer):
            self.propfind(calendar, (grammar.GETCTAG,))
            raise dead_token(self.host)
        return self.whole(self._read(answer), calendar, may_be_cut=True)

    def whole(self, answer: Multistatus, place: str, *, may_be_cut: bool = False) -> Multistatus:
        """Return an answer of that place if it is about all that was asked for, so that what is not in it is not there.

        A row that says no is about the whole answer when it names the place itself, or nothing, or says that the
        answer was cut (507). Then this raises what a refusal of the whole request raises.
        """
        own = self.name(place).rstrip("/")
        for row in answer.rows:
            if row.status == 507 and not may_be_cut:
                raise RetryLaterError(f"{self.host} gave a part of its answer only (507).", _AGAIN)
            if row.status >= 300 and row.status != 507 and (not row.href or self.name(row.href).rstrip("/") == own):
                refused = refused_read(Answer(row.status, {}, b""), self.host, self.now())
                raise refused or FatalError(f"{self.host} gave no usable answer ({row.status}).", _REPORT)
        return answer

    def put(self, place: str, data: bytes, condition: Mapping[str, str]) -> Answer:
        """Write an object, once. The answer may say 409, 412, or any success."""
        return self._write("PUT", place, {**_CALENDAR, **condition}, data, {409, 412})

    def delete(self, place: str, condition: Mapping[str, str]) -> Answer:
        """Delete an object, once. The answer may say 404, 410 or 412, or any success."""
        return self._write("DELETE", place, condition, None, {404, 410, 412})

    def make_calendar(self, place: str, body: bytes) -> Answer:
        """Make a calendar, once. The answer may say 403, 405 or 409: something may be there, or any success."""
        return self._write("MKCALENDAR", place, _XML, body, {403, 405, 409})

    def ask(self, method: str, place: str, body: bytes, depth: int) -> Answer:
        """Send a request that changes nothing, and return its answer, whatever its status but 401."""
        return self._send(method, self.address(place), {**_XML, "Depth": str(depth)}, body, safe=True)

    def _multistatus(self, method: str, place: str, body: bytes, depth: int) -> Multistatus:
        return self._read(self.ask(method, place, body, depth))

    def _read(self, answer: Answer) -> Multistatus:
        error = refused_read(answer, self.host, self.now())
        if error is not None:
            raise error
        return read_multistatus(answer.data, self.host)

    def _write(self, method: str, place: str, headers: Mapping[str, str], body: bytes | None, told: set[int]) -> Answer:
        answer = self._send(method, self.address(place), headers, body, safe=False)
        error = None if answer.status in told else refused_write(answer, self.host, self.now())
        if error is not None:
            raise error
        return answer

    def _send(self, method: str, address: str, headers: Mapping[str, str], body: bytes | None, *, safe: bool) -> Answer:
        """Send with the password, once more where the server asks for Digest, or where there is a newer password.

        What was answered with 401 was not done, so that it may be sent again.
        """
        tokens = self._tokens.fresh(self._refuse)
        answer = self._attempt(tokens, method, address, headers, body, safe=safe)
        if answer.status == 401:
            tokens = self._tokens.renewed(tokens, self._refuse)
            answer = self._attempt(tokens, method, address, headers, body, safe=safe)
        if answer.status == 401:
            raise self._refusal()
        return answer

    def _attempt(
        self, tokens: TokenSet, method: str, address: str, headers: Mapping[str, str], body: bytes | None, *, safe: bool
    ) -> Answer:
        answer = self._exchange(method, address, headers, body, self._proof(tokens, method, address), safe=safe)
        challenge = answer.headers.get("www-authenticate", "")
        if answer.status == 401 and challenge.lower().startswith("digest"):
            self._challenge = challenge  # the first one, or the one in place of a stale one
            answer = self._exchange(method, address, headers, body, self._proof(tokens, method, address), safe=safe)
        return answer

    def _proof(self, tokens: TokenSet, method: str, address: str) -> str:
        """Return what goes into the header Authorization: Basic, or Digest where the server asked for it."""
        request = httpx.Request(method, address)
        password = tokens.access.reveal()
        if not self._challenge:
            return _authorization(next(httpx.BasicAuth(self._user, password).auth_flow(request)))
        flow = httpx.DigestAuth(self._user, password).auth_flow(request)
        asked = httpx.Response(401, headers={"www-authenticate": self._challenge}, request=next(flow))
        try:
            return _authorization(flow.send(asked))
        except (httpx.ProtocolError, StopIteration):
            raise FatalError(f"{self.host} asks for a password in a way that makes no sense.", _REPORT) from None

    def _exchange(
        self, method: str, address: str, headers: Mapping[str, str], body: bytes | None, proof: str, *, safe: bool
    ) -> Answer:
        sent = {**headers, "Authorization": proof}
        try:
            answer = self._http.send(method, address, safe=safe, headers=sent, content=body)
        except FatalError as error:
            raise TooLargeError(error.what, error.advice) from None
        self._note_time(answer)
        return answer

    def _note_time(self, answer: Answer) -> None:
        try:
            said = parsedate_to_datetime(answer.headers["date"])
            self.skew = (said - self.now()).total_seconds()
        except (KeyError, ValueError, TypeError, OverflowError):
            return

    def now(self) -> datetime:
        """Return the present instant."""
        return self._clock.now()

    def _refuse(self, _: TokenSet) -> TokenSet:
        """Refresh a password: there is no such thing."""
        raise self._refusal()

    def _refusal(self) -> ReconnectNeededError:
        advice = f"Run: deepday connect caldav. {self.quirks.advice}".strip()
        return ReconnectNeededError(f"{self.host} does not take this user and password.", advice)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return f"{parts.scheme}://{_bracketed((parts.hostname or '').lower())}:{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _authorization(request: httpx.Request) -> str:
    proof: str = request.headers["authorization"]
    return proof
