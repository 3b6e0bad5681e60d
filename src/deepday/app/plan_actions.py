"""What people do with a plan: accept, move, skip; ask why; look at the meetings in the way; write it out."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from deepday.app.measuring import make_private
from deepday.app.plan_kept import kept_text, whose_options, with_kept
from deepday.app.plan_moving import against_move, beyond_quota
from deepday.app.plan_request import PlanRequest, parse_date
from deepday.app.planning import SKIPPED, Planned, build_problem, plan_days, solve_problem
from deepday.app.storing import open_existing_store
from deepday.clock import Clock, SystemClock
from deepday.config.paths import database_location
from deepday.connect import Progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.plan.compiling import compile_problem
from deepday.plan.explaining import why_not
from deepday.plan.in_the_way import InTheWay, meetings_in_the_way
from deepday.plan.problem import Chosen, Part, Problem
from deepday.plan.result import PlannedDay
from deepday.plan.solving import solver_for
from deepday.store.covers import Role
from deepday.store.plans import DayState, StoredDay
from deepday.store.repository import Store, open_store


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did, in a sentence, and the plan afterwards."""

    said: str
    planned: Planned


def keeps_plans(asked: PlanRequest) -> bool:
    """Tell whether the plan is one that the store keeps: the owner's from the store, or a team's."""
    return not asked.what_if and (asked.team is not None or not asked.request.calendars)


def remember(planned: Planned, asked: PlanRequest, clock: Clock | None = None) -> None:
    """Keep the plan's days as proposed, with the options they were proposed with; without a plan nothing changes."""
    if not planned.found or not planned.plan.days:
        return
    problem = planned.problem
    with open_store(database_location(), clock or SystemClock()) as store:
        for member in problem.members:
            if member.plans:
                mine = [one for one in planned.plan.days if one.person == member.id and not one.accepted]
                days = [(day.date, str(day.part)) for day in mine]
                store.plans().propose(member.id, problem.first, problem.last, days, at=instant(clock))
        store.plans().keep_options(whose_options(asked), kept_text(asked, problem.first))


def accept(
    asked: PlanRequest, dates: Sequence[str], progress: Progress, clock: Clock | None = None, *, person: str = ""
) -> Done:
    """Accept days that were proposed, by default all that are not past: they no longer move by themselves.

    Who covers them then is kept, too; that of a day which was accepted before is kept anew. Raises
    :class:`InputError` for days that were not proposed, and where the rules no longer allow them.
    """
    needs_store(asked)
    asked, begun = with_kept(asked, clock or SystemClock()), (clock or SystemClock()).monotonic()
    problem, notes, me = build_problem(asked, progress, clock or SystemClock())
    whose = {_known(problem, person)} if person else {one.id for one in problem.members}
    proposed = [one for one in proposed_days(problem) if one.person in whose]
    agreed = [one for member in problem.members if member.id in whose for one in member.accepted]
    wanted = [parse_date(text) for text in dates] or sorted(
        {one.date for one in proposed if one.date >= today(problem, one.person, clock)}
    )
    for day in wanted:
        owners = [one.person for one in (*proposed, *agreed) if one.date == day]
        refuse_past(problem, owners[0] if owners else problem.members[0].id, day, clock)
        if not owners:
            listed = _listed(one.date for one in proposed)
            within = proposed and problem.first <= day <= problem.last
            instead = f" To take {day} instead: deepday plan move {proposed[0].date} {day}." if within else ""
            raise InputError(f"No deep-work day is proposed for {day}.", f"Proposed are: {listed}.{instead}")
    if not wanted:
        raise NotEnoughDataError(
            "There is nothing to accept: no day that is still to come is proposed.", "Run deepday plan first."
        )
    days = [one for one in (*proposed, *agreed) if one.date in wanted]
    changed = with_accepted(problem, proposed=[one for one in days if one not in agreed])
    plan = solve_problem(changed, asked)
    planned = Planned(plan, changed, (clock or SystemClock()).monotonic() - begun, notes, me)
    if not planned.found:
        raise InputError(
            f"{_listed(wanted)} cannot be accepted as proposed: something has changed since.",
            "Run deepday plan to see what, and for a new proposal.",
        )
    with open_store(database_location(), clock or SystemClock()) as store:
        # An accepted day whose cover was lost on the way could not be told from one without.
        keep_cover(store, [one for one in plan.days if one.chosen in days], instant(clock))
        states = [StoredDay(one.person, one.date, str(one.part), DayState.ACCEPTED) for one in days]
        store.plans().record(states, at=instant(clock))
    remember(planned, asked, clock)
    return Done(f"Accepted: {_listed(wanted)}.", planned)


def proposed_days(problem: Problem) -> list[Chosen]:
    """Return the days of the plan so far that are only proposed."""
    accepted = {one for member in problem.members for one in member.accepted}
    return [
        one for one in sorted(problem.previous) if one not in accepted and problem.first <= one.date <= problem.last
    ]


def with_accepted(problem: Problem, proposed: Collection[Chosen]) -> Problem:
    """Return the problem with these days accepted, too."""
    members = tuple(
        replace(one, accepted=(*one.accepted, *(day for day in proposed if day.person == one.id)))
        for one in problem.members
    )
    return replace(problem, members=members)


def skip(
    asked: PlanRequest, dates: Sequence[str], progress: Progress, clock: Clock | None = None, *, person: str = ""
) -> Done:
    """Take days out of the plan: they are not proposed again."""
    needs_store(asked)
    asked = with_kept(asked, clock or SystemClock())
    planned = plan_days(asked, progress, clock=clock)
    days = [chosen_on(planned, parse_date(text), person) for text in dates]
    gone = [StoredDay(one.person, one.date, str(one.part), DayState.SKIPPED) for one in days]
    _record(gone, clock)
    return Done(f"Skipped: {_listed(one.date for one in days)}; not proposed again.", again(asked, progress, clock))


def unskip(
    asked: PlanRequest, dates: Sequence[str], progress: Progress, clock: Clock | None = None, *, person: str = ""
) -> Done:
    """Take back that days were skipped: they may be proposed again."""
    needs_store(asked)
    asked = with_kept(asked, clock or SystemClock())
    problem, _, _ = build_problem(asked, progress, clock or SystemClock())
    whose = {_known(problem, person)} if person else {one.id for one in problem.members}
    skipped = [(one.id, day) for one in problem.members if one.id in whose for day in one.vetoed]
    wanted = [parse_date(text) for text in dates]
    for day in wanted:
        if all(one != day for _, one in skipped):
            raise InputError(f"{day} was not skipped.", f"Skipped are: {_listed(one for _, one in skipped)}.")
    with open_existing_store(clock) as store:
        for one in sorted({one for one, day in skipped if day in wanted}):
            store.plans().take_back_skips(one, wanted)
    return Done(f"No longer skipped: {_listed(wanted)}.", again(asked, progress, clock))


def move(
    asked: PlanRequest, old: str, new: str, progress: Progress, clock: Clock | None = None, *, person: str = ""
) -> Done:
    """Move a day of the plan to another date of one's own choice, which is thereby accepted.

    Raises :class:`InputError` where rules stand against the new date; they are named, and nothing is changed. Only more
    days than the quota are possible, and said.
    """
    needs_store(asked)
    asked = with_kept(asked, clock or SystemClock())
    planned = plan_days(asked, progress, clock=clock)
    first, second = parse_date(old), parse_date(new)
    day = chosen_on(planned, first, person)
    if any(one.date == second and one.person == day.person for one in planned.plan.days):
        raise InputError(f"{second} is a deep-work day already.", "Choose another date.")
    refuse_past(planned.problem, day.person, second, clock)
    against = against_move(planned.problem, day, second, asked)
    if against is not None:
        said = against or why(asked, second.isoformat(), progress, clock, person=day.person)
        raise InputError(f"{second} cannot be a deep-work day. {' '.join(said)}", "Choose another date.")
    too_many = beyond_quota(planned.problem, day, second)
    part = str(day.part)
    gone = StoredDay(day.person, first, part, DayState.SKIPPED)
    _record([gone, StoredDay(day.person, second, part, DayState.ACCEPTED)], clock)
    after = again(asked, progress, clock)
    with open_existing_store(clock) as store:
        taken = [one for one in after.plan.days if (one.person, one.date) == (day.person, second)]
        keep_cover(store, taken, instant(clock))
    return Done(f"Moved {first} to {second}.{too_many}", after)


def why(
    asked: PlanRequest, when: str, progress: Progress, clock: Clock | None = None, *, person: str = ""
) -> tuple[str, ...]:
    """Say why a date is in the plan, or what stands against it."""
    asked = _resumed(asked, clock)
    planned = plan_days(asked, progress, clock=clock)
    day = parse_date(when)
    wanted = {one.id for one in planned.problem.members if one.plans}
    if person:
        wanted &= {_known(planned.problem, person)}
    said = []
    chosen = [found for found in planned.plan.days if found.date == day and found.person in wanted]
    for found in chosen:
        said += [*_prefixed(planned, found.person), *found.reasons]
    model = compile_problem(planned.problem)
    solver = solver_for(model, asked.engine, seconds=asked.seconds, monotonic=SystemClock().monotonic)
    for one in sorted(wanted - {found.person for found in chosen}):
        skipped = day in planned.problem.member(one).vetoed
        reasons = (SKIPPED,) if skipped else why_not(planned.problem, model, solver, one, day, planned.plan.objective)
        said += [*_prefixed(planned, one), *reasons]
    return tuple(said)


def _prefixed(planned: Planned, person: str) -> list[str]:
    return [f"{person}:"] if len(planned.problem.members) > 1 else []


def in_the_way(
    asked: PlanRequest, when: str, progress: Progress, clock: Clock | None = None, *, person: str = ""
) -> tuple[tuple[InTheWay, ...], date, str]:
    """Return the meetings in the way of a deep-work day, whether it is planned or not, its date and zone."""
    asked = _resumed(asked, clock)
    planned = plan_days(asked, progress, clock=clock)
    day = parse_date(when)
    problem = planned.problem
    if not problem.first <= day <= problem.last:
        raise InputError(
            f"{day} lies outside the plan, which runs from {problem.first} to {problem.last}.",
            "Ask for a date in it, or plan other weeks with --from and --weeks.",
        )
    whose = {_known(planned.problem, person)} if person else {one.id for one in problem.members if one.plans}
    deep = [found.chosen for found in planned.plan.days]
    found = [one for one in planned.plan.days if one.date == day and one.person in whose]
    ones = [(one.chosen, one.point_person) for one in found] or [
        (Chosen(member.id, day, Part.MORNING if member.quota.half else Part.DAY), "")
        for member in problem.members
        if member.id in whose
    ]
    return (
        tuple(each for one, point in ones for each in meetings_in_the_way(problem, one, deep, point)),
        day,
        problem.member(ones[0][0].person).zone_on(day),
    )


def write_plan(planned: Planned, html: Path | None, ics: Path | None, clock: Clock | None = None) -> Iterator[Path]:
    """Write the page and the calendar file that were asked for, and give each path as it is written.

    Without a plan nothing is written.
    """
    if not planned.found:
        return
    now = (clock or SystemClock()).now()
    try:
        if html:
            from deepday.report.plan_html import render_plan_html  # noqa: PLC0415 - only the shape asked for is loaded

            make_private(html)
            html.write_text(
                render_plan_html(planned.plan, planned.problem, planned.notes, now, planned.before), encoding="utf-8"
            )
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


def needs_store(asked: PlanRequest) -> None:
    """Refuse to change a plan that nobody keeps."""
    if not keeps_plans(asked):
        raise InputError(
            "Only a team's plan, or one from imported or connected calendars, can be changed.",
            "Run deepday import FILE… first, then the same without --calendar and --what-if.",
        )


def today(problem: Problem, person: str, clock: Clock | None) -> date:
    """Return the present date where somebody lives."""
    now = (clock or SystemClock()).now()
    zone = problem.member(person).zone_on(now.date())
    return now.astimezone(ZoneInfo(zone)).date()


def refuse_past(problem: Problem, person: str, day: date, clock: Clock | None) -> None:
    """Refuse a date that is over where somebody lives."""
    if day < today(problem, person, clock):
        raise InputError(f"{day} lies in the past.", "Choose a date that is still to come.")


def _resumed(asked: PlanRequest, clock: Clock | None) -> PlanRequest:
    return with_kept(asked, clock or SystemClock()) if keeps_plans(asked) else asked


def instant(clock: Clock | None) -> int:
    """Return the present in UTC seconds."""
    return int((clock or SystemClock()).now().timestamp())


def _known(problem: Problem, person: str) -> str:
    found = next((one.id for one in problem.members if one.id.lower() == person.strip().lower()), None)
    if found is None:
        people = ", ".join(sorted(one.id for one in problem.members))
        raise InputError(f"{person.strip()} is no person of this plan.", f"Its people are: {people}.")
    return found


def chosen_on(planned: Planned, day: date, person: str = "") -> Chosen:
    """Return the deep-work day of that date, also where it was accepted and no plan is possible any more.

    Raises :class:`InputError` where there is none, or more than one.
    """
    accepted = {one for member in planned.problem.members for one in member.accepted}
    known = accepted | {one.chosen for one in planned.plan.days}
    if not planned.found:
        known |= {*proposed_days(planned.problem)}
    mine = [one for one in sorted(known) if not person or one.person == _known(planned.problem, person)]
    found = [one for one in mine if one.date == day]
    if not found:
        raise InputError(f"There is no deep-work day on {day}.", f"The plan has: {_listed(one.date for one in mine)}.")
    if len(found) > 1:
        people = " or ".join(f"--for {one.person}" for one in found)
        raise InputError(f"{len(found)} people have a deep-work day on {day}.", f"Say whose: {people}.")
    return found[0]


def keep_cover(store: Store, days: Iterable[PlannedDay], at: int) -> None:
    """Write down who covers these days."""
    for day in days:
        people = {(Role.POINT, topic): person for topic, person in day.points}
        if day.backup:
            people[Role.BACKUP, ""] = day.backup
        store.covers().keep(day.person, day.date, people, at=at)


def _record(days: Sequence[StoredDay], clock: Clock | None) -> None:
    with open_store(database_location(), clock or SystemClock()) as store:
        store.plans().record(days, at=instant(clock))


def again(asked: PlanRequest, progress: Progress, clock: Clock | None) -> Planned:
    """Plan anew after a change, and remember what is proposed now."""
    planned = plan_days(asked, progress, clock=clock)
    remember(planned, asked, clock)
    return planned


def _listed(days: Iterable[date]) -> str:
    return ", ".join(day.isoformat() for day in sorted(set(days))) or "none"
