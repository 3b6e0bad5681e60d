"""Reading calendars: the list of them, and what changed in one since a cursor."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Self

from deepday.connect import ReadContext
from deepday.connect.skips import skip
from deepday.errors import CursorGoneError, FatalError
from deepday.model import Calendar, Cursor, DateRange, EventPage, EventUpsert, Interval, Skipped
from deepday_google import translate
from deepday_google.scopes import LIST, READ, SHARED, Need
from deepday_google.session import Session

_MOST_CALENDARS: Final = 250  # on a page of the list
_PRIMARY: Final = "primary"
_CALENDAR_FIELDS: Final = "nextPageToken,items(id,summary,summaryOverride,primary,accessRole,timeZone)"
_EVENT_FIELDS: Final = (
    "nextPageToken,nextSyncToken,timeZone,items(id,etag,status,iCalUID,recurringEventId,originalStartTime,start,end,"
    "transparency,eventType,sequence,updated,organizer(email),attendees(email,self,organizer,resource,responseStatus),"
    "attendeesOmitted,extendedProperties/private{})"
)


def listed(session: Session) -> list[dict[str, Any]]:
    """Return every row of the person's calendar list."""
    rows: list[dict[str, Any]] = []
    page = ""
    while True:
        asked = {"maxResults": _MOST_CALENDARS, "fields": _CALENDAR_FIELDS} | ({"pageToken": page} if page else {})
        answer = session.ask(session.calendar().calendarList().list(**asked), LIST)
        rows += _items(answer)
        last, page = page, _text(answer.get("nextPageToken"))
        if not page:
            return rows
        if page == last:
            raise _endless()


def primary_address(session: Session) -> str:
    """Return the person's address, empty where Google does not tell it with the scopes that it granted."""
    if LIST.met(session.granted()):
        return next((_text(row.get("id")) for row in listed(session) if row.get("primary") is True), "")
    name = _text(_primary(session).get("summary"))
    return name if "@" in name else ""


def _primary(session: Session) -> dict[str, Any]:
    """Return what a list of events says of the primary calendar: reading events is all that it needs."""
    asked = session.calendar().events().list(calendarId=_PRIMARY, maxResults=1, fields="summary,timeZone,accessRole")
    return session.ask(asked, READ)


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a reading stands: the query that it belongs to, and Google's tokens."""

    query: str
    sync: str = ""
    page: str = ""

    @classmethod
    def parse(cls, cursor: Cursor | None, query: str) -> Self:
        """Read a cursor; raises :class:`CursorGoneError` for one of another query, and for nonsense."""
        if cursor is None:
            return cls(query)
        found: Any = None
        with suppress(ValueError, RecursionError):
            found = json.loads(cursor.text)
        usable = isinstance(found, list) and len(found) == 3 and all(isinstance(part, str) for part in found)
        if not usable or found[0] != query or not (found[1] or found[2]):
            raise CursorGoneError("The cursor belongs to another reading.", "Everything is read again.")
        return cls(*found)

    def cursor(self) -> Cursor:
        """Write it down."""
        return Cursor(json.dumps([self.query, self.sync, self.page]))


class CalendarsPart:
    """Satisfies :class:`deepday.connect.CalendarReader`."""

    def __init__(self, session: Session, page_size: int) -> None:
        self.session = session
        self.page_size = page_size

    def calendars(self) -> Sequence[Calendar]:
        """Return the calendars that may be read: the person's own, others' too where that was allowed.

        Where Google did not let us see the list it is the primary one alone.
        """
        granted = self.session.granted()
        if not LIST.met(granted):
            found = _primary(self.session)
            zone = _text(found.get("timeZone"))
            return (Calendar(self._own(), primary=True, writable=found.get("accessRole") == "owner", zone=zone),)
        shared = SHARED.met(granted)
        return tuple(
            Calendar(
                id=_text(row.get("id")),
                name=_text(row.get("summaryOverride")) or _text(row.get("summary")),
                primary=row.get("primary") is True,
                writable=row.get("accessRole") == "owner",
                zone=_text(row.get("timeZone")),
            )
            for row in listed(self.session)
            if _text(row.get("id")) and (shared or row.get("accessRole") == "owner")
        )

    def event_changes(self, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        """Return one page. A token of Google's is bound to the query: so is the cursor."""
        query: dict[str, Any] = {
            "calendarId": calendar,
            "singleEvents": True,
            "maxResults": self.page_size,
            "fields": _EVENT_FIELDS.format(",summary" if context.keep_titles else ""),
        }
        window = {"timeMin": translate.stamp(context.window.start), "timeMax": translate.stamp(context.window.end)}
        # The owner's address decides the answers to invitations, the zone the times of entries that name none.
        seen_by = {"email": context.email.strip().casefold(), "zone": context.zone.key}
        position = _Position.parse(cursor, _fingerprint(query | window | seen_by))
        if position.sync:  # the times must not be sent along with it
            query["syncToken"] = position.sync
        else:
            query |= window
        if position.page:
            query["pageToken"] = position.page
        asked = self.session.calendar().events().list(**query)
        answer = self.session.ask(asked, self._need(), follows=cursor is not None)
        following = _following(position, answer)
        upserts, removals, skipped = _read(answer, calendar, context)
        if not position.sync:
            upserts = [upsert for upsert in upserts if upsert.events]
        return EventPage(tuple(upserts), tuple(removals), following.cursor(), bool(following.page), tuple(skipped))

    def _own(self) -> str:
        return self.session.account if "@" in self.session.account else _PRIMARY

    def _need(self) -> Need:
        """Return what is missing when Google refuses: all of reading, or what is shared."""
        return SHARED if READ.met(self.session.granted()) else READ


def _fingerprint(query: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(query, sort_keys=True).encode()).hexdigest()[:24]


def _following(position: _Position, answer: Mapping[str, Any]) -> _Position:
    page, sync = _text(answer.get("nextPageToken")), _text(answer.get("nextSyncToken"))
    if page and page == position.page:
        raise _endless()
    if page:
        return _Position(position.query, position.sync, page)
    if sync:
        return _Position(position.query, sync)
    raise FatalError("Google's list of events has no end and no next page.", "Try again later.")


def _endless() -> FatalError:
    return FatalError("Google's list does not end: its next page is the same page.", "Try again later.")


def _read(
    answer: Mapping[str, Any], calendar: str, context: ReadContext
) -> tuple[list[EventUpsert], list[str], list[Skipped]]:
    """Return what the events of an answer are: objects as they are now, ids of those that are gone, and the rest.

    What touches the window is decided here: what a sync token remembers of it is Google's secret.
    """
    zone = _text(answer.get("timeZone")) or context.zone.key
    upserts: list[EventUpsert] = []
    removals: list[str] = []
    skipped: list[Skipped] = []
    for item in _items(answer):
        name = _text(item.get("id"))
        try:
            if translate.is_gone(item):
                removals.append(translate.identity(item))
                continue
            event = translate.event_of(item, calendar, context.email, zone, keep_title=context.keep_titles)
            events = (event,) if _touches(event.when, context.window) else ()
        except translate.UnusableError as problem:
            skipped.append(skip(calendar, name, f"{problem}"))
            events = ()
        if name:
            key, marker = translate.tags(item)
            upserts.append(EventUpsert(name, events, _text(item.get("etag")), key, marker))
    return upserts, removals, skipped


def _touches(when: Interval | DateRange, window: Interval) -> bool:
    """Tell whether it overlaps the window; of dates, in any zone of the world."""
    if isinstance(when, Interval):
        return when.start < window.end and when.end > window.start
    first, end = ((day.toordinal() - _EPOCH) * _DAY for day in (when.first, when.end))
    return first - _DAY < window.end and end + _DAY > window.start


_DAY: Final = 86_400
_EPOCH: Final = 719_163  # 1970-01-01 as date.toordinal() counts


def _items(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = answer.get("items")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
