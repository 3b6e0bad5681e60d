"""From VEVENTs to occurrences: a series with its exceptions, put together by recurring-ical-events.

A series is handed over in naive time of the zone of its DTSTART and with its rules already expanded. So what recurs
keeps its time of day across a clock change, and two occurrences are never taken for each other because the time of
day of one equals the time in UTC of the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta

from icalendar import Event
from icalendar.prop import vDDDLists, vDDDTypes
from recurring_ical_events import EventAdapter, Occurrence, Series

from deepday.connect.ics.components import UnusableError
from deepday.connect.ics.entry import Entry
from deepday.connect.ics.properties import Moment
from deepday.connect.ics.recurrence import MOST_IN_WINDOW, TOO_MANY, Budget, Rule
from deepday.model import CalendarEvent, DateRange, Interval

_MARGIN = timedelta(days=2)  # naive time differs from UTC by up to 14 hours, and a day of clock change has 25


def newest(entries: Iterable[Entry]) -> list[Entry]:
    """Return one entry for each UID and RECURRENCE-ID: the one of highest SEQUENCE, then the latest stamp."""
    best: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        key = (entry.event.uid, entry.event.recurrence_id)
        if key not in best or entry.rank > best[key].rank:
            best[key] = entry
    return list(best.values())


def by_series(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Return the entries grouped by UID."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.event.uid].append(entry)
    return list(groups.values())


def expand(group: Sequence[Entry], window: Interval, budget: Budget) -> list[CalendarEvent]:
    """Return the occurrences of the entries of one UID that touch the window, and maybe a few around it.

    An entry that names an occurrence of no series counts as a single event. Raises :class:`UnusableError` when the
    series cannot be expanded; without its master the other entries can.
    """
    master = next((entry for entry in group if entry.recurs), None)
    if master is None:
        return [entry.event for entry in group]
    overrides = [entry for entry in group if entry.named is not None]
    if any(entry.onward and _timed(entry.start) != _timed(master.start) for entry in overrides):
        raise UnusableError("a change of all its later occurrences turns date-times into dates, or dates back")
    try:
        events = _Expansion(master, overrides).occurrences(window, budget)
    except OverflowError:
        raise UnusableError("its occurrences reach beyond the years 1 to 9999") from None
    if sum(_touches(event.when, window) for event in events) > MOST_IN_WINDOW:
        raise UnusableError(TOO_MANY)
    return events


def _timed(moment: Moment) -> bool:
    return isinstance(moment, datetime)


def _touches(when: Interval | DateRange, window: Interval) -> bool:
    return isinstance(when, DateRange) or (when.start < window.end and when.end > window.start)


class _Adapter(EventAdapter):  # type: ignore[misc] # the library ships no types
    """A component that remembers which entry it stands for and which occurrence that replaces, in naive time."""

    def __init__(self, component: Event, entry: Entry, named: Moment | None) -> None:
        super().__init__(component)
        self.entry = entry
        self.named = named


class _Occurrence(Occurrence):  # type: ignore[misc] # the library ships no types
    """An occurrence that tells its entry and its original start, in naive time."""

    @property
    def entry(self) -> Entry:
        entry: Entry = self._adapter.entry
        return entry

    @property
    def original(self) -> Moment:
        named: Moment | None = self._adapter.named
        if named is not None and not self.entry.onward:
            return named
        original: Moment = self.start - self._adapter.move_recurrences_by
        return original


class _Series(Series):  # type: ignore[misc] # the library ships no types
    def occurrence(self, adapter: _Adapter, start: Moment | None = None, end: Moment | None = None) -> _Occurrence:
        return _Occurrence(adapter, start, end)


class _Expansion:
    """One series. Inside, moments are naive, in the zone of the master's DTSTART; an all-day series has dates."""

    def __init__(self, master: Entry, overrides: Sequence[Entry]) -> None:
        self._master = master
        self._overrides = overrides
        self._zone = master.start.tzinfo if isinstance(master.start, datetime) else None
        self._start = self._naive(master.start)
        self._periods = {self._naive(moment): length for moment, length in master.dates if length}

    def occurrences(self, window: Interval, budget: Budget) -> list[CalendarEvent]:
        """Return those that touch the window, and some around it."""
        changes = [self._change(entry) for entry in self._overrides]
        shift = max((abs(one.move_recurrences_by) for one in changes), default=timedelta(0))
        lengths = [self._master.length, *self._periods.values(), *(entry.length for entry in self._overrides)]
        longest = max(length.total() for length in lengths)
        low = datetime.fromtimestamp(window.start, self._zone or UTC).replace(tzinfo=None) - longest - _MARGIN
        high = datetime.fromtimestamp(window.end, self._zone or UTC).replace(tzinfo=None) + _MARGIN
        starts = self._starts(low - shift, high + shift, budget)
        series = _Series([self._core(starts), *changes])
        return [self._event(occurrence) for occurrence in series.between(low, high)]

    def _starts(self, low: datetime, high: datetime, budget: Budget) -> list[Moment]:
        """Return the instances that the rules and RDATEs of the master give there; DTSTART is one anyway."""
        rules = self._master.rules
        untils = [self._until(rule) for rule in rules]
        begin = self._clock(self._start)
        if rules and all(until is not None and until < begin for until in untils):
            raise UnusableError("its RRULE ends before it begins (UNTIL lies before DTSTART)")
        found = {
            instance
            for rule, until in zip(rules, untils, strict=True)
            for instance in rule.instances(begin, until, low, high, budget)
        }
        found.update(
            clock for moment, _ in self._master.dates if low <= (clock := self._clock(self._naive(moment))) <= high
        )
        return sorted(found) if self._zone else sorted(instance.date() for instance in found)

    def _until(self, rule: Rule) -> datetime | None:
        """Return the last possible start. A date includes its whole day; a date-time without zone is in the event's."""
        if rule.until is None:
            return None
        if not isinstance(rule.until, datetime) or self._zone is None:
            return datetime.combine(rule.until, time(23, 59, 59))
        return rule.until.astimezone(self._zone).replace(tzinfo=None) if rule.until.tzinfo else rule.until

    def _core(self, starts: Sequence[Moment]) -> _Adapter:
        component = self._component(self._master)
        component["RDATE"] = vDDDLists(list(starts))
        component["EXDATE"] = vDDDLists([self._exception(moment) for moment in self._master.exceptions])
        return _Adapter(component, self._master, None)

    def _exception(self, moment: Moment) -> Moment:
        """Return what an EXDATE leaves out: a date all occurrences of that date."""
        return self._naive(moment) if self._zone and isinstance(moment, datetime) else _day(moment)

    def _change(self, entry: Entry) -> _Adapter:
        """Return an override. A RECURRENCE-ID that is only a date means the occurrence of that date."""
        component = self._component(entry)
        named = self._naive(entry.named) if entry.named else self._start
        if _timed(named) != _timed(self._start):
            named = datetime.combine(named, self._clock(self._start).time()) if self._zone else _day(named)
        component["RECURRENCE-ID"] = vDDDTypes(named, {"RANGE": "THISANDFUTURE"} if entry.onward else {})
        return _Adapter(component, entry, named)

    def _component(self, entry: Entry) -> Event:
        start = self._naive(entry.start)
        component = Event()
        component["DTSTART"] = vDDDTypes(start)
        component["DTEND"] = vDDDTypes(start + entry.length.total())
        return component

    def _event(self, occurrence: _Occurrence) -> CalendarEvent:
        original = self._aware(occurrence.original)
        if occurrence.entry.named is not None and not occurrence.entry.onward:
            return occurrence.entry.at(occurrence.entry.start, original)
        return occurrence.entry.at(self._aware(occurrence.start), original, self._periods.get(occurrence.original))

    def _naive(self, moment: Moment) -> Moment:
        if not isinstance(moment, datetime):
            return moment
        if self._zone is not None and moment.tzinfo is not self._zone:
            moment = moment.astimezone(self._zone)
        return moment.replace(tzinfo=None, fold=0)

    def _aware(self, moment: Moment) -> Moment:
        return moment.replace(tzinfo=self._zone) if isinstance(moment, datetime) and self._zone else moment

    @staticmethod
    def _clock(moment: Moment) -> datetime:
        return moment if isinstance(moment, datetime) else datetime.combine(moment, time())


def _day(moment: Moment) -> Moment:
    return moment.date() if isinstance(moment, datetime) else moment
