"""Graph's ids: opaque, case-sensitive, with ``+``, ``/`` and ``=`` in them, in two forms (mutable and immutable)."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from deepday_sandbox.microsoft.errors import GraphError
from deepday_sandbox.office.calendars import Entry

_ITEM, _IMMUTABLE, _CALENDAR = "AAMkAG", "AAkALg", "AQMkAD"
_MARK: Final = b"\xfb\xef\xbe\xff"  # becomes "++++/w==" and its like: whoever forgets to encode a path notices


@dataclass(frozen=True, slots=True)
class ItemId:
    """What an id says: the calendar, the entry (a series' master for its occurrences), the original start or none."""

    calendar: str
    entry: str
    original: str = ""

    @property
    def start(self) -> datetime | date | None:
        """The original start: wall time in the master's zone, or a date."""
        if not self.original:
            return None
        return datetime.fromisoformat(self.original) if "T" in self.original else date.fromisoformat(self.original)


def of_entry(calendar: str, entry: Entry, *, immutable: bool) -> str:
    """Return the id of a stored entry; an exception has the id of the occurrence that it replaces."""
    if entry.series and entry.original is not None:
        return of_occurrence(calendar, entry.series, entry.original, immutable=immutable)
    return _encode(_IMMUTABLE if immutable else _ITEM, calendar, entry.id, "")


def of_occurrence(calendar: str, master: str, original: datetime | date, *, immutable: bool) -> str:
    """Return the id of an occurrence."""
    return _encode(_IMMUTABLE if immutable else _ITEM, calendar, master, original.isoformat())


def of_calendar(calendar: str) -> str:
    """Return the id of a calendar."""
    return _encode(_CALENDAR, calendar)


def item(text: str) -> ItemId:
    """Read an item's id in either form. Raises :class:`GraphError` for what was never an id."""
    return ItemId(*_decode(text, (_ITEM, _IMMUTABLE), 3))


def calendar(text: str) -> str:
    """Read a calendar's id. Raises :class:`GraphError` for what was never an id."""
    return _decode(text, (_CALENDAR,), 1)[0]


def _encode(prefix: str, *parts: str) -> str:
    return prefix + base64.b64encode(_MARK + "\n".join(parts).encode()).decode()


def _decode(text: str, prefixes: tuple[str, ...], count: int) -> list[str]:
    prefix = next((one for one in prefixes if text.startswith(one)), None)
    try:
        raw = base64.b64decode(text[len(prefix or "") :], validate=True)
        parts = raw.removeprefix(_MARK).decode().split("\n")
    except (binascii.Error, UnicodeDecodeError):
        prefix, raw, parts = None, b"", []
    if prefix is None or not raw.startswith(_MARK) or len(parts) != count:
        raise GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")
    return parts


def change_key(entry: Entry) -> str:
    """Return the changeKey of an entry's version."""
    return base64.b64encode(f"{entry.changed:08d}.{entry.version:04d}".encode()).decode()


def etag(entry: Entry) -> str:
    """Return the ETag of an entry's version."""
    return f'W/"{change_key(entry)}"'
