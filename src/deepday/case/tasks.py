"""The work on somebody's list, by their own estimates, and what could be handed over or done later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Every(StrEnum):
    """How often a task's hours are needed."""

    ONCE = "once"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Task:
    """One task as its owner estimates it.

    ``low`` and ``high``: hours that it still takes (``every`` week, or once); ``None`` where nothing was estimated.
    ``block``: minutes of the shortest stretch in which it gets anywhere, 0 where it can be done in pieces. ``stress``:
    own answer, 0 to 10. ``delegate_to``: who could take it over, ``defer_to``: until when it could wait. ``where``:
    file and line.
    """

    name: str
    low: float | None = None
    high: float | None = None
    every: Every = Every.ONCE
    critical: bool = False
    block: int = 0
    stress: int | None = None
    due: date | None = None
    delegate_to: str = ""
    defer_to: date | None = None
    where: str = ""

    @property
    def freed(self) -> bool:
        """Whether it could be delegated or deferred."""
        return bool(self.delegate_to or self.defer_to)


@dataclass(frozen=True, slots=True)
class Hours:
    """A sum of own estimates in hours, of ``tasks`` tasks; ``unknown`` more have none and are not in it."""

    low: float
    high: float
    tasks: int
    unknown: int


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """Sums over a list of tasks. What is needed once and what every week are never added together."""

    count: int
    left: Hours
    weekly: Hours
    delegated: Hours
    delegated_weekly: Hours
    deferred: Hours
    deferred_weekly: Hours
    critical: Hours
    block: int
    overdue: int
    without_hours: int
    stressful: int


STRESSFUL = 7


def summarise_tasks(tasks: Sequence[Task], today: date) -> TaskSummary:
    """Add up a list. What could be handed over and could wait, too, counts as handed over, so nothing counts twice."""
    delegated = [task for task in tasks if task.delegate_to]
    deferred = [task for task in tasks if task.defer_to and not task.delegate_to]
    critical = critical_tasks(tasks)
    return TaskSummary(
        count=len(tasks),
        left=_hours(tasks, Every.ONCE),
        weekly=_hours(tasks, Every.WEEK),
        delegated=_hours(delegated, Every.ONCE),
        delegated_weekly=_hours(delegated, Every.WEEK),
        deferred=_hours(deferred, Every.ONCE),
        deferred_weekly=_hours(deferred, Every.WEEK),
        critical=_hours(critical, Every.ONCE),
        block=max((task.block for task in critical), default=0),
        overdue=sum(task.due is not None and task.due < today for task in tasks),
        without_hours=sum(task.low is None for task in tasks),
        stressful=sum(task.stress is not None and task.stress >= STRESSFUL for task in tasks),
    )


def critical_tasks(tasks: Sequence[Task]) -> list[Task]:
    """Return the critical tasks that need unbroken time and come to an end."""
    return [task for task in tasks if task.critical and task.block and task.every is Every.ONCE]


def _hours(tasks: Sequence[Task], every: Every) -> Hours:
    those = [task for task in tasks if task.every is every]
    known = [task for task in those if task.low is not None]
    return Hours(
        sum(task.low or 0 for task in known),
        sum(task.high or 0 for task in known),
        len(known),
        len(those) - len(known),
    )
