"""Handler: calendarView/delta, with its rounds of pages, its tokens and its peculiarities."""

import base64
import binascii
import json
import secrets
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from deepday_sandbox.microsoft import ids
from deepday_sandbox.microsoft.calendar_view import window
from deepday_sandbox.microsoft.calls import Call
from deepday_sandbox.microsoft.errors import Answer, GraphError
from deepday_sandbox.microsoft.event_calls import READ, View
from deepday_sandbox.microsoft.events import stub
from deepday_sandbox.microsoft.queries import link
from deepday_sandbox.microsoft.series import Item, Span, grouped_exceptions, in_series, single
from deepday_sandbox.microsoft.state import DeltaRound, Removal
from deepday_sandbox.office.calendars import Calendar, Entry, GoneError

_REFUSED: Final = ("$select", "$expand", "$filter", "$orderby", "$search", "$top", "$skip", "$count")
_MOST_ROUNDS: Final = 500
Shown = Item | Removal


def calendar_delta(call: Call, calendar: Calendar) -> Answer:
    """Return a page of what is in the window, or of what changed since a token."""
    call.require(READ, READ)
    refused = [name for name in _REFUSED if name in call.query]
    if refused:
        listed = ",".join(f"'{name}'" for name in refused)
        message = "The following parameters are not supported with change tracking over the 'CalendarView' resource: "
        raise GraphError(400, "ErrorInvalidUrlQuery", message + listed + ".")
    call.refuse_query({"startDateTime", "endDateTime", "$deltatoken", "$skiptoken"})
    if "$skiptoken" in call.query:
        name, _, position = call.query["$skiptoken"].partition(".")
        turn = call.state.rounds.get(name)
        if turn is None or not position.isdigit() or turn.journal < call.office.calendars.oldest:
            raise _dead(call)
        if _opened(call, turn.delta)["c"] != calendar.id:
            raise _dead(call)
        return _page(call, calendar, name, int(position))
    if "$deltatoken" in call.query:
        token = _opened(call, call.query["$deltatoken"])
        if token["c"] != calendar.id:
            raise _dead(call)
        span = Span(datetime.fromisoformat(token["s"]), datetime.fromisoformat(token["e"]))
        try:
            changed = call.office.calendars.since(calendar.id, token["j"])
        except GoneError as error:
            raise _dead(call, token) from error
        shown = _changes(calendar, span, changed)
    else:
        span = window(call)
        shown = _everything(calendar, span)
    return _page(call, calendar, _begin(call, calendar, span, shown), 0)


def _dead(call: Call, token: dict[str, Any] | None = None) -> GraphError:
    message = "The sync state generation is not found; start a full sync."
    again = f"?{urlencode({'startDateTime': token['s'], 'endDateTime': token['e']})}" if token else ""
    return GraphError(410, "syncStateNotFound", message, headers={"Location": f"{link(call)}{again}"})


def _opened(call: Call, text: str) -> dict[str, Any]:
    try:
        token = json.loads(base64.urlsafe_b64decode(text))
    except (ValueError, binascii.Error):
        token = None
    if not isinstance(token, dict) or set(token) != {"c", "s", "e", "j"}:
        raise GraphError(410, "SyncStateInvalid", "The sync state is invalid.", headers={"Location": link(call)})
    return token


def _begin(call: Call, calendar: Calendar, span: Span, shown: list[Shown]) -> str:
    journal = call.office.calendars.journal
    token = {"c": calendar.id, "s": span.start.isoformat(), "e": span.end.isoformat(), "j": journal}
    delta = base64.urlsafe_b64encode(json.dumps(token).encode()).decode()
    name = secrets.token_urlsafe(16)
    rounds = call.state.rounds
    rounds[name] = DeltaRound(shown, journal, delta)
    while len(rounds) > _MOST_ROUNDS:
        del rounds[next(iter(rounds))]
    return name


def _page(call: Call, calendar: Calendar, name: str, position: int) -> Answer:
    turn = call.state.rounds[name]
    end = position + call.prefer.page
    view = View(call)
    body: dict[str, Any] = {"@odata.context": call.context("Collection(event)")}
    body["value"] = [_shown(call, calendar, view, one) for one in turn.shown[position:end]]
    if end < len(turn.shown):
        body["@odata.nextLink"] = f"{link(call)}?{urlencode({'$skiptoken': f'{name}.{end}'})}"
    else:
        body["@odata.deltaLink"] = f"{link(call)}?{urlencode({'$deltatoken': turn.delta})}"
    return Answer(200, body)


def _shown(call: Call, calendar: Calendar, view: View, one: Shown) -> dict[str, Any]:
    if isinstance(one, Removal):
        immutable = call.prefer.immutable
        if one.original is None:
            name = ids.of_entry(calendar.id, one.entry, immutable=immutable)
        else:
            name = ids.of_occurrence(calendar.id, one.entry.id, one.original, immutable=immutable)
        return {"@odata.type": "#microsoft.graph.event", "id": name, "@removed": {"reason": one.reason}}
    if one.original is not None:
        return stub(calendar, one, call.prefer)
    return {"@odata.type": "#microsoft.graph.event", **view.whole(calendar, one)}


def _everything(calendar: Calendar, span: Span) -> list[Shown]:
    """Return what a first round shows: live items of the window, and the masters of their series."""
    changed = grouped_exceptions(calendar)
    shown: list[Shown] = []
    for entry in calendar.entries.values():
        if entry.deleted or entry.series in calendar.entries:
            continue
        shown += _series(entry, changed, span) if entry.recurrence else _one(entry, span)
    return shown


def _one(entry: Entry, span: Span) -> list[Shown]:
    item = single(entry)
    return [item] if item.within(span) else []


def _series(master: Entry, changed: dict[str, dict[datetime, Entry]], span: Span) -> list[Shown]:
    items = in_series(master, changed.get(master.id, {}), span)
    return [single(master), *items] if items else []


def _changes(calendar: Calendar, span: Span, entries: list[Entry]) -> list[Shown]:
    """Return what a later round shows: a series comes whole, whatever part of it changed."""
    changed = grouped_exceptions(calendar)
    shown: list[Shown] = []
    seen: set[str] = set()
    for entry in entries:
        of_series = entry.series in calendar.entries
        master = calendar.entries[entry.series] if of_series else entry
        if master.id in seen:
            continue
        seen.add(master.id)
        if master.deleted:
            shown += _removed(master, changed, span)
        elif master.recurrence:
            shown += _series(master, changed, span) or [Removal(master, "changed")]
        else:
            shown += _one(master, span) or [Removal(master, "changed")]
    return shown


def _removed(master: Entry, changed: dict[str, dict[datetime, Entry]], span: Span) -> list[Shown]:
    """Return the removals of a deleted entry: of a series also those of its occurrences and exceptions."""
    gone: list[Shown] = [Removal(master, "deleted")]
    known = changed.get(master.id, {})
    if master.recurrence:
        for item in in_series(master, {}, span):
            one = known.get(item.start)
            if one is None or not one.cancelled:
                gone.append(Removal(master, "deleted", item.original))
    return gone
