"""Handlers: make and delete calendars."""

import uuid
from typing import Any, Final

from deepday_sandbox.microsoft.calendar_view import shown_calendar
from deepday_sandbox.microsoft.calls import Call
from deepday_sandbox.microsoft.errors import Answer, GraphError, invalid
from deepday_sandbox.microsoft.event_calls import WRITE
from deepday_sandbox.microsoft.queries import property_key
from deepday_sandbox.office.calendars import Calendar

_CREATABLE: Final = frozenset({"name", "color", "hexColor", "singleValueExtendedProperties"})


def create_calendar(call: Call) -> Answer:
    """Make a calendar; two of one name are refused."""
    call.require(WRITE, WRITE)
    call.refuse_query(())
    owner, body = call.mailbox(), call.fields(_CREATABLE, "calendar")
    name = body.get("name")
    if not isinstance(name, str) or not name.strip():
        raise invalid("A calendar needs a name.")
    if any(one.name.casefold() == name.casefold() for one in call.office.calendars.of(owner.email)):
        raise GraphError(409, "ErrorFolderExists", "A folder with the specified name already exists.")
    kept: dict[str, tuple[str, str]] = {}
    for one in body.get("singleValueExtendedProperties") or ():
        if not isinstance(one, dict) or not isinstance(one.get("value"), str):
            raise invalid("An extended property needs an id and a value.", "ErrorInvalidProperty")
        kept[property_key(str(one.get("id")))] = (str(one["id"]), one["value"])
    made = Calendar(uuid.uuid4().hex, owner.email, name, owner.zone, primary=False)
    made.extra["graph"] = {"properties": kept}
    call.office.calendars.add(made)
    context = call.context(f"users('{owner.object_id}')/calendars/$entity")
    shown: dict[str, Any] = {"@odata.context": context, **shown_calendar(made, owner)}
    return Answer(201, shown)


def delete_calendar(call: Call, calendar: Calendar) -> Answer:
    """Delete a calendar with everything in it, but not the default one."""
    call.require(WRITE, WRITE)
    call.refuse_query(())
    if calendar.primary:
        raise GraphError(400, "ErrorCannotDeleteObject", "The default calendar cannot be deleted.")
    call.office.calendars.remove(calendar.id)
    return Answer(204)
