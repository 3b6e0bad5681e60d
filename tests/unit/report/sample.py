"""Measurements made by hand, small enough to know every figure of, and one of five weeks to look at."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deepday.measure.parameters import Parameters
from deepday.measure.result import (
    Cause,
    Cost,
    CostInterval,
    DayLedger,
    DayMeasure,
    Figures,
    Latency,
    Measurement,
    Money,
    Span,
    State,
    Switches,
    WeekMeasure,
)
from deepday.model import ConversationKind, Interval, Skipped, intersect, merge, subtract, total

ZONE = "Europe/Berlin"
GENERATED = datetime(2026, 4, 6, 8, 30, tzinfo=UTC)
LAG = 398  # the median of the default lag
NOTICE = 0.6

Window = tuple[str, str]


def at(day: date, clock: str) -> int:
    """Return the instant at which a clock in Berlin shows ``HH:MM`` on that date."""
    hour, minute = map(int, clock.split(":"))
    extra, hour = divmod(hour, 24)
    wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(ZONE)) + timedelta(days=extra)
    return int(wall.timestamp())


def make_day(
    day: date,
    *,
    work: Sequence[Window] = (("09:00", "12:30"), ("13:30", "18:00")),
    meetings: Sequence[tuple[str, str, str]] = (),
    chats: Sequence[tuple[str, int]] = (),
    exposures: Sequence[str] = (),
    late: Sequence[Window] = (),
    calendar: bool = True,
    messages: bool = True,
    day_off: str = "",
) -> tuple[DayMeasure, DayLedger]:
    """Measure a day of simple parts: meetings with titles, answered messages with minutes, unanswered ones.

    Chats lie in free time, apart from each other and from the end of their stretch, so that nothing is clipped but
    recovery by meetings, breaks and the next chat.
    """
    windows = [] if day_off else [Interval(at(day, first), at(day, last)) for first, last in work]
    found = [(Interval(at(day, first), at(day, last)), title) for first, last, title in meetings]
    busy = intersect(windows, merge(when for when, _ in found))
    free = subtract(windows, busy)
    bursts = [Interval(at(day, clock), at(day, clock) + 60 * length) for clock, length in chats]
    handling = intersect(free, merge(bursts))
    quiet = subtract(free, handling)
    spans = [Span(item.start, item.end, State.MEETING, _meetings(item, found)) for item in busy]
    both = calendar and messages
    if not calendar:
        spans = []
    if both:
        spans += [Span(i.start, i.end, State.HANDLING, (_burst(i, "external"),)) for i in handling]
        spans += [Span(i.start, i.end, State.FOCUS if i.seconds >= 7200 else State.FRAGMENTED) for i in quiet]
        spans += _recoveries(handling, free, "external", State.INTERRUPTED)
        taken = [Interval(span.start, span.end) for span in spans if span.state is State.INTERRUPTED]
        unanswered = [Interval(at(day, clock), at(day, clock) + 60) for clock in exposures]
        for span in _recoveries(intersect(free, unanswered), free, "exposure", State.EXPOSED):
            spans += [
                replace(span, start=i.start, end=i.end) for i in subtract([Interval(span.start, span.end)], taken)
            ]
        outside = State.OFF_DAY if day_off else State.AFTER_HOURS
        for first, last in late:
            item = Interval(at(day, first), at(day, last))
            spans.append(Span(item.start, item.end, outside, (_burst(item, "self"),)))
    start = at(day, "00:00")
    ledger = DayLedger(
        day,
        start,
        at(day + timedelta(days=1), "00:00"),
        ZONE,
        tuple((window.start, window.end) for window in windows),
        calendar,
        both,
        tuple(sorted(spans, key=lambda span: (span.start, span.end, span.state))),
    )
    figures = _figures(ledger, [when for when, _ in found], len(exposures), calendar=calendar, both=both)
    iso = day.isocalendar()
    week = f"{iso.year}-W{iso.week:02}"
    return DayMeasure(day, week, bool(windows), calendar, messages, 28_800, day_off, figures, None), ledger


def _meetings(item: Interval, found: Sequence[tuple[Interval, str]]) -> tuple[Cause, ...]:
    return tuple(
        Cause("meeting, 4 people", when.start, when.end, "work.ics", f"{title}@example.com", people=4, title=title)
        for when, title in found
        if when.start < item.end and when.end > item.start
    )


def _burst(item: Interval, origin: str) -> Cause:
    what = {"external": "interruption", "exposure": "unanswered message", "self": "own chat, started by yourself"}
    kinds = ((ConversationKind.DIRECT, 2),)
    return Cause(what[origin], item.start, item.end, origin=origin, messages=2, incoming=1, conversations=kinds)


def _recoveries(bursts: Sequence[Interval], free: Sequence[Interval], origin: str, state: State) -> list[Span]:
    spans: list[Span] = []
    for number, burst in enumerate(bursts):
        stretch = next(item for item in free if item.start <= burst.start < item.end)
        following = bursts[number + 1].start if number + 1 < len(bursts) else stretch.end
        spans.append(Span(burst.start, min(burst.end + LAG, following, stretch.end), state, (_burst(burst, origin),)))
    return spans


def _figures(ledger: DayLedger, meetings: Sequence[Interval], exposures: int, *, calendar: bool, both: bool) -> Figures:
    seconds = {state: sum(span.seconds for span in ledger.spans if span.state is state) for state in State}
    work = sum(end - start for start, end in ledger.work)
    quiet = [span.seconds for span in ledger.spans if span.state in {State.FOCUS, State.FRAGMENTED}]
    windows = [Interval(*window) for window in ledger.work]
    free = [item.seconds for item in subtract(windows, merge(meetings))]
    low, extra = seconds[State.INTERRUPTED], seconds[State.EXPOSED]
    count = sum(span.state is State.INTERRUPTED for span in ledger.spans)
    traces = [span for span in ledger.spans if span.state not in {State.FOCUS, State.FRAGMENTED, State.EXPOSED}]
    outside = {State.AFTER_HOURS, State.OFF_DAY, State.MEETING, State.HANDLING}
    values: dict[str, Any] = {
        "meeting": seconds[State.MEETING],
        "double_booked": sum(item.seconds for item in meetings) - total(merge(meetings)),
        "free": sum(free),
        "calendar_focus": sum(length for length in free if length >= 7200),
        "sliver": sum(length for length in free if length < 1800),
        "low_quality_meetings": 0,
    }
    if not calendar:
        values = dict.fromkeys(values)
    chat: dict[str, Any] = {
        "focus120": seconds[State.FOCUS],
        "quiet60": sum(length for length in quiet if length >= 3600),
        "quiet15": sum(length for length in quiet if length >= 900),
        "preset_focus": seconds[State.FOCUS],
        "fragmented": seconds[State.FRAGMENTED],
        "handling": seconds[State.HANDLING],
        "interruptions": count,
        "exposures": exposures,
        "multitasking": 0,
        "switches": Switches(count, 0, 0, len(meetings)),
        "cost": Cost(low, round(low + NOTICE * extra), low + extra),
        "after_hours": seconds[State.AFTER_HOURS],
        "off_day": seconds[State.OFF_DAY],
        "break_work": 0,
        "evidenced": sum(seconds[state] for state in outside),
        "span": max(span.end for span in traces) - min(span.start for span in traces) if traces else 0,
    }
    if not both:
        chat = dict.fromkeys(chat)
    return Figures(work=work, **values, **chat)


def make_week(days: Sequence[DayMeasure], *, latency: Latency | None, rate: float | None = None) -> WeekMeasure:
    """Add up days of one week. The range of the cost is made up, in the proportions of the default lag."""
    counting = [day for day in days if day.observed]
    eligible = [day for day in counting if day.eligible]
    cost = sum(day.figures.cost.central for day in counting if day.figures.cost)
    interval = CostInterval(round(0.62 * cost), cost, round(1.5 * cost)) if counting else None
    joint = CostInterval(round(0.55 * cost), cost, round(1.6 * cost)) if counting else None
    mean = round(cost / len(eligible)) if eligible else None
    money = Money(rate * 2, rate * 3, rate * 5, rate, "EUR") if rate and joint else None
    return WeekMeasure(
        week=days[0].week,
        first=days[0].date,
        last=days[-1].date,
        observed_days=len(eligible),
        eligible_days=sum(day.eligible for day in days),
        figures=_sums([day.figures for day in counting or days]),
        cost_interval=interval,
        joint_interval=joint,
        five_day_equivalent=5 * mean if mean is not None and len(eligible) >= 3 else None,
        mean_eligible_day=mean,
        latency=latency,
        money=money,
        short_rests=0,
    )


def _sums(days: Sequence[Figures]) -> Figures:
    def add(name: str) -> Any:
        values = [value for value in (getattr(day, name) for day in days) if value is not None]
        if not values or isinstance(values[0], int):
            return sum(values) if values else None
        kind = type(values[0])
        return kind(*(sum(getattr(value, part.name) for value in values) for part in fields(kind)))

    return Figures(**{part.name: add(part.name) for part in fields(Figures)})


def make(
    days: Sequence[tuple[DayMeasure, DayLedger]],
    *,
    rate: float | None = None,
    latency: Latency | None = None,
    skipped: Sequence[Skipped] = (),
    notes: Sequence[str] = (),
) -> Measurement:
    """Put days, in order and without gaps, into a measurement."""
    names = list(dict.fromkeys(day.week for day, _ in days))
    weeks = [make_week([day for day, _ in days if day.week == name], latency=latency, rate=rate) for name in names]
    return Measurement(
        zone=ZONE,
        hours="Mon-Fri 09:00-12:30,13:30-18:00",
        parameters=Parameters(hourly_rate=rate),
        skipped=tuple(skipped),
        days=tuple(day for day, _ in days),
        weeks=tuple(weeks),
        ledgers=tuple(ledger for _, ledger in days),
        notes=tuple(notes),
    )


def one_day() -> Measurement:
    """One Tuesday: two overlapping meetings, two interruptions, one exposure, one message in the evening."""
    return make([tuesday()])


def tuesday(**changes: Any) -> tuple[DayMeasure, DayLedger]:
    """Return the parts of :func:`one_day`."""
    parts: dict[str, Any] = {
        "meetings": [("10:00", "11:00", "Planning"), ("10:30", "11:30", "Model review"), ("11:40", "12:00", "Sync")],
        "chats": [("09:20", 3), ("16:00", 4)],
        "exposures": ["14:00"],
        "late": [("20:15", "20:31")],
    }
    return make_day(date(2026, 3, 10), **{**parts, **changes})


def five_weeks(*, rate: float | None = None, messages: bool = True) -> Measurement:
    """Five weeks from 2 March 2026: two days without chat data, a holiday, a Saturday at work, a late evening.

    Without ``messages`` no day has chat data.
    """
    first = date(2026, 3, 2)
    days = [_workday(first + timedelta(days=number), number, messages=messages) for number in range(35)]
    skipped = [
        Skipped("work.ics", f"UID {number}@example.com", "The recurrence rule has no end and no start.")
        for number in range(7)
    ]
    notes = ("Thirteen meetings have no list of guests; they count as meetings.",)
    return make(days, rate=rate, latency=Latency(61, 7, 640, 0.84, 3600), skipped=skipped, notes=notes)


def _workday(day: date, number: int, *, messages: bool) -> tuple[DayMeasure, DayLedger]:
    if day == date(2026, 4, 3):
        return make_day(day, day_off="Good Friday", late=[("10:10", "10:25")], messages=messages)
    if day.weekday() >= 5:
        late = [("11:05", "11:50")] if day == date(2026, 3, 14) else []
        moment, ledger = make_day(day, day_off="weekend", late=late, messages=messages)
        return replace(moment, day_off="", scheduled=0), ledger
    meetings = [("09:30", "09:45", "Stand-up")]
    meetings += [[("11:00", "12:00", "Planning")], [("14:00", "15:30", "Design review"), ("15:00", "16:00", "1:1")]][
        number % 2
    ]
    if day.weekday() == 3:
        meetings += [("16:30", "17:30", "Retrospective")]
    clocks = ["09:50", "10:20", "10:41", "12:10", "13:40", "13:55", "16:05", "16:12", "16:20", "17:45"]
    chats = [(clock, 2 + (place + number) % 4) for place, clock in enumerate(clocks) if (place * 7 + number) % 5 < 2]
    exposures = [clock for place, clock in enumerate(["09:10", "10:33", "13:50", "17:50"]) if (place + number) % 3]
    late = [("20:40", "21:20")] if day == date(2026, 3, 31) else []
    chat = messages and day not in {date(2026, 3, 18), date(2026, 3, 19)}
    return make_day(day, meetings=meetings, chats=chats, exposures=exposures, late=late, messages=chat)
