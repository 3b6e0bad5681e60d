"""What a plan looks like on a narrow terminal, and with whose name in a team."""

import io
from datetime import timedelta

from rich.console import Console

from deepday.plan.planning import make_plan
from deepday.plan.problem import Chosen, Problem, Quota
from deepday.report.plan_terminal import render_plan
from tests.unit.plan.worlds import MONDAY, member, problem

TUE = MONDAY + timedelta(days=1)


def printed(world: Problem, width: int = 200, engine: str = "auto") -> str:
    out = io.StringIO()
    render_plan(make_plan(world, engine), world, Console(file=out, width=width))
    return out.getvalue()


def test_a_narrow_grid_has_a_mark_for_each_day_and_no_broken_hours() -> None:
    world = problem(member("ada.longname@example.com", accepted=(Chosen("ada.longname@example.com", TUE),)))
    grid = [line for line in printed(world, 60).splitlines() if "ada.longname@example.com" in line]
    assert [line.split() for line in grid] == [["ada.longname@example.com", "·", "█✓", "·", "·", "·"]]
    assert "█ 09:00-17:00 ✓" in printed(world, 100)


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
