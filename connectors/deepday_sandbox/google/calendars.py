"""calendarList, calendars.get, settings and freeBusy."""

import hashlib
import json
from typing import Any, Final
from zoneinfo import ZoneInfo

from deepday.model import EventKind, Interval, Response, merge
from deepday_sandbox.google.access import ROLES, Answer, Call, find_calendar, role_of
from deepday_sandbox.google.errors import RefusedError
from deepday_sandbox.google.events import Json, instant_of, kind_of, moment, to_google
from deepday_sandbox.google.listing import Window, expanded
from deepday_sandbox.google.recurrence import span
from deepday_sandbox.google.shape import FREE_BUSY, misfit, without_nulls
from deepday_sandbox.google.state import google
from deepday_sandbox.google.sync import PageToken, SyncToken, fingerprint, read_page, read_sync, write_token
from deepday_sandbox.office import Entry
from deepday_sandbox.office.calendars import Calendar

_MOST_CALENDARS: Final = 50
_MOST_MEMBERS: Final = 100


def list_calendars(call: Call) -> Answer:
    """Answer calendarList.list."""
    of = f"calendars {call.worker.email}"
    token = read_sync(call.query, of, ("minAccessRole", "showOwnOrganizationOnly"), ("showDeleted", "showHidden"))
    page = read_page(call.query, of)
    calendars = call.office.calendars
    if token and token.number < calendars.oldest:
        message = "Sync token is no longer valid, a full sync is required."
        raise RefusedError(410, "fullSyncRequired", message, parameter="syncToken")
    least = call.query.get("minAccessRole", "freeBusyReader")
    if least not in ROLES[1:]:
        raise RefusedError(400, "invalidParameter", "Invalid value for minAccessRole.", parameter="minAccessRole")
    rows = {row["id"]: row for row in _visible(call) if ROLES.index(row["accessRole"]) >= ROLES.index(least)}
    seen = {name: row["etag"] for name, row in rows.items()}
    if token:
        known: dict[str, str] = google(call.office)["lists"].get(token.seen, {})
        gone: dict[str, Json] = {
            name: {"kind": "calendar#calendarListEntry", "etag": '"0"', "id": name, "deleted": True}
            for name in known.keys() - rows.keys()
        }
        rows = gone | {name: row for name, row in rows.items() if known.get(name) != row["etag"]}
    size = call.number("maxResults", 100, 250)
    names = sorted(name for name in rows if page is None or [name] > page.key)
    digest = _digest(seen)
    google(call.office)["lists"][digest] = seen  # beside the token, which has to fit into a URL
    answer: Json = {
        "kind": "calendar#calendarList",
        "etag": digest,
        "items": [rows[name] for name in names[:size]],
    }
    if len(names) > size:
        after = PageToken(of, fingerprint(call.query), call.query.get("syncToken", ""), [names[size - 1]], 0)
        return Answer(answer | {"nextPageToken": write_token(after)})
    query = token.query if token else fingerprint(call.query)
    return Answer(answer | {"nextSyncToken": write_token(SyncToken(of, query, calendars.journal, seen=digest))})


def get_calendar(call: Call) -> Answer:
    """Answer calendars.get."""
    calendar = find_calendar(call.office, call.worker, str(call.path["calendar"]))
    if calendar is None or not role_of(call.office, call.worker, calendar):
        raise RefusedError(404, "notFound", "Not Found")
    body = {"kind": "calendar#calendar", "id": calendar.id, "summary": calendar.name, "timeZone": calendar.zone}
    return Answer(body | {"etag": _digest(body)})


def get_setting(call: Call) -> Answer:
    """Answer settings.get."""
    settings = _settings(call)
    name = str(call.path["setting"])
    if name not in settings:
        raise RefusedError(404, "notFound", "Not Found")
    return Answer(_setting(name, settings[name]))


def list_settings(call: Call) -> Answer:
    """Answer settings.list, always in one page."""
    items = [_setting(name, value) for name, value in _settings(call).items()]
    of = f"settings {call.worker.email}"
    token = write_token(SyncToken(of, fingerprint(call.query), call.office.calendars.journal))
    return Answer({"kind": "calendar#settings", "etag": '"0"', "items": items, "nextSyncToken": token})


def free_busy(call: Call) -> Answer:
    """Answer freeBusy.query: what cannot be seen is an error of that calendar alone."""
    body = without_nulls(call.body())
    if wrong := misfit(body, FREE_BUSY):
        raise RefusedError(400, "invalid", f"Invalid value for: {wrong}")
    bounds = []
    for name in ("timeMin", "timeMax"):
        if name not in body:
            raise RefusedError(400, "required", f"Missing {name}.", parameter=name)
        bounds.append(instant_of(body[name]))
    low, high = bounds
    if low is None or high is None:
        raise RefusedError(400, "badRequest", "Bad Request")
    if low >= high:
        raise RefusedError(400, "timeRangeEmpty", "The specified time range is empty.", parameter="timeMax")
    zone = body.get("timeZone", "UTC")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise RefusedError(400, "invalid", "Invalid time zone.", parameter="timeZone") from error
    most = body.get("calendarExpansionMax", _MOST_CALENDARS)
    if not 0 < most <= _MOST_CALENDARS or not 0 < body.get("groupExpansionMax", _MOST_MEMBERS) <= _MOST_MEMBERS:
        raise RefusedError(400, "invalid", "Invalid expansion limit.")
    items = body.get("items", [])
    if any("id" not in item for item in items):
        raise RefusedError(400, "required", "Missing calendar id.")
    calendars: dict[str, Any] = {}
    for item in items:
        calendar = find_calendar(call.office, call.worker, item["id"])
        if len(items) > most:
            calendars[item["id"]] = _unseen("tooManyCalendarsRequested")
        elif calendar is None or not _free_busy_visible(call, calendar):
            calendars[item["id"]] = _unseen("notFound")
        else:
            busy = _busy(calendar, Window(low, high))
            spans = [{"start": moment(one.start, zone), "end": moment(one.end, zone)} for one in busy]
            calendars[item["id"]] = {"busy": spans}
    answer = {"kind": "calendar#freeBusy", "timeMin": moment(low, "UTC"), "timeMax": moment(high, "UTC")}
    return Answer(answer | {"calendars": calendars})


def _visible(call: Call) -> list[Json]:
    everything = [one for worker in call.office.people for one in call.office.calendars.of(worker.email)]
    rows = []
    for calendar in everything:
        role = role_of(call.office, call.worker, calendar)
        if not role:
            continue
        row: Json = {
            "kind": "calendar#calendarListEntry",
            "id": calendar.id,
            "summary": calendar.name,
            "timeZone": calendar.zone,
            **({"description": calendar.description} if calendar.description else {}),
            "colorId": "14",
            "backgroundColor": "#9fe1e7",
            "foregroundColor": "#000000",
            "selected": True,
            "accessRole": role,
            "defaultReminders": [{"method": "popup", "minutes": 10}] if role == "owner" else [],
        }
        if calendar.primary and calendar.owner == call.worker.email:
            row["primary"] = True
        rows.append(row | {"etag": _digest(row)})
    return rows


def _digest(body: Json) -> str:
    return f'"{hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]}"'


def _settings(call: Call) -> dict[str, str]:
    return {"timezone": call.worker.zone, "weekStart": "1", "locale": "en", "format24HourTime": "true"}


def _setting(name: str, value: str) -> Json:
    body = {"kind": "calendar#setting", "id": name, "value": value}
    return body | {"etag": _digest(body)}


def _unseen(reason: str) -> Json:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def _free_busy_visible(call: Call, calendar: Calendar) -> bool:
    """Tell whether the caller sees when a calendar is busy: colleagues of one Workspace do, unless it is hidden."""
    if role_of(call.office, call.worker, calendar):
        return True
    owner = call.office.people.find(calendar.owner)
    same = calendar.owner.partition("@")[2] == call.worker.email.partition("@")[2]
    hidden = google(call.office)["shares"].get(calendar.id, {}).get(call.worker.email) == ""
    return bool(same and owner and owner.workspace and call.worker.workspace and calendar.primary and not hidden)


def _busy(calendar: Calendar, window: Window) -> list[Interval]:
    found = []
    for entry in expanded(calendar, window, deleted=False):
        if _blocks(entry, calendar):
            start, end = span(entry.when, calendar.zone)
            found.append(Interval(max(start, window.low or start), min(end, window.high or end)))
    return merge(found)


def _blocks(entry: Entry, calendar: Calendar) -> bool:
    mine = next((guest.response for guest in entry.guests if guest.email == calendar.owner), Response.ACCEPTED)
    free = to_google(entry, calendar).get("transparency") == "transparent"
    ignored = entry.kind is EventKind.WORKING_LOCATION or kind_of(entry) == "birthday"
    return not (free or ignored or mine is Response.DECLINED)
