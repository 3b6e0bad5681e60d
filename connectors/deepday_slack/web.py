"""Slack's own client for the Web API, over connections that are bounded in time and size.

Its transport is replaced where it performs the HTTP request: one time limit for the whole exchange, a limit on the
decoded answer, no redirects, no proxies from the environment, no retries. Not light to import.
"""

import json
import logging
import math
from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.request import Request

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from deepday.clock import Clock
from deepday.connect import TokenKeeper
from deepday.connect.http import HttpClient, Limits, refusal
from deepday.errors import FatalError, OutcomeUnknownError, ReconnectNeededError
from deepday.model import Secret, TokenSet
from deepday_slack.bundle import Bundle
from deepday_slack.errors import DEAD, code_of, refused
from deepday_slack.scopes import Kind
from deepday_slack.settings import Settings

Send = Callable[[WebClient], SlackResponse]


def silent_logger() -> logging.Logger:
    """Return a logger for Slack's library that says nothing: at DEBUG it would log arguments and messages."""
    logger = logging.getLogger("deepday_slack.silent")
    logger.setLevel(logging.CRITICAL)
    logger.disabled = True
    return logger


class BoundedWebClient(WebClient):
    """Slack's client. ``safe`` says of the next call whether it changes nothing; ``skew`` as in ``Account``."""

    def __init__(self, base_url: str, http: HttpClient, clock: Clock) -> None:
        super().__init__(base_url=base_url, retry_handlers=[], logger=silent_logger())
        self.proxy = None
        self.safe = True
        self.skew: float | None = None
        self._http = http
        self._clock = clock

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        data = req.data if isinstance(req.data, bytes) else b""
        answer = self._http.send("POST", url, safe=self.safe, content=data, headers=dict(req.header_items()))
        now = self._clock.now()
        with suppress(KeyError, ValueError, TypeError):
            self.skew = (parsedate_to_datetime(answer.headers["date"]) - now).total_seconds()
        if error := refusal(answer, "Slack", now, safe=self.safe):
            raise error
        if not _is_answer(answer.data):
            raise nonsense(safe=self.safe)
        return {"status": 200, "headers": answer.headers, "body": answer.data.decode()}


def _is_answer(data: bytes) -> bool:
    """Tell whether it is what Slack answers: Slack's client would fail on anything else, or quote it."""
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(data.decode())
    return isinstance(found, dict) and isinstance(found.get("ok"), bool)


def nonsense(*, safe: bool) -> FatalError | OutcomeUnknownError:
    """Return the error for an answer that makes no sense."""
    if safe:
        return FatalError("Slack sent an answer that makes no sense.", "Try again later.")
    return OutcomeUnknownError("Slack took the request, but its answer makes no sense.", "It is looked up.")


class SlackApi:
    """Calls of one account. For one thread, but for :meth:`call_apart`."""

    def __init__(self, settings: Settings, keeper: TokenKeeper, clock: Clock, limits: Limits | None = None) -> None:
        self.clock = clock
        self._settings = settings
        self._keeper = keeper
        self._limits = limits
        self._http = HttpClient(settings.base_url, clock, limits)
        self._web = BoundedWebClient(settings.base_url, self._http, clock)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def skew(self) -> float | None:
        """By how many seconds Slack's clock was ahead at the last answer."""
        return self._web.skew

    @property
    def encrypted(self) -> bool:
        """Whether the Web API is reached over TLS, and so must be whatever it names."""
        return self._settings.base_url.startswith("https:")

    @property
    def settings(self) -> Settings:
        """The options that the account was connected with."""
        return self._settings

    def now(self) -> int:
        """Return the present in UTC seconds."""
        return int(self.clock.now().timestamp())

    def passed(self) -> int:
        """Return UTC seconds that are over by our clock and, as far as its last answer tells, by Slack's as well."""
        return math.floor(self.clock.now().timestamp() + min(0.0, self.skew or 0.0))

    def bundle(self) -> Bundle:
        """Return what is stored of the account; nothing is sent."""
        return Bundle.unpack(self._keeper.fresh(_cannot_refresh))

    def call(self, kind: Kind, send: Send, *, safe: bool = True) -> dict[str, Any]:
        """Send one request with that token, and return the answer. ``safe``: it changes nothing.

        Raises the errors of :mod:`deepday.errors`. A token that Slack no longer accepts is tried once more where
        another sign-in has brought a new one meanwhile: the refused call did nothing.
        """
        return self._call(self._web, kind, send, safe=safe)

    def call_apart(self, kind: Kind, send: Send) -> dict[str, Any]:
        """Do the same for a safe call from any thread, over a connection of its own."""
        with HttpClient(self._settings.base_url, self.clock, self._limits) as http:
            return self._call(BoundedWebClient(self._settings.base_url, http, self.clock), kind, send, safe=True)

    def _call(self, web: BoundedWebClient, kind: Kind, send: Send, *, safe: bool) -> dict[str, Any]:
        stored = self._keeper.fresh(_cannot_refresh)
        found = _exchange(web, Bundle.unpack(stored).token(kind), send, safe=safe)
        if not found["ok"] and code_of(found) in DEAD:
            other = self._other(stored, kind)
            if Bundle.unpack(other).token(kind) != Bundle.unpack(stored).token(kind):
                found = _exchange(web, Bundle.unpack(other).token(kind), send, safe=safe)
        if not found["ok"]:
            raise refused(found, kind, safe=safe)
        return found

    def _other(self, stored: TokenSet, kind: Kind) -> TokenSet:
        """Return the tokens to try instead; a user token that Slack refused ends the grant for good."""
        if kind is Kind.USER:
            return self._keeper.renewed(stored, _cannot_refresh)
        return self._keeper.fresh(_cannot_refresh)


def _exchange(web: BoundedWebClient, token: Secret, send: Send, *, safe: bool) -> dict[str, Any]:
    """Send one request, and return what Slack says, ok or not."""
    if not token:
        raise ReconnectNeededError(
            "This Slack account was connected without the token that this needs.",
            "Run: deepday connect slack --allow messages",
        )
    web.safe, web.token = safe, token.reveal()
    try:
        response = send(web)
    except SlackApiError as error:
        response = error.response
    finally:
        web.token = None
    data = response.data
    return dict(data) if isinstance(data, dict) else {"ok": False}


def _cannot_refresh(_tokens: TokenSet) -> TokenSet:
    """Pasted tokens do not expire, and cannot be exchanged for new ones."""
    raise ReconnectNeededError("Slack no longer accepts the token.", "Run: deepday connect slack")


def asked(settings: Settings, clock: Clock, token: Secret, limits: Limits | None = None) -> dict[str, Any]:
    """Return what ``auth.test`` says of a token, ``scopes`` among it: those that were granted."""
    with HttpClient(settings.base_url, clock, limits) as http:
        web = BoundedWebClient(settings.base_url, http, clock)
        kind = next(one for one in Kind if token.reveal().startswith(one))
        scopes: list[str] = []

        def send(client: WebClient) -> SlackResponse:
            response = client.auth_test()
            named = {name.lower(): value for name, value in response.headers.items()}
            scopes.extend(name.strip() for name in str(named.get("x-oauth-scopes", "")).split(",") if name.strip())
            return response

        found = _exchange(web, token, send, safe=True)
        if not found["ok"]:
            raise refused(found, kind, safe=True)
        return {**found, "scopes": frozenset(scopes)}


def revoked(settings: Settings, clock: Clock, token: Secret, limits: Limits) -> dict[str, Any]:
    """Return what ``auth.revoke`` says of a token, ok or not."""
    with HttpClient(settings.base_url, clock, limits) as http:
        web = BoundedWebClient(settings.base_url, http, clock)
        return _exchange(web, token, lambda client: client.auth_revoke(), safe=True)
