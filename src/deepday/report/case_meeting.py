"""A meeting that was found, in words and as JSON."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from deepday.model import Interval
from deepday.report.case_language import Language


def slot_words(slot: Interval, zone: ZoneInfo, tongue: Language) -> str:
    """Write a slot in local time."""
    start, end = (datetime.fromtimestamp(at, zone) for at in (slot.start, slot.end))
    times = tongue.between(f"{start:%H:%M}", f"{end:%H:%M}")
    return f"{tongue.weekday(start.date())} {tongue.day(start.date())}, {times} ({zone.key})"


def meeting_to_json(
    slots: Sequence[Interval], chosen: Interval, zone: ZoneInfo, title: str, agenda: str
) -> dict[str, object]:
    """Return a meeting: schema ``deepday.case-meeting/1``."""

    def plain(slot: Interval) -> dict[str, str]:
        return {
            "start": datetime.fromtimestamp(slot.start, zone).isoformat(),
            "end": datetime.fromtimestamp(slot.end, zone).isoformat(),
        }

    return {
        "schema": "deepday.case-meeting/1",
        "title": title,
        **plain(chosen),
        "zone": zone.key,
        "slots": [plain(slot) for slot in slots],
        "agenda": agenda,
    }
