"""Handlers: read, list, create, change and delete events."""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from deepday.model import DateRange
from deepday_sandbox.microsoft import ids
from deepday_sandbox.microsoft.calls import Call
from deepday_sandbox.microsoft.errors import Answer, GraphError, invalid, not_found
from deepday_sandbox.microsoft.event_input import CREATABLE, READ_ONLY, WRITABLE, applied
from deepday_sandbox.microsoft.events import ON_REQUEST, on_request, render
from deepday_sandbox.microsoft.queries import expansions, narrowed, ordered, page, passing, selected
from deepday_sandbox.microsoft.series import (
    Item,
    bounds,
    exceptions,
    extras,
    hidden,
    occurrence,
    single,
    walk,
    wall_of,
)
from deepday_sandbox.microsoft.zones import to_utc
from deepday_sandbox.office.calendars import Calendar, Entry, Timed

READ: Final = ("Calendars.Read", "Calendars.ReadBasic", "Calendars.ReadWrite")
WRITE: Final = ("Calendars.ReadWrite",)
_HIDDEN: Final = ("body", "bodyPreview", "uniqueBody", "attachments", "extensions", "singleValueExtendedProperties")
_UID: Final = "040000008200E00074C5B7101A82E00800000000"
_FAR: Final = timedelta(days=800)


class View:
    """How one request wants events: what it selects and expands, in which zone, with how much permission."""

    def __init__(self, call: Call) -> None:
        """Read the options. Raises :class:`GraphError`."""
        self._call = call
        self._basic = not {"Calendars.Read", "Calendars.ReadWrite"} & call.grant.scopes
        self._expanded, self._keys = expansions(call.query.get("$expand", ""))
        self._names = selected(call.query.get("$select", ""), _KNOWN, "microsoft.graph.event")

    def whole(self, calendar: Calendar, item: Item) -> dict[str, Any]:
        """Return the event before anything is narrowed down, for filters and order."""
        event = render(calendar, item, self._call.prefer, self._call.office.people)
        return {key: value for key, value in event.items() if key not in _HIDDEN} if self._basic else event

    def finished(self, calendar: Calendar, item: Item, event: dict[str, Any]) -> dict[str, Any]:
        """Return the event as it was asked for."""
        asked = {*self._expanded, *((self._names or set()) & ON_REQUEST)}
        more = on_request(calendar, item, self._call.prefer, self._call.office.people, asked)
        kept = extras(item.entry).get("properties", {})
        found = [{"id": kept[key][0], "value": kept[key][1]} for key in self._keys if key in kept]
        if found and not self._basic:
            more["singleValueExtendedProperties"] = found
        return narrowed({**event, **more}, self._names, self._expanded)

    def show(self, calendar: Calendar, item: Item) -> dict[str, Any]:
        """Return one event as it was asked for."""
        return self.finished(calendar, item, self.whole(calendar, item))


_KNOWN: Final = frozenset(
    {*CREATABLE, *READ_ONLY, *ON_REQUEST, "originalStartTimeZone", "originalEndTimeZone", "isDraft", "onlineMeeting"}
    | {"onlineMeetingUrl", "calendar", "attachments"}
)


def collection(call: Call, calendar: Calendar, items: Iterable[Item], context: str) -> Answer:
    """Return a page of events after $filter, $orderby and $select."""
    call.refuse_query(
        {"$filter", "$select", "$top", "$expand", "$orderby", "$skip", "$skiptoken", "startDateTime", "endDateTime"}
    )
    view = View(call)
    rows = [(item, view.whole(calendar, item)) for item in items]
    rows = ordered(call.query.get("$orderby", ""), passing(call.query.get("$filter", ""), rows))
    answer = page(call, rows, context)
    answer["value"] = [view.finished(calendar, item, event) for item, event in answer["value"]]
    return Answer(200, answer)


def list_events(call: Call, calendar: Calendar) -> Answer:
    """List single events and masters of series; occurrences are calendarView's."""
    call.require(READ, READ)
    live = [one for one in calendar.entries.values() if not one.deleted and one.series not in calendar.entries]
    return collection(call, calendar, [single(one) for one in live], f"users('{call.owner.object_id}')/events")


def located(call: Call, text: str) -> tuple[Calendar, Item]:
    """Return the event that an id names. Raises :class:`GraphError`."""
    named = ids.item(text)
    calendar = call.calendar(named.calendar)
    entry = calendar.entries.get(named.entry)
    if entry is None or entry.deleted:
        raise not_found()
    original = named.start
    if original is None:
        return calendar, single(entry)
    changed = exceptions(calendar, entry).get(wall_of(original))
    if changed is not None:
        if hidden(changed):
            raise not_found()
        return calendar, single(changed)
    start = wall_of(original)
    if start not in set(walk(entry, start, start)):
        raise not_found()
    return calendar, occurrence(entry, start)


def get_event(call: Call, text: str) -> Answer:
    """Read one event, a series' master or an occurrence."""
    call.require(READ, READ)
    call.refuse_query({"$select", "$expand"})
    calendar, item = located(call, text)
    event = View(call).show(calendar, item)
    return Answer(200, {"@odata.context": call.context(f"users('{call.owner.object_id}')/events/$entity"), **event})


def create_event(call: Call, calendar: Calendar) -> Answer:
    """Create an event, once for each transactionId."""
    call.require(WRITE, WRITE)
    call.refuse_query(())
    body = call.fields(CREATABLE, "event")
    if not isinstance(body.get("start"), dict) or not isinstance(body.get("end"), dict):
        raise invalid("At least one property failed validation: an event needs a start and an end.")
    _refuse_duplicate(call, body.get("transactionId"))
    name = uuid.uuid4().hex
    blank = Timed(datetime(2000, 1, 1), datetime(2000, 1, 1), "UTC")  # noqa: DTZ001  # wall time, written over
    fresh = Entry(name, _UID + name.upper(), blank, organiser=calendar.owner)
    entry = call.office.calendars.create(calendar.id, applied(fresh, body, call.owner.zone))
    event = View(call).show(calendar, single(entry))
    context = call.context(f"users('{call.owner.object_id}')/events/$entity")
    headers = {"ETag": ids.etag(entry), "Location": f"{call.base}/users/{call.owner.object_id}/events/{event['id']}"}
    return Answer(201, {"@odata.context": context, **event}, headers)


def _refuse_duplicate(call: Call, transaction: Any) -> None:
    if transaction is None:
        return
    for calendar in call.office.calendars.of(call.owner.email):
        for entry in calendar.entries.values():
            if extras(entry).get("transactionId") == transaction and not entry.series:
                message = (
                    "Your request can't be completed. The TransactionID value in your request has already been "
                    "used to create a different event."
                )
                existing = ids.of_entry(calendar.id, entry, immutable=call.prefer.immutable)
                more = {"@event.existingEventId": existing}
                raise GraphError(call.state.duplicate_status, "ErrorDuplicateTransactionId", message, more=more)


def update_event(call: Call, text: str) -> Answer:
    """Change an event; a changed occurrence becomes an exception of its series."""
    call.require(WRITE, WRITE)
    call.refuse_query(())
    body = call.fields(WRITABLE | READ_ONLY, "event")
    for name in READ_ONLY & set(body):
        raise GraphError(400, "ErrorInvalidPropertySet", f"The property '{name}' cannot be set.")
    calendar, item = located(call, text)
    _check_version(call, item.entry)
    if item.original is None:
        entry = _changed(call, calendar, item.entry, body)
    else:
        entry = applied(exception(item), body, call.owner.zone)
        _keep_order(calendar, entry)
        if entry.id in calendar.entries:  # left over from before the series was laid anew
            entry = call.office.calendars.update(
                calendar.id, replace(entry, version=calendar.entries[entry.id].version)
            )
        else:
            entry = call.office.calendars.create(calendar.id, entry)
    event = View(call).show(calendar, single(entry))
    context = call.context(f"users('{call.owner.object_id}')/events/$entity")
    return Answer(200, {"@odata.context": context, **event}, {"ETag": ids.etag(entry)})


def _changed(call: Call, calendar: Calendar, stored: Entry, body: dict[str, Any]) -> Entry:
    entry = applied(stored, body, call.owner.zone)
    if stored.series:
        _keep_order(calendar, entry)
    elif stored.recurrence and (entry.when, entry.recurrence) != (stored.when, stored.recurrence):
        for one in exceptions(calendar, stored).values():  # Outlook lays the whole series anew
            call.office.calendars.update(calendar.id, replace(one, deleted=True, original=None))
    bumped = stored.sequence + (entry.when != stored.when)
    return call.office.calendars.update(calendar.id, replace(entry, sequence=bumped))


def exception(item: Item) -> Entry:
    """Return an occurrence as an entry of its own, not yet stored."""
    master = item.entry
    if isinstance(master.when, DateRange):
        when: Timed | DateRange = DateRange(item.start.date(), item.end.date())
        ending = f"{item.start:%Y%m%d}"
    else:
        when = Timed(item.start, item.end, item.zone)
        ending = f"{to_utc(item.start, item.zone):%Y%m%dT%H%M%SZ}"
    mine = {key: value for key, value in extras(master).items() if key != "transactionId"}
    extra = MappingProxyType({"graph": MappingProxyType(mine)})
    return replace(
        master,
        id=f"{master.id}_{ending}",
        when=when,
        recurrence=(),
        series=master.id,
        original=item.original,
        created=0,
        version=0,
        extra=extra,
    )


def _keep_order(calendar: Calendar, entry: Entry) -> None:
    """Refuse to move an occurrence onto or past the day of its neighbours."""
    master = calendar.entries[entry.series]
    if entry.original is None:
        return
    original = wall_of(entry.original)
    changed = exceptions(calendar, master)
    days: dict[bool, list[date]] = {False: [], True: []}
    for start in walk(master, original - _FAR, original + _FAR):
        other = changed.get(start)
        if start != original and not (other and hidden(other)):
            days[start > original].append((bounds(other)[0] if other else start).date())
    day = bounds(entry)[0].date()
    if day != original.date() and (
        (days[False] and day <= max(days[False])) or (days[True] and day >= min(days[True]))
    ):
        message = "Cannot change the occurrence: it would cross or overlap the adjacent occurrence."
        raise GraphError(400, "ErrorOccurrenceCrossingBoundary", message)


def _check_version(call: Call, entry: Entry) -> None:
    wanted = call.headers.get("if-match", "*")
    if wanted not in {"*", ids.etag(entry)}:
        message = "The send or update operation could not be performed because the change key passed in the request "
        raise GraphError(412, "ErrorIrresolvableConflict", message + "does not match the current change key.")


def delete_event(call: Call, text: str) -> Answer:
    """Delete an event, a whole series, or one occurrence of it."""
    call.require(WRITE, WRITE)
    call.refuse_query(())
    calendar, item = located(call, text)
    _check_version(call, item.entry)
    removed(call, calendar, item)
    return Answer(204)


def removed(call: Call, calendar: Calendar, item: Item) -> None:
    """Take an event, a whole series, or one occurrence out of the calendar."""
    calendars = call.office.calendars
    if item.original is not None:
        gone = replace(exception(item), cancelled=True)
        if gone.id in calendar.entries:
            calendars.update(calendar.id, replace(gone, version=calendar.entries[gone.id].version))
        else:
            calendars.create(calendar.id, gone)
    elif item.entry.series:
        calendars.update(calendar.id, replace(item.entry, cancelled=True))
    else:
        calendars.delete(calendar.id, item.entry.id)
