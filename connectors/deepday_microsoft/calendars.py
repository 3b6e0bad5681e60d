"""Reads calendars by delta, page by page."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from deepday.connect import Feature, ReadContext
from deepday.connect.http import Answer
from deepday.errors import CursorGoneError, FatalError, GoneError
from deepday.model import Calendar, Cursor, EventPage, EventUpsert, Interval, Skipped
from deepday_microsoft import cursors
from deepday_microsoft.cursors import Position
from deepday_microsoft.events import added_markers
from deepday_microsoft.graph import MOST_PARTS, Ask, Graph, preferences, rows_of
from deepday_microsoft.part import DEFAULT_CALENDAR, Part, Tuning
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

_SHARED = preferences(page=100)  # twenty of these share an answer, and mostly there is little in them


class Calendars(Part):
    """Satisfies :class:`deepday.connect.CalendarReader`, and asks for many calendars in one request."""

    def __init__(self, graph: Graph, settings: Settings, tuning: Tuning) -> None:
        super().__init__(graph, settings, tuning)
        self._fetched: dict[tuple[str, str], Answer] = {}

    def calendars(self) -> Sequence[Calendar]:
        """Return the mailbox's calendars; see :class:`deepday.connect.CalendarReader`.

        An application on its own uses the default calendar only; whether it may is asked here.
        """
        if self.settings.app_only:
            now = self.graph.now()
            next(iter(self.viewed(DEFAULT_CALENDAR, Interval(now, now + 60))), None)
            return [Calendar(DEFAULT_CALENDAR, primary=True, writable=True)]
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
        answer = fetched or self.view_page(position.path)
        if cursor and answer.status == 410:
            raise CursorGoneError("Microsoft 365 no longer knows where the reading stopped.", "It is read in full.")
        body = self.graph.read(answer, Feature.READ)
        gathered = gather(rows_of(body))
        onward = self._onward(body, position, gathered)
        left = frozenset(onward.open) if onward.more else self._unsure(gathered, position)
        found: dict[str, Found] = {name: one for name, one in gathered.objects.items() if name not in left}
        if not onward.more:
            found |= dict.fromkeys(left, Removed()) | self._whole(left, calendar, context.window)
        upserts, removals, skipped = _objects(found, context)
        return EventPage(
            upserts=tuple(added_markers(self.graph, self.settings, upserts)),
            removals=tuple(removals),
            cursor=cursors.encode(onward, calendar, context),
            more=onward.more,
            skipped=(*gathered.skipped, *skipped),
        )

    def _position(self, calendar: str, context: ReadContext, cursor: Cursor | None) -> Position:
        if cursor is not None:
            return cursors.decode(cursor, calendar, context)
        window = context.window
        return Position(self.view_path(calendar, window))

    def _onward(self, body: dict[str, Any], position: Position, gathered: Gathered) -> Position:
        """Return where to go on, and which series to read whole there."""
        if "@odata.deltaLink" in body:
            return Position(self.graph.below(body["@odata.deltaLink"]))
        if "@odata.nextLink" not in body:
            raise FatalError("Microsoft 365 sent a page without a link to go on.", "Please report this.")
        path = self.graph.below(body["@odata.nextLink"])
        if path == position.path:
            raise FatalError("Microsoft 365 sends pages without an end.", "Please report this.")
        unsure = self._unsure(gathered, position)
        last = gathered.objects.get(gathered.last)
        if isinstance(last, Series):
            unsure |= {gathered.last}  # it may go on
        series = {cursors.short(name) for name, one in gathered.objects.items() if isinstance(one, Series)}
        return Position(path, more=True, open=tuple(sorted(unsure)), seen=position.seen | series)

    @staticmethod
    def _unsure(gathered: Gathered, position: Position) -> frozenset[str]:
        """Return the series of which the pages so far do not give the whole."""
        series = {name: one for name, one in gathered.objects.items() if isinstance(one, Series)}
        again = {name for name, one in series.items() if one.master is None or cursors.short(name) in position.seen}
        return frozenset(position.open) | again

    def _whole(self, names: frozenset[str], calendar: str, window: Interval) -> dict[str, Found]:
        """Read all that the window shows of these series, each with its master where there is one.

        Graph's list of a series' occurrences is not asked: it costs a request for each series, and this reads all of
        them at once.
        """
        if not names:
            return {}
        rows = [row for row in self.viewed(calendar, window) if names & {row.get("id"), row.get("seriesMasterId")}]
        found = gather(rows).objects
        for name, one in found.items():
            if isinstance(one, Series) and one.master is None and not all(map(whole, one.parts.values())):
                one.master = self._master(name)
        return found

    def _master(self, name: str) -> Mapping[str, Any] | None:
        path = f"{self.settings.mailbox}/events/{quote(name, safe='')}"
        try:
            return self.graph.get(path, Feature.READ, query={"$select": FIELDS}, headers=preferences())
        except GoneError:
            return None  # what says of itself all that is needed is used, the rest is left out


def _objects(found: Mapping[str, Found], context: ReadContext) -> tuple[list[EventUpsert], list[str], list[Skipped]]:
    """Return upserts, removals and what cannot be used."""
    upserts: list[EventUpsert] = []
    removals: list[str] = []
    skipped: list[Skipped] = []
    for name, one in found.items():
        if isinstance(one, Removed):
            removals.append(name)
            continue
        if isinstance(one, Single):
            row: Mapping[str, Any] | None = one.row
            events, left_out = events_of([one.row], context)
        else:
            row = one.master
            events, left_out = events_of(_usable(one), context, row)
        upserts.append(EventUpsert(name, tuple(events), _etag(row), key_of(row)))
        skipped += left_out
    return upserts, removals, skipped


def _usable(series: Series) -> list[Mapping[str, Any]]:
    return [row for row in series.parts.values() if series.master or whole(row)]


def _etag(row: Mapping[str, Any] | None) -> str:
    return str(row.get("@odata.etag") or "") if row else ""
