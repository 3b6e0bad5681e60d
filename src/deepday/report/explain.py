"""The rows of the minute ledger that make up one figure, and what they add up to."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from deepday.errors import InputError
from deepday.measure.result import DayLedger, Span, State
from deepday.model import Interval, merge, total

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

_Select = Callable[[DayLedger], Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: ``select`` gives its rows of a day, ``counts`` tells that it is a number of causes, not a time."""

    title: str
    select: _Select
    counts: bool = False


def metric_named(name: str) -> Metric:
    """Return a metric by its name in the JSON. Raises :class:`InputError` for a name that has no rows."""
    if name not in METRICS:
        raise InputError(f"There are no minutes behind {name!r}.", f"Ask for one of: {', '.join(METRICS)}.")
    return METRICS[name]


def seconds_of(spans: Iterable[Span]) -> int:
    """Return how many seconds the spans cover together, none counted twice."""
    return total(merge(Interval(span.start, span.end) for span in spans))


def causes_of(spans: Iterable[Span]) -> int:
    """Return how many different causes stand behind the spans."""
    return len({(cause.start, cause.end, cause.reference, cause.origin) for span in spans for cause in span.causes})


def worked(ledger: DayLedger) -> int:
    """Return the working time of a day in seconds."""
    return sum(end - start for start, end in ledger.work)


def totals(ledgers: Sequence[DayLedger]) -> dict[State, int]:
    """Return the seconds in each state that occurs, in the order of :class:`State`."""
    spans = [span for ledger in ledgers for span in ledger.spans]
    sums = {state: seconds_of(span for span in spans if span.state is state) for state in State}
    return {state: seconds for state, seconds in sums.items() if seconds}


def _in_state(*states: State) -> _Select:
    return lambda ledger: [span for span in ledger.spans if span.state in states]


def _quiet(floor: int) -> _Select:
    quiet = _in_state(State.FOCUS, State.FRAGMENTED)
    return lambda ledger: [span for span in quiet(ledger) if span.seconds >= floor]


def _free_stretches(ledger: DayLedger) -> list[list[Span]]:
    """Return the stretches of working time between meetings and breaks, each as its rows."""
    stretches: list[list[Span]] = []
    for span in ledger.spans:
        if not span.state.in_partition or span.state is State.MEETING:
            continue
        if stretches and stretches[-1][-1].end == span.start:
            stretches[-1].append(span)
        else:
            stretches.append([span])
    return stretches


def _free(shortest: int, below: int) -> _Select:
    def select(ledger: DayLedger) -> list[Span]:
        stretches = _free_stretches(ledger)
        return [span for spans in stretches if shortest <= spans[-1].end - spans[0].start < below for span in spans]

    return select


def _double_booked(ledger: DayLedger) -> list[Span]:
    """Return the parts of meetings that two or more entries of the calendar cover."""
    found: list[Span] = []
    for span in _in_state(State.MEETING)(ledger):
        edges = sorted({span.start, span.end, *(edge for c in span.causes for edge in (c.start, c.end))})
        for start, end in pairwise(edges):
            both = tuple(cause for cause in span.causes if cause.start <= start and end <= cause.end)
            if span.start <= start and end <= span.end and len(both) > 1:
                found.append(Span(start, end, State.MEETING, both))
    return found


def _with_chat(ledger: DayLedger) -> list[Span]:
    return [
        Span(span.start, span.end, span.state, chat)
        for span in _in_state(State.MEETING)(ledger)
        if (chat := tuple(cause for cause in span.causes if cause.origin))
    ]


_ALL_DAY = 25 * 3600

METRICS = {
    "work": Metric("working time", lambda ledger: [span for span in ledger.spans if span.state.in_partition]),
    "meeting": Metric("meetings", _in_state(State.MEETING)),
    "double_booked": Metric("two meetings at once", _double_booked),
    "free": Metric("working time without meetings", _free(0, _ALL_DAY)),
    "calendar_focus": Metric("two hours or more between meetings", _free(7200, _ALL_DAY)),
    "sliver": Metric("less than half an hour between meetings", _free(0, 1800)),
    "handling": Metric("own chat", _in_state(State.HANDLING)),
    "focus120": Metric("quiet blocks of two hours or more", _in_state(State.FOCUS)),
    "quiet60": Metric("quiet blocks of one hour or more", _quiet(3600)),
    "quiet15": Metric("quiet blocks of a quarter of an hour or more", _quiet(900)),
    "fragmented": Metric("quiet time in pieces of less than two hours", _in_state(State.FRAGMENTED)),
    "interruptions": Metric("interruptions", _in_state(State.INTERRUPTED), counts=True),
    "exposures": Metric("exposures that add time", _in_state(State.EXPOSED), counts=True),
    "cost": Metric("cost of interruptions", _in_state(State.INTERRUPTED, State.EXPOSED)),
    "multitasking": Metric("own chat inside meetings", _with_chat, counts=True),
    "after_hours": Metric("work after hours", _in_state(State.AFTER_HOURS)),
    "off_day": Metric("work on days off", _in_state(State.OFF_DAY)),
    "break_work": Metric("work in breaks", _in_state(State.BREAK_WORK)),
}
"""The figures that can be explained, by their names in the JSON."""
