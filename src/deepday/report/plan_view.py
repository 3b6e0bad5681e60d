"""A plan in its stable JSON form, and in the words that its other faces share."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deepday.model import Interval
from deepday.plan.conflicts import Conflict, Relaxation
from deepday.plan.in_the_way import InTheWay
from deepday.plan.modelling import Status
from deepday.plan.problem import Chosen, Meeting, Member, Part, Problem
from deepday.plan.result import Alternative, Changes, Plan, PlannedDay
from deepday.report.words import day_name

SCHEMA = "deepday.plan/1"
_FOUND = {Status.OPTIMAL, Status.FEASIBLE}
PARTS = {Part.DAY: "", Part.MORNING: " (morning)", Part.AFTERNOON: " (afternoon)"}


def plan_to_json(
    plan: Plan, problem: Problem, seconds: float, notes: Sequence[str] = (), before: Plan | None = None
) -> dict[str, Any]:
    """Return the JSON form, schema ``deepday.plan/1``. Gains, costs, prices and the objective are minutes.

    Instants are local times with their offset. ``what_if`` compares with the plan without the what-ifs; where there is
    none, or none was found in time (``status_before`` is ``unknown``), its minutes are null.
    """
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "status": str(plan.status),
        "objective": plan.objective,
        "bound": plan.bound,
        "seconds": round(seconds, 3),
        "engine": plan.engine,
        "first": problem.first.isoformat(),
        "last": problem.last.isoformat(),
        "days": [_day(day, problem.member(day.person)) for day in plan.days],
        "not_chosen": [{"person": one.person, "date": one.date.isoformat(), "why": one.why} for one in plan.others],
        "conflicts": [_conflict(one) for one in plan.conflicts],
        "alternatives": [
            {
                "objective": one.objective,
                "less": one.less,
                "moved": one.moved,
                "note": one.note,
                "days": [chosen_json(day) for day in one.days],
            }
            for one in plan.alternatives
        ],
        "people": _people(plan, problem),
        "changes": _changes(plan.changes),
        "notes": list(notes),
    }
    if before is not None:
        known = before.status in _FOUND
        document["what_if"] = {
            "status_before": str(before.status),
            "objective_before": before.objective if known else None,
            "gain_before": before.gain if known else None,
            "cost_before": before.cost if known else None,
            "days_before": [chosen_json(day.chosen) for day in before.days],
        }
    return document


def chosen_json(one: Chosen) -> dict[str, str]:
    """Return a bare day as JSON."""
    return {"person": one.person, "date": one.date.isoformat(), "part": str(one.part)}


def local(at: int, zone: str) -> str:
    """Return an instant as local time with its offset (ISO 8601)."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).isoformat()


def _day(day: PlannedDay, member: Member) -> dict[str, Any]:
    zone = member.zone_on(day.date)
    return {
        "person": day.person,
        "date": day.date.isoformat(),
        "part": str(day.part),
        "start": local(day.when.start, zone),
        "end": local(day.when.end, zone),
        "zone": zone,
        "point_person": day.point_person or None,
        "backup": day.backup or None,
        "points": {topic: person for topic, person in day.points if topic},
        "accepted": day.accepted,
        "gain": day.gain,
        "cost": day.cost,
        "wishes": day.wish,
        "stretches": [{"start": local(one.start, zone), "end": local(one.end, zone)} for one in day.stretches],
        "displaced": [
            {
                "event": one.key,
                "cost": one.price,
                "start": local(one.when.start, zone),
                "end": local(one.when.end, zone),
                "title": one.title,
                "why": one.why,
            }
            for one in day.displaced
        ],
        "kept": [one.key for one in day.kept],
        "reasons": list(day.reasons),
    }


def _relaxation(one: Relaxation) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "person": one.rule.person or None,
        "text": one.rule.text,
        "price": one.price,
        "enough": one.enough,
    }


def _conflict(one: Conflict) -> dict[str, Any]:
    return {"rules": [_relaxation(rule) for rule in one.rules], "cheapest": _relaxation(one.cheapest)}


def _people(plan: Plan, problem: Problem) -> list[dict[str, Any]]:
    """Return the minutes by person: gained, displaced, and on how many days they cover."""
    covers = Counter(
        person for day in plan.days for person in {*(point for _, point in day.points), *filter(None, [day.backup])}
    )
    rows = []
    for member in sorted(problem.members, key=lambda one: one.id):
        mine = [day for day in plan.days if day.person == member.id]
        gain, cost = sum(day.gain for day in mine), sum(day.cost for day in mine)
        rows.append({"person": member.id, "days": len(mine), "gain": gain, "cost": cost, "covers": covers[member.id]})
    return rows


def _changes(changes: Changes | None) -> dict[str, Any] | None:
    if changes is None:
        return None
    return {
        "added": [chosen_json(one) for one in changes.added],
        "removed": [chosen_json(one) for one in changes.removed],
        "moved": [{"from": chosen_json(old), "to": chosen_json(new)} for old, new in changes.moved],
        "kept": [chosen_json(one) for one in changes.kept],
    }


def headline(plan: Plan, problem: Problem) -> str:
    """Return the one sentence above everything."""
    if not plan.status.value.endswith("feasible") and not plan.days and plan.status.value != "optimal":
        return "No plan was found in the time that was given."
    if plan.conflicts or plan.status.value == "infeasible":
        return f"No plan keeps all the rules between {problem.first} and {problem.last}."
    if not plan.days:
        return f"No deep-work days are asked for between {problem.first} and {problem.last}."
    count = len(plan.days)
    sure = "Nothing better keeps the rules" + (" and as many of the days so far." if plan.changes is not None else ".")
    if plan.bound > plan.objective:
        sure = f"It may be up to {plan.bound - plan.objective} minutes short of the best plan."
    return (
        f"{count} deep-work day{'' if count == 1 else 's'} would gain {plan.gain // 60} h {plan.gain % 60} min of "
        f"uninterrupted time; meetings that move cost {plan.cost} minutes. {sure}"
    )


def conflict_lines(plan: Plan, problem: Problem) -> list[str]:
    """Return what collides, and what giving up would bring; in teams with whose rules they are."""
    lines = []
    whose = in_team(problem)
    for one in plan.conflicts:
        texts = [rule.rule.words(whose=whose) for rule in one.rules]
        lines.append(f"This cannot be kept: {texts[0]}." if len(texts) == 1 else f"These collide: {'; '.join(texts)}.")
        cheapest = one.cheapest.rule.words(whose=whose)
        if one.cheapest.price is not None:
            lines.append(f"Cheapest to give up: {cheapest} (price: {one.cheapest.price} minutes).")
        elif one.cheapest.enough:
            lines.append(f"Could be given up: {cheapest} (its price was not proved in the time that was given).")
        elif plan.given_up:
            lines.append(f"Cheapest to give up: {cheapest}.")
    if plan.status is Status.INFEASIBLE and not plan.conflicts:
        lines.append("Which rules collide was not proved in the time that was given.")
    elif plan.conflicts and not plan.given_up:
        lines.append("There may be more that collide: the time that was given is up.")
    return lines


def in_team(problem: Problem) -> bool:
    """Tell whether days must be said to be somebody's."""
    return len(problem.members) > 1


def day_words(one: Chosen, *, whose: bool) -> str:
    """Return a day as it is named in a sentence, with its person where there are several."""
    return f"{day_name(one.date)}{PARTS[one.part]}" + (f" {one.person}" if whose else "")


def worth_of(one: Alternative) -> str:
    """Return what an alternative is worth beside the plan."""
    if not one.less:
        return f"worth {one.objective} minutes"
    days = f"{one.moved} day{'' if one.moved == 1 else 's'} of the plan so far"
    if one.less < 0:
        return f"{-one.less} minutes more" + (f", but moves {days}" if one.moved else "")
    return f"{one.less} minutes less"


def what_if_line(plan: Plan, before: Plan) -> str:
    """Return what a what-if brings beside the plan without it."""
    if plan.status not in _FOUND:
        return "What if: then there is no plan" + ("; as it is there is one." if before.status in _FOUND else ".")
    if before.status is Status.INFEASIBLE:
        return f"What if: then there is a plan with {len(plan.days)} days; as it is there is none."
    if before.status is Status.UNKNOWN:
        return "What if: how much that changes is not known; the plan as it is was not found in the time given."
    return (
        f"What if: {len(before.days)} days before and {len(plan.days)} now; {plan.gain - before.gain:+} minutes of "
        f"uninterrupted time, {plan.cost - before.cost:+} minutes of displaced meetings."
    )


def weeks_of(plan: Plan, problem: Problem) -> dict[date, list[date]]:
    """Return the dates of each ISO week of the horizon, by its Monday; weekends only where somebody works then."""
    worked = {day.date for member in problem.members for day in member.days if day.windows or day.scheduled}
    worked |= {day.date for day in plan.days}
    weeks: dict[date, list[date]] = defaultdict(list)
    start = problem.first - timedelta(days=problem.first.weekday())
    for number in range((problem.last - start).days + 1):
        day = start + timedelta(days=number)
        if day.weekday() < 5 or day in worked:
            weeks[day - timedelta(days=day.weekday())].append(day)
    return dict(weeks)


def meeting_name(one: Meeting) -> str:
    """Return what a meeting is called for people: its title where titles are kept, else what is known of it."""
    if one.title:
        return one.title
    if one.people is None:
        return "an event"
    return f"a meeting of {one.people}" if one.people > 1 else "an entry of your own"


def clock_time(at: int, zone: str) -> str:
    """Return the local time of day."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).strftime("%H:%M")


def meetings_to_json(found: Sequence[InTheWay], day: date, zone: str) -> dict[str, Any]:
    """Return meetings in the way with what could be done, schema ``deepday.plan-meetings/1``."""

    def span(when: Interval) -> dict[str, str]:
        return {"start": local(when.start, zone), "end": local(when.end, zone)}

    return {
        "schema": "deepday.plan-meetings/1",
        "date": day.isoformat(),
        "meetings": [
            {
                "event": one.meeting.key,
                "title": one.meeting.title,
                **span(one.meeting.when),
                "people": one.meeting.people,
                "readable": list(one.readable),
                "options": [
                    {
                        "proposal": str(option.proposal),
                        "saves": option.saves,
                        "cost": option.cost,
                        "note": option.note,
                        "slots": [span(slot) for slot in option.slots],
                        "text": option.text,
                    }
                    for option in one.options
                ],
            }
            for one in found
        ],
    }
