"""The properties of a VEVENT that deepday looks at; descriptions, places and the rest are never read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar.parser import Contentline
from icalendar.parser.property import unescape_backslash
from icalendar.prop import vDatetime, vDDDTypes, vDuration

from deepday.connect.ics.components import UnusableError
from deepday.connect.ics.zones import Zones

Moment = date | datetime
"""A date, or a datetime that always carries its zone."""

_ONCE = {"UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"}
_WANTED = _ONCE | {
    "RRULE",
    "RDATE",
    "EXDATE",
    "EXRULE",
    "SEQUENCE",
    "STATUS",
    "TRANSP",
    "SUMMARY",
    "ORGANIZER",
    "ATTENDEE",
    "DTSTAMP",
    "LAST-MODIFIED",
    "X-MICROSOFT-CDO-BUSYSTATUS",
}
_CONTENT_LINE = re.compile(r"([\w.-]+)[ \t]*([;:])", re.ASCII)
_PLAIN = re.compile(r"([\w-]+=[\w./@+ -]+(?:;[\w-]+=[\w./@+ -]+)*):(.*)")
_DATE = re.compile(r"[0-9]{8}")
_DATE_TIME = re.compile(r"[0-9]{8}T[0-9]{6}Z?")
_NOMINAL = re.compile(r"([0-9]+)([WD])")


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its parameters (names in capitals) and its raw value."""

    parameters: Mapping[str, str]
    value: str

    def text(self) -> str:
        """Return the value of a TEXT property, unescaped."""
        return str(unescape_backslash(self.value)).strip()


Properties = Mapping[str, list[Property]]


@dataclass(frozen=True, slots=True)
class Length:
    """How long an event lasts: first ``nominal`` on the clock on the wall, then ``exact`` in elapsed time.

    DTEND in the zone of DTSTART is nominal, so that an occurrence ends at the same time of day across a clock change,
    as calendar programs show it. Days and weeks of a DURATION are nominal, its hours exact (RFC 5545 section 3.3.6).
    """

    nominal: timedelta
    exact: timedelta = timedelta(0)

    def total(self) -> timedelta:
        """Return the length when no clock change comes between."""
        return self.nominal + self.exact

    def end(self, start: datetime) -> int:
        """Return when an occurrence that starts then is over, in UTC seconds; never before its start."""
        return max(instant(start), instant(start + self.nominal) + round(self.exact.total_seconds()))


def instant(moment: datetime) -> int:
    """Return the UTC second of an aware datetime."""
    return int(moment.timestamp())


def read_properties(text: str) -> dict[str, list[Property]]:
    """Return the wanted properties of a component's unfolded text, by name in capitals.

    Raises :class:`UnusableError` for a line that is no content line, and for a property given twice that must not be.
    """
    found: dict[str, list[Property]] = {}
    for number, line in enumerate(text.split("\n")):
        match = _CONTENT_LINE.match(line)
        if match is None:
            if line.strip():
                raise UnusableError(f"its content line {number} is no iCalendar property")
            continue
        name = match[1].upper()
        if name not in _WANTED:
            continue
        if name in found and name in _ONCE:
            raise UnusableError(f"it has more than one {name}")
        found.setdefault(name, []).append(_property(name, line, match))
    return found


def _property(name: str, line: str, match: re.Match[str]) -> Property:
    if match[2] == ":":
        return Property({}, line[match.end() :])
    plain = _PLAIN.fullmatch(line, match.end())
    if plain is not None:  # nearly all lines, at a fraction of the library's time
        pairs = (pair.partition("=") for pair in plain[1].split(";"))
        return Property({key.upper(): given.strip() for key, _, given in pairs}, plain[2])
    try:
        _, parameters, value = Contentline(line).raw_parts()  # type: ignore[no-untyped-call]
    except ValueError:
        raise UnusableError(f"its {name} cannot be read") from None
    flat = {key.upper(): given if isinstance(given, str) else str(given[0]) for key, given in parameters.items()}
    return Property(flat, value)


def read_moment(name: str, given: Property, zones: Zones) -> Moment:
    """Return the DATE or DATE-TIME of a property; a floating time is taken in ``zones.floating``.

    Raises :class:`UnusableError` when it is neither, and when its zone is unknown.
    """
    return _moment(name, given.value, given.parameters, zones)


def read_moments(name: str, given: Property, zones: Zones) -> list[tuple[Moment, Length | None]]:
    """Return the values of an RDATE or EXDATE, each with its length when it is a PERIOD.

    Raises :class:`UnusableError` when one of them cannot be read.
    """
    read: list[tuple[Moment, Length | None]] = []
    for value in filter(None, (part.strip() for part in given.value.split(","))):
        begin, slash, end = value.partition("/")
        start = _moment(name, begin, given.parameters, zones)
        if not slash:
            read.append((start, None))
        elif "P" in end.upper():
            read.append((start, read_duration(name, end)))
        else:
            read.append((start, between(start, _moment(name, end, given.parameters, zones), name)))
    return read


def _moment(name: str, value: str, parameters: Mapping[str, str], zones: Zones) -> Moment:
    value = value.strip().upper()
    try:
        if _DATE.fullmatch(value) or (parameters.get("VALUE", "").upper() == "DATE" and _DATE_TIME.fullmatch(value)):
            day: Moment = vDDDTypes.from_ical(value[:8])  # type: ignore[no-untyped-call]
            return day
        if _DATE_TIME.fullmatch(value):
            tzid = parameters.get("TZID")
            zone = UTC if value.endswith("Z") else zones.find(tzid) if tzid else zones.floating
            moment: Moment = vDatetime.from_ical(value, zone)  # type: ignore[no-untyped-call]
            return moment
    except ValueError:
        pass
    raise UnusableError(f"its {name} {value[:40]!r} is no date and no date-time")


def between(start: Moment, end: Moment, name: str) -> Length:
    """Return the length from one moment to another of the same kind.

    Raises :class:`UnusableError` when they are of two kinds, or in the wrong order.
    """
    if isinstance(start, datetime) and isinstance(end, datetime):
        same = start.tzinfo is end.tzinfo
        length = Length(end - start) if same else Length(timedelta(0), timedelta(seconds=instant(end) - instant(start)))
    elif isinstance(start, datetime) or isinstance(end, datetime):
        raise UnusableError(f"its {name} mixes a date and a date-time")
    else:
        length = Length(end - start)
    if length.total() < timedelta(0):
        raise UnusableError(f"its {name} lies before its start")
    return length


def read_duration(name: str, value: str) -> Length:
    """Return the length that a DURATION gives.

    Raises :class:`UnusableError` when it cannot be read or is negative.
    """
    value = value.strip().upper()
    try:
        total: timedelta = vDuration.from_ical(value)  # type: ignore[no-untyped-call]
        days = sum(int(number) * (7 if unit == "W" else 1) for number, unit in _NOMINAL.findall(value))
        length = Length(timedelta(days=days), total - timedelta(days=days))
    except (ValueError, OverflowError):
        raise UnusableError(f"its {name} {value[:40]!r} is no duration") from None
    if total < timedelta(0):
        raise UnusableError(f"its {name} {value[:40]!r} is negative")
    return length
