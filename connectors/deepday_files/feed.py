"""Fetches a calendar over HTTP: bounded in time, size and redirects, and without a trace of the address.

The address of a calendar feed is a password for it. It appears in no message and no log; httpx would log it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from deepday.clock import Clock, SystemClock
from deepday.connect import Validators
from deepday.connect.deadline import Deadline, DeadlineTransport
from deepday.connect.ics.content import MOST_BYTES
from deepday.errors import DeepdayError, InputError

_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks")
_HEADERS = {"Accept": "text/calendar, */*;q=0.5", "Accept-Encoding": "gzip", "User-Agent": "deepday"}
_AGAIN = "Copy the private iCal address from the settings of your calendar again."
_LATER = "Try again later; what was read before stays."


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch: seconds in all and to connect, bytes of the decoded answer, redirects followed."""

    total: float = 30.0
    connect: float = 10.0
    size: int = MOST_BYTES
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sent: the decoded bytes, or ``unchanged`` when the copy that we have is still good."""

    data: bytes = b""
    validators: Validators = field(default_factory=Validators)
    unchanged: bool = False


def shown(address: str) -> str:
    """Return as much of the address as may be shown: scheme and host."""
    url = _parse(address)
    return f"{url.scheme}://{url.host}/…"


def fetch(address: str, known: Validators, limits: Limits | None = None, clock: Clock | None = None) -> Answer:
    """Fetch the address, with ``known`` only if it changed since.

    Raises :class:`InputError` for a wrong address, a refusal (4xx) and an answer that is too large, and
    :class:`DeepdayError` for what may pass: no connection, no time left, a server's error.
    """
    url = _parse(address)
    limits = limits or Limits()
    place = f"{url.scheme}://{url.host}/…"
    deadline = Deadline(clock or SystemClock(), limits.total)
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    headers = _HEADERS | {name: value for name, value in conditions.items() if value}
    timeout = httpx.Timeout(limits.total, connect=limits.connect)
    try:
        with (
            _unlogged(),
            httpx.Client(transport=DeadlineTransport(deadline), timeout=timeout, headers=headers) as client,
        ):
            return _follow(client, client.build_request("GET", url), place, limits, known)
    except httpx.TimeoutException:
        raise DeepdayError(f"{place} did not answer within {limits.total:g} seconds.", _LATER) from None
    except httpx.ConnectError as error:
        what = "has no valid certificate" if "CERTIFICATE" in str(error).upper() else "cannot be reached"
        raise DeepdayError(f"{place} {what}.", "Check the address and your connection, then try again.") from None
    except httpx.DecodingError:
        raise InputError(f"{place} sent an answer that is compressed wrongly.", _LATER) from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise InputError(f"{place} leads to an address that is invalid.", _AGAIN) from None
    except httpx.HTTPError as error:
        raise DeepdayError(f"{place} broke off ({error.__class__.__name__}).", _LATER) from None


def _parse(address: str) -> httpx.URL:
    scheme, _, rest = address.strip().partition("://")
    scheme = {"webcal": "https", "webcals": "https"}.get(scheme.lower(), scheme.lower())
    try:
        url = httpx.URL(f"{scheme}://{rest}")
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise InputError("The address of the calendar feed is invalid.", _AGAIN)
    return url


def _follow(client: httpx.Client, request: httpx.Request, place: str, limits: Limits, known: Validators) -> Answer:
    for _ in range(limits.redirects + 1):
        response = client.send(request, stream=True)
        try:
            if response.next_request is None:
                return _answer(response, place, limits, known)
            following = response.next_request
        finally:
            response.close()
        if following.url.scheme not in {"http", "https"}:
            raise InputError(f"{place} leads to an address that is neither http nor https.", _AGAIN)
        if request.url.scheme == "https" and following.url.scheme == "http":
            raise InputError(f"{place} leads from https to http, where others could read it.", _AGAIN)
        request = following
    raise InputError(f"{place} leads on more than {limits.redirects} times.", _AGAIN)


def _answer(response: httpx.Response, place: str, limits: Limits, known: Validators) -> Answer:
    status = response.status_code
    headers = response.headers
    validators = Validators(headers.get("ETag", ""), headers.get("Last-Modified", ""))
    if status == httpx.codes.NOT_MODIFIED and (known.etag or known.last_modified):
        merged = Validators(validators.etag or known.etag, validators.last_modified or known.last_modified)
        return Answer(validators=merged, unchanged=True)
    _refuse(status, place)
    if headers.get("Content-Encoding", "identity").lower() not in {"identity", "gzip", "x-gzip", ""}:
        raise InputError(f"{place} sent an answer in an encoding that was not asked for.", _LATER)
    data = bytearray()
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > limits.size:
            raise InputError(f"{place} sent more than {limits.size:,} bytes.", "Use a calendar with a shorter past.")
    return Answer(bytes(data), validators)


def _refuse(status: int, place: str) -> None:
    if status == httpx.codes.OK:
        return
    if status in {401, 403}:
        raise InputError(f"{place} refuses access ({status}).", f"The address may have been reset. {_AGAIN}")
    if status in {404, 410}:
        raise InputError(f"{place} has no calendar at this address ({status}).", _AGAIN)
    if status in {408, 425, 429} or status >= 500:
        raise DeepdayError(f"{place} cannot answer now ({status}).", _LATER)
    raise InputError(f"{place} gave an unexpected answer ({status}).", _AGAIN)


@contextmanager
def _unlogged() -> Iterator[None]:
    """Keep the HTTP libraries from logging addresses."""
    loggers = [logger for name in _LOGGERS if not (logger := logging.getLogger(name)).disabled]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger in loggers:
            logger.disabled = False
