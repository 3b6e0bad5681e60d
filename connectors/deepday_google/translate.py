"""Google's events to deepday's and back. Pure; whatever Google sends, only :class:`UnusableError` is raised."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from deepday.model import (
    CalendarEvent,
    DateRange,
    EventDraft,
    EventKind,
    Interval,
    Invitation,
    Response,
    ShowAs,
    WrittenEvent,
    recurrence_id_of,
)

Item = Mapping[str, Any]

MARKER: Final = "deepday"
"""The private extended property that holds the marker; searched for, so it never changes."""

_KEY: Final = "deepdayKey"
_NO_PERSON: Final = ("@resource.calendar.google.com", "@group.calendar.google.com")
_KINDS: Final = {kind.value: kind for kind in EventKind}
_FREE_KINDS: Final = frozenset({"workingLocation", "birthday"})
_ANSWERS: Final = {answer.value: answer for answer in Response}
_SPECIAL: Final[Mapping[EventKind, tuple[str, Item]]] = {
    # Declining other people's invitations is never ours to do, and what an absent mode means is not documented.
    EventKind.FOCUS_TIME: ("focusTimeProperties", {"autoDeclineMode": "declineNone", "chatStatus": "doNotDisturb"}),
    EventKind.OUT_OF_OFFICE: ("outOfOfficeProperties", {"autoDeclineMode": "declineNone"}),
}


class UnusableError(Exception):
    """An event cannot be used; the message says why, in words that fit after "skipped:"."""


def identity(item: Item) -> str:
    """Return the id of an event, of an occurrence its own."""
    found = _text(item.get("id"))
    if not found:
        raise UnusableError("it has no id")
    return found


def is_gone(item: Item) -> bool:
    """Tell whether it was cancelled or deleted."""
    return item.get("status") == "cancelled"


def tags(item: Item) -> tuple[str, str]:
    """Return key and marker of an event of ours, two empty texts for any other."""
    own = _part(_part(item, "extendedProperties"), "private")
    return _text(own.get(_KEY)), _text(own.get(MARKER))


def event_of(item: Item, calendar: str, email: str, zone: str, *, keep_title: bool) -> CalendarEvent:
    """Return the entry as its owner ``email`` sees it; ``zone`` is the calendar's, for times that name none."""
    name = identity(item)
    when = times(item, zone)
    series = _text(item.get("recurringEventId"))
    original = _part(item, "originalStartTime")
    return CalendarEvent(
        uid=_text(item.get("iCalUID")) or series or name,
        recurrence_id=_recurrence_id(original, zone) if series and original else "",
        when=when,
        show_as=show_as(item),
        response=_response(item, email),
        kind=_KINDS.get(_text(item.get("eventType")), EventKind.DEFAULT),
        people=_people(item),
        sequence=_sequence(item.get("sequence")),
        updated=_stamp(item.get("updated")),
        title=_text(item.get("summary")) if keep_title else None,
        source=calendar,
        organiser=_organiser(item, email),
        outsiders=_outsiders(item, email),
    )


def times(item: Item, zone: str) -> Interval | DateRange:
    """Return when it is; an end that is missing is the start, of an all-day entry the next day."""
    try:
        start = _moment(_part(item, "start"), zone)
        end = _moment(_part(item, "end"), zone) if item.get("end") else start
        if isinstance(start, datetime) and isinstance(end, datetime):
            span = Interval(int(start.timestamp()), int(end.timestamp()))
            if span.end < span.start:
                raise UnusableError("it ends before it begins")
            return span
        if isinstance(start, datetime) or isinstance(end, datetime):
            raise UnusableError("it mixes a date and a time")
        return DateRange(start, max(end, start + timedelta(days=1)))
    except OverflowError:
        raise UnusableError("its times lie outside the years 1 to 9999") from None


def show_as(item: Item) -> ShowAs:
    """Return how the time is shown."""
    kind = item.get("eventType")
    if item.get("transparency") == "transparent":
        return ShowAs.FREE
    if kind == EventKind.OUT_OF_OFFICE:
        return ShowAs.OUT_OF_OFFICE
    if kind in _FREE_KINDS:
        return ShowAs.FREE
    return ShowAs.TENTATIVE if item.get("status") == "tentative" else ShowAs.BUSY


def event_body(draft: EventDraft, kind: EventKind) -> dict[str, Any]:
    """Return the event to insert, as that kind."""
    body: dict[str, Any] = {
        "id": draft.key,
        "summary": draft.title,
        "start": _point(draft.when.start, draft.zone),
        "end": _point(draft.when.end, draft.zone),
        "transparency": "opaque",
        "extendedProperties": {"private": {MARKER: draft.marker, _KEY: draft.key}},
    }
    if draft.private:
        body["visibility"] = "private"
    if kind in _SPECIAL:
        name, properties = _SPECIAL[kind]
        return {**body, "eventType": kind.value, name: dict(properties)}  # a description is refused there
    if draft.description:
        body["description"] = draft.description
    if draft.show_as in {ShowAs.FREE, ShowAs.WORKING_ELSEWHERE}:
        body["transparency"] = "transparent"
    if draft.show_as is ShowAs.TENTATIVE:
        body["status"] = "tentative"
    return body


def invitation_of(item: Item, calendar: str, zone: str) -> Invitation | None:
    """Return the invitation that an event is; ``None`` for what the owner organises or is not invited to by name."""
    own = next((row for row in _rows(item) if _is_own(row)), None)
    organiser = _part(item, "organizer")
    mine = own is None or own.get("organizer") is True or organiser.get("self") is True
    if own is None or mine or _address(organiser) == _address(own) or is_gone(item):
        return None
    when = times(item, zone)
    all_day = isinstance(when, DateRange)
    if isinstance(when, DateRange):
        midnights = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (when.first, when.end))
        when = Interval(*(int(midnight.timestamp()) for midnight in midnights))
    whole = item.get("attendeesOmitted") is not True
    return Invitation(
        calendar=calendar,
        id=identity(item),
        etag=_text(item.get("etag")),
        when=when,
        response=_ANSWERS.get(_text(own.get("responseStatus")), Response.NEEDS_ACTION),
        arrived=_stamp(item.get("created")),
        series=_text(item.get("recurringEventId")),
        people=_people(item) if whole else None,
        all_day=all_day,
        organiser=_address(organiser),
        title=_text(item.get("summary")),
    )


def declined_body(item: Item, words: str) -> dict[str, Any]:
    """Return the change that declines an invitation: the owner's own row and no other, which Google keeps."""
    own = next(row for row in _rows(item) if _is_own(row))
    answer = {"email": _text(own.get("email")), "responseStatus": "declined", "comment": words}
    return {"attendeesOmitted": True, "attendees": [answer]}


def times_body(when: Interval) -> dict[str, Any]:
    """Return the change that moves an event; the zone in which it is shown stays."""
    # A change is merged into what is there, and there is a date where somebody made the event all-day.
    return {name: {"dateTime": stamp(at), "date": None} for name, at in (("start", when.start), ("end", when.end))}


def written(item: Item, calendar: str, zone: str = "UTC") -> WrittenEvent:
    """Return an event of ours as Google has it. One that somebody made all-day lasts from midnight in ``zone`` on."""
    key, marker = tags(item)
    when = times(item, zone)
    if isinstance(when, DateRange):
        midnights = (datetime(day.year, day.month, day.day, tzinfo=_zone(zone)) for day in (when.first, when.end))
        when = Interval(*(int(midnight.timestamp()) for midnight in midnights))
    return WrittenEvent(
        calendar=calendar,
        id=identity(item),
        etag=_text(item.get("etag")),
        key=key,
        marker=marker,
        when=when,
        title=_text(item.get("summary")),
        show_as=show_as(item),
        kind=_KINDS.get(_text(item.get("eventType")), EventKind.DEFAULT),
    )


def stamp(seconds: int) -> str:
    """Return UTC seconds as RFC 3339."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _point(seconds: int, zone: str) -> dict[str, str]:
    """Return the wall time with its offset, so that it is exact in the hour that a clock change repeats."""
    return {"dateTime": datetime.fromtimestamp(seconds, ZoneInfo(zone)).isoformat(), "timeZone": zone}


def _moment(point: Item, zone: str) -> date | datetime:
    day, moment = _text(point.get("date")), _text(point.get("dateTime"))
    try:
        if day:
            return date.fromisoformat(day)
        found = datetime.fromisoformat(moment)
    except ValueError:
        raise UnusableError("its times cannot be read") from None
    return found if found.tzinfo else found.replace(tzinfo=_zone(_text(point.get("timeZone")) or zone))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # an unknown name is a KeyError, a folder's name an OSError
        raise UnusableError("its time zone is not known") from None


def _recurrence_id(original: Item, zone: str) -> str:
    try:
        return recurrence_id_of(_moment(original, zone))
    except OverflowError:
        raise UnusableError("its times lie outside the years 1 to 9999") from None


def _response(item: Item, email: str) -> Response:
    """Return the owner's answer, accepted for an organiser or somebody not listed.

    The owner's row is that of the address; else the one that Google calls the calendar's own, for a second address.
    """
    rows = _rows(item)
    own = [row for row in rows if _address(row) == email.strip().casefold()] or [row for row in rows if _is_own(row)]
    if not own:
        return Response.ACCEPTED
    answer = _ANSWERS.get(_text(own[0].get("responseStatus")), Response.NEEDS_ACTION)
    organises = own[0].get("organizer") is True or _address(_part(item, "organizer")) == _address(own[0])
    return Response.ACCEPTED if organises and answer is Response.NEEDS_ACTION else answer


def _people(item: Item) -> int | None:
    """Return how many did not decline, organiser included, without rooms; None without a list of guests."""
    rows = _rows(item)
    if not rows and item.get("attendeesOmitted") is not True:
        return None
    named = [(_address(row) or f"somebody {number}", row) for number, row in enumerate(rows)]
    away = {who for who, row in named if row.get("responseStatus") == "declined" or row.get("resource") is True}
    everybody = {who for who, _ in named} | {_address(_part(item, "organizer"))}
    return len({who for who in everybody - away - {""} if not who.endswith(_NO_PERSON)})


def _organiser(item: Item, email: str) -> bool | None:
    """Tell whether the owner organises the entry; None without a list of guests."""
    organiser = _address(_part(item, "organizer"))
    return organiser == email.strip().casefold() if organiser and _rows(item) else None


def _outsiders(item: Item, email: str) -> bool | None:
    """Tell whether somebody's address has another domain than the owner's; None without a list of guests."""
    rows = [row for row in _rows(item) if row.get("resource") is not True]
    addresses = {_address(row) for row in rows} | {_address(_part(item, "organizer"))}
    people = {who for who in addresses - {""} if not who.endswith(_NO_PERSON)}
    if not rows or not people:
        return None
    home = email.strip().casefold().rpartition("@")[2]
    return any(who.rpartition("@")[2] != home for who in people)


def _rows(item: Item) -> list[Item]:
    rows = item.get("attendees")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _is_own(row: Item) -> bool:
    return row.get("self") is True


def _address(person: Item) -> str:
    return _text(person.get("email")).strip().casefold()


def _part(item: Item, name: str) -> Item:
    found = item.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _sequence(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else 0


def _stamp(value: object) -> int:
    """Return the UTC second of a stamp, 0 for what is none: nothing but the age depends on it."""
    try:
        found = datetime.fromisoformat(_text(value))
        return max(0, int(found.timestamp())) if found.tzinfo else 0
    except (ValueError, OverflowError):
        return 0
