"""calendars.insert and delete: secondary calendars."""

import secrets
from typing import Final
from zoneinfo import ZoneInfo

from deepday_sandbox.google.access import Answer, Call, find_calendar, lacking, role_of
from deepday_sandbox.google.errors import RefusedError
from deepday_sandbox.google.shape import misfit, without_nulls
from deepday_sandbox.google.state import google
from deepday_sandbox.office.calendars import Calendar

_SHAPE: Final = dict.fromkeys(("summary", "description", "location", "timeZone"), str)
_ALL: Final = frozenset(f"https://www.googleapis.com/auth/{name}" for name in ("calendar", "calendar.calendars"))


def insert_calendar(call: Call) -> Answer:
    """Answer calendars.insert. There is no key: who asks twice gets two."""
    body = without_nulls(call.body())
    if wrong := misfit(body, _SHAPE):
        raise RefusedError(400, "invalid", f"Invalid value for: {wrong}")
    if not body.get("summary", "").strip():
        raise RefusedError(400, "required", "Missing title.")
    zone = body.get("timeZone", "UTC")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise RefusedError(400, "invalid", "Invalid time zone.", parameter="timeZone") from error
    name = f"c_{secrets.token_hex(16)}@group.calendar.google.com"
    made = Calendar(name, call.worker.email, body["summary"], zone, primary=False)
    made.description = body.get("description", "")
    call.office.calendars.add(made)
    google(call.office)["made"][name] = call.grant.client
    shown = {"kind": "calendar#calendar", "etag": '"0"', "id": name, "summary": made.name, "timeZone": zone}
    more = {"description": made.description} if made.description else {}
    return Answer({**shown, **more, "dataOwner": call.worker.email})


def delete_calendar(call: Call) -> Answer:
    """Answer calendars.delete, with everything that is in it."""
    calendar = find_calendar(call.office, call.worker, str(call.path["calendar"]))
    role = role_of(call.office, call.worker, calendar) if calendar else ""
    if calendar is None or not role:
        raise RefusedError(404, "notFound", "Not Found")
    if not call.grant.scopes & _ALL and google(call.office)["made"].get(calendar.id) != call.grant.client:
        raise lacking()
    if role != "owner":
        raise RefusedError(403, "requiredAccessLevel", "You need to have owner access to this calendar.")
    if calendar.primary:
        raise RefusedError(400, "invalid", "Cannot delete a primary calendar.")
    call.office.calendars.remove(calendar.id)
    return Answer(status=204)
