"""What planning gives. Gains, costs and prices are minutes."""

from dataclasses import dataclass
from datetime import date

from deepday.model import Interval
from deepday.plan.conflicts import Conflict
from deepday.plan.modelling import Status
from deepday.plan.problem import Chosen, Meeting, Part


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A deep-work day of the plan.

    ``points``: the point person for each topic (one with an empty topic where there are none), ``backup``: empty where
    none is asked for. ``accepted``: it was agreed before. ``reasons``: sentences.
    """

    person: str
    date: date
    part: Part
    when: Interval
    stretches: tuple[Interval, ...]
    gain: int
    cost: int
    wish: int
    displaced: tuple[Meeting, ...]
    kept: tuple[Meeting, ...]
    points: tuple[tuple[str, str], ...]
    backup: str
    accepted: bool
    reasons: tuple[str, ...]

    @property
    def chosen(self) -> Chosen:
        """The bare choice."""
        return Chosen(self.person, self.date, self.part)

    @property
    def point_person(self) -> str:
        """The first point person, empty where nobody covers."""
        return self.points[0][1] if self.points else ""


@dataclass(frozen=True, slots=True)
class NotChosen:
    """A date of the horizon that the plan leaves alone, and what stood in the way."""

    person: str
    date: date
    why: str


@dataclass(frozen=True, slots=True)
class Changes:
    """A plan as a difference from the one before. ``moved`` pairs a day that went with the nearest that came.

    Both are the same person's, and each day is in one pair at most.
    """

    added: tuple[Chosen, ...]
    removed: tuple[Chosen, ...]
    moved: tuple[tuple[Chosen, Chosen], ...]
    kept: tuple[Chosen, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.moved)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another plan that really differs. ``less``: the minutes that it is worth less. ``note``: what it is.

    ``less`` is negative where the plan gives up minutes to keep days of the one before, of which this alternative
    drops ``moved``.
    """

    objective: int
    less: int
    days: tuple[Chosen, ...]
    note: str
    moved: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, or why there is none.

    ``bound``: no plan is worth more, among those that keep at least as many days of the plan so far. ``engine``:
    which solver. When the rules leave no plan, ``conflicts`` says which collide, and the first of ``alternatives`` is
    the best plan without the rules in ``given_up``.
    """

    status: Status
    objective: int
    bound: int
    engine: str
    days: tuple[PlannedDay, ...] = ()
    others: tuple[NotChosen, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    given_up: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    changes: Changes | None = None

    @property
    def gain(self) -> int:
        """Minutes of uninterrupted time that the plan gains."""
        return sum(day.gain for day in self.days)

    @property
    def cost(self) -> int:
        """Minutes that displacing meetings costs everybody; a meeting that two people displace counts for each."""
        return sum(day.cost for day in self.days)
