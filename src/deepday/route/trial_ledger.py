"""What the ledger of requests says of a trial: waits in working time, load, breaks of deep work, and their counts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from deepday.measure.latency import WorkingClock, kaplan_meier
from deepday.model import ChainRole, Door, Interval, Request, RequestState, Verdict
from deepday.route.ledger import monday_of
from deepday.trial.protocol import monday
from deepday.trial.routing import RequestEnd, RoutingCounts, RoutingRecord, UrgentWait

_ENDS = {
    RequestState.ACKNOWLEDGED: RequestEnd.ANSWERED,
    RequestState.ANSWERED: RequestEnd.ANSWERED,
    RequestState.DELIVERED: RequestEnd.ANSWERED,
    RequestState.NOT_URGENT: RequestEnd.ANSWERED,
    RequestState.WITHDRAWN: RequestEnd.WITHDRAWN,
    RequestState.UNDELIVERABLE: RequestEnd.UNREACHED,
}
_BY_OWNER = frozenset({RequestState.ANSWERED, RequestState.DELIVERED})


@dataclass(frozen=True, slots=True)
class Period:
    """Local dates, both included, their zone, and their working windows, sorted and disjoint."""

    first: date
    last: date
    zone: ZoneInfo
    windows: Sequence[Interval]

    def holds(self, at: int) -> bool:
        """Tell whether an instant lies in it."""
        return self.first <= self.date_of(at) <= self.last

    def date_of(self, at: int) -> date:
        """Return the local date of an instant."""
        return datetime.fromtimestamp(at, UTC).astimezone(self.zone).date()


def is_urgent(request: Request) -> bool:
    """Tell whether somebody was told about it, or is to be; what was joined to another is part of that one."""
    told = request.level >= 0 or request.verdict is Verdict.URGENT
    return told and request.state is not RequestState.JOINED and request.door is not Door.TEST


def urgent_waits(requests: Iterable[Request], period: Period, now: int) -> tuple[UrgentWait, ...]:
    """Return the urgent requests that were sent in the period, oldest first; what is open waits until ``now``.

    Waits are in working minutes (measurement A10): the clock stands still outside of the owner's working time.
    """
    clock = WorkingClock(period.windows)
    found = []
    for one in sorted(requests, key=lambda one: (one.at, one.id)):
        if is_urgent(one) and period.holds(one.at):
            seconds = clock.read(max(one.at, one.final_at or now)) - clock.read(one.at)
            end = _ENDS.get(one.state, RequestEnd.OPEN)
            by = _role(one) if end is RequestEnd.ANSWERED else ""
            found.append(UrgentWait(period.date_of(one.at), round(seconds / 60, 2), end, by))
    return tuple(found)


def could_wait(requests: Iterable[Request], period: Period) -> int:
    """Count the requests of the period that nobody was told about at once."""
    joined, tests = RequestState.JOINED, Door.TEST
    rest = [one for one in requests if one.state is not joined and one.door is not tests and not is_urgent(one)]
    return sum(period.holds(one.at) for one in rest)


def _role(request: Request) -> str:
    """Return as what somebody answered: the proof of an answer begins with their id."""
    if request.state in _BY_OWNER:
        return str(ChainRole.OWNER)
    by = request.evidence.partition(" ")[0]
    found = next((one for one in request.chain if one.chat and one.chat == by), None)
    return str(found.role if found else ChainRole.OWNER)


def asked_by_week(told: Iterable[tuple[str, int]], period: Period) -> dict[date, tuple[int, ...]]:
    """Count by week how often each colleague was told, the most first. ``told``: name and instant of each."""
    weeks: dict[date, dict[str, int]] = {}
    for name, at in told:
        if period.holds(at):
            week = weeks.setdefault(monday_of(at, period.zone), {})
            week[name] = week.get(name, 0) + 1
    return {week: tuple(sorted(counts.values(), reverse=True)) for week, counts in sorted(weeks.items())}


def count_routing(
    record: RoutingRecord | None, deep: Collection[date], other: Collection[date], limit: float
) -> RoutingCounts | None:
    """Return the counts of a record, ``None`` of none. ``deep`` and ``other``: the days of the two arms."""
    if record is None:
        return None
    ends = [one.end for one in record.waits]
    curve = kaplan_meier((round(60 * one.minutes), one.end is RequestEnd.ANSWERED) for one in record.waits)
    left = float(curve[-1][1]) if curve else 1.0
    colleagues = [count for counts in record.asked.values() for count in counts]
    return RoutingCounts(
        received=len(ends),
        ended=sum(one is not RequestEnd.OPEN for one in ends),
        open=ends.count(RequestEnd.OPEN),
        limit=limit,
        deep=_in_time(record.waits, deep, limit),
        other=_in_time(record.waits, other, limit),
        median=_minutes(next((length for length, share in curve if 2 * share <= 1), None)),
        p90=_minutes(next((length for length, share in curve if 10 * share <= 1), None)),
        slowest=_minutes(curve[-1][0]) if curve and left == 0 else None,
        handed_over=sum(one.by in {ChainRole.POINT, ChainRole.BACKUP} for one in record.waits),
        declined=record.declined,
        answered=ends.count(RequestEnd.ANSWERED),
        withdrawn=ends.count(RequestEnd.WITHDRAWN),
        unreached=ends.count(RequestEnd.UNREACHED),
        could_wait=record.could_wait,
        asked=sum(colleagues),
        busiest=max(colleagues, default=0),
        broken=sum(record.broken.values()),
        budget=record.budget,
        over_budget=sum(record.budget is not None and count > record.budget for count in record.broken.values()),
        proven=record.proven,
        weeks=_weeks(record),
    )


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 2)


def _in_time(waits: Sequence[UrgentWait], days: Collection[date], limit: float) -> tuple[int, int]:
    """Return how many were answered within the limit, of those whose limit was over, or whom nobody could be told."""
    mine = [one for one in waits if one.date in days]
    in_time = sum(one.end is RequestEnd.ANSWERED and one.minutes <= limit for one in mine)
    late = sum(one.minutes > limit or one.end is RequestEnd.UNREACHED for one in mine)
    return in_time, in_time + late


def _weeks(record: RoutingRecord) -> tuple[tuple[str, int, tuple[int, ...], int], ...]:
    requests: dict[date, int] = {}
    for one in record.waits:
        requests[monday(one.date)] = requests.get(monday(one.date), 0) + 1
    some = sorted({*requests, *record.asked, *record.broken})
    if not some:
        return ()
    every = [some[0] + timedelta(weeks=at) for at in range((some[-1] - some[0]).days // 7 + 1)]
    return tuple(
        (str(week), requests.get(week, 0), tuple(record.asked.get(week, ())), record.broken.get(week, 0))
        for week in every
    )
