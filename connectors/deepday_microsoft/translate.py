"""Graph's events as deepday's, read by the same rules as an .ics export of the same calendar. Pure.

Descriptions, places and names are not looked at. A title is, in memory: absences and focus time are told by it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from deepday.connect import ReadContext
from deepday.connect.ics import attendance
from deepday.connect.ics.properties import Properties, Property
from deepday.connect.ics.zones import named
from deepday.connect.skips import skip
from deepday.model import CalendarEvent, DateRange, Interval, Invitation, Response, Skipped, recurrence_id_of

SOURCE = "Microsoft 365"
KEY_PREFIX = "deepday-"
"""What a transactionId of ours begins with; the rest is the draft's key."""

FIELDS = (
    "id,type,seriesMasterId,start,end,isAllDay,isCancelled,subject,showAs,iCalUId,originalStart,"
    "originalStartTimeZone,lastModifiedDateTime,isOrganizer,organizer,responseStatus,attendees"
)
"""What to select where Graph lets one choose."""

_ANSWERS = {
    "accepted": "ACCEPTED",
    "organizer": "ACCEPTED",
    "tentativelyAccepted": "TENTATIVE",
    "declined": "DECLINED",
    "notResponded": "NEEDS-ACTION",
    "none": "NEEDS-ACTION",
}
_INVITED = {
    "accepted": Response.ACCEPTED,
    "tentativelyAccepted": Response.TENTATIVE,
    "declined": Response.DECLINED,
    "notResponded": Response.NEEDS_ACTION,
}
# MS-OXOCAL 2.2.1.27: a global object id has the day of an occurrence in it; without that it is the whole series' UID.
_GLOBAL_ID = re.compile(r"(040000008200E00074C5B7101A82E008)[0-9A-F]{8}([0-9A-F]{16,})", re.IGNORECASE)
_NOON = timedelta(hours=12)


class UnusableError(Exception):
    """An event cannot be used; the text says why."""


@dataclass(slots=True)
class Series:
    """What a page holds of a series: its master, if it is there, and occurrences by id, stubs or whole."""

    master: Mapping[str, Any] | None = None
    parts: dict[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Single:
    """An event that is no part of a series that could be read."""

    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Removed:
    """Something that is gone."""


Found = Series | Single | Removed


@dataclass(slots=True)
class Gathered:
    """The rows of a page by the object that they belong to; of several for the same thing the last one counts.

    ``last``: the object of the last row, empty for none.
    """

    objects: dict[str, Found] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    last: str = ""


def gather(rows: Sequence[Mapping[str, Any]]) -> Gathered:
    """Sort the rows of a delta page by object."""
    gathered = Gathered()
    for row in rows:
        name = row.get("id")
        if not isinstance(name, str) or not name:
            gathered.skipped.append(skip(SOURCE, "a row", "it has no id"))
            continue
        gathered.last = _place(gathered.objects, name, row)
    return gathered


def _place(objects: dict[str, Found], name: str, row: Mapping[str, Any]) -> str:
    series = row.get("seriesMasterId")
    if "@removed" in row:
        objects[name] = Removed()
    elif row.get("type") == "seriesMaster":
        _series(objects, name).master = row
    elif isinstance(series, str) and series and series != name:
        _series(objects, series).parts[name] = row
        return series
    else:
        objects[name] = Single(row)
    return name


def _series(objects: dict[str, Found], name: str) -> Series:
    found = objects.get(name)
    if not isinstance(found, Series):
        found = objects[name] = Series()
    return found


def whole(row: Mapping[str, Any]) -> bool:
    """Tell whether a row says of itself what a stub leaves to its master."""
    return "showAs" in row


def events_of(
    rows: Sequence[Mapping[str, Any]], context: ReadContext, master: Mapping[str, Any] | None = None
) -> tuple[list[CalendarEvent], list[Skipped]]:
    """Return the entries that rows stand for, and what cannot be used; what was called off is left out."""
    events: list[CalendarEvent] = []
    skipped: list[Skipped] = []
    for row in rows:
        try:
            event = event_of({**master, **row, "iCalUId": master.get("iCalUId")} if master else row, context)
        except UnusableError as error:
            skipped.append(skip(SOURCE, str(row.get("id", ""))[:80], str(error)))
            continue
        if not event.cancelled:
            events.append(event)
    return events, skipped


def event_of(row: Mapping[str, Any], context: ReadContext) -> CalendarEvent:
    """Translate one event. Raises :class:`UnusableError`."""
    uid = row.get("iCalUId")
    if not isinstance(uid, str) or not uid:
        raise UnusableError("it has no iCalUId")
    when = _when(row)
    title = _text(row.get("subject"))
    properties = _properties(row, context.email)
    updated = _stamp(row.get("lastModifiedDateTime"))
    return CalendarEvent(
        uid=_GLOBAL_ID.sub(r"\g<1>00000000\g<2>", uid),
        recurrence_id=_recurrence_id(row) if row.get("type") in {"occurrence", "exception"} else "",
        when=when,
        show_as=attendance.show_as(properties),
        response=attendance.response(properties, context.email),
        kind=attendance.kind(properties, title, context.email),
        cancelled=row.get("isCancelled") is True,
        people=attendance.people(properties),
        sequence=updated,  # Graph keeps SEQUENCE to itself; of two copies the one that was changed last is the newer
        updated=updated,
        title=title if context.keep_titles else None,
        source=SOURCE,
        organiser=attendance.organiser(properties, context.email),
        outsiders=attendance.outsiders(properties, context.email),
    )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _when(row: Mapping[str, Any]) -> Interval | DateRange:
    start, end = moment(row.get("start"), "start"), moment(row.get("end"), "end")
    if row.get("isAllDay") is True:  # midnight in whatever zone is asked for: the date is what counts
        first, last = start.date(), end.date()
        if last < first:
            raise UnusableError("it ends before it starts")
        return DateRange(first, max(last, first + timedelta(days=1)))
    when = Interval(int(start.timestamp()), int(end.timestamp()))
    if when.end < when.start:
        raise UnusableError("it ends before it starts")
    return when


def moment(value: object, what: str) -> datetime:
    """Read a dateTimeTimeZone as an aware datetime. Raises :class:`UnusableError`."""
    if not isinstance(value, dict) or not isinstance(value.get("dateTime"), str):
        raise UnusableError(f"it has no {what}")
    try:
        read = datetime.fromisoformat(value["dateTime"])
        zone = named(_text(value.get("timeZone")) or "UTC")
        if zone is None:
            raise UnusableError(f"the time zone of its {what} is unknown")
        aware = read if read.tzinfo else read.replace(tzinfo=zone)
        aware.timestamp()
    except (ValueError, OverflowError):
        raise UnusableError(f"its {what} is no time") from None
    if not 2 <= aware.year <= 9998:
        raise UnusableError(f"its {what} lies outside the years 2 to 9998")
    return aware


def _recurrence_id(row: Mapping[str, Any]) -> str:
    original = row.get("originalStart")
    start: datetime | None = None
    if isinstance(original, str):
        try:
            start = datetime.fromisoformat(original)
        except ValueError:
            start = None
    if start is None or not 2 <= start.year <= 9998:
        start = moment(row.get("start"), "start")
        day: date = start.date()
    else:
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        day = _day(start.astimezone(UTC), named(_text(row.get("originalStartTimeZone"))))
    return recurrence_id_of(day if row.get("isAllDay") is True else start)


def _day(instant: datetime, zone: tzinfo | None) -> date:
    """Return the date that begins at an instant in UTC: at midnight of UTC, or at midnight in the zone.

    The nearest midnight counts, for a zone may skip one. Where the zone is not known that is midnight of UTC, which is
    right for zones from UTC-11 to UTC+12.
    """
    if zone is not None and instant.time() != time.min:
        instant = instant.astimezone(zone)
    return (instant.replace(tzinfo=None) + _NOON).date()


def _stamp(value: object) -> int:
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
        return max(0, int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp())) if read else 0
    except (ValueError, OverflowError):
        return 0


def _properties(row: Mapping[str, Any], email: str) -> Properties:
    """Return what an .ics export says of who takes part and how the time is shown."""
    properties: dict[str, list[Property]] = {}
    shown = _text(row.get("showAs"))
    if shown:
        properties["X-MICROSOFT-CDO-BUSYSTATUS"] = [Property({}, shown)]
    invited = _attendees(row, email)
    if invited:
        properties["ATTENDEE"] = invited
    organiser = _address(row.get("organizer"))
    if organiser and (invited or row.get("isOrganizer") is False):  # else the owner's own, without company
        properties["ORGANIZER"] = [Property({}, f"mailto:{organiser}")]
    return properties


def _attendees(row: Mapping[str, Any], email: str) -> list[Property]:
    own = _response(row.get("responseStatus"))
    given = row.get("attendees")
    invited: list[Property] = []
    listed = False
    for one in given if isinstance(given, list) else ():
        address = _address(one)
        if not address:
            continue
        answer = _response(one.get("status"))
        if address.casefold() == email.casefold():
            listed, answer = True, own if own not in {"", "none"} else answer
        kind = {"CUTYPE": "RESOURCE"} if one.get("type") == "resource" else {}
        parameters = {"PARTSTAT": _ANSWERS.get(answer, "NEEDS-ACTION"), **kind}
        invited.append(Property(parameters, f"mailto:{address}"))
    if not listed and email and own in {"accepted", "tentativelyAccepted", "declined", "notResponded"}:
        invited.append(Property({"PARTSTAT": _ANSWERS[own]}, f"mailto:{email}"))  # invited as one of a list
    return invited


def _response(value: object) -> str:
    return _text(value.get("response")) if isinstance(value, dict) else ""


def _address(value: object) -> str:
    """Return the address of a recipient, empty for none."""
    found = value.get("emailAddress") if isinstance(value, dict) else None
    return _text(found.get("address")) if isinstance(found, dict) else ""


def key_of(row: Mapping[str, Any] | None) -> str:
    """Return the key of an event that deepday made, empty for every other."""
    transaction = _text(row.get("transactionId")) if row else ""
    return transaction.removeprefix(KEY_PREFIX) if transaction.startswith(KEY_PREFIX) else ""


def invitation_of(row: Mapping[str, Any], calendar: str) -> Invitation | None:
    """Return the invitation that an event is; ``None`` for what the owner organises, or was not asked to.

    Raises :class:`UnusableError`.
    """
    answer = _INVITED.get(_response(row.get("responseStatus")))
    name, etag, organiser = row.get("id"), row.get("@odata.etag"), _address(row.get("organizer"))
    if answer is None or row.get("isOrganizer") is not False or row.get("isCancelled") is True:
        return None
    if not (isinstance(name, str) and name and isinstance(etag, str)):
        raise UnusableError("it has no id or no version")
    start, end = (int(moment(row.get(bound), bound).timestamp()) for bound in ("start", "end"))
    series = row.get("seriesMasterId")
    others = row.get("attendees")
    listed = [one for one in others if isinstance(one, dict)] if isinstance(others, list) else []
    there = {_address(one).casefold() for one in listed if one.get("type") != "resource" and _comes(one)}
    return Invitation(
        calendar=calendar,
        id=name,
        etag=etag,
        when=Interval(start, end),
        response=answer,
        arrived=_stamp(row.get("createdDateTime")),
        series=series if isinstance(series, str) else "",
        people=len((there | {organiser.casefold()}) - {""}) if listed else None,
        all_day=row.get("isAllDay") is True,
        organiser=organiser.casefold(),
        title=_text(row.get("subject")),
    )


def _comes(attendee: Mapping[str, Any]) -> bool:
    return _response(attendee.get("status")) != "declined"
