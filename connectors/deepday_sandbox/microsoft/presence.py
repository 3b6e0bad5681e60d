"""Handlers: Teams presence and status message."""

import re
from datetime import timedelta
from typing import Any, Final

from deepday.model import Response
from deepday_sandbox.microsoft.calls import Call
from deepday_sandbox.microsoft.errors import Answer, GraphError, denied
from deepday_sandbox.microsoft.events import show_as, stamp
from deepday_sandbox.microsoft.mailbox import answering
from deepday_sandbox.microsoft.series import Item, Span, in_window
from deepday_sandbox.microsoft.zones import iana, read_when, to_utc
from deepday_sandbox.office.people import Worker
from deepday_sandbox.office.settings import PresenceBoard
from deepday_sandbox.office.state import Office

_READ: Final = ("Presence.Read", "Presence.Read.All", "Presence.ReadWrite")
_DAY: Final = 86_400
_PREFERRED: Final = {
    ("Available", "Available"): 7 * _DAY,
    ("Busy", "Busy"): _DAY,
    ("DoNotDisturb", "DoNotDisturb"): _DAY,
    ("BeRightBack", "BeRightBack"): 7 * _DAY,
    ("Away", "Away"): 7 * _DAY,
    ("Offline", "OffWork"): 7 * _DAY,
}
_SESSION: Final = {
    ("Available", "Available"),
    ("Busy", "InACall"),
    ("Busy", "InAConferenceCall"),
    ("Away", "Away"),
    ("DoNotDisturb", "Presenting"),
}
_RANK: Final = ("DoNotDisturb", "Busy", "Available", "BeRightBack", "Away", "Offline")
_DURATION: Final = re.compile(r"^P(?=[0-9T])(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$")


def _subject(call: Call) -> Worker:
    """Return whose presence it is. Raises :class:`GraphError` for a personal account or a name that is no object id."""
    if call.path[0] == "users" and call.office.people.find(call.path[1]) is None:
        raise GraphError(404, "NotFound", f"User '{call.path[1]}' was not found.")
    owner = call.owner
    if call.path[0] == "users" and call.path[1] != owner.object_id:
        raise GraphError(400, "BadRequest", f"'{call.path[1]}' is not a valid object id.")
    if not owner.workspace:
        raise GraphError(400, "BadRequest", "This API is not supported for MSA accounts.")
    return owner


def get_presence(call: Call) -> Answer:
    """Return somebody's presence; the times of a status message are for its owner alone."""
    call.require(_READ, ("Presence.Read.All", "Presence.ReadWrite.All"))
    owner = _subject(call)
    own = owner is call.holder
    if not own and not call.app_only:
        call.require(("Presence.Read.All",))
    availability, activity = shown_presence(call.office, owner)
    message = answering(call.office, owner.email)
    away = message is not None or any(show_as(item.entry) == "oof" for item in _now(call.office, owner.email))
    body = {
        "@odata.context": call.context(f"users('{owner.object_id}')/presence/$entity"),
        "id": owner.object_id,
        "availability": availability,
        "activity": activity,
        "outOfOfficeSettings": {"isOutOfOffice": away, "message": message},
        "statusMessage": _message(call, owner, own=own),
    }
    return Answer(200, body)


def _now(office: Office, email: str) -> list[Item]:
    now = office.clock.now()
    calendars = office.calendars.of(email)
    items = in_window(calendars[0], Span(now, now + timedelta(seconds=1))) if calendars else []
    return [item for item in items if not item.entry.cancelled]


def _live(office: Office, board: PresenceBoard) -> list[tuple[str, str]]:
    now = office.clock.seconds()
    return [(one, other) for one, other, until in board.sessions.values() if not until or now < until]


def shown_presence(office: Office, owner: Worker) -> tuple[str, str]:
    """Return availability and activity: the preferred one over sessions, nothing without a session."""
    board = office.settings.presence(owner.email)
    items = _now(office, owner.email)
    away = answering(office, owner.email) is not None or any(show_as(item.entry) == "oof" for item in items)
    sessions = _live(office, board)
    if not sessions:
        return "Offline", "OutOfOffice" if away else "Offline"
    if board.preferred and office.clock.seconds() < board.preferred[2]:
        return board.preferred[:2]
    best = min(sessions, key=lambda one: _RANK.index(one[0]))
    if best == ("Available", "Available"):
        if away:
            return "Available", "OutOfOffice"
        if any(_meeting(item, owner.email) for item in items):
            return "Busy", "InAMeeting"
    return best


def _meeting(item: Item, email: str) -> bool:
    if show_as(item.entry) != "busy" or not item.entry.guests or item.all_day:
        return False
    mine = next((one for one in item.entry.guests if one.email.casefold() == email.casefold()), None)
    return mine is None or mine.response in {Response.ACCEPTED, Response.TENTATIVE}


def _message(call: Call, owner: Worker, *, own: bool) -> dict[str, Any] | None:
    kept = call.office.settings.presence(owner.email).message
    if kept is None or (kept["until"] and call.office.clock.seconds() >= kept["until"]):
        return None
    shown = {"message": kept["message"]}
    if not own:
        return shown
    return {**shown, "expiryDateTime": kept["expiryDateTime"], "publishedDateTime": stamp(kept["published"])}


def _board(call: Call) -> PresenceBoard:
    call.require(("Presence.ReadWrite",), ("Presence.ReadWrite.All",))
    owner = _subject(call)
    if not call.app_only and owner is not call.holder:
        raise denied()
    return call.office.settings.presence(owner.email)


def _seconds(value: Any) -> int:
    match = _DURATION.match(value) if isinstance(value, str) else None
    if match is None:
        raise GraphError(400, "BadRequest", f"The value '{value}' of expirationDuration is no ISO 8601 duration.")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return int(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds())


def set_preferred(call: Call) -> Answer:
    """Set the preferred presence, which ends by itself."""
    board = _board(call)
    body = call.fields(("availability", "activity", "expirationDuration"), "setUserPreferredPresence")
    pair = (str(body.get("availability")), str(body.get("activity")))
    if pair not in _PREFERRED:
        raise GraphError(400, "BadRequest", f"The combination {pair[0]}/{pair[1]} is not supported.")
    given = body.get("expirationDuration")
    seconds = _PREFERRED[pair] if given is None else _seconds(given)
    board.preferred = (*pair, call.office.clock.seconds() + seconds)
    return Answer(200)


def clear_preferred(call: Call) -> Answer:
    """Take the preferred presence back."""
    board = _board(call)
    call.fields((), "clearUserPreferredPresence")
    board.preferred = None
    return Answer(200)


def _session_id(call: Call, body: dict[str, Any]) -> str:
    if body.get("sessionId") != call.app.client_id:
        raise GraphError(400, "BadRequest", "sessionId must be the application's id.")
    return call.app.client_id


def set_presence(call: Call) -> Answer:
    """Set the presence of the app's own session, from 5 minutes to 4 hours."""
    board = _board(call)
    body = call.fields(("sessionId", "availability", "activity", "expirationDuration"), "setPresence")
    session = _session_id(call, body)
    pair = (str(body.get("availability")), str(body.get("activity")))
    if pair not in _SESSION:
        raise GraphError(400, "BadRequest", f"The combination {pair[0]}/{pair[1]} is not supported.")
    seconds = _seconds(body.get("expirationDuration") or "PT5M")
    if not 300 <= seconds <= 14_400:
        raise GraphError(400, "BadRequest", "expirationDuration must be from PT5M to PT4H.")
    board.sessions[session] = (*pair, call.office.clock.seconds() + seconds)
    return Answer(200)


def clear_presence(call: Call) -> Answer:
    """End the app's own session."""
    board = _board(call)
    board.sessions.pop(_session_id(call, call.fields(("sessionId",), "clearPresence")), None)
    return Answer(200)


def set_message(call: Call) -> Answer:
    """Set the status message; an empty text clears it."""
    board = _board(call)
    given = call.fields(("statusMessage",), "setStatusMessage").get("statusMessage")
    message = given.get("message") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(message, dict) or not isinstance(message.get("content"), str):
        raise GraphError(400, "BadRequest", "statusMessage needs a message with content.")
    until = 0
    if given.get("expiryDateTime") is not None:
        wall, zone = read_when(given["expiryDateTime"], "expiryDateTime")
        until = int(to_utc(wall, iana(zone)).timestamp())
        if until <= call.office.clock.seconds():
            raise GraphError(400, "BadRequest", "expiryDateTime must be in the future.")
    board.message = {
        "message": {"content": message["content"], "contentType": str(message.get("contentType", "text")).casefold()},
        "expiryDateTime": given.get("expiryDateTime"),
        "until": until,
        "published": call.office.clock.seconds(),
    }
    if not message["content"]:
        board.message = None
    return Answer(200)
