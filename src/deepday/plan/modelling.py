"""What solvers see: candidates with a value, and rules as sums over them. They know of no people or calendars."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from deepday.plan.blocks import Block
from deepday.plan.problem import Chosen, Part


@dataclass(frozen=True, slots=True)
class Rule:
    """Something a plan must keep to, that somebody could give up. ``text`` says it in words; ``person``: whose it is.

    ``firm``: others rely on it (cover, agreed days, a trial's draw), so it is given up only where nothing else helps.
    """

    id: str
    text: str
    firm: bool = False
    person: str = ""

    def words(self, *, whose: bool) -> str:
        """Return what it says, with whose rule it is where more than one person plans."""
        return f"{self.text} ({self.person})" if whose and self.person else self.text


@dataclass(frozen=True, slots=True)
class Candidate:
    """A deep-work day that could be. ``value`` = gain - displacement cost - ``wish`` (minutes against wishes).

    ``period``: number of the sprint. ``blockers``: rules that forbid it. ``covers``: who may be point person, by topic
    (one entry with an empty topic where there are none); ``None`` when nobody needs to cover. ``behind``: who may be
    backup. ``unable``: why others cannot cover it.
    """

    person: str
    date: date
    part: Part
    block: Block
    wish: int
    period: int
    blockers: frozenset[str] = frozenset()
    covers: tuple[tuple[str, tuple[str, ...]], ...] | None = None
    behind: tuple[str, ...] = ()
    unable: tuple[str, ...] = ()

    @property
    def able(self) -> frozenset[str]:
        """Everybody who may be point person or backup."""
        return frozenset(self.behind).union(*(people for _, people in self.covers or ()))

    @property
    def value(self) -> int:
        """What choosing it adds to the objective."""
        return self.block.gain - self.block.cost - self.wish

    @property
    def chosen(self) -> Chosen:
        """The day it stands for."""
        return Chosen(self.person, self.date, self.part)


@dataclass(frozen=True, slots=True)
class Limit:
    """``low <= sum of coefficient * x <= high``, coefficients not negative. ``rule`` empty: it is never given up."""

    rule: str
    terms: tuple[tuple[int, int], ...]
    low: int = 0
    high: int | None = None


@dataclass(frozen=True, slots=True)
class PairCost:
    """Choosing both adds ``price`` minutes to the objective's costs (a negative one is given back)."""

    one: int
    other: int
    price: int


@dataclass(frozen=True, slots=True)
class HabitCost:
    """Choosing ``one`` without any of ``before`` (the same weekday in the week before) costs ``price``."""

    one: int
    before: tuple[int, ...]
    price: int


@dataclass(frozen=True, slots=True)
class Model:
    """The whole problem for a solver. ``previous``: candidates of the plan so far; keeping them goes before value.

    ``rules``: by their names. ``cover_limit``: for each person who covers, for how many at once; ``load``: how
    much they have covered lately. ``backups``: as in :class:`deepday.plan.problem.Covering`. ``facts``: for each person
    and date without a candidate, why.
    """

    candidates: tuple[Candidate, ...]
    limits: tuple[Limit, ...]
    rules: dict[str, Rule]
    pairs: tuple[PairCost, ...] = ()
    habits: tuple[HabitCost, ...] = ()
    previous: frozenset[int] = frozenset()
    cover_limit: dict[str, int] = field(default_factory=dict)
    load: dict[str, int] = field(default_factory=dict)
    backups: int = 1
    facts: dict[tuple[str, date], str] = field(default_factory=dict)

    def objective(self, chosen: Collection[int]) -> int:
        """Return the minutes that a choice is worth."""
        taken = set(chosen)
        return (
            sum(self.candidates[i].value for i in taken)
            - sum(pair.price for pair in self.pairs if pair.one in taken and pair.other in taken)
            - sum(habit.price for habit in self.habits if habit.one in taken and not taken.intersection(habit.before))
        )

    def allowed(self, dropped: frozenset[str]) -> list[int]:
        """Return the candidates that no rule forbids, but for the dropped ones."""
        return [i for i, one in enumerate(self.candidates) if one.blockers <= dropped]

    def broken(self, chosen: Collection[int], dropped: frozenset[str] = frozenset()) -> list[Limit]:
        """Return the limits that a choice breaks."""
        taken = set(chosen)
        found = []
        for limit in self.limits:
            if limit.rule in dropped:
                continue
            value = sum(coefficient for i, coefficient in limit.terms if i in taken)
            if value < limit.low or (limit.high is not None and value > limit.high):
                found.append(limit)
        return found


class Status(StrEnum):
    """How sure a solution is."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"  # none was found, and none was proved impossible


@dataclass(frozen=True, slots=True)
class Solution:
    """What a solver found. ``objective`` and ``bound`` are minutes.

    ``bound``: no plan that keeps at least as many candidates of :attr:`Model.previous` is worth more.
    ``engine`` says which solver. Without a plan ``chosen`` is empty.
    """

    status: Status
    chosen: tuple[int, ...] = ()
    objective: int = 0
    bound: int = 0
    engine: str = ""

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.status in {Status.OPTIMAL, Status.FEASIBLE}

    @property
    def gap(self) -> float:
        """How far the objective may be from the best, as a share of the bound."""
        return 0.0 if self.objective >= self.bound else (self.bound - self.objective) / max(1, abs(self.bound))
