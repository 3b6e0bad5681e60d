"""What deepday writes into a calendar, as Graph's JSON, and what Graph says of it. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from deepday.model import EventDraft, EventKind, Interval, ShowAs, WrittenEvent
from deepday_microsoft.translate import KEY_PREFIX, UnusableError, moment

_SET = "String {5f1c9d3a-8e42-4b7d-9a60-2c3d7e8f1b54} Name"
KEY_ID = f"{_SET} deepday-key"
MARKER_ID = f"{_SET} deepday-marker"
"""The extended properties in which an event of ours keeps its key and its marker, unseen by people."""

EXPAND = f"singleValueExtendedProperties($filter=id eq '{KEY_ID}' or id eq '{MARKER_ID}')"
FIELDS = "id,subject,start,end,showAs"
_WINDOWS = {olson: windows for windows, olson in WINDOWS_TO_OLSON.items()}


def filter_for(property_id: str, value: str) -> str:
    """Return a $filter for events that have that value of an extended property."""
    quoted = value.replace("'", "''")
    return f"singleValueExtendedProperties/Any(ep: ep/id eq '{property_id}' and ep/value eq '{quoted}')"


def event_body(draft: EventDraft) -> dict[str, Any]:
    """Return the event to create; nobody is invited."""
    away = draft.show_as is ShowAs.OUT_OF_OFFICE or draft.kind is EventKind.OUT_OF_OFFICE
    return {
        "subject": draft.title,
        "body": {"contentType": "text", "content": draft.description},
        **times(draft.when, draft.zone),
        "showAs": "oof" if away else draft.show_as.value,
        "sensitivity": "private" if draft.private else "normal",
        "isReminderOn": False,
        "transactionId": f"{KEY_PREFIX}{draft.key}",
        "singleValueExtendedProperties": [
            {"id": KEY_ID, "value": draft.key},
            {"id": MARKER_ID, "value": draft.marker},
        ],
    }


def times(when: Interval, zone: str = "UTC") -> dict[str, Any]:
    """Return start and end on the clocks of an IANA zone; in UTC where Windows has no name for it."""
    return {"start": _time(when.start, zone), "end": _time(when.end, zone)}


def _time(seconds: int, zone: str) -> dict[str, str]:
    instant = datetime.fromtimestamp(seconds, UTC)
    try:
        wall = instant.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        wall = instant
    windows = _WINDOWS.get(zone, "")
    if not windows or wall.fold or wall.replace(fold=1).utcoffset() != wall.utcoffset():  # an hour that comes twice
        wall, windows = instant, "UTC"
    return {"dateTime": f"{wall:%Y-%m-%dT%H:%M:%S}", "timeZone": windows}


def properties_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return key and marker of an event that was read with :data:`EXPAND`; empty where it has none."""
    found: dict[str, str] = {}
    given = row.get("singleValueExtendedProperties")
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict) and isinstance(one.get("id"), str) and isinstance(one.get("value"), str):
            found[one["id"].casefold()] = one["value"]
    return found.get(KEY_ID.casefold(), ""), found.get(MARKER_ID.casefold(), "")


def written_event(row: Mapping[str, Any], calendar: str, key: str, marker: str) -> WrittenEvent | None:
    """Return the event as it is now; ``None`` for an answer that makes no sense."""
    name, etag = row.get("id"), row.get("@odata.etag")
    if not (isinstance(name, str) and name and isinstance(etag, str) and etag):
        return None
    try:
        when = Interval(*(int(moment(row.get(bound), bound).timestamp()) for bound in ("start", "end")))
    except UnusableError:
        return None
    shown = {one.value: one for one in ShowAs}.get(str(row.get("showAs")), ShowAs.BUSY)
    return WrittenEvent(
        calendar=calendar,
        id=name,
        etag=etag,
        key=key,
        marker=marker,
        when=when,
        title=str(row.get("subject") or ""),
        show_as=shown,
        kind=EventKind.OUT_OF_OFFICE if shown is ShowAs.OUT_OF_OFFICE else EventKind.DEFAULT,
    )
