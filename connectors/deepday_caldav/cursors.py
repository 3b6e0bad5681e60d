"""Cursors of CalDAV, and their text: where a reading stopped, bound to its calendar and its window."""

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from deepday.connect import ReadContext
from deepday.errors import CursorGoneError
from deepday.model import Cursor

_MOST_BYTES = 50_000_000
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Tokens:
    """The server keeps count (RFC 6578).

    What changed after the sync token ``since`` is to be given, from the beginning where it is empty. Of that, objects
    up to the path ``after`` were given already, and ``until`` is the token to go on with once all are: that of the
    first answer, so that what changes while a reading is under way comes again.
    """

    since: str = ""
    until: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Etags:
    """We keep count.

    ``known``: a digest of the version of every object that was given, by its path below the calendar. ``ctag``: what
    the calendar as a whole was marked with when all of them were given, empty while some are missing. While a reading
    is under way, objects up to the path ``after`` were given by it, and ``until`` is the mark to go on with once all
    are: that of its first answer, empty where something could not be given, so that it is looked for again.
    """

    ctag: str = ""
    known: Mapping[str, str] = field(default_factory=dict)
    until: str = ""
    after: str = ""


def bound_to(calendar: str, context: ReadContext) -> str:
    """Return the fingerprint of all that decides which pages a reading gives."""
    window = context.window
    parts = (calendar, window.start, window.end, context.zone.key, context.email.casefold(), context.keep_titles)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def write_cursor(state: Tokens | Etags, bound: str) -> Cursor:
    """Return the cursor of a state."""
    kind = "tokens" if isinstance(state, Tokens) else "etags"
    text = json.dumps({"version": _VERSION, "bound": bound, kind: asdict(state)}, separators=(",", ":"))
    return Cursor(base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode())


def read_cursor(cursor: Cursor, bound: str) -> Tokens | Etags:
    """Return the state of a cursor. Raises :class:`CursorGoneError` for one of another reading, and for nonsense."""
    try:
        return _state(_unpacked(cursor.text), bound)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error, zlib.error):
        raise CursorGoneError("The cursor belongs to another reading.", "Everything is read again.") from None


def _unpacked(text: str) -> Any:
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(base64.b64decode(text, altchars=b"-_", validate=True), _MOST_BYTES)
    if not unpacking.eof:
        raise ValueError
    return json.loads(data)


def _state(said: Any, bound: str) -> Tokens | Etags:
    if said["version"] != _VERSION or said["bound"] != bound:
        raise ValueError
    state: Tokens | Etags = Tokens(**said["tokens"]) if "tokens" in said else Etags(**said["etags"])
    whole = asdict(state)
    texts = [*whole.pop("known", {}).items(), tuple(whole.values())]
    if not all(isinstance(text, str) for pair in texts for text in pair):
        raise TypeError
    return state
