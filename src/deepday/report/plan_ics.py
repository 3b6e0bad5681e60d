"""The plan as an iCalendar file: works without any account. Times are UTC, so no zone has to be described."""

import hashlib
from datetime import UTC, datetime

from deepday.plan.result import Plan, PlannedDay


def plan_to_ics(plan: Plan, made: datetime) -> str:
    """Return the VCALENDAR (RFC 5545). The same day of the same person has the same UID each time."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//deepday//plan//EN", "METHOD:PUBLISH"]
    several = len({day.person for day in plan.days}) > 1
    for day in plan.days:
        lines += _event(day, made, several=several)
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


def _event(day: PlannedDay, made: datetime, *, several: bool) -> list[str]:
    digest = hashlib.sha256(f"{day.person} {day.date} {day.part}".encode()).hexdigest()[:32]
    said = [f"Point person: {day.point_person}"] if day.point_person else []
    said += [f"Backup: {day.backup}"] if day.backup else []
    said += list(day.reasons)
    return [
        "BEGIN:VEVENT",
        f"UID:deepday-{digest}",
        f"DTSTAMP:{made.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{_utc(day.when.start)}",
        f"DTEND:{_utc(day.when.end)}",
        f"SUMMARY:{_escaped('Deep work' + (f': {day.person}' if several else ''))}",
        f"DESCRIPTION:{_escaped(chr(10).join(said))}",
        "TRANSP:OPAQUE",
        "STATUS:CONFIRMED" if day.accepted else "STATUS:TENTATIVE",
        "END:VEVENT",
    ]


def _utc(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """Cut a content line into pieces of at most 75 octets (RFC 5545 section 3.1)."""
    pieces, rest = [], line
    while len(rest.encode()) > 75:
        cut = 75
        while len(rest[:cut].encode()) > 75:
            cut -= 1
        pieces.append(rest[:cut])
        rest = f" {rest[cut:]}"
    return [*pieces, rest]
