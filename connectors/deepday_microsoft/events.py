"""Writes events of ours, and tells which events are ours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from deepday.connect import Feature
from deepday.errors import ConflictError, FatalError, GoneError, OutcomeUnknownError
from deepday.model import EventDraft, EventUpsert, Interval, WrittenEvent
from deepday_microsoft.drafts import (
    EXPAND,
    FIELDS,
    KEY_ID,
    MARKER_ID,
    event_body,
    filter_for,
    properties_of,
    times,
    written_event,
)
from deepday_microsoft.errors import DUPLICATE, SERVICE, code_of, error_of
from deepday_microsoft.graph import MOST_PARTS, Ask, Graph, preferences
from deepday_microsoft.part import LONGEST_WINDOW, Part
from deepday_microsoft.settings import Settings
from deepday_microsoft.translate import key_of

_OURS = {"$select": FIELDS, "$expand": EXPAND}
_LOOK_BACK = 365 * 86_400
"""Seconds before now in which an event of ours is looked for by its key, whatever is known of it."""
_CHANGED = "The event was changed by somebody."


class Events(Part):
    """Satisfies :class:`deepday.connect.EventWriter`.

    A key is one event: Graph refuses a second one with the same transactionId, also after the first was deleted.
    """

    def _event(self, name: str) -> str:
        return f"{self.settings.mailbox}/events/{quote(name, safe='')}"

    def create_event(self, calendar: str, draft: EventDraft) -> WrittenEvent:
        """Make the event, or adopt the one that has our key; see :class:`deepday.connect.EventWriter`."""
        answer = self.graph.send(
            "POST", f"{self.calendar_path(calendar)}/events", body=event_body(draft), headers=preferences()
        )
        if answer.status in {400, 409} and code_of(answer) == DUPLICATE:
            return self._adopted(calendar, draft, error_of(answer).get("@event.existingEventId"))
        row = self.graph.written(answer, Feature.BLOCKS)
        return _read_back(written_event(row, calendar, draft.key, draft.marker))

    def _adopted(self, calendar: str, draft: EventDraft, existing: object) -> WrittenEvent:
        if isinstance(existing, str) and existing:
            rows: Iterable[Mapping[str, Any]] = self._existing(existing)
        else:
            rows = self._with_key(calendar, draft.key, draft.when)
        for row in rows:
            key, marker = properties_of(row)
            if (key, marker) != (draft.key, draft.marker):
                raise ConflictError("An event that is not ours has the key.", "Use another key.")
            found = written_event(row, calendar, key, marker)
            if found:
                return found
        raise GoneError("The event was made before, and is no longer there.")

    def _existing(self, name: str) -> list[Mapping[str, Any]]:
        try:
            return [self.graph.get(self._event(name), Feature.BLOCKS, query=_OURS, headers=preferences())]
        except GoneError:
            return []

    def _with_key(self, calendar: str, key: str, when: Interval | None) -> Iterable[Mapping[str, Any]]:
        """Give our events of a calendar with that key."""
        if self._searchable(calendar):
            yield from self._filtered(KEY_ID, key)
            return
        now = self.graph.now()
        around = Interval(max(0, now - _LOOK_BACK), now + LONGEST_WINDOW - _LOOK_BACK)
        if when and not (around.start <= when.start and when.end <= around.end):
            yield from self._ours_in_view(calendar, when, key)
        yield from self._ours_in_view(calendar, around, key)

    def _with_marker(self, calendar: str, window: Interval, marker: str) -> Iterable[Mapping[str, Any]]:
        """Give our events of a calendar that have the marker, those of the window at least."""
        if self._searchable(calendar):
            return self._filtered(MARKER_ID, marker)
        return self._ours_in_view(calendar, window)

    def _searchable(self, calendar: str) -> bool:
        """Tell whether it is the calendar that can be searched by extended property: the own mailbox's default one."""
        return not self.settings.app_only and self.is_default(calendar, Feature.BLOCKS)

    def _filtered(self, property_id: str, value: str) -> Iterable[Mapping[str, Any]]:
        query = {"$filter": filter_for(property_id, value), **_OURS, "$top": "100"}
        return self.graph.pages(f"{self.settings.mailbox}/events", Feature.BLOCKS, query=query, headers=preferences())

    def _ours_in_view(self, calendar: str, window: Interval, key: str = "") -> Iterable[Mapping[str, Any]]:
        """Give our events that a calendar shows in a window, with their properties, which a view does not bring.

        A view does bring the transactionId, and with it the key.
        """
        keyed = [(row.get("id"), key_of(row)) for row in self.viewed(calendar, window)]
        names = [str(name) for name, its in keyed if name and its and key in {"", its}]
        return [row for name in dict.fromkeys(names) for row in self._existing(name)]

    def find_event(self, calendar: str, key: str, marker: str, when: Interval | None = None) -> WrittenEvent | None:
        """Return our event with that key as it is now; see :class:`deepday.connect.EventWriter`."""
        for row in self._with_key(calendar, key, when):
            if properties_of(row) == (key, marker):
                return written_event(row, calendar, key, marker)
        return None

    def find_ours(self, calendar: str, window: Interval, marker: str) -> Sequence[WrittenEvent]:
        """Return all events with that marker in the window; see :class:`deepday.connect.EventWriter`.

        Raises :class:`UnsupportedError` for more than 1825 days of another calendar than the own default one.
        """
        found: list[WrittenEvent] = []
        for row in self._with_marker(calendar, window, marker):
            key, its = properties_of(row)
            event = written_event(row, calendar, key, its)
            if event and its == marker and event.when.start < window.end and event.when.end > window.start:
                found.append(event)
        return found

    def move_event(self, event: WrittenEvent, when: Interval) -> WrittenEvent:
        """Give it other times; see :class:`deepday.connect.EventWriter`."""
        return self._patched(event, times(when))

    def retitle_event(self, event: WrittenEvent, title: str) -> WrittenEvent:
        """Give it another title; see :class:`deepday.connect.EventWriter`."""
        return self._patched(event, {"subject": title})

    def _patched(self, event: WrittenEvent, body: Mapping[str, Any]) -> WrittenEvent:
        headers = {**preferences(), "If-Match": _version(event)}
        answer = self.graph.send("PATCH", self._event(event.id), body=body, headers=headers)
        row = self.graph.written(answer, Feature.BLOCKS)
        return _read_back(written_event(row, event.calendar, event.key, event.marker))

    def delete_event(self, event: WrittenEvent) -> None:
        """Delete it; see :class:`deepday.connect.EventWriter`."""
        answer = self.graph.send("DELETE", self._event(event.id), headers={"If-Match": _version(event)})
        if answer.status in {404, 410}:
            return
        refused = self.graph.refused(answer, Feature.BLOCKS, safe=False)
        if refused:
            raise refused


def _version(event: WrittenEvent) -> str:
    """Return the version for a write. Raises :class:`ConflictError` without one: that would be no check."""
    if not event.etag:
        raise ConflictError(_CHANGED, "Read it again.")
    return event.etag


def _read_back(event: WrittenEvent | None) -> WrittenEvent:
    if event is None:
        raise OutcomeUnknownError(f"{SERVICE} took the event, but its answer makes no sense.")
    return event


def added_markers(graph: Graph, settings: Settings, upserts: Sequence[EventUpsert]) -> list[EventUpsert]:
    """Return the upserts that were read, those of ours with their markers, which a delta does not bring.

    One request for every twenty of ours, none where there are none.
    """
    ours = [upsert.id for upsert in upserts if upsert.key] if Feature.BLOCKS in settings.allow else []
    markers: dict[str, str] = {}
    for begin in range(0, len(ours), MOST_PARTS):
        some = ours[begin : begin + MOST_PARTS]
        markers.update(zip(some, _markers(graph, settings.mailbox, some), strict=True))
    return [replace(upsert, marker=markers.get(upsert.id, "")) for upsert in upserts]


def _markers(graph: Graph, mailbox: str, names: Sequence[str]) -> list[str]:
    query = urlencode({"$select": "id", "$expand": EXPAND})
    asked = [Ask(f"{mailbox}/events/{quote(name, safe='')}?{query}", preferences()) for name in names]
    found: list[str] = []
    for answer in graph.batch(asked):
        if answer is None:
            raise FatalError(f"{SERVICE} left out a part of its answer.", "Try again later.")
        gone = answer.status in {404, 410}  # meanwhile: the next reading says so
        found.append("" if gone else properties_of(graph.read(answer, Feature.READ))[1])
    return found
