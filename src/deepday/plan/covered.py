"""Makes sure that what a solver chose can be covered: solves, gives out cover, forbids what cannot be, solves again."""

from collections.abc import Callable
from dataclasses import replace

from deepday.plan.compiling import with_limits
from deepday.plan.covering import assign_cover
from deepday.plan.modelling import Model, Solution, Status
from deepday.plan.problem import Cover

_ROUNDS = 25

Solver = Callable[[Model, frozenset[str]], Solution]


def solve(
    model: Model, solver: Solver, dropped: frozenset[str] = frozenset()
) -> tuple[Solution, dict[int, Cover], Model]:
    """Return the solution with its cover, and the model with the limits that cover turned out to need.

    Each round solves, gives out the cover, and forbids what could not be covered; it ends, since every round forbids
    something new, and is exact, since only what cannot be is forbidden.
    """
    best_bound: int | None = None
    for _ in range(_ROUNDS):
        solution = solver(model, dropped)
        best_bound = solution.bound if best_bound is None else min(best_bound, solution.bound)
        if not solution.found:
            return solution, {}, model
        covers, cuts = assign_cover(model, solution.chosen, dropped)
        if not cuts:
            return solution, covers, model
        model = with_limits(model, *cuts)
    return replace(Solution(Status.UNKNOWN), bound=best_bound or 0, engine=solution.engine), {}, model
