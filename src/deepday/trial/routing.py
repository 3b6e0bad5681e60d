"""Urgent requests during the trial: what the ledger of requests tells of them, and what the report needs of that.

Nothing here names anybody, and nothing holds a word of a request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class RequestEnd(StrEnum):
    """How an urgent request ended, as far as its wait is concerned."""

    ANSWERED = "answered"  # somebody took it, or found that it can wait
    OPEN = "open"
    WITHDRAWN = "withdrawn"
    UNREACHED = "unreached"  # nobody could be reached, and its sender was told


@dataclass(frozen=True, slots=True)
class UrgentWait:
    """One urgent request: the local date on which it was sent, and the working minutes until it ended so.

    ``by``: who answered, as a role ("point person", "backup", "owner"), empty where nobody did.
    """

    date: date
    minutes: float
    end: RequestEnd
    by: str = ""


@dataclass(frozen=True, slots=True)
class RoutingRecord:
    """What the ledger of requests holds of the trial's dates.

    ``could_wait``: requests that nobody was told about at once. ``asked``: by Monday, how often each colleague was
    told, the most first. ``broken``: by Monday, how often deep work was broken. ``budget``: how often a week that was
    agreed, ``None`` where nothing was. ``declined``: meetings of these dates that were declined, ``None`` where that
    was never on. ``proven``: whether each request has its rows in the history, and the history is whole.
    """

    waits: tuple[UrgentWait, ...]
    could_wait: int = 0
    asked: Mapping[date, tuple[int, ...]] = field(default_factory=dict)
    broken: Mapping[date, int] = field(default_factory=dict)
    budget: int | None = None
    declined: int | None = None
    proven: bool = True

    @property
    def empty(self) -> bool:
        """Whether there is nothing to report."""
        return not (self.waits or self.could_wait or self.broken or self.declined)


@dataclass(frozen=True, slots=True)
class RoutingCounts:
    """Urgent requests from the first to the last day of the trial.

    ``received`` = ``ended`` + ``open``. ``deep`` and ``other``: (answered within ``limit`` working minutes, all whose
    limit was over), by the arm of the day on which they came. ``median``, ``p90``, ``slowest``: working minutes until
    the answer by Kaplan and Meier, those without one taken as censored; ``None`` where too many have none to tell.
    ``handed_over``: how many somebody else than the owner took. ``asked``: how often colleagues were told,
    ``busiest``: the most that was for one in one week. ``broken``: how often deep work was broken,
    ``over_budget``: in how many weeks more often than agreed.
    ``weeks``: (Monday, requests, how often each colleague was told, how often deep work was broken). The rest as in
    :class:`RoutingRecord`.
    """

    received: int
    ended: int
    open: int
    limit: float
    deep: tuple[int, int]
    other: tuple[int, int]
    median: float | None = None
    p90: float | None = None
    slowest: float | None = None
    handed_over: int = 0
    declined: int | None = None
    answered: int = 0
    withdrawn: int = 0
    unreached: int = 0
    could_wait: int = 0
    asked: int = 0
    busiest: int = 0
    broken: int = 0
    budget: int | None = None
    over_budget: int = 0
    proven: bool | None = None
    weeks: tuple[tuple[str, int, tuple[int, ...], int], ...] = ()


def record_to_json(record: RoutingRecord) -> dict[str, Any]:
    """Return the record as JSON values."""
    waits = [asdict(one) | {"date": str(one.date), "end": str(one.end)} for one in record.waits]
    return {
        "waits": waits,
        "could_wait": record.could_wait,
        "asked": {str(week): list(counts) for week, counts in sorted(record.asked.items())},
        "broken": {str(week): count for week, count in sorted(record.broken.items())},
        "budget": record.budget,
        "declined": record.declined,
        "proven": record.proven,
    }


def record_from_json(found: Mapping[str, Any]) -> RoutingRecord:
    """Read what :func:`record_to_json` gave. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for anything else."""
    waits: Sequence[Mapping[str, Any]] = found["waits"]
    return RoutingRecord(
        tuple(
            UrgentWait(date.fromisoformat(one["date"]), float(one["minutes"]), RequestEnd(one["end"]), str(one["by"]))
            for one in waits
        ),
        int(found["could_wait"]),
        {date.fromisoformat(week): tuple(map(int, counts)) for week, counts in found["asked"].items()},
        {date.fromisoformat(week): int(count) for week, count in found["broken"].items()},
        found["budget"],
        found["declined"],
        bool(found["proven"]),
    )
