"""events.get, insert, patch, update and delete."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from deepday.model import EventKind, Response
from deepday_sandbox.google.access import Answer, Call
from deepday_sandbox.google.errors import RefusedError
from deepday_sandbox.google.events import Json, etag_of, from_google, google_id, is_gone, to_google, veil, when_of
from deepday_sandbox.google.listing import Window, expanded
from deepday_sandbox.google.recurrence import instance, original_of, span, split_id
from deepday_sandbox.google.rules import check_event, check_id
from deepday_sandbox.google.shape import without_nulls
from deepday_sandbox.office import ConflictError, Entry
from deepday_sandbox.office.answering import answered
from deepday_sandbox.office.calendars import Calendar

_ALPHABET: Final = "0123456789abcdefghijklmnopqrstuv"
_READ_ONLY: Final = (
    "kind",
    "etag",
    "htmlLink",
    "created",
    "updated",
    "creator",
    "organizer",
    "attendeesOmitted",
    "hangoutLink",
    "recurringEventId",
    "originalStartTime",
    "locked",
    "privateCopy",
    "endTimeUnspecified",
)
_SHARED: Final = ("summary", "description", "location", "start", "end", "recurrence")  # the organiser's to change


def get_event(call: Call) -> Answer:
    """Answer events.get: a deleted event is still there, cancelled."""
    calendar, role = call.calendar()
    entry, _ = _find(calendar, str(call.path["event"]))
    etag = etag_of(entry)
    if call.headers.get("if-none-match") == etag:
        return Answer(status=304, headers={"ETag": etag})
    shown = to_google(entry, calendar, call.query.get("timeZone", ""), call.number("maxAttendees", 1_000_000, 10**6))
    return Answer(veil(shown, role), headers={"ETag": etag})


def insert_event(call: Call) -> Answer:
    """Answer events.insert."""
    calendar, _ = call.calendar(write=True)
    _check_query(call)
    event = _writable(call.body())
    if "id" in event and "iCalUID" in event:
        raise RefusedError(400, "invalid", "Only one of id and iCalUID may be given.")
    if "id" in event:
        check_id(str(event["id"]))
    check_event(event, call.worker, calendar)
    name = event.get("id") or "".join(secrets.choice(_ALPHABET) for _ in range(26))
    organiser = calendar.owner if event.get("attendees") else ""
    uid = event.get("iCalUID") or f"{name}@google.com"
    blank = Entry(name, uid, when_of(event, calendar.zone), organiser=organiser)
    try:
        entry = call.office.calendars.create(calendar.id, from_google(event, blank, calendar.zone))
    except ConflictError as error:
        raise RefusedError(409, "duplicate", "The requested identifier already exists.") from error
    _decline_others(call, calendar, entry)
    return _written(call, calendar, entry)


def patch_event(call: Call) -> Answer:
    """Answer events.patch: objects are merged, lists replaced, nulls clear."""
    calendar, _ = call.calendar(write=True)
    _check_query(call)
    entry, stored = _find(calendar, str(call.path["event"]))
    _check_match(call, entry)
    change = {name: value for name, value in call.body().items() if name not in _READ_ONLY}
    if is_gone(entry) and change.get("status") not in ("confirmed", "tentative"):
        raise RefusedError(410, "deleted", "Resource has been deleted")
    before = to_google(replace(entry, deleted=False, cancelled=False), calendar)
    if call.body().get("attendeesOmitted") is True and "attendees" in change:
        change["attendees"] = _with_own_row(before.get("attendees", []), change["attendees"])
    event = _writable(_merge(before, change))
    return _replace(call, calendar, (entry, stored), event, before)


def _with_own_row(rows: list[Json], given: Any) -> list[Json]:
    """Return all attendees with the caller's own answer changed: the body said that it leaves out the others."""
    own = next((row for row in rows if row.get("self")), None)
    fits = isinstance(given, list) and len(given) == 1 and isinstance(given[0], Mapping)
    if own is None or not fits or given[0].get("email") != own["email"]:
        raise RefusedError(400, "invalid", "With attendeesOmitted only one's own response may be updated.")
    return [_merge(row, given[0]) if row is own else row for row in rows]


def update_event(call: Call) -> Answer:
    """Answer events.update: the body is the whole event, what it leaves out is cleared."""
    calendar, _ = call.calendar(write=True)
    _check_query(call)
    entry, stored = _find(calendar, str(call.path["event"]))
    _check_match(call, entry)
    event = _writable(call.body())
    before = to_google(replace(entry, deleted=False, cancelled=False), calendar)
    event.setdefault("eventType", before["eventType"])
    return _replace(call, calendar, (entry, stored), event, before)


def delete_event(call: Call) -> Answer:
    """Answer events.delete. An occurrence of a series leaves a cancelled exception."""
    calendar, _ = call.calendar(write=True)
    _check_query(call)
    entry, stored = _find(calendar, str(call.path["event"]))
    if is_gone(entry):
        raise RefusedError(410, "deleted", "Resource has been deleted")
    _check_match(call, entry)
    if entry.series:
        _store(call, calendar, replace(entry, cancelled=True), stored=stored)
    else:
        call.office.calendars.delete(calendar.id, entry.id)
    return Answer(status=204)


def _find(calendar: Calendar, event_id: str) -> tuple[Entry, bool]:
    """Return the entry of that id, and whether it is stored: an untouched occurrence is not.

    Raises :class:`RefusedError` (404). Deleted entries are found.
    """
    master_id, stamp = split_id(event_id)
    master = calendar.entries.get(master_id)
    if entry := calendar.entries.get(event_id):
        return entry, True
    if master is not None and master.recurrence:
        for entry in calendar.entries.values():
            if entry.series == master_id and google_id(entry, calendar) == event_id:
                return entry, True
        original = original_of(master, stamp)
        if original is not None:
            return instance(master, original), False
    raise RefusedError(404, "notFound", "Not Found")


def _replace(call: Call, calendar: Calendar, found: tuple[Entry, bool], event: Json, before: Json) -> Answer:
    """Write the new state of an entry, after what may not change was compared with the state before."""
    entry, stored = found
    if event.get("id", before["id"]) != before["id"]:
        raise RefusedError(400, "invalid", "The id of an event cannot be changed.")
    if event.get("eventType", "default") != before["eventType"]:
        raise RefusedError(400, "eventTypeRestriction", "The type of an event cannot be changed.")
    if entry.series and event.get("recurrence"):
        raise RefusedError(400, "invalid", "An instance of a recurring event cannot recur itself.")
    check_event(event, call.worker, calendar)
    after = from_google(event, entry, calendar.zone)
    foreign = entry.organiser and entry.organiser != calendar.owner
    if foreign and not entry.extra.get("google", {}).get("guestsCanModify") and _shared_differ(before, after, calendar):
        raise RefusedError(403, "forbiddenForNonOrganizer", "Shared properties can only be changed by the organizer.")
    if after.guests and not after.organiser:
        after = replace(after, organiser=calendar.owner)
    if after.when != entry.when or after.recurrence != entry.recurrence:
        after = replace(after, sequence=entry.sequence + 1)
    if after.cancelled and not after.series:
        call.office.calendars.delete(calendar.id, entry.id)
        return _written(call, calendar, calendar.entries[entry.id])
    written = _store(call, calendar, after, stored=stored)
    if foreign and _own_answer(entry, calendar) != _own_answer(written, calendar):
        outside = call.office.people.find(entry.organiser) is None
        mailed = call.query.get("sendUpdates") == "all" or (outside and call.query.get("sendUpdates") == "externalOnly")
        answered(call.office.calendars, calendar, written, mailed=mailed)
    if entry.recurrence and (after.recurrence != entry.recurrence or after.when != entry.when):
        _drop_lost_exceptions(call, calendar, written)
    return _written(call, calendar, written)


def _own_answer(entry: Entry, calendar: Calendar) -> Response | None:
    return next((guest.response for guest in entry.guests if guest.email == calendar.owner), None)


def _shared_differ(before: Json, after: Entry, calendar: Calendar) -> bool:
    shown = to_google(replace(after, cancelled=False), calendar)
    others = [[row for row in event.get("attendees", ()) if not row.get("self")] for event in (before, shown)]
    return others[0] != others[1] or any(before.get(name) != shown.get(name) for name in _SHARED)


def _store(call: Call, calendar: Calendar, entry: Entry, *, stored: bool) -> Entry:
    if stored:
        return call.office.calendars.update(calendar.id, entry)
    return call.office.calendars.create(calendar.id, replace(entry, version=0))


def _drop_lost_exceptions(call: Call, calendar: Calendar, master: Entry) -> None:
    """Delete the changed occurrences that a changed series no longer has."""
    for entry in list(calendar.entries.values()):
        if entry.series == master.id and not entry.deleted:
            stamp = split_id(google_id(entry, calendar))[1]
            if not master.recurrence or original_of(master, stamp) != entry.original:
                call.office.calendars.update(calendar.id, replace(entry, deleted=True))


def _decline_others(call: Call, calendar: Calendar, new: Entry) -> None:
    """Decline the invitations that a new block conflicts with, where it says so: this touches other people."""
    name = {EventKind.FOCUS_TIME: "focusTimeProperties", EventKind.OUT_OF_OFFICE: "outOfOfficeProperties"}.get(new.kind)
    mode = new.extra["google"].get(name, {}).get("autoDeclineMode") if name else None
    if mode != "declineAllConflictingInvitations":
        return
    window = Window(*span(new.when, calendar.zone))
    for entry in list(expanded(calendar, window, deleted=False)):
        mine = [guest for guest in entry.guests if guest.email == calendar.owner]
        if entry.id == new.id or not mine or entry.organiser == calendar.owner:
            continue
        guests = tuple(replace(guest, response=Response.DECLINED) if guest in mine else guest for guest in entry.guests)
        _store(call, calendar, replace(entry, guests=guests), stored=entry.id in calendar.entries)


def _written(call: Call, calendar: Calendar, entry: Entry) -> Answer:
    shown = to_google(entry, calendar, most=call.number("maxAttendees", 1_000_000, 10**6))
    return Answer(shown, headers={"ETag": shown["etag"]})


def _check_match(call: Call, entry: Entry) -> None:
    wanted = call.headers.get("if-match", "*")
    if wanted not in {"*", etag_of(entry)}:
        raise RefusedError(412, "conditionNotMet", "Precondition Failed", header="If-Match")


def _check_query(call: Call) -> None:
    if call.query.get("sendUpdates", "none") not in {"all", "externalOnly", "none"}:
        raise RefusedError(400, "invalidParameter", "Invalid value for sendUpdates.", parameter="sendUpdates")


def _writable(event: Mapping[str, Any]) -> Json:
    """Return what a client may write of an event."""
    return {name: without_nulls(value) for name, value in event.items() if name not in _READ_ONLY and value is not None}


def _merge(value: Any, change: Any) -> Any:
    """Return a value changed as RFC 7396 (JSON merge patch) says."""
    if not isinstance(change, Mapping):
        return change
    merged = dict(value) if isinstance(value, Mapping) else {}
    for name, part in change.items():
        if part is None:
            merged.pop(name, None)
        else:
            merged[name] = _merge(merged.get(name), part)
    return merged
