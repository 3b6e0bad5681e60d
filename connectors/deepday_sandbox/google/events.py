"""Translation between the office's entries and Google's events."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime, time
from re import fullmatch
from typing import Any, Final
from zoneinfo import ZoneInfo

from deepday.model import DateRange, EventKind, Response, ShowAs
from deepday_sandbox.google.recurrence import Original, instance_id, split_id
from deepday_sandbox.office import Entry, Guest, Timed
from deepday_sandbox.office.calendars import Calendar

Json = dict[str, Any]

# What Google keeps and the office has no field for; written back as it came.
KEPT: Final = (
    "extendedProperties",
    "focusTimeProperties",
    "outOfOfficeProperties",
    "workingLocationProperties",
    "birthdayProperties",
    "reminders",
    "colorId",
    "eventLabelId",
    "source",
    "conferenceData",
    "guestsCanModify",
    "guestsCanInviteOthers",
    "guestsCanSeeOtherGuests",
    "anyoneCanAddSelf",
    "attachments",
)
# What an entry of these kinds has where another face wrote it.
_PROPERTIES: Final[dict[EventKind, tuple[str, Json]]] = {
    EventKind.FOCUS_TIME: ("focusTimeProperties", {"autoDeclineMode": "declineNone"}),
    EventKind.OUT_OF_OFFICE: ("outOfOfficeProperties", {"autoDeclineMode": "declineNone"}),
    EventKind.WORKING_LOCATION: ("workingLocationProperties", {"type": "homeOffice", "homeOffice": {}}),
}
_VEILED: Final = (
    "kind",
    "etag",
    "id",
    "status",
    "created",
    "updated",
    "start",
    "end",
    "recurrence",
    "recurringEventId",
    "originalStartTime",
    "iCalUID",
    "transparency",
    "eventType",
)


def stamp(seconds: int) -> str:
    """Return UTC seconds as Google writes them: RFC 3339 with milliseconds and Z."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def etag_of(entry: Entry) -> str:
    """Return the version of an entry as an etag, quotes included."""
    return f'"{3_181_000_000_000_000 + entry.changed * 2000}"'


def is_gone(entry: Entry) -> bool:
    """Tell whether Google would call the entry cancelled."""
    return entry.deleted or entry.cancelled


def is_usual(moment: datetime) -> bool:
    """Tell whether a time is far enough from the ends of the calendar to be written in any zone."""
    return 1 < moment.year < 9999


def instant_of(text: str) -> int | None:
    """Return the UTC seconds of an RFC 3339 time, ``None`` for anything else, so for one without an offset too."""
    if not fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", text):
        return None
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return int(found.timestamp()) if is_usual(found) else None


def moment(seconds: int, zone: str) -> str:
    """Return UTC seconds in a zone, with its offset."""
    text = datetime.fromtimestamp(seconds, ZoneInfo(zone)).isoformat()
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def point(wall: Original, zone: str, shown: str) -> Json:
    """Return a date, or a wall time of ``zone`` written with the offset of ``shown``."""
    if not isinstance(wall, datetime):
        return {"date": wall.isoformat()}
    instant = wall.replace(tzinfo=ZoneInfo(zone)).timestamp()
    return {"dateTime": moment(int(instant), shown), "timeZone": zone}


def kind_of(entry: Entry) -> str:
    """Return Google's ``eventType``."""
    return str(entry.extra.get("google", {}).get("eventType", entry.kind.value))


def to_google(entry: Entry, calendar: Calendar, zone: str = "", most: int = 0) -> Json:
    """Return an entry as an event, times written in ``zone`` (the calendar's by default).

    More than ``most`` attendees (0: any number) are cut down to the owner's own row. A cancelled entry says no more
    than Google guarantees.
    """
    shown = zone or calendar.zone
    event: Json = {"kind": "calendar#event", "etag": etag_of(entry), "id": google_id(entry, calendar)}
    if is_gone(entry):
        return event | {"status": "cancelled", **_occurrence(entry, calendar, shown)}
    own: Json = dict(entry.extra.get("google", {}))
    address = calendar.owner if calendar.primary else calendar.id
    organiser = entry.organiser or address
    eid = base64.urlsafe_b64encode(f"{event['id']} {calendar.id}".encode()).decode().rstrip("=")
    event |= {
        "status": "tentative" if entry.show_as is ShowAs.TENTATIVE or own.get("status") == "tentative" else "confirmed",
        "htmlLink": f"https://www.google.com/calendar/event?eid={eid}",
        "created": stamp(entry.created),
        "updated": stamp(entry.updated),
        "creator": _person(organiser, address),
        "organizer": _person(organiser, address),
        **_times(entry, shown),
        **_occurrence(entry, calendar, shown),
        "iCalUID": entry.uid,
        "sequence": entry.sequence,
        "eventType": kind_of(entry),
        "reminders": {"useDefault": True},
    }
    for name in ("title", "description", "location"):
        if text := getattr(entry, name):
            event["summary" if name == "title" else name] = text
    if entry.recurrence:
        event["recurrence"] = list(entry.recurrence)
    if entry.show_as in {ShowAs.FREE, ShowAs.WORKING_ELSEWHERE} or own.get("transparency") == "transparent":
        event["transparency"] = "transparent"
    elif entry.kind in {EventKind.FOCUS_TIME, EventKind.OUT_OF_OFFICE}:
        event["transparency"] = "opaque"
    if entry.visibility != "default":
        event["visibility"] = entry.visibility
    event |= {name: own[name] for name in KEPT if name in own}
    if entry.kind in _PROPERTIES:
        name, usual = _PROPERTIES[entry.kind]
        event.setdefault(name, usual)
    rows = [_row(guest, address, organiser) for guest in entry.guests]
    if most and len(rows) > most:
        rows = [row for row in rows if row.get("self")]
        event["attendeesOmitted"] = True
    return event | ({"attendees": rows} if rows else {})


def veil(event: Json, role: str) -> Json:
    """Return what somebody with that access role may see of an event."""
    hidden = event.get("visibility") in {"private", "confidential"}
    if event["status"] == "cancelled" or role in {"owner", "writer"}:
        return event
    if role == "freeBusyReader" or hidden:
        return {name: event[name] for name in _VEILED if name in event} | ({"visibility": "private"} if hidden else {})
    return event


def google_id(entry: Entry, calendar: Calendar) -> str:
    """Return the id that Google shows: occurrences are named after their series."""
    if split_id(entry.id)[0] == entry.series:
        return entry.id
    master = calendar.entries.get(entry.series) if entry.series else None
    return instance_id(master, entry.original) if master and entry.original is not None else entry.id


def from_google(event: Json, base: Entry, zone: str) -> Entry:
    """Return ``base`` with the times, texts and people of a checked event; ``zone`` is the calendar's."""
    own: Json = {name: event[name] for name in KEPT if name in event}
    kind = str(event.get("eventType", "default"))
    if kind not in set(EventKind):
        own["eventType"] = kind
    if event.get("status") == "tentative":
        own["status"] = "tentative"
    if event.get("transparency") == "transparent":
        own["transparency"] = "transparent"
    return replace(
        base,
        when=when_of(event, zone),
        title=event.get("summary") or "",
        description=event.get("description") or "",
        location=event.get("location") or "",
        visibility=event.get("visibility") or "default",
        recurrence=tuple(event.get("recurrence") or ()),
        guests=tuple(_guest(row) for row in event.get("attendees") or ()),
        kind=EventKind(kind) if kind in set(EventKind) else EventKind.DEFAULT,
        show_as=_shown_as(event, kind),
        cancelled=event.get("status") == "cancelled",
        deleted=False,
        extra={**base.extra, "google": own},
    )


def when_of(event: Json, zone: str) -> Timed | DateRange:
    """Return the times of a checked event, as wall times of the zone in which it starts."""
    if "date" in event["start"]:
        return DateRange(date.fromisoformat(event["start"]["date"]), date.fromisoformat(event["end"]["date"]))
    own = event["start"].get("timeZone") or zone
    start, end = (aware(event[name], zone).astimezone(ZoneInfo(own)).replace(tzinfo=None) for name in ("start", "end"))
    return Timed(start, end, own)


def aware(value: Json, zone: str) -> datetime:
    """Return the instant that a checked ``EventDateTime`` names; a date begins at midnight in ``zone``."""
    if "date" in value:
        return datetime.combine(date.fromisoformat(value["date"]), time(), ZoneInfo(zone))
    found = datetime.fromisoformat(value["dateTime"]).replace(microsecond=0)
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(value.get("timeZone") or zone))


def _shown_as(event: Json, kind: str) -> ShowAs:
    if kind == EventKind.OUT_OF_OFFICE:
        return ShowAs.OUT_OF_OFFICE
    if event.get("transparency") == "transparent":
        return ShowAs.FREE
    return ShowAs.TENTATIVE if event.get("status") == "tentative" else ShowAs.BUSY


def _times(entry: Entry, shown: str) -> Json:
    if isinstance(entry.when, Timed):
        zone = entry.when.zone
        return {"start": point(entry.when.start, zone, shown), "end": point(entry.when.end, zone, shown)}
    return {"start": {"date": entry.when.first.isoformat()}, "end": {"date": entry.when.end.isoformat()}}


def _occurrence(entry: Entry, calendar: Calendar, shown: str) -> Json:
    if not entry.series or entry.original is None:
        return {}
    master = calendar.entries.get(entry.series, entry)
    zone = master.when.zone if isinstance(master.when, Timed) else calendar.zone
    return {"recurringEventId": entry.series, "originalStartTime": point(entry.original, zone, shown)}


def _person(email: str, own: str) -> Json:
    return {"email": email, **({"self": True} if email == own else {})}


def _row(guest: Guest, own: str, organiser: str) -> Json:
    answer = Response.NEEDS_ACTION if guest.response is Response.DELEGATED else guest.response
    return {
        "email": guest.email,
        **({"displayName": guest.name} if guest.name else {}),
        **({"organizer": True} if guest.email == organiser else {}),
        **({"self": True} if guest.email == own else {}),
        **({"resource": True} if guest.is_room else {}),
        **({"optional": True} if guest.optional else {}),
        **({"comment": guest.comment} if guest.comment else {}),
        "responseStatus": answer.value,
    }


def _guest(row: Json) -> Guest:
    return Guest(
        row["email"],
        row.get("displayName") or "",
        Response(row.get("responseStatus", "needsAction")),
        bool(row.get("resource")),
        bool(row.get("optional")),
        row.get("comment") or "",
    )
