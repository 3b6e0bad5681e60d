"""What connectors share that speak HTTP: a client within bounds, and answers translated by what to do about them.

Addresses may hold secrets, so no library may log them and no error holds more than the host. Not light to import:
import it where it is used.
"""

import json
import logging
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx

from deepday.clock import Clock
from deepday.connect.deadline import Deadline, DeadlineTransport
from deepday.errors import (
    ConflictError,
    DeepdayError,
    FatalError,
    GoneError,
    OutcomeUnknownError,
    ReconnectNeededError,
    RetryLaterError,
)

LONGEST_WAIT = 3600.0
"""Seconds; a server that asks for more is asked again after an hour."""

_CHATTY = ("httpx", "httpcore", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy")
_SAFE = {"GET", "HEAD", "OPTIONS"}
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)
_LATER = "It is tried again by itself; nothing was lost."
_RECONNECT = "Run: deepday connect"

_MEANINGS: dict[int, tuple[type[DeepdayError], str]] = {
    401: (ReconnectNeededError, "refuses access"),
    403: (ReconnectNeededError, "refuses access"),
    404: (GoneError, "no longer has it"),
    409: (ConflictError, "says that it was changed meanwhile"),
    410: (GoneError, "no longer has it"),
    412: (ConflictError, "says that it was changed meanwhile"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one exchange: seconds in all and to connect, bytes of the decoded answer."""

    total: float = 30.0
    connect: float = 10.0
    size: int = 20_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: ``status``, ``headers`` by lower-case name, the decoded ``data``."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    def json(self) -> Any:
        """Return the body as JSON; raises :class:`FatalError` when it is none."""
        with suppress(ValueError, RecursionError):
            return json.loads(self.data)
        # Raised out here, because the decoder's error holds the whole body.
        raise FatalError("The service sent an answer that is not JSON.", "Try again later.")


class HttpClient:
    """Speaks to one service. Not to be shared by threads; close it, or use it in a ``with`` statement.

    ``base_url`` is where paths begin. Redirects are not followed, cookies are not kept, nothing is tried twice.
    ``transport`` replaces the network.
    """

    def __init__(
        self, base_url: str, clock: Clock, limits: Limits | None = None, transport: httpx.BaseTransport | None = None
    ) -> None:
        silence()
        self._limits = limits or Limits()
        self._deadline = Deadline(clock, self._limits.total)
        self._client = httpx.Client(
            base_url=base_url,
            timeout=httpx.Timeout(self._limits.total, connect=self._limits.connect),
            transport=transport or DeadlineTransport(self._deadline),
            headers={"User-Agent": "deepday", "Accept-Encoding": "gzip"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, method: str, path: str, *, safe: bool | None = None, **options: Any) -> Answer:
        """Send a request and return the answer, whatever its status; ``options`` as for :meth:`httpx.Client.request`.

        ``safe``: it changes nothing, so that a lost answer is no matter (by default: so says the method). Raises
        :class:`RetryLaterError` when it was not sent or is safe, :class:`OutcomeUnknownError` when it may have been
        done, :class:`FatalError` when the answer is too large or wrongly compressed and the request safe.
        """
        harmless = method.upper() in _SAFE if safe is None else safe
        self._deadline.restart()
        try:
            with self._client.stream(method, path, **options) as response:
                data = bytearray()
                for chunk in response.iter_bytes():
                    data += chunk
                    if len(data) > self._limits.size:
                        raise httpx.DecodingError("too large")
                return Answer(response.status_code, dict(response.headers), bytes(data))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _broken(error, self._client.base_url.host, harmless=harmless) from None
        finally:
            self._client.cookies.clear()


def _broken(error: Exception, host: str, *, harmless: bool) -> DeepdayError:
    if isinstance(error, _NOT_SENT):
        return RetryLaterError(f"{host} cannot be reached.", f"Check your connection. {_LATER}")
    if not harmless:
        return OutcomeUnknownError(f"{host} took the request, but its answer was lost.", _LATER)
    if isinstance(error, httpx.DecodingError):
        return FatalError(f"{host} sent an answer that is too large or wrongly compressed.", "Try again later.")
    if isinstance(error, httpx.TimeoutException):
        return RetryLaterError(f"{host} did not answer in time.", _LATER)
    return RetryLaterError(f"{host} broke off ({error.__class__.__name__}).", _LATER)


def refusal(answer: Answer, service: str, now: datetime, *, safe: bool = True) -> DeepdayError | None:
    """Translate a status that says no into an error by what to do about it; ``None`` for 2xx and 304.

    Only what the status alone says; a connector looks at the vendor's own code first, and at the first 401 asks its
    :class:`~deepday.connect.TokenKeeper` for other tokens. ``safe``: the request changes
    nothing; otherwise a 5xx leaves open whether it was done (but 503 with Retry-After says that it was not).
    """
    status, wait = answer.status, retry_after(answer.headers.get("retry-after"), now)
    if 200 <= status < 300 or status == 304:
        return None
    if status in _MEANINGS:
        kind, what = _MEANINGS[status]
        return kind(f"{service} {what} ({status}).", _RECONNECT if kind is ReconnectNeededError else "")
    if status in {408, 425, 429} or (status == 503 and wait is not None):
        return RetryLaterError(f"{service} asks to wait ({status}).", _LATER, after=wait)
    if status >= 500:
        later = RetryLaterError if safe else OutcomeUnknownError
        return later(f"{service} cannot answer now ({status}).", _LATER, after=wait)
    return FatalError(f"{service} refused the request ({status}).", "Please report this.")


def retry_after(value: str | None, now: datetime, most: float = LONGEST_WAIT) -> float | None:
    """Return the seconds that a Retry-After header asks to wait: 0 at least, ``most`` at most.

    Takes seconds (also fractions, which Microsoft sends) and an HTTP date (RFC 9110, 10.2.3). ``None`` when there is
    no header or it makes no sense. ``now`` is aware.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            until = parsedate_to_datetime(value)
        except (ValueError, TypeError, OverflowError):
            return None
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        seconds = (until - now).total_seconds()
    return None if math.isnan(seconds) else min(max(seconds, 0.0), most)


class _OnlyWarnings(logging.Filter):
    """Keeps the HTTP libraries from logging addresses, whatever level their loggers are set to."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


_FILTER = _OnlyWarnings()


def silence() -> None:
    """Let httpx and httpcore log warnings only; they log whole addresses. Doing it twice is doing it once."""
    for name in _CHATTY:
        logging.getLogger(name).addFilter(_FILTER)
