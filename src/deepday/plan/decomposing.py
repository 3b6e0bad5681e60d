"""Very large plans, sprint after sprint: each is solved with what the sprints before it have chosen as given.

What a sprint costs because of the one before is then a cost of its candidates. The bound leaves those costs out, and
is a bound of the whole because they are never negative.
"""

from collections import defaultdict
from dataclasses import replace

from deepday.plan.compiling import with_limits
from deepday.plan.covered import Solver
from deepday.plan.covering import assign_cover
from deepday.plan.milp import solve_by_milp
from deepday.plan.modelling import HabitCost, Limit, Model, PairCost, Solution, Status

_ROUNDS = 25
_GAP = 0.002  # of a sprint: the last bit of it takes as long as all before


def solve_by_parts(model: Model, dropped: frozenset[str] = frozenset(), *, seconds: float = 10.0) -> Solution:
    """Return a plan whose sprints are each solved to the optimum, with a bound for the whole.

    Where a sprint has no plan after those before it, the whole is tried at once.
    """
    periods = sorted({one.period for one in model.candidates})

    def milp(part: Model, without: frozenset[str]) -> Solution:
        return solve_by_milp(part, without, seconds=seconds / len(periods), gap=_GAP)

    fixed: set[int] = set()
    bound, engine = 0, ""
    for period in periods:
        numbers = [i for i, one in enumerate(model.candidates) if one.period == period]
        part, free = _part(model, numbers, fixed)
        found = _coverable(part, milp, dropped)
        if not found.found:
            return solve_by_milp(model, dropped, seconds=seconds)
        best = found if free is part else milp(free, dropped)
        bound += best.bound
        fixed.update(numbers[i] for i in found.chosen)
        engine = found.engine
    chosen = tuple(sorted(fixed))
    if model.broken(chosen, dropped):
        return solve_by_milp(model, dropped, seconds=seconds)
    objective = model.objective(chosen)
    bound = max(objective, bound)
    status = Status.OPTIMAL if bound == objective else Status.FEASIBLE
    return Solution(status, chosen, objective, bound, f"{engine}, sprint after sprint")


def _coverable(part: Model, milp: Solver, dropped: frozenset[str]) -> Solution:
    """Return a plan of one sprint that can be covered, with the bound of the best plan whether it can be or not.

    What cannot be covered is mended where it is: only people near it are planned anew, and all where that fails.
    """
    first = found = milp(part, dropped)
    for _ in range(_ROUNDS):
        if not found.found:
            return found
        _, cuts = assign_cover(part, found.chosen, dropped)
        if not cuts:
            return replace(found, bound=max(first.bound, found.objective))
        part = with_limits(part, *cuts)
        near = _near(part, cuts)
        pins = [Limit("", ((i, 1),), low=1) for i in found.chosen if part.candidates[i].person not in near]
        mended = milp(with_limits(part, *pins), dropped)
        found = mended if mended.found else milp(part, dropped)
    return Solution(Status.UNKNOWN, bound=first.bound, engine=first.engine)


def _near(part: Model, cuts: list[Limit]) -> set[str]:
    """Return the people of the limits, those who could cover them, and whom those cover."""
    named = {part.candidates[i].person for cut in cuts for i, _ in cut.terms}
    covering = {person for one in part.candidates if one.person in named for person in one.able}
    covered = {one.person for one in part.candidates if one.able & covering}
    return named | covering | covered


def _part(model: Model, numbers: list[int], fixed: set[int]) -> tuple[Model, Model]:
    """Return the model of one sprint with what went before as costs, and the same without those costs for the bound."""
    at = {i: n for n, i in enumerate(numbers)}
    extra: dict[int, int] = defaultdict(int)
    for pair in model.pairs:
        if pair.other in at and pair.one in fixed:
            extra[pair.other] += pair.price
    habits = []
    for habit in model.habits:
        if habit.one in at and not any(i in at for i in habit.before):
            extra[habit.one] += 0 if fixed.intersection(habit.before) else habit.price
        elif habit.one in at:
            inside = tuple(at[i] for i in habit.before if i in at)
            habits.append(HabitCost(at[habit.one], inside, habit.price))
    free = Model(
        candidates=tuple(model.candidates[i] for i in numbers),
        limits=tuple(_limits(model, at, fixed)),
        rules=model.rules,
        pairs=tuple(PairCost(at[p.one], at[p.other], p.price) for p in model.pairs if p.one in at and p.other in at),
        habits=tuple(habits),
        previous=frozenset(at[i] for i in model.previous if i in at),
        cover_limit=model.cover_limit,
        load=model.load,
        backups=model.backups,
    )
    if not any(extra.values()):
        return free, free
    dearer = tuple(replace(one, wish=one.wish + extra[i]) for i, one in zip(numbers, free.candidates, strict=True))
    return replace(free, candidates=dearer), free


def _limits(model: Model, at: dict[int, int], fixed: set[int]) -> list[Limit]:
    found = []
    for limit in model.limits:
        mine = tuple((at[i], k) for i, k in limit.terms if i in at)
        if not mine:
            continue
        before = sum(k for i, k in limit.terms if i in fixed)
        later = sum(k for i, k in limit.terms if i not in at and i not in fixed)
        low = max(0, limit.low - before - later)
        high = None if limit.high is None else max(0, limit.high - before)
        found.append(Limit(limit.rule, mine, low, high))
    return found
