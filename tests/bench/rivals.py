"""How other tools place focus time, re-stated from what their users and public schemas say, and what it comes to.

``first_gaps``: the first free gap of two hours on each day, at most one a day (a focus plan as its users describe it).
``fill_to_goal``: blocks of one to four hours, laid into free gaps in order until the weekly goal is met. Neither moves
a meeting, looks at who covers, or knows days. Both are re-statements, not the tools themselves.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from deepday.model import Interval, merge, subtract, total
from deepday.plan.presence import check_cover
from deepday.plan.problem import Member, Problem
from deepday.plan.result import Plan

HOUR = 3600
Blocks = dict[str, list[Interval]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a placement comes to: minutes, blocks nobody could cover, half hours at which too few are reachable."""

    focus: int
    displaced: int
    days: int
    holes: int
    unreachable: int


def first_gaps(problem: Problem) -> Blocks:
    found: Blocks = defaultdict(list)
    for member in problem.members:
        for day in member.days:
            gaps = [gap for gap in _free(member, day.windows) if gap.seconds >= 2 * HOUR]
            if gaps:
                found[member.id].append(Interval(gaps[0].start, gaps[0].start + 2 * HOUR))
    return found


def fill_to_goal(problem: Problem) -> Blocks:
    found: Blocks = defaultdict(list)
    for member in problem.members:
        left: dict[date, int] = {}
        for day in member.days:
            week = day.date - timedelta(days=day.date.weekday())
            for gap in _free(member, day.windows):
                goal = left.setdefault(week, member.quota.days * 7 * HOUR + member.quota.days * HOUR // 2)
                length = min(gap.seconds, 4 * HOUR, goal)
                if length >= HOUR:
                    found[member.id].append(Interval(gap.start, gap.start + length))
                    left[week] -= length
    return found


def _free(member: Member, windows: Iterable[Interval]) -> list[Interval]:
    return subtract(merge(windows), merge(one.when for one in member.meetings))


def outcome_of_plan(problem: Problem, plan: Plan) -> Outcome:
    blocks: Blocks = defaultdict(list)
    for day in plan.days:
        blocks[day.person].append(day.when)
    focus = sum(total(day.stretches) // 60 for day in plan.days)
    return _outcome(problem, blocks, focus, plan.cost)


def outcome_of(problem: Problem, blocks: Blocks) -> Outcome:
    """Focus counts as in the plan: stretches of at least two hours."""
    long = [block for mine in blocks.values() for block in mine if block.seconds >= 2 * HOUR]
    return _outcome(problem, blocks, total(long) // 60, 0)


def _outcome(problem: Problem, blocks: Blocks, focus: int, displaced: int) -> Outcome:
    members = {one.id: one for one in problem.members}
    per_day: dict[tuple[str, int], int] = defaultdict(int)
    holes = 0
    for person, mine in blocks.items():
        for block in mine:
            per_day[person, block.start // 86_400] += block.seconds
            if members[person].covered:
                able = [
                    point.person
                    for point in members[person].point_people
                    if all(
                        other.end <= block.start or other.start >= block.end for other in blocks.get(point.person, ())
                    )
                    and check_cover(point, members[point.person], block, problem.covering).able
                ]
                holes += len(able) < 2
    whole = sum(seconds >= 6 * HOUR for seconds in per_day.values())
    return Outcome(focus, displaced, whole, holes, _unreachable(problem, blocks))


def _unreachable(problem: Problem, blocks: Blocks) -> int:
    members = {one.id: one for one in problem.members}
    found = 0
    for team in problem.teams:
        present: dict[int, int] = defaultdict(int)
        away: dict[int, int] = defaultdict(int)
        for person in team.members:
            busy = {slot for block in blocks.get(person, ()) for slot in range(block.start, block.end, 1800)}
            for window in (window for day in members[person].days for window in day.windows):
                for slot in range(window.start, window.end, 1800):
                    present[slot] += 1
                    away[slot] += slot in busy
        found += sum(away[slot] > max(0, count - team.reachable) for slot, count in present.items())
    return found
