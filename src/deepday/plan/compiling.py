"""From the problem to the model: every rule of it becomes a blocker or a limit under the rule's name."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from deepday.model import Interval, intersect, merge, total
from deepday.plan.blocks import build_block, windows_of
from deepday.plan.modelling import Candidate, HabitCost, Limit, Model, PairCost, Rule
from deepday.plan.presence import cover_of, team_limits
from deepday.plan.problem import WEEKDAYS, Chosen, Member, Part, Problem, WorkDay

DAY = timedelta(days=1)
NEAR = (Part.MORNING, Part.AFTERNOON)


def compile_problem(problem: Problem) -> Model:
    """Return the model. The same problem gives the same model, in whatever order its parts are given."""
    members = sorted(problem.members, key=lambda one: one.id)
    rules: dict[str, Rule] = {}
    facts: dict[tuple[str, date], str] = {}
    candidates: list[Candidate] = []
    for member in members:
        if member.plans:
            candidates += _candidates(problem, member, rules, facts)
    candidates = cover_of(problem, candidates, rules)
    mine: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(candidates):
        mine[one.person].append(number)
    limits: list[Limit] = []
    pairs: list[PairCost] = []
    habits: list[HabitCost] = []
    for member in members:
        if member.plans:
            own = mine[member.id]
            limits += _own_limits(problem, member, own, candidates, rules)
            pairs += _pairs(member, own, candidates)
            habits += _habits(member, own, candidates)
    limits += _cover_limits(candidates, problem.covering.backups)
    limits += team_limits(problem, candidates, rules)
    previous = frozenset(problem.previous)
    return Model(
        candidates=tuple(candidates),
        limits=tuple(limits),
        rules=rules,
        pairs=tuple(pairs),
        habits=tuple(habits),
        previous=frozenset(i for i, one in enumerate(candidates) if one.chosen in previous),
        cover_limit={member.id: member.covers_at_once for member in members},
        load={member.id: member.load for member in members},
        backups=problem.covering.backups,
        facts=facts,
    )


def monday(day: date) -> date:
    """Return the Monday of the date's ISO week."""
    return day - timedelta(days=day.weekday())


def period_of(problem: Problem, day: date) -> int:
    """Return the number of the sprint that a date lies in."""
    return (monday(day) - monday(problem.first)).days // 7 // problem.sprint


def _accepted(member: Member) -> dict[date, Chosen]:
    return {one.date: one for one in member.accepted if one.person == member.id}


def _candidates(
    problem: Problem, member: Member, rules: dict[str, Rule], facts: dict[tuple[str, date], str]
) -> list[Candidate]:
    accepted = _accepted(member)
    previous = [one for one in problem.previous if one.person == member.id]
    found = []
    for day in sorted(member.days, key=lambda one: one.date):
        if not problem.first <= day.date <= problem.last:
            continue
        agreed = accepted.get(day.date)
        if not day.windows or not (day.eligible or agreed):
            facts[member.id, day.date] = _why_no_work(day)
            continue
        frozen = day.windows[0].start < problem.open_from and not agreed
        so_far = {one.part for one in previous if one.date == day.date}
        if frozen and not so_far:
            facts[member.id, day.date] = "It begins within the frozen window: nothing new is planned at such notice."
            continue
        parts: tuple[Part, ...] = NEAR if member.quota.half else (Part.DAY,)
        if agreed and agreed.part not in parts:
            parts = (agreed.part,)
        if frozen:
            parts = tuple(part for part in parts if part in so_far)
        for part in parts:
            windows = windows_of(day, part)
            if not windows:
                continue
            block = build_block(windows, member.meetings, member.quota.block, member.stays)
            blockers = frozenset() if agreed else _blockers(member, day, rules)
            if not block.unbroken:
                blockers |= {_block_rule(member, rules)}
            if agreed and part is not agreed.part:
                blockers |= {_accepted_rule(member, agreed, rules)}
            found.append(
                Candidate(
                    member.id, day.date, part, block, _wish(member, day, part), period_of(problem, day.date), blockers
                )
            )
    return found


def _why_no_work(day: WorkDay) -> str:
    if day.windows:
        return "Less than half of the normal hours are left."
    if day.off:
        return f"It is a day off: {day.off}."
    return "It lies outside the working hours."


def _name(rules: dict[str, Rule], name: str, member: Member, text: str, *, firm: bool = False) -> str:
    rules.setdefault(name, Rule(name, text, firm, member.id))
    return name


def _block_rule(member: Member, rules: dict[str, Rule]) -> str:
    minutes = member.quota.block // 60
    return _name(
        rules, f"block:{member.id}", member, f"each day has an unbroken block of {minutes} minutes between what stays"
    )


def _accepted_rule(member: Member, one: Chosen, rules: dict[str, Rule]) -> str:
    text = f"the accepted {WEEKDAYS[one.date.weekday()]} {one.date} stays"
    return _name(rules, f"accepted:{member.id}:{one.date}", member, text, firm=True)


def _blockers(member: Member, day: WorkDay, rules: dict[str, Rule]) -> frozenset[str]:
    found = set()
    weekday = day.date.weekday()
    if weekday in member.never:
        found.add(_name(rules, f"never:{member.id}:{WEEKDAYS[weekday][:3]}", member, f"never on a {WEEKDAYS[weekday]}"))
    for taken, why in member.fixed:
        if taken == day.date:
            reason = f" ({why})" if why not in {"", "taken"} else ""
            found.add(_name(rules, f"fixed:{member.id}:{taken}", member, f"{taken} is marked as taken{reason}"))
    if day.date in member.vetoed:
        found.add(
            _name(rules, f"deleted:{member.id}:{day.date}", member, f"{day.date} was deleted by its owner", firm=True)
        )
    for start, drawn in member.drawn:
        if start == monday(day.date) and day.date not in drawn:
            found.add(_draw_rule(member, start, rules))
    return frozenset(found)


def _draw_rule(member: Member, start: date, rules: dict[str, Rule]) -> str:
    return _name(rules, f"trial:{member.id}:{start}", member, f"the trial's draw for the week of {start}", firm=True)


def _wish(member: Member, day: WorkDay, part: Part) -> int:
    wishes = member.wishes
    against = int(bool(wishes.weekdays) and day.date.weekday() not in wishes.weekdays)
    against += int(wishes.part is not None and part is not Part.DAY and part is not wishes.part)
    working = sorted(one.date for one in member.days if one.windows)
    for release in wishes.releases:
        before = [one for one in working if one < release]
        against += 2 * int(bool(before) and before[-1] == day.date)
    return against * wishes.price


def _own_limits(
    problem: Problem, member: Member, own: list[int], candidates: list[Candidate], rules: dict[str, Rule]
) -> list[Limit]:
    limits = []
    by_date: dict[date, list[int]] = defaultdict(list)
    by_period: dict[int, list[int]] = defaultdict(list)
    for i in own:
        by_date[candidates[i].date].append(i)
        by_period[candidates[i].period].append(i)
    limits += [Limit("", _ones(same), high=1) for same in by_date.values() if len(same) > 1]
    for period in range(period_of(problem, problem.last) + 1):
        wanted = quota_in(problem, member, period)
        if wanted or by_period[period]:
            name = _name(rules, f"quota:{member.id}:{period + 1}", member, _quota_text(problem, member, period, wanted))
            limits.append(Limit(name, _ones(by_period[period]), low=wanted))
            limits.append(
                Limit(
                    "", _ones(by_period[period]), high=_most_in(problem, member, period, by_period[period], candidates)
                )
            )
    for one in member.accepted:
        if problem.first <= one.date <= problem.last:
            same = [i for i in by_date[one.date] if candidates[i].part is one.part]
            limits.append(Limit(_accepted_rule(member, one, rules), _ones(same), low=1))
    for start, drawn in member.drawn:
        for day in drawn:
            if problem.first <= day <= problem.last:
                limits.append(Limit(_draw_rule(member, start, rules), _ones(by_date[day]), low=1))
    limits += _gap_limits(member, own, candidates, rules)
    limits += _cap_limits(member, own, candidates, rules)
    return limits


def _ones(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    return tuple((i, 1) for i in sorted(numbers))


def quota_in(problem: Problem, member: Member, period: int, held: Collection[date] = ()) -> int:
    """Return how many deep-work days the person's quota asks for in a sprint of the horizon.

    A sprint of which holidays, absences, the frozen window or the horizon cut something off asks for its share of
    working days, rounded up. Accepted days that lie before the horizon count; what was accepted or drawn is never too
    much. ``held``: days of the plan so far inside the frozen window, where they are to count as well.
    """
    start = monday(problem.first) + timedelta(weeks=period * problem.sprint)
    end = start + timedelta(weeks=problem.sprint)
    scheduled = [day for day in member.days if start <= day.date < end and day.scheduled]
    accepted = {one.date for one in member.accepted if start <= one.date < end}
    opened = [
        day
        for day in scheduled
        if day.date in accepted
        or day.date in held
        or (
            problem.first <= day.date <= problem.last
            and day.windows
            and day.eligible
            and day.windows[0].start >= problem.open_from
        )
    ]
    if not scheduled:
        return 0
    share = math.ceil(member.quota.days * len(opened) / len(scheduled))
    inside = {day for day in (*accepted, *held) if problem.first <= day <= problem.last}
    drawn = {day for _, days in member.drawn for day in days if max(start, problem.first) <= day < end}
    return max(min(share, member.quota.days) - len(accepted - inside), len(inside | drawn))


def _most_in(problem: Problem, member: Member, period: int, own: list[int], candidates: list[Candidate]) -> int:
    """Return how many deep-work days a sprint may have: days so far that lie in the frozen window may stay.

    They need not, since nothing new could stand in for one that a meeting takes.
    """
    accepted = _accepted(member)
    frozen = {day.date for day in member.days if day.windows and day.windows[0].start < problem.open_from}
    open_to_stay = {one.date for one in (candidates[i] for i in own) if not one.blockers}
    held = open_to_stay & frozen - accepted.keys()
    return max(quota_in(problem, member, period), quota_in(problem, member, period, held))


def _quota_text(problem: Problem, member: Member, period: int, wanted: int) -> str:
    start = monday(problem.first) + timedelta(weeks=period * problem.sprint)
    unit = "half day" if member.quota.half else "day"
    span = "week" if problem.sprint == 1 else f"{problem.sprint} weeks"
    return f"{wanted} deep-work {unit}{'' if wanted == 1 else 's'} in the {span} of {start}"


def _gap_limits(member: Member, own: list[int], candidates: list[Candidate], rules: dict[str, Rule]) -> list[Limit]:
    if member.gap <= 1:
        return []
    name = _name(rules, f"spacing:{member.id}", member, f"deep-work days lie at least {member.gap} dates apart")
    accepted = {one.date for one in member.accepted}
    limits = []
    for at, i in enumerate(own):
        for j in own[at + 1 :]:
            apart = (candidates[j].date - candidates[i].date).days
            if apart >= member.gap:
                break
            if apart and not {candidates[i].date, candidates[j].date} <= accepted:
                limits.append(Limit(name, ((i, 1), (j, 1)), high=1))
    return limits


def _cap_limits(member: Member, own: list[int], candidates: list[Candidate], rules: dict[str, Rule]) -> list[Limit]:
    if member.cap is None:
        return []
    limits = []
    weeks: dict[date, list[int]] = defaultdict(list)
    for i in own:
        weeks[monday(candidates[i].date)].append(i)
    for start, numbers in sorted(weeks.items()):
        windows = merge(window for day in member.days if start <= day.date < start + 7 * DAY for window in day.windows)
        taken = intersect(windows, merge(one.when for one in member.meetings))
        room = int(Fraction(str(member.cap)) * total(windows)) // 60 - total(taken) // 60
        text = f"at most {round(100 * member.cap)} % of the week of {start} is taken by meetings and deep-work days"
        name = _name(rules, f"room:{member.id}:{start}", member, text)
        terms = tuple((i, _added(candidates[i], taken)) for i in numbers)
        limits.append(Limit(name, terms, high=max(0, room)))
    return limits


def _added(candidate: Candidate, taken: list[Interval]) -> int:
    """Return the minutes that a deep day takes beyond what meetings take already."""
    inside = merge(candidate.block.windows)
    return (total(inside) - total(intersect(inside, taken))) // 60


def _pairs(member: Member, own: list[int], candidates: list[Candidate]) -> list[PairCost]:
    spacing = member.wishes.spacing
    if not spacing:
        return []
    price = member.wishes.price if spacing == "apart" else -member.wishes.price
    return [
        PairCost(i, j, price)
        for at, i in enumerate(own)
        for j in own[at + 1 : at + 4]
        if candidates[j].date - candidates[i].date == DAY
    ]


def _habits(member: Member, own: list[int], candidates: list[Candidate]) -> list[HabitCost]:
    if not member.wishes.regular:
        return []
    by_date: dict[date, list[int]] = defaultdict(list)
    for i in own:
        by_date[candidates[i].date].append(i)
    weeks = {monday(day) for day in by_date}
    return [
        HabitCost(i, tuple(by_date[candidates[i].date - 7 * DAY]), member.wishes.price)
        for i in own
        if monday(candidates[i].date) - 7 * DAY in weeks
    ]


def _cover_limits(candidates: list[Candidate], backups: int) -> list[Limit]:
    """Each chosen day leaves enough of those who may cover it who are not deep at that time."""
    near: dict[tuple[str, date], list[int]] = defaultdict(list)
    for i, one in enumerate(candidates):
        near[one.person, one.date].append(i)
    limits = []
    for i, one in enumerate(candidates):
        if one.covers is None:
            continue
        rule = f"cover:{one.person}"
        everybody = tuple(sorted(one.able))
        needs = [(everybody, 1 + backups)]
        sought = (*(people for _, people in one.covers), *([one.behind] if backups else []))
        needs += [(people, 1) for people in sought if people != everybody]
        for people, need in needs:
            deep = [
                j
                for person in people
                for day in (one.date - DAY, one.date, one.date + DAY)
                for j in near.get((person, day), ())
                if candidates[j].block.when.start < one.block.when.end
                and candidates[j].block.when.end > one.block.when.start
            ]
            if deep and len(people) >= need:
                limits.append(Limit(rule, ((i, need), *((j, 1) for j in deep)), high=len(people)))
    return limits


def with_limits(model: Model, *limits: Limit) -> Model:
    """Return the model with more limits."""
    return replace(model, limits=(*model.limits, *limits))
