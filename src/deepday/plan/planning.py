"""From a problem to a plan with its reasons, alternatives, and difference from the plan before."""

import math
from collections.abc import Callable
from dataclasses import replace

from deepday.plan.compiling import compile_problem, with_limits
from deepday.plan.conflicts import find_conflicts
from deepday.plan.covered import Solver, solve
from deepday.plan.deadline import Deadline
from deepday.plan.explaining import Comparison, others_of, reasons_for, small_enough
from deepday.plan.modelling import Candidate, Limit, Model, Solution, Status
from deepday.plan.problem import Chosen, Cover, Problem
from deepday.plan.result import Alternative, Changes, Plan, PlannedDay
from deepday.plan.solving import solver_for

_ENOUGH_TIME = 1_000  # candidates; larger plans get no alternatives, since each takes as long as the plan


def make_plan(
    problem: Problem,
    engine: str = "auto",
    *,
    seconds: float = 10.0,
    alternatives: int = 2,
    monotonic: Callable[[], float] | None = None,
) -> Plan:
    """Return the best plan, or the rules that leave none.

    With :attr:`Problem.previous` it keeps as many of those days as the rules allow before it looks at minutes.
    ``seconds`` by the clock ``monotonic`` limit everything that is solved for it, alternatives and conflicts as well;
    without a clock they limit each solve. A plan that is not proved best says so by its bound. Raises
    :class:`deepday.errors.InputError` for an engine that is not there.
    """
    deadline = Deadline(seconds, monotonic)
    model = compile_problem(problem)
    solver = solver_for(model, engine, seconds=deadline.left(), monotonic=monotonic)
    solution, covers, cut = solve(model, solver)
    if not solution.found:
        return _no_plan(problem, model, solver, solution, alternatives)
    return _plan(problem, cut, solver, solution, covers, alternatives if deadline.left() else 0)


def _plan(
    problem: Problem, model: Model, solver: Solver, solution: Solution, covers: dict[int, Cover], alternatives: int
) -> Plan:
    comparison = Comparison(model, solution.chosen) if small_enough(model) else None
    accepted = {one for member in problem.members for one in member.accepted}
    days = []
    for i in solution.chosen:
        one = model.candidates[i]
        cover = covers.get(i, Cover((), ""))
        agreed = one.chosen in accepted
        reasons = (*reasons_for(model, i, comparison, accepted=agreed), *_cover_changes(problem, one, cover))
        days.append(planned_day(one, cover, reasons, accepted=agreed))
    return Plan(
        status=solution.status,
        objective=solution.objective,
        bound=solution.bound,
        engine=solution.engine,
        days=tuple(sorted(days, key=lambda day: (day.date, day.person, day.part))),
        others=others_of(problem, model, solution.chosen, comparison),
        alternatives=_alternatives(model, solver, solution, alternatives),
        changes=_changes(problem, model, solution.chosen) if problem.previous else None,
    )


def planned_day(one: Candidate, cover: Cover, reasons: tuple[str, ...], *, accepted: bool) -> PlannedDay:
    """Return a candidate as a day of a plan, with who covers it and why it is there."""
    return PlannedDay(
        person=one.person,
        date=one.date,
        part=one.part,
        when=one.block.when,
        stretches=one.block.stretches,
        gain=one.block.gain,
        cost=one.block.cost,
        wish=one.wish,
        displaced=one.block.displaced,
        kept=one.block.kept,
        points=cover.points,
        backup=cover.backup,
        accepted=accepted,
        reasons=reasons,
    )


def _cover_changes(problem: Problem, one: Candidate, cover: Cover) -> tuple[str, ...]:
    """Say who no longer covers an accepted day, and why."""
    kept = dict(problem.member(one.person).kept).get(one.date)
    if kept is None or one.covers is None:
        return ()
    gone = sorted(kept.people - cover.people)
    why = [said for said in one.unable if said.split(" ", 1)[0] in gone]
    if not gone:
        return ()
    said = "; ".join(why) or f"{', '.join(gone)} cannot"
    return (f"Who covers it has changed: {said}. Accept it again to keep who covers it now.",)


def _no_plan(problem: Problem, model: Model, solver: Solver, solution: Solution, alternatives: int) -> Plan:
    if solution.status is Status.UNKNOWN:
        return Plan(Status.UNKNOWN, 0, solution.bound, solution.engine)
    conflicts = find_conflicts(model, solver)
    relaxed = conflicts.relaxed
    found: tuple[Alternative, ...] = ()
    if relaxed and relaxed.chosen and alternatives:
        whose = len(problem.members) > 1
        texts = "; ".join(model.rules[name].words(whose=whose) for name in sorted(conflicts.given_up))
        found = (Alternative(relaxed.objective, 0, _days(model, relaxed.chosen), f"without: {texts}"),)
    return Plan(
        Status.INFEASIBLE,
        0,
        0,
        solution.engine,
        others=others_of(problem, model, (), None),
        conflicts=conflicts.found,
        given_up=tuple(sorted(conflicts.given_up)),
        alternatives=found,
    )


def _days(model: Model, chosen: tuple[int, ...]) -> tuple[Chosen, ...]:
    return tuple(sorted((model.candidates[i].chosen for i in chosen), key=lambda one: (one.date, one.person)))


def _alternatives(model: Model, solver: Solver, solution: Solution, wanted: int) -> tuple[Alternative, ...]:
    """Return plans of which each has at least a third of its days on other dates than any one before it.

    They need not keep the plan so far.
    """
    if len(model.candidates) > _ENOUGH_TIME or not solution.chosen:
        return ()
    so_far = model.previous
    model = replace(model, previous=frozenset())
    seen = [_same_dates(model, solution.chosen)]
    found = []
    for _ in range(wanted):
        shared = len(solution.chosen) - max(1, math.ceil(len(solution.chosen) / 3))
        limits = [Limit("", tuple((i, 1) for i in one), high=shared) for one in seen]
        other, _, _ = solve(with_limits(model, *limits), solver)
        if not other.found:
            break
        seen.append(_same_dates(model, other.chosen))
        before, after = set(_days(model, solution.chosen)), _days(model, other.chosen)
        new = sum(day not in before for day in after)
        note = f"{new} of {len(after)} days differ from the plan"
        moved = len(so_far.intersection(solution.chosen).difference(other.chosen))
        found.append(Alternative(other.objective, solution.objective - other.objective, after, note, moved))
    return tuple(found)


def _same_dates(model: Model, chosen: tuple[int, ...]) -> tuple[int, ...]:
    """Return all candidates on the dates of a choice: the other half of a day is no other date."""
    dates = {(model.candidates[i].person, model.candidates[i].date) for i in chosen}
    return tuple(i for i, one in enumerate(model.candidates) if (one.person, one.date) in dates)


def _changes(problem: Problem, model: Model, chosen: tuple[int, ...]) -> Changes:
    now = {model.candidates[i].chosen for i in chosen}
    return changes_between(problem.previous, now)


def changes_between(before: tuple[Chosen, ...], now: set[Chosen]) -> Changes:
    """Return the difference; a day that went and one of the same person that came in its place are one move."""
    removed = sorted(set(before) - now)
    added = sorted(now - set(before))
    moved = []
    for old in list(removed):
        near = [new for new in added if new.person == old.person]
        if near:
            new = min(near, key=lambda one: (abs((one.date - old.date).days), one))
            moved.append((old, new))
            added.remove(new)
            removed.remove(old)
    return Changes(tuple(added), tuple(removed), tuple(moved), tuple(sorted(set(before) & now)))
