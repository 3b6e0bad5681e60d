"""One person's period, measured: days, weeks and the ledger behind them."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import groupby, pairwise

from deepday.measure import engine
from deepday.measure.columns import PersonColumns, counted, unique
from deepday.measure.days import Day, absences, week_key, working_days
from deepday.measure.latency import Wait, WorkingClock, summarise, waits
from deepday.measure.ledger import build_ledgers
from deepday.measure.parameters import HOUR, Parameters
from deepday.measure.result import (
    Cost,
    CostInterval,
    DayMeasure,
    Figures,
    Measurement,
    Switches,
    WeekMeasure,
)
from deepday.measure.uncertainty import JointCost
from deepday.model import ActivityStream, CalendarEvent, Interval, Person, Skipped, intersect, subtract, total

SHORT_REST = 11 * HOUR  # the EU's daily rest period
NIGHT = 6 * HOUR


@dataclass(frozen=True, slots=True)
class Observations:
    """What the sources gave, and for which instants they were read successfully (merged intervals)."""

    events: Sequence[CalendarEvent]
    stream: ActivityStream
    calendar_observed: Sequence[Interval]
    messages_observed: Sequence[Interval]
    skipped: tuple[Skipped, ...] = ()


def measure(
    person: Person, first: date, last: date, seen: Observations, parameters: Parameters, *, ledger: bool = True
) -> Measurement:
    """Measure the local dates ``first`` to ``last``, both included.

    Messages from before the period decide the origin of the first bursts, so hand in at least 24 hours more.
    Without ``ledger`` the minutes behind the figures are left out.
    """
    events = unique(seen.events)
    days = working_days(person, first, last, absences(events, person))
    meetings = counted(events, parameters.meetings)
    columns = PersonColumns.of(days, [(start, end) for start, end, _ in meetings], seen.stream, parameters)
    figures, rows = columns.sweep(parameters.lags, ledger=ledger)
    observed = [(_covers(seen.calendar_observed, day), _covers(seen.messages_observed, day)) for day in days]
    rests = _rests(columns.traces(), days, [all(pair) for pair in observed])
    low_quality = _low_quality(meetings, days)
    measured = tuple(
        _day(day, row, seen_day, rest, unknown, parameters)
        for day, row, seen_day, rest, unknown in zip(days, figures, observed, rests, low_quality, strict=True)
    )
    clock = WorkingClock([window for day in days for window in day.windows])
    span = Interval(days[0].span.start, days[-1].span.end)
    waited = [
        wait
        for wait in waits(seen.stream, clock, intersect([span], seen.messages_observed))
        if span.start <= wait.since < span.end
    ]
    joint = JointCost(columns, parameters)
    return Measurement(
        zone=person.zone.key,
        hours=str(person.hours),
        parameters=parameters,
        skipped=seen.skipped,
        days=measured,
        weeks=tuple(_weeks(measured, days, figures, waited, joint, parameters)),
        ledgers=build_ledgers(person, columns, rows, meetings, seen.stream, measured) if ledger else (),
    )


def _covers(observed: Sequence[Interval], day: Day) -> bool:
    """Tell whether the source was read for all working time of the day (A13).

    On a day off that is the time that would have been worked, on a day without any the whole of it.
    """
    return not subtract(day.windows or day.planned or [day.span], observed)


def _rests(traces: Sequence[Interval], days: Sequence[Day], observed: Sequence[bool]) -> list[int | None]:
    """Return for each day the longest trace-free time of the night before it, 0 where work went on all night (A9).

    Of the night is what reaches into the six hours before or after midnight. ``None`` unless both days were observed
    and have traces.
    """
    starts = [trace.start for trace in traces]
    ends = [trace.end for trace in traces]
    rests: list[int | None] = [None]
    for number, (before, day) in enumerate(pairwise(days)):
        night = Interval(day.span.start - NIGHT, day.span.start + NIGHT)
        near = traces[bisect_right(ends, before.span.start) : bisect_left(starts, day.span.end)]
        gaps = [
            later.start - earlier.end
            for earlier, later in pairwise(near)
            if earlier.end < night.end and later.start > night.start
        ]
        both = any(t.start < before.span.end for t in near) and any(t.end > day.span.start for t in near)
        rests.append(max(gaps, default=0) if both and observed[number] and observed[number + 1] else None)
    return rests


def _low_quality(meetings: Sequence[tuple[int, int, CalendarEvent]], days: Sequence[Day]) -> list[int]:
    """Return for each day how many of the meetings that begin on it have no list of guests."""
    unknown = [start for start, _, event in meetings if event.people is None]
    return [bisect_left(unknown, day.span.end) - bisect_left(unknown, day.span.start) for day in days]


def _day(
    day: Day, row: list[float], seen: tuple[bool, bool], rest: int | None, low_quality: int, parameters: Parameters
) -> DayMeasure:
    calendar, both = seen[0], all(seen)

    def known(value: int, *, needs: bool) -> int | None:
        return value if needs else None

    def whole(column: int) -> int:
        return round(row[column])

    meeting, work = whole(engine.C_MEETING), whole(engine.C_WORK)
    handling, focus120 = whole(engine.C_HANDLING), whole(engine.C_FOCUS120)
    preset = parameters.preset
    quiet = {7200: engine.C_FOCUS120, 3600: engine.C_QUIET60, 900: engine.C_QUIET15}
    preset_focus = whole(engine.C_CALENDAR_FOCUS if preset.basis == "calendar" else quiet[preset.floor])
    low, high = row[engine.C_LOW_50], row[engine.C_HIGH_50]
    span = None
    if both and row[engine.C_FIRST_TRACE] != engine.NEVER:
        reach = Interval(whole(engine.C_FIRST_TRACE), whole(engine.C_LAST_TRACE))
        breaks = [Interval(start, end) for start, end, kind in day.segments if kind == engine.BREAK]
        # Breaks are left out as far as no work was seen in them, so that the span is never less than the evidence.
        span = reach.seconds - total(intersect([reach], breaks)) + whole(engine.C_BREAK_WORK)
    figures = Figures(
        work=work,
        meeting=known(meeting, needs=calendar),
        double_booked=known(whole(engine.C_DOUBLE), needs=calendar),
        free=known(work - meeting, needs=calendar),
        calendar_focus=known(whole(engine.C_CALENDAR_FOCUS), needs=calendar),
        focus120=known(focus120, needs=both),
        quiet60=known(whole(engine.C_QUIET60), needs=both),
        quiet15=known(whole(engine.C_QUIET15), needs=both),
        preset_focus=known(preset_focus, needs=calendar if preset.basis == "calendar" else both),
        fragmented=known(work - meeting - handling - focus120, needs=both),
        sliver=known(whole(engine.C_SLIVER), needs=calendar),
        handling=known(handling, needs=both),
        interruptions=known(whole(engine.C_INTERRUPTIONS), needs=both),
        exposures=known(whole(engine.C_EXPOSURES), needs=both),
        multitasking=known(whole(engine.C_MULTITASKING), needs=both),
        switches=Switches(
            whole(engine.C_TO_EXTERNAL),
            whole(engine.C_TO_DEFERRED),
            whole(engine.C_TO_SELF),
            whole(engine.C_TO_MEETING),
        )
        if both
        else None,
        cost=Cost(round(low), round(low + parameters.notice * (high - low)), round(high)) if both else None,
        after_hours=known(whole(engine.C_AFTER_HOURS), needs=both),
        off_day=known(whole(engine.C_OFF_DAY), needs=both),
        break_work=known(whole(engine.C_BREAK_WORK), needs=both),
        evidenced=known(whole(engine.C_EVIDENCED), needs=both),
        span=span if span is not None or not both else 0,
        low_quality_meetings=known(low_quality, needs=calendar),
    )
    return DayMeasure(
        day.date, week_key(day.date), day.eligible, calendar, seen[1], day.scheduled, day.day_off, figures, rest
    )


def _weeks(
    measured: Sequence[DayMeasure],
    days: Sequence[Day],
    rows: Sequence[list[float]],
    waited: Sequence[Wait],
    joint: JointCost,
    parameters: Parameters,
) -> list[WeekMeasure]:
    weeks: list[WeekMeasure] = []
    for week, group in groupby(range(len(measured)), key=lambda number: measured[number].week):
        numbers = list(group)
        mine = [measured[number] for number in numbers]
        counting = [number for number in numbers if measured[number].observed]
        partly = [number for number in numbers if measured[number].calendar_observed]
        observed = [day for day in mine if day.eligible and day.observed]
        mean = sum(_central(day) for day in observed) / len(observed) if observed else None
        start, end = days[numbers[0]].span.start, days[numbers[-1]].span.end
        weeks.append(
            WeekMeasure(
                week=week,
                first=mine[0].date,
                last=mine[-1].date,
                observed_days=len(observed),
                eligible_days=sum(day.eligible for day in mine),
                figures=_sums([measured[number].figures for number in counting or partly or numbers]),
                cost_interval=_cost_interval([rows[number] for number in counting], parameters),
                joint_interval=joint.interval(counting),
                five_day_equivalent=round(mean * 5) if mean is not None and len(observed) >= 3 else None,
                mean_eligible_day=round(mean) if mean is not None else None,
                latency=summarise([wait for wait in waited if start <= wait.since < end], parameters.answer_limit),
                money=joint.money(counting),
                short_rests=_short_rests(mine),
            )
        )
    return weeks


def _short_rests(days: Sequence[DayMeasure]) -> int | None:
    rests = [day.rest_before for day in days if day.rest_before is not None]
    return sum(rest < SHORT_REST for rest in rests) if any(day.observed for day in days) else None


def _central(day: DayMeasure) -> int:
    return day.figures.cost.central if day.figures.cost else 0


def _cost_interval(rows: Sequence[list[float]], parameters: Parameters) -> CostInterval | None:
    if not rows:
        return None

    def central(low: int, high: int) -> int:
        # Summed as the days' figures are, so that the week's median is the sum of the days' central costs.
        return sum(round(row[low] + parameters.notice * (row[high] - row[low])) for row in rows)

    return CostInterval(
        central(engine.C_LOW_5, engine.C_HIGH_5),
        central(engine.C_LOW_50, engine.C_HIGH_50),
        central(engine.C_LOW_95, engine.C_HIGH_95),
    )


def _sums(days: Sequence[Figures]) -> Figures:
    """Add up each figure over days that were observed alike; ``None`` for what they do not have."""

    def add(name: str) -> object:
        values = [getattr(day, name) for day in days]
        if values[0] is None:
            return None
        if isinstance(values[0], int):
            return sum(values)
        kind = type(values[0])
        return kind(*(sum(getattr(value, part.name) for value in values) for part in fields(kind)))

    return Figures(**{part.name: add(part.name) for part in fields(Figures)})  # type: ignore[arg-type]  # by name
