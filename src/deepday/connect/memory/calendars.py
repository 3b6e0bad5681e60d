"""Calendars of the office in memory: objects with etags, and a journal that cursors point into."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from deepday.model import CalendarEvent, EventKind, Interval, ShowAs


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A calendar object as the office has it; ``times`` are its occurrences, one for a single event.

    ``told``: its occurrences with all that they say, for an office that is filled with whole events.
    """

    id: str
    etag: str
    times: tuple[Interval, ...]
    title: str = ""
    show_as: ShowAs = ShowAs.BUSY
    kind: EventKind = EventKind.DEFAULT
    key: str = ""
    marker: str = ""
    deleted: bool = False
    told: tuple[CalendarEvent, ...] = ()


@dataclass(slots=True)
class StoredCalendar:
    """One calendar. ``journal`` names the object of every change, in order; ``epoch`` counts how often cursors died."""

    objects: dict[str, StoredEvent] = field(default_factory=dict)
    journal: list[str] = field(default_factory=list)
    epoch: int = 0
    etags: "count[int]" = field(default_factory=lambda: count(1))

    def put(self, event: StoredEvent) -> StoredEvent:
        """Keep the object with a new etag, and note the change."""
        kept = replace(event, etag=f'"{next(self.etags)}"')
        self.objects[event.id] = kept
        self.journal.append(event.id)
        return kept

    def live(self) -> list[StoredEvent]:
        """Return what is not deleted, by id."""
        return [event for _, event in sorted(self.objects.items()) if not event.deleted]


class CalendarSide:
    """What people do to their calendars, behind a connector's back."""

    def __init__(self) -> None:
        self.calendars: dict[str, StoredCalendar] = {"primary": StoredCalendar(), "team": StoredCalendar()}
        self._numbers = count(1)

    def calendar(self) -> str:
        """Return the id of the owner's primary calendar."""
        return "primary"

    def add_event(self, when: Interval, title: str = "") -> str:
        """Add a single event; return its handle."""
        return self.add_series([when], title)

    def add_series(self, times: Sequence[Interval], title: str = "") -> str:
        """Add a series with those occurrences; return its handle."""
        handle = f"event{next(self._numbers):04}"
        self._primary.put(StoredEvent(handle, "", tuple(times), title))
        self._hint("primary")
        return handle

    def add_whole(self, calendar: str, events: Iterable[CalendarEvent]) -> None:
        """Add events with all that they say; those of one UID are one object."""
        objects: dict[str, list[CalendarEvent]] = {}
        for event in events:
            objects.setdefault(event.uid, []).append(event)
        for uid, told in objects.items():
            self.calendars[calendar].put(StoredEvent(uid, "", (), told=tuple(told)))

    def move_event(self, handle: str, when: Interval) -> None:
        """Give an event other times; of a series only its first occurrence."""
        event = self._primary.objects[handle]
        self._primary.put(replace(event, times=(when, *event.times[1:])))
        self._hint("primary")

    def delete_occurrence(self, handle: str, number: int) -> None:
        """Delete one occurrence of a series, counted from 0."""
        event = self._primary.objects[handle]
        self._primary.put(replace(event, times=event.times[:number] + event.times[number + 1 :]))
        self._hint("primary")

    def delete_event(self, handle: str) -> None:
        """Delete an event, or a whole series."""
        self._primary.put(replace(self._primary.objects[handle], deleted=True))
        self._hint("primary")

    def kill_cursors(self) -> None:
        """Forget every cursor that was given out, as vendors do after a while."""
        for calendar in self.calendars.values():
            calendar.epoch += 1

    def events(self) -> list[tuple[Interval, str]]:
        """Return time and title of everything in the primary calendar, sorted."""
        return sorted((when, event.title) for event in self._primary.live() for when in event.times)

    @property
    def _primary(self) -> StoredCalendar:
        return self.calendars["primary"]

    def _hint(self, calendar: str) -> None:
        raise NotImplementedError
