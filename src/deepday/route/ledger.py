"""What it all comes to: response times, how often point people were asked, how often a block was broken."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from deepday.model import Override, OverrideKind, Request, RequestState, ResponseTime

_HAD = frozenset({RequestState.ACKNOWLEDGED, RequestState.ANSWERED, RequestState.DELIVERED, RequestState.NOT_URGENT})
_BROKEN = frozenset({OverrideKind.WAKE, OverrideKind.PAUSE, OverrideKind.END})


def response_times(requests: Iterable[Request], now: int) -> tuple[ResponseTime, ...]:
    """Return how long each request waited for a person, oldest first.

    Open ones are censored now, withdrawn and undeliverable ones where they ended: nobody knows how long they would have
    waited. What was joined to another waited with that one.
    """
    found = []
    for one in sorted(requests, key=lambda one: (one.at, one.id)):
        if one.state is not RequestState.JOINED:
            end = one.final_at or now
            found.append(ResponseTime(one.at, max(0, end - one.at), one.state in _HAD, one.level >= 0))
    return tuple(found)


def monday_of(at: int, zone: ZoneInfo) -> date:
    """Return the Monday of the ISO week of an instant, in a zone."""
    day = datetime.fromtimestamp(at, UTC).astimezone(zone).date()
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Overrides:
    """Decisions that broke deep work, by week: who and why; ``budget``: how many a week were agreed, if any."""

    weeks: Mapping[date, tuple[Override, ...]]
    budget: int | None

    def over(self, week: date) -> bool:
        """Tell whether more happened in a week than was agreed."""
        return self.budget is not None and len(self.weeks.get(week, ())) > self.budget


def overrides_by_week(overrides: Sequence[Override], zone: ZoneInfo, budget: int | None) -> Overrides:
    """Count what broke deep work: waking the person, pausing or ending a block."""
    weeks: dict[date, tuple[Override, ...]] = {}
    for one in sorted(overrides, key=lambda one: one.at):
        resumed = one.kind is OverrideKind.PAUSE and not one.when.seconds
        if one.kind in _BROKEN and not resumed:
            week = monday_of(one.at, zone)
            weeks[week] = (*weeks.get(week, ()), one)
    return Overrides(weeks, budget)


def load_by_week(told: Iterable[tuple[str, int]], zone: ZoneInfo) -> dict[str, Counter[date]]:
    """Count by person and week how often somebody was told about a request. ``told``: name and instant of each."""
    load: dict[str, Counter[date]] = {}
    for name, at in told:
        load.setdefault(name, Counter())[monday_of(at, zone)] += 1
    return load
