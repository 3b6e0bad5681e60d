"""From iCalendar text to model values and back. Pure.

Who made an event is told by its UID, which every server keeps: it is made of the draft's key and of the installation's
marker. X-DEEPDAY-ID and X-DEEPDAY-MARKER say the same for whoever reads the text, but some servers drop what they do
not know. Where the marker is there it must agree. A copy that a person makes of an event of ours gets a UID of its own,
and so is not ours.
"""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event

from deepday.connect import ReadContext
from deepday.connect.ics.properties import Property
from deepday.connect.ics.reading import read_calendar
from deepday.connect.skips import skip
from deepday.errors import ConflictError, InputError
from deepday.model import EventDraft, EventKind, EventUpsert, Interval, ShowAs, Skipped, WrittenEvent

_PRODUCT = "-//deepday//CalDAV connector//EN"
_UID = re.compile(r"deepday-([0-9a-v]{5,64})-([0-9a-v]+)")
_MARKED = re.compile(r"\nX-DEEPDAY-MARKER(?:;[^\n:]*)?:([^\n]*)", re.IGNORECASE)
_UID_LINE = re.compile(r"\nUID(?:;[^\n:]*)?:([^\n]*)", re.IGNORECASE)
_FOLD = re.compile(r"\r?\n[ \t]")
_EVER = Interval(0, 4_102_444_800)  # to the year 2100
_STATUS = {
    ShowAs.FREE: "FREE",
    ShowAs.TENTATIVE: "TENTATIVE",
    ShowAs.BUSY: "BUSY",
    ShowAs.OUT_OF_OFFICE: "OOF",
    ShowAs.WORKING_ELSEWHERE: "WORKINGELSEWHERE",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """An object as the server has it: its path, its version, its iCalendar text."""

    path: str
    etag: str
    data: str


def uid_of(key: str, marker: str) -> str:
    """Return the UID of an event of ours."""
    return f"deepday-{key}-{base64.b32hexencode(marker.encode()).decode().rstrip('=').lower()}"


def file_of(key: str) -> str:
    """Return the name of the object of an event of ours."""
    return f"deepday-{key}.ics"


def maker(data: str) -> tuple[str, str]:
    """Return key and marker of the event in an object, both empty where deepday did not make it."""
    text = _FOLD.sub("", data).replace("\r\n", "\n")
    uids = {value.strip() for value in _UID_LINE.findall(text)}
    match = _UID.fullmatch(uids.pop()) if len(uids) == 1 else None
    marker = _decoded(match[2]) if match else ""
    marks = _MARKED.findall(text)
    if match is None or not marker or any(marker not in {mark, Property({}, mark).text()} for mark in marks):
        return "", ""
    return match[1], marker


def _decoded(text: str) -> str:
    """Return the marker in a UID, empty when that is none of ours."""
    try:
        marker = base64.b32hexdecode(text.upper() + "=" * (-len(text) % 8)).decode()
    except ValueError:
        return ""
    return marker if uid_of("", marker).endswith(text) else ""


def to_upsert(found: Resource, calendar: str, context: ReadContext) -> tuple[EventUpsert, tuple[Skipped, ...]]:
    """Return what an object holds in the window, and what cannot be used of it."""
    key, marker = maker(found.data)
    try:
        reading = read_calendar(found.data.encode(), calendar, context)
    except InputError:
        unusable = skip(calendar, found.path.rpartition("/")[2], "The server gives no calendar for this entry.")
        return EventUpsert(found.path, (), found.etag, key, marker), (unusable,)
    events = tuple(event for event in reading.events if not event.cancelled)
    return EventUpsert(found.path, events, found.etag, key, marker), tuple(reading.skipped)


def to_written(found: Resource, calendar: str) -> WrittenEvent | None:
    """Return an event of ours as it is now; ``None`` for one that is not ours, or no longer a single event in time."""
    key, marker = maker(found.data)
    if not key:
        return None
    context = ReadContext(window=_EVER, zone=ZoneInfo("UTC"), email="", keep_titles=True)
    try:
        events = read_calendar(found.data.encode(), calendar, context).events
    except InputError:
        return None
    if len(events) != 1 or not isinstance(events[0].when, Interval):
        return None
    event = events[0]
    return WrittenEvent(
        calendar=calendar,
        id=found.path,
        etag=found.etag,
        key=key,
        marker=marker,
        when=event.when if isinstance(event.when, Interval) else _EVER,
        title=event.title or "",
        show_as=event.show_as,
        kind=event.kind,
    )


def from_draft(draft: EventDraft, now: datetime) -> bytes:
    """Return the object of a draft. Times are in UTC, so that no definition of a zone is needed."""
    event = Event()
    event.add("UID", uid_of(draft.key, draft.marker))
    event.add("DTSTAMP", now)
    event.add("CREATED", now)
    event.add("LAST-MODIFIED", now)
    event.add("SEQUENCE", 0)
    _set_times(event, draft.when)
    event.add("SUMMARY", draft.title)
    if draft.description:
        event.add("DESCRIPTION", draft.description)
    shown = ShowAs.OUT_OF_OFFICE if draft.kind is EventKind.OUT_OF_OFFICE else draft.show_as
    event.add("STATUS", "TENTATIVE" if shown is ShowAs.TENTATIVE else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT" if shown is ShowAs.FREE else "OPAQUE")
    event.add("X-MICROSOFT-CDO-BUSYSTATUS", _STATUS[shown])
    event.add("CLASS", "PRIVATE" if draft.private else "PUBLIC")
    event.add("CATEGORIES", ["deepday"])
    event.add("X-DEEPDAY-ID", draft.key)
    event.add("X-DEEPDAY-MARKER", draft.marker)
    calendar = Calendar()
    calendar.add("PRODID", _PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add_component(event)
    return _text(calendar)


def moved(data: str, when: Interval, now: datetime) -> bytes:
    """Return the object with other times and everything else as it is.

    Raises :class:`ConflictError` when it no longer is a single event.
    """
    calendar, event = _single(data)
    for name in ("DTSTART", "DTEND", "DURATION"):
        event.pop(name, None)
    _set_times(event, when)
    return _next(calendar, event, now)


def retitled(data: str, title: str, now: datetime) -> bytes:
    """Return the object with another title and everything else as it is. Raises as :func:`moved` does."""
    calendar, event = _single(data)
    event.pop("SUMMARY", None)
    event.add("SUMMARY", title)
    return _next(calendar, event, now)


def _single(data: str) -> tuple[Calendar, Component]:
    try:
        calendar = Calendar.from_ical(data)
    except ValueError:
        calendar = None
    events = calendar.walk("VEVENT") if isinstance(calendar, Calendar) else []
    if not isinstance(calendar, Calendar) or len(events) != 1 or "RRULE" in events[0]:
        raise ConflictError("Somebody made something else of the event.", "It is left alone.")
    return calendar, events[0]


def _next(calendar: Calendar, event: Component, now: datetime) -> bytes:
    """Return the object as its next version."""
    sequence = event.get("SEQUENCE", 0)
    for name in ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE"):
        event.pop(name, None)
    event.add("DTSTAMP", now)
    event.add("LAST-MODIFIED", now)
    event.add("SEQUENCE", (sequence if isinstance(sequence, int) else 0) + 1)
    return _text(calendar)


def _set_times(event: Component, when: Interval) -> None:
    event.add("DTSTART", datetime.fromtimestamp(when.start, UTC))
    event.add("DTEND", datetime.fromtimestamp(when.end, UTC))


def _text(calendar: Calendar) -> bytes:
    text: bytes = calendar.to_ical(sorted=False)
    return text
