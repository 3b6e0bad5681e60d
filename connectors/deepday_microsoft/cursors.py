"""Where a reading stopped, as text: the vendor's link, and what is needed to go on with a series in pieces.

Graph sends a series as a master and its occurrences, in any order, and a page may end between them. A series that
shows up on the last rows of a page is *open*, and so is one that shows up again on a later page, or without its master:
they are not given, but read whole at the end, all at once. So the text remembers, while a reading has pages left, which
series are open (ids) and which were seen (a few letters of a digest each).
"""

import hashlib
import json
from dataclasses import dataclass

from deepday.connect import ReadContext
from deepday.errors import CursorGoneError
from deepday.model import Cursor

_VERSION = 1
_LETTERS = 8


@dataclass(frozen=True, slots=True)
class Position:
    """``path``: below Graph's address. ``more``: a reading is under way. ``open`` and ``seen``: see above."""

    path: str
    more: bool = False
    open: tuple[str, ...] = ()
    seen: frozenset[str] = frozenset()


def short(series: str) -> str:
    """Return what ``seen`` remembers of a series' id; two that are alike cost a request, nothing else."""
    return hashlib.sha256(series.encode()).hexdigest()[:_LETTERS]


def fingerprint(calendar: str, context: ReadContext) -> str:
    """Return what binds a cursor to its reading: all that decides what a reading gives."""
    window = context.window
    parts = (calendar, window.start, window.end, context.zone.key, context.email.casefold(), context.keep_titles)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def encode(position: Position, calendar: str, context: ReadContext) -> Cursor:
    """Return the position as text."""
    words = {
        "v": _VERSION,
        "f": fingerprint(calendar, context),
        "p": position.path,
        "m": position.more,
        "o": list(position.open),
        "s": "".join(sorted(position.seen)),
    }
    return Cursor(json.dumps(words, separators=(",", ":")))


def decode(cursor: Cursor, calendar: str, context: ReadContext) -> Position:
    """Read a position. Raises :class:`CursorGoneError` for nonsense, and for one of another reading."""
    try:
        words = json.loads(cursor.text)
        version, path, more, opened, seen = (words[name] for name in "vpmos")
        known = words["f"] == fingerprint(calendar, context)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _dead() from None
    right = isinstance(path, str) and path.startswith("/") and isinstance(more, bool) and isinstance(seen, str)
    if not (right and known and version == _VERSION and isinstance(opened, list)):
        raise _dead()
    if len(seen) % _LETTERS or not all(isinstance(one, str) for one in opened):
        raise _dead()
    parts = frozenset(seen[at : at + _LETTERS] for at in range(0, len(seen), _LETTERS))
    return Position(path, more, tuple(opened), parts)


def _dead() -> CursorGoneError:
    return CursorGoneError("The cursor makes no sense, or belongs to another reading.", "Everything is read again.")
