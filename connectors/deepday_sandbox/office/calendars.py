"""Calendars as the vendors have them underneath: entries, versions, and a journal of changes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from deepday.model import DateRange, EventKind, Response, ShowAs
from deepday_sandbox.office.clock import OfficeClock

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class ConflictError(Exception):
    """The entry has another version than the writer thought, or its id is taken."""


class GoneError(Exception):
    """There is no such entry, or it was deleted."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Wall times in a zone, ends excluded: a series repeats at the same time of day whatever the clocks do."""

    start: datetime  # naive
    end: datetime  # naive
    zone: str  # IANA


@dataclass(frozen=True, slots=True)
class Guest:
    """An attendee. ``comment``: the words of the answer."""

    email: str
    name: str = ""
    response: Response = Response.NEEDS_ACTION
    is_room: bool = False
    optional: bool = False
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A single event, the master of a series, or one changed occurrence of it.

    ``id`` is unique in its calendar, ``uid`` (iCalUID) across calendars. ``recurrence`` holds RFC 5545 lines (RRULE,
    EXDATE, RDATE). A changed or cancelled occurrence names its ``series`` (the master's id) and its ``original``
    start: wall time in the master's zone, or a date. ``guests`` are empty for an entry without company. ``extra``
    keeps what one vendor has and others do not (``{"google": {...}, "graph": {...}}``). ``version`` and ``changed``
    (the journal's number) are set when it is written.
    """

    id: str
    uid: str
    when: Timed | DateRange
    title: str = ""
    description: str = ""
    location: str = ""
    organiser: str = ""
    guests: tuple[Guest, ...] = ()
    show_as: ShowAs = ShowAs.BUSY
    kind: EventKind = EventKind.DEFAULT
    cancelled: bool = False
    visibility: str = "default"
    recurrence: tuple[str, ...] = ()
    series: str = ""
    original: datetime | date | None = None
    sequence: int = 0
    created: int = 0
    updated: int = 0
    version: int = 0
    changed: int = 0
    deleted: bool = False
    extra: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


@dataclass(slots=True)
class Calendar:
    """One calendar of one worker. ``id`` is the address for the primary one. ``extra`` is as an entry's.

    ``earlier`` keeps the states of entries that were overwritten, oldest first: a series that shrinks has to say which
    occurrences are gone.
    """

    id: str
    owner: str
    name: str
    zone: str
    primary: bool = True
    description: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    earlier: dict[str, list[Entry]] = field(default_factory=dict)

    def as_of(self, entry_id: str, number: int) -> Entry | None:
        """Return the state an entry had when the journal stood at that number, ``None`` where it was not there yet."""
        now = self.entries.get(entry_id)
        states = [*self.earlier.get(entry_id, ()), *((now,) if now else ())]
        return next((state for state in reversed(states) if state.changed <= number), None)


class Calendars:
    """Every calendar, with one journal: each write has the next number, so "what changed since" has an answer."""

    def __init__(self, clock: OfficeClock) -> None:
        """Begin with none."""
        self._clock = clock
        self._calendars: dict[str, Calendar] = {}
        self.journal = 0
        self.oldest = 0  # changes up to here are forgotten: cursors from before are dead
        self.told: list[Any] = []  # what organisers were mailed, see deepday_sandbox.office.answering
        self.listeners: list[Callable[[Calendar, Entry], None]] = []  # called after each write, with what was written

    def add(self, calendar: Calendar) -> Calendar:
        """Add a calendar."""
        self._calendars[calendar.id] = calendar
        return calendar

    def remove(self, calendar_id: str) -> None:
        """Delete a whole calendar. Raises :class:`GoneError` where there is none."""
        self.find(calendar_id)
        self.journal += 1
        del self._calendars[calendar_id]

    def of(self, owner: str) -> list[Calendar]:
        """Return somebody's calendars, the primary one first."""
        mine = [calendar for calendar in self._calendars.values() if calendar.owner == owner]
        return sorted(mine, key=lambda calendar: not calendar.primary)

    def find(self, calendar_id: str) -> Calendar:
        """Return the calendar. Raises :class:`GoneError` where there is none."""
        if calendar_id not in self._calendars:
            raise GoneError(calendar_id)
        return self._calendars[calendar_id]

    def get(self, calendar_id: str, entry_id: str) -> Entry:
        """Return a live entry. Raises :class:`GoneError`."""
        entry = self.find(calendar_id).entries.get(entry_id)
        if entry is None or entry.deleted:
            raise GoneError(entry_id)
        return entry

    def create(self, calendar_id: str, entry: Entry) -> Entry:
        """Write a new entry. Raises :class:`ConflictError` where the id is taken, by a deleted entry too."""
        if entry.id in self.find(calendar_id).entries:
            raise ConflictError(entry.id)
        return self._write(calendar_id, replace(entry, created=entry.created or self._clock.seconds()))

    def update(self, calendar_id: str, entry: Entry, *, version: int | None = None) -> Entry:
        """Write a new state of an entry. Raises :class:`ConflictError` where ``version`` is not the stored one."""
        stored = self.find(calendar_id).entries.get(entry.id)
        if stored is None:
            raise GoneError(entry.id)
        if version is not None and stored.version != version:
            raise ConflictError(entry.id)
        return self._write(calendar_id, entry)

    def delete(self, calendar_id: str, entry_id: str, *, version: int | None = None) -> None:
        """Leave a tombstone. The occurrences that belong to a series go with it."""
        entry = self.get(calendar_id, entry_id)
        if version is not None and entry.version != version:
            raise ConflictError(entry_id)
        for other in list(self.find(calendar_id).entries.values()):
            if other.series == entry_id and not other.deleted:
                self._write(calendar_id, replace(other, deleted=True))
        self._write(calendar_id, replace(entry, deleted=True))

    def since(self, calendar_id: str, number: int) -> list[Entry]:
        """Return the entries written after that number of the journal, tombstones too, in order of writing.

        Raises :class:`GoneError` where the journal no longer reaches back so far.
        """
        if number < self.oldest:
            raise GoneError(calendar_id)
        found = (entry for entry in self.find(calendar_id).entries.values() if entry.changed > number)
        return sorted(found, key=lambda entry: entry.changed)

    def forget(self) -> None:
        """Make every cursor given so far dead."""
        self.journal += 1
        self.oldest = self.journal

    def fill(self, calendar_id: str, entries: Iterable[Entry]) -> None:
        """Write many new entries; those that say when they were changed last keep that."""
        calendar = self.find(calendar_id)
        for entry in entries:
            written = self.create(calendar_id, entry)
            calendar.entries[entry.id] = replace(written, updated=entry.updated or written.updated)

    def _write(self, calendar_id: str, entry: Entry) -> Entry:
        self.journal += 1
        written = replace(entry, version=entry.version + 1, changed=self.journal, updated=self._clock.seconds())
        calendar = self.find(calendar_id)
        if entry.id in calendar.entries:
            calendar.earlier.setdefault(entry.id, []).append(calendar.entries[entry.id])
        calendar.entries[entry.id] = written
        for listener in list(self.listeners):
            listener(calendar, written)
        return written
