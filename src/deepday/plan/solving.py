"""Chooses the solver."""

from collections.abc import Callable
from importlib.util import find_spec

from deepday.errors import InputError
from deepday.plan.covered import Solver
from deepday.plan.deadline import Deadline
from deepday.plan.decomposing import solve_by_parts
from deepday.plan.exact import solve_exactly
from deepday.plan.greedy import solve_greedily
from deepday.plan.milp import solve_by_milp
from deepday.plan.modelling import Model, Solution, Status

LARGE = 3_000  # candidates; above that a whole horizon takes HiGHS longer than people wait
ENGINES = ("auto", "exact", "greedy")


def is_small(model: Model) -> bool:
    """Tell whether only one person has days to choose: then no solver is needed to be exact."""
    return len({one.person for one in model.candidates}) <= 1


def solver_for(
    model: Model, engine: str = "auto", *, seconds: float = 10.0, monotonic: Callable[[], float] | None = None
) -> Solver:
    """Return the solver: exact where it can be (``auto``, ``exact``), or ``greedy``, which needs no library.

    ``seconds`` is for all that the solver is asked, from now on by ``monotonic``; without a clock, for each question.
    ``auto`` falls back to greedy for a team where highspy is not installed. Raises :class:`InputError` for another
    name, and for ``exact`` without highspy.
    """
    if engine not in ENGINES:
        raise InputError(f"There is no planner {engine!r}.", f"Choose one of {', '.join(ENGINES)}.")
    installed = find_spec("highspy") is not None
    deadline = Deadline(seconds, monotonic)
    if is_small(model) and engine != "greedy":
        return _alone(deadline, installed=installed)
    if engine == "exact" and not installed:
        raise InputError("Exact plans for a team need a solver.", "Run: pip install 'deepday[plan]'")
    if engine == "greedy" or not installed:
        return solve_greedily
    if len(model.candidates) > LARGE:
        return lambda whole, dropped: solve_by_parts(whole, dropped, deadline=deadline)
    return lambda whole, dropped: solve_by_milp(whole, dropped, seconds=deadline.left())


def _alone(deadline: Deadline, *, installed: bool) -> Solver:
    """Return the solver for one person: without a library where that is quick, else HiGHS, or greedy without it."""

    def solve(model: Model, dropped: frozenset[str]) -> Solution:
        found = solve_exactly(model, dropped, deadline=deadline.part(0.5))
        if found.status is not Status.UNKNOWN:
            return found
        if not installed:
            return solve_greedily(model, dropped)
        solved = solve_by_milp(model, dropped, seconds=deadline.left())
        return solve_greedily(model, dropped) if solved.status is Status.UNKNOWN else solved

    return solve
