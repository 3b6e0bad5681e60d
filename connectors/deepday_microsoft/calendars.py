"""Reads calendars by delta, page by page."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from deepday.connect import Feature, ReadContext
from deepday.connect.http import Answer
from deepday.errors import CursorGoneError, FatalError, GoneError, UnsupportedError
from deepday.model import Calendar, Cursor, EventPage, EventUpsert, Interval, Skipped
from deepday_microsoft import cursors
from deepday_microsoft.cursors import Position
from deepday_microsoft.events import added_markers
from deepday_microsoft.graph import MOST_PARTS, Ask, Graph, preferences, rows_of
from deepday_microsoft.part import LARGEST_PAGE, Part, Tuning
from deepday_microsoft.settings import Settings
from deepday_microsoft.translate import (
    FIELDS,
    Found,
    Gathered,
    Removed,
    Series,
    Single,
    events_of,
    gather,
    key_of,
    whole,
)

_SMALL = preferences(page=50)
_SHARED = preferences(page=100)  # twenty of these share an answer, and mostly there is little in them
LONGEST_WINDOW = 1825 * 86_400


class Calendars(Part):
    """Satisfies :class:`deepday.connect.CalendarReader`, and asks for many calendars in one request."""

    def __init__(self, graph: Graph, settings: Settings, tuning: Tuning) -> None:
        super().__init__(graph, settings, tuning)
        self._headers = preferences(page=tuning.page)
        self._fetched: dict[tuple[str, str], Answer] = {}

    def calendars(self) -> Sequence[Calendar]:
        """Return the mailbox's calendars; see :class:`deepday.connect.CalendarReader`."""
        query = {"$select": "id,name,isDefaultCalendar,canEdit", "$top": "100"}
        rows = self.graph.pages(f"{self.settings.mailbox}/calendars", Feature.READ, query=query, headers={})
        return [
            Calendar(
                row["id"],
                name=str(row.get("name") or ""),
                primary=row.get("isDefaultCalendar") is True,
                writable=row.get("canEdit") is True,
            )
            for row in rows
            if isinstance(row.get("id"), str)
        ]

    def prefetch(self, wanted: Sequence[tuple[str, ReadContext, Cursor]]) -> None:
        """Ask for the next pages of many calendars at once.

        May be called before a round of following readings. The next :meth:`event_changes` with exactly that cursor is
        served from what came, once, also where that is a refusal; what did not come is asked for there.
        """
        self._fetched.clear()
        known: list[tuple[str, Cursor, str]] = []
        for calendar, context, cursor in wanted:
            try:
                known.append((calendar, cursor, cursors.decode(cursor, calendar, context).path))
            except CursorGoneError:
                continue  # said where it is read
        if len(known) < 2:
            return
        for begin in range(0, len(known), MOST_PARTS):
            some = known[begin : begin + MOST_PARTS]
            answers = self.graph.batch([Ask(path, _SHARED) for _, _, path in some])
            for (calendar, cursor, _), answer in zip(some, answers, strict=True):
                if answer and answer.status != 401:  # a refusal as well: whoever was told to wait must not ask now
                    self._fetched[calendar, cursor.text] = answer

    def event_changes(self, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        """Return one page; see :class:`deepday.connect.CalendarReader`.

        Raises :class:`UnsupportedError` for a window that is longer than Graph shows.
        """
        position = self._position(calendar, context, cursor)
        fetched = self._fetched.pop((calendar, cursor.text), None) if cursor else None
        answer = fetched or self._page(position.path)
        if cursor and answer.status == 410:
            raise CursorGoneError("Microsoft 365 no longer knows where the reading stopped.", "It is read in full.")
        body = self.graph.read(answer, Feature.READ)
        gathered = gather(rows_of(body))
        onward = self._onward(body, position, gathered)
        upserts, removals, skipped = self._objects(gathered, context, position, onward)
        return EventPage(
            upserts=tuple(added_markers(self.graph, self.settings, upserts)),
            removals=tuple(removals),
            cursor=cursors.encode(onward, calendar, context),
            more=onward.more,
            skipped=(*gathered.skipped, *skipped),
        )

    def _page(self, path: str) -> Answer:
        """Ask for a page; where a full one is too large to take, for small ones from now on."""
        try:
            return self.graph.send("GET", path, headers=self._headers)
        except FatalError:
            if self._headers == _SMALL:
                raise
        self._headers = _SMALL
        return self.graph.send("GET", path, headers=self._headers)

    def _position(self, calendar: str, context: ReadContext, cursor: Cursor | None) -> Position:
        if cursor is not None:
            return cursors.decode(cursor, calendar, context)
        window = context.window
        if window.seconds > LONGEST_WINDOW:
            raise UnsupportedError("Microsoft 365 shows at most 1825 days at once.", "Read a shorter time.")
        path = f"{self.settings.mailbox}/calendars/{quote(calendar, safe='')}/calendarView/delta"
        return Position(f"{path}?{urlencode(_bounds(window))}")

    def _onward(self, body: dict[str, Any], position: Position, gathered: Gathered) -> Position:
        """Return where to go on, and which series to read whole there."""
        if "@odata.deltaLink" in body:
            return Position(self.graph.below(body["@odata.deltaLink"]))
        if "@odata.nextLink" not in body:
            raise FatalError("Microsoft 365 sent a page without a link to go on.", "Please report this.")
        path = self.graph.below(body["@odata.nextLink"])
        if path == position.path:
            raise FatalError("Microsoft 365 sends pages without an end.", "Please report this.")
        last = gathered.objects.get(gathered.last)
        held: tuple[str, ...] = (gathered.last,) if isinstance(last, Series) else ()
        if not gathered.objects:
            held = position.open  # an empty page ends nothing
        series = {cursors.short(name) for name, one in gathered.objects.items() if isinstance(one, Series)}
        return Position(path, more=True, open=held, seen=position.seen | series)

    def _objects(
        self, gathered: Gathered, context: ReadContext, position: Position, onward: Position
    ) -> tuple[list[EventUpsert], list[str], list[Skipped]]:
        """Return upserts, removals and what cannot be used; series that are open from here on are left for later."""
        upserts: list[EventUpsert] = []
        removals: list[str] = []
        skipped: list[Skipped] = []
        found: dict[str, Found] = {name: Series() for name in position.open}
        found.update(gathered.objects)
        for name, one in found.items():
            if name in onward.open:
                continue
            if isinstance(one, Removed):
                removals.append(name)
                continue
            if isinstance(one, Single):
                events, left_out = events_of([one.row], context)
                upserts.append(EventUpsert(name, tuple(events), _etag(one.row), key_of(one.row)))
            else:
                again = one.master is None or name in position.open or cursors.short(name) in position.seen
                rows = self._whole(name, one, context.window) if again else list(one.parts.values())
                events, left_out = events_of(rows, context, one.master)
                upserts.append(EventUpsert(name, tuple(events), _etag(one.master), key_of(one.master)))
            skipped += left_out
        return upserts, removals, skipped

    def _whole(self, name: str, known: Series, window: Interval) -> list[Mapping[str, Any]]:
        """Read all occurrences of a series in the window; of one that cannot be read, return what is known whole."""
        query = {**_bounds(window), "$select": FIELDS, "$top": str(LARGEST_PAGE)}
        path = f"{self.settings.mailbox}/events/{quote(name, safe='')}/instances"
        try:
            return list(self.graph.pages(path, Feature.READ, query=query, headers=preferences()))
        except GoneError:
            return [row for row in known.parts.values() if whole(row)]


def _bounds(window: Interval) -> dict[str, str]:
    return {"startDateTime": _stamp(window.start), "endDateTime": _stamp(window.end)}


def _stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _etag(row: Mapping[str, Any] | None) -> str:
    return str(row.get("@odata.etag") or "") if row else ""
