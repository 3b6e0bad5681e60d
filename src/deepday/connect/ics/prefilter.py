"""Drops, before anything is parsed, the events that cannot touch the window; whatever is in doubt stays."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from deepday.connect.ics.components import Component
from deepday.model import Interval

_MARGIN = 2  # days: a zone is at most 14 hours from UTC, a day at most 25 hours long
_EVER = 10**9
_EPOCH = date(1970, 1, 1).toordinal()
_LINE = re.compile(r"\n(UID|DTSTART|DTEND|DURATION|RRULE|RDATE|EXRULE|RECURRENCE-ID)([;:][^\n]*)", re.IGNORECASE)
_DAY = re.compile(r"[^\n]*:([0-9]{8})(?:T[0-9]{6}Z?)?[ \t]*")
_UNTIL = re.compile(r"UNTIL=([0-9]{8})(?![0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Reach:
    """The days (proleptic Gregorian ordinals, zone unknown) between which a component matters, both included.

    ``named`` is the day of its RECURRENCE-ID, at which the series has an instance that this component replaces.
    """

    first: int
    last: int
    length: int
    named: int | None


def touching(events: Sequence[Component], window: Interval) -> list[Component]:
    """Return the components without those that cannot touch the window (UTC seconds), in the same order.

    Components of one UID stay or go together, because they override each other. Unreadable ones stay, so that they
    are reported, unless everything that places them in time can be read and lies outside.
    """
    first = window.start // 86_400 + _EPOCH - _MARGIN
    last = window.end // 86_400 + _EPOCH + _MARGIN
    groups: dict[str, list[tuple[int, _Reach | None]]] = defaultdict(list)
    for number, event in enumerate(events):
        uid, reach = _read(event)
        groups[uid or f"\n{number}"].append((number, reach))
    kept = [
        number
        for group in groups.values()
        if any(reach is None for _, reach in group) or _may_touch([reach for _, reach in group if reach], first, last)
        for number, _ in group
    ]
    return [events[number] for number in sorted(kept)]


def _may_touch(group: Sequence[_Reach], first: int, last: int) -> bool:
    longest = max(reach.length for reach in group)
    return any(
        (reach.first <= last and reach.last >= first)
        or (reach.named is not None and reach.named <= last and reach.named + longest >= first)
        for reach in group
    )


def _read(event: Component) -> tuple[str, _Reach | None]:
    """Return the UID as far as it tells groups apart, and the reach, None when in doubt."""
    found: dict[str, str] = {}
    twice = False
    for match in _LINE.finditer(event.text):
        name = match[1].upper()
        twice = twice or name in found
        found[name] = match[2]
    uid = found.get("UID", "").partition(":")[2].replace("\\", "").strip()
    if event.fault or twice or not found.keys().isdisjoint({"DURATION", "RDATE", "EXRULE"}):
        return uid, None
    start, end = _day(found.get("DTSTART")), _day(found.get("DTEND", found.get("DTSTART")))
    if start is None or end is None or end < start:
        return uid, None
    named = None
    if "RECURRENCE-ID" in found:
        named = _day(found["RECURRENCE-ID"])
        if named is None or "RANGE" in found["RECURRENCE-ID"].upper():
            return uid, None
    last = end
    if "RRULE" in found:
        until = _UNTIL.search(found["RRULE"])
        until_day = _ordinal(until[1]) if until else _EVER
        if until_day is None or until_day < start:
            return uid, None
        last = until_day + end - start
    return uid, _Reach(start, last, end - start, named)


def _day(rest: str | None) -> int | None:
    match = _DAY.fullmatch(rest) if rest else None
    return _ordinal(match[1]) if match else None


def _ordinal(digits: str) -> int | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).toordinal()
    except ValueError:
        return None
