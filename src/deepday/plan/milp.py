"""A team's plan by mixed-integer programming: HiGHS, one thread, a fixed seed: the same model gives the same plan."""

import math
from dataclasses import dataclass
from typing import Any

from deepday.plan.greedy import simple_bound
from deepday.plan.modelling import Limit, Model, Solution, Status

ENGINE = "HiGHS"
_WHOLE = 1.0
"""Objectives are whole minutes: a plan that is less than one short of the bound is the best."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    status: Status
    chosen: tuple[int, ...]
    value: float
    bound: float
    seconds: float


def solve_by_milp(
    model: Model, dropped: frozenset[str] = frozenset(), *, seconds: float = 10.0, gap: float = 0.0
) -> Solution:
    """Return the best plan, or the best found in that time with a bound. ``gap``: the share of the bound that will do.

    Where there is a previous plan, first as much of it is kept as can be (for half of the time), then the minutes
    count. Needs highspy: the extra ``plan``.
    """
    if seconds <= 0:
        return Solution(Status.UNKNOWN, bound=simple_bound(model, dropped), engine=ENGINE)
    limits = [limit for limit in model.limits if limit.rule not in dropped]
    allowed = model.allowed(dropped)
    first = None
    if model.previous:
        keep = dict.fromkeys(model.previous, 1.0)
        first = _maximise(model, allowed, limits, keep, seconds / 2, 0.0, costs=False)
        if first.status is Status.INFEASIBLE:
            return Solution(first.status, engine=ENGINE)
        if first.status is Status.UNKNOWN:
            return Solution(first.status, bound=simple_bound(model, dropped), engine=ENGINE)
        limits.append(Limit("", tuple((i, 1) for i in sorted(model.previous)), low=round(first.value)))
        seconds -= min(first.seconds, seconds / 2)
    values = {i: float(model.candidates[i].value) for i in allowed}
    found = _maximise(model, allowed, limits, values, seconds, gap, costs=True)
    if found.status is Status.INFEASIBLE:
        return Solution(found.status, engine=ENGINE)
    bound = simple_bound(model, dropped)
    if math.isfinite(found.bound):  # objectives are whole minutes, so a fraction above one is none
        bound = min(bound, math.floor(found.bound + 1e-4))
    if found.status is Status.UNKNOWN and first is None:
        return Solution(found.status, bound=bound, engine=ENGINE)
    chosen = first.chosen if first and found.status is Status.UNKNOWN else found.chosen
    objective = model.objective(chosen)
    bound = max(objective, bound)
    proved = bound == objective and (first is None or first.status is Status.OPTIMAL)
    return Solution(Status.OPTIMAL if proved else Status.FEASIBLE, chosen, objective, bound, ENGINE)


class _Rows:
    """The matrix, row by row."""

    def __init__(self) -> None:
        self.start: list[int] = [0]
        self.index: list[int] = []
        self.value: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, terms: dict[int, float], low: float, high: float) -> None:
        self.index += terms.keys()
        self.value += terms.values()
        self.start.append(len(self.index))
        self.low.append(low)
        self.high.append(high)


def _maximise(
    model: Model,
    allowed: list[int],
    limits: list[Limit],
    values: dict[int, float],
    seconds: float,
    gap: float,
    *,
    costs: bool,
) -> _Outcome:
    """Maximise; pairs and habits get a variable each, which need not be integer."""
    column = {i: at for at, i in enumerate(allowed)}
    cost = [values.get(i, 0.0) for i in allowed]
    rows = _Rows()
    for terms, (low, high) in _merged(limits, column).items():
        if not terms and low > 0:
            return _Outcome(Status.INFEASIBLE, (), 0, 0, 0)
        if terms and (low > 0 or sum(k for _, k in terms) > high):
            rows.add(dict(terms), low if low > 0 else -math.inf, high)
    if costs:
        _add_costs(model, column, cost, rows)
    return _run(allowed, cost, rows, seconds, gap)


def _merged(limits: list[Limit], column: dict[int, int]) -> dict[tuple[tuple[int, float], ...], tuple[float, float]]:
    """Return the limits over the same columns as one row each, from the greatest lower to the least upper end."""
    found: dict[tuple[tuple[int, float], ...], tuple[float, float]] = {}
    for limit in limits:
        terms = tuple((column[i], float(k)) for i, k in limit.terms if i in column)
        low, high = found.get(terms, (0.0, math.inf))
        found[terms] = max(low, float(limit.low)), high if limit.high is None else min(high, float(limit.high))
    return found


def _add_costs(model: Model, column: dict[int, int], cost: list[float], rows: _Rows) -> None:
    for pair in model.pairs:
        if pair.one in column and pair.other in column:
            both = len(cost)
            cost.append(-float(pair.price))
            one, other = column[pair.one], column[pair.other]
            if pair.price > 0:
                rows.add({one: 1.0, other: 1.0, both: -1.0}, -math.inf, 1.0)
            else:
                rows.add({both: 1.0, one: -1.0}, -math.inf, 0.0)
                rows.add({both: 1.0, other: -1.0}, -math.inf, 0.0)
    for habit in model.habits:
        if habit.one in column:
            broken = len(cost)
            cost.append(-float(habit.price))
            terms = {column[habit.one]: 1.0, broken: -1.0}
            terms.update({column[i]: -1.0 for i in habit.before if i in column})
            rows.add(terms, -math.inf, 0.0)


def _run(allowed: list[int], cost: list[float], rows: _Rows, seconds: float, gap: float) -> _Outcome:
    import highspy  # noqa: PLC0415 - an extra, and 90 ms; one person needs none
    import numpy as np  # noqa: PLC0415 - comes with it

    if not cost:
        return _Outcome(Status.OPTIMAL, (), 0, 0, 0)
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # its types cover only part of it
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 1),
        ("mip_rel_gap", gap),
        ("mip_abs_gap", 0.9 * _WHOLE),
        ("time_limit", float(seconds)),
        ("mip_heuristic_run_root_reduced_cost", False),  # on these models half of the time, for no better plan
    ):
        highs.setOptionValue(name, value)
    highs.passModel(_program(highspy, np, len(allowed), cost, rows))
    highs.run()
    return _read(highspy, highs, allowed)


def _program(highspy: Any, np: Any, integers: int, cost: list[float], rows: _Rows) -> Any:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(rows.low)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.array(cost)
    lp.col_lower_, lp.col_upper_ = np.zeros(len(cost)), np.ones(len(cost))
    lp.row_lower_, lp.row_upper_ = np.array(rows.low), np.array(rows.high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(rows.start, dtype=np.int32)
    lp.a_matrix_.index_ = np.array(rows.index, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(rows.value)
    lp.integrality_ = [
        highspy.HighsVarType.kInteger if i < integers else highspy.HighsVarType.kContinuous for i in range(len(cost))
    ]
    return lp


def _read(highspy: Any, highs: Any, allowed: list[int]) -> _Outcome:
    status, info, seconds = highs.getModelStatus(), highs.getInfo(), highs.getRunTime()
    if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
        return _Outcome(Status.INFEASIBLE, (), 0, 0, seconds)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return _Outcome(Status.UNKNOWN, (), 0, info.mip_dual_bound, seconds)
    values = highs.getSolution().col_value
    chosen = tuple(i for at, i in enumerate(allowed) if values[at] > 0.5)
    optimal = status == highspy.HighsModelStatus.kOptimal
    state = Status.OPTIMAL if optimal else Status.FEASIBLE
    bound = max(info.mip_dual_bound, info.objective_function_value)
    if optimal and bound - info.objective_function_value < _WHOLE:
        bound = info.objective_function_value  # objectives are whole minutes: there is none between
    return _Outcome(state, chosen, info.objective_function_value, bound, seconds)
