"""What people do with a plan: accept, move, skip; ask why; look at the meetings in the way; write it out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from deepday.app.measuring import make_private
from deepday.app.plan_request import PlanRequest, parse_date
from deepday.app.planning import Planned, plan_days
from deepday.app.storing import open_existing_store
from deepday.clock import Clock, SystemClock
from deepday.connect import Progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.plan.compiling import compile_problem
from deepday.plan.explaining import why_not
from deepday.plan.in_the_way import InTheWay, meetings_in_the_way
from deepday.plan.problem import Chosen, Part
from deepday.plan.solving import solver_for
from deepday.store.plans import DayState


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did, in a sentence, and the plan afterwards."""

    said: str
    planned: Planned


def keeps_plans(asked: PlanRequest) -> bool:
    """Tell whether the plan is one that the store keeps: the owner's, from the store."""
    return not (asked.request.calendars or asked.team or asked.what_if)


def remember(planned: Planned, clock: Clock | None = None) -> None:
    """Keep the plan's days as proposed."""
    now = int((clock or SystemClock()).now().timestamp())
    problem = planned.problem
    days = [(day.date, str(day.part)) for day in planned.plan.days if not day.accepted]
    with open_existing_store(clock) as store:
        store.plans().propose(planned.me, problem.first, problem.last, days, at=now)


def accept(asked: PlanRequest, dates: Sequence[str], progress: Progress, clock: Clock | None = None) -> Done:
    """Accept proposed days, by default all: they no longer move by themselves."""
    _needs_store(asked)
    planned = plan_days(asked, progress, clock=clock)
    proposed = {day.date: day for day in planned.plan.days}
    wanted = [parse_date(text) for text in dates] or sorted(proposed)
    for day in wanted:
        _refuse_past(day, planned, clock)
        if day not in proposed:
            raise InputError(
                f"No deep-work day is proposed for {day}.", f"Proposed are: {_listed(proposed)}. To take {day}: move."
            )
    if not wanted:
        raise NotEnoughDataError("There is nothing to accept: the plan has no days.", "Run deepday plan to see why.")
    _record(planned, [(day, str(proposed[day].part), DayState.ACCEPTED) for day in wanted], clock)
    return Done(f"Accepted: {_listed(wanted)}.", _again(asked, progress, clock))


def skip(asked: PlanRequest, dates: Sequence[str], progress: Progress, clock: Clock | None = None) -> Done:
    """Take days out of the plan: they are not proposed again."""
    _needs_store(asked)
    planned = plan_days(asked, progress, clock=clock)
    days = {day.date: str(day.part) for day in planned.plan.days}
    wanted = [parse_date(text) for text in dates]
    for day in wanted:
        if day not in days:
            raise InputError(f"There is no deep-work day on {day}.", f"The plan has: {_listed(days)}.")
    _record(planned, [(day, days[day], DayState.SKIPPED) for day in wanted], clock)
    return Done(f"Skipped: {_listed(wanted)}; not proposed again.", _again(asked, progress, clock))


def move(asked: PlanRequest, old: str, new: str, progress: Progress, clock: Clock | None = None) -> Done:
    """Move a day of the plan to another date of one's own choice, which is thereby accepted.

    Raises :class:`InputError` where rules stand against the new date; they are named, and nothing is changed.
    """
    _needs_store(asked)
    planned = plan_days(asked, progress, clock=clock)
    first, second = parse_date(old), parse_date(new)
    days = {day.date: day.part for day in planned.plan.days}
    if first not in days:
        raise InputError(f"There is no deep-work day on {first}.", f"The plan has: {_listed(days)}.")
    if second in days:
        raise InputError(f"{second} is a deep-work day already.", "Choose another date.")
    _refuse_past(second, planned, clock)
    problem, part = planned.problem, days[first]
    mine = problem.members[0]
    moved = Chosen(planned.me, second, part)
    accepted = (*(one for one in mine.accepted if one.date != first), moved)
    vetoed = (*(day for day in mine.vetoed if day != second), first)
    tried = replace(problem, members=(replace(mine, vetoed=vetoed),), previous=())
    stays_in_way = [one for one in compile_problem(tried).candidates if one.date == second and one.part is part]
    if not stays_in_way or stays_in_way[0].blockers:
        said = why(replace(asked), second.isoformat(), progress, clock)
        raise InputError(f"{second} cannot be a deep-work day. {' '.join(said)}", "Choose another date.")
    wanted = {one.date: str(one.part) for one in accepted}
    changes = [(first, str(part), DayState.SKIPPED), (second, wanted[second], DayState.ACCEPTED)]
    _record(planned, changes, clock)
    return Done(f"Moved {first} to {second}.", _again(asked, progress, clock))


def why(asked: PlanRequest, when: str, progress: Progress, clock: Clock | None = None) -> tuple[str, ...]:
    """Say why a date is in the plan, or what stands against it."""
    planned = plan_days(asked, progress, clock=clock)
    day = parse_date(when)
    said = []
    for found in planned.plan.days:
        if found.date == day:
            said += [*_prefixed(planned, found.person), *found.reasons]
    mine = [one.id for one in planned.problem.members if one.plans]
    chosen = {found.person for found in planned.plan.days if found.date == day}
    model = compile_problem(planned.problem)
    solver = solver_for(model, asked.engine, seconds=asked.seconds)
    for person in mine:
        if person not in chosen:
            reasons = why_not(planned.problem, model, solver, person, day, planned.plan.objective)
            said += [*_prefixed(planned, person), *reasons]
    return tuple(said)


def _prefixed(planned: Planned, person: str) -> list[str]:
    return [f"{person}:"] if len(planned.problem.members) > 1 else []


def in_the_way(
    asked: PlanRequest, when: str, progress: Progress, clock: Clock | None = None
) -> tuple[tuple[InTheWay, ...], date, str]:
    """Return the meetings in the way of a deep-work day, whether it is planned or not, its date and zone."""
    planned = plan_days(asked, progress, clock=clock)
    day = parse_date(when)
    problem = planned.problem
    if not problem.first <= day <= problem.last:
        raise InputError(
            f"{day} lies outside the plan, which runs from {problem.first} to {problem.last}.",
            "Ask for a date in it, or plan other weeks with --from and --weeks.",
        )
    deep = [found.chosen for found in planned.plan.days]
    found = [one for one in planned.plan.days if one.date == day]
    ones = [(one.chosen, one.point_person) for one in found] or [
        (Chosen(member.id, day, Part.MORNING if member.quota.half else Part.DAY), "")
        for member in problem.members
        if member.plans
    ]
    return (
        tuple(each for one, point in ones for each in meetings_in_the_way(problem, one, deep, point)),
        day,
        problem.member(ones[0][0].person).zone_on(day),
    )


def write_plan(planned: Planned, html: Path | None, ics: Path | None, clock: Clock | None = None) -> Iterator[Path]:
    """Write the page and the calendar file that were asked for, and give each path as it is written."""
    now = (clock or SystemClock()).now()
    try:
        if html:
            from deepday.report.plan_html import render_plan_html  # noqa: PLC0415 - only the shape asked for is loaded

            make_private(html)
            html.write_text(render_plan_html(planned.plan, planned.problem, planned.notes, now), encoding="utf-8")
            yield html
        if ics:
            from deepday.report.plan_ics import plan_to_ics  # noqa: PLC0415 - same

            make_private(ics)
            ics.write_bytes(plan_to_ics(planned.plan, now).encode())
            yield ics
    except OSError as error:
        raise InputError(
            f"{error.filename or html or ics} cannot be written: {error.strerror}.", "Choose another place."
        ) from None


def _needs_store(asked: PlanRequest) -> None:
    if not keeps_plans(asked):
        raise InputError(
            "Only a plan of your own, from imported or connected calendars, can be changed.",
            "Run deepday import FILE… first, then the same without --calendar, --team and --what-if.",
        )


def _refuse_past(day: date, planned: Planned, clock: Clock | None) -> None:
    today = (clock or SystemClock()).now().date()
    if day < today:
        raise InputError(f"{day} lies in the past.", "Choose a date that is still to come.")
    del planned


def _record(planned: Planned, days: Sequence[tuple[date, str, DayState]], clock: Clock | None) -> None:
    now = int((clock or SystemClock()).now().timestamp())
    remember(planned, clock)
    with open_existing_store(clock) as store:
        store.plans().record(planned.me, days, at=now)


def _again(asked: PlanRequest, progress: Progress, clock: Clock | None) -> Planned:
    planned = plan_days(asked, progress, clock=clock)
    remember(planned, clock)
    return planned


def _listed(days: Iterable[date]) -> str:
    return ", ".join(day.isoformat() for day in sorted(days)) or "none"
