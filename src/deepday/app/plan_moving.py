"""Whether a deep-work day may move to a date of somebody's choice, by all the rules."""

from dataclasses import replace
from datetime import date

from deepday.app.plan_request import PlanRequest
from deepday.clock import SystemClock
from deepday.plan.compiling import compile_problem, period_of, quota_in
from deepday.plan.modelling import Status
from deepday.plan.planning import make_plan
from deepday.plan.problem import Chosen, Member, Problem


def against_move(problem: Problem, day: Chosen, second: date, asked: PlanRequest) -> tuple[str, ...] | None:
    """Return what collides when a day moves, empty where the date itself is out of the question; ``None``: nothing."""
    moved = Chosen(day.person, second, day.part)
    there = [one for one in compile_problem(_moving(problem, day, second)).candidates if one.chosen == moved]
    if not there or there[0].blockers:
        return ()
    # Two accepted days may lie closer than the gap, since both were agreed: this one is not agreed yet.
    mine = problem.member(day.person)
    near = [one.date for one in mine.accepted if one.date != day.date and 0 < abs((one.date - second).days) < mine.gap]
    if near:
        return (f"Deep-work days lie at least {mine.gap} dates apart, and {near[0]} is accepted.",)
    plan = make_plan(
        _moving(problem, day, second, moved),
        asked.engine,
        seconds=asked.seconds,
        monotonic=SystemClock().monotonic,
        alternatives=0,
    )
    if plan.status is not Status.INFEASIBLE:
        return None
    return tuple(
        f"These collide: {'; '.join(rule.rule.text for rule in conflict.rules)}." for conflict in plan.conflicts
    ) or ("Which rules collide was not found in the time that was given.",)


def beyond_quota(problem: Problem, day: Chosen, second: date) -> str:
    """Say whether a sprint gets more days by a move than are asked for, in a sentence after another; or nothing."""
    without = _moving(problem, day, second)
    period = period_of(without, second)
    wanted = quota_in(without, without.member(day.person), period)
    mine = without.member(day.person).accepted
    there = 1 + sum(period_of(without, one.date) == period for one in mine)
    if there <= wanted:
        return ""
    span = "week" if problem.sprint == 1 else "sprint"
    return f" That makes {there} deep-work days in its {span}, more than the quota of {wanted}."


def _moving(problem: Problem, day: Chosen, second: date, *more: Chosen) -> Problem:
    """Return the problem without the day, with the other date open, and with more days accepted."""

    def changed(one: Member) -> Member:
        return replace(
            one,
            days=tuple(
                replace(found, eligible=True) if _skipped(one, found.date, second) else found for found in one.days
            ),
            vetoed=(*(found for found in one.vetoed if found != second), day.date),
            accepted=(*(found for found in one.accepted if found.date != day.date), *more),
        )

    members = tuple(changed(one) if one.id == day.person else one for one in problem.members)
    return replace(problem, members=members, previous=())


def _skipped(member: Member, day: date, second: date) -> bool:
    """Tell whether it is the date that was skipped before; it could have been one then."""
    return day == second and day in member.vetoed
