"""A trial's days as they were measured, from the store or from files, with what the user rated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from deepday.app.measuring import observe
from deepday.app.person import build_parameters, build_person
from deepday.app.request import Request
from deepday.app.trial_fixed import fixed_parameters, fixed_request
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.connect import Progress
from deepday.measure.columns import unique
from deepday.measure.days import absences, working_days
from deepday.measure.measuring import measure
from deepday.measure.parameters import MINUTE, Parameters, ResumptionLag
from deepday.measure.result import DayMeasure
from deepday.model import Interval, Person
from deepday.store.trials import LogEntry, LogKind
from deepday.trial.drawing import Dates
from deepday.trial.protocol import Protocol
from deepday.trial.rows import LAGS, MEASURES, Gap, TrialRow
from deepday.trial.values import Arm

NOT_AT_WORK = ("sick", "away")
RATED = ("progress", "strain", "blocked")


@dataclass(frozen=True, slots=True)
class Measured:
    """The days of a period at the usual lag, and the same days at other ones (minutes). ``person``: with days off.

    ``away``: dates on which the user was not at work, though no calendar says so. ``windows``: working time, sorted and
    disjoint.
    """

    person: Person
    parameters: Parameters
    days: tuple[DayMeasure, ...]
    by_lag: Mapping[int, tuple[DayMeasure, ...]]
    away: frozenset[date] = frozenset()
    windows: tuple[Interval, ...] = ()


def measure_days(
    request: Request, first: date, last: date, progress: Progress, clock: Clock, protocol: Protocol | None = None
) -> Measured:
    """Measure every date from ``first`` to ``last``, days to come included: these are not observed.

    ``protocol``: what is measured by, where one was written; otherwise the settings are.

    Raises as :func:`deepday.app.measuring.measure_period`.
    """
    settings = load_settings()
    request = fixed_request(request, protocol) if protocol else request
    person = build_person(request, settings)
    parameters = build_parameters(request, settings)
    parameters = fixed_parameters(parameters, protocol) if protocol else parameters
    asked = replace(request, first=first.isoformat(), last=last.isoformat())
    _, _, found, person = observe(asked, settings, person, progress, clock)

    def days(with_: Parameters) -> tuple[DayMeasure, ...]:
        return measure(person, first, last, found.seen, with_, ledger=False).days

    by_lag = {lag: days(replace(parameters, lag=ResumptionLag(*[lag * MINUTE] * 3))) for lag in LAGS}
    working = working_days(person, first, last, absences(unique(found.seen.events), person))
    windows = tuple(window for day in working for window in day.windows)
    return Measured(person, parameters, days(parameters), by_lag, windows=windows)


def cost_rate(day: DayMeasure) -> float | None:
    """Return the primary outcome: minutes lost to evidenced interruptions per hour of working time."""
    cost, work = day.figures.cost, day.figures.work
    if not day.eligible or cost is None or not work:
        return None
    return 60 * cost.low / work


def rows_of(
    protocol: Protocol, drawn: Mapping[str, Dates], found: Measured, log: Sequence[LogEntry], today: date
) -> list[TrialRow]:
    """Return a row for each eligible day of the baseline, and for each day that could be drawn."""
    ratings = {(one.what, one.date): one.value for one in log if one.kind is LogKind.RATING}
    places = {day.date: at for at, day in enumerate(found.days)}
    base = protocol.baseline
    ill = {one.date for one in log if one.kind is LogKind.DEVIATION and one.what in NOT_AT_WORK}
    found = replace(found, away=frozenset(day for day in ill if day))
    rows = [
        _row(day.week, day.date, Arm.BASELINE, found, places, ratings, today)
        for day in found.days
        if base.first <= day.date <= base.last and day.eligible
    ]
    for week in protocol.weeks:
        for one in week.days:
            arm = Arm.DEEP if one in drawn[week.week] else Arm.OTHER
            rows.append(_row(week.week, one, arm, found, places, ratings, today))
    return rows


def _row(
    week: str,
    day: date,
    arm: Arm,
    found: Measured,
    places: Mapping[date, int],
    ratings: Mapping[tuple[str, date | None], int | None],
    today: date,
) -> TrialRow:
    at = places.get(day)
    rated = {name: None if (given := ratings.get((name, day))) is None else float(given) for name in RATED}
    values: dict[str, float | None] = dict.fromkeys(MEASURES)
    missing = Gap.TO_COME if day >= today else Gap.NOT_OBSERVED
    if at is not None and day < today:
        here = found.days[at]
        values["value"] = cost_rate(here)
        for lag in LAGS:
            values[f"value_lag_{lag}"] = cost_rate(found.by_lag[lag][at])
        if here.eligible and here.observed:
            figures = here.figures
            for name in ("quiet60", "focus120", "after_hours"):
                seconds = getattr(figures, name)
                values[name] = None if seconds is None else seconds / MINUTE
        missing = "" if values["value"] is not None else Gap.NOT_OBSERVED if here.eligible else Gap.NO_WORKING_DAY
    if day in found.away:  # a day in bed without messages is no quiet day
        values, missing = dict.fromkeys(MEASURES), Gap.NO_WORKING_DAY
    values |= rated
    return TrialRow(week, day, arm, tuple(values[name] for name in MEASURES), missing)
