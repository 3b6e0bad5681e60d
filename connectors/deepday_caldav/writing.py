"""Writes events of ours, each into an object of its own that is named by its key."""

import re
from collections.abc import Callable, Sequence

from deepday.connect.http import Answer
from deepday.errors import ConflictError, DeepdayError, GoneError, OutcomeUnknownError, ReconnectNeededError
from deepday.model import EventDraft, Interval, WrittenEvent
from deepday_caldav import grammar
from deepday_caldav.errors import refused_write
from deepday_caldav.finding import found_in, resource
from deepday_caldav.part import Part
from deepday_caldav.translate import Resource, file_of, from_draft, maker, moved, retitled, to_written, uid_of

_ETAG = re.compile(r'"[\x21\x23-\x7e]*"')
_LOOK = "It is looked up before it is written again."


class Writing(Part):
    """Satisfies :class:`~deepday.connect.EventWriter`."""

    def create_event(self, calendar: str, draft: EventDraft) -> WrittenEvent:
        """Make the event, or adopt ours. That somebody deleted it before is not known: CalDAV forgets."""
        self._allowed()
        path = self._path(calendar, draft.key)
        if self._dav.quirks.looks_first:
            there = resource(self._dav, calendar, path)
            if there is not None:
                return self._ours(there, calendar, draft)
        data = from_draft(draft, self._dav.now())
        answer = self._dav.put(path, data, {"If-None-Match": "*"})
        if answer.status in {409, 412}:
            return self._adopted(answer, calendar, path, draft)
        return self._settled(answer, calendar, path, data)

    def find_event(self, calendar: str, key: str, marker: str, when: Interval | None = None) -> WrittenEvent | None:
        """Return our event with that key as it is now."""
        del when
        found = resource(self._dav, calendar, self._path(calendar, key))
        event = to_written(found, calendar) if found else None
        return event if event and (event.key, event.marker) == (key, marker) else None

    def find_ours(self, calendar: str, window: Interval, marker: str) -> Sequence[WrittenEvent]:
        """Return all events with that marker that overlap the window; the server filters by time, we by marker."""
        answer = self._dav.whole(self._dav.report(calendar, grammar.in_window(window)), calendar)
        resources = (found_in(self._dav, row) for row in answer.rows)
        events = (to_written(found, calendar) for found in resources if found and maker(found.data)[1] == marker)
        return tuple(one for one in events if one and one.when.start < window.end and one.when.end > window.start)

    def move_event(self, event: WrittenEvent, when: Interval) -> WrittenEvent:
        """Give it other times."""
        return self._rewritten(event, lambda text: moved(text, when, self._dav.now()))

    def retitle_event(self, event: WrittenEvent, title: str) -> WrittenEvent:
        """Give it another title."""
        return self._rewritten(event, lambda text: retitled(text, title, self._dav.now()))

    def _rewritten(self, event: WrittenEvent, change: Callable[[str], bytes]) -> WrittenEvent:
        self._allowed()
        condition = _if_match(event)
        found = resource(self._dav, event.calendar, event.id)
        if found is None:
            raise _deleted()
        if found.etag != event.etag or maker(found.data) != (event.key, event.marker):
            raise _changed()
        data = change(found.data)
        answer = self._dav.put(event.id, data, condition)
        if answer.status in {409, 412}:
            raise _changed() if resource(self._dav, event.calendar, event.id) else _deleted()
        return self._settled(answer, event.calendar, event.id, data)

    def delete_event(self, event: WrittenEvent) -> None:
        """Delete it; that it is gone already is fine."""
        self._allowed()
        answer = self._dav.delete(event.id, _if_match(event))
        if answer.status == 412 and resource(self._dav, event.calendar, event.id):
            raise _changed()
        if answer.status in {200, 202, 207} and self._after(event.calendar, event.id):
            raise OutcomeUnknownError(f"{self._dav.host} still shows the event that it deleted.", _LOOK)

    def _adopted(self, answer: Answer, calendar: str, path: str, draft: EventDraft) -> WrittenEvent:
        """Return our event that is there already, under our path or, as the server tells by its UID, under another."""
        found = resource(self._dav, calendar, path)
        if found is None:
            rows = self._dav.report(calendar, grammar.with_uid(uid_of(draft.key, draft.marker))).rows
            theirs = (found_in(self._dav, row) for row in rows)
            found = next((one for one in theirs if one and maker(one.data) == (draft.key, draft.marker)), None)
        if found is None:
            raise refused_write(answer, self._dav.host, self._dav.now()) or _changed()
        return self._ours(found, calendar, draft)

    def _ours(self, found: Resource, calendar: str, draft: EventDraft) -> WrittenEvent:
        event = to_written(found, calendar)
        if event is None or (event.key, event.marker) != (draft.key, draft.marker):
            raise ConflictError("An event that is not ours has the name that ours would get.", "It is left alone.")
        return event

    def _settled(self, answer: Answer, calendar: str, path: str, data: bytes) -> WrittenEvent:
        """Return what was written. Without an etag the server may have changed it: then it is read."""
        etag = answer.headers.get("etag", "")
        if answer.status in {201, 204} and etag:
            event = to_written(Resource(path, etag, data.decode()), calendar)
        else:
            found = self._after(calendar, path)
            event = to_written(found, calendar) if found else None
        if event is None:
            raise OutcomeUnknownError(f"{self._dav.host} took the event, but does not show it.", _LOOK)
        return event

    def _after(self, calendar: str, path: str) -> Resource | None:
        """Look at an object after a write. What goes wrong now leaves open what the write did."""
        try:
            return resource(self._dav, calendar, path)
        except DeepdayError as error:
            raise OutcomeUnknownError(
                f"{self._dav.host} took the write, but cannot be asked after it.", _LOOK
            ) from error

    def _path(self, calendar: str, key: str) -> str:
        return self._dav.name(f"{calendar.rstrip('/')}/{file_of(key)}")

    def _allowed(self) -> None:
        if not self._settings.blocks:
            advice = "Run: deepday connect caldav --allow blocks"
            raise ReconnectNeededError("This account was connected for reading only.", advice)


def _if_match(event: WrittenEvent) -> dict[str, str]:
    """Return the condition of a write; an event without a version, or without our marker, is not written.

    A weak etag is sent as the strong one of the same text: If-Match never fits a weak one (RFC 9110, 13.1.1).
    """
    etag = event.etag.removeprefix("W/")
    etag = etag if etag.startswith('"') or not etag else f'"{etag}"'
    if not event.marker or not _ETAG.fullmatch(etag):
        raise _changed()
    return {"If-Match": etag}


def _changed() -> ConflictError:
    return ConflictError("The event was changed meanwhile.", "It is read again.")


def _deleted() -> GoneError:
    return GoneError("The event was deleted by somebody.", "It is not made again.")
