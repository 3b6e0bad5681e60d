"""Calendars of the office in memory: objects with etags, and a journal that cursors point into."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from deepday.model import CalendarEvent, EventKind, Interval, Response, ShowAs


@dataclass(frozen=True, slots=True)
class Invited:
    """That somebody else organises it: who, how many take part besides the owner, since when (UTC seconds).

    ``answers``: the owner's, one for each occurrence.
    """

    organiser: str
    others: int
    at: int
    answers: tuple[Response, ...]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A calendar object as the office has it; ``times`` are its occurrences, one for a single event.

    ``told``: its occurrences with all that they say, for an office that is filled with whole events. ``invited``: what
    makes it an invitation, ``None`` for the owner's own.
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
    invited: Invited | None = None


@dataclass(slots=True)
class StoredCalendar:
    """One calendar. ``journal`` names the object of every change, in order; ``epoch`` counts how often cursors died.

    ``marker``: whose own it is, empty for a person's.
    """

    objects: dict[str, StoredEvent] = field(default_factory=dict)
    journal: list[str] = field(default_factory=list)
    epoch: int = 0
    etags: "count[int]" = field(default_factory=lambda: count(1))
    name: str = ""
    marker: str = ""

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

    def invite(
        self, times: Sequence[Interval], title: str = "", organiser: str = "ben@example.org", others: int = 1
    ) -> str:
        """Let somebody invite the owner, to a series where there are several times; return the handle."""
        handle = f"event{next(self._numbers):04}"
        invited = Invited(organiser, others, self.now(), (Response.NEEDS_ACTION,) * len(times))
        self._primary.put(StoredEvent(handle, "", tuple(times), title, invited=invited))
        self._hint("primary")
        return handle

    def respond(self, handle: str, response: Response) -> None:
        """Let the owner answer an invitation by hand, all of its occurrences."""
        event = self._primary.objects[handle]
        if event.invited:
            answers = (response,) * len(event.times)
            self._primary.put(replace(event, invited=replace(event.invited, answers=answers)))

    def responses(self, handle: str) -> list[Response]:
        """Return the owner's answers to an invitation, one for each occurrence."""
        invited = self._primary.objects[handle].invited
        return list(invited.answers) if invited else []

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

    def now(self) -> int:
        """Return the present in UTC seconds."""
        raise NotImplementedError

    def _hint(self, calendar: str) -> None:
        raise NotImplementedError
