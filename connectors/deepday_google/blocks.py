"""Writing events of ours: an id of our own on every create, the etag on every change, nobody invited or mailed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from deepday.errors import ConflictError, DeepdayError, FatalError, GoneError, OutcomeUnknownError
from deepday.model import EventDraft, EventKind, Interval, WrittenEvent
from deepday_google import translate
from deepday_google.errors import RefusedError
from deepday_google.scopes import BLOCKS
from deepday_google.session import Session

_FULL_PAGE: Final = 2500
_FIELDS: Final = "id,etag,status,summary,start,end,transparency,eventType,extendedProperties/private"
"""All that is looked at of an event of ours; of another's not more than that either."""

_SPECIAL: Final = frozenset({EventKind.FOCUS_TIME, EventKind.OUT_OF_OFFICE})
_NOT_THE_KIND: Final = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded", "insufficientPermissions"}
    | {"accessNotConfigured", "requiredAccessLevel"}
)
_DELETED: Final = ("The event was deleted by somebody.", "It is not made again.")


class BlocksPart:
    """Satisfies :class:`deepday.connect.EventWriter`. ``refused_kinds``: what Google did not take, by calendar."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.refused_kinds: set[tuple[str, EventKind]] = set()

    def create_event(self, calendar: str, draft: EventDraft) -> WrittenEvent:
        """Make the event, as a plain busy one where Google refuses its kind, or adopt ours."""
        tried = draft.kind in _SPECIAL and (calendar, draft.kind) not in self.refused_kinds
        kind = draft.kind if tried else EventKind.DEFAULT
        error: DeepdayError
        request = self._insertion(calendar, draft, kind)
        try:
            return self._written(self.session.attempt(request), calendar)
        except RefusedError as refused:
            if refused.status == 409:
                return self._adopted(calendar, draft)
            error = self.session.meaning(refused, request, BLOCKS)
            plain = kind in _SPECIAL and refused.status in {400, 403} and refused.reason not in _NOT_THE_KIND
        if not plain:
            raise error
        return self._create_plainly(calendar, draft, kind)

    def find_event(self, calendar: str, key: str, marker: str, when: Interval | None = None) -> WrittenEvent | None:
        """Return our event with that key as it is now."""
        del when
        found = self._look(calendar, key)
        if found is None or translate.tags(found) != (key, marker):
            return None
        return self._written(found, calendar, safe=True)

    def find_ours(self, calendar: str, window: Interval, marker: str) -> Sequence[WrittenEvent]:
        """Return all events with that marker that overlap the window."""
        query: dict[str, Any] = {
            "calendarId": calendar,
            "privateExtendedProperty": f"{translate.MARKER}={marker}",
            "singleEvents": True,
            "maxResults": _FULL_PAGE,
            "fields": f"nextPageToken,timeZone,items({_FIELDS})",
            "timeMin": translate.stamp(window.start),
            "timeMax": translate.stamp(window.end),
        }
        found: list[WrittenEvent] = []
        while True:
            answer = self.session.ask(self.session.calendar().events().list(**query), BLOCKS)
            zone = str(answer.get("timeZone", "UTC"))
            items = [item for item in answer.get("items") or () if isinstance(item, dict)]
            ours = [item for item in items if translate.tags(item)[1] == marker and not translate.is_gone(item)]
            found += [self._written(item, calendar, zone, safe=True) for item in ours]
            last, query["pageToken"] = query.get("pageToken"), answer.get("nextPageToken")
            if not query["pageToken"]:
                return [event for event in found if event.when.start < window.end and event.when.end > window.start]
            if query["pageToken"] == last:
                raise FatalError("Google's list does not end: its next page is the same page.", "Try again later.")

    def move_event(self, event: WrittenEvent, when: Interval) -> WrittenEvent:
        """Give it other times."""
        return self._patched(event, translate.times_body(when))

    def retitle_event(self, event: WrittenEvent, title: str) -> WrittenEvent:
        """Give it another title."""
        return self._patched(event, {"summary": title})

    def _patched(self, event: WrittenEvent, body: Mapping[str, Any]) -> WrittenEvent:
        self._check(event)
        events = self.session.calendar().events()
        request = events.patch(
            calendarId=event.calendar, eventId=event.id, sendUpdates="none", fields=_FIELDS, body=body
        )
        request.headers["If-Match"] = event.etag
        try:
            answer = self.session.ask(request, BLOCKS)
        except ConflictError:
            if self._look(event.calendar, event.id) is None:  # its version changed because it was deleted
                raise GoneError(*_DELETED) from None
            raise
        return self._written(answer, event.calendar)

    def delete_event(self, event: WrittenEvent) -> None:
        """Delete it; that it is gone already is fine."""
        self._check(event)
        events = self.session.calendar().events()
        request = events.delete(calendarId=event.calendar, eventId=event.id, sendUpdates="none")
        request.headers["If-Match"] = event.etag
        try:
            self.session.send(request, BLOCKS)
        except GoneError:
            return
        except ConflictError:
            if self._look(event.calendar, event.id) is not None:
                raise

    def _insertion(self, calendar: str, draft: EventDraft, kind: EventKind) -> Any:
        body = translate.event_body(draft, kind)
        events = self.session.calendar().events()
        return events.insert(calendarId=calendar, sendUpdates="none", fields=_FIELDS, body=body)

    def _create_plainly(self, calendar: str, draft: EventDraft, refused: EventKind) -> WrittenEvent:
        """Make a plain event after Google refused the kind; if it takes that one, the kind was what it did not want."""
        request = self._insertion(calendar, draft, EventKind.DEFAULT)
        error: DeepdayError
        try:
            made = self._written(self.session.attempt(request), calendar)
        except RefusedError as again:
            if again.status == 409:
                return self._adopted(calendar, draft)
            error = self.session.meaning(again, request, BLOCKS)
        else:
            self.refused_kinds.add((calendar, refused))
            return made
        raise error

    def _adopted(self, calendar: str, draft: EventDraft) -> WrittenEvent:
        """Return the event that has our key as its id already."""
        found = self._look(calendar, draft.key)
        if found is None:
            raise GoneError(*_DELETED)
        if translate.tags(found) != (draft.key, draft.marker):
            raise ConflictError("An event that is not ours has the id that ours would get.", "It is left alone.")
        return self._written(found, calendar, safe=True)

    def _look(self, calendar: str, event_id: str) -> dict[str, Any] | None:
        """Return an event as it is now; ``None`` for one that is not there, or no longer."""
        request = self.session.calendar().events().get(calendarId=calendar, eventId=event_id, fields=_FIELDS)
        try:
            found = self.session.ask(request, BLOCKS)
        except GoneError:
            return None
        return None if translate.is_gone(found) else found

    def _written(self, item: dict[str, Any], calendar: str, zone: str = "UTC", *, safe: bool = False) -> WrittenEvent:
        with_problem = False
        try:
            return translate.written(item, calendar, zone)
        except translate.UnusableError:
            with_problem = safe
        if with_problem:
            raise FatalError("Google shows an event of ours in a form that cannot be read.", "Please report this.")
        raise OutcomeUnknownError("Google took the event, but its answer cannot be read.", "It is looked up.")

    @staticmethod
    def _check(event: WrittenEvent) -> None:
        """Refuse to write what is not surely ours in the version that we saw."""
        if not (event.etag and event.marker):
            raise ConflictError("The event is not known well enough to be changed.", "It is read again.")
