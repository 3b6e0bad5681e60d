"""Builders for measuring one person in tests: local times in, a measurement out."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from deepday.measure.measuring import Observations, measure
from deepday.measure.parameters import Parameters, ResumptionLag
from deepday.measure.result import DayMeasure, Measurement
from deepday.model import (
    ActivityStream,
    CalendarEvent,
    Conversation,
    ConversationKind,
    Interval,
    Message,
    Person,
    WeeklyHours,
)

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = date(2026, 3, 10)
FIXED_TEN = Parameters(lag=ResumptionLag.parse("10"))
ALWAYS = (Interval(0, 1 << 40),)


def at(text: str, day: date = TUESDAY, zone: ZoneInfo = BERLIN, *, fold: int = 0) -> int:
    """UTC second of a local ``HH:MM`` or ``HH:MM:SS``."""
    parts = [int(part) for part in text.split(":")]
    hour, minute, second = (*parts, 0)[:3]
    wall = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone, fold=fold)
    return int(wall.astimezone(UTC).timestamp())


def message(text: str, direction: str, conversation: str = "D1", **where: Any) -> Message:
    """One message: ``direction`` is "in" or "out"."""
    return Message(
        at(text, **where) * 1_000_000, direction == "out", False, Conversation(conversation, ConversationKind.DIRECT)
    )


def chat(line: str, day: date = TUESDAY) -> list[Message]:
    """Read ``"10:00 in, 10:03 out, 10:05 in D2"``."""
    return [message(word[0], word[1], *word[2:], day=day) for word in (part.split() for part in line.split(","))]


def meeting(start: str, end: str, day: date = TUESDAY, **fields: Any) -> CalendarEvent:
    """A counted meeting of three people unless ``fields`` say otherwise."""
    fields = {"people": 3, "uid": f"{start}-{end}-{day}", "recurrence_id": "", **fields}
    return CalendarEvent(when=Interval(at(start, day), at(end, day)), **fields)


def person(hours: str = "Mon-Fri 09:00-17:00", **fields: Any) -> Person:
    """Somebody in Berlin."""
    return Person(email="me@example.com", zone=BERLIN, hours=WeeklyHours.parse(hours), **fields)


def measured(
    events: Iterable[CalendarEvent] = (),
    messages: Iterable[Message] = (),
    *,
    first: date = TUESDAY,
    last: date | None = None,
    who: Person | None = None,
    parameters: Parameters = FIXED_TEN,
    calendar: tuple[Interval, ...] = ALWAYS,
    chats: tuple[Interval, ...] = ALWAYS,
) -> Measurement:
    """Measure a period, one day unless ``last`` is given."""
    seen = Observations(tuple(events), ActivityStream.of(messages), calendar, chats)
    return measure(who or person(), first, last or first, seen, parameters)


def one_day(*args: Any, **kwargs: Any) -> DayMeasure:
    """Measure one day and return it."""
    return measured(*args, **kwargs).days[0]


def minutes(day: DayMeasure, *names: str) -> list[float]:
    """Return figures of a day in minutes; ``cost`` is the low cost."""
    values: list[float] = []
    for name in names:
        figures = day.figures.cost if name == "cost" else day.figures
        value = getattr(figures, "low" if name == "cost" else name)
        assert value is not None, name
        values.append(value / 60)
    return values
