"""VTIMEZONE components as calendar programs write them: two rules for a year, not a list of dates."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

_Part = TimezoneStandard | TimezoneDaylight


@dataclass(frozen=True, slots=True)
class _Rules:
    """Offsets from UTC in minutes, names, and where a zone has summer time the RRULEs and local hours of its ends.

    An onset is written in the local time that holds until then (RFC 5545 section 3.6.5).
    """

    standard: int
    names: tuple[str, str]
    spring: tuple[str, int] | None = None
    autumn: tuple[str, int] | None = None


_EUROPE_SPRING = "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"
_EUROPE_AUTUMN = "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"
_US_SPRING = "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"
_US_AUTUMN = "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"
_RULES: Final = {
    "Europe/Berlin": _Rules(60, ("CET", "CEST"), (_EUROPE_SPRING, 2), (_EUROPE_AUTUMN, 3)),
    "Europe/London": _Rules(0, ("GMT", "BST"), (_EUROPE_SPRING, 1), (_EUROPE_AUTUMN, 2)),
    "America/New_York": _Rules(-300, ("EST", "EDT"), (_US_SPRING, 2), (_US_AUTUMN, 2)),
    "Asia/Kolkata": _Rules(330, ("IST", "IST")),
}
WINDOWS_NAMES: Final = {"Europe/Berlin": "W. Europe Standard Time", "America/New_York": "Eastern Standard Time"}

# Where the yearly rules begin: Google writes the first onset of 1970, Windows the day on which its calendar starts.
_WINDOWS_ONSET: Final = date(1601, 1, 1)
_GOOGLE_ONSETS: Final = {
    _EUROPE_SPRING: date(1970, 3, 29),
    _EUROPE_AUTUMN: date(1970, 10, 25),
    _US_SPRING: date(1970, 3, 8),
    _US_AUTUMN: date(1970, 11, 1),
}


def google_zone(name: str) -> Timezone:
    """Return the VTIMEZONE of an IANA zone with ``X-LIC-LOCATION``, as Google writes it."""
    zone = Timezone()
    zone.add("TZID", name)
    zone.add("X-LIC-LOCATION", name)
    _add_rules(zone, _RULES[name], windows=False)
    return zone


def windows_zone(name: str) -> Timezone:
    """Return the VTIMEZONE of an IANA zone under its Windows name, as Outlook writes it."""
    zone = Timezone()
    zone.add("TZID", WINDOWS_NAMES[name])
    _add_rules(zone, _RULES[name], windows=True)
    return zone


def _add_rules(zone: Timezone, rules: _Rules, *, windows: bool) -> None:
    standard = timedelta(minutes=rules.standard)
    if rules.spring is None or rules.autumn is None:
        only = TimezoneStandard()
        _fill(only, datetime.combine(date(1970, 1, 1), time()), standard, standard, rules.names[0])
        zone.add_component(only)
        return
    summer = standard + timedelta(hours=1)
    changes: tuple[tuple[_Part, tuple[str, int], timedelta, timedelta, str], ...] = (
        (TimezoneDaylight(), rules.spring, standard, summer, rules.names[1]),
        (TimezoneStandard(), rules.autumn, summer, standard, rules.names[0]),
    )
    for part, (rule, hour), before, after, name in changes:
        onset = datetime.combine(_WINDOWS_ONSET if windows else _GOOGLE_ONSETS[rule], time(hour))
        _fill(part, onset, before, after, "" if windows else name)
        part.add("RRULE", vRecur.from_ical(rule))
        zone.add_component(part)


def _fill(part: _Part, onset: datetime, before: timedelta, after: timedelta, name: str) -> None:
    part.add("TZOFFSETFROM", before)
    part.add("TZOFFSETTO", after)
    if name:
        part.add("TZNAME", name)
    part.add("DTSTART", onset)
