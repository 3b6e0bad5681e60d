"""Calendars of the account in memory: reading by cursor, writing by etag."""

from collections.abc import Sequence
from dataclasses import replace

from deepday.connect.memory.calendars import StoredCalendar, StoredEvent
from deepday.connect.memory.part import Part
from deepday.connect.ports.files import ReadContext
from deepday.errors import ConflictError, CursorGoneError, GoneError
from deepday.model import (
    Calendar,
    CalendarEvent,
    Cursor,
    EventDraft,
    EventPage,
    EventUpsert,
    Interval,
    Response,
    WrittenEvent,
)

# A cursor is "epoch window calendar position last": where to go on in the journal and, during a full reading, the id of
# the object given last. The journal's position is that of the beginning of the full reading, so that what changes
# meanwhile comes afterwards.
_FOLLOWING = "-"


class EventsPart(Part):
    """Satisfies :class:`~deepday.connect.CalendarReader` and :class:`~deepday.connect.EventWriter`."""

    def calendars(self) -> Sequence[Calendar]:
        """Return the calendars that the owner can see."""
        with self.call("calendars"):
            return tuple(
                Calendar(
                    name,
                    stored.name or name.title(),
                    primary=name == "primary",
                    writable=name == "primary" or bool(stored.marker),
                    zone="UTC",
                )
                for name, stored in self.office.calendars.items()
            )

    def event_changes(self, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        """Return one page; of a full reading the objects by id, of a following one those that the journal names."""
        with self.call("event_changes"):
            stored = self._calendar(calendar)
            position, last = self._parse(stored, calendar, context, cursor)
            if last == _FOLLOWING:
                return self._following(stored, calendar, context, position)
            return self._full(stored, calendar, context, position, last)

    def create_event(self, calendar: str, draft: EventDraft) -> WrittenEvent:
        """Make the event, or adopt ours."""
        with self.call("create_event"):
            stored = self._calendar(calendar)
            found = stored.objects.get(draft.key)
            if found and found.marker != draft.marker:
                raise ConflictError("An event that is not ours has the id that ours would get.", "It is left alone.")
            if found and found.deleted:
                raise GoneError("The event was deleted by somebody.", "It is not made again.")
            if found is None:
                made = StoredEvent(
                    draft.key, "", (draft.when,), draft.title, draft.show_as, draft.kind, draft.key, draft.marker
                )
                found = stored.put(made)
            return _written(calendar, found)

    def find_event(self, calendar: str, key: str, marker: str, when: Interval | None = None) -> WrittenEvent | None:
        """Return our event with that key as it is now."""
        del when
        with self.call("find_event"):
            found = self._calendar(calendar).objects.get(key)
            return _written(calendar, found) if found and found.marker == marker and not found.deleted else None

    def find_ours(self, calendar: str, window: Interval, marker: str) -> Sequence[WrittenEvent]:
        """Return all events with that marker that overlap the window."""
        with self.call("find_ours"):
            return tuple(
                _written(calendar, event)
                for event in self._calendar(calendar).live()
                if event.marker == marker and any(_overlap(when, window) for when in event.times)
            )

    def move_event(self, event: WrittenEvent, when: Interval) -> WrittenEvent:
        """Give it other times."""
        with self.call("move_event"):
            stored = self._calendar(event.calendar)
            found = self._newest(stored, event)
            if found is None:
                raise GoneError("The event was deleted by somebody.", "It is not made again.")
            return _written(event.calendar, stored.put(replace(found, times=(when,))))

    def retitle_event(self, event: WrittenEvent, title: str) -> WrittenEvent:
        """Give it another title."""
        with self.call("retitle_event"):
            stored = self._calendar(event.calendar)
            found = self._newest(stored, event)
            if found is None:
                raise GoneError("The event was deleted by somebody.", "It is not made again.")
            return _written(event.calendar, stored.put(replace(found, title=title)))

    def delete_event(self, event: WrittenEvent) -> None:
        """Delete it; that it is gone already is fine."""
        with self.call("delete_event"):
            stored = self._calendar(event.calendar)
            found = self._newest(stored, event)
            if found is not None:
                stored.put(replace(found, deleted=True))

    def _newest(self, stored: StoredCalendar, event: WrittenEvent) -> StoredEvent | None:
        found = stored.objects.get(event.id)
        if found is None or found.deleted:
            return None
        if found.etag != event.etag or found.marker != event.marker or not found.marker:
            raise ConflictError("The event was changed meanwhile.", "It is read again.")
        return found

    def _calendar(self, calendar: str) -> StoredCalendar:
        if calendar not in self.office.calendars:
            raise GoneError("The calendar is gone.", "Choose calendars again.")
        return self.office.calendars[calendar]

    def _parse(
        self, stored: StoredCalendar, calendar: str, context: ReadContext, cursor: Cursor | None
    ) -> tuple[int, str]:
        if cursor is None:
            return len(stored.journal), ""
        bound = self._bound(stored, calendar, context)
        *found, position, last = cursor.text.split(" ") if cursor.text.count(" ") == 4 else ["", "0", ""]
        if found != bound:
            raise CursorGoneError("The calendar no longer knows the cursor.", "Everything is read again.")
        return int(position), last

    @staticmethod
    def _bound(stored: StoredCalendar, calendar: str, context: ReadContext) -> list[str]:
        return [str(stored.epoch), f"{context.window.start}/{context.window.end}", calendar]

    def _cursor(
        self, stored: StoredCalendar, calendar: str, context: ReadContext, position: int, last: str = _FOLLOWING
    ) -> Cursor:
        return Cursor(" ".join([*self._bound(stored, calendar, context), str(position), last]))

    def _full(self, stored: StoredCalendar, calendar: str, context: ReadContext, position: int, last: str) -> EventPage:
        left = [event for event in stored.live() if event.id > last]
        page = left[: self.office.page_size]
        more = len(left) > len(page)
        upserts = tuple(upsert for event in page if (upsert := _upsert(event, calendar, context)).events)
        stop = page[-1].id if more else _FOLLOWING
        return EventPage(upserts, (), self._cursor(stored, calendar, context, position, stop), more)

    def _following(self, stored: StoredCalendar, calendar: str, context: ReadContext, position: int) -> EventPage:
        end = min(position + self.office.page_size, len(stored.journal))
        changed = [stored.objects[name] for name in dict.fromkeys(stored.journal[position:end])]
        return EventPage(
            tuple(_upsert(event, calendar, context) for event in changed if not event.deleted),
            tuple(event.id for event in changed if event.deleted),
            self._cursor(stored, calendar, context, end),
            end < len(stored.journal),
        )


def _overlap(one: Interval, other: Interval) -> bool:
    return one.start < other.end and one.end > other.start


def _upsert(event: StoredEvent, calendar: str, context: ReadContext) -> EventUpsert:
    series = len(event.times) > 1
    events = event.told + tuple(
        CalendarEvent(
            uid=event.id,
            recurrence_id=str(when.start) if series else "",
            when=when,
            show_as=event.show_as,
            response=event.invited.answers[number] if event.invited else Response.ACCEPTED,
            kind=event.kind,
            people=1 + (event.invited.others if event.invited else 0),
            title=event.title if context.keep_titles else None,
            source=calendar,
            organiser=False if event.invited else None,
        )
        for number, when in enumerate(event.times)
        if _overlap(when, context.window)
    )
    return EventUpsert(event.id, events, event.etag, event.key, event.marker)


def _written(calendar: str, event: StoredEvent) -> WrittenEvent:
    return WrittenEvent(
        calendar=calendar,
        id=event.id,
        etag=event.etag,
        key=event.key,
        marker=event.marker,
        when=event.times[0],
        title=event.title,
        show_as=event.show_as,
        kind=event.kind,
    )
