"""The rules again, the plainest way: half hour by half hour, every plan tried. Shares no code with the planner."""

import itertools
import math
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from deepday.model import Interval
from deepday.plan.problem import Chosen, Meeting, Member, Part, Problem

HALF = 1800


def slots(when: Interval) -> set[int]:
    return set(range(when.start, when.end, HALF))


def working(member: Member, day: date) -> set[int]:
    return {slot for one in member.days if one.date == day for window in one.windows for slot in slots(window)}


def block(member: Member, one: Chosen) -> set[int]:
    """The working half hours of a deep day; halves are cut at the only break, or in the middle."""
    work = sorted(working(member, one.date))
    if one.part is Part.DAY or not work:
        return set(work)
    breaks = [slot + HALF for slot in work if slot + HALF not in work][:-1]
    cut = work[len(work) // 2]
    for candidate in breaks:
        before = sum(slot < candidate for slot in work)
        if 0.3 <= before / len(work) <= 0.7:
            cut = candidate
    return {slot for slot in work if (slot < cut) == (one.part is Part.MORNING)}


def minutes_protected(work: set[int], kept: Iterable[Meeting], shortest: int) -> int:
    free = sorted(work - {slot for one in kept for slot in slots(one.when)})
    total, run = 0, 0
    for at, slot in enumerate(free):
        run += HALF
        if at + 1 == len(free) or free[at + 1] != slot + HALF:
            total += run if run >= shortest else 0
            run = 0
    return total // 60


def best_block(member: Member, one: Chosen) -> tuple[int, int] | None:
    """Gain and cost by trying every set of meetings to displace; ``None`` without an unbroken block."""
    work = block(member, one)
    near = [m for m in member.meetings if slots(m.when) & set(range(min(work), max(work) + 1, HALF)) & work]
    movable = [m for m in near if m.price is not None]
    before = minutes_protected(work, near, member.quota.block)
    found = []
    for count in range(len(movable) + 1):
        for moved in itertools.combinations(movable, count):
            after = minutes_protected(work, [m for m in near if m not in moved], member.quota.block)
            if after:
                cost = sum(m.price or 0 for m in moved)
                found.append((after - cost, -count, math.floor(after - member.stays * before), cost))
    if not found:
        return None
    _, _, gain, cost = max(found, key=lambda option: option[:2])
    return gain, cost


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def wish_price(member: Member, mine: list[Chosen]) -> int:
    wishes, cost = member.wishes, 0
    days = {one.date for one in mine}
    first = min((monday(day.date) for day in member.days), default=None)
    for one in mine:
        cost += wishes.price * (bool(wishes.weekdays) and one.date.weekday() not in wishes.weekdays)
        cost += wishes.price * (wishes.part is not None and one.part is not Part.DAY and one.part is not wishes.part)
        if wishes.spacing and one.date + timedelta(days=1) in days:
            cost += wishes.price * (1 if wishes.spacing == "apart" else -1)
        if wishes.regular and monday(one.date) != first and one.date - timedelta(days=7) not in days:
            cost += wishes.price
    return cost


def worth(problem: Problem, chosen: Iterable[Chosen]) -> int:
    """The objective, added up anew."""
    days, total = list(chosen), 0
    for member in problem.members:
        mine = [one for one in days if one.person == member.id]
        for one in mine:
            gain, cost = best_block(member, one) or (0, 0)
            total += gain - cost
        total -= wish_price(member, mine)
    return total


def faults(problem: Problem, chosen: Iterable[Chosen]) -> list[str]:
    """Every rule that a choice of days breaks, whoever covers."""
    days = sorted(chosen)
    found = []
    for member in problem.members:
        found += _own_faults(problem, member, [one for one in days if one.person == member.id])
    for team in problem.teams:
        found += _reach_faults(problem, team.members, team.reachable, days)
    found += [f"cover {day}" for day in sorted({one.date for one in days}) if not _coverable(problem, days, day)]
    return found


def _own_faults(problem: Problem, member: Member, mine: list[Chosen]) -> list[str]:
    found = []
    accepted = {one.date: one for one in member.accepted}
    if len({one.date for one in mine}) < len(mine):
        found.append("two on a date")
    for one in mine:
        if not problem.first <= one.date <= problem.last or not working(member, one.date):
            found.append(f"no work {one}")
        elif best_block(member, one) is None:
            found.append(f"no unbroken block {one}")
        if one.date in accepted:
            continue
        if one.date.weekday() in member.never or one.date in dict(member.fixed) or one.date in member.vetoed:
            found.append(f"forbidden {one}")
    found += [f"accepted {one}" for one in member.accepted if one not in mine]
    for one, other in itertools.combinations(mine, 2):
        near = abs((one.date - other.date).days) < member.gap and one.date != other.date
        if near and not (one.date in accepted and other.date in accepted):
            found.append("gap")
    for start in {monday(day.date) for day in member.days}:
        week = [day for day in member.days if monday(day.date) == start]
        if member.cap is not None:
            work = {slot for day in week for slot in working(member, day.date)}
            taken = {slot for one in member.meetings for slot in slots(one.when)} & work
            room = max(0, int(member.cap * len(work) * 30) - len(taken) * 30)
            here = [one for one in mine if monday(one.date) == start]
            if sum(len(block(member, one) - taken) for one in here) * 30 > room:
                found.append("cap")
    return found + _quota_faults(problem, member, mine)


def _quota_faults(problem: Problem, member: Member, mine: list[Chosen]) -> list[str]:
    weeks, found = sorted({monday(day.date) for day in member.days}), []
    for number in range(0, len(weeks), problem.sprint):
        sprint = weeks[number : number + problem.sprint]
        here = [day for day in member.days if monday(day.date) in sprint and day.scheduled]
        share = math.ceil(member.quota.days * sum(bool(day.windows) for day in here) / len(here))
        agreed = sum(monday(one.date) in sprint for one in member.accepted)
        if sum(monday(one.date) in sprint for one in mine) != max(share, agreed):
            found.append("quota")
    return found


def _reach_faults(problem: Problem, team: tuple[str, ...], wanted: int, days: list[Chosen]) -> list[str]:
    members = [problem.member(person) for person in team]
    everything = {m.id: {slot for day in m.days for slot in working(m, day.date)} for m in members}
    deep = {m.id: {s for one in days if one.person == m.id for s in block(m, one)} for m in members}
    for slot in set().union(*everything.values()):
        present = [m.id for m in members if slot in everything[m.id]]
        away = [person for person in present if slot in deep[person]]
        if len(away) > max(0, len(present) - wanted):
            return ["reachable"]
    return []


def span_of(problem: Problem, one: Chosen) -> set[int]:
    inside = block(problem.member(one.person), one)
    return set(range(min(inside), max(inside) + HALF, HALF))


def can_cover(problem: Problem, days: list[Chosen], one: Chosen, other: str) -> bool:
    """Agreed, present, free enough, not deep."""
    point = next((p for p in problem.member(one.person).point_people if p.person == other), None)
    if point is None or not point.agreed:
        return False
    when, member = span_of(problem, one), problem.member(other)
    there = {slot for day in member.days for slot in working(member, day.date)} & when
    busy = {slot for m in member.meetings for slot in slots(m.when)} & there
    deep = any(span_of(problem, two) & when for two in days if two.person == other)
    if len(there) < problem.covering.presence * len(when) or len(busy) > problem.covering.busy * len(there):
        return False
    return not deep


def _coverable(problem: Problem, days: list[Chosen], day: date) -> bool:
    group = [one for one in days if one.date == day and problem.member(one.person).covered]
    if any(not working(problem.member(one.person), one.date) for one in group):
        return True  # told elsewhere
    need = 1 + problem.covering.backups
    choices = []
    for one in group:
        able = [other.id for other in problem.members if can_cover(problem, days, one, other.id)]
        choices.append(list(itertools.combinations(able, need)))
    for picked in itertools.product(*choices):
        load = [person for pair in picked for person in pair]
        if all(load.count(person) <= problem.member(person).covers_at_once for person in set(load)):
            return True
    return False


def every_plan(problem: Problem) -> Iterator[tuple[Chosen, ...]]:
    """Every choice of at most one deep day a date and person, in which each person keeps the rules of their own."""
    own = []
    for member in problem.members:
        dates = [day.date for day in member.days if day.windows]
        parts: list[list[Chosen | None]] = []
        for day in dates:
            agreed = [one for one in member.accepted if one.date == day]
            kinds = (Part.MORNING, Part.AFTERNOON) if member.quota.half else (Part.DAY,)
            parts.append([None, *(agreed or (Chosen(member.id, day, kind) for kind in kinds))])
        plans = []
        most = (member.quota.days + len(member.accepted)) * len({monday(day) for day in dates})
        for picked in itertools.product(*parts):
            mine = [one for one in picked if one is not None]
            if len(mine) <= most and not _own_faults(problem, member, mine):
                plans.append(mine)
        own.append(plans)
    for together in itertools.product(*own):
        yield tuple(one for mine in together for one in mine)


def best_worth(problem: Problem) -> int | None:
    """The objective of the best plan, ``None`` where there is none."""
    return max((worth(problem, plan) for plan in every_plan(problem) if not faults(problem, plan)), default=None)
