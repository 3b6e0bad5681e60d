"""What a plan looks like on a narrow terminal, and with whose name in a team."""

import io
from dataclasses import replace
from datetime import timedelta

from rich.console import Console

from deepday.plan.compiling import compile_problem
from deepday.plan.explaining import why_not
from deepday.plan.modelling import Status
from deepday.plan.planning import make_plan
from deepday.plan.problem import Chosen, Problem, Quota
from deepday.plan.solving import solver_for
from deepday.report.plan_terminal import render_plan
from deepday.report.plan_view import plan_to_json, what_if_line
from tests.unit.plan.worlds import MONDAY, member, problem

TUE = MONDAY + timedelta(days=1)


def printed(world: Problem, width: int = 200, engine: str = "auto") -> str:
    out = io.StringIO()
    render_plan(make_plan(world, engine), world, Console(file=out, width=width))
    return out.getvalue()


def test_a_narrow_grid_has_a_mark_for_each_day_and_no_broken_hours() -> None:
    alone = problem(member("ada.longname@example.com", accepted=(Chosen("ada.longname@example.com", TUE),)))
    world = replace(alone, members=(*alone.members, member("bob")))
    grid = [line for line in printed(world, 60).splitlines() if line.strip().startswith("ada")]
    assert [line.split() for line in grid] == [["ada.longname@example.com", "·", "█✓", "·", "·", "·"]]
    assert "█ 09:00-17:00 ✓" in printed(world, 130)


def test_the_grid_of_one_person_leaves_its_width_to_the_days() -> None:
    said = printed(problem(member("ada.longname@example.com", accepted=(Chosen("ada.longname@example.com", TUE),))), 80)
    assert "█ 09:00-17:00 ✓" in said
    assert "ada.longname" not in said


def test_what_ifs_are_compared_only_with_plans_that_were_found() -> None:
    two, stuck = (make_plan(problem(member(quota=Quota(days), never=frozenset({0})))) for days in (2, 5))
    unknown = replace(stuck, status=Status.UNKNOWN, conflicts=())
    assert what_if_line(two, two) == (
        "What if: 2 days before and 2 now; +0 minutes of uninterrupted time, +0 minutes of displaced meetings."
    )
    assert what_if_line(stuck, two) == "What if: then there is no plan; as it is there is one."
    assert what_if_line(stuck, stuck) == "What if: then there is no plan."
    assert what_if_line(two, stuck) == "What if: then there is a plan with 2 days; as it is there is none."
    assert "is not known" in what_if_line(two, unknown)
    world = problem(member())
    before = plan_to_json(two, world, 0.0, before=unknown)["what_if"]
    assert before["status_before"] == "unknown"
    assert before["gain_before"] is before["objective_before"] is before["cost_before"] is None


def test_a_team_reads_whose_days_move_and_whose_rules_collide() -> None:
    world = problem(member("ada"), member("bob"), previous=(Chosen("ada", TUE), Chosen("bob", TUE - timedelta(days=9))))
    said = printed(world)
    assert "Moved: Sun 1 Mar bob to Fri 13 Mar." in said
    alternatives = [line for line in said.splitlines() if line.startswith("Alternative")]
    assert alternatives
    assert all("Mar ada" in line and "Mar bob" in line for line in alternatives)
    stuck = printed(problem(member("ada", quota=Quota(5), never=frozenset({0})), member("bob")))
    assert f"These collide: never on a Monday (ada); 5 deep-work days in the week of {MONDAY} (ada)." in stuck
    alone = printed(problem(member("ada", quota=Quota(5), never=frozenset({0}))))
    assert f"These collide: never on a Monday; 5 deep-work days in the week of {MONDAY}." in alone
    assert "(ada)" not in alone


def test_without_a_plan_accepted_days_do_not_hide_what_stands_in_the_way() -> None:
    stuck = member("ada", quota=Quota(5), never=frozenset({0}), accepted=(Chosen("ada", TUE),))
    said = printed(problem(stuck))
    assert "Mon 9 Mar: In the way: never on a Monday." in said
    world = problem(stuck, member("bob"))
    model = compile_problem(world)
    (why,) = why_not(world, model, solver_for(model), "bob", TUE, 0)
    assert why == (
        "No plan keeps all the rules, with it or without it. These collide: never on a Monday (ada); "
        f"5 deep-work days in the week of {MONDAY} (ada)."
    )


def test_hours_say_their_zone_where_people_live_by_several() -> None:
    said = printed(problem(member("ada", zone="Asia/Kolkata"), member("bob", zone="Europe/London")))
    assert "Mar ada, 14:30 to 22:30 (Asia/Kolkata)" in said
    assert "Mar bob, 09:00 to 17:00 (Europe/London)" in said
    assert "09:00 to 17:00\n" in printed(problem(member("ada"), member("bob")))


def test_a_week_whose_days_are_accepted_asks_for_no_more() -> None:
    plan = make_plan(problem(member("ada", accepted=(Chosen("ada", TUE),))))
    assert {one.why for one in plan.others} == {"The accepted days are as many as are asked for."}
