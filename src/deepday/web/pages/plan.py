"""Plan: the weeks as a grid, why each day, and what can be done about it."""

from datetime import date
from typing import Any

from starlette.responses import Response

from deepday.app import plan_actions
from deepday.app.plan_kept import whose_options, with_kept
from deepday.app.plan_request import PlanRequest
from deepday.app.plan_undoing import Remembered, put_back, remembered
from deepday.app.planning import Planned, plan_days
from deepday.app.request import Request
from deepday.app.storing import open_existing_store
from deepday.config.load import load_settings
from deepday.connect import no_progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.plan.problem import Problem
from deepday.plan.result import PlannedDay
from deepday.report.plan_strip import StripAxis, strip_axis, strip_of
from deepday.report.plan_terminal import change_lines
from deepday.report.plan_view import (
    PARTS,
    clock_time,
    conflict_lines,
    day_words,
    headline,
    meeting_name,
    weeks_of,
    worth_of,
)
from deepday.report.words import day_name
from deepday.web.pages import plan_more
from deepday.web.tasks import Said, done
from deepday.web.visit import Page, Visit

_UNDO = "plan"


def _asked() -> PlanRequest:
    return PlanRequest(Request())


def _show(visit: Visit) -> Response:
    known, begun = _begun(visit)
    if not begun:
        return visit.show("plan_first.html", "Plan", known=known)
    planned = plan_days(with_kept(_asked(), visit.clock), no_progress, clock=visit.clock)
    plan, problem = planned.plan, planned.problem
    today = plan_actions.today(problem, planned.me, visit.clock)
    axis = strip_axis(problem.member(planned.me))
    return visit.show(
        "plan.html",
        "Plan",
        headline=headline(plan, problem),
        period=f"{problem.first} to {problem.last}",
        conflicts=conflict_lines(plan, problem),
        changes=change_lines(plan.changes, whose=False),
        weeks=[
            ("{}-W{:02}".format(*monday.isocalendar()[:2]), [_cell(planned, day, today, axis) for day in dates])
            for monday, dates in weeks_of(plan, problem).items()
        ],
        axis=axis,
        days=[_day(day, problem) for day in plan.days],
        free=_free_dates(planned, today),
        waiting=any(not day.accepted and day.date >= today for day in plan.days),
        any_accepted=any(day.accepted for day in plan.days),
        alternatives=[
            {
                "worth": worth_of(one),
                "note": one.note,
                "days": ", ".join(day_words(day, whose=False) for day in one.days),
            }
            for one in plan.alternatives
        ],
        notes=planned.notes,
        proposals=plan_more.waiting_proposals(visit),
        choices=plan_more.choices(visit),
    )


def _begun(visit: Visit) -> tuple[bool, bool]:
    """Tell whether there is a calendar to plan by, and whether days were proposed before."""
    if not load_settings().me.email:
        return False, False
    try:
        with open_existing_store(visit.clock) as store:
            return bool(store.sources()), bool(store.plans().options(whose_options(_asked())))
    except NotEnoughDataError:
        return False, False


def _mine(planned: Planned, day: date) -> PlannedDay | None:
    return next((one for one in planned.plan.days if one.date == day), None)


def _cell(planned: Planned, day: date, today: date, axis: StripAxis) -> dict[str, Any]:
    mine = _mine(planned, day)
    why = next((one.why for one in planned.plan.others if one.date == day), "")
    skipped = day in planned.problem.member(planned.me).vetoed
    kind = "deep" if mine else "skipped" if skipped else "other"
    hours = ""
    if mine:
        zone = planned.problem.member(mine.person).zone_on(day)
        hours = f"{clock_time(mine.when.start, zone)} to {clock_time(mine.when.end, zone)}"
    return {
        "kind": kind,
        "date": day.isoformat(),
        "name": day_name(day),
        "hours": hours,
        "state": "" if not mine else "accepted" if mine.accepted else "proposed",
        "why": "" if skipped else why,
        "past": day < today,
        "today": day == today,
        "strip": strip_of(planned.problem.member(planned.me), day, mine, axis),
    }


def _free_dates(planned: Planned, today: date) -> list[tuple[str, str]]:
    """Return the dates that a day could be moved to, as far as one look tells; the planner checks them."""
    taken = {one.date for one in planned.plan.days}
    working = [day for day in planned.problem.member(planned.me).days if day.windows]
    return [
        (day.date.isoformat(), day_name(day.date))
        for day in working
        if day.date not in taken and day.date >= today and planned.problem.first <= day.date <= planned.problem.last
    ]


def _day(day: PlannedDay, problem: Problem) -> dict[str, Any]:
    zone = problem.member(day.person).zone_on(day.date)
    points = ", ".join(f"{topic}: {person}" if topic else person for topic, person in day.points)
    return {
        "date": day.date.isoformat(),
        "name": f"{day_name(day.date)}{PARTS[day.part]}",
        "hours": f"{clock_time(day.when.start, zone)} to {clock_time(day.when.end, zone)}",
        "zone": zone,
        "accepted": day.accepted,
        "roles": plan_more.roles(day) if day.accepted else [],
        "people": sorted({one.person for one in problem.member(day.person).point_people}),
        "points": points,
        "backup": day.backup,
        "reasons": day.reasons,
        "displaced": [
            f"{clock_time(one.when.start, zone)} {meeting_name(one)}: {one.price} minutes ({one.why})"
            for one in day.displaced
        ],
    }


def _propose(visit: Visit) -> Response:
    asked = plan_more.proposed_with(visit)
    planned = plan_days(asked, no_progress, clock=visit.clock, keep=not visit.text("anew"))
    plan_actions.remember(planned, asked, visit.clock)
    return visit.go("/plan", done("These days are proposed now. Nothing was written to a calendar."))


def _acted(visit: Visit, act: Any, *given: Any) -> Response:
    """Do something to the plan, and keep how it was, so that it can be undone."""
    before = remembered(visit.clock)
    found = act(_asked(), *given, no_progress, visit.clock)
    visit.session.kept[_UNDO] = before
    return visit.go("/plan", Said("done", (found.said,), undo=True))


def _accept(visit: Visit) -> Response:
    return _acted(visit, plan_actions.accept, visit.texts("date"))


def _skip(visit: Visit) -> Response:
    return _acted(visit, plan_actions.skip, visit.texts("date"))


def _unskip(visit: Visit) -> Response:
    return _acted(visit, plan_actions.unskip, visit.texts("date"))


def _move(visit: Visit) -> Response:
    if not visit.text("to"):
        raise InputError("Where to is not said.", "Choose a date.")
    return _acted(visit, plan_actions.move, visit.text("date"), visit.text("to"))


def _undo(visit: Visit) -> Response:
    before = visit.session.kept.pop(_UNDO, None)
    if not isinstance(before, Remembered):
        raise InputError("There is nothing to undo.", "Only the last step can be undone.")
    put_back(before, visit.clock)
    return visit.go("/plan", done("Undone: the plan is as it was before that step."))


def _meetings(visit: Visit) -> Response:
    when = visit.part("date")
    found, day, zone = plan_actions.in_the_way(_asked(), when, no_progress, visit.clock)
    meetings = [
        {
            "name": meeting_name(one.meeting),
            "time": f"{clock_time(one.meeting.when.start, zone)} to {clock_time(one.meeting.when.end, zone)}",
            "readable": one.readable,
            "options": one.options,
        }
        for one in found
    ]
    return visit.show("plan_meetings.html", f"Meetings on {day_name(day)}", day=day_name(day), meetings=meetings)


def _why(visit: Visit) -> Response:
    when = visit.part("date")
    said = plan_actions.why(_asked(), when, no_progress, visit.clock)
    return visit.show("plan_why.html", f"Why, {when}", when=when, said=said)


PAGE = Page(
    "/plan",
    "Plan",
    _show,
    views={"/plan/{date}/meetings": _meetings, "/plan/{date}/why": _why, **plan_more.VIEWS},
    actions={
        "/plan/propose": _propose,
        "/plan/accept": _accept,
        "/plan/skip": _skip,
        "/plan/unskip": _unskip,
        "/plan/move": _move,
        "/plan/undo": _undo,
        **plan_more.ACTIONS,
    },
)
