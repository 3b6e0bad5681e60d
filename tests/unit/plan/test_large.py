"""Plans in parts, as very large ones are made, on worlds small enough to know the best."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deepday.plan.compiling import compile_problem
from deepday.plan.covered import solve
from deepday.plan.deadline import Deadline
from deepday.plan.decomposing import solve_by_parts
from deepday.plan.greedy import solve_greedily
from deepday.plan.milp import solve_by_milp
from deepday.plan.modelling import Model, Solution, Status
from deepday.plan.planning import make_plan
from deepday.plan.problem import Problem, Wishes
from deepday.plan.solving import LARGE, solver_for
from tests.bench.teams import teams
from tests.unit.plan.checker import faults, worth
from tests.unit.plan.worlds import MONDAY, meeting, member, problem, problems, week

Spacing = Literal["", "together"]

SOME = settings(max_examples=40)


TIGHT = settings(SOME, max_examples=100)


def in_parts(model: Model, dropped: frozenset[str]) -> Solution:
    return solve_by_parts(model, dropped)


@SOME
@given(problems(people=3, weeks=2))
def test_a_plan_in_parts_keeps_every_rule_and_its_bound_holds(problem: Problem) -> None:
    model = compile_problem(problem)
    best, _, _ = solve(model, solve_by_milp)
    found, covers, _ = solve(model, in_parts)
    assert found.found == best.found
    assume(found.found)
    chosen = [model.candidates[i].chosen for i in found.chosen]
    assert faults(problem, chosen) == []
    assert worth(problem, chosen) == found.objective <= best.objective <= found.bound
    assert all(model.candidates[i].covers is None or i in covers for i in found.chosen)


@SOME
@given(problems(people=2, weeks=2))
def test_habits_reach_over_the_parts(problem: Problem) -> None:
    regular = tuple(replace(one, wishes=Wishes(regular=True, price=500)) for one in problem.members)
    model = compile_problem(replace(problem, members=regular, sprint=1))
    found, _, _ = solve(model, in_parts)
    best, _, _ = solve(model, solve_by_milp)
    assume(found.found)
    assert found.objective == model.objective(found.chosen) <= best.objective <= found.bound


def test_a_large_team_is_planned_in_parts_within_a_hundredth_of_the_best() -> None:
    model = compile_problem(teams(160, 4))
    assert len(model.candidates) > LARGE
    found, covers, _ = solve(model, solver_for(model))
    assert found.engine == "HiGHS, sprint after sprint"
    assert (found.gap < 0.01, len(covers)) == (True, 160 * 4 * 2)


@TIGHT
@given(problems(people=2, weeks=3), st.sampled_from(["", "together"]))
def test_what_reaches_over_the_border_of_a_sprint_is_in_the_bound(problem: Problem, spacing: Spacing) -> None:
    members = tuple(
        replace(one, days=week(3, workdays=7), gap=1 if spacing else 4, wishes=Wishes(spacing=spacing, price=200))
        for one in problem.members
    )
    model = compile_problem(replace(problem, members=members, sprint=1))
    best, _, _ = solve(model, solve_by_milp)
    found, _, _ = solve(model, in_parts)
    assert found.found == best.found
    assume(best.status is Status.OPTIMAL)
    assert found.objective <= best.objective <= found.bound
    assert found.status is not Status.OPTIMAL or found.objective == best.objective


def test_a_gap_over_the_weekend_is_no_reason_to_call_a_poor_plan_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    fri, monday = MONDAY + timedelta(days=4), MONDAY + timedelta(days=7)
    busy = [
        meeting(day.date, 9, 9.5, None) if day.date == fri - timedelta(days=1) else meeting(day.date, 11, 17, None)
        for day in week(2)
        if day.scheduled and day.date not in {fri, monday}
    ]
    people = [member(f"p{number}", 2, gap=4, meetings=tuple(busy)) for number in range(3)]
    monkeypatch.setattr("deepday.plan.solving.LARGE", 10)
    found = make_plan(problem(*people, weeks=2), alternatives=0)
    monkeypatch.undo()
    best = make_plan(problem(*people, weeks=2), alternatives=0)
    assert best.objective == 3 * (450 + 480)
    assert (found.objective, found.engine) == (best.objective, "HiGHS, sprint after sprint")
    assert (found.status, found.bound) == (Status.FEASIBLE, 3 * (480 + 480))


def test_a_solver_without_time_says_that_it_does_not_know() -> None:
    plan = make_plan(teams(50, 4), seconds=0.001)
    assert plan.status in {Status.UNKNOWN, Status.FEASIBLE}
    assert plan.conflicts == ()


def test_a_plan_in_parts_without_time_is_no_worse_than_the_simple_one() -> None:
    model = compile_problem(teams(60, 2))
    hurried = solve_by_parts(model, deadline=Deadline(0.0))
    assert hurried.found
    assert hurried.objective >= 0.95 * solve_greedily(model).objective
    assert hurried.objective <= hurried.bound
