"""Chooses the solver."""

from importlib.util import find_spec

from deepday.errors import InputError
from deepday.plan.covered import Solver
from deepday.plan.decomposing import solve_by_parts
from deepday.plan.exact import solve_exactly
from deepday.plan.greedy import solve_greedily
from deepday.plan.milp import solve_by_milp
from deepday.plan.modelling import Model

LARGE = 3_000  # candidates; above that a whole horizon takes HiGHS longer than people wait
ENGINES = ("auto", "exact", "greedy")


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
