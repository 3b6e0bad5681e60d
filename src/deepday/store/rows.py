"""What the store says of a source, and of an import."""

from dataclasses import dataclass
from enum import StrEnum


class SourceKind(StrEnum):
    """What sort of data a source brings."""

    CALENDAR = "calendar"
    ACTIVITY = "activity"
    SHADOW = "shadow"  # a calendar that is being read in full; nobody sees it before it is whole


@dataclass(frozen=True, slots=True)
class Source:
    """A calendar or a stream of activity that was imported.

    ``name`` is unique within its kind. ``location`` is the file, folder or address it was read from. ``digest``,
    ``etag`` and ``last_modified`` tell whether it has changed since. ``written_at`` (0 when unknown) and
    ``imported_at`` are UTC seconds. ``events`` and ``messages`` count what is kept of it, ``skipped`` what could not
    be used. ``live``: it is read from a connected account. ``first`` and ``last`` bound what was observed (UTC seconds,
    ``last`` exclusive); ``None`` when nothing was.
    """

    name: str
    kind: SourceKind
    location: str
    digest: str
    etag: str
    last_modified: str
    written_at: int
    imported_at: int
    events: int
    messages: int
    first: int | None
    last: int | None
    skipped: int
    live: bool = False


class Outcome(StrEnum):
    """How an import ended."""

    IMPORTED = "imported"
    UNCHANGED = "unchanged"  # the store knew all of it already
    OLDER = "older"  # the store holds a newer copy; nothing was changed


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import changed.

    Of a calendar ``added``, ``removed``, ``changed`` and ``kept`` count its entries, told apart by UID and occurrence.
    Of activity ``added`` counts messages that were new to the store, ``kept`` those that it knew before.
    """

    outcome: Outcome
    added: int = 0
    removed: int = 0
    changed: int = 0
    kept: int = 0
