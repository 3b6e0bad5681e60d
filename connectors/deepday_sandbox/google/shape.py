"""Whether a JSON value has the types that Google declares."""

from collections.abc import Mapping
from typing import Any, Final

ANY: Final = "*"  # the names of a map

_POINT: Final = {"date": str, "dateTime": str, "timeZone": str}
_BLOCK: Final = {"autoDeclineMode": str, "declineMessage": str, "chatStatus": str}
_NAMES: Final = ("id", "iCalUID", "colorId", "eventLabelId")
_TEXTS: Final = ("summary", "description", "location", "status", "transparency", "visibility", "eventType")
_FLAGS: Final = ("guestsCanModify", "guestsCanInviteOthers", "guestsCanSeeOtherGuests", "anyoneCanAddSelf")
EVENT: Final[dict[str, Any]] = {
    **dict.fromkeys(_NAMES + _TEXTS, str),
    **dict.fromkeys(_FLAGS, bool),
    "sequence": int,
    "start": _POINT,
    "end": _POINT,
    "recurrence": [str],
    "attendees": [
        {
            **dict.fromkeys(("email", "displayName", "responseStatus", "comment", "id"), str),
            **dict.fromkeys(("optional", "resource", "organizer", "self"), bool),
        }
    ],
    "extendedProperties": {"private": {ANY: str}, "shared": {ANY: str}},
    "reminders": {"useDefault": bool, "overrides": [{"method": str, "minutes": int}]},
    "source": {"title": str, "url": str},
    "focusTimeProperties": _BLOCK,
    "outOfOfficeProperties": _BLOCK,
    "workingLocationProperties": {},
    "birthdayProperties": {},
    "conferenceData": {},
    "attachments": [{}],
}
FREE_BUSY: Final[dict[str, Any]] = {
    **dict.fromkeys(("timeMin", "timeMax", "timeZone"), str),
    **dict.fromkeys(("calendarExpansionMax", "groupExpansionMax"), int),
    "items": [{"id": str}],
}
CHANNEL: Final[dict[str, Any]] = {
    **dict.fromkeys(("id", "type", "address", "token", "resourceId"), str),
    "expiration": (str, int),
    "params": {ANY: str},
}


def misfit(value: Any, shape: Any, name: str = "") -> str:
    """Return the name of the first part whose type is wrong, empty where everything fits. Unknown names fit."""
    if isinstance(shape, dict):
        if not isinstance(value, Mapping):
            return name or "body"
        parts = ((key, part, shape.get(key, shape.get(ANY, object))) for key, part in value.items())
        return next((wrong for key, part, inner in parts if (wrong := misfit(part, inner, key))), "")
    if isinstance(shape, list):
        if not isinstance(value, list):
            return name
        return next((wrong for part in value if (wrong := misfit(part, shape[0], name))), "")
    wanted = shape if isinstance(shape, tuple) else (shape,)
    is_flag = isinstance(value, bool) and not {bool, object} & set(wanted)  # Python's bool is an int
    return "" if isinstance(value, wanted) and not is_flag else name


def without_nulls(value: Any) -> Any:
    """Return a JSON value without the names whose value is null: to Google they are not there."""
    if isinstance(value, dict):
        return {name: without_nulls(part) for name, part in value.items() if part is not None}
    return [without_nulls(part) for part in value] if isinstance(value, list) else value
