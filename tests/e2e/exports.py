"""Exported files as a person would have them: a small calendar, a small Slack export."""

import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ME, MY_ID = "me@example.com", "U0ME"
BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = date(2026, 3, 10)


def vevent(start: str, end: str, *, day: date = TUESDAY, uid: str = "", lines: Sequence[str] = ()) -> str:
    """A timed event in Berlin, ``HH:MM`` to ``HH:MM``; three people unless ``lines`` bring attendees."""
    stamp = day.strftime("%Y%m%d")
    rows = [
        "BEGIN:VEVENT",
        f"UID:{uid or f'{start}-{end}-{stamp}'}",
        "DTSTAMP:20260301T000000Z",
        f"DTSTART;TZID=Europe/Berlin:{stamp}T{start.replace(':', '')}00",
        f"DTEND;TZID=Europe/Berlin:{stamp}T{end.replace(':', '')}00",
        *lines,
    ]
    if not any(line.startswith("ATTENDEE") for line in lines):
        rows += [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{name}@example.com" for name in ("me", "ada", "bob")]
    return "\r\n".join([*rows, "END:VEVENT"])


def write_calendar(path: Path, events: Iterable[str] = ()) -> Path:
    """Write a VCALENDAR of those events."""
    body = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", *events, "END:VCALENDAR", ""]
    path.write_text("\r\n".join(body), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Said:
    """One message: ``when`` is a local ``HH:MM[:SS]``, ``where`` the id of a direct conversation."""

    when: str
    outgoing: bool
    where: str = "D1"
    day: date = TUESDAY
    fold: int = 0
    text: str = "canary text"

    def record(self, number: int) -> dict[str, str]:
        parts = [int(part) for part in self.when.split(":")]
        hour, minute, second = (*parts, 0)[:3]
        wall = datetime(
            self.day.year, self.day.month, self.day.day, hour, minute, second, tzinfo=BERLIN, fold=self.fold
        )
        user = MY_ID if self.outgoing else f"U{self.where}"
        ts = f"{int(wall.astimezone(UTC).timestamp())}.{number:06}"
        return {"type": "message", "user": user, "ts": ts, "text": self.text}


def said(line: str, day: date = TUESDAY) -> list[Said]:
    """Read ``"10:00 in, 10:03 out, 10:05 in D2"``."""
    rows = [part.split() for part in line.split(",") if part.strip()]
    return [Said(row[0], row[1] == "out", row[2] if len(row) > 2 else "D1", day) for row in rows]


def write_export(path: Path, messages: Iterable[Said] = (), *, broken: Iterable[date] = ()) -> Path:
    """Write a full export as a ZIP; the day files of ``broken`` dates are cut off in the middle."""
    messages = list(messages)
    rooms = sorted({message.where for message in messages} | {"D1"})
    users = [{"id": MY_ID, "name": "me", "profile": {"email": ME}}]
    users += [{"id": f"U{room}", "name": room, "profile": {"email": f"{room}@example.com"}} for room in rooms]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("users.json", json.dumps(users))
        archive.writestr("channels.json", "[]")
        archive.writestr("dms.json", json.dumps([{"id": room, "members": [MY_ID, f"U{room}"]} for room in rooms]))
        for room in rooms:
            for day in sorted({message.day for message in messages if message.where == room}):
                mine = [m for m in messages if m.where == room and m.day == day]
                body = json.dumps([message.record(number) for number, message in enumerate(mine)])
                archive.writestr(f"{room}/{day}.json", body)
        for day in broken:
            archive.writestr(f"D1/{day}.json", '[{"type": "message", "user": "U0ME", "ts": "17')
    return path


def monday_of(day: date) -> date:
    """The Monday of that week."""
    return day - timedelta(days=day.weekday())
