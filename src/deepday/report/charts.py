"""What the page's two charts draw, as numbers: places along the width in per cent, heights in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from deepday.measure.result import DayMeasure, Measurement, Span, State, WeekMeasure
from deepday.report.explain import STATE_NAMES
from deepday.report.tables import cost_range, is_partial, is_shown, remark
from deepday.report.wall import HOUR, WallDay, hours_shown, wall_day
from deepday.report.words import DASH, clock, counted, day_name, duration, week_name

PANEL_HEIGHT = 120
MOST_LABELLED = 8
"""With more weeks than this the numbers above the bars would touch."""

_GUTTER = 7  # per cent of the width, for the scale's numbers

_CLASSES = {
    State.MEETING: "meeting",
    State.HANDLING: "chat",
    State.FOCUS: "quiet",
    State.FRAGMENTED: "fragmented",
    State.INTERRUPTED: "recovery",
    State.EXPOSED: "exposed",
    State.AFTER_HOURS: "outside",
    State.OFF_DAY: "outside",
    State.BREAK_WORK: "outside",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar of a day's row: ``x`` and ``width`` in per cent, its class in the style sheet, a label and a tip."""

    x: float
    width: float
    css: str
    label: str
    tip: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of the timeline: the bars of the day itself, those that lie over it, and the same in words."""

    name: str
    remark: str
    bars: tuple[Mark, ...]
    overlays: tuple[Mark, ...]
    meetings: str
    interruptions: str
    exposures: str
    quiet: str
    outside: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """One week, a row for each day, between the local hours of the axis (``hours``: place in per cent, text)."""

    name: str
    description: str
    hours: tuple[tuple[float, str], ...]
    rows: tuple[DayRow, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a panel: ``x`` its middle in per cent, ``top`` and ``height`` in pixels, ``tick`` the median's."""

    x: float
    top: float
    height: float
    tick: float | None
    css: str
    label: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars for each week over a scale in hours (``grid``: pixels from above, text); ``weeks`` stand below them.

    ``half`` is half the width of a bar in pixels.
    """

    title: str
    description: str
    bars: tuple[Bar, ...]
    grid: tuple[tuple[float, str], ...]
    weeks: tuple[tuple[float, str, str], ...]
    half: float


def timeline_of(measurement: Measurement, week: WeekMeasure) -> Timeline | None:
    """Return the timeline of one week, ``None`` when no ledger holds anything of it."""
    ledgers = {ledger.date: ledger for ledger in measurement.ledgers}
    days = [day for day in measurement.days if day.week == week.week and is_shown(day) and day.date in ledgers]
    if not any(ledgers[day.date].spans for day in days):
        return None
    walls = [wall_day(ledgers[day.date]) for day in days]
    first, last = hours_shown(walls)
    every = 1 if last - first <= 12 else 2
    rows = tuple(_day_row(day, wall, first, last) for day, wall in zip(days, walls, strict=True))
    seen = "; ".join(f"{row.name}: {row.remark or f'quiet blocks {row.quiet}'}" for row in rows)
    return Timeline(
        name=week_name(week.week),
        description=f"One row for each day, local time from {first}:00 to {last}:00. {seen}.",
        hours=tuple((_place(hour * HOUR, first, last), f"{hour:02}") for hour in range(first, last, every)),
        rows=rows,
    )


def trend_of(weeks: Sequence[WeekMeasure]) -> tuple[Panel, ...]:
    """Return the panels of cost, and of meetings beside quiet time; empty with fewer than two weeks to compare."""
    known = [week for week in weeks if week.observed_days and cost_range(week)]
    if len(known) < 2:
        return ()
    return _cost_panel(weeks), _time_panel(weeks)


def _place(seconds: int, first: int, last: int) -> float:
    return round(100 * (seconds / HOUR - first) / (last - first), 3)


def _day_row(day: DayMeasure, wall: WallDay, first: int, last: int) -> DayRow:
    def mark(start: int, end: int, css: str, tip: str, label: str = "") -> Mark:
        left, right = _place(start, first, last), _place(end, first, last)
        return Mark(left, round(right - left, 3), css, label, f"{_from_to(start, end)} {tip}")

    bars = [mark(start, end, "break", "break") for start, end in wall.breaks]
    bars += [mark(start, end, "unknown", remark(day) or "not observed") for start, end in wall.unknown]
    overlays: list[Mark] = []
    for start, end, span in wall.spans:
        label = clock(span.seconds) if span.state is State.FOCUS else ""
        made = mark(start, end, _CLASSES[span.state], _tip(span), label)
        if span.state not in {State.INTERRUPTED, State.EXPOSED}:
            bars.append(made)
            continue
        if span.seconds:
            overlays.append(made)
        for cause in span.causes if span.state is State.INTERRUPTED else ():
            burst = wall.place(max(cause.start, span.start), min(cause.end, span.end))
            overlays.append(mark(*burst, "interruption", "interruption"))

    def times(*states: State) -> str:
        return ", ".join(_from_to(a, b) for a, b, span in wall.spans if span.state in states) or "none"

    gap = bool(wall.unknown)
    return DayRow(
        name=day_name(day.date),
        remark=remark(day),
        bars=tuple(bars),
        overlays=tuple(overlays),
        meetings="not observed" if gap and not day.calendar_observed else times(State.MEETING),
        interruptions="not observed" if gap else times(State.INTERRUPTED),
        exposures="not observed" if gap else times(State.EXPOSED),
        quiet="not observed" if gap else times(State.FOCUS),
        outside="not observed" if gap else times(State.AFTER_HOURS, State.OFF_DAY, State.BREAK_WORK),
    )


def _from_to(start: int, end: int) -> str:
    if start == end:
        return f"{start // HOUR:02}:{start % HOUR // 60:02}"
    return f"{start // HOUR:02}:{start % HOUR // 60:02}{DASH}{end // HOUR:02}:{end % HOUR // 60:02}"


def _tip(span: Span) -> str:
    titles = [cause.title for cause in span.causes if cause.title]
    named = f": {', '.join(titles)}" if titles else ""
    return f"{STATE_NAMES[span.state]}{named} ({duration(span.seconds)})"


def _cost_panel(weeks: Sequence[WeekMeasure]) -> Panel:
    ranges = [cost_range(week) if week.observed_days else None for week in weeks]
    top = max(interval.p95 for interval in ranges if interval)
    scale = _Scale(top)
    bars: list[Bar] = []
    for number, (week, interval) in enumerate(zip(weeks, ranges, strict=True)):
        if interval is None:
            continue
        label = f"{clock(interval.p5)}{DASH}{clock(interval.p95)}" if len(weeks) <= MOST_LABELLED else ""
        high, low = scale.y(interval.p95), scale.y(interval.p5)
        css = "cost partial" if is_partial(week) else "cost"
        bars.append(Bar(_middle(number, weeks), high, max(2.0, low - high), scale.y(interval.p50), css, label))
    description = "Cost of interruptions by week, range and median: " + _in_words(
        weeks, [f"{clock(i.p5)} to {clock(i.p95)}, most likely {clock(i.p50)}" if i else "not observed" for i in ranges]
    )
    return Panel("Cost of interruptions", description, tuple(bars), scale.grid, _week_names(weeks), _half(weeks))


def _time_panel(weeks: Sequence[WeekMeasure]) -> Panel:
    values = [(week.figures.meeting, week.figures.focus120) for week in weeks]
    scale = _Scale(max((value for pair in values for value in pair if value is not None), default=0))
    bars: list[Bar] = []
    for number, (week, pair) in enumerate(zip(weeks, values, strict=True)):
        for value, css, side in zip(pair, ("meeting", "quiet"), (-1, 1), strict=True):
            if value is None:
                continue
            top = scale.y(value)
            label = clock(value) if len(weeks) <= MOST_LABELLED else ""
            middle = _middle(number, weeks) + side * 22 / len(weeks)
            partial = " partial" if is_partial(week) else ""
            bars.append(Bar(round(middle, 3), top, PANEL_HEIGHT - top, None, css + partial, label))
    description = "Meetings and quiet blocks of two hours or more by week: " + _in_words(
        weeks, [f"meetings {clock(meeting)}, quiet blocks {clock(quiet)}" for meeting, quiet in values]
    )
    return Panel("Meetings and quiet blocks", description, tuple(bars), scale.grid, _week_names(weeks), _half(weeks))


class _Scale:
    """A vertical scale from 0 to a round number of hours at or above ``top`` seconds."""

    def __init__(self, top: int) -> None:
        hours = max(top / HOUR, 0.5)
        step = next(step for step in (0.25, 0.5, 1, 2, 5, 10, 20, 50, 100) if hours / step <= 4 or step == 100)
        self._top = step * ceil(hours / step)
        lines = ceil(hours / step)
        self.grid = tuple((self.y(step * n * HOUR), duration(step * n * HOUR)) for n in range(1, lines + 1))

    def y(self, seconds: float) -> float:
        """Return pixels from above."""
        return round(PANEL_HEIGHT * (1 - seconds / HOUR / self._top), 2)


def _middle(number: int, weeks: Sequence[WeekMeasure]) -> float:
    return round(_GUTTER + (100 - _GUTTER) * (number + 0.5) / len(weeks), 3)


def _half(weeks: Sequence[WeekMeasure]) -> float:
    """Return half the width of a bar; two of them must fit beside each other on the narrowest page."""
    return 10 if len(weeks) <= MOST_LABELLED else max(1, round(80 / len(weeks), 1))


def _week_names(weeks: Sequence[WeekMeasure]) -> tuple[tuple[float, str, str], ...]:
    every = ceil(len(weeks) / 13)
    return tuple(
        (
            _middle(number, weeks),
            week_name(week.week),
            f"{week.observed_days} of {counted(week.eligible_days, 'day')}"
            if is_partial(week) and len(weeks) <= MOST_LABELLED
            else "",
        )
        for number, week in enumerate(weeks)
        if number % every == 0
    )


def _in_words(weeks: Sequence[WeekMeasure], values: Sequence[str]) -> str:
    pairs = zip(weeks, values, strict=True)
    return "; ".join(
        f"{week_name(week.week)}{' (incomplete)' if is_partial(week) else ''} {value}" for week, value in pairs
    )
