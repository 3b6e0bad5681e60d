"""The minute ledger: each minute of working time with one state, and the events behind it.

The spans are the engine's own rows, so a figure and its explanation cannot disagree.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence

from deepday.measure import engine
from deepday.measure.columns import LedgerRow, PersonColumns
from deepday.measure.result import Cause, DayLedger, DayMeasure, Span, State
from deepday.model import ActivityStream, CalendarEvent, Interval, Person, subtract

_OUTSIDE = {
    engine.BREAK: State.BREAK_WORK,
    engine.AFTER_HOURS: State.AFTER_HOURS,
    engine.OFF_DAY: State.OFF_DAY,
}
_ORIGINS = {
    engine.EXPOSURE: ("exposure", "unanswered message"),
    engine.EXTERNAL: ("external", "interruption"),
    engine.DEFERRED: ("deferred", "late answers, when it suited"),
    engine.SELF: ("self", "own chat, started by yourself"),
}


def build_ledgers(
    person: Person,
    columns: PersonColumns,
    rows: Sequence[LedgerRow],
    meetings: Sequence[tuple[int, int, CalendarEvent]],
    stream: ActivityStream,
    days: Sequence[DayMeasure],
) -> tuple[DayLedger, ...]:
    """Return a ledger for each day; what was not observed leaves minutes without a span."""
    causes = _Causes(columns, meetings, stream)
    starts = [day.span.start for day in columns.days]
    by_day: list[list[LedgerRow]] = [[] for _ in days]
    for row in rows:
        by_day[bisect_right(starts, row[0]) - 1].append(row)
    return tuple(
        DayLedger(
            date=day.date,
            start=plan.span.start,
            end=plan.span.end,
            zone=person.zone_on(day.date).key,
            work=tuple((window.start, window.end) for window in plan.windows),
            calendar_observed=day.calendar_observed,
            observed=day.observed,
            spans=tuple(_spans(mine, causes, day)),
        )
        for plan, mine, day in zip(columns.days, by_day, days, strict=True)
    )


def _spans(rows: Sequence[LedgerRow], causes: "_Causes", day: DayMeasure) -> list[Span]:
    spans: list[Span] = []
    interrupted: list[Interval] = []
    for start, end, coded, cause in rows:
        state, kind = coded & 15, coded >> 4
        is_meeting = cause <= -2
        if not (day.calendar_observed and (is_meeting or day.messages_observed)):
            continue
        if state == engine.L_QUIET:
            spans.append(Span(start, end, State.FOCUS if end - start >= 7200 else State.FRAGMENTED))
        elif state == engine.L_LOW:
            interrupted.append(Interval(start, int(end)))
            spans.append(Span(start, int(end), State.INTERRUPTED, (causes.burst(cause),)))
        elif state != engine.L_HIGH:
            named = _OUTSIDE[kind] if state == engine.L_OUTSIDE else State.MEETING if is_meeting else State.HANDLING
            found = causes.meetings(start, end, chat=day.messages_observed) if is_meeting else (causes.burst(cause),)
            spans.append(Span(start, end, named, found))
    for start, end, state, cause in rows:
        if state == engine.L_HIGH and day.observed:
            # What the exposures add is the part that no interruption has taken already, if only nothing.
            exposure = causes.burst(cause)
            left = subtract([Interval(start, int(end))], interrupted)
            if not left and exposure.origin == "exposure":
                left = [Interval(start, start)]
            spans.extend(Span(part.start, part.end, State.EXPOSED, (exposure,)) for part in left)
    return sorted(spans, key=lambda span: (span.start, span.end, span.state))


class _Causes:
    """What stands behind a row of the engine's ledger."""

    def __init__(
        self, columns: PersonColumns, meetings: Sequence[tuple[int, int, CalendarEvent]], stream: ActivityStream
    ) -> None:
        self._columns = columns
        self._meetings = meetings
        self._starts = [start for start, _, _ in meetings]
        self._stream = stream

    def meetings(self, start: int, end: int, *, chat: bool) -> tuple[Cause, ...]:
        """Return the meetings that overlap ``[start, end)``, and with ``chat`` the owner's own chat in them."""
        # Meetings last twelve hours at most, so none that began a day before can reach here.
        first, last = bisect_right(self._starts, start - 86_400), bisect_right(self._starts, end - 1)
        meetings = [_meeting(event) for _, stop, event in self._meetings[first:last] if stop > start]
        starts, ends, origins = self._columns.bursts[:3]
        chats = range(bisect_right(ends, start), bisect_left(starts, end)) if chat else ()
        return (*meetings, *(self.burst(number) for number in chats if origins[number] != engine.EXPOSURE))

    def burst(self, number: int) -> Cause:
        """Return the burst of that number: how many messages, which way, in what sort of conversation."""
        start, end, origin = (column[number] for column in self._columns.bursts[:3])
        messages = self._columns.messages_of(number)
        stream = self._stream
        own = sum(stream.outgoing[i] for i in messages)
        kinds = Counter(stream.conversations[stream.conversation[i]].kind for i in messages)
        name, words = _ORIGINS[origin]
        if origin == engine.EXPOSURE and len(messages) > 1:
            words = "unanswered messages"
        return Cause(
            what=words,
            start=start,
            end=end,
            origin=name,
            messages=len(messages),
            incoming=len(messages) - own,
            conversations=tuple(sorted(kinds.items())),
        )


def _meeting(event: CalendarEvent) -> Cause:
    company = "company unknown" if event.people is None else f"{event.people} people"
    assert isinstance(event.when, Interval)  # noqa: S101 - counted meetings are timed
    return Cause(
        what=f"meeting, {company}",
        start=event.when.start,
        end=event.when.end,
        source=event.source,
        reference=f"{event.uid} {event.recurrence_id}".strip(),
        people=event.people,
        title=event.title,
    )
