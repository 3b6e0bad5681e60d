"""One person's plan without a solver: dynamic programming over the weeks, exact."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from deepday.plan.compiling import monday
from deepday.plan.deadline import Deadline
from deepday.plan.greedy import simple_bound
from deepday.plan.modelling import Limit, Model, Solution, Status

_State = tuple[tuple[int, ...], tuple[int, ...]]
"""Sums so far of the limits that reach over several weeks, and the candidates chosen in the week before."""
_Worth = tuple[int, int]
"""Days of the previous plan that are kept, then minutes: the first goes before the second."""


ENGINE = "dynamic programming"
_MOST_STEPS = 1_500_000  # sums; a second or two; twelve weeks of whole days take fewer, whatever their sprints
_LOOK = 50_000  # sums between two looks at the clock


def solve_exactly(model: Model, dropped: frozenset[str] = frozenset(), *, deadline: Deadline | None = None) -> Solution:
    """Return the best plan of one person, the earliest dates among equals.

    A week's choices are enumerated (at most 3 to the 7); between weeks only what later weeks can depend on is kept.
    Where that is too much, or takes longer than the deadline, the status is :attr:`Status.UNKNOWN`, with a bound.
    """
    allowed = set(model.allowed(dropped))
    limits = [limit for limit in model.limits if limit.rule not in dropped]
    weeks = sorted({monday(one.date) for one in model.candidates})
    week_of = {i: weeks.index(monday(one.date)) for i, one in enumerate(model.candidates)}
    if any(limit.low > 0 and not limit.terms for limit in limits):
        return Solution(Status.INFEASIBLE, engine=ENGINE)
    inner, outer = _by_reach(limits, week_of)
    looks_back = _weeks_that_look_back(model, week_of)
    steps = [
        [
            _Step(pattern, tuple(sum(k for i, k in limit.terms if i in pattern) for limit, _ in outer), model)
            for pattern in _patterns(model, [i for i in sorted(allowed) if week_of[i] == number])
            if _keeps(pattern, inner[number])
        ]
        for number in range(len(weeks))
    ]
    if deadline and not deadline.left():
        return Solution(Status.UNKNOWN, bound=simple_bound(model, dropped), engine=ENGINE)
    ahead = _most_ahead(steps, len(outer))
    states: dict[_State, tuple[_Worth, tuple[int, ...]]] = {((0,) * len(outer), ()): ((0, 0), ())}
    steps_taken, look = 0, _LOOK
    for number, step in enumerate(steps):
        following: dict[_State, tuple[_Worth, tuple[int, ...]]] = {}
        costs: dict[tuple[int, ...], dict[int, int]] = {}
        for (sums, before), (worth, chosen) in states.items():
            if before not in costs:
                costs[before] = _crossing(model, before, number, week_of) if number in looks_back else {}
            crossing = costs[before]
            steps_taken += len(step) * (1 + len(outer))
            if steps_taken > look:
                look = steps_taken + _LOOK
                if steps_taken > _MOST_STEPS or (deadline and not deadline.left()):
                    return Solution(Status.UNKNOWN, bound=simple_bound(model, dropped), engine=ENGINE)
            for one in step:
                after = _advance(sums, one.added, outer, number, ahead[number])
                if after is None:
                    continue
                minutes = worth[1] + one.worth[1] - sum(crossing.get(i, 0) for i in one.pattern)
                total = (worth[0] + one.worth[0], minutes)
                key = (after, one.pattern if number + 1 in looks_back else ())
                known = following.get(key)
                if known is not None and total < known[0]:
                    continue
                picked = (*chosen, *one.pattern)
                if known is None or total > known[0] or picked < known[1]:
                    following[key] = (total, picked)
        states = following
    if not states:
        return Solution(Status.INFEASIBLE, engine=ENGINE)
    (_, objective), chosen = min(states.values(), key=lambda found: (-found[0][0], -found[0][1], found[1]))
    return Solution(Status.OPTIMAL, chosen, objective, objective, ENGINE)


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


def _by_reach(limits: list[Limit], week_of: dict[int, int]) -> tuple[dict[int, list[Limit]], list[tuple[Limit, int]]]:
    """Return the limits inside each week, and those that reach over several with the last week that they reach."""
    inner: dict[int, list[Limit]] = defaultdict(list)
    outer = []
    for limit in limits:
        reach = {week_of[i] for i, _ in limit.terms}
        if len(reach) == 1:
            inner[reach.pop()].append(limit)
        elif reach:
            outer.append((limit, max(reach)))
    return inner, outer


class _Step:
    """One choice for a week: what it adds to the sums of the limits that reach further, and what it is worth alone."""

    __slots__ = ("added", "pattern", "worth")

    def __init__(self, pattern: tuple[int, ...], added: tuple[int, ...], model: Model) -> None:
        self.pattern, self.added = pattern, added
        value = sum(model.candidates[i].value for i in pattern)
        value -= sum(pair.price for pair in model.pairs if pair.one in pattern and pair.other in pattern)
        self.worth: _Worth = (len(model.previous.intersection(pattern)), value)


def _most_ahead(steps: list[list[_Step]], limits: int) -> list[list[int]]:
    """Return for each week and limit the most that later weeks can add to the sum."""
    ahead = [[0] * limits for _ in steps]
    for number in range(len(steps) - 2, -1, -1):
        for k in range(limits):
            most = max((step.added[k] for step in steps[number + 1]), default=0)
            ahead[number][k] = ahead[number + 1][k] + most
    return ahead


def _crossing(model: Model, before: tuple[int, ...], week: int, week_of: dict[int, int]) -> dict[int, int]:
    """Return what each candidate of a week costs because of what the week before has."""
    costs: dict[int, int] = defaultdict(int)
    for pair in model.pairs:
        if pair.one in before and week_of[pair.other] == week:
            costs[pair.other] += pair.price
    for habit in model.habits:
        if week_of[habit.one] == week and not set(before) & set(habit.before):
            costs[habit.one] += habit.price
    return costs


def _weeks_that_look_back(model: Model, week_of: dict[int, int]) -> set[int]:
    found = {week_of[pair.other] for pair in model.pairs if week_of[pair.one] != week_of[pair.other]}
    return found | {week_of[habit.one] for habit in model.habits}


def _advance(
    sums: tuple[int, ...], added: tuple[int, ...], outer: list[tuple[Limit, int]], week: int, ahead: list[int]
) -> tuple[int, ...] | None:
    """Return the sums with this week's added, or ``None`` where a limit can no longer be kept.

    A limit that reaches no further is checked and forgotten; one without an upper end counts up to its lower end. Sums
    that can no longer come near the upper end are all the same.
    """
    after = []
    for value, more, (limit, last), most in zip(sums, added, outer, ahead, strict=True):
        total = value + more
        if limit.high is not None and total > limit.high:
            return None
        if week >= last:
            if week == last and total < limit.low:
                return None
            total = 0
        elif limit.high is None:
            total = min(total, limit.low)
        elif limit.low == 0:
            total = max(total, limit.high - most)
        after.append(total)
    return tuple(after)
