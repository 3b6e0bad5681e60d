"""Very large plans, sprint after sprint: each is solved with what has been chosen in others as given.

Where anything reaches from one sprint into another (a gap, a pair of days, a habit), the sprints are gone through
forwards and backwards, and the better plan is taken. The bound is the sum of what each sprint could be worth at most,
whatever the others choose: a rule that reaches over several asks only for what the others cannot give, what they cost
one another is left out, and what they could give back is added.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from deepday.plan.compiling import with_limits
from deepday.plan.covered import Solver
from deepday.plan.covering import assign_cover
from deepday.plan.deadline import Deadline
from deepday.plan.greedy import simple_bound, solve_greedily
from deepday.plan.milp import ENGINE, solve_by_milp
from deepday.plan.modelling import HabitCost, Limit, Model, PairCost, Solution, Status

_ROUNDS = 25
_GAP = 0.002  # of a sprint: the last bit of it takes as long as all before


def solve_by_parts(
    model: Model, dropped: frozenset[str] = frozenset(), *, deadline: Deadline | None = None
) -> Solution:
    """Return a plan made sprint by sprint, with a bound for the whole. It is optimal only where the bound proves it.

    Where no plan was found this way, the whole is tried at once. Without a deadline: 10 seconds for each of these.
    """
    deadline = deadline or Deadline(10.0)
    periods = sorted({one.period for one in model.candidates})
    crosses = _crosses(model)
    orders = [periods, periods[::-1]] if crosses else [periods]
    apart = crosses or bool(model.previous)  # what a sprint found is then no bound of it
    left = len(periods) * (len(orders) + apart)
    plans: list[tuple[int, ...]] = []
    bounds: list[int] = []
    for order in orders:
        chosen, bounds = _in_order(model, order, dropped, deadline, left)
        left -= len(periods)
        if chosen is not None and not model.broken(chosen, dropped):
            plans.append(chosen)
    if not plans:
        return solve_by_milp(model, dropped, seconds=deadline.left())
    if apart:
        bounds = []
        for at, period in enumerate(periods):
            part = _relaxed(model, period)
            seconds = deadline.left() / (len(periods) - at)
            bounds.append(solve_by_milp(part, dropped, seconds=seconds, gap=_GAP).bound)
    kept, objective, _, chosen = max(
        (len(model.previous.intersection(one)), model.objective(one), -at, one) for at, one in enumerate(plans)
    )
    bound = max(objective, min(sum(bounds), simple_bound(model, dropped)))
    proved = bound == objective and kept == len(model.previous)
    status = Status.OPTIMAL if proved else Status.FEASIBLE
    return Solution(status, chosen, objective, bound, f"{ENGINE}, sprint after sprint")


def _in_order(
    model: Model, order: Sequence[int], dropped: frozenset[str], deadline: Deadline, left: int
) -> tuple[tuple[int, ...] | None, list[int]]:
    """Return the choice of sprints solved in that order, ``None`` where one had no plan, and the bound of each.

    ``left``: how many solves the time is for.
    """
    fixed: set[int] = set()
    decided: set[int] = set()
    bounds: list[int] = []
    for at, period in enumerate(order):
        until = deadline.part(1 / (left - at))

        def milp(part: Model, without: frozenset[str], until: Deadline = until) -> Solution:
            found = solve_by_milp(part, without, seconds=until.left(), gap=_GAP)
            return found if found.gap <= 2 * _GAP and found.found else _or_greedy(part, without, found)

        numbers = [i for i, one in enumerate(model.candidates) if one.period == period]
        found = _coverable(_part(model, numbers, fixed, decided), milp, dropped)
        if not found.found:
            return None, bounds
        bounds.append(found.bound)
        fixed.update(numbers[i] for i in found.chosen)
        decided.update(numbers)
    return tuple(sorted(fixed)), bounds


def _or_greedy(part: Model, dropped: frozenset[str], found: Solution) -> Solution:
    """Return the simple plan where the solver ran out of time before it found one as good."""
    if found.status is Status.INFEASIBLE or part.previous:
        return found
    simple = solve_greedily(part, dropped)
    if not simple.found or (found.found and found.objective >= simple.objective):
        return found
    bound = max(simple.objective, min(found.bound, simple.bound))
    return replace(simple, status=Status.FEASIBLE, bound=bound, engine=found.engine)


def _crosses(model: Model) -> bool:
    """Tell whether anything reaches from one sprint into another."""

    def several(numbers: Iterable[int]) -> bool:
        return len({model.candidates[i].period for i in numbers}) > 1

    return (
        any(several(i for i, _ in limit.terms) for limit in model.limits)
        or any(several((pair.one, pair.other)) for pair in model.pairs)
        or any(several((habit.one, *habit.before)) for habit in model.habits)
    )


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


def _part(model: Model, numbers: list[int], fixed: set[int], decided: set[int]) -> Model:
    """Return the model of one sprint, with what is chosen (``fixed``) of the ``decided`` candidates as given."""
    at = {i: n for n, i in enumerate(numbers)}
    extra: dict[int, int] = defaultdict(int)
    for pair in model.pairs:
        for one, other in ((pair.one, pair.other), (pair.other, pair.one)):
            if one in at and other in fixed:
                extra[one] += pair.price
    for habit in model.habits:
        inside = any(i in at for i in habit.before)
        if habit.one in at and not inside and not fixed.intersection(habit.before):
            extra[habit.one] += habit.price if decided.issuperset(habit.before) else 0
        elif habit.one in fixed:
            for i in at.keys() & set(habit.before):
                extra[i] -= habit.price
    return _cut(model, at, extra, [one for limit in model.limits for one in _given(limit, at, fixed, decided)])


def _relaxed(model: Model, period: int) -> Model:
    """Return the model of one sprint that is worth at least what any plan of the whole is worth in it."""
    at = {i: n for n, i in enumerate(i for i, one in enumerate(model.candidates) if one.period == period)}
    back: dict[int, int] = defaultdict(int)
    for pair in model.pairs:
        if pair.other in at and pair.one not in at:  # of the days before, at most one can be chosen
            back[pair.other] = min(back[pair.other], pair.price)
    for habit in model.habits:
        if habit.one in at and not habit.before:
            back[habit.one] += habit.price
    limits = [one for limit in model.limits for one in _given(limit, at, set(), set())]
    return replace(_cut(model, at, back, limits), previous=frozenset())


def _cut(model: Model, at: dict[int, int], extra: dict[int, int], limits: list[Limit]) -> Model:
    """Return the model of the candidates ``at`` alone, each with its extra cost."""
    return Model(
        candidates=tuple(replace(model.candidates[i], wish=model.candidates[i].wish + extra.get(i, 0)) for i in at),
        limits=tuple(limits),
        rules=model.rules,
        pairs=tuple(PairCost(at[p.one], at[p.other], p.price) for p in model.pairs if p.one in at and p.other in at),
        habits=tuple(
            HabitCost(at[habit.one], tuple(at[i] for i in habit.before if i in at), habit.price)
            for habit in model.habits
            if habit.one in at and any(i in at for i in habit.before)
        ),
        previous=frozenset(at[i] for i in model.previous if i in at),
        cover_limit=model.cover_limit,
        load=model.load,
        backups=model.backups,
    )


def _given(limit: Limit, at: dict[int, int], fixed: set[int], decided: set[int]) -> list[Limit]:
    """Return what a limit asks of these candidates, if anything, when all the open ones elsewhere do what they can."""
    mine = tuple((at[i], k) for i, k in limit.terms if i in at)
    if not mine:
        return []
    chosen = sum(k for i, k in limit.terms if i in fixed)
    most = sum(k for i, k in limit.terms if i not in at and i not in decided)
    high = None if limit.high is None else max(0, limit.high - chosen)
    return [Limit(limit.rule, mine, max(0, limit.low - chosen - most), high)]
