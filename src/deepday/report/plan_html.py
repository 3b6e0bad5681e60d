"""The plan as a page: one self-contained file without script. Needs Jinja2."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from deepday.plan.problem import Problem
from deepday.plan.result import Plan, PlannedDay
from deepday.report.plan_strip import Strip, StripAxis, strip_axis, strip_of
from deepday.report.plan_terminal import change_lines
from deepday.report.plan_view import (
    PARTS,
    clock_time,
    conflict_lines,
    day_words,
    headline,
    in_team,
    meeting_name,
    weeks_of,
    what_if_line,
    worth_of,
)
from deepday.report.words import day_name, plain


def render_plan_html(
    plan: Plan, problem: Problem, notes: Sequence[str], generated: datetime, before: Plan | None = None
) -> str:
    """Return the page as text. ``generated`` is an aware instant; ``before``: the plan without the what-ifs."""
    environment = Environment(
        loader=PackageLoader("deepday.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,  # reasons and names come from files
    )
    chosen = {(day.person, day.date): day for day in plan.days}
    covering = {(person, day.date) for day in plan.days for person in (*(p for _, p in day.points), day.backup)}
    shown = {one.id for one in problem.members if one.plans} | {person for person, _ in covering}
    people = sorted(one.id for one in problem.members if one.id in shown)
    why = {(one.person, one.date): one.why for one in plan.others}
    axes = [strip_axis(problem.member(person)) for person in people]
    axis = StripAxis(min(one.first for one in axes), max(one.last for one in axes)) if axes else None
    weeks = [
        {
            "name": "{}-W{:02}".format(*monday.isocalendar()[:2]),
            "dates": [day_name(day) for day in dates],
            "rows": [
                {
                    "person": person,
                    "cells": [
                        _cell(problem, person, day, chosen, covering, why)
                        | {"strip": _strip(problem, person, day, chosen, axis)}
                        for day in dates
                    ],
                }
                for person in people
            ],
        }
        for monday, dates in weeks_of(plan, problem).items()
    ]
    content: dict[str, Any] = {
        "headline": headline(plan, problem),
        "what_if": what_if_line(plan, before) if before is not None else "",
        "whose": in_team(problem),
        "conflicts": conflict_lines(plan, problem),
        "changes": change_lines(plan.changes, whose=in_team(problem)),
        "weeks": weeks,
        "axis": axis,
        "days": [_day(day, problem) for day in plan.days],
        "alternatives": [
            {
                "worth": worth_of(one),
                "note": one.note,
                "days": ", ".join(day_words(day, whose=in_team(problem)) for day in one.days),
            }
            for one in plan.alternatives
        ],
        "notes": list(notes),
        "period": f"{problem.first} to {problem.last}",
        "generated": f"{generated:%Y-%m-%d %H:%M} UTC",
    }
    return environment.get_template("plan.html").render(content)


def _strip(
    problem: Problem, person: str, day: date, chosen: dict[tuple[str, date], PlannedDay], axis: StripAxis | None
) -> Strip | None:
    return strip_of(problem.member(person), day, chosen.get((person, day)), axis) if axis else None


def _cell(
    problem: Problem,
    person: str,
    day: date,
    chosen: dict[tuple[str, date], PlannedDay],
    covering: set[tuple[str, date]],
    why: dict[tuple[str, date], str],
) -> dict[str, str]:
    mine = chosen.get((person, day))
    if mine:
        zone = problem.member(person).zone_on(day)
        hours = f"{clock_time(mine.when.start, zone)} to {clock_time(mine.when.end, zone)}"
        return {"kind": "deep", "text": f"Deep work {hours}" + (", accepted" if mine.accepted else ""), "why": ""}
    if (person, day) in covering:
        return {"kind": "covers", "text": "covers", "why": why.get((person, day), "")}
    return {"kind": "other", "text": "", "why": why.get((person, day), "")}


def _day(day: PlannedDay, problem: Problem) -> dict[str, Any]:
    zone = problem.member(day.person).zone_on(day.date)
    points = ", ".join(f"{topic}: {person}" if topic else person for topic, person in day.points)
    return {
        "name": f"{day_name(day.date)}{PARTS[day.part]}",
        "person": day.person,
        "hours": f"{clock_time(day.when.start, zone)} to {clock_time(day.when.end, zone)} ({zone})",
        "points": points,
        "backup": day.backup,
        "reasons": day.reasons,
        "displaced": [
            f"{clock_time(one.when.start, zone)} {meeting_name(one)}: {one.price} minutes ({one.why})"
            for one in day.displaced
        ],
    }
