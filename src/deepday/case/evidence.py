"""What was measured, reduced to the few figures that a conversation needs. Durations in seconds.

Weekly figures are means over the observed eligible days, times five (measurement A12), from the weeks with at least
three such days; a figure that no week supports is ``None``, never zero.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

FEWEST_DAYS = 3
"""Observed days that a week needs to count."""

FEWEST_WEEKS = 3
"""Measured weeks below which nothing is said about how weeks differ."""

BLOCK = 7200
"""The stretch without meetings or own chat that counts as unbroken (measurement A8)."""

DAYS = 5


@dataclass(frozen=True, slots=True)
class EvidenceDay:
    """One date as it was measured. ``None``: not observed.

    ``quiet``: its stretches without meetings or own chat; ``between``: those without meetings, each as long as it is.
    """

    date: date
    week: str
    eligible: bool
    observed: bool
    calendar_observed: bool
    work: int | None
    meeting: int | None
    focus120: int | None
    interruptions: int | None
    exposures: int | None
    switches: tuple[int, int, int, int] | None  # external, deferred, self, meeting
    after_hours: int | None
    evidenced: int | None
    span: int | None
    rest_before: int | None
    quiet: tuple[int, ...] = ()
    between: tuple[int, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether the day is a working day that both sources cover."""
        return self.eligible and self.observed


@dataclass(frozen=True, slots=True)
class WeekCost:
    """The cost of interruptions of a week's observed days: the range that its assumptions allow."""

    week: str
    observed_days: int
    low: int
    middle: int
    high: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Measured days and weeks, oldest first, and how long directed messages waited (``None``: not known).

    ``answered_in_time``: share of directed messages answered within ``answer_limit`` seconds of working time
    (Kaplan-Meier, the last week's), of ``waited`` messages.
    """

    days: tuple[EvidenceDay, ...] = ()
    costs: tuple[WeekCost, ...] = ()
    lag: tuple[float, float] = (60.0, 900.0)
    answered_in_time: float | None = None
    answer_limit: int = 3600
    waited: int = 0
    answered_week: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its range, the weeks that it rests on and the name that ``deepday explain`` knows it by."""

    low: float
    middle: float
    high: float
    weeks: tuple[str, ...]
    metric: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of :class:`Evidence`; durations in seconds for a week of five working days, counts likewise.

    ``low`` and ``high`` are what the assumptions allow (``cost``, ``interruptions``, ``traces``), or else the lowest
    and the highest week. ``broken_days``: days without a stretch of two hours or more, of ``days``. ``self_share``:
    the part of the switches into chat that the person began. ``short_rests``: nights with less than 11 hours without
    a trace.
    """

    weeks: tuple[str, ...]
    days: int
    work: Estimate | None = None
    cost: Estimate | None = None
    focus: Estimate | None = None
    meetings: Estimate | None = None
    interruptions: Estimate | None = None
    traces: Estimate | None = None
    after_hours: Estimate | None = None
    broken_days: int | None = None
    longest: float | None = None
    self_share: float | None = None
    switches: int | None = None
    short_rests: int | None = None
    nights: int = 0

    @property
    def measured(self) -> bool:
        """Whether any week supports a figure that needs calendar and chat."""
        return self.cost is not None


def summarise(evidence: Evidence) -> Summary:
    """Reduce what was measured to the figures of a conversation."""
    full = _weeks(evidence.days, lambda day: day.counts)
    meeting_weeks = _weeks(evidence.days, lambda day: day.eligible and day.calendar_observed)
    days = [day for week in full.values() for day in week]
    nights = [day.rest_before for day in evidence.days if day.rest_before is not None]
    work = _estimate(full, "work", lambda day: day.work) or _estimate(meeting_weeks, "work", lambda day: day.work)
    switches = [day.switches for day in days if day.switches is not None]
    into_chat = sum(sum(one[:3]) for one in switches)
    return Summary(
        weeks=tuple(full),
        days=len(days),
        work=work,
        cost=_cost(evidence.costs, full),
        focus=_estimate(full, "focus120", lambda day: day.focus120),
        meetings=_estimate(meeting_weeks, "meeting", lambda day: day.meeting),
        interruptions=_between(full, "interruptions", lambda day: (day.interruptions, _most(day))),
        traces=_between(full, "evidenced", lambda day: (day.evidenced, day.span)),
        after_hours=_estimate(full, "after_hours", lambda day: day.after_hours),
        broken_days=sum(not day.focus120 for day in days) if days else None,
        longest=median(max(day.quiet, default=0) for day in days) if days else None,
        self_share=sum(one[2] for one in switches) / into_chat if into_chat else None,
        switches=into_chat if switches else None,
        short_rests=sum(rest < 11 * 3600 for rest in nights) if nights else None,
        nights=len(nights),
    )


def follows(week: str, other: str) -> bool:
    """Tell whether the second ISO week (``2026-W11``) comes right after the first."""
    first, second = (date.fromisocalendar(int(one[:4]), int(one[6:]), 1) for one in (week, other))
    return second - first == timedelta(weeks=1)


def _most(day: EvidenceDay) -> int | None:
    return None if day.interruptions is None else day.interruptions + (day.exposures or 0)


def _weeks(days: Iterable[EvidenceDay], counts: Callable[[EvidenceDay], bool]) -> dict[str, list[EvidenceDay]]:
    """Return the days that count by week, of the weeks that have enough of them."""
    found: dict[str, list[EvidenceDay]] = {}
    for day in days:
        if counts(day):
            found.setdefault(day.week, []).append(day)
    return {week: those for week, those in found.items() if len(those) >= FEWEST_DAYS}


def _estimate(
    weeks: dict[str, list[EvidenceDay]], metric: str, value: Callable[[EvidenceDay], int | None]
) -> Estimate | None:
    """Return the mean of all days and the lowest and highest week, for five days each."""
    means = [_five([value(day) or 0 for day in days]) for days in weeks.values()]
    if not means:
        return None
    return Estimate(
        min(means),
        _five([value(day) or 0 for days in weeks.values() for day in days]),
        max(means),
        tuple(weeks),
        metric,
    )


def _between(
    weeks: dict[str, list[EvidenceDay]], metric: str, value: Callable[[EvidenceDay], tuple[int | None, int | None]]
) -> Estimate | None:
    """Return the mean of the lower and of the upper bound of the days, for five days."""
    pairs = [value(day) for days in weeks.values() for day in days]
    if not pairs:
        return None
    low, high = _five([pair[0] or 0 for pair in pairs]), _five([pair[1] or 0 for pair in pairs])
    return Estimate(low, (low + high) / 2, high, tuple(weeks), metric)


def _cost(costs: Sequence[WeekCost], weeks: dict[str, list[EvidenceDay]]) -> Estimate | None:
    known = [one for one in costs if one.week in weeks and one.observed_days >= FEWEST_DAYS]
    if not known:
        return None
    # What is assumed holds in every week alike, so the ends of the weeks' ranges add up.
    scale = DAYS / sum(one.observed_days for one in known)
    low, middle, high = (scale * sum(getattr(one, end) for one in known) for end in ("low", "middle", "high"))
    return Estimate(low, middle, high, tuple(one.week for one in known), "cost")


def _five(values: Sequence[float]) -> float:
    return DAYS * sum(values) / len(values)
