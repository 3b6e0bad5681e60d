"""Entries as calendarView shows them: singles, occurrences of a series, exceptions; walked within a window."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dateutil.rrule import rrule, rrulestr

from deepday.model import DateRange
from deepday_sandbox.microsoft.recurrence import rule_parts, until_wall
from deepday_sandbox.microsoft.zones import to_utc, to_wall
from deepday_sandbox.office.calendars import Calendar, Entry, Timed

_VALUES = re.compile(r"^(EXDATE|RDATE)((?:;[^:]*)?):(.*)$", re.IGNORECASE)
_ZONE = re.compile(r";TZID=([^;:]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """A window of instants, aware, the end excluded."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """What is shown: a stored entry, or (with ``original``) an occurrence of a master as the rule makes it."""

    entry: Entry
    start: datetime  # wall time
    end: datetime
    original: datetime | date | None = None

    @property
    def all_day(self) -> bool:
        """Whether the bounds are dates."""
        return isinstance(self.entry.when, DateRange)

    @property
    def zone(self) -> str:
        """IANA name of the zone that the bounds are in; UTC for dates."""
        return self.entry.when.zone if isinstance(self.entry.when, Timed) else "UTC"

    @property
    def first(self) -> datetime:
        """The start as an instant."""
        return to_utc(self.start, self.zone)

    @property
    def last(self) -> datetime:
        """The end as an instant."""
        return to_utc(self.end, self.zone)

    def within(self, span: Span) -> bool:
        """Tell whether any part lies in the window."""
        return self.first < span.end and (self.last > span.start or self.first == self.last >= span.start)


def bounds(entry: Entry) -> tuple[datetime, datetime]:
    """Return an entry's bounds as wall times, midnights for dates."""
    if isinstance(entry.when, Timed):
        return entry.when.start, entry.when.end
    return datetime.combine(entry.when.first, time()), datetime.combine(entry.when.end, time())


def single(entry: Entry) -> Item:
    """Return a stored entry as it is shown."""
    return Item(entry, *bounds(entry))


def wall_of(original: datetime | date) -> datetime:
    """Return an original start as wall time."""
    return original if isinstance(original, datetime) else datetime.combine(original, time())


def exceptions(calendar: Calendar, master: Entry) -> dict[datetime, Entry]:
    """Return the changed and cancelled occurrences of a series by their original wall time, tombstones too."""
    return {
        wall_of(one.original): one
        for one in calendar.entries.values()
        if one.series == master.id and one.original is not None
    }


def grouped_exceptions(calendar: Calendar) -> dict[str, dict[datetime, Entry]]:
    """Return :func:`exceptions` of every series of a calendar, by the master's id, in one walk."""
    found: dict[str, dict[datetime, Entry]] = {}
    for one in calendar.entries.values():
        if one.series and one.original is not None:
            found.setdefault(one.series, {})[wall_of(one.original)] = one
    return found


def hidden(exception: Entry) -> bool:
    """Tell whether a changed occurrence is one that was removed from its series."""
    return exception.cancelled or exception.deleted


def walk(master: Entry, after: datetime, before: datetime) -> Iterator[datetime]:
    """Yield the starts (wall time) that the rule gives between two wall times, both included."""
    start, _ = bounds(master)
    zone = master.when.zone if isinstance(master.when, Timed) else "UTC"
    extra, without = _listed(master.recurrence, zone)
    rule = _rule(master.recurrence, start, zone)
    starts = {one for one in extra if after <= one <= before}
    if rule is not None:
        starts.update(rule.between(after, before, inc=True))
    elif after <= start <= before:
        starts.add(start)
    yield from sorted(starts - without)


def first_start(lines: tuple[str, ...], start: datetime, zone: str) -> datetime:
    """Return where a series really begins: the first start of the rule at or after that wall time."""
    rule = _rule(lines, start, zone)
    return (rule.after(start, inc=True) or start) if rule is not None else start


def _rule(lines: tuple[str, ...], start: datetime, zone: str) -> rrule | None:
    parts = rule_parts(lines)
    if not parts:
        return None
    if "UNTIL" in parts:  # dateutil wants it naive, as the start is
        parts["UNTIL"] = f"{until_wall(parts['UNTIL'], zone):%Y%m%dT%H%M%S}"
    made = rrulestr(";".join(f"{key}={value}" for key, value in parts.items()), dtstart=start)
    return made if isinstance(made, rrule) else None


def _listed(lines: tuple[str, ...], zone: str) -> tuple[set[datetime], set[datetime]]:
    """Return the starts that RDATE adds and those that EXDATE takes away, as wall times."""
    found: dict[str, set[datetime]] = {"RDATE": set(), "EXDATE": set()}
    for line in lines:
        match = _VALUES.match(line)
        for text in match[3].split(",") if match else []:
            named = _ZONE.search(match[2]) if match else None
            found[match[1].upper()].add(_wall(text.strip(), named[1] if named else zone, zone))  # type: ignore[index]
    return found["RDATE"], found["EXDATE"]


def _wall(text: str, named: str, zone: str) -> datetime:
    if "T" not in text:
        return datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007  # a date
    wall = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007  # wall time
    if text.endswith("Z"):
        return to_wall(wall.replace(tzinfo=UTC), zone)
    return wall if named == zone else to_wall(to_utc(wall, named), zone)


def occurrence(master: Entry, start: datetime) -> Item:
    """Return the occurrence of a series that starts at that wall time."""
    first, last = bounds(master)
    original: datetime | date = start.date() if isinstance(master.when, DateRange) else start
    return Item(master, start, start + (last - first), original)


def in_series(master: Entry, changed: Mapping[datetime, Entry], span: Span) -> list[Item]:
    """Return what a series shows within the window: occurrences, and exceptions where they were moved to."""
    first, last = bounds(master)
    zone = master.when.zone if isinstance(master.when, Timed) else "UTC"
    margin = (last - first) + timedelta(days=1)
    starts = walk(master, to_wall(span.start, zone) - margin, to_wall(span.end, zone) + timedelta(days=1))
    shown = [occurrence(master, start) for start in starts if start not in changed]
    shown += [single(entry) for entry in changed.values() if not hidden(entry)]
    return sorted((item for item in shown if item.within(span)), key=lambda item: item.first)


def in_window(calendar: Calendar, span: Span) -> list[Item]:
    """Return everything that a calendar shows within the window, by start."""
    changed = grouped_exceptions(calendar)
    found: list[Item] = []
    for entry in calendar.entries.values():
        if entry.deleted or (entry.series and entry.series in calendar.entries):
            continue  # an exception comes with its series, unless one was invited to that occurrence alone
        if entry.recurrence:
            found += in_series(entry, changed.get(entry.id, {}), span)
        elif (item := single(entry)).within(span):
            found.append(item)
    return sorted(found, key=lambda item: (item.first, item.entry.id))


def extras(entry: Entry) -> Mapping[str, Any]:
    """Return what only Graph keeps of an entry."""
    mine: Mapping[str, Any] = entry.extra.get("graph", {})
    return mine
