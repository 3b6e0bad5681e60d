"""Google's SDK within bounds: every call of an open account goes through here, one at a time, each sent once.

The SDK builds requests and checks their parameters; the sending is ours (:class:`_Wire`), since its own transport
repeats writes by itself and reads answers without a limit.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any, Final, Self

import httplib2
from googleapiclient.discovery import build

from deepday.clock import Clock
from deepday.connect import Refresh, TokenKeeper
from deepday.connect.http import Answer, HttpClient, Limits
from deepday.errors import DeepdayError, FatalError, OutcomeUnknownError
from deepday.model import TokenSet
from deepday_google.auth import refresher
from deepday_google.errors import Attempt, RefusedError, translated
from deepday_google.scopes import Need
from deepday_google.settings import Settings

_CHATTY: Final = ("google.auth", "google.oauth2", "google_auth_oauthlib", "googleapiclient", "oauthlib")
_NOT_PASSED_ON: Final = frozenset({"accept-encoding", "content-length", "user-agent", "x-http-method-override"})


def silence() -> None:
    """Keep Google's libraries from logging: they log addresses, answers and tokens, some of it as warnings."""
    for name in (*_CHATTY, "requests_oauthlib"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class _Wire:
    """What the SDK takes for an ``httplib2.Http``: signs each request, and renews the token once when it is refused.

    A request that got a 401 was not carried out, so that it may be sent again, a write too. Raises
    :class:`RefusedError` for every answer but 2xx, so that the SDK looks into none of them.
    """

    def __init__(
        self, client: HttpClient, tokens: Callable[[TokenSet | None], TokenSet], noted: Callable[[Answer], None]
    ) -> None:
        self._client = client
        self._tokens = tokens
        self._noted = noted

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> tuple[httplib2.Response, bytes]:
        """Send a request and return its answer, as ``httplib2`` does."""
        given = headers or {}
        if "x-http-method-override" in given:  # the SDK makes a POST of a long GET, which then looks like a write
            method, uri, body = given["x-http-method-override"], f"{uri}?{_text(body)}", None
        passed = {name: value for name, value in given.items() if name.lower() not in _NOT_PASSED_ON}
        tokens = self._tokens(None)
        answer = self._send(tokens, method, uri, body, passed)
        if answer.status == 401 and not RefusedError(answer).reason.startswith("push."):
            answer = self._send(self._tokens(tokens), method, uri, body, passed)
        if not 200 <= answer.status < 300:
            raise RefusedError(answer)
        return httplib2.Response({**answer.headers, "status": str(answer.status)}), answer.data

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _send(
        self, tokens: TokenSet, method: str, uri: str, body: str | bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        signed = {**headers, "Authorization": f"Bearer {tokens.access.reveal()}"}
        answer = self._client.send(method, uri, content=body or None, headers=signed)
        self._noted(answer)
        return answer


def _text(body: str | bytes | None) -> str:
    return body.decode() if isinstance(body, bytes) else body or ""


class Session:
    """The calls of one account. For one thread; close it, or use it in a ``with`` statement.

    ``account`` is what the account is called, an address where it is known. ``skew``: by how many seconds Google's
    clock was ahead of ours at its last answer, ``None`` before one.
    """

    def __init__(self, settings: Settings, account: str, keeper: TokenKeeper, clock: Clock, limits: Limits) -> None:
        silence()
        self.settings = settings
        self.account = account
        self.clock = clock
        self._keeper = keeper
        self._limits = limits
        self._refresh: Refresh = refresher(settings, clock, limits)
        self._wires: list[_Wire] = []
        self._services: dict[str, Any] = {}
        self._granted: frozenset[str] | None = None
        self.skew: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for wire in self._wires:
            wire.close()

    def calendar(self) -> Any:
        """Return the SDK's Calendar service."""
        return self._service("calendar", "v3", self.settings.calendar)

    def gmail(self) -> Any:
        """Return the SDK's Gmail service."""
        return self._service("gmail", "v1", self.settings.gmail)

    def now(self) -> int:
        """Return the present in UTC seconds."""
        return int(self.clock.now().timestamp())

    def granted(self) -> frozenset[str]:
        """Return the scopes that Google granted, as they were when first looked at."""
        if self._granted is None:
            self._granted = self._tokens(None).scopes
        return self._granted

    def attempt(self, request: Any) -> dict[str, Any]:
        """Send a request of the SDK and return the object that it answers.

        Raises :class:`RefusedError` when Google says no; else as :class:`deepday.connect.http.HttpClient`, and the
        same where the answer makes no sense.
        """
        answer = None
        with suppress(ValueError, RecursionError):  # no text, or nested too deeply; the error would hold the answer
            answer = request.execute(num_retries=0)
        if isinstance(answer, dict):
            return answer
        if request.method == "GET":
            raise FatalError("Google sent an answer that makes no sense.", "Try again later.")
        raise OutcomeUnknownError("Google took the request, but its answer makes no sense.", "It is looked up.")

    def ask(self, request: Any, need: Need, *, follows: bool = False) -> dict[str, Any]:
        """Do as :meth:`attempt` does, and translate a refusal. ``follows``: it carries Google's cursor."""
        error: DeepdayError
        try:
            return self.attempt(request)
        except RefusedError as refused:
            error = self.meaning(refused, request, need, follows=follows)
        raise error  # out here, so that it does not carry the answer with it

    def send(self, request: Any, need: Need) -> None:
        """Send a request of the SDK to which nothing is answered; errors as :meth:`ask`."""
        error: DeepdayError | None = None
        answer = None
        try:
            answer = request.execute(num_retries=0)
        except RefusedError as refused:
            error = self.meaning(refused, request, need)
        except (ValueError, RecursionError):
            answer = b"?"
        if error:
            raise error
        if answer:
            raise OutcomeUnknownError("Google took the request, but its answer makes no sense.", "It is looked up.")

    def meaning(self, refused: RefusedError, request: Any, need: Need, *, follows: bool = False) -> DeepdayError:
        """Return the error that says what to do about a refusal."""
        return translated(refused, Attempt(need, self.clock.now(), safe=request.method == "GET", follows=follows))

    def _service(self, name: str, version: str, base: str) -> Any:
        if name not in self._services:
            wire = _Wire(HttpClient(base, self.clock, self._limits), self._tokens, self._note)
            self._wires.append(wire)
            self._services[name] = build(
                name,
                version,
                http=wire,
                static_discovery=True,
                cache_discovery=False,
                client_options={"api_endpoint": base},
            )
        return self._services[name]

    def _note(self, answer: Answer) -> None:
        with suppress(ValueError, TypeError, OverflowError):
            said = parsedate_to_datetime(answer.headers.get("date", ""))
            self.skew = (said - self.clock.now()).total_seconds()

    def _tokens(self, refused: TokenSet | None) -> TokenSet:
        if refused is None:
            return self._keeper.fresh(self._refresh)
        return self._keeper.renewed(refused, self._refresh)
