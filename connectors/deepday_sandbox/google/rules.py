"""What Google refuses in an event that is written."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from deepday_sandbox.google.errors import RefusedError
from deepday_sandbox.google.events import Json, aware, is_usual, when_of
from deepday_sandbox.google.recurrence import rules
from deepday_sandbox.google.shape import EVENT, misfit
from deepday_sandbox.office import Worker
from deepday_sandbox.office.calendars import Calendar

_CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "status": frozenset({"confirmed", "tentative", "cancelled"}),
    "transparency": frozenset({"opaque", "transparent"}),
    "visibility": frozenset({"default", "public", "private", "confidential"}),
    "eventType": frozenset({"default", "focusTime", "outOfOffice", "workingLocation", "birthday"}),
}
_ANSWERS: Final = frozenset({"needsAction", "declined", "tentative", "accepted"})
_DECLINE: Final = frozenset({"declineNone", "declineAllConflictingInvitations", "declineOnlyNewConflictingInvitations"})
_SPECIAL: Final = {"focusTime": "malformedFocusTimeEvent", "outOfOffice": "malformedOutOfOfficeEvent"}
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_DATE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_PROPERTIES: Final = {
    "focusTime": "focusTimeProperties",
    "outOfOffice": "outOfOfficeProperties",
    "workingLocation": "workingLocationProperties",
}


def check_id(event_id: str) -> None:
    """Refuse an id outside of Google's alphabet (base32hex, 5 to 1024 letters)."""
    if not re.fullmatch(r"[a-v0-9]{5,1024}", event_id):
        raise _bad("Invalid resource id value.")


def check_event(event: Json, worker: Worker, calendar: Calendar) -> None:
    """Refuse, with :class:`RefusedError`, an event that Google would not store as a whole."""
    if wrong := misfit(event, EVENT):
        raise _bad(f"Invalid value for: {wrong}")
    for name, allowed in _CHOICES.items():
        if name in event and event[name] not in allowed:
            raise _bad(f"Invalid value for: {event[name]} is not a valid value")
    _check_times(event, calendar)
    _check_series(event, calendar)
    _check_people(event)
    _check_tags(event)
    _check_reminders(event)
    _check_special(event, worker, calendar)
    url = str(event.get("source", {}).get("url", "https:"))
    if not url.startswith(("https:", "http:")):
        raise _bad("Invalid source url.")


def _bad(message: str, reason: str = "invalid") -> RefusedError:
    return RefusedError(400, reason, message)


def _check_times(event: Json, calendar: Calendar) -> None:
    for name in ("start", "end"):
        if not event.get(name):
            raise _bad(f"Missing {name} time.", "required")
        _check_point(event[name], name)
    if ("date" in event["start"]) != ("date" in event["end"]):
        raise _bad("The start and end times must either both be date or both be dateTime.")
    start, end = (aware(event[name], calendar.zone).timestamp() for name in ("start", "end"))
    if end <= start:
        raise _bad("The specified time range is empty.", "timeRangeEmpty")


def _check_point(value: Json, name: str) -> None:
    if ("date" in value) == ("dateTime" in value):
        raise _bad(f"Invalid {name} time.")
    zone = value.get("timeZone")
    try:
        if zone is not None:
            ZoneInfo(zone)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise _bad(f"Invalid time zone definition for {name} time.") from error
    text = str(value.get("date", value.get("dateTime")))
    if not (_DATE if "date" in value else _DATE_TIME).fullmatch(text):
        raise _bad(f"Invalid {name} time.")
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise _bad(f"Invalid {name} time.") from error
    if not is_usual(found):
        raise _bad(f"Invalid {name} time.")
    if "date" in value:
        return
    if found.tzinfo is None and not zone:
        raise _bad(f"Missing time zone definition for {name} time.", "required")


def _check_series(event: Json, calendar: Calendar) -> None:
    lines = event.get("recurrence")
    if not lines:
        return
    if any("dateTime" in event[name] and not event[name].get("timeZone") for name in ("start", "end")):
        raise _bad("Missing time zone definition for start time.", "required")
    try:
        next(iter(rules(lines, when_of(event, calendar.zone))), None)
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise _bad("Invalid recurrence rule.") from error


def _check_people(event: Json) -> None:
    for row in event.get("attendees", ()):
        if not row.get("email"):
            raise _bad("Missing attendee email.", "required")
        if "@" not in row["email"]:
            raise _bad("Invalid attendee email.")
        if row.get("responseStatus", "needsAction") not in _ANSWERS:
            raise _bad("Invalid value for: responseStatus")


def _check_tags(event: Json) -> None:
    tags = event.get("extendedProperties", {})
    pairs = [pair for part in ("private", "shared") for pair in (tags.get(part) or {}).items()]
    if any(len(key) > 44 for key, _ in pairs) or any(len(value) > 1024 for _, value in pairs):
        raise _bad("The extended property is too long.")
    if len(pairs) > 300 or sum(len(key) + len(value) for key, value in pairs) > 32_768:
        raise _bad("The event has too many extended properties.")


def _check_reminders(event: Json) -> None:
    reminders = event.get("reminders", {})
    overrides = reminders.get("overrides") or []
    if overrides and reminders.get("useDefault"):
        raise RefusedError(
            400, "cannotUseDefaultRemindersAndSpecifyOverride", "Cannot specify both default and overrides."
        )
    if len(overrides) > 5:
        raise _bad("An event has at most 5 reminders.")
    for one in overrides:
        if one.get("method") not in {"email", "popup"} or not 0 <= one.get("minutes", -1) <= 40_320:
            raise _bad("Invalid reminder.")


def _check_special(event: Json, worker: Worker, calendar: Calendar) -> None:
    """Focus time, absence and working place: who may have them, and what they must and must not have."""
    kind = event.get("eventType", "default")
    for other, name in _PROPERTIES.items():
        if name in event and other != kind:
            raise _bad(f"{name} may only be set on an event of type {other}.")
    if kind not in _PROPERTIES:
        return
    if not worker.workspace:
        raise _bad("The event type is not supported for this user.", "eventTypeRestriction")
    if not calendar.primary:
        raise _bad("Events of this type may only be on a primary calendar.", "eventTypeRestriction")
    reason = _SPECIAL.get(kind, "malformedWorkingLocationEvent")
    if _PROPERTIES[kind] not in event:
        raise _bad(f"An event of type {kind} must have {_PROPERTIES[kind]}.", reason)
    if kind == "workingLocation":
        return
    _check_block(event, kind, reason)
    _check_properties(event[_PROPERTIES[kind]], kind)
    start, end = (aware(event[name], calendar.zone) for name in ("start", "end"))
    if end - start > timedelta(days=366):
        raise _bad("The event lasts too long.", "eventDurationExceedsLimit")


def _check_block(event: Json, kind: str, reason: str) -> None:
    words = "A focus time event" if kind == "focusTime" else "An out of office event"
    if "date" in event["start"]:
        raise _bad(f"{words} must not be an all-day event.", reason)
    if event.get("transparency") != "opaque":
        raise _bad(f"{words} must be opaque.", reason)
    texts = ("description", "location") if kind == "outOfOffice" else ()
    for name in ("attendees", "conferenceData", *texts):
        if event.get(name):
            raise _bad(f"{words} must not have {'a ' if name in texts else ''}{name}.", reason)


def _check_properties(properties: Json, kind: str) -> None:
    if properties.get("autoDeclineMode", "declineNone") not in _DECLINE:
        raise _bad("Invalid value for: autoDeclineMode")
    allowed = {"available", "doNotDisturb"} if kind == "focusTime" else set[str]()
    if "chatStatus" in properties and properties["chatStatus"] not in allowed:
        raise _bad("Invalid value for: chatStatus")
