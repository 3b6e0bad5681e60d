"""Who is there: who may cover a block, and how many of a team stay reachable at every hour."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from deepday.model import Interval, intersect, merge, total
from deepday.plan.modelling import Candidate, Limit, Rule
from deepday.plan.problem import Covering, Member, PointPerson, Problem, WorkDay

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class CoverCheck:
    """Whether somebody can cover a block, deep days aside, and if not, why not."""

    person: str
    able: bool
    why: str = ""


def check_cover(
    point: PointPerson, member: Member, when: Interval, covering: Covering, day: date | None = None
) -> CoverCheck:
    """Check consent (for ``day``, the date of the block), presence in their own hours, and that they are free enough.

    Their own meetings may take a part of it, as ``covering`` says.
    """
    if refusal := point.refusal(day):
        return CoverCheck(member.id, able=False, why=f"{member.id} {refusal}")
    return _check_time(member, when, covering, _near(member.days, when), [one.when for one in member.meetings])


def _check_time(
    member: Member, when: Interval, covering: Covering, days: Sequence[WorkDay], meetings: Sequence[Interval]
) -> CoverCheck:
    if not member.calendar:
        return CoverCheck(member.id, able=False, why=f"no calendar of {member.id} is connected")
    there = intersect(merge(window for day in days for window in day.windows), [when])
    present = total(there)
    if present < covering.presence * when.seconds:
        off = next((day.off for day in days if day.off), "")
        why = f"off ({off})" if off and not present else f"working for {present // 60} of {when.seconds // 60} minutes"
        return CoverCheck(member.id, able=False, why=f"{member.id} is {why}")
    busy = total(intersect(there, merge(one for one in meetings if one.start < when.end and one.end > when.start)))
    if busy > covering.busy * present:
        return CoverCheck(member.id, able=False, why=f"{member.id} has meetings for {busy // 60} minutes of it")
    return CoverCheck(member.id, able=True)


def _near(days: Sequence[WorkDay], when: Interval) -> list[WorkDay]:
    """Return the dates whose working time touches the interval, else the date of its middle."""
    touching = [day for day in days if any(w.start < when.end and w.end > when.start for w in day.windows)]
    middle = date(1970, 1, 1) + timedelta(seconds=(when.start + when.end) // 2)
    return touching or [day for day in days if day.date == middle]


class _Checks:
    """The checks of one plan, each made once: teams have the same hours, and meetings are looked up by day."""

    def __init__(self, problem: Problem) -> None:
        self._covering = problem.covering
        self._members = {one.id: one for one in problem.members}
        self._days: dict[str, dict[date, WorkDay]] = {}
        self._meetings: dict[str, dict[int, list[Interval]]] = {}
        self._known: dict[tuple[str, Interval], tuple[CoverCheck, int]] = {}

    def of(self, point: PointPerson, when: Interval, day: date) -> tuple[CoverCheck, int]:
        """Return the check, and how many of their dates touch the block."""
        if refusal := point.refusal(day):
            return CoverCheck(point.person, able=False, why=f"{point.person} {refusal}"), 0
        key = (point.person, when)
        if key not in self._known:
            self._known[key] = self._check(self._members[point.person], when)
        return self._known[key]

    def _check(self, member: Member, when: Interval) -> tuple[CoverCheck, int]:
        if member.id not in self._days:
            self._days[member.id] = {day.date: day for day in member.days}
            by_day: dict[int, list[Interval]] = defaultdict(list)
            for one in member.meetings:
                for day in range(one.when.start // _DAY, one.when.end // _DAY + 1):
                    by_day[day].append(one.when)
            self._meetings[member.id] = by_day
        middle = date(1970, 1, 1) + timedelta(seconds=(when.start + when.end) // 2)
        around = [self._days[member.id].get(middle + timedelta(days=step)) for step in (-1, 0, 1)]
        days = _near([day for day in around if day], when)
        meetings = [
            one
            for day in range(when.start // _DAY, when.end // _DAY + 1)
            for one in self._meetings[member.id].get(day, ())
        ]
        touching = sum(any(w.start < when.end and w.end > when.start for w in day.windows) for day in days)
        return _check_time(member, when, self._covering, days, meetings), touching


def cover_of(problem: Problem, candidates: list[Candidate], rules: dict[str, Rule]) -> list[Candidate]:
    """Return the candidates with those who may cover each; where they are too few, blocked by the rule."""
    members = {one.id: one for one in problem.members}
    planned = {one.person for one in candidates}
    checks, keeping = _Checks(problem), _Keeping(problem, candidates)
    found = []
    for one in candidates:
        owner = members[one.person]
        if not owner.covered:
            found.append(one)
            continue
        name = f"cover:{one.person}"
        text = "each day has a point person" + (" and a backup" if problem.covering.backups else "") + " who can cover"
        rules.setdefault(name, Rule(name, text, firm=True, person=one.person))
        able, unable = [], []
        for point in sorted(owner.point_people, key=lambda point: point.person):
            check, dates = checks.of(point, one.block.when, one.date)
            if not check.able:
                unable.append(check.why)
            elif point.person not in planned or dates == 1:
                # Two dates of theirs would touch the block: to be free on one would say nothing about the other.
                able.append(point)
        if not owner.point_people:
            unable.append("no point people are named")
        covers = tuple(
            (topic, tuple(point.person for point in able if not topic or not point.topics or topic in point.topics))
            for topic in (owner.topics or ("",))
        )
        everybody = tuple(sorted({person for _, people in covers for person in people}))
        short = len(everybody) < 1 + problem.covering.backups or not all(people for _, people in covers)
        if short and everybody:
            unable += [f"nobody who could covers {topic}" for topic, people in covers if topic and not people]
            unable += ["there is no backup"] if len(everybody) < 1 + problem.covering.backups else []
        blockers = one.blockers | {name} if short else one.blockers
        behind = everybody if problem.covering.backups else ()
        open_to_all = replace(one, covers=covers, behind=behind, blockers=blockers, unable=tuple(unable))
        found.append(keeping.keep(owner, open_to_all))
    return found


class _Keeping:
    """Who covers accepted days stays with them, as long as that is possible."""

    def __init__(self, problem: Problem, candidates: Sequence[Candidate]) -> None:
        self._limit = {one.id: one.covers_at_once for one in problem.members}
        self._accepted = {one for member in problem.members for one in member.accepted}
        self._deep = [one for one in candidates if one.chosen in self._accepted]
        self._taken: Counter[tuple[str, date]] = Counter()

    def keep(self, owner: Member, one: Candidate) -> Candidate:
        """Return the candidate of an accepted day with nobody but those who cover it, where all of them still can.

        Where only the backup cannot, the point people stay; otherwise its cover is given out anew.
        """
        kept = dict(owner.kept).get(one.date)
        if kept is None or one.covers is None or one.blockers or one.chosen not in self._accepted:
            return one
        points = dict(kept.points)
        if not all(self._can(points.get(topic, ""), people, one) for topic, people in one.covers):
            return one
        behind = (kept.backup,) if self._can(kept.backup, one.behind, one) else one.behind
        if one.behind and not set(behind) - set(points.values()):
            return one
        covers = tuple((topic, (points[topic],)) for topic, _ in one.covers)
        self._taken.update((person, one.date) for person in {*points.values(), *(behind if len(behind) == 1 else ())})
        return replace(one, covers=covers, behind=behind)

    def _can(self, person: str, people: Sequence[str], one: Candidate) -> bool:
        when = one.block.when
        deep = any(
            other.person == person and other.block.when.start < when.end and other.block.when.end > when.start
            for other in self._deep
        )
        return person in people and not deep and self._taken[person, one.date] < self._limit[person]


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
        hours = _hours(team.members, members, mine, candidates)
        text = f"at least {team.reachable} of {team.name} stay reachable at every hour"
        rules.setdefault(name, Rule(name, text + _fewest(hours, team.reachable), firm=True))
        tightest: dict[tuple[int, ...], int] = {}
        for deep, present, _ in hours:
            room = max(0, present - team.reachable)
            if len({candidates[i].person for i in deep}) > room:
                tightest[deep] = min(room, tightest.get(deep, room))
        limits += [Limit(name, tuple((i, 1) for i in deep), high=room) for deep, room in sorted(tightest.items())]
    return limits


def _fewest(hours: Sequence[tuple[tuple[int, ...], int, int]], reachable: int) -> str:
    """Say at which hour so few work that nobody can be deep then; nothing where there is none."""
    present, at = min(((present, at) for _, present, at in hours), default=(reachable + 1, 0))
    if present > reachable:
        return ""
    works = "works" if present == 1 else "work"
    return f" (only {present} {works} at {datetime.fromtimestamp(at, UTC):%H:%M UTC on %Y-%m-%d})"


def _hours(
    team: tuple[str, ...], members: dict[str, Member], mine: dict[str, list[int]], candidates: list[Candidate]
) -> list[tuple[tuple[int, ...], int, int]]:
    """Return, for each stretch between changes, the candidates in it, how many of the team work then, and its start.

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
            found.append((tuple(sorted(running)), present, at))
    return found
