"""Page tokens and sync tokens: opaque to clients, and only good for the query they were made for."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from starlette.datastructures import QueryParams

from deepday_sandbox.google.errors import RefusedError

# Parameters that never change what a token stands for.
_LOOSE: Final = frozenset({"pageToken", "syncToken", "fields", "alt", "prettyPrint", "quotaUser", "key"})
FORBIDDEN: Final = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
)


Token = TypeVar("Token", "SyncToken", "PageToken")


def fingerprint(query: QueryParams, without: Iterable[str] = ()) -> list[list[str]]:
    """Return the parameters that a token is bound to, in an order of their own."""
    skip = _LOOSE | set(without)
    return sorted([name, value] for name, value in query.multi_items() if name not in skip)


@dataclass(frozen=True, slots=True)
class SyncToken:
    """Where a client stands: what of, up to which number of the journal, and the window of the first request."""

    of: str
    query: list[list[str]]
    number: int
    low: int | None = None
    high: int | None = None
    seen: str = ""  # calendar lists: which remembered list the client has


@dataclass(frozen=True, slots=True)
class PageToken:
    """Where the next page begins: after ``key``; ``number`` is the journal's number when the first page was read."""

    of: str
    query: list[list[str]]
    sync: str
    key: list[Any]
    number: int


def write_token(token: SyncToken | PageToken) -> str:
    """Return a token as text."""
    values = {name: getattr(token, name) for name in token.__dataclass_fields__}
    text = json.dumps([type(token).__name__, values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_sync(query: QueryParams, of: str, forbidden: Iterable[str], kept: Iterable[str]) -> SyncToken | None:
    """Return the sync token of a request, ``None`` where it has none.

    ``forbidden`` parameters must not go with it, ``kept`` ones must not be switched off. Raises
    :class:`RefusedError` (400) for those, for an unreadable token, and for one of another query.
    """
    if "syncToken" not in query:
        return None
    for name in forbidden:
        if name in query:
            raise RefusedError(400, "badRequest", f"Sync token cannot be used with {name}.", parameter="syncToken")
    for name in kept:
        if query.get(name) == "false":
            raise RefusedError(400, "badRequest", f"{name} cannot be false with a sync token.", parameter="syncToken")
    token = _read(SyncToken, query["syncToken"], "syncToken")
    free = ("timeMin", "timeMax", *kept)
    if token.of != of or _without(token.query, free) != fingerprint(query, free):
        message = "Sync token was issued for other parameters, and they must stay the same."
        raise RefusedError(400, "badRequest", message, parameter="syncToken")
    return token


def read_page(query: QueryParams, of: str) -> PageToken | None:
    """Return the page token of a request, ``None`` for the first page. Raises :class:`RefusedError` (400)."""
    if "pageToken" not in query:
        return None
    token = _read(PageToken, query["pageToken"], "pageToken")
    if token.of != of or token.query != fingerprint(query) or token.sync != query.get("syncToken", ""):
        raise RefusedError(400, "badRequest", "Page token was issued for another query.", parameter="pageToken")
    return token


def _without(pairs: list[list[str]], names: Iterable[str]) -> list[list[str]]:
    skip = set(names)
    return [pair for pair in pairs if pair[0] not in skip]


def _read(kind: type[Token], text: str, parameter: str) -> Token:
    try:
        name, values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        token = kind(**values)
    except (ValueError, TypeError) as error:
        raise RefusedError(400, "invalid", f"Invalid {parameter} value.", parameter=parameter) from error
    if name != kind.__name__:
        raise RefusedError(400, "invalid", f"Invalid {parameter} value.", parameter=parameter)
    return token
