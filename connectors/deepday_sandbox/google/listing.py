"""events.list and events.instances: filters, expansion, pages, and what changed since a sync token."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from deepday_sandbox.google.access import Answer, Call, invalid
from deepday_sandbox.google.errors import RefusedError
from deepday_sandbox.google.events import etag_of, google_id, instant_of, is_gone, kind_of, stamp, to_google, veil
from deepday_sandbox.google.recurrence import Original, instance, occurrences, span
from deepday_sandbox.google.state import google
from deepday_sandbox.google.sync import (
    FORBIDDEN,
    PageToken,
    SyncToken,
    fingerprint,
    read_page,
    read_sync,
    write_token,
)
from deepday_sandbox.office import Entry, GoneError
from deepday_sandbox.office.calendars import Calendar

_LONGEST_PAGE: Final = 2500
Exceptions = defaultdict[str, dict[Original, Entry]]
_MEMORY: Final = 28 * 86_400  # seconds of updatedMin that are answered


@dataclass(frozen=True, slots=True)
class Window:
    """UTC seconds between which entries must touch; ``None`` for no limit."""

    low: int | None = None
    high: int | None = None

    def has(self, entry: Entry, zone: str) -> bool:
        """Tell whether an entry's own times touch the window."""
        begins, ends = span(entry.when, zone)
        return (self.low is None or ends > self.low) and (self.high is None or begins < self.high)


def list_events(call: Call) -> Answer:
    """Answer events.list."""
    calendar, role = call.calendar()
    of = f"events {calendar.id} {call.worker.email}"
    token = read_sync(call.query, of, FORBIDDEN, ("showDeleted",))
    page = read_page(call.query, of)
    window = _window(call)
    ordering = call.query.get("orderBy", "")
    single = call.flag("singleEvents")
    if ordering not in {"", "startTime", "updated"}:
        raise invalid("orderBy", ordering)
    if ordering == "startTime" and not single:
        raise RefusedError(400, "badRequest", "The requested ordering is not available for the particular query.")
    keep = _filter(call)
    if token:
        try:
            changed = call.office.calendars.since(calendar.id, token.number)
        except GoneError as error:
            message = "Sync token is no longer valid, a full sync is required."
            raise RefusedError(410, "fullSyncRequired", message, parameter="syncToken") from error
        window = Window(token.low, token.high)
        rows: Iterable[Entry] = _changes(calendar, changed, token.number, window) if single else changed
    elif single:
        rows = expanded(calendar, window, deleted=call.flag("showDeleted"))
    else:
        rows = _stored(calendar, window, deleted=call.flag("showDeleted"))
    rows = [row for row in rows if keep(row)]
    number = page.number if page else call.office.calendars.journal
    chosen, following = _page(call, calendar, of, rows, page, number)
    answer = _envelope(call, calendar, role, chosen)
    if following:
        return Answer(answer | {"nextPageToken": following})
    if token is None and any(name in call.query for name in FORBIDDEN if name not in {"timeMin", "timeMax"}):
        return Answer(answer)
    query = token.query if token else fingerprint(call.query)
    return Answer(answer | {"nextSyncToken": write_token(SyncToken(of, query, number, window.low, window.high))})


def list_instances(call: Call) -> Answer:
    """Answer events.instances."""
    calendar, role = call.calendar()
    master = calendar.entries.get(str(call.path["event"]))
    if master is None or is_gone(master):
        raise RefusedError(404, "notFound", "Not Found")
    if not master.recurrence:
        raise RefusedError(400, "invalid", "The event is not recurring.", parameter="eventId")
    of = f"instances {calendar.id} {master.id}"
    page = read_page(call.query, of)
    changed = exceptions(calendar)[master.id]
    rows = list(_series(calendar, master, changed, _window(call), deleted=call.flag("showDeleted")))
    if wanted := call.query.get("originalStart"):
        rows = [row for row in rows if _is_original(row, calendar, wanted)]
    chosen, following = _page(call, calendar, of, rows, page, 0)
    answer = _envelope(call, calendar, role, chosen)
    return Answer(answer | ({"nextPageToken": following} if following else {}))


def exceptions(calendar: Calendar) -> Exceptions:
    """Return the stored occurrences, changed and cancelled: by the master's id, then by original start."""
    found: Exceptions = defaultdict(dict)
    for entry in calendar.entries.values():
        if entry.series and entry.original is not None:
            found[entry.series][entry.original] = entry
    return found


def _stored(calendar: Calendar, window: Window, *, deleted: bool) -> Iterator[Entry]:
    """Yield masters, single entries and exceptions as they are."""
    changed = exceptions(calendar)
    for entry in calendar.entries.values():
        master = calendar.entries.get(entry.series) if entry.series else None
        if master is not None and is_gone(entry) and not is_gone(master):
            if _original_in(entry, calendar, window):
                yield entry
        elif is_gone(entry) and not deleted:
            continue
        elif entry.recurrence and not is_gone(entry):
            touching = any(True for _ in occurrences(entry, calendar.zone, window.low, window.high))
            moved = (one for one in changed[entry.id].values() if not is_gone(one))
            if touching or any(window.has(one, calendar.zone) for one in moved):
                yield entry
        elif window.has(entry, calendar.zone):
            yield entry


def expanded(calendar: Calendar, window: Window, *, deleted: bool) -> Iterator[Entry]:
    """Yield single entries and the occurrences of series, never a series itself."""
    changed = exceptions(calendar)
    for entry in calendar.entries.values():
        if entry.series or (is_gone(entry) and (entry.recurrence or not deleted)):
            continue
        if entry.recurrence:
            yield from _series(calendar, entry, changed[entry.id], window, deleted=deleted)
        elif window.has(entry, calendar.zone):
            yield entry


def _series(
    calendar: Calendar, master: Entry, changed: dict[Original, Entry], window: Window, *, deleted: bool
) -> Iterator[Entry]:
    for original in occurrences(master, calendar.zone, window.low, window.high):
        if original not in changed:
            yield instance(master, original)
    for entry in changed.values():
        if is_gone(entry):
            if deleted and _original_in(entry, calendar, window):
                yield entry
        elif window.has(entry, calendar.zone):
            yield entry


def _changes(calendar: Calendar, changed: Iterable[Entry], number: int, window: Window) -> Iterator[Entry]:
    """Yield what an expanding client must hear: a changed series is sent whole, with what is gone from it."""
    stored = exceptions(calendar)
    for entry in changed:
        if entry.series:
            master = calendar.entries.get(entry.series)
            if master is None or not is_gone(master):
                yield entry
            continue
        before = calendar.as_of(entry.id, number)
        old = _originals(before, calendar, window)
        new = _originals(entry, calendar, window)
        if before is not None and not is_gone(before):
            for original in sorted(old.keys() - new.keys()):
                yield replace(instance(before, original), deleted=True, changed=entry.changed)
        yield from (instance(entry, original) for original in new if original not in stored[entry.id])
        if not entry.recurrence and (before is None or not before.recurrence):
            yield entry
        elif before is not None and bool(before.recurrence) != bool(entry.recurrence):
            yield entry if not entry.recurrence else replace(entry, deleted=True)


def _originals(entry: Entry | None, calendar: Calendar, window: Window) -> dict[Any, None]:
    if entry is None or is_gone(entry) or not entry.recurrence:
        return {}
    return dict.fromkeys(occurrences(entry, calendar.zone, window.low, window.high))


def _original_in(entry: Entry, calendar: Calendar, window: Window) -> bool:
    """Tell whether a cancelled occurrence would have touched the window."""
    master = calendar.entries.get(entry.series)
    if master is None or entry.original is None:
        return False
    return window.has(instance(master, entry.original), calendar.zone)


def _is_original(row: Entry, calendar: Calendar, wanted: str) -> bool:
    shown = to_google(row, calendar)["originalStartTime"]
    if "date" in shown or len(wanted) == 10:
        return bool(shown.get("date") == wanted)
    return bool(datetime.fromisoformat(shown["dateTime"]).timestamp() == _moment("originalStart", wanted))


def _window(call: Call) -> Window:
    low, high = (_moment(name, call.query[name]) if name in call.query else None for name in ("timeMin", "timeMax"))
    if low is not None and high is not None and low >= high:
        raise RefusedError(400, "timeRangeEmpty", "The specified time range is empty.", parameter="timeMax")
    return Window(low, high)


def _moment(name: str, text: str) -> int:
    found = instant_of(text)
    if found is None:
        raise RefusedError(400, "badRequest", "Bad Request", parameter=name)
    return found


def _filter(call: Call) -> Callable[[Entry], bool]:
    """Return whether an entry is wanted, as far as its content decides."""
    query = call.query
    types = set(query.getlist("eventTypes"))
    tags = [
        (part, *text.partition("=")[::2])
        for part in ("private", "shared")
        for text in query.getlist(f"{part}ExtendedProperty")
    ]
    if any("=" not in text for part in ("private", "shared") for text in query.getlist(f"{part}ExtendedProperty")):
        raise invalid("privateExtendedProperty", "")
    known = {"default", "focusTime", "outOfOffice", "workingLocation", "birthday", "fromGmail"}
    if types - known:
        raise invalid("eventTypes", min(types - known))
    since = _moment("updatedMin", query["updatedMin"]) if "updatedMin" in query else 0
    if since and since < call.office.clock.seconds() - _MEMORY:
        message = "The requested minimum modification time lies too far in the past."
        raise RefusedError(410, "updatedMinTooLongAgo", message, parameter="updatedMin")
    uid, words = query.get("iCalUID"), query.get("q", "").lower()

    def keep(entry: Entry) -> bool:
        own = entry.extra.get("google", {}).get("extendedProperties", {})
        people = " ".join(f"{guest.name} {guest.email}" for guest in entry.guests)
        text = f"{entry.title} {entry.description} {entry.location} {entry.organiser} {people}".lower()
        return (
            (not types or kind_of(entry) in types)
            and (uid is None or entry.uid == uid)
            and entry.updated >= since
            and (not words or words in text)
            and all((own.get(part) or {}).get(key) == value for part, key, value in tags)
        )

    return keep


def _page(
    call: Call, calendar: Calendar, of: str, rows: Iterable[Entry], page: PageToken | None, number: int
) -> tuple[list[Entry], str]:
    """Return the entries of the page that is asked for, and the token of the next one."""
    size = call.number("maxResults", 250, _LONGEST_PAGE)
    ordering = call.query.get("orderBy", "")

    def key(entry: Entry) -> list[Any]:
        name = google_id(entry, calendar)
        if ordering == "startTime":
            return [span(entry.when, calendar.zone)[0], name]
        return [entry.updated, name] if ordering == "updated" else [name]

    def token(after: list[Any]) -> str:
        sync = call.query.get("syncToken", "")
        return write_token(PageToken(of, fingerprint(call.query), sync, after, number))

    if page is None and google(call.office)["empty_pages"]:
        return [], token([])
    keyed = sorted(((key(row), row) for row in rows), key=lambda pair: pair[0])
    if page:
        keyed = [pair for pair in keyed if pair[0] > page.key]
    chosen = [row for _, row in keyed[:size]]
    return chosen, token(keyed[size - 1][0]) if len(keyed) > size else ""


def _envelope(call: Call, calendar: Calendar, role: str, rows: list[Entry]) -> dict[str, Any]:
    zone = call.query.get("timeZone", calendar.zone)
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise RefusedError(400, "invalid", "Invalid time zone.", parameter="timeZone") from error
    most = call.number("maxAttendees", 1_000_000, 1_000_000)
    newest = max(calendar.entries.values(), key=lambda entry: entry.changed, default=None)
    return {
        "kind": "calendar#events",
        "etag": etag_of(newest) if newest else '"p0"',
        "summary": calendar.name,
        "updated": stamp(newest.updated if newest else call.office.clock.seconds()),
        "timeZone": zone,
        "accessRole": role,
        "defaultReminders": [{"method": "popup", "minutes": 10}] if role == "owner" else [],
        "items": [veil(to_google(row, calendar, zone, most), role) for row in rows],
    }
