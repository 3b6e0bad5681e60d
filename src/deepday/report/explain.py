"""The rows of the minute ledger that make up one figure, and what they add up to.

A figure is added up from its rows anew, by the rules that the measurement follows for days and weeks; where the
measurement says that nothing was observed there is no value, never zero.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import pairwise

from deepday.errors import InputError
from deepday.measure.parameters import Parameters
from deepday.measure.result import Cause, Cost, DayLedger, Measurement, Span, State, Switches
from deepday.model import Interval, merge, subtract, total

OVERLAYS = frozenset({State.INTERRUPTED, State.EXPOSED})
"""States that lie over the minutes of others and are never added to them."""

STATE_NAMES = {
    State.MEETING: "meeting",
    State.HANDLING: "own chat",
    State.FOCUS: "quiet, 2 h or more",
    State.FRAGMENTED: "quiet, under 2 h",
    State.INTERRUPTED: "interruption and recovery",
    State.EXPOSED: "exposure, if noticed",
    State.AFTER_HOURS: "after hours",
    State.OFF_DAY: "on a day off",
    State.BREAK_WORK: "in a break",
}

_OUTSIDE = (State.AFTER_HOURS, State.OFF_DAY, State.BREAK_WORK)

DIRECTED = (
    "Directed at you are direct messages, replies in your threads, and messages that mention you: a mention in a "
    "channel counts as directed at you. Whether a message mentions you is derived from its text in memory; the text "
    "is dropped."
)
"""What interruptions and exposures rest on; the reader should know that text was looked at."""


@dataclass(frozen=True, slots=True)
class Row:
    """Minutes behind a figure. ``state`` is ``None`` where a source was not observed."""

    start: int
    end: int
    state: State | None
    causes: tuple[Cause, ...] = ()

    @property
    def seconds(self) -> int:
        """Length in seconds."""
        return self.end - self.start

    @property
    def name(self) -> str:
        """The state in words."""
        if self.state is None:
            return "not observed in full"
        if self.state is State.EXPOSED and not self.seconds:
            return "exposure inside a recovery, adds nothing"
        return STATE_NAMES[self.state]


Value = int | Cost | Switches | None
"""Seconds or a number; ``None`` where nothing was observed."""


class Sum(StrEnum):
    """How a figure comes from its rows."""

    TIME = "time"  # seconds that the rows cover together
    CAUSES = "causes"  # the number of different causes
    COST = "cost"  # seconds, from no exposure noticed to all
    SWITCHES = "switches"  # the number of rows, by what they lead into
    MEASURED = "measured"  # the measurement's own figure; the rows alone do not give it


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: ``select`` gives its rows of a day, ``note`` what must be known to read them."""

    title: str
    select: Callable[[DayLedger], list[Row]]
    sum: Sum = Sum.TIME
    note: str = ""

    @property
    def unit(self) -> str:
        """What the value counts."""
        return "count" if self.sum in {Sum.CAUSES, Sum.SWITCHES} else "seconds"


@dataclass(frozen=True, slots=True)
class DayExplained:
    """The rows of one day and their sum. ``counted``: whether the period's value covers the day."""

    ledger: DayLedger
    rows: tuple[Row, ...]
    value: Value
    counted: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """One figure of a measured day or week, with the minutes behind it."""

    metric: Metric
    days: tuple[DayExplained, ...]
    value: Value


def explain(measurement: Measurement, name: str) -> Explanation:
    """Explain one figure of a measurement of one day or one week, made with its ledger.

    As in the week's figures, the value covers the days that both sources cover; where there is none, those that the
    calendar covers. Raises :class:`InputError` for a name that is no figure.
    """
    known = metrics(measurement.parameters)
    if name not in known:
        raise InputError(f"There is no figure {name!r} to explain.", f"Ask for one of: {', '.join(known)}.")
    metric = known[name]
    covered = (
        [day for day in measurement.days if day.observed]
        or [day for day in measurement.days if day.calendar_observed]
        or list(measurement.days)
    )
    dates = {day.date for day in covered}
    days: list[DayExplained] = []
    for day, ledger in zip(measurement.days, measurement.ledgers, strict=True):
        measured = getattr(day.figures, name)
        rows = () if measured is None else tuple(metric.select(ledger))
        value = None if measured is None else _value(rows, metric, measured, measurement.parameters)
        days.append(DayExplained(ledger, rows, value, day.date in dates))
    return Explanation(metric, tuple(days), _added([day.value for day in days if day.counted]))


def metrics(parameters: Parameters) -> dict[str, Metric]:
    """Return what can be explained, by its name in the JSON: every field of a day's figures."""
    preset = parameters.preset
    focus = _free(7200, _ALL_DAY) if preset.basis == "calendar" else _quiet(preset.floor)
    return {**_METRICS, "preset_focus": Metric(f"focus as {preset.name} counts it", focus)}


def seconds_of(rows: Iterable[Row | Span]) -> int:
    """Return how many seconds the rows cover together, none counted twice."""
    return total(merge(Interval(row.start, row.end) for row in rows))


def worked(ledger: DayLedger) -> int:
    """Return the working time of a day in seconds."""
    return sum(end - start for start, end in ledger.work)


def totals(ledgers: Sequence[DayLedger]) -> dict[State, int]:
    """Return the seconds in each state that occurs, in the order of :class:`State`."""
    spans = [span for ledger in ledgers for span in ledger.spans]
    sums = {state: seconds_of(span for span in spans if span.state is state) for state in State}
    return {state: seconds for state, seconds in sums.items() if seconds}


def not_observed(ledgers: Sequence[DayLedger]) -> int:
    """Return the seconds of working time of which nothing is known."""
    known = sum(seconds for state, seconds in totals(ledgers).items() if state.in_partition)
    return sum(map(worked, ledgers)) - known


def _value(rows: Sequence[Row], metric: Metric, measured: Value, parameters: Parameters) -> Value:
    match metric.sum:
        case Sum.TIME:
            return seconds_of(rows)
        case Sum.CAUSES:
            return len(
                {(cause.start, cause.end, cause.reference, cause.origin) for row in rows for cause in row.causes}
            )
        case Sum.COST:
            low = seconds_of(row for row in rows if row.state is State.INTERRUPTED)
            high = seconds_of(rows)
            return Cost(low, round(low + parameters.notice * (high - low)), high)
        case Sum.SWITCHES:
            into = Counter(row.causes[0].origin for row in rows)
            return Switches(into["external"], into["deferred"], into["self"], into[""])
        case Sum.MEASURED:
            return measured


def _added(values: Sequence[Value]) -> Value:
    """Add up the values of days that were observed alike."""
    present = [value for value in values if value is not None]
    if not present or len(present) < len(values):
        return None
    if isinstance(present[0], int):
        return sum(value for value in present if isinstance(value, int))
    kind = type(present[0])
    return kind(*(sum(getattr(value, part.name) for value in present) for part in fields(kind)))


def _rows(ledger: DayLedger, *states: State) -> list[Row]:
    return [Row(span.start, span.end, span.state, span.causes) for span in ledger.spans if span.state in states]


def _in_state(*states: State) -> Callable[[DayLedger], list[Row]]:
    return lambda ledger: _rows(ledger, *states)


def _working(ledger: DayLedger) -> list[Row]:
    """Return all of the working time, with what is known of it."""
    known = _rows(ledger, *(state for state in State if state.in_partition))
    holes = subtract(
        [Interval(*window) for window in ledger.work], merge(Interval(row.start, row.end) for row in known)
    )
    return sorted([*known, *(Row(hole.start, hole.end, None) for hole in holes)], key=lambda row: row.start)


def _quiet(floor: int) -> Callable[[DayLedger], list[Row]]:
    return lambda ledger: [row for row in _rows(ledger, State.FOCUS, State.FRAGMENTED) if row.seconds >= floor]


_ALL_DAY = 48 * 3600


def _free(shortest: int, below: int) -> Callable[[DayLedger], list[Row]]:
    """Return what selects the stretches between meetings and breaks that are long and short enough."""

    def select(ledger: DayLedger) -> list[Row]:
        busy = merge(Interval(row.start, row.end) for row in _rows(ledger, State.MEETING))
        # One window at a time: a meeting, a break or the end of work ends a stretch.
        stretches = [part for window in ledger.work for part in subtract([Interval(*window)], busy)]
        fitting = [part for part in stretches if shortest <= part.seconds < below]
        return [
            row for row in _working(ledger) if any(part.start <= row.start and row.end <= part.end for part in fitting)
        ]

    return select


def _meetings(row: Row) -> tuple[Cause, ...]:
    """Return the calendar's entries among the causes; own chat inside a meeting is a cause too."""
    return tuple(cause for cause in row.causes if not cause.origin)


def _double_booked(ledger: DayLedger) -> list[Row]:
    """Return the parts of meetings that two or more entries of the calendar cover."""
    found: list[Row] = []
    for row in _rows(ledger, State.MEETING):
        meetings = _meetings(row)
        edges = sorted({row.start, row.end, *(edge for item in meetings for edge in (item.start, item.end))})
        for start, end in pairwise(edges):
            both = tuple(item for item in meetings if item.start <= start and end <= item.end)
            if row.start <= start and end <= row.end and len(both) > 1:
                found.append(Row(start, end, State.MEETING, both))
    return found


def _with_chat(ledger: DayLedger) -> list[Row]:
    return [
        Row(row.start, row.end, row.state, chat)
        for row in _rows(ledger, State.MEETING)
        if (chat := tuple(cause for cause in row.causes if cause.origin))
    ]


def _switches(ledger: DayLedger) -> list[Row]:
    """Return the own chat that begins in free working time, and the meetings that free working time leads into."""
    opening = {start for start, _ in ledger.work}
    chats = [row for row in _rows(ledger, State.HANDLING) if row.start == row.causes[0].start]
    meetings = [
        Row(row.start, row.end, row.state, _meetings(row))
        for row in _rows(ledger, State.MEETING)
        if row.start not in opening
    ]
    return sorted([*chats, *meetings], key=lambda row: row.start)


def _without_guests(ledger: DayLedger) -> list[Row]:
    """Return the meetings without a list of guests that begin on the day."""
    found = [
        Row(row.start, row.end, row.state, unsure)
        for row in _rows(ledger, State.MEETING, *_OUTSIDE)
        if (
            unsure := tuple(
                cause for cause in _meetings(row) if cause.people is None and ledger.start <= cause.start < ledger.end
            )
        )
    ]
    return sorted(found, key=lambda row: row.start)


_METRICS = {
    "work": Metric("working time", _working),
    "meeting": Metric("meetings", _in_state(State.MEETING)),
    "double_booked": Metric("two meetings at once", _double_booked),
    "free": Metric("working time without meetings", _free(0, _ALL_DAY)),
    "calendar_focus": Metric("two hours or more between meetings", _free(7200, _ALL_DAY)),
    "focus120": Metric("quiet blocks of two hours or more", _in_state(State.FOCUS)),
    "quiet60": Metric("quiet blocks of one hour or more", _quiet(3600)),
    "quiet15": Metric("quiet blocks of a quarter of an hour or more", _quiet(900)),
    "preset_focus": Metric("focus as the preset counts it", _quiet(7200)),
    "fragmented": Metric("quiet time in pieces of less than two hours", _in_state(State.FRAGMENTED)),
    "sliver": Metric("less than half an hour between meetings", _free(0, 1800)),
    "handling": Metric("own chat", _in_state(State.HANDLING)),
    "interruptions": Metric("interruptions", _in_state(State.INTERRUPTED), Sum.CAUSES, DIRECTED),
    "exposures": Metric("exposures", _in_state(State.EXPOSED), Sum.CAUSES, DIRECTED),
    "multitasking": Metric("own chat inside meetings", _with_chat, Sum.CAUSES),
    "switches": Metric("switches out of free working time", _switches, Sum.SWITCHES),
    "cost": Metric("cost of interruptions", _in_state(State.INTERRUPTED, State.EXPOSED), Sum.COST, DIRECTED),
    "after_hours": Metric("work after hours", _in_state(State.AFTER_HOURS)),
    "off_day": Metric("work on days off", _in_state(State.OFF_DAY)),
    "break_work": Metric("work in breaks", _in_state(State.BREAK_WORK)),
    "evidenced": Metric(
        "traces of work",
        _in_state(State.MEETING, State.HANDLING, *_OUTSIDE),
        Sum.MEASURED,
        "The rows do not add up to the figure: own chat is a trace only from its first own message on, for at least a "
        "minute.",
    ),
    "span": Metric(
        "from the first trace to the last",
        lambda _: [],
        Sum.MEASURED,
        "No rows make up this figure: it runs from each day's first trace to its last, breaks without work left out.",
    ),
    "low_quality_meetings": Metric("meetings without a list of guests", _without_guests, Sum.CAUSES),
}
