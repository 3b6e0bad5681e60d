"""Who is there: who may cover a block, and how many of a team stay reachable at every hour."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

from deepday.model import Interval, intersect, merge, total
from deepday.plan.modelling import Candidate, Limit, Rule
from deepday.plan.problem import Covering, Member, PointPerson, Problem, WorkDay


@dataclass(frozen=True, slots=True)
class CoverCheck:
    """Whether somebody can cover a block, deep days aside, and if not, why not."""

    person: str
    able: bool
    why: str = ""


def check_cover(point: PointPerson, member: Member, when: Interval, covering: Covering) -> CoverCheck:
    """Check consent, presence in their own hours, and that their own meetings leave them free enough."""
    if not point.agreed:
        return CoverCheck(member.id, able=False, why=f"{member.id} has not agreed yet")
    if not member.calendar:
        return CoverCheck(member.id, able=False, why=f"no calendar of {member.id} is connected")
    there = intersect(merge(w for day in _days_near(member, when) for w in day.windows), [when])
    present = total(there)
    if present < covering.presence * when.seconds:
        off = next((day.off for day in _days_near(member, when) if day.off), "")
        why = f"off ({off})" if off and not present else f"working for {present // 60} of {when.seconds // 60} minutes"
        return CoverCheck(member.id, able=False, why=f"{member.id} is {why}")
    busy = total(intersect(there, merge(one.when for one in member.meetings)))
    if busy > covering.busy * present:
        return CoverCheck(member.id, able=False, why=f"{member.id} has meetings for {busy // 60} minutes of it")
    return CoverCheck(member.id, able=True)


def _days_near(member: Member, when: Interval) -> list[WorkDay]:
    return [day for day in member.days if any(w.start < when.end and w.end > when.start for w in day.windows)] or [
        day for day in member.days if abs((day.date - _date(when)).days) < 1
    ]


def _date(when: Interval) -> date:
    return date(1970, 1, 1) + timedelta(seconds=(when.start + when.end) // 2)


def cover_of(problem: Problem, candidates: list[Candidate], rules: dict[str, Rule]) -> list[Candidate]:
    """Return the candidates with those who may cover each; where they are too few, blocked by the rule."""
    members = {one.id: one for one in problem.members}
    planned = {one.person for one in candidates}
    found = []
    for one in candidates:
        owner = members[one.person]
        if not owner.covered:
            found.append(one)
            continue
        name = f"cover:{one.person}"
        text = "each day has a point person" + (" and a backup" if problem.covering.backups else "") + " who can cover"
        rules.setdefault(name, Rule(name, text, firm=True))
        able, unable = [], []
        for point in sorted(owner.point_people, key=lambda point: point.person):
            check = check_cover(point, members[point.person], one.block.when, problem.covering)
            if not check.able:
                unable.append(check.why)
            elif point.person not in planned or not _crosses_dates(members[point.person], one):
                able.append(point)
        if not owner.point_people:
            unable.append("no point people are named")
        covers = tuple(
            (topic, tuple(point.person for point in able if not topic or not point.topics or topic in point.topics))
            for topic in (owner.topics or ("",))
        )
        everybody = {person for _, people in covers for person in people}
        short = len(everybody) < 1 + problem.covering.backups or not all(people for _, people in covers)
        blockers = one.blockers | {name} if short else one.blockers
        found.append(replace(one, covers=covers, blockers=blockers, unable=tuple(unable)))
    return found


def _crosses_dates(member: Member, one: Candidate) -> bool:
    """Whether two dates of theirs touch the block: being free on one would say nothing about the other."""
    when = one.block.when
    touched = {day.date for day in member.days if any(w.start < when.end and w.end > when.start for w in day.windows)}
    return len(touched) > 1


def team_limits(problem: Problem, candidates: list[Candidate], rules: dict[str, Rule]) -> list[Limit]:
    """For each team and hour: those who work less those who are deep are at least as many as must stay reachable."""
    members = {one.id: one for one in problem.members}
    limits = []
    mine: dict[str, list[int]] = defaultdict(list)
    for i, one in enumerate(candidates):
        mine[one.person].append(i)
    for team in sorted(problem.teams, key=lambda one: one.name):
        if team.reachable <= 0:
            continue
        name = f"reachable:{team.name}"
        text = f"at least {team.reachable} of {team.name} stay reachable at every hour"
        rules.setdefault(name, Rule(name, text, firm=True))
        tightest: dict[tuple[int, ...], int] = {}
        for deep, present in _hours(team.members, members, mine, candidates):
            room = max(0, present - team.reachable)
            if len({candidates[i].person for i in deep}) > room:
                tightest[deep] = min(room, tightest.get(deep, room))
        limits += [Limit(name, tuple((i, 1) for i in deep), high=room) for deep, room in sorted(tightest.items())]
    return limits


def _hours(
    team: tuple[str, ...], members: dict[str, Member], mine: dict[str, list[int]], candidates: list[Candidate]
) -> list[tuple[tuple[int, ...], int]]:
    """Return, for each stretch between changes, the candidates that run in it and how many of the team work then.

    A candidate counts in the working windows of its block: in a break its owner is not reachable anyway.
    """
    changes: dict[int, list[tuple[int, int]]] = defaultdict(list)  # instant -> (candidate or -1, +1 or -1)
    for person in sorted(set(team)):
        for window in merge(w for day in members[person].days for w in day.windows):
            changes[window.start].append((-1, 1))
            changes[window.end].append((-1, -1))
        for i in mine.get(person, ()):
            for window in candidates[i].block.windows:
                changes[window.start].append((i, 1))
                changes[window.end].append((i, -1))
    present = 0
    running: set[int] = set()
    found = []
    for at in sorted(changes):
        for i, step in sorted(changes[at], key=lambda change: change[1]):  # what ends goes before what begins
            if i < 0:
                present += step
            elif step > 0:
                running.add(i)
            else:
                running.discard(i)
        if running:
            found.append((tuple(sorted(running)), present))
    return found
