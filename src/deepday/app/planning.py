"""Plan deep-work days: for one person from files or the store, for a team from its file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from deepday.app.agreed import agreed_policy
from deepday.app.period import parse_dates
from deepday.app.person import build_parameters, build_person, find_zone, with_days_off
from deepday.app.plan_memory import only_covering, with_memory
from deepday.app.plan_request import PlanRequest, what_if, with_options
from deepday.app.plan_state import read_state
from deepday.app.request import Request
from deepday.app.sources import context_for, is_address, read_calendar
from deepday.app.trial_planning import with_draw
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings, load_team
from deepday.config.plan_settings import WEEKDAYS, MeetingRuleSettings, PlanSettings, TeamFile, TeamPerson
from deepday.config.settings import Settings
from deepday.connect import Progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.measure.columns import counted, unique
from deepday.measure.days import absences, working_days
from deepday.measure.parameters import Parameters
from deepday.model import CalendarEvent, Person, Trip, WeeklyHours
from deepday.plan.compiling import compile_problem, monday
from deepday.plan.modelling import Status
from deepday.plan.planning import make_plan, planned_day
from deepday.plan.pricing import MeetingMark, Prices, meetings_of
from deepday.plan.problem import (
    LONGEST_HORIZON,
    Chosen,
    Cover,
    Covering,
    Member,
    Part,
    PointPerson,
    Problem,
    Quota,
    Team,
    Wishes,
    WorkDay,
)
from deepday.plan.result import Plan, PlannedDay

WEEK = timedelta(weeks=1)
SKIPPED = "It was skipped; deepday plan skip --undo takes that back."
_PARTS = {"": None, "morning": Part.MORNING, "afternoon": Part.AFTERNOON}


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, the problem it solves, seconds it took, and remarks. ``before``: the plan without the what-ifs."""

    plan: Plan
    problem: Problem
    seconds: float
    notes: tuple[str, ...]
    me: str
    before: Plan | None = None

    @property
    def found(self) -> bool:
        """Whether there is a plan; without one its days are those that were accepted before."""
        return self.plan.status in {Status.OPTIMAL, Status.FEASIBLE}


def plan_days(asked: PlanRequest, progress: Progress, *, clock: Clock | None = None, keep: bool = True) -> Planned:
    """Plan what was asked for. Raises :class:`InputError` for what cannot be, :class:`NotEnoughDataError` for no data.

    Without ``keep`` the plan so far is not taken into account: the best plan, not the one with the fewest moves.
    """
    clock = clock or SystemClock()
    begun = clock.monotonic()
    problem, notes, me = build_problem(asked, progress, clock)
    before = None
    if asked.what_if:
        before = make_plan(
            problem, asked.engine, seconds=asked.seconds, monotonic=SystemClock().monotonic, alternatives=0
        )
        problem, notes, me = build_problem(asked, progress, clock, changed=True)
    if not keep or asked.what_if:
        problem = replace(problem, previous=())
    plan = solve_problem(problem, asked)
    return Planned(plan, problem, clock.monotonic() - begun, (*notes, *_skipped(plan, problem)), me, before)


def solve_problem(problem: Problem, asked: PlanRequest) -> Plan:
    """Return the plan; where there is none, with the accepted days all the same, since they stay."""
    plan = make_plan(
        problem, asked.engine, seconds=asked.seconds, monotonic=SystemClock().monotonic, alternatives=asked.alternatives
    )
    vetoed = {(member.id, day) for member in problem.members for day in member.vetoed}
    others = [replace(one, why=SKIPPED) if (one.person, one.date) in vetoed else one for one in plan.others]
    if not plan.days:
        stay = _accepted_days(problem)
        dates = {(one.person, one.date) for one in stay}
        others = [one for one in others if (one.person, one.date) not in dates]
        plan = replace(plan, days=stay)
    return replace(plan, others=tuple(others))


def _accepted_days(problem: Problem) -> tuple[PlannedDay, ...]:
    found = []
    for one in compile_problem(problem).candidates:
        member = problem.member(one.person)
        if one.chosen in member.accepted:
            cover = dict(member.kept).get(one.date, Cover((), ""))
            found.append(planned_day(one, cover, ("It was accepted.",), accepted=True))
    return tuple(sorted(found, key=lambda day: (day.date, day.person)))


def _skipped(plan: Plan, problem: Problem) -> list[str]:
    """Say, where there is no plan, which days were skipped: taking one back may be what helps."""
    if plan.status is not Status.INFEASIBLE:
        return []
    dates = sorted({day for one in problem.members for day in one.vetoed if problem.first <= day <= problem.last})
    listed = ", ".join(map(str, dates))
    return [f"Skipped: {listed}. To take one back: deepday plan skip --undo {dates[0]}."] if dates else []


def build_problem(
    asked: PlanRequest, progress: Progress, clock: Clock, *, changed: bool = False
) -> tuple[Problem, tuple[str, ...], str]:
    """Return the problem, remarks on it, and whose it is. ``changed``: with the what-ifs."""
    settings = load_settings()
    if not 1 <= asked.length <= LONGEST_HORIZON:
        raise InputError(f"{asked.length} weeks cannot be planned.", f"Give --weeks 1 to {LONGEST_HORIZON}.")
    if asked.team:
        return _team_problem(asked, settings, load_team(asked.team), progress, clock, changed=changed)
    return _own_problem(asked, settings, progress, clock, changed=changed)


def _policy(asked: PlanRequest, base: PlanSettings, *, changed: bool) -> PlanSettings:
    policy = with_options(base, asked.given)
    return what_if(policy, asked.what_if) if changed else policy


def _horizon(asked: PlanRequest, person_today: date, now: datetime, notice: int) -> tuple[date, date, int, list[str]]:
    """Return the first and last date, from which instant new days may be planned, and remarks."""
    today = person_today
    first = parse_dates(asked.request.first)[0] if asked.request.first else monday(today) + WEEK
    last = monday(first) + asked.length * WEEK - timedelta(days=1)
    if last < today:
        return first, last, 0, [f"{first} to {last} lies in the past: this is what could have been planned."]
    notes = []
    if first < today:
        notes.append(f"What lies before {today} is past: nothing new is planned there.")
    return first, last, int(now.timestamp()) + notice * 3600, notes


def _own_problem(
    asked: PlanRequest, settings: Settings, progress: Progress, clock: Clock, *, changed: bool
) -> tuple[Problem, tuple[str, ...], str]:
    person = build_person(asked.request, settings)
    now = clock.now()
    notice = _policy(asked, settings.plan, changed=changed).notice
    first, last, open_from, notes = _horizon(asked, now.astimezone(person.zone).date(), now, notice)
    base, settings, told = agreed_policy(settings.plan, settings, asked.given, last)
    notes += told
    policy = _policy(asked, base, changed=changed)
    _refuse_large_quota(person, policy)
    span = monday(first), last + timedelta(days=2)
    person = with_days_off(person, asked.request, settings, *span)
    parameters = build_parameters(asked.request, settings)
    marks = _marks(settings.meetings)
    if asked.request.calendars:
        keep_titles = asked.request.keep_titles or settings.privacy.keep_titles
        events, said = _file_events(asked.request.calendars, person, span, progress, keep_titles=keep_titles)
        stays = 0.0
    else:
        events, said, stays = read_state(person, span, parameters, clock)
    member = build_member(person, events, span, policy, marks, parameters)
    member = replace(member, stays=stays)
    points, unknown = _point_people(settings, person, span, parameters, progress)
    if points:
        named = tuple(PointPerson(one.email.lower(), one.topics, one.agreed) for one in settings.point_people)
        member = replace(member, covered=True, point_people=named)
    people: tuple[Member, ...] = (member, *points)
    previous: tuple[Chosen, ...] = ()
    if not asked.request.calendars:
        people, previous = with_memory(people, span, (first, last), clock)
        drawn, told = with_draw(people[0], (first, last), open_from, clock)
        people = (drawn, *people[1:])
        unknown += told
    readable = {one.id for one in points if one.calendar}
    planned_in = sum(one.person in readable and not one.refusal() for one in people[0].point_people)
    backups = max(0, min(1, planned_in - 1))
    if points and planned_in == 1:
        unknown.append("One point person of yours can be planned in: there is no backup.")
    problem = Problem(
        members=(people[0], *(only_covering(one) for one in people[1:])),
        first=first,
        last=last,
        sprint=policy.sprint,
        open_from=open_from,
        previous=previous,
        covering=Covering(backups=backups),
    )
    return problem, (*notes, *said, *unknown), person.email


def _refuse_large_quota(person: Person, policy: PlanSettings) -> None:
    days = sum(bool(spans) for spans in person.hours.by_weekday)
    if policy.quota > days * policy.sprint:
        span = "A week" if policy.sprint == 1 else f"{policy.sprint} weeks"
        has = "has" if policy.sprint == 1 else "have"
        count = days * policy.sprint
        raise InputError(
            f"{span} of {person.email} {has} {count} working day{'' if count == 1 else 's'}, and {policy.quota} "
            "deep-work days are asked for.",
            f"Ask for {count} at most; 1 or 2 a week is usual.",
        )


def _point_people(
    settings: Settings,
    me: Person,
    span: tuple[date, date],
    parameters: Parameters,
    progress: Progress,
) -> tuple[list[Member], list[str]]:
    """Return those who may cover for the owner, as far as a calendar of any can be read; otherwise a remark."""
    if not settings.point_people:
        return [], []
    if any(one.email.lower() == me.email.lower() for one in settings.point_people):
        raise InputError(
            f"{me.email} is named as their own point person.", "Name somebody else under [[point_people]]."
        )
    if not any(one.calendars for one in settings.point_people):
        return [], ["No calendar of your point people can be read: whether somebody covers is not checked."]
    span = span[0] - timedelta(days=1), span[1]
    found = []
    for one in settings.point_people:
        hours = WeeklyHours.parse(one.hours) if one.hours else me.hours
        who = Person(one.email.lower(), find_zone(one.zone or me.zone.key), hours, holidays=me.holidays)
        events, _ = _file_events(one.calendars, who, span, progress, keep_titles=False)
        member = build_member(who, events, span, PlanSettings(quota=0), (), parameters)
        found.append(replace(member, calendar=bool(one.calendars)))
    return found, []


def _file_events(
    calendars: Sequence[str], person: Person, span: tuple[date, date], progress: Progress, *, keep_titles: bool
) -> tuple[list[CalendarEvent], list[str]]:
    context = context_for(person, person.window(*span), progress, keep_titles=keep_titles)
    events: list[CalendarEvent] = []
    said = []
    for location in calendars:
        reading = read_calendar(location, context)
        events += reading.events
        if not reading.total:
            said.append(f"A calendar of {person.email} holds no events: every day counts as free.")
        if reading.skipped:
            count = len(reading.skipped)
            entries = "1 entry" if count == 1 else f"{count} entries"
            said.append(f"{entries} of a calendar of {person.email} could not be read.")
    return events, said


def build_member(
    person: Person,
    events: Sequence[CalendarEvent],
    span: tuple[date, date],
    policy: PlanSettings,
    marks: Sequence[MeetingMark],
    parameters: Parameters,
) -> Member:
    """Return somebody as the planner sees them: working days as the measuring part finds them, meetings priced."""
    known = unique(events)
    days = working_days(person, *span, absences(known, person))
    meetings = counted(known, parameters.meetings)
    keys = frozenset((event.uid, event.recurrence_id, start) for start, _, event in meetings)
    return Member(
        id=person.email,
        zone=person.zone.key,
        days=tuple(
            WorkDay(
                day.date, tuple(day.windows), day.eligible, day.scheduled > 0, day.day_off, person.zone_on(day.date).key
            )
            for day in days
        ),
        meetings=meetings_of(known, keys, marks, Prices(**policy.prices.model_dump())),
        quota=Quota(policy.quota, policy.unit == "half", policy.block * 60),
        never=frozenset(WEEKDAYS.index(name) for name in policy.never),
        fixed=tuple((one.date, one.reason) for one in policy.fixed),
        gap=policy.gap,
        cap=policy.cap,
        wishes=Wishes(
            weekdays=frozenset(WEEKDAYS.index(name) for name in policy.prefer),
            part=_PARTS[policy.part],
            spacing=policy.spacing,
            regular=policy.regular,
            releases=policy.releases,
            price=policy.wish,
        ),
    )


def _marks(rules: Sequence[MeetingRuleSettings]) -> tuple[MeetingMark, ...]:
    return tuple(MeetingMark(one.title or "", one.uid or "", one.moves is not False, one.price) for one in rules)


def _team_problem(
    asked: PlanRequest, settings: Settings, team: TeamFile, progress: Progress, clock: Clock, *, changed: bool
) -> tuple[Problem, tuple[str, ...], str]:
    _refuse_hopeless_rules(team)
    now = clock.now()
    today = min(now.astimezone(find_zone(one.zone)).date() for one in team.person)
    base = _policy(asked, team.plan, changed=changed)
    first, last, open_from, notes = _horizon(asked, today, now, base.notice)
    span = monday(first) - timedelta(days=1), last + timedelta(days=2)
    parameters = build_parameters(asked.request, settings)
    marks = _marks(team.meetings)
    keep_titles = asked.request.keep_titles or settings.privacy.keep_titles or any(mark.title for mark in marks)
    members = []
    folder = asked.team.parent if asked.team else Path()
    for one in sorted(team.person, key=lambda found: found.email.lower()):
        person = _person_of(one, settings, span)
        places = [place if is_address(place) else str(folder / Path(place).expanduser()) for place in one.calendars]
        events, said = _file_events(places, person, span, progress, keep_titles=keep_titles)
        policy = _policy(asked, one.plan or team.plan, changed=changed)
        _refuse_large_quota(person, policy)
        member = build_member(person, events, span, policy, marks, parameters)
        deep = one.deep and bool(places)
        if one.deep and not places:
            said.append(
                f"No calendar of {one.email} is connected: no days are planned for them, and they cover nobody."
            )
        members.append(
            replace(
                member,
                quota=member.quota if deep else Quota(0),
                calendar=bool(places),
                topics=one.topics,
                covered=True,
                covers_at_once=one.covers_at_once,
                point_people=tuple(
                    PointPerson(point.email.lower(), point.topics, point.agreed) for point in one.point_people
                ),
            )
        )
        notes += said
    if not any(member.plans for member in members):
        raise NotEnoughDataError(
            "Nobody in the team file has a calendar and wants deep-work days.",
            "Give calendars under each [[person]]; the README shows how.",
        )
    people, previous = with_memory(members, span, (first, last), clock)
    problem = Problem(
        members=people,
        first=first,
        last=last,
        teams=tuple(Team(one.name, tuple(name.lower() for name in one.members), one.reachable) for one in team.team),
        sprint=base.sprint,
        covering=Covering(team.covering.presence, team.covering.busy, team.covering.backups),
        open_from=open_from,
        previous=previous,
    )
    return problem, tuple(notes), ""


def _refuse_hopeless_rules(team: TeamFile) -> None:
    """Refuse wishes that can never be kept, before any calendar is read. Raises :class:`InputError`."""
    for one in team.person:
        policy = one.plan or team.plan
        if one.deep and policy.quota and set(policy.never) == set(WEEKDAYS):
            raise InputError(
                f"{one.email} asks for deep-work days, but never on any weekday.", "Take a weekday out of never."
            )


def _person_of(one: TeamPerson, settings: Settings, span: tuple[date, date]) -> Person:
    trips = tuple(Trip(trip.first, trip.last, find_zone(trip.zone)) for trip in one.trips)
    for earlier, later in pairwise(sorted(trips, key=lambda trip: trip.first)):
        if later.first <= earlier.last:
            raise InputError(f"Two trips of {one.email} overlap.", "Correct their dates.")
    person = Person(one.email.lower(), find_zone(one.zone), WeeklyHours.parse(one.hours), trips=trips)
    off = with_days_off(person, Request(holidays=one.holidays), Settings(privacy=settings.privacy), *span)
    return replace(person, holidays=off.holidays)
