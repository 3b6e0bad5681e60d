"""What can go wrong between a connector and its vendor, and what must come of it: the rows of the fault matrix.

Each row says what the office does to one request, which errors are right when the request only reads and when it
writes, and whether the office did it (``None``: that depends on the vendor). A test of a connector goes through its
calls, switches the fault on, calls, and compares.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass

from deepday.errors import (
    ConflictError,
    DeepdayError,
    FatalError,
    GoneError,
    OutcomeUnknownError,
    ReconnectNeededError,
    RetryLaterError,
    UnsupportedError,
)
from deepday_sandbox.office.faults import Fault, FaultKind

CANARY = "canary-secret-in-an-answer"
SECONDS = 1.0
"""The time limit that the connector under test is given for a whole exchange."""

Errors = tuple[type[DeepdayError], ...]
_LATER: Errors = (RetryLaterError,)
_UNKNOWN: Errors = (OutcomeUnknownError,)
_BROKEN: Errors = (RetryLaterError, FatalError)
_NO: Errors = (FatalError, UnsupportedError)


@dataclass(frozen=True)
class Row:
    """One way to fail. An empty tuple of errors: the call succeeds."""

    name: str
    make: Callable[[], Fault]
    read: Errors
    write: Errors
    done: bool | None = False

    def __str__(self) -> str:
        return self.name

    def fault(self, path: str = "", method: str = "") -> Fault:
        """Return the fault, for the next requests that fit."""
        fault = self.make()
        fault.path, fault.method = path, method
        return fault

    def right(self, error: DeepdayError | None, *, writes: bool) -> bool:
        """Tell whether that is what must come of it: exactly these kinds, an unknown outcome only where it is one."""
        wanted = self.write if writes else self.read
        if error is None or not wanted:
            return error is None and not wanted
        if isinstance(error, OutcomeUnknownError) and OutcomeUnknownError not in wanted:
            return False
        return isinstance(error, wanted)


def _status(status: int, code: str = "", *, times: int = -1, **headers: str) -> Callable[[], Fault]:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda: Fault(FaultKind.STATUS, status=status, code=code, times=times, headers=named)


def _kind(kind: FaultKind, seconds: float = 0.0, body: str = "") -> Callable[[], Fault]:
    return lambda: Fault(kind, times=-1, seconds=seconds, body=body)


def _instead(status: int, content: bytes, **headers: str) -> Callable[[], Fault]:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda: Fault(FaultKind.INSTEAD, times=-1, status=status, content=content, headers=named)


_JSON = "application/json"
_HTML = f"<html><body>{CANARY}</body></html>".encode()
_LONG = 2 * SECONDS

MATRIX: tuple[Row, ...] = (
    Row("stall before it was done", _kind(FaultKind.STALL_BEFORE, _LONG), _LATER, _UNKNOWN),
    Row("stall after it was done", _kind(FaultKind.STALL_AFTER, _LONG), _LATER, _UNKNOWN, done=True),
    Row("reset before it was done", _kind(FaultKind.RESET_BEFORE), _LATER, _UNKNOWN),
    Row("reset after it was done", _kind(FaultKind.RESET_AFTER), _LATER, _UNKNOWN, done=True),
    Row("400", _status(400), _NO, _NO),
    Row("401 for ever", _status(401), (ReconnectNeededError,), (ReconnectNeededError,)),
    Row("403", _status(403), (ReconnectNeededError, *_NO), (ReconnectNeededError, *_NO)),
    Row("404", _status(404), (GoneError,), (GoneError,)),
    Row("409", _status(409), (ConflictError, FatalError), (ConflictError,)),
    Row("410", _status(410), (GoneError,), (GoneError,)),
    Row("412", _status(412), (ConflictError, FatalError), (ConflictError,)),
    Row("413", _status(413), _NO, _NO),
    Row("429 with seconds", _status(429, Retry_After="7"), _LATER, _LATER),
    Row("429 with fractions", _status(429, Retry_After="2.128"), _LATER, _LATER),
    Row("429 with a date", _status(429, Retry_After="Fri, 01 Jan 2100 00:00:00 GMT"), _LATER, _LATER),
    Row("429 without a word", _status(429), _LATER, _LATER),
    Row("429 with 0", _status(429, Retry_After="0"), _LATER, _LATER),
    Row("429 with 10^9", _status(429, Retry_After="1000000000"), _LATER, _LATER),
    Row("429 with a negative", _status(429, Retry_After="-5"), _LATER, _LATER),
    Row("500", _status(500), _LATER, _UNKNOWN),
    Row("502 as HTML", _instead(502, _HTML, content_type="text/html"), _LATER, _UNKNOWN, done=True),
    Row("503", _status(503), _LATER, (*_LATER, *_UNKNOWN)),
    Row("504", _status(504), _LATER, _UNKNOWN),
    Row("truncated", _kind(FaultKind.TRUNCATE), _BROKEN, _UNKNOWN, done=True),
    Row("empty body", _instead(200, b"", content_type=_JSON), _BROKEN, _UNKNOWN, done=True),
    Row("wrong type", _instead(200, f'["{CANARY}", 7]'.encode(), content_type=_JSON), _BROKEN, _UNKNOWN, done=True),
    Row("HTML with 200", _instead(200, _HTML, content_type="text/html"), _BROKEN, _UNKNOWN, done=True),
    Row("huge body", _instead(200, b" " * 3_000_000, content_type=_JSON), _BROKEN, _UNKNOWN, done=True),
    Row(
        "gzip bomb",
        _instead(200, gzip.compress(b" " * 50_000_000, 9), content_type=_JSON, content_encoding="gzip"),
        _BROKEN,
        _UNKNOWN,
        done=True,
    ),
    Row("slow drip", _kind(FaultKind.DRIP, SECONDS / 4), _LATER, _UNKNOWN, done=True),
    Row(
        "redirect to another host",
        _instead(302, b"", location="http://other.example.invalid/"),
        (*_BROKEN, UnsupportedError),
        (*_UNKNOWN, *_NO),
        done=None,
    ),
)
"""Times are for :data:`SECONDS`; sizes for a limit of 1 MB."""

UNREACHABLE: tuple[tuple[str, str], ...] = (
    ("nobody listens", "http://127.0.0.1:9"),
    ("no such name", "https://nobody.invalid"),
    ("no TLS there", "https://127.0.0.1:{port}"),
)
"""Base addresses at which nothing is done: every call ends in ``RetryLaterError`` (with ``{port}`` the office's)."""


def wait_is_sane(error: RetryLaterError) -> bool:
    """Tell whether the wait that an error asks for is one that can be waited."""
    return error.after is None or 0 <= error.after <= 3600
