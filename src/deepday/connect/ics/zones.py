"""What a TZID means: IANA name, Windows name, or the file's own VTIMEZONE, in this order."""

import re
from collections.abc import Sequence
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from deepday.connect.ics.components import Component, UnusableError

_UTC_NAMES = {"utc", "gmt", "z", "etc/utc", "tzone://microsoft/utc"}
_TZID = re.compile(r"\nTZID(?:;[^\n]*?)?:([^\n]*)", re.IGNORECASE)
_RULE = re.compile(r"\nRRULE[;:]([^\n]*)", re.IGNORECASE)
_MOST_OBSERVANCES = 300  # the longest real definitions list every change since 1880


class Zones:
    """The time zones of one file.

    An IANA or Windows name means the zone of that name, whatever a VTIMEZONE of the same TZID says: the definitions
    that programs write along are often wrong or cut short, and the database knows later changes of law. A VTIMEZONE
    counts for every other TZID. ``floating`` is the zone for times without one.
    """

    def __init__(self, definitions: Sequence[Component], floating: tzinfo) -> None:
        self.floating = floating
        self._definitions: dict[str, Component] = {}
        for component in definitions:
            match = _TZID.search(component.text)
            if match is not None:
                self._definitions.setdefault(_clean(match[1]), component)
        self._found: dict[str, tzinfo | None] = {}

    def find(self, tzid: str) -> tzinfo:
        """Return the zone that the TZID names.

        Raises :class:`UnusableError` when it is unknown here; a time zone is not guessed.
        """
        name = _clean(tzid)
        if name not in self._found:
            definition = self._definitions.get(name)
            self._found[name] = named(name) or (_define(definition) if definition else None) or _global(name)
        zone = self._found[name]
        if zone is None:
            what = "has a definition that cannot be used" if name in self._definitions else "is unknown"
            raise UnusableError(f"its time zone {name[:60]!r} {what}")
        return zone


def named(name: str) -> tzinfo | None:
    """Return the zone of that IANA or Windows name, None when there is none."""
    if name.casefold() in _UTC_NAMES:
        return UTC
    try:
        return ZoneInfo(WINDOWS_TO_OLSON.get(name, name))
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of the database
        return None


def _clean(tzid: str) -> str:
    return tzid.strip().strip('"').strip()


def _global(name: str) -> tzinfo | None:
    """Return the zone of a globally unique TZID that ends with an IANA name, ``/example.org/Europe/Berlin``."""
    parts = name.split("/")
    if parts[0] or len(parts) > 8:
        return None
    return next((zone for start in range(2, len(parts)) if (zone := named("/".join(parts[start:])))), None)


def _define(component: Component) -> tzinfo | None:
    """Return the zone that a VTIMEZONE defines, None when it cannot be used.

    Rules other than plain yearly ones are refused: a lookup walks through every change since the first one.
    """
    rules = [rule.upper() for rule in _RULE.findall(component.text)]
    costly = any("FREQ=YEARLY" not in rule or re.search("BY(HOUR|MINUTE|SECOND)", rule) for rule in rules)
    if component.fault or costly or component.text.upper().count("\nBEGIN:") > _MOST_OBSERVANCES:
        return None
    try:
        definition = Timezone.from_ical(component.text + "\nEND:VTIMEZONE\n")
        return definition.to_tz(lookup_tzid=False) if isinstance(definition, Timezone) else None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        return None
