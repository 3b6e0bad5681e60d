"""Who covers accepted days: exchanging people, and the load over time."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from deepday.app.period import parse_dates
from deepday.app.plan_actions import Done, again, chosen_on, instant, needs_store, refuse_past
from deepday.app.plan_kept import with_kept
from deepday.app.plan_memory import LOOK_BACK
from deepday.app.plan_request import PlanRequest, parse_date
from deepday.app.planning import Planned, plan_days
from deepday.app.storing import open_existing_store
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings, load_team
from deepday.config.paths import database_location
from deepday.connect import Progress
from deepday.errors import InputError
from deepday.plan.compiling import compile_problem, monday
from deepday.plan.modelling import Candidate
from deepday.plan.problem import LONGEST_HORIZON, Cover
from deepday.plan.result import PlannedDay
from deepday.store.covers import Covered, Role
from deepday.store.repository import open_store


@dataclass(frozen=True, slots=True)
class CoverLoad:
    """Who covered, and covers, accepted days from ``first`` to ``last`` (both included).

    ``people``: for each person, how many deep-work days of others they cover in each ISO week, by its Monday.
    """

    first: date
    last: date
    people: Mapping[str, Mapping[date, int]]
    days: tuple[Covered, ...]


def cover_load(asked: PlanRequest, clock: Clock | None = None) -> CoverLoad:
    """Return the load of everybody who may cover, or covered, from eight weeks before the plan to its end."""
    clock = clock or SystemClock()
    today = clock.now().date()
    start = parse_dates(asked.request.first)[0] if asked.request.first else monday(today) + timedelta(weeks=1)
    if not 1 <= asked.length <= LONGEST_HORIZON:
        raise InputError(f"{asked.length} weeks cannot be shown.", f"Give --weeks 1 to {LONGEST_HORIZON}.")
    first, last = start - LOOK_BACK, monday(start) + timedelta(weeks=asked.length, days=-1)
    with open_store(database_location(), clock) as store:
        days = store.covers().covered(first, last)
    named = [one.email for one in load_team(asked.team).person] if asked.team else []
    named = named or [one.email for one in load_settings().point_people]
    people = {name.lower(): Counter[date]() for name in (*named, *(one.by for one in days))}
    for by, _, day in {(one.by, one.person, one.date) for one in days}:
        people[by][monday(day)] += 1
    return CoverLoad(first, last, people, tuple(days))


def swap(
    asked: PlanRequest,
    when: str,
    new: str,
    progress: Progress,
    clock: Clock | None = None,
    *,
    backup: bool = False,
    topic: str = "",
    person: str = "",
) -> Done:
    """Exchange the point person of an accepted day, or its backup; who it was before stays known.

    Where the new one has the other role already, the two change places. Raises :class:`InputError` with what the
    planner's check says against it; nothing is changed then.
    """
    needs_store(asked)
    asked = with_kept(asked, clock or SystemClock())
    planned = plan_days(asked, progress, clock=clock)
    wanted = chosen_on(planned, parse_date(when), person)
    refuse_past(planned.problem, wanted.person, wanted.date, clock)
    day = next((one for one in planned.plan.days if one.chosen == wanted), None)
    if day is None or not planned.found:
        raise InputError("No plan keeps all the rules as it is.", "Run deepday plan to see which collide.")
    if not day.accepted:
        raise InputError(
            f"{day.date} is not accepted: who covers it may still change.", f"Run deepday plan accept {day.date} first."
        )
    if not day.points:
        raise InputError(
            f"Nobody has to cover {day.date}.", "Name point people in the configuration or the team file first."
        )
    topic = _topic(day, topic)
    new = new.strip().lower()
    old = day.backup if backup else dict(day.points)[topic]
    if backup and not old:
        raise InputError(f"No backup is asked for on {day.date}.", "Leave --backup out to exchange the point person.")
    if new == old:
        raise InputError(f"{new} has that role on {day.date} already.", "Name somebody else.")
    after = _exchanged(day, topic, old, new, backup=backup)
    _check(planned, day, after)
    people = {(Role.POINT, name): one for name, one in after.points}
    if after.backup:
        people[Role.BACKUP, ""] = after.backup
    with open_existing_store(clock) as store:
        store.covers().keep(day.person, day.date, people, at=instant(clock))
    role = "backup" if backup else "point person"
    said = f"{new} is {role} on {day.date} instead of {old}"
    if new in {day.backup, *(one for _, one in day.points)} and old in after.people:
        said += ", who takes the other role"
    return Done(f"{said}.", again(asked, progress, clock))


def _topic(day: PlannedDay, topic: str) -> str:
    topics = [name for name, _ in day.points]
    if topic in topics:
        return topic
    if not topic and len(topics) == 1:
        return topics[0]
    listed = ", ".join(filter(None, topics)) or "none"
    what = f"{day.date} has no topic {topic!r}." if topic else f"{day.date} has a point person for each topic."
    raise InputError(what, f"Say which with --topic; its topics are: {listed}.")


def _exchanged(day: PlannedDay, topic: str, old: str, new: str, *, backup: bool) -> Cover:
    """Return who covers the day after the exchange."""
    if backup:
        return Cover(tuple((name, old if one == new else one) for name, one in day.points), new)
    points = tuple((name, new if name == topic else one) for name, one in day.points)
    return Cover(points, old if day.backup == new else day.backup)


def _check(planned: Planned, day: PlannedDay, after: Cover) -> None:
    """Refuse cover that the planner would not give, by the planner's own check. Raises :class:`InputError`."""
    if after.backup and after.backup in dict(after.points).values():
        raise InputError(
            f"{after.backup} cannot be point person and backup on {day.date}.", "Exchange the other role first."
        )
    problem = planned.problem
    free = replace(problem, members=tuple(replace(one, kept=()) for one in problem.members))
    one = next(found for found in compile_problem(free).candidates if found.chosen == day.chosen)
    able = dict(one.covers or ())
    now = dict(day.points)
    roles = [(person, topic, now[topic], able[topic]) for topic, person in after.points if now[topic] != person]
    if after.backup != day.backup:
        roles.append((after.backup, "", day.backup, one.behind))
    for person, topic, old, people in roles:
        against = _against(planned, day, one, person)
        if not against and person not in people:
            against = f"{person} does not cover {topic}" if topic else f"{person} cannot be planned in"
        if against:
            others = [name for name in people if name not in {person, old} and not _against(planned, day, one, name)]
            raise InputError(
                f"{person} cannot cover {day.date}: {against}.", f"Who could: {', '.join(sorted(others)) or 'nobody'}."
            )


def _against(planned: Planned, day: PlannedDay, one: Candidate, person: str) -> str:
    """Return what stands against somebody covering the day; empty where nothing does."""
    problem = planned.problem
    if person not in {point.person for point in problem.member(day.person).point_people}:
        return f"{day.person} does not name them as point person"
    unable = [said for said in one.unable if said.split(" ", 1)[0] == person]
    if unable:
        return unable[0]
    near = [other for other in planned.plan.days if (other.person, other.date) != (day.person, day.date)]
    when = day.when
    if any(other.person == person and other.when.start < when.end and other.when.end > when.start for other in near):
        return f"{person} has a deep-work day then"
    covering = sum(other.date == day.date and person in _people(other) for other in near)
    if covering >= problem.member(person).covers_at_once:
        return f"{person} covers for {covering} others then"
    return ""


def _people(day: PlannedDay) -> frozenset[str]:
    return Cover(day.points, day.backup).people
