"""Chooses the solver, and makes sure that what it chose can be covered."""

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec

from deepday.errors import InputError
from deepday.plan.compiling import with_limits
from deepday.plan.covering import Cover, assign_cover
from deepday.plan.decomposing import solve_by_parts
from deepday.plan.exact import solve_exactly
from deepday.plan.greedy import solve_greedily
from deepday.plan.milp import solve_by_milp
from deepday.plan.modelling import Model, Solution, Status

LARGE = 3_000  # candidates; above that a whole horizon takes HiGHS longer than people wait
_ROUNDS = 25
ENGINES = ("auto", "exact", "greedy")

Solver = Callable[[Model, frozenset[str]], Solution]


def is_small(model: Model) -> bool:
    """Tell whether only one person has days to choose: then no solver is needed to be exact."""
    return len({one.person for one in model.candidates}) <= 1


def solver_for(model: Model, engine: str = "auto", *, seconds: float = 10.0) -> Solver:
    """Return the solver: exact where it can be (``auto``, ``exact``), or ``greedy``, which needs no library.

    ``auto`` falls back to greedy for a team where highspy is not installed. Raises :class:`InputError` for another
    name, and for ``exact`` without highspy.
    """
    if engine not in ENGINES:
        raise InputError(f"There is no planner {engine!r}.", f"Choose one of {', '.join(ENGINES)}.")
    installed = find_spec("highspy") is not None
    if is_small(model) and engine != "greedy":
        return solve_exactly
    if engine == "exact" and not installed:
        raise InputError("Exact plans for a team need a solver.", "Run: pip install 'deepday[plan]'")
    if engine == "greedy" or not installed:
        return solve_greedily
    if len(model.candidates) > LARGE:
        return lambda whole, dropped: solve_by_parts(whole, dropped, seconds=seconds)
    return lambda whole, dropped: solve_by_milp(whole, dropped, seconds=seconds)


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
