"""The work of :mod:`tests.bench.bare`, restated for the libraries that people reach for; equal figures.

Each peer is used the way its documentation suggests: the library does what it has a function for, plain Python the
rest. All take one person and return seven figures a week. ``inputs`` are made beforehand, outside the measured time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numba
import numpy as np
import portion
from aw_core.models import Event
from aw_transform import filter_period_intersect, heartbeat_reduce, merge_events_by_keys, period_union
from intervaltree import IntervalTree

from tests.bench import bare
from tests.bench.people import MONDAY, WEEK, Person

Table = list[list[int]]
Item = tuple[int, int, int]  # start, end, kind


@dataclass(frozen=True, slots=True)
class Peer:
    """``make`` turns a person into what ``run`` takes (once a run: some libraries change their input)."""

    name: str
    make: Callable[[Person], Any]
    run: Callable[[Any, int], Table]


def empty(weeks: int) -> Table:
    return [[0] * bare.FIGURES for _ in range(weeks)]


def week_of(second: int) -> int:
    return (second - MONDAY) // WEEK


def cut(items: Iterable[tuple[int, int, int]]) -> list[Item]:
    """Sort items and end each where the next one starts."""
    ordered = sorted(items)
    following = [start for start, _, _ in ordered[1:]] + [bare.FAR]
    return [(start, min(end, after), kind) for (start, end, kind), after in zip(ordered, following, strict=True)]


def bursts_of(at: Iterable[int]) -> list[tuple[int, int]]:
    """Group messages in plain Python: faster than a union of intervals, one for each message."""
    found: list[tuple[int, int]] = []
    first = last = -bare.FAR
    for second in [*at, bare.FAR]:
        if second - last > bare.GAP:
            found.append((first, last + bare.HANDLING))
            first = second
        last = second
    return found[1:]


def recoveries(items: Sequence[Item]) -> list[tuple[int, int]]:
    following = [start for start, _, _ in items[1:]] + [bare.FAR]
    found = [(end, min(end + bare.RECOVERY, after)) for (_, end, _), after in zip(items, following, strict=True)]
    return [(start, end) for start, end in found if end > start]


def long_gaps(items: Sequence[Item]) -> list[tuple[int, int]]:
    ends = [-bare.FAR, *(end for _, end, _ in items)]
    starts = [*(start for start, _, _ in items), bare.FAR]
    return [(end, start) for end, start in zip(ends, starts, strict=True) if start - end >= bare.FOCUS]


def count(table: Table, items: Iterable[Item]) -> None:
    for start, _, kind in items:
        table[week_of(start)][kind + 1] += 1


def add_gaps(table: Table, pieces: Iterable[tuple[int, int]]) -> None:
    for start, end in pieces:
        if end - start >= bare.FOCUS:
            row = table[week_of(start)]
            row[bare.FREE] += end - start
            row[bare.GAPS] += 1


# Plain integers and the same function compiled.


def bare_lists(person: Person) -> tuple[Any, ...]:
    starts, ends = zip(*person.windows, strict=True)
    at = [*person.at, bare.FAR, 2 * bare.FAR]
    return at, person.meeting_start, person.meeting_end, list(starts), list(ends)


def bare_arrays(person: Person) -> tuple[Any, ...]:
    return tuple(np.array(column, np.int64) for column in bare_lists(person))


def run_bare(columns: Any, weeks: int) -> Table:
    out = [0] * (weeks * bare.FIGURES)
    at, meeting_start, meeting_end, window_start, window_end = columns
    bare.sweep(at, meeting_start, meeting_end, window_start, window_end, MONDAY, out)
    return [out[low : low + bare.FIGURES] for low in range(0, len(out), bare.FIGURES)]


def bare_compiled() -> Callable[[Any, int], Any]:
    """Compile the bare sweep; the result of a run is an array."""
    compiled: Any = numba.njit(cache=True)(bare.sweep)

    def run(columns: Any, weeks: int) -> Any:
        out = np.zeros(weeks * bare.FIGURES, np.int64)
        compiled(*columns, MONDAY, out)
        return out.reshape(weeks, bare.FIGURES)

    return run


# aw-core: the transforms of ActivityWatch.


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _event(start: int, end: int, **data: Any) -> Event:
    return Event(timestamp=_moment(start), duration=timedelta(seconds=end - start), data=data)


def _span(event: Event) -> tuple[int, int]:
    start = int(event.timestamp.timestamp())
    return start, start + round(event.duration.total_seconds())


def aw_events(person: Person) -> tuple[list[Event], list[Event], list[Event]]:
    return (
        [_event(second, second) for second in person.at],
        [_event(start, end) for start, end in zip(person.meeting_start, person.meeting_end, strict=True)],
        [_event(start, end) for start, end in person.windows],
    )


def run_aw(events: Any, weeks: int) -> Table:
    messages, booked, windows = events
    table = empty(weeks)
    meetings = period_union(booked, [])
    bursts = heartbeat_reduce(messages, bare.GAP)
    starts = [
        Event(timestamp=burst.timestamp, duration=timedelta(seconds=1), data={"n": n}) for n, burst in enumerate(bursts)
    ]
    inside = {event.data["n"] for event in filter_period_intersect(starts, meetings)}
    found = [(*_span(meeting), bare.MEETING) for meeting in meetings]
    for n, burst in enumerate(bursts):
        if n not in inside:
            start, end = _span(burst)
            found.append((start, end + bare.HANDLING, bare.BURST))
    items = cut(found)
    count(table, items)
    spans = [_event(start, end, week=week_of(start), kind=kind) for start, end, kind in items]
    spans += [_event(start, end, week=week_of(start), kind=bare.RECOVERED) for start, end in recoveries(items)]
    for total in merge_events_by_keys(filter_period_intersect(spans, windows), ["week", "kind"]):
        table[total.data["week"]][total.data["kind"]] += round(total.duration.total_seconds())
    horizon = (_span(windows[0])[0], _span(windows[-1])[1])
    gaps = [_event(max(start, horizon[0]), min(end, horizon[1])) for start, end in long_gaps(items)]
    add_gaps(table, map(_span, filter_period_intersect(gaps, windows)))
    return table


# intervaltree.


def tree_inputs(person: Person) -> tuple[Any, ...]:
    return person.at, list(zip(person.meeting_start, person.meeting_end, strict=True)), person.windows


def run_tree(inputs: Any, weeks: int) -> Table:
    at, booked, working = inputs
    table = empty(weeks)
    meetings, windows = IntervalTree.from_tuples(booked), IntervalTree.from_tuples(working)
    meetings.merge_overlaps(strict=False)
    items = cut(
        [
            *((meeting.begin, meeting.end, bare.MEETING) for meeting in meetings),
            *((start, end, bare.BURST) for start, end in bursts_of(at) if not meetings.overlaps(start)),
        ]
    )
    count(table, items)
    for start, end, kind in [*items, *((start, end, bare.RECOVERED) for start, end in recoveries(items))]:
        for window in windows.overlap(start, end):
            table[week_of(window.begin)][kind] += min(end, window.end) - max(start, window.begin)
    for start, end in long_gaps(items):
        add_gaps(table, ((max(start, w.begin), min(end, w.end)) for w in windows.overlap(start, end)))
    return table


# portion: interval algebra.


def run_portion(inputs: Any, weeks: int) -> Table:
    at, booked, working = inputs
    table = empty(weeks)

    def union(pairs: Iterable[tuple[int, int]]) -> portion.Interval:
        return portion.Interval(*(portion.closedopen(start, end) for start, end in pairs))

    meetings, windows = union(booked), union(working)
    items = cut(
        [
            *((meeting.lower, meeting.upper, bare.MEETING) for meeting in meetings),
            *((start, end, bare.BURST) for start, end in bursts_of(at) if start not in meetings),
        ]
    )
    count(table, items)
    by_kind = {kind: union((s, e) for s, e, k in items if k == kind) for kind in (bare.MEETING, bare.BURST)}
    by_kind[bare.RECOVERED] = union(recoveries(items))
    for kind, spans in by_kind.items():
        for piece in spans & windows:
            table[week_of(piece.lower)][kind] += piece.upper - piece.lower
    busy = by_kind[bare.MEETING] | by_kind[bare.BURST]
    add_gaps(table, ((piece.lower, piece.upper) for piece in windows - busy))
    return table
