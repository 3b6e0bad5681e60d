"""Invitations in iCalendar text, and the answer that is written into it (RFC 6638, 3.2.2.1). Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component

from deepday.connect import ReadContext
from deepday.connect.ics.reading import read_calendar
from deepday.errors import ConflictError, InputError, UnsupportedError
from deepday.model import CalendarEvent, Interval, Invitation, recurrence_id_of
from deepday_caldav.translate import Resource, maker

_EVER = Interval(0, 4_102_444_800)  # to the year 2100
_NEAR = 370 * 86_400  # how far from its place in the series an occurrence is looked for
_ONE_ONLY = ("RRULE", "RDATE", "EXDATE", "EXRULE")


def invitations_in(found: Resource, calendar: str, window: Interval, email: str) -> list[Invitation]:
    """Return the invitations to the owner in an object, occurrences singly, that overlap the window."""
    components = _components(found.data)
    if not components or maker(found.data)[0]:
        return []
    context = ReadContext(window=window, zone=ZoneInfo("UTC"), email=email, keep_titles=True)
    try:
        events = read_calendar(found.data.encode(), calendar, context).events
    except InputError:
        return []
    invitations = (_invitation(found, calendar, event, components, email) for event in events)
    return [one for one in invitations if one is not None]


def name_of(path: str, recurrence: str) -> str:
    """Return the id of an invitation: the object's path, and of a series the occurrence's place in it."""
    return f"{path}#{recurrence}" if recurrence else path


def place_of(name: str) -> tuple[str, str]:
    """Return the path and the occurrence that an id names."""
    path, _, recurrence = name.partition("#")
    return path, recurrence


def window_of(recurrence: str) -> Interval:
    """Return where to look for an occurrence; everywhere for a single event."""
    if not recurrence:
        return _EVER
    try:
        at = int(datetime.strptime(recurrence[:8], "%Y%m%d").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return Interval(0, 0)
    return Interval(max(0, at - _NEAR), at + _NEAR)


def declined(data: str, recurrence: str, email: str, words: str, now: datetime) -> bytes:
    """Return the object with the owner's answer in it, of a series in the one occurrence; empty ``words``: without any.

    Raises :class:`ConflictError` where the object is no longer what it was.
    """
    calendar = Calendar.from_ical(data)
    if not isinstance(calendar, Calendar):
        raise ConflictError("Somebody made something else of the invitation.", "It is left alone.")
    event = _part(calendar, recurrence)
    own = _own(event, email)
    if own is None:
        raise ConflictError("Somebody made something else of the invitation.", "It is left alone.")
    own.params["PARTSTAT"] = "DECLINED"
    own.params.pop("RSVP", None)
    event.pop("COMMENT", None)
    if words:
        event.add("COMMENT", words)
    event.pop("DTSTAMP", None)
    event.add("DTSTAMP", now)
    text: bytes = calendar.to_ical(sorted=False)
    return text


def _part(calendar: Component, recurrence: str) -> Component:
    """Return the event that is to be answered; for an occurrence that was never changed a copy is made for it."""
    events = calendar.walk("VEVENT")
    if not recurrence:
        return events[0]
    for event in events:
        if "RECURRENCE-ID" in event and _place(_at(event, "RECURRENCE-ID")) == recurrence:
            return event
    master = next((event for event in events if "RECURRENCE-ID" not in event), None)
    begins = _at(master, "DTSTART") if master is not None else None
    if master is None or not isinstance(begins, datetime) or len(recurrence) != 16:
        raise UnsupportedError("An occurrence that lasts all day is not answered.", "It is left alone.")
    start = datetime.strptime(recurrence, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    local = start.astimezone(begins.tzinfo) if begins.tzinfo else start.replace(tzinfo=None)
    copy: Component = master.copy(recursive=True)
    length = _length(master, begins)
    for name in (*_ONE_ONLY, "DTSTART", "DTEND", "DURATION"):
        copy.pop(name, None)
    copy.add("RECURRENCE-ID", local)
    copy.add("DTSTART", local)
    copy.add("DTEND", local + length)
    calendar.add_component(copy)
    return copy


def _length(event: Component, begins: datetime) -> timedelta:
    end = _at(event, "DTEND")
    length: timedelta = end - begins if end is not None else _at(event, "DURATION") or timedelta(0)
    return length


def _invitation(
    found: Resource, calendar: str, event: CalendarEvent, components: list[Component], email: str
) -> Invitation | None:
    component = next(_matching(components, event.recurrence_id), None)
    own = _own(component, email) if component is not None else None
    if component is None or own is None or event.cancelled or event.organiser is not False:
        return None
    when = event.when
    if isinstance(when, Interval):
        times = when
    else:
        midnights = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (when.first, when.end))
        times = Interval(*(int(midnight.timestamp()) for midnight in midnights))
    recurs = any("RRULE" in one or "RDATE" in one or "RECURRENCE-ID" in one for one in components)
    return Invitation(
        calendar=calendar,
        id=name_of(found.path, event.recurrence_id if recurs else ""),
        etag=found.etag,
        when=times,
        response=event.response,
        arrived=_stamp(_at(component, "CREATED")),
        series=found.path if recurs else "",
        people=event.people,
        all_day=not isinstance(when, Interval),
        organiser=_address(component.get("ORGANIZER")),
        title=event.title or "",
    )


def _matching(components: list[Component], recurrence: str) -> Iterator[Component]:
    """Give the component of an occurrence, and then the master."""
    for event in components:
        if "RECURRENCE-ID" in event and _place(_at(event, "RECURRENCE-ID")) == recurrence:
            yield event
    yield from (event for event in components if "RECURRENCE-ID" not in event)


def _components(data: str) -> list[Component]:
    try:
        calendar = Calendar.from_ical(data)
        return list(calendar.walk("VEVENT")) if isinstance(calendar, Calendar) else []
    except ValueError:
        return []


def _own(event: Component, email: str) -> Any:
    rows = event.get("ATTENDEE", [])
    listed = rows if isinstance(rows, list) else [rows]
    return next((row for row in listed if _address(row) == email.casefold()), None)


def _address(person: object) -> str:
    return str(person or "").strip().casefold().removeprefix("mailto:").strip()


def _place(at: Any) -> str:
    if not isinstance(at, date):
        return ""
    naive = isinstance(at, datetime) and at.tzinfo is None
    return recurrence_id_of(at.replace(tzinfo=UTC) if naive and isinstance(at, datetime) else at)


def _at(event: Component, name: str) -> Any:
    """Return the date, time or length in a property; ``None`` where there is none."""
    return getattr(event.get(name), "dt", None)


def _stamp(at: Any) -> int:
    return max(0, int(at.timestamp())) if isinstance(at, datetime) and at.tzinfo else 0
