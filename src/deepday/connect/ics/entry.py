"""One VEVENT, understood: its own time, what recurs, and the calendar entry that each occurrence becomes."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from deepday.connect import ReadContext
from deepday.connect.ics import attendance
from deepday.connect.ics.components import Component, UnusableError
from deepday.connect.ics.properties import (
    Length,
    Moment,
    Properties,
    Property,
    between,
    instant,
    read_duration,
    read_moment,
    read_moments,
    read_properties,
)
from deepday.connect.ics.recurrence import Rule
from deepday.connect.ics.zones import Zones
from deepday.model import CalendarEvent, DateRange, Interval, recurrence_id_of

_ONE_DAY = Length(timedelta(days=1))
_VOLATILE = {"DTSTAMP", "LAST-MODIFIED", "SEQUENCE"}  # programs change them at every export


@dataclass(frozen=True, slots=True)
class Entry:
    """A VEVENT.

    ``named`` is its RECURRENCE-ID: it replaces that occurrence of its series, with ``onward`` (RANGE=THISANDFUTURE)
    also the later ones. ``dates`` and ``exceptions`` are RDATE and EXDATE. ``event`` is the entry at its own time.
    """

    component: Component
    start: Moment
    length: Length
    rules: tuple[Rule, ...]
    dates: tuple[tuple[Moment, Length | None], ...]
    exceptions: tuple[Moment, ...]
    named: Moment | None
    onward: bool
    event: CalendarEvent

    @property
    def recurs(self) -> bool:
        """Whether it is the master of a series."""
        return self.named is None and bool(self.rules or self.dates)

    @property
    def rank(self) -> tuple[int, int, str]:
        """Of two entries for the same occurrence the one of higher rank is the newer one."""
        return (self.event.sequence, self.event.updated, self.component.text)

    def at(self, start: Moment, recurrence_id: Moment, length: Length | None = None) -> CalendarEvent:
        """Return the occurrence that starts then and whose original start was ``recurrence_id``."""
        when = span(start, length or self.length)
        return replace(self.event, when=when, recurrence_id=recurrence_id_of(recurrence_id))


def span(start: Moment, length: Length) -> Interval | DateRange:
    """Return the time of an occurrence that starts then."""
    if isinstance(start, datetime):
        return Interval(instant(start), length.end(start))
    return DateRange(start, start + length.nominal)


def uid_of(component: Component) -> str:
    """Return the UID as far as it can be found in a component that may be broken, for telling the user."""
    lines = (line.partition(":") for line in component.text.split("\n") if line[:3].upper() == "UID")
    return next((value.strip()[:80] for _, _, value in lines), "")


def read_entry(component: Component, zones: Zones, context: ReadContext, source: str) -> Entry:
    """Read one VEVENT.

    Raises :class:`UnusableError` when it cannot be used.
    """
    if component.fault:
        raise UnusableError(component.fault)
    try:
        properties = read_properties(component.text)
        return _entry(component, properties, zones, context, source)
    except OverflowError:
        raise UnusableError("its times lie outside the years 1 to 9999") from None


def _entry(component: Component, properties: Properties, zones: Zones, context: ReadContext, source: str) -> Entry:
    if "DTSTART" not in properties:
        raise UnusableError("it has no DTSTART")
    if "EXRULE" in properties:
        raise UnusableError("it has an EXRULE, which RFC 5545 withdrew and which is not supported")
    start = read_moment("DTSTART", properties["DTSTART"][0], zones)
    length = _length(start, properties, zones)
    named, onward = None, False
    if "RECURRENCE-ID" in properties:
        named = read_moment("RECURRENCE-ID", properties["RECURRENCE-ID"][0], zones)
        onward = properties["RECURRENCE-ID"][0].parameters.get("RANGE", "").upper() == "THISANDFUTURE"
    dates = [pair for given in properties.get("RDATE", []) for pair in read_moments("RDATE", given, zones)]
    if any(isinstance(moment, datetime) != isinstance(start, datetime) for moment, _ in dates):
        raise UnusableError("its RDATE and its DTSTART mix dates and date-times")
    title = properties["SUMMARY"][0].text() if "SUMMARY" in properties else ""
    event = CalendarEvent(
        uid=_uid(properties),
        recurrence_id="" if named is None else recurrence_id_of(named),
        when=span(start, length),
        show_as=attendance.show_as(properties),
        response=attendance.response(properties, context.email),
        kind=attendance.kind(properties, title, context.email),
        cancelled=attendance.word(properties, "STATUS") == "CANCELLED",
        people=attendance.people(properties),
        sequence=_sequence(properties),
        updated=_stamp("LAST-MODIFIED", properties, zones) or _stamp("DTSTAMP", properties, zones),
        title=title if context.keep_titles else None,
        source=source,
        organiser=attendance.organiser(properties, context.email),
        outsiders=attendance.outsiders(properties, context.email),
    )
    return Entry(
        component=component,
        start=start,
        length=length,
        rules=tuple(Rule.parse(given.value) for given in properties.get("RRULE", [])),
        dates=tuple(dates),
        exceptions=tuple(
            moment for given in properties.get("EXDATE", []) for moment, _ in read_moments("EXDATE", given, zones)
        ),
        named=named,
        onward=onward,
        event=event,
    )


def _length(start: Moment, properties: Properties, zones: Zones) -> Length:
    """Return the length by DTEND, else by DURATION, else a day for a date and nothing for a date-time.

    A DTEND on the day of an all-day DTSTART is common and means one day.
    """
    if "DTEND" in properties:
        length = between(start, read_moment("DTEND", properties["DTEND"][0], zones), "DTEND")
    elif "DURATION" in properties:
        length = read_duration("DURATION", properties["DURATION"][0].value)
    else:
        length = Length(timedelta(0))
    if isinstance(start, datetime):
        return length
    if length.total() % timedelta(days=1):
        raise UnusableError("it is an all-day entry with a DURATION of hours")
    return Length(length.total()) if length.total() else _ONE_DAY


def _uid(properties: Properties) -> str:
    """Return the UID, or for an entry without one a name made of what it says, the same at every reading."""
    if "UID" in properties and (uid := properties["UID"][0].text()):
        return uid
    said = sorted(
        f"{name} {sorted(one.parameters.items())} {one.value}"
        for name, given in properties.items()
        if name not in _VOLATILE
        for one in given
    )
    digest = hashlib.sha256("\n".join(said).encode(errors="replace")).hexdigest()
    return f"deepday-{digest[:32]}"


def _sequence(properties: Properties) -> int:
    value = attendance.word(properties, "SEQUENCE")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def _stamp(name: str, properties: Properties, zones: Zones) -> int:
    """Return the UTC second of a stamp, 0 when it is missing or unreadable: nothing but the age depends on it."""
    given: Property | None = next(iter(properties.get(name, [])), None)
    try:
        moment: date | None = read_moment(name, given, zones) if given else None
    except UnusableError:
        return 0
    return max(0, instant(moment)) if isinstance(moment, datetime) else 0
