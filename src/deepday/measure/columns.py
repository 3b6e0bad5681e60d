"""From values to the engine's columns and back, for one person."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepday.measure import engine
from deepday.measure.days import Day
from deepday.measure.parameters import MeetingRule, Parameters
from deepday.model import ActivityStream, CalendarEvent, Interval, Response, ShowAs

LedgerRow = tuple[int, int, int, int]
"""Start, end, state (an ``L_`` constant, the kind of segment in the bits above the fourth), cause (-1: none)."""


_DEFINITE = (Response.NEEDS_ACTION, Response.DELEGATED, Response.TENTATIVE, Response.ACCEPTED, Response.DECLINED)
_DEFINITE_TIME = (ShowAs.FREE, ShowAs.WORKING_ELSEWHERE, ShowAs.TENTATIVE, ShowAs.BUSY, ShowAs.OUT_OF_OFFICE)


def unique(events: Iterable[CalendarEvent]) -> list[CalendarEvent]:
    """Return each occurrence once, the newest copy of it, in a fixed order (A2: UID, recurrence id and start).

    A copy whose SEQUENCE is lower than another's is out of date wherever it stands (RFC 5545 section 3.8.7.4): the
    event has moved since. Equal ones at different times are kept, since some programs write a series that way.
    """
    newest: dict[tuple[str, str, int], CalendarEvent] = {}
    revision: dict[tuple[str, str], int] = {}
    for event in sorted(events, key=_age):
        newest[event.uid, event.recurrence_id, _when(event)[0]] = event
        revision[event.uid, event.recurrence_id] = event.sequence
    current = [event for event in newest.values() if event.sequence == revision[event.uid, event.recurrence_id]]
    return sorted(current, key=lambda event: (*_when(event), event.uid, event.recurrence_id))


def _when(event: CalendarEvent) -> tuple[int, int]:
    if isinstance(event.when, Interval):
        return event.when.start, event.when.end
    return event.when.first.toordinal() * 86_400, event.when.end.toordinal() * 86_400


def _age(event: CalendarEvent) -> tuple[object, ...]:
    # Of copies of the same age the one that says more counts: an answer over none, busy over free, a guest list over
    # none. The rest only makes the choice independent of order.
    return (
        event.sequence,
        event.updated,
        _DEFINITE.index(event.response),
        _DEFINITE_TIME.index(event.show_as),
        event.people is not None,
        event.people or 0,
        event.kind,
        event.cancelled,
        _when(event),
        event.source,
        event.title or "",
    )


def counted(events: Iterable[CalendarEvent], rule: MeetingRule) -> list[tuple[int, int, CalendarEvent]]:
    """Return the meetings among unique events as ``(start, end, event)``, sorted."""
    found = [
        (event.when.start, event.when.end, event)
        for event in events
        if isinstance(event.when, Interval) and rule.counts(event)
    ]
    found.sort(key=lambda item: item[:2])
    return found


@dataclass(slots=True)
class PersonColumns:
    """Everything the engine needs of one person, as lists: meetings merged, bursts found, days cut into segments."""

    days: Sequence[Day]
    at: list[int]
    unions: tuple[list[int], list[int]]
    twices: tuple[list[int], list[int]]
    bursts: tuple[list[int], list[int], list[int], list[int], list[int]]
    segments: tuple[list[int], list[int], list[int], list[int]]

    @classmethod
    def of(
        cls, days: Sequence[Day], meetings: Sequence[tuple[int, int]], stream: ActivityStream, parameters: Parameters
    ) -> "PersonColumns":
        """Merge meetings (sorted by start), find bursts, and lay out the segments of the days."""
        starts = [start for start, _ in meetings]
        ends = [end for _, end in meetings]
        union_s, union_e, twice_s, twice_e = ([0] * len(meetings) for _ in range(4))
        unions, twices = engine.merge_meetings(starts, ends, 0, len(meetings), union_s, union_e, twice_s, twice_e)
        at = stream.at.tolist()
        bursts = tuple([0] * len(at) for _ in range(5))
        count = engine.find_bursts(
            at,
            stream.outgoing.tolist(),
            stream.conversation.tolist(),
            0,
            len(at),
            [engine.NEVER] * len(stream.conversations),
            parameters.burst_gap,
            parameters.handling_minimum,
            parameters.attend_window,
            parameters.deferred_window,
            *bursts,
        )
        start, end, origin, trace, tail = (column[:count] for column in bursts)
        segments = [(*segment, number) for number, day in enumerate(days) for segment in day.segments]
        seg_start, seg_end, seg_kind, seg_day = ([row[i] for row in segments] for i in range(4))
        return cls(
            days,
            at,
            (union_s[:unions], union_e[:unions]),
            (twice_s[:twices], twice_e[:twices]),
            (start, end, origin, trace, tail),
            (seg_start, seg_end, seg_kind, seg_day),
        )

    def sweep(
        self, lags: tuple[float, float, float], *, ledger: bool = False
    ) -> tuple[list[list[float]], list[LedgerRow]]:
        """Run the engine: a row of :data:`engine.COLUMNS` figures for each day, and the ledger's rows if asked."""
        segments = len(self.segments[0])
        room = 4 * len(self.bursts[0]) + 6 * (segments + len(self.unions[0])) if ledger else 0
        rows: tuple[list[int], ...] = tuple([0] * room for _ in range(4))
        out: list[float] = [0.0] * (engine.COLUMNS * len(self.days))
        found = engine.sweep(
            *self.segments,
            0,
            segments,
            *self.unions,
            len(self.unions[0]),
            *self.twices,
            len(self.twices[0]),
            *self.bursts,
            len(self.bursts[0]),
            *lags,
            out,
            0,
            ledger,
            *rows,
        )
        figures = [out[i : i + engine.COLUMNS] for i in range(0, len(out), engine.COLUMNS)]
        return figures, list(zip(*(column[:found] for column in rows), strict=True)) if ledger else []

    def messages_of(self, burst: int) -> range:
        """Return the indices into the stream of a burst's messages."""
        return range(bisect_left(self.at, self.bursts[0][burst]), bisect_right(self.at, self.bursts[1][burst]))

    def traces(self) -> list[Interval]:
        """Return the merged traces of the owner's work: counted meetings, and own chat from the first message on."""
        own = [
            (trace, tail) for trace, tail in zip(self.bursts[3], self.bursts[4], strict=True) if trace != engine.NEVER
        ]
        merged: list[list[int]] = []
        for start, end in sorted([*own, *zip(*self.unions, strict=True)]):
            if merged and start <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        return [Interval(start, end) for start, end in merged]
