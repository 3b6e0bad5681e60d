"""What must hold of every plan, on worlds that Hypothesis makes up, against the plain checker."""

import itertools
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deepday.plan.compiling import compile_problem
from deepday.plan.covered import solve
from deepday.plan.milp import solve_by_milp
from deepday.plan.modelling import Status
from deepday.plan.planning import make_plan
from deepday.plan.problem import Chosen, Problem, Quota
from deepday.plan.result import Plan
from tests.unit.plan.checker import best_worth, can_cover, faults, worth
from tests.unit.plan.worlds import problems

SOME = settings(max_examples=40)


def days_of(plan: Plan) -> list[Chosen]:
    return [day.chosen for day in plan.days]


def check(problem: Problem, plan: Plan) -> None:
    days = days_of(plan)
    assert faults(problem, days) == []
    assert worth(problem, days) == plan.objective <= plan.bound
    for day in plan.days:
        if problem.member(day.person).covered:
            people = [person for _, person in day.points] + ([day.backup] if day.backup else [])
            assert len(set(people)) == 1 + problem.covering.backups
            assert all(can_cover(problem, days, day.chosen, person) for person in people)
            assert day.person not in people


@SOME
@given(problems(people=1, weeks=1))
def test_one_persons_week_is_the_best_of_all_plans(problem: Problem) -> None:
    plan = make_plan(problem, alternatives=0)
    best = best_worth(problem)
    assert (plan.status is Status.INFEASIBLE) == (best is None)
    if best is not None:
        check(problem, plan)
        assert plan.objective == plan.bound == best


@SOME
@given(problems(people=1, weeks=2))
def test_one_persons_weeks_are_the_best_of_all_plans(problem: Problem) -> None:
    plan = make_plan(problem, alternatives=0)
    best = best_worth(problem)
    assert (plan.objective if plan.status is Status.OPTIMAL else None) == best


@SOME
@given(problems(people=3, weeks=1))
def test_a_teams_week_is_the_best_of_all_plans(problem: Problem) -> None:
    plan = make_plan(problem, alternatives=0)
    best = best_worth(problem)
    assert (plan.objective if plan.status is Status.OPTIMAL else None) == best
    if best is not None:
        check(problem, plan)


@SOME
@given(problems(people=1, weeks=2))
def test_dynamic_programming_and_the_solver_agree(problem: Problem) -> None:
    model = compile_problem(problem)
    by_solver, _, _ = solve(model, solve_by_milp)
    plan = make_plan(problem, alternatives=0)
    assert by_solver.status is plan.status
    assert by_solver.objective == plan.objective


@SOME
@given(problems(people=3, weeks=2))
def test_greedy_plans_keep_every_rule_and_are_never_better(problem: Problem) -> None:
    plan = make_plan(problem, "greedy", alternatives=0)
    assume(plan.status in {Status.OPTIMAL, Status.FEASIBLE})
    check(problem, plan)
    assert make_plan(problem, alternatives=0).objective >= plan.objective


@SOME
@given(problems(people=3, weeks=1), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(problem: Problem, shuffle: random.Random) -> None:
    def mixed(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(shuffle.sample(items, len(items)))

    other = replace(
        problem,
        members=mixed(
            tuple(
                replace(
                    one,
                    days=mixed(one.days),
                    point_people=mixed(one.point_people),
                    fixed=mixed(one.fixed),
                    vetoed=mixed(one.vetoed),
                )
                for one in problem.members
            )
        ),
        teams=tuple(replace(team, members=mixed(team.members)) for team in problem.teams),
    )
    assert make_plan(other) == make_plan(problem)


@SOME
@given(problems(people=2, weeks=2))
def test_planning_again_in_an_unchanged_world_changes_nothing(problem: Problem) -> None:
    plan = make_plan(problem, alternatives=0)
    assume(plan.days)
    again = make_plan(replace(problem, previous=tuple(days_of(plan))), alternatives=0)
    assert days_of(again) == days_of(plan)
    assert not again.changes


@SOME
@given(problems(people=2, weeks=1), st.integers(0, 4), st.sampled_from(["never", "cap", "gap", "deleted"]))
def test_another_rule_never_makes_the_plan_better(problem: Problem, weekday: int, kind: str) -> None:
    before = make_plan(problem, alternatives=0)
    one = problem.members[0]
    day = next(day.date for day in one.days if day.date.weekday() == weekday)
    change = {
        "never": {"never": one.never | {weekday}},
        "cap": {"cap": min(one.cap or 1, 0.4)},
        "gap": {"gap": one.gap + 1},
        "deleted": {"vetoed": (*one.vetoed, day)},
    }[kind]
    stricter = replace(problem, members=(replace(one, **change), *problem.members[1:]))  # type: ignore[arg-type]
    after = make_plan(stricter, alternatives=0)
    if before.status is Status.INFEASIBLE:
        assert after.status is Status.INFEASIBLE
    elif after.status is not Status.INFEASIBLE:
        assert after.objective <= before.objective


@SOME
@given(problems(people=2, weeks=1), st.integers(3, 5))
def test_conflicts_are_minimal_and_giving_up_the_cheapest_rules_helps(problem: Problem, quota: int) -> None:
    one = problem.members[0]
    greedy = replace(one, quota=Quota(quota, block=one.quota.block))
    problem = replace(problem, members=(greedy, *problem.members[1:]))
    plan = make_plan(problem)
    assume(plan.status is Status.INFEASIBLE)
    assert plan.conflicts
    model = compile_problem(problem)
    names = frozenset(model.rules)

    def agree(kept: frozenset[str]) -> bool:
        return solve(model, solve_by_milp, names - kept)[0].found

    for conflict in plan.conflicts:
        core = frozenset(relaxation.rule.id for relaxation in conflict.rules)
        assert not agree(core), "they collide, whatever else holds"
        assert all(agree(core - {name}) for name in core), "none of them can be left out"
        assert conflict.cheapest in conflict.rules
    assert agree(names - set(plan.given_up)), "without the rules given up there is a plan"
    smallest = len(plan.conflicts[0].rules)
    assert all(agree(frozenset(few)) for few in itertools.combinations(sorted(names), smallest - 1)), "none is smaller"
    if len(plan.conflicts) == 1:
        for name in names - {relaxation.rule.id for relaxation in plan.conflicts[0].rules}:
            assert not agree(names - {name}), "giving up a rule outside the set does not help"


@pytest.mark.parametrize("engine", ["auto", "greedy"])
@SOME
@given(problem=problems(people=1, weeks=2))
def test_alternatives_really_differ(engine: str, problem: Problem) -> None:
    plan = make_plan(problem, engine)
    plans = [set(days_of(plan)), *(set(one.days) for one in plan.alternatives)]
    assume(len(plans) > 1 and plan.days)
    for at, one in enumerate(plans):
        for other in plans[:at]:
            assert len(one - other) >= -(-len(plan.days) // 3)
    for found in plan.alternatives:
        assert faults(problem, found.days) == []
        assert worth(problem, found.days) == found.objective == plan.objective - found.less
