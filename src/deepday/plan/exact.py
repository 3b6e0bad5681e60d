"""One person's plan without a solver: dynamic programming over the weeks, exact."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from deepday.plan.compiling import monday
from deepday.plan.modelling import Limit, Model, Solution, Status

_State = tuple[tuple[int, ...], tuple[int, ...]]
"""Sums so far of the limits that reach over several weeks, and the candidates chosen in the week before."""
_Worth = tuple[int, int]
"""Days of the previous plan that are kept, then minutes: the first goes before the second."""


def solve_exactly(model: Model, dropped: frozenset[str] = frozenset()) -> Solution:
    """Return the best plan of one person, the earliest dates among equals. Time grows with the weeks, not the plans.

    A week's choices are enumerated (at most 3 to the 7); between weeks only what later weeks can depend on is kept.
    """
    allowed = set(model.allowed(dropped))
    limits = [limit for limit in model.limits if limit.rule not in dropped]
    weeks = sorted({monday(one.date) for one in model.candidates})
    week_of = {i: weeks.index(monday(one.date)) for i, one in enumerate(model.candidates)}
    inner: dict[int, list[Limit]] = defaultdict(list)
    outer: list[tuple[Limit, int]] = []  # with the last week that it reaches
    for limit in limits:
        reach = {week_of[i] for i, _ in limit.terms}
        if not reach:
            if limit.low > 0:
                return Solution(Status.INFEASIBLE, engine=ENGINE)
        elif len(reach) == 1:
            inner[reach.pop()].append(limit)
        else:
            outer.append((limit, max(reach)))
    looks_back = _weeks_that_look_back(model, week_of)
    states: dict[_State, tuple[_Worth, tuple[int, ...]]] = {((0,) * len(outer), ()): ((0, 0), ())}
    for number in range(len(weeks)):
        mine = [i for i in sorted(allowed) if week_of[i] == number]
        patterns = [pattern for pattern in _patterns(model, mine) if _keeps(pattern, inner[number])]
        following: dict[_State, tuple[_Worth, tuple[int, ...]]] = {}
        for pattern in patterns:
            added = [sum(k for i, k in limit.terms if i in pattern) for limit, _ in outer]
            own = _own_worth(model, pattern)
            for (sums, before), (worth, chosen) in states.items():
                after = _advance(sums, added, outer, number)
                if after is None:
                    continue
                total = (worth[0] + own[0], worth[1] + own[1] - _crossing(model, before, pattern))
                key = (after, pattern if number + 1 in looks_back else ())
                picked = (*chosen, *pattern)
                known = following.get(key)
                if known is None or total > known[0] or (total == known[0] and picked < known[1]):
                    following[key] = (total, picked)
        states = following
    if not states:
        return Solution(Status.INFEASIBLE, engine=ENGINE)
    (_, objective), chosen = min(states.values(), key=lambda found: (-found[0][0], -found[0][1], found[1]))
    return Solution(Status.OPTIMAL, chosen, objective, objective, ENGINE)


ENGINE = "dynamic programming"


def _patterns(model: Model, mine: list[int]) -> Iterator[tuple[int, ...]]:
    """Return every choice of at most one candidate a date."""
    by_date: dict[date, list[int]] = defaultdict(list)
    for i in mine:
        by_date[model.candidates[i].date].append(i)
    choices: list[tuple[int, ...]] = [()]
    for day in sorted(by_date):
        choices += [(*choice, i) for choice in choices for i in by_date[day]]
    yield from choices


def _keeps(pattern: tuple[int, ...], limits: list[Limit]) -> bool:
    for limit in limits:
        value = sum(k for i, k in limit.terms if i in pattern)
        if value < limit.low or (limit.high is not None and value > limit.high):
            return False
    return True


def _own_worth(model: Model, pattern: tuple[int, ...]) -> _Worth:
    value = sum(model.candidates[i].value for i in pattern)
    value -= sum(pair.price for pair in model.pairs if pair.one in pattern and pair.other in pattern)
    return len(model.previous.intersection(pattern)), value


def _crossing(model: Model, before: tuple[int, ...], pattern: tuple[int, ...]) -> int:
    """Return what this week costs because of what the week before has."""
    pairs = sum(pair.price for pair in model.pairs if pair.one in before and pair.other in pattern)
    habits = sum(habit.price for habit in model.habits if habit.one in pattern and not set(before) & set(habit.before))
    return pairs + habits


def _weeks_that_look_back(model: Model, week_of: dict[int, int]) -> set[int]:
    found = {week_of[pair.other] for pair in model.pairs if week_of[pair.one] != week_of[pair.other]}
    return found | {week_of[habit.one] for habit in model.habits}


def _advance(
    sums: tuple[int, ...], added: list[int], outer: list[tuple[Limit, int]], week: int
) -> tuple[int, ...] | None:
    """Return the sums with this week's added, or ``None`` where a limit can no longer be kept.

    A limit that reaches no further is checked and forgotten; one without an upper end counts up to its lower end.
    """
    after = []
    for value, more, (limit, last) in zip(sums, added, outer, strict=True):
        total = value + more
        if limit.high is not None and total > limit.high:
            return None
        if week >= last:
            if week == last and total < limit.low:
                return None
            total = 0
        elif limit.high is None:
            total = min(total, limit.low)
        after.append(total)
    return tuple(after)
