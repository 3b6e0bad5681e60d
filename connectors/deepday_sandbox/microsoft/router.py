"""Which handler answers which path."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from deepday_sandbox.microsoft import answer_calls as answers
from deepday_sandbox.microsoft import calendar_calls as making
from deepday_sandbox.microsoft import calendar_view as views
from deepday_sandbox.microsoft import event_calls as events
from deepday_sandbox.microsoft import ids, mailbox, presence
from deepday_sandbox.microsoft.calls import Call
from deepday_sandbox.microsoft.delta import calendar_delta
from deepday_sandbox.microsoft.errors import Answer, GraphError, not_allowed
from deepday_sandbox.microsoft.subscriptions import Subscriptions
from deepday_sandbox.office.calendars import Calendar

Handler = Callable[[Call, str], Answer]  # the string: the segment that stands for "*", else empty
Pattern = tuple[str, ...]

_ZONES: Final = re.compile(
    r"^supportedTimeZones(?:\(TimeZoneStandard=microsoft\.graph\.timeZoneStandard'(Windows|Iana)'\))?$", re.IGNORECASE
)


def _zones(call: Call, segment: str) -> Answer:
    match = _ZONES.match(segment)
    if match is None or call.path[0] != "me":
        raise unknown(segment)
    return views.time_zones(call, match[1] or "windows")


_OWN: Final[Mapping[tuple[str, Pattern], Handler]] = {
    ("GET", ("calendars",)): lambda call, _: views.list_calendars(call),
    ("GET", ("calendarView",)): lambda call, _: views.calendar_view(call, call.primary()),
    ("GET", ("calendarView", "delta")): lambda call, _: calendar_delta(call, call.primary()),
    ("GET", ("calendar", "calendarView")): lambda call, _: views.calendar_view(call, call.primary()),
    ("GET", ("calendar", "calendarView", "delta")): lambda call, _: calendar_delta(call, call.primary()),
    ("GET", ("calendars", "*", "calendarView")): lambda call, one: views.calendar_view(call, _calendar(call, one)),
    ("GET", ("calendars", "*", "calendarView", "delta")): lambda call, one: calendar_delta(call, _calendar(call, one)),
    ("POST", ("calendar", "getSchedule")): lambda call, _: views.get_schedule(call),
    ("GET", ("events",)): lambda call, _: events.list_events(call, call.primary()),
    ("POST", ("events",)): lambda call, _: events.create_event(call, call.primary()),
    ("GET", ("calendar", "events")): lambda call, _: events.list_events(call, call.primary()),
    ("POST", ("calendar", "events")): lambda call, _: events.create_event(call, call.primary()),
    ("GET", ("calendars", "*", "events")): lambda call, one: events.list_events(call, _calendar(call, one)),
    ("POST", ("calendars", "*", "events")): lambda call, one: events.create_event(call, _calendar(call, one)),
    ("GET", ("events", "*")): events.get_event,
    ("PATCH", ("events", "*")): events.update_event,
    ("DELETE", ("events", "*")): events.delete_event,
    ("GET", ("events", "*", "instances")): views.instances,
    ("POST", ("events", "*", "decline")): answers.decline,
    ("POST", ("calendars",)): lambda call, _: making.create_calendar(call),
    ("DELETE", ("calendars", "*")): lambda call, one: making.delete_calendar(call, _calendar(call, one)),
    ("GET", ("mailboxSettings",)): lambda call, _: mailbox.get_settings(call),
    ("PATCH", ("mailboxSettings",)): lambda call, _: mailbox.update_settings(call),
    ("GET", ("mailboxSettings", "automaticRepliesSetting")): lambda call, _: mailbox.get_reply(call),
    ("GET", ("outlook", "*")): _zones,
    ("GET", ("presence",)): lambda call, _: presence.get_presence(call),
}
_OF_USERS: Final[Mapping[tuple[str, Pattern], Handler]] = {  # /me has none of these
    ("POST", ("presence", "setUserPreferredPresence")): lambda call, _: presence.set_preferred(call),
    ("POST", ("presence", "clearUserPreferredPresence")): lambda call, _: presence.clear_preferred(call),
    ("POST", ("presence", "setStatusMessage")): lambda call, _: presence.set_message(call),
    ("POST", ("presence", "setPresence")): lambda call, _: presence.set_presence(call),
    ("POST", ("presence", "clearPresence")): lambda call, _: presence.clear_presence(call),
}


def _calendar(call: Call, text: str) -> Calendar:
    return call.calendar(ids.calendar(text))


def unknown(segment: str) -> GraphError:
    """Return the refusal for a path that does not exist."""
    return GraphError(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def answer(call: Call, subscriptions: Subscriptions) -> Answer | Callable[[], Answer]:
    """Answer a request, or return what must be done without the lock to answer it. Raises :class:`GraphError`."""
    head = call.path[0]
    if head == "subscriptions":
        return _subscription(call, subscriptions)
    if head == "me" and len(call.path) == 1 and call.method == "GET":
        return views.get_me(call)
    rest = tuple(call.path[1:] if head == "me" else call.path[2:] if head == "users" else ())
    if not rest:
        raise unknown(call.path[-1])
    table = {**_OWN, **_OF_USERS} if head == "users" else _OWN
    return _found(table, call.method, rest)(call)


def _found(table: Mapping[tuple[str, Pattern], Handler], method: str, rest: Pattern) -> Callable[[Call], Answer]:
    other = False
    for (verb, pattern), handler in table.items():
        if len(pattern) != len(rest) or any(
            part not in {"*", given} for part, given in zip(pattern, rest, strict=True)
        ):
            continue
        if verb == method:
            segment = next((given for part, given in zip(pattern, rest, strict=True) if part == "*"), "")
            return lambda call: handler(call, segment)
        other = True
    if other:
        raise not_allowed()
    raise unknown(rest[0])


def _subscription(call: Call, subscriptions: Subscriptions) -> Answer | Callable[[], Answer]:
    match call.method, call.path[1:]:
        case "POST", []:
            return subscriptions.create(call)
        case "GET", []:
            return subscriptions.list(call)
        case "GET", [name]:
            return subscriptions.get(call, name)
        case "PATCH", [name]:
            return subscriptions.renew(call, name)
        case "DELETE", [name]:
            return subscriptions.delete(call, name)
        case "POST", [name, "reauthorize"]:
            return subscriptions.reauthorize(call, name)
    raise unknown(call.path[-1])
