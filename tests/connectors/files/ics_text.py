"""Small calendars as text, and what reading them gives, in short."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from deepday.connect import CalendarReading, ReadContext
from deepday.model import CalendarEvent, DateRange, Interval
from deepday_files import FilesConnector

BERLIN = ZoneInfo("Europe/Berlin")
ME = "me@example.org"


def second(text: str, zone: ZoneInfo = BERLIN) -> int:
    """Return the UTC second of a local time such as ``2026-03-10 09:00``."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def window(first: str = "2026-03-01", end: str = "2026-04-01") -> Interval:
    return Interval(second(first), second(end))


def context(within: Interval | None = None, *, titles: bool = False) -> ReadContext:
    return ReadContext(within or window(), BERLIN, ME, keep_titles=titles)


def event(*lines: str, uid: str = "a") -> list[str]:
    """Return a VEVENT of 2026-03-10 09:00 to 10:00 in Berlin, unless the lines say when it is."""
    when = ["DTSTART;TZID=Europe/Berlin:20260310T090000", "DTEND;TZID=Europe/Berlin:20260310T100000"]
    given = () if any(line.startswith("DTSTART") for line in lines) else when
    return ["BEGIN:VEVENT", *([f"UID:{uid}"] if uid else []), *given, *lines, "END:VEVENT"]


def calendar(*parts: list[str]) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *(line for part in parts for line in part), "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def read(folder: Path, data: bytes, within: Interval | None = None, *, titles: bool = False) -> CalendarReading:
    path = folder / "a.ics"
    path.write_bytes(data)
    return FilesConnector().calendar(str(path)).read_events(context(within, titles=titles))


def one(folder: Path, *lines: str, within: Interval | None = None, titles: bool = False) -> CalendarEvent:
    """Return the only event of a calendar with one component of these lines."""
    reading = read(folder, calendar(event(*lines)), within, titles=titles)
    assert not reading.skipped
    (found,) = reading.events
    return found


def local(reading: CalendarReading, zone: ZoneInfo = BERLIN) -> list[str]:
    """Return the starts as local text, or dates."""
    return [start(item, zone) for item in reading.events]


def start(item: CalendarEvent, zone: ZoneInfo = BERLIN) -> str:
    if isinstance(item.when, DateRange):
        return item.when.first.isoformat()
    return f"{datetime.fromtimestamp(item.when.start, zone):%Y-%m-%d %H:%M}"


def minutes(item: CalendarEvent) -> int:
    assert isinstance(item.when, Interval)
    return item.when.seconds // 60


def days(item: CalendarEvent) -> tuple[date, date]:
    assert isinstance(item.when, DateRange)
    return item.when.first, item.when.end
