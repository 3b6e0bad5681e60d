"""Handlers: the person, calendars, calendarView, instances, getSchedule, time zones."""

from datetime import timedelta
from typing import Any, Final

from deepday_sandbox.microsoft import ids
from deepday_sandbox.microsoft.calls import Call
from deepday_sandbox.microsoft.errors import Answer, GraphError
from deepday_sandbox.microsoft.event_calls import READ, collection, located
from deepday_sandbox.microsoft.events import show_as
from deepday_sandbox.microsoft.mailbox import working_hours
from deepday_sandbox.microsoft.queries import calendars_passing, narrowed, page, selected
from deepday_sandbox.microsoft.series import Item, Span, exceptions, in_series, in_window
from deepday_sandbox.microsoft.zones import iana, iana_names, instant, read_when, shown, to_utc, to_wall, windows_names
from deepday_sandbox.office.calendars import Calendar
from deepday_sandbox.office.people import Worker

LONGEST: Final = timedelta(days=1825)
_DIGITS: Final = {"free": "0", "tentative": "1", "busy": "2", "oof": "3", "workingElsewhere": "4"}
_USER: Final = [
    "id",
    "displayName",
    "givenName",
    "surname",
    "mail",
    "userPrincipalName",
    "jobTitle",
    "officeLocation",
    "preferredLanguage",
    "usageLocation",
    "mobilePhone",
    "businessPhones",
]
_CALENDAR: Final = [
    "id",
    "name",
    "color",
    "hexColor",
    "isDefaultCalendar",
    "changeKey",
    "canShare",
    "canViewPrivateItems",
    "canEdit",
    "isRemovable",
    "owner",
    "isTallyingResponses",
    "allowedOnlineMeetingProviders",
    "defaultOnlineMeetingProvider",
]


def get_me(call: Call) -> Answer:
    """Return the person who signed in."""
    call.require(("User.Read", "User.ReadWrite", "User.Read.All"))
    call.refuse_query({"$select"})
    owner = call.owner
    first, _, last = owner.name.partition(" ")
    user: dict[str, Any] = dict.fromkeys(_USER)
    user |= {"id": owner.object_id, "displayName": owner.name, "givenName": first, "surname": last}
    user |= {"mail": owner.email, "userPrincipalName": owner.email, "businessPhones": []}
    names = selected(call.query.get("$select", ""), _USER, "microsoft.graph.user")
    return Answer(200, {"@odata.context": call.context("users/$entity"), **narrowed(user, names)})


def list_calendars(call: Call) -> Answer:
    """List the mailbox's calendars, the default one first."""
    call.require(READ, READ)
    call.refuse_query({"$select", "$top", "$skip", "$skiptoken", "$filter"})
    owner = call.mailbox()
    names = selected(call.query.get("$select", ""), _CALENDAR, "microsoft.graph.calendar")
    found = calendars_passing(call.query.get("$filter", ""), call.office.calendars.of(owner.email))
    rows = [narrowed(shown_calendar(one, owner), names) for one in found]
    return Answer(200, page(call, rows, f"users('{owner.object_id}')/calendars"))


def shown_calendar(calendar: Calendar, owner: Worker) -> dict[str, Any]:
    """Return a calendar as Graph shows it."""
    return {
        "id": ids.of_calendar(calendar.id),
        "name": calendar.name,
        "color": "auto",
        "hexColor": "",
        "isDefaultCalendar": calendar.primary,
        "changeKey": ids.of_calendar(calendar.id)[-16:],
        "canShare": True,
        "canViewPrivateItems": True,
        "canEdit": True,
        "isRemovable": not calendar.primary,
        "isTallyingResponses": calendar.primary,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"] if owner.workspace else [],
        "defaultOnlineMeetingProvider": "teamsForBusiness" if owner.workspace else "unknown",
        "owner": {"name": owner.name, "address": owner.email},
    }


def window(call: Call) -> Span:
    """Return the window that a view asks for. Raises :class:`GraphError` for none, a wrong or too long one."""
    for name in ("startDateTime", "endDateTime"):
        if name not in call.query:
            message = "This request requires a time window specified by the query string parameters "
            raise GraphError(400, "ErrorInvalidParameter", message + "StartDateTime and EndDateTime.")
    start, end = (instant(call.query[name], name) for name in ("startDateTime", "endDateTime"))
    if end < start:
        raise GraphError(400, "ErrorInvalidParameter", "The end of the window is before its start.")
    if end - start > LONGEST:
        message = "The requested time duration specified for calendar view is too long: at most 1825 days."
        raise GraphError(400, "ErrorInvalidRequest", message)
    return Span(start, end)


def calendar_view(call: Call, calendar: Calendar) -> Answer:
    """List what the calendar shows in a window: singles, occurrences, exceptions."""
    call.require(READ, READ)
    items = in_window(calendar, window(call))
    return collection(call, calendar, items, f"users('{call.owner.object_id}')/calendarView")


def instances(call: Call, text: str) -> Answer:
    """List what a series shows in a window."""
    call.require(READ, READ)
    span = window(call)
    calendar, item = located(call, text)
    if item.original is not None or not item.entry.recurrence:
        message = "The requested operation can only be done on a series master."
        raise GraphError(400, "ErrorInvalidRequest", message)
    found = in_series(item.entry, exceptions(calendar, item.entry), span)
    return collection(call, calendar, found, f"users('{call.owner.object_id}')/events/instances")


def get_schedule(call: Call) -> Answer:
    """Return when people are free, without what they do."""
    if not call.owner.workspace:
        raise GraphError(400, "BadRequest", "This API is not supported for MSA accounts.")
    call.require(READ, READ)
    body = call.fields(("schedules", "startTime", "endTime", "availabilityViewInterval"), "getSchedule")
    schedules, interval = body.get("schedules"), body.get("availabilityViewInterval", 30)
    if not isinstance(schedules, list) or not schedules:
        raise GraphError(400, "ErrorInvalidParameter", "Schedules must name at least one address.")
    if not isinstance(interval, int) or not 5 <= interval <= 1440:
        raise GraphError(400, "ErrorInvalidMergedFreeBusyInterval", "The interval must be from 5 to 1440 minutes.")
    (start, one), (end, other) = (read_when(body.get(name), name) for name in ("startTime", "endTime"))
    span = Span(to_utc(start, iana(one)), to_utc(end, iana(other)))
    if span.end <= span.start:
        raise GraphError(400, "ErrorInvalidTimeInterval", "EndTime must be after StartTime.")
    rows = [_schedule(call, str(address), span, interval) for address in schedules]
    context = call.context("Collection(microsoft.graph.scheduleInformation)")
    return Answer(200, {"@odata.context": context, "value": rows})


def _schedule(call: Call, address: str, span: Span, interval: int) -> dict[str, Any]:
    worker = call.office.people.find(address)
    calendars = call.office.calendars.of(worker.email) if worker else []
    if worker is None or not calendars:
        error = {"message": f"The address {address} was not found.", "responseCode": "ErrorMailRecipientNotFound"}
        return {"scheduleId": address, "availabilityView": "", "scheduleItems": [], "error": error}
    items = [item for item in in_window(calendars[0], span) if not item.entry.cancelled]
    digits: list[str] = []
    at = span.start
    while at < span.end:
        slot = Span(at, min(at + timedelta(minutes=interval), span.end))
        digits.append(
            max((_DIGITS[show_as(item.entry)] for item in items if item.within(slot)), key=_rank, default="0")
        )
        at += timedelta(minutes=interval)
    return {
        "scheduleId": address,
        "availabilityView": "".join(digits),
        "scheduleItems": [_schedule_item(call, item, own=worker is call.holder) for item in items],
        "workingHours": working_hours(worker),
    }


def _rank(digit: str) -> int:
    return "04123".index(digit)  # out of office over busy over tentative over working elsewhere


def _schedule_item(call: Call, item: Item, *, own: bool) -> dict[str, Any]:
    zone = iana(call.prefer.zone)
    found: dict[str, Any] = {
        "isPrivate": item.entry.visibility == "private",
        "status": show_as(item.entry),
        "start": shown(to_wall(item.first, zone), call.prefer.zone),
        "end": shown(to_wall(item.last, zone), call.prefer.zone),
    }
    return {**found, "subject": item.entry.title, "location": item.entry.location} if own else found


def time_zones(call: Call, standard: str) -> Answer:
    """List the zones that a mailbox may be set to, under Windows or IANA names."""
    call.require(("User.Read", "User.ReadWrite", "User.Read.All"))
    names = iana_names() if standard.casefold() == "iana" else windows_names()
    rows = [{"alias": name, "displayName": name} for name in names]
    return Answer(
        200, {"@odata.context": call.context("Collection(microsoft.graph.timeZoneInformation)"), "value": rows}
    )
