"""How long a plan may take: one deadline for all that is solved, on a clock that each look moves on."""

import random
from dataclasses import replace

from deepday.plan.compiling import compile_problem
from deepday.plan.conflicts import find_conflicts
from deepday.plan.covered import solve
from deepday.plan.exact import solve_exactly
from deepday.plan.explaining import why_not
from deepday.plan.milp import solve_by_milp
from deepday.plan.modelling import Model, Solution, Status
from deepday.plan.planning import make_plan
from deepday.plan.problem import Part, Problem, Quota, Wishes
from deepday.report.plan_view import conflict_lines
from tests.unit.plan.checker import faults, worth
from tests.unit.plan.worlds import MONDAY, meeting, member, problem, week


class Ticking:
    """A clock that a second passes on with each look."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> float:
        self.looks += 1
        return float(self.looks)


def season() -> Problem:
    """Half days over twelve weeks, where any of them can go with any other."""
    rng = random.Random(5)
    meetings = [
        meeting(day.date, start / 2, start / 2 + 0.5, rng.choice([None, 20, 40]), f"{day.date}-{number}")
        for day in week(12)
        if day.scheduled
        for number, start in enumerate(rng.sample(range(18, 33), 4))
    ]
    wishes = Wishes(frozenset({1, 3}), Part.MORNING, "apart", regular=True)
    one = member(
        weeks=12,
        quota=Quota(24, half=True, block=3600),
        meetings=tuple(sorted(meetings, key=lambda found: (found.when, found.key))),
        wishes=wishes,
    )
    return problem(one, weeks=12, sprint=12)


def test_a_season_of_half_days_stops_counting_and_asks_the_solver() -> None:
    alone = solve_exactly(compile_problem(season()))
    assert (alone.status, alone.chosen) == (Status.UNKNOWN, ())
    plan = make_plan(season(), seconds=5, alternatives=0)
    assert plan.engine == "HiGHS"
    days = [day.chosen for day in plan.days]
    assert (faults(season(), days), len(days)) == ([], 24)
    assert worth(season(), days) == plan.objective <= plan.bound <= alone.bound


def test_a_season_without_time_is_still_a_plan_with_a_bound() -> None:
    plan = make_plan(season(), seconds=3, alternatives=2, monotonic=Ticking())
    assert (plan.status, plan.engine, plan.alternatives) == (Status.FEASIBLE, "greedy", ())
    assert (len(plan.days), plan.objective < plan.bound) == (24, True)


def colliding() -> Problem:
    people = [member(name, quota=Quota(5), never=frozenset({0})) for name in ("ada", "bob")]
    return problem(*people)


def test_the_search_for_what_collides_ends_with_the_time_of_the_whole_plan() -> None:
    clock = Ticking()
    plan = make_plan(colliding(), seconds=4, monotonic=clock)
    assert (plan.status, plan.conflicts, plan.given_up) == (Status.INFEASIBLE, (), ())
    assert conflict_lines(plan, colliding()) == ["Which rules collide was not proved in the time that was given."]
    assert len(make_plan(colliding(), seconds=10_000, monotonic=Ticking()).conflicts) == 2


def test_an_answer_that_was_not_proved_names_no_rule_and_no_price() -> None:
    model = compile_problem(colliding())
    whole = solve_by_milp(model)

    def forgetful(part: Model, dropped: frozenset[str]) -> Solution:
        found = solve_by_milp(part, dropped)
        return found if found.found or not dropped else Solution(Status.UNKNOWN)

    assert whole.status is Status.INFEASIBLE
    assert find_conflicts(model, forgetful).found == ()

    def unsure(part: Model, dropped: frozenset[str]) -> Solution:
        found = solve_by_milp(part, dropped)
        return replace(found, status=Status.FEASIBLE) if found.found else found

    conflicts = find_conflicts(model, unsure)
    assert [relaxation.price for one in conflicts.found for relaxation in one.rules] == [None] * 4
    assert all(relaxation.enough for one in conflicts.found for relaxation in one.rules)
    assert conflicts.relaxed
    assert solve(model, solve_by_milp, conflicts.given_up)[0].found


def test_why_not_says_that_the_time_was_not_enough() -> None:
    one = problem(member(), member("bob"))
    said = why_not(one, compile_problem(one), lambda *_: Solution(Status.UNKNOWN), "ada", MONDAY, 480)
    assert said == ("Whether a plan could have it was not found in the time that was given.",)
