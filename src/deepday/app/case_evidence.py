"""What was measured, as the case takes it: from files or from the store, or nothing at all, which is said."""

from dataclasses import dataclass
from datetime import UTC, date
from zoneinfo import ZoneInfo

from deepday.app.measuring import measure_period
from deepday.app.request import Request
from deepday.app.storing import open_existing_store
from deepday.case.evidence import Evidence, EvidenceDay, WeekCost
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.connect import Progress
from deepday.errors import NotEnoughDataError
from deepday.measure.result import DayLedger, DayMeasure, Measurement, State
from deepday.model import Interval, merge, subtract


@dataclass(frozen=True, slots=True)
class Measured:
    """The evidence, the period it is of, remarks, and what keeps it from being worth much, if anything."""

    evidence: Evidence
    first: date | None
    last: date | None
    zone: str
    notes: tuple[str, ...]
    problem: NotEnoughDataError | None


def measure_evidence(request: Request, progress: Progress, clock: Clock) -> Measured:
    """Measure what was asked for, or return empty evidence where there is nothing to measure.

    Raises :class:`deepday.errors.InputError` for what cannot be.
    """
    try:
        if not request.has_files:
            open_existing_store(clock).close()  # where there is none, nobody need be asked whose it is
        outcome = measure_period(request, progress, clock=clock)
    except NotEnoughDataError as nothing:
        return Measured(Evidence(), None, None, "", (), nothing)
    found = outcome.measurement
    return Measured(
        evidence_of(found), found.days[0].date, found.days[-1].date, found.zone, found.notes, outcome.problem
    )


def evidence_of(measurement: Measurement) -> Evidence:
    """Reduce a measurement, made with its ledger, to what the case needs."""
    costs = [
        WeekCost(week.week, week.observed_days, interval.p5, interval.p50, interval.p95)
        for week in measurement.weeks
        if week.observed_days and (interval := week.joint_interval or week.cost_interval)
    ]
    lag = measurement.parameters.lag
    latency = next((week for week in measurement.weeks[::-1] if week.latency), None)
    known = latency.latency if latency else None
    return Evidence(
        days=tuple(_day(day, ledger) for day, ledger in zip(measurement.days, measurement.ledgers, strict=True)),
        costs=tuple(costs),
        lag=(lag.low, lag.high),
        answered_in_time=known.within_limit if known else None,
        answer_limit=measurement.parameters.answer_limit,
        waited=known.answered + known.still_open if known else 0,
        answered_week=latency.week if latency else "",
    )


def _day(day: DayMeasure, ledger: DayLedger) -> EvidenceDay:
    figures, switches = day.figures, day.figures.switches
    return EvidenceDay(
        date=day.date,
        week=day.week,
        eligible=day.eligible,
        observed=day.observed,
        calendar_observed=day.calendar_observed,
        work=figures.work,
        meeting=figures.meeting,
        focus120=figures.focus120,
        interruptions=figures.interruptions,
        exposures=figures.exposures,
        switches=(switches.external, switches.deferred, switches.self, switches.meeting) if switches else None,
        after_hours=figures.after_hours,
        evidenced=figures.evidenced,
        span=figures.span,
        rest_before=day.rest_before,
        quiet=tuple(span.seconds for span in ledger.spans if span.state in {State.FOCUS, State.FRAGMENTED}),
        between=_between(ledger),
    )


def _between(ledger: DayLedger) -> tuple[int, ...]:
    """Return the stretches without meetings; a break and the end of work end one, too."""
    busy = merge(Interval(span.start, span.end) for span in ledger.spans if span.state is State.MEETING)
    return tuple(part.seconds for window in ledger.work for part in subtract([Interval(*window)], busy))


def own_date(clock: Clock) -> date:
    """Return today's date where the owner lives, as far as the settings say; else in UTC."""
    zone = load_settings().me.zone
    return clock.now().astimezone(ZoneInfo(zone) if zone else UTC).date()
