"""Series: which occurrences there are, what they are called, and when they are."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from re import fullmatch, sub
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from deepday.model import DateRange
from deepday_sandbox.office import Entry, Timed

Original = datetime | date
_LARGEST: Final = {"INTERVAL": 10_000, "COUNT": 10_000, "BYMONTH": 12, "BYMONTHDAY": 31, "BYWEEKNO": 53}
LONGEST: Final = 730  # occurrences that are expanded of a series without end, where the caller gives no end either


def instant(wall: datetime, zone: str) -> int:
    """Return the UTC seconds of a wall time."""
    return int(wall.replace(tzinfo=ZoneInfo(zone)).timestamp())


def span(when: Timed | DateRange, zone: str) -> tuple[int, int]:
    """Return start and end in UTC seconds; ``zone`` is the calendar's, in which all-day entries live."""
    if isinstance(when, Timed):
        return instant(when.start, when.zone), instant(when.end, when.zone)
    return instant(datetime.combine(when.first, time()), zone), instant(datetime.combine(when.end, time()), zone)


def instance_id(master: Entry, original: Original) -> str:
    """Return the id of an occurrence: the master's id with the original start in UTC, or the date."""
    if isinstance(original, datetime) and isinstance(master.when, Timed):
        start = original.replace(tzinfo=ZoneInfo(master.when.zone)).astimezone(UTC)
        return f"{master.id}_{start:%Y%m%dT%H%M%SZ}"
    return f"{master.id}_{original:%Y%m%d}"


def split_id(event_id: str) -> tuple[str, str]:
    """Return master's id and stamp of an instance's id, two empty texts for anything else."""
    match = fullmatch(r"(.+)_(\d{8}(?:T\d{6}Z)?)", event_id)
    return (match[1], match[2]) if match else ("", "")


def original_of(master: Entry, stamp: str) -> Original | None:
    """Return the original start that a stamp names, ``None`` where the series has no such occurrence."""
    try:
        found: Original
        if isinstance(master.when, Timed):
            moment = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            found = moment.astimezone(ZoneInfo(master.when.zone)).replace(tzinfo=None)
        else:
            found = datetime.strptime(stamp, "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None
    at = found if isinstance(found, datetime) else datetime.combine(found, time())
    return found if at in rules(master.recurrence, master.when) else None


def instance(master: Entry, original: Original) -> Entry:
    """Return an occurrence as an entry of its own, as it is while nobody has changed it."""
    when: Timed | DateRange
    if isinstance(master.when, Timed) and isinstance(original, datetime):
        when = Timed(original, original + (master.when.end - master.when.start), master.when.zone)
    elif isinstance(master.when, DateRange) and not isinstance(original, datetime):
        when = DateRange(original, original + (master.when.end - master.when.first))
    else:
        raise TypeError("an occurrence is timed where its series is")
    return replace(
        master, id=instance_id(master, original), when=when, recurrence=(), series=master.id, original=original
    )


def occurrences(master: Entry, zone: str, low: int | None, high: int | None) -> Iterator[Original]:
    """Yield original starts of the occurrences that touch the window of UTC seconds, in order.

    Without an upper end there are at most :data:`LONGEST`.
    """
    found = 0
    for start in rules(master.recurrence, master.when):
        original = start if isinstance(master.when, Timed) else start.date()
        begins, ends = span(instance(master, original).when, zone)
        if high is not None and begins >= high:
            return
        if low is None or ends > low:
            yield original
            found += 1
        if high is None and found >= LONGEST:
            return


def rules(lines: Iterable[str], when: Timed | DateRange) -> rruleset:
    """Return the original starts of a series as naive wall times. Raises :class:`ValueError` for unreadable lines."""
    zone = when.zone if isinstance(when, Timed) else "UTC"
    first = when.start if isinstance(when, Timed) else datetime.combine(when.first, time())
    first = first.replace(fold=0)
    found = rruleset(cache=False)
    found.rdate(first)  # RFC 5545: the start counts, whether the rule names it or not
    for line in lines:
        head, colon, value = line.partition(":")
        name = head.partition(";")[0].upper()
        if not colon or name not in {"RRULE", "RDATE", "EXDATE"}:
            raise ValueError(f"not a recurrence line: {line}")
        if name == "RRULE":
            found.rrule(_rule(value, first, zone))
            continue
        own = sub(r'.*TZID="?([^;"]+).*', r"\1", head) if "TZID=" in head else zone
        for text in value.split(","):
            moment = _moment(text, own, zone)
            if "VALUE=DATE" in head and "DATE-TIME" not in head and isinstance(when, Timed):
                raise ValueError(f"a date for a timed series: {line}")
            found.rdate(moment) if name == "RDATE" else found.exdate(moment)
    return found


def _rule(value: str, first: datetime, zone: str) -> rrule:
    parts = dict(part.split("=", 1) for part in value.upper().split(";") if part)
    if "UNTIL" in parts and "COUNT" in parts:
        raise ValueError("UNTIL and COUNT exclude each other")
    for name, largest in _LARGEST.items():  # the library takes any number, and then looks for its day for ever
        if any(not 1 <= abs(int(text)) <= largest for text in parts.get(name, "1").split(",")):
            raise ValueError(f"{name} out of range")
    if until := parts.get("UNTIL"):
        end = _moment(until, zone, zone)
        if len(until) == 8 and first.time() != time():
            end += timedelta(days=1, seconds=-1)  # the whole last day belongs to a timed series
        parts["UNTIL"] = f"{end:%Y%m%dT%H%M%S}"
    rule = rrulestr(";".join(f"{key}={text}" for key, text in parts.items()), dtstart=first)
    if not isinstance(rule, rrule):
        raise TypeError("one rule a line")
    return rule


def _moment(text: str, own: str, zone: str) -> datetime:
    """Read a date or time of an RFC 5545 line as a wall time of the series' zone."""
    if len(text) == 8:
        return datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007 - a wall time
    utc = text.endswith("Z")
    wall = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - same
    aware = wall.replace(tzinfo=UTC if utc else ZoneInfo(own))
    return aware.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
