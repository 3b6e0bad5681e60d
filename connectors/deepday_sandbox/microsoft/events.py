"""Entries as Graph's events."""

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from deepday.model import EventKind, Response, ShowAs
from deepday_sandbox.microsoft import ids
from deepday_sandbox.microsoft.calls import Prefer
from deepday_sandbox.microsoft.recurrence import to_graph
from deepday_sandbox.microsoft.series import Item, exceptions, extras, hidden, single, wall_of
from deepday_sandbox.microsoft.zones import iana, shown, to_utc, to_wall, windows
from deepday_sandbox.office.calendars import Calendar, Entry, Guest, Timed
from deepday_sandbox.office.people import Directory

NEVER: Final = "0001-01-01T00:00:00Z"
_ANSWERS: Final = {
    Response.ACCEPTED: "accepted",
    Response.TENTATIVE: "tentativelyAccepted",
    Response.DECLINED: "declined",
    Response.NEEDS_ACTION: "notResponded",
    Response.DELEGATED: "none",
}
_SENSITIVITY: Final = {"default": "normal", "public": "normal", "private": "private", "confidential": "confidential"}
_TAGS: Final = re.compile(r"<[^>]*>")
ON_REQUEST: Final = {"cancelledOccurrences", "exceptionOccurrences", "singleValueExtendedProperties", "instances"}


def stamp(seconds: int) -> str:
    """Return UTC seconds as Graph writes instants."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def kind(item: Item) -> str:
    """Return the event's type."""
    if item.original is not None:
        return "occurrence"
    if item.entry.series:
        return "exception"
    return "seriesMaster" if item.entry.recurrence else "singleInstance"


def show_as(entry: Entry) -> str:
    """Return the free/busy status that others see."""
    if entry.kind is EventKind.OUT_OF_OFFICE and entry.show_as is ShowAs.BUSY:
        return "oof"
    return entry.show_as.value


def item_id(calendar: Calendar, item: Item, *, immutable: bool) -> str:
    """Return the id under which an item is shown."""
    if item.original is not None:
        return ids.of_occurrence(calendar.id, item.entry.id, item.original, immutable=immutable)
    return ids.of_entry(calendar.id, item.entry, immutable=immutable)


def times(item: Item, prefer: Prefer) -> dict[str, Any]:
    """Return start and end in the zone that was asked for; an all-day event is at midnight in every zone."""
    if item.all_day:
        return {"start": shown(item.start, prefer.zone), "end": shown(item.end, prefer.zone)}
    zone = iana(prefer.zone)
    return {
        "start": shown(to_wall(item.first, zone), prefer.zone),
        "end": shown(to_wall(item.last, zone), prefer.zone),
    }


def stub(calendar: Calendar, item: Item, prefer: Prefer) -> dict[str, Any]:
    """Return an occurrence as calendarView/delta shows it: when, and of which series, no more."""
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": ids.etag(item.entry),
        "id": item_id(calendar, item, immutable=prefer.immutable),
        "type": "occurrence",
        "seriesMasterId": ids.of_entry(calendar.id, item.entry, immutable=prefer.immutable),
        **times(item, prefer),
    }


def render(calendar: Calendar, item: Item, prefer: Prefer, people: Directory) -> dict[str, Any]:
    """Return the whole event, without what Graph gives on request only."""
    entry, mine = item.entry, extras(item.entry)
    named = mine.get("zones") or (windows(item.zone), windows(item.zone))
    what = kind(item)
    event: dict[str, Any] = {
        "@odata.etag": ids.etag(entry),
        "id": item_id(calendar, item, immutable=prefer.immutable),
        "createdDateTime": stamp(entry.created),
        "lastModifiedDateTime": stamp(entry.updated),
        "changeKey": ids.change_key(entry),
        "categories": list(mine.get("categories", ())),
        "transactionId": mine.get("transactionId"),
        "originalStartTimeZone": named[0],
        "originalEndTimeZone": named[1],
        "iCalUId": entry.uid,
        "reminderMinutesBeforeStart": mine.get("reminderMinutesBeforeStart", 15),
        "isReminderOn": mine.get("isReminderOn", True),
        "hasAttachments": False,
        "subject": entry.title,
        "bodyPreview": _plain(entry)[:255],
        "importance": mine.get("importance", "normal"),
        "sensitivity": mine.get("sensitivity") or _SENSITIVITY.get(entry.visibility, "normal"),
        "isAllDay": item.all_day,
        "isCancelled": entry.cancelled,
        "isDraft": False,
        "responseRequested": mine.get("responseRequested", True),
        "hideAttendees": mine.get("hideAttendees", False),
        "allowNewTimeProposals": mine.get("allowNewTimeProposals", True),
        "isOnlineMeeting": mine.get("isOnlineMeeting", False),
        "onlineMeetingProvider": mine.get("onlineMeetingProvider", "unknown"),
        "onlineMeeting": None,
        "onlineMeetingUrl": None,
        "webLink": f"https://outlook.office365.com/owa/?itemid={entry.changed}&exvsurl=1&path=/calendar/item",
        "showAs": show_as(entry),
        "type": what,
        "seriesMasterId": None,
        "body": _body(entry, prefer),
        "location": {"displayName": entry.location, "locationType": "default", "uniqueIdType": "unknown"},
        "locations": [{"displayName": entry.location, "locationType": "default"}] if entry.location else [],
        **times(item, prefer),
        "recurrence": _recurrence(item) if what == "seriesMaster" else None,
        **_company(calendar.owner, entry, people),
    }
    if mine.get("transactionId") is None:
        del event["transactionId"]  # returned only where it was set
    original = item.original if item.original is not None else entry.original
    if what in {"occurrence", "exception"} and original is not None:
        master = calendar.entries.get(entry.series, entry)
        event["seriesMasterId"] = ids.of_entry(calendar.id, master, immutable=prefer.immutable)
        event["originalStart"] = _original(original, master)
    return event


def _original(original: Any, master: Entry) -> str:
    zone = master.when.zone if isinstance(master.when, Timed) else "UTC"
    return to_utc(wall_of(original), zone).strftime("%Y-%m-%dT%H:%M:%SZ")


def _recurrence(item: Item) -> dict[str, Any] | None:
    return to_graph(item.entry.recurrence, item.start, item.zone, all_day=item.all_day)


def _plain(entry: Entry) -> str:
    if extras(entry).get("contentType") != "html":
        return entry.description
    return html.unescape(_TAGS.sub("", entry.description)).strip()


def _body(entry: Entry, prefer: Prefer) -> dict[str, str]:
    if prefer.text:
        return {"contentType": "text", "content": _plain(entry)}
    inner = entry.description if extras(entry).get("contentType") == "html" else html.escape(entry.description)
    return {"contentType": "html", "content": wrapped(inner)}


def wrapped(fragment: str) -> str:
    """Return HTML as Exchange gives it back: a document of its own, whatever was sent."""
    return fragment if "<html" in fragment.casefold() else f"<html>\r\n<body>\r\n{fragment}\r\n</body>\r\n</html>\r\n"


def _company(owner: str, entry: Entry, people: Directory) -> dict[str, Any]:
    organiser = entry.organiser or owner
    mine = organiser.casefold() == owner.casefold()
    return {
        "isOrganizer": mine,
        "organizer": {"emailAddress": _address(organiser, "", people)},
        "responseStatus": {"response": "organizer", "time": NEVER} if mine else _own_answer(owner, entry),
        "attendees": [_attendee(guest, people) for guest in entry.guests],
    }


def _own_answer(owner: str, entry: Entry) -> dict[str, str]:
    guest = next((one for one in entry.guests if one.email.casefold() == owner.casefold()), None)
    answer = _ANSWERS[guest.response] if guest else "none"
    return {"response": answer, "time": NEVER if answer in {"none", "notResponded"} else stamp(entry.updated)}


def _attendee(guest: Guest, people: Directory) -> dict[str, Any]:
    answer = "none" if guest.response is Response.NEEDS_ACTION else _ANSWERS[guest.response]
    sort = "resource" if guest.is_room else "optional" if guest.optional else "required"
    return {
        "type": sort,
        "status": {"response": answer, "time": NEVER},
        "emailAddress": _address(guest.email, guest.name, people),
    }


def _address(email: str, name: str, people: Directory) -> dict[str, str]:
    known = people.find(email)
    return {"name": name or (known.name if known else email), "address": email}


def on_request(
    calendar: Calendar, item: Item, prefer: Prefer, people: Directory, names: Iterable[str]
) -> dict[str, Any]:
    """Return the properties that a series' master shows only when they are asked for by name."""
    found: dict[str, Any] = {}
    wanted = set(names) if kind(item) == "seriesMaster" else set()
    changed = exceptions(calendar, item.entry) if wanted else {}
    if "cancelledOccurrences" in wanted:
        master = ids.of_entry(calendar.id, item.entry, immutable=prefer.immutable)
        removed = sorted(wall for wall, one in changed.items() if hidden(one))
        found["cancelledOccurrences"] = [f"OID.{master}.{wall:%Y-%m-%d}" for wall in removed]
    if "exceptionOccurrences" in wanted:
        live = [one for _, one in sorted(changed.items(), key=lambda pair: pair[0]) if not hidden(one)]
        found["exceptionOccurrences"] = [render(calendar, single(one), prefer, people) for one in live]
    return found
