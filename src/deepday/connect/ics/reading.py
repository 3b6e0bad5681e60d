"""Reads the text of one iCalendar file (RFC 5545) into calendar events."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from deepday.connect import ReadContext
from deepday.connect.ics.components import Component, Parts, UnusableError, cut
from deepday.connect.ics.content import decode
from deepday.connect.ics.entry import Entry, read_entry, uid_of
from deepday.connect.ics.prefilter import touching
from deepday.connect.ics.properties import Property
from deepday.connect.ics.recurrence import Budget
from deepday.connect.ics.series import by_series, expand, newest
from deepday.connect.ics.zones import Zones
from deepday.connect.skips import skip
from deepday.model import CalendarEvent, DateRange, Interval, Skipped

_EPOCH = date(1970, 1, 1).toordinal()
_EVERY = 250  # components between two reports of progress
_STAMP = re.compile(r"\nDTSTAMP(?:;[^\n:]*)?:([0-9]{8}T[0-9]{6})Z", re.IGNORECASE)
_NAME = re.compile(r"\nX-WR-CALNAME(?:;[^\n:]*)?:([^\n]*)", re.IGNORECASE)
_ZONE = re.compile(r"\nX-WR-TIMEZONE(?:;[^\n:]*)?:([^\n]*)", re.IGNORECASE)


@dataclass(slots=True)
class FileReading:
    """What one file says: see :class:`deepday.connect.CalendarReading`."""

    events: list[CalendarEvent] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    name: str = ""
    written_at: int = 0
    total: int = 0


def read_calendar(data: bytes, source: str, context: ReadContext, *, prefilter: bool = True) -> FileReading:
    """Read the bytes of an .ics file that the user knows as ``source``.

    Events touch ``context.window``. ``prefilter`` drops what lies outside before it is parsed; the events are the
    same without. A broken component is skipped, and says so. Raises :class:`InputError` when it is no calendar.
    """
    text, skipped = decode(data, source)
    return _Reader(cut(text), source, context, skipped).read(prefilter=prefilter)


class _Reader:
    def __init__(self, parts: Parts, source: str, context: ReadContext, skipped: list[Skipped]) -> None:
        self._parts = parts
        self._source = source
        self._context = context
        self._skipped = skipped
        self._budget = Budget()

    def read(self, *, prefilter: bool) -> FileReading:
        """Read everything; called once."""
        components = self._parts.events
        if not self._parts.whole:
            self._skip("end of file", "END:VCALENDAR is missing: the file may be cut short")
        kept = touching(components, self._context.window) if prefilter else components
        entries = list(self._entries(kept, self._zones()))
        events = [event for event in self._occurrences(newest(entries)) if self._in_window(event.when)]
        return FileReading(
            events=sorted(events, key=self._order),
            skipped=self._skipped,
            name=self._calendar_property(_NAME),
            written_at=_newest_stamp(components),
            total=len(components),
        )

    def _zones(self) -> Zones:
        zones = Zones(self._parts.zones, self._context.zone)
        name = self._calendar_property(_ZONE)
        try:
            zones.floating = zones.find(name) if name else self._context.zone
        except UnusableError:
            reason = f"the zone {name[:60]!r} is unknown, times without a zone are taken in {self._context.zone}"
            self._skip("X-WR-TIMEZONE", reason)
        return zones

    def _calendar_property(self, pattern: re.Pattern[str]) -> str:
        match = pattern.search(self._parts.properties)
        return Property({}, match[1]).text() if match else ""

    def _entries(self, components: Sequence[Component], zones: Zones) -> Iterator[Entry]:
        what = f"Reading {self._source}"
        for number, component in enumerate(components):
            if number % _EVERY == 0:
                self._context.progress(what, number, len(components))
            try:
                yield read_entry(component, zones, self._context, self._source)
            except UnusableError as error:
                self._skip_component(component, error)
        self._context.progress(what, len(components), len(components))

    def _occurrences(self, entries: Sequence[Entry]) -> Iterator[CalendarEvent]:
        what = f"Expanding {self._source}"
        groups = by_series(entries)
        for number, group in enumerate(groups):
            if number % _EVERY == 0:
                self._context.progress(what, number, len(groups))
            try:
                yield from expand(group, self._context.window, self._budget)
            except UnusableError as error:
                self._skip_component(next(entry.component for entry in group if entry.recurs), error)
                yield from (entry.event for entry in group if entry.named is not None)

    def _skip_component(self, component: Component, error: UnusableError) -> None:
        uid = uid_of(component)
        self._skip(f"line {component.line}, UID {uid}" if uid else f"line {component.line}", str(error))

    def _skip(self, where: str, reason: str) -> None:
        self._skipped.append(skip(self._source, where, f"{reason[0].upper()}{reason[1:]}."))

    def _in_window(self, when: Interval | DateRange) -> bool:
        window = self._context.window
        if isinstance(when, Interval):
            return when.start < window.end and (when.end > window.start or when.start == when.end == window.start)
        first, last = (datetime.fromtimestamp(at, self._context.zone).date() for at in (window.start, window.end - 1))
        return when.first <= last and when.end > first

    def _order(self, event: CalendarEvent) -> tuple[int, int, str, str]:
        when = event.when
        if isinstance(when, Interval):
            return (when.start, when.end, event.uid, event.recurrence_id)
        days = (day.toordinal() - _EPOCH for day in (when.first, when.end))
        return (next(days) * 86_400, next(days) * 86_400, event.uid, event.recurrence_id)


def _newest_stamp(components: Sequence[Component]) -> int:
    """Return the newest DTSTAMP in UTC seconds: Google writes the time of the export there; 0 when there is none."""
    for stamp in sorted({digits for one in components for digits in _STAMP.findall(one.text)}, reverse=True):
        try:
            return max(0, int((datetime.strptime(stamp, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)).timestamp()))
        except ValueError:
            continue
    return 0
