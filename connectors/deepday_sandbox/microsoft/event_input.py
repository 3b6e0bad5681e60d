"""Graph's events as entries: reads what a client writes, and refuses what Graph refuses."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final

from deepday.model import DateRange, EventKind, Response, ShowAs
from deepday_sandbox.microsoft.calls import one_of
from deepday_sandbox.microsoft.errors import GraphError, invalid
from deepday_sandbox.microsoft.queries import property_key
from deepday_sandbox.microsoft.recurrence import to_rule
from deepday_sandbox.microsoft.series import bounds, extras, first_start
from deepday_sandbox.microsoft.zones import iana, read_when, to_utc, to_wall
from deepday_sandbox.office.calendars import Entry, Guest, Timed

WRITABLE: Final = frozenset(
    [
        "subject",
        "body",
        "start",
        "end",
        "location",
        "locations",
        "categories",
        "showAs",
        "sensitivity",
        "importance",
        "isAllDay",
        "isReminderOn",
        "reminderMinutesBeforeStart",
        "recurrence",
        "responseRequested",
        "hideAttendees",
        "allowNewTimeProposals",
        "isOnlineMeeting",
        "onlineMeetingProvider",
        "attendees",
        "singleValueExtendedProperties",
        "extensions",
    ]
)
CREATABLE: Final = WRITABLE | {"transactionId"}
READ_ONLY: Final = frozenset(
    [
        "id",
        "changeKey",
        "createdDateTime",
        "lastModifiedDateTime",
        "iCalUId",
        "isCancelled",
        "isOrganizer",
        "organizer",
        "responseStatus",
        "seriesMasterId",
        "type",
        "webLink",
        "bodyPreview",
        "hasAttachments",
        "originalStart",
        "transactionId",
    ]
)
_SHOWN: Final = ("unknown", *(one.value for one in ShowAs))
_VISIBILITY: Final = {"normal": "default", "personal": "default", "private": "private", "confidential": "confidential"}
_SORTS: Final = ("required", "optional", "resource")
_PROVIDERS: Final = ("unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness")
_FLAGS: Final = ("isReminderOn", "responseRequested", "hideAttendees", "allowNewTimeProposals", "isOnlineMeeting")
_STEP: Final = timedelta(days=1)


def applied(entry: Entry, body: Mapping[str, Any], mailbox_zone: str) -> Entry:
    """Return the entry with a request's properties written over it. Raises :class:`GraphError`.

    ``mailbox_zone`` is IANA; it places an all-day event that becomes a timed one.
    """
    mine = dict(extras(entry))
    changed = _scheduled(entry, body, mine, mailbox_zone)
    if "subject" in body:
        changed = replace(changed, title=_text(body["subject"], "subject"))
    if "body" in body:
        changed = _with_body(changed, body["body"], mine)
    if "location" in body:
        changed = replace(changed, location=_text((body["location"] or {}).get("displayName"), "location.displayName"))
    if "showAs" in body:
        shown = one_of(body["showAs"], _SHOWN, "showAs")
        kind = EventKind.DEFAULT if changed.kind is EventKind.OUT_OF_OFFICE else changed.kind
        changed = replace(changed, show_as=ShowAs.BUSY if shown == "unknown" else ShowAs(shown), kind=kind)
    if "sensitivity" in body:
        mine["sensitivity"] = one_of(body["sensitivity"], _VISIBILITY, "sensitivity")
        changed = replace(changed, visibility=_VISIBILITY[mine["sensitivity"]])
    if "attendees" in body:
        changed = replace(changed, guests=_guests(entry, body["attendees"]))
    _details(body, mine)
    return replace(changed, extra=MappingProxyType({**entry.extra, "graph": MappingProxyType(mine)}))


def _text(value: Any, what: str) -> str:
    if value is not None and not isinstance(value, str):
        raise GraphError(400, "RequestBodyRead", f"Cannot convert the literal of {what} to the expected type 'String'.")
    return value or ""


def _details(body: Mapping[str, Any], mine: dict[str, Any]) -> None:
    """Keep what the office has no field for."""
    if "importance" in body:
        mine["importance"] = one_of(body["importance"], ("low", "normal", "high"), "importance")
    if "onlineMeetingProvider" in body:
        mine["onlineMeetingProvider"] = one_of(body["onlineMeetingProvider"], _PROVIDERS, "onlineMeetingProvider")
    for name in _FLAGS:
        if name in body:
            if not isinstance(body[name], bool):
                raise GraphError(400, "RequestBodyRead", f"Cannot convert the literal of {name} to 'Boolean'.")
            mine[name] = body[name]
    if "reminderMinutesBeforeStart" in body:
        if not isinstance(body["reminderMinutesBeforeStart"], int):
            raise GraphError(400, "RequestBodyRead", "Cannot convert reminderMinutesBeforeStart to 'Int32'.")
        mine["reminderMinutesBeforeStart"] = body["reminderMinutesBeforeStart"]
    if "categories" in body:
        mine["categories"] = tuple(_text(one, "categories") for one in body["categories"] or ())
    if body.get("transactionId") is not None:
        mine["transactionId"] = _text(body["transactionId"], "transactionId")
    if "singleValueExtendedProperties" in body:
        kept = dict(mine.get("properties", {}))
        for one in body["singleValueExtendedProperties"] or ():
            if not isinstance(one, dict) or not isinstance(one.get("value"), str):
                raise invalid("An extended property needs an id and a value.", "ErrorInvalidProperty")
            kept[property_key(str(one.get("id")))] = (str(one["id"]), one["value"])
        mine["properties"] = MappingProxyType(kept)


def _with_body(entry: Entry, value: Any, mine: dict[str, Any]) -> Entry:
    if not isinstance(value, dict):
        raise GraphError(400, "RequestBodyRead", "body must be an itemBody.")
    mine["contentType"] = one_of(value.get("contentType", "text"), ("text", "html"), "body.contentType")
    return replace(entry, description=_text(value.get("content"), "body.content"))


def _guests(entry: Entry, value: Any) -> tuple[Guest, ...]:
    known = {guest.email.casefold(): guest.response for guest in entry.guests}
    guests: list[Guest] = []
    for one in value or ():
        address = one.get("emailAddress") if isinstance(one, dict) else None
        email = address.get("address") if isinstance(address, dict) else None
        if not isinstance(address, dict) or not isinstance(email, str) or "@" not in email:
            raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
        sort = one_of(one.get("type", "required"), _SORTS, "attendee.type")
        response = known.get(email.casefold(), Response.NEEDS_ACTION)
        name = _text(address.get("name"), "emailAddress.name")
        guests.append(Guest(email, name, response, is_room=sort == "resource", optional=sort == "optional"))
    return tuple(guests)


def _scheduled(entry: Entry, body: Mapping[str, Any], mine: dict[str, Any], mailbox_zone: str) -> Entry:
    """Return the entry with its new bounds and recurrence."""
    all_day = body.get("isAllDay", isinstance(entry.when, DateRange))
    if not isinstance(all_day, bool):
        raise GraphError(400, "RequestBodyRead", "Cannot convert the literal of isAllDay to 'Boolean'.")
    changed = entry
    if {"start", "end", "isAllDay"} & set(body):
        start, end, zones = _bounds(entry, body, mine, mailbox_zone)
        changed = replace(entry, when=_placed(start, end, zones, all_day=all_day))
        mine["zones"] = zones
    if "recurrence" in body:
        changed = replace(changed, recurrence=_recurring(changed, body["recurrence"]))
    if changed.recurrence and not changed.series and changed is not entry:
        changed = _begun(changed)
    return changed


def _bounds(
    entry: Entry, body: Mapping[str, Any], mine: Mapping[str, Any], mailbox_zone: str
) -> tuple[datetime, datetime, tuple[str, str]]:
    start, end = bounds(entry)
    zone = entry.when.zone if isinstance(entry.when, Timed) else mailbox_zone
    zones = mine.get("zones") or (zone, zone)
    if "start" in body:
        start, name = read_when(body["start"], "Event.Start")
        zones = (name, zones[1])
    elif iana(zones[0]) != zone:
        start = to_wall(to_utc(start, zone), iana(zones[0]))
    if "end" in body:
        end, name = read_when(body["end"], "Event.End")
        zones = (zones[0], name)
    elif iana(zones[1]) != zone:
        end = to_wall(to_utc(end, zone), iana(zones[1]))
    return start, end, zones


def _placed(start: datetime, end: datetime, zones: tuple[str, str], *, all_day: bool) -> Timed | DateRange:
    early = "ErrorCalendarEndDateIsEarlierThanStartDate"
    if all_day:
        for what, bound in (("Start", start), ("End", end)):
            if bound.time() != time():
                raise invalid(f"The Event.{what} property for an all-day event needs to be set to midnight.")
        if iana(zones[0]) != iana(zones[1]):
            raise invalid("The start and end of an all-day event must be in the same time zone.")
        if end < start:
            raise invalid("The end date is earlier than the start date.", early)
        if end - start < _STEP:
            raise invalid("The duration of an event marked as All day must be at least 24 hours.")
        return DateRange(start.date(), end.date())
    zone = iana(zones[0])
    if iana(zones[1]) != zone:
        end = to_wall(to_utc(end, iana(zones[1])), zone)
    if to_utc(end, zone) < to_utc(start, zone):
        raise invalid("The end date is earlier than the start date.", early)
    return Timed(start, end, zone)


def _recurring(entry: Entry, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if entry.series:
        raise invalid("An occurrence cannot have a recurrence of its own.")
    start, _ = bounds(entry)
    all_day = isinstance(entry.when, DateRange)
    zone = entry.when.zone if isinstance(entry.when, Timed) else "UTC"
    return (to_rule(value, start, zone, all_day=all_day),)


def _begun(entry: Entry) -> Entry:
    """Return a series that begins on a day of its pattern: Outlook moves a start that is not on one."""
    start, end = bounds(entry)
    zone = entry.when.zone if isinstance(entry.when, Timed) else "UTC"
    shift = first_start(entry.recurrence, start, zone) - start
    if isinstance(entry.when, Timed):
        return replace(entry, when=Timed(start + shift, end + shift, zone))
    return replace(entry, when=DateRange((start + shift).date(), (end + shift).date()))
