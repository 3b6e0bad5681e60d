"""More about the plan: how it is proposed anew, its files, who covers, and what an assistant proposed."""

from dataclasses import replace
from typing import Any

from starlette.responses import Response

from deepday.app import assisting, plan_cover
from deepday.app.plan_kept import with_kept
from deepday.app.plan_request import PlanRequest, parse_date, parse_weekdays
from deepday.app.planning import plan_days
from deepday.app.request import Request
from deepday.config.plan_settings import WEEKDAYS
from deepday.connect import no_progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.plan.result import PlannedDay
from deepday.report.plan_html import render_plan_html
from deepday.report.plan_ics import plan_to_ics
from deepday.report.words import day_name
from deepday.store.proposals import ProposalState
from deepday.web.tasks import done
from deepday.web.visit import Visit

_BACKUP = "backup"
_KINDS = {"ics": "text/calendar; charset=utf-8", "html": "text/html; charset=utf-8"}


def proposed_with(visit: Visit) -> PlanRequest:
    """Return what the form asks for; what it leaves empty is as the plan was proposed before."""
    given: dict[str, Any] = {}
    if quota := visit.text("quota"):
        given["quota"] = _number(quota, "days in each week")
    weeks = _number(visit.text("weeks"), "weeks") if visit.text("weeks") else None
    asked = with_kept(PlanRequest(Request(first=visit.text("first") or None), weeks=weeks, given=given), visit.clock)
    if not visit.text("choices"):  # a form without them leaves them alone
        return asked
    chosen = {
        "unit": "half" if visit.text("half") == "yes" else None,
        "block": _number(visit.text("block"), "minutes") if visit.text("block") else None,
        "never": parse_weekdays(visit.texts("never")),
        "prefer": parse_weekdays(visit.texts("prefer")),
        "fixed": tuple({"date": parse_date(one)} for one in visit.text("fixed").replace(",", " ").split()),
    }
    return replace(asked, given={**asked.given, **chosen})


def _number(text: str, what: str) -> int:
    if not text.isdecimal() or len(text) > 3:
        raise InputError(f"{text[:20]!r} is no number of {what}.", "Write a whole number.")
    return int(text)


def choices(visit: Visit) -> dict[str, Any]:
    """Return what the form begins with: as the plan was proposed before."""
    given = with_kept(PlanRequest(Request()), visit.clock).given
    return {
        "weekdays": WEEKDAYS,
        "never": given.get("never", ()),
        "prefer": given.get("prefer", ()),
        "fixed": ", ".join(one["date"].isoformat() for one in given.get("fixed", ())),
        "half": given.get("unit") == "half",
        "block": given.get("block") or "",
    }


def roles(day: PlannedDay) -> list[tuple[str, str]]:
    """Return the roles of a day that can be given to somebody else, each with who has it."""
    points = [(f"point {topic}".strip(), f"{topic or 'point person'}: {who}") for topic, who in day.points]
    return points + ([(_BACKUP, f"backup: {day.backup}")] if day.backup else [])


def waiting_proposals(visit: Visit) -> list[dict[str, Any]]:
    """Return what an assistant proposed and nobody decided yet."""
    try:
        found = [one for one in assisting.waiting(visit.clock) if one.state is ProposalState.OPEN]
    except (NotEnoughDataError, InputError):
        return []
    return [
        {"id": one.id, "what": assisting.said(one), "why": one.why, "who": one.assistant} for one in reversed(found)
    ]


def _accept(visit: Visit) -> Response:
    return visit.go("/plan", done(assisting.accept_proposal(_proposal(visit), visit.clock)))


def _decline(visit: Visit) -> Response:
    return visit.go("/plan", done(assisting.decline_proposal(_proposal(visit), visit.clock)))


def _proposal(visit: Visit) -> int:
    text = visit.text("number")
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise InputError(f"{text[:20]!r} is no proposal.", "Choose one on this page.")
    return int(text)


def _swap(visit: Visit) -> Response:
    role, _, topic = visit.text("role").partition(" ")
    found = plan_cover.swap(
        PlanRequest(Request()), visit.text("date"), visit.text("email"), no_progress, visit.clock,
        backup=role == _BACKUP, topic=topic,
    )  # fmt: skip
    return visit.go("/plan", done(found.said))


def _cover(visit: Visit) -> Response:
    load = plan_cover.cover_load(with_kept(PlanRequest(Request()), visit.clock), visit.clock)
    mondays = sorted({monday for counts in load.people.values() for monday in counts})
    people = sorted(load.people.items(), key=lambda one: (-sum(one[1].values()), one[0]))
    return visit.show(
        "plan_cover.html",
        "Who covers",
        period=f"{load.first} to {load.last}",
        weeks=["{}-W{:02}".format(*monday.isocalendar()[:2]) for monday in mondays],
        people=[(name, [counts.get(monday, 0) for monday in mondays], sum(counts.values())) for name, counts in people],
        days=[
            {
                "day": day_name(one.date),
                "by": one.by,
                "role": f"{one.role} {one.topic}".strip(),
                "before": ", ".join(one.before),
            }
            for one in load.days
        ],
    )


def _file(visit: Visit) -> Response:
    """Send the plan as a calendar file, or as a page that needs nothing else."""
    kind = visit.part("kind")
    if kind not in _KINDS:
        raise InputError(f"There is no plan as {kind!r}.", f"Choose one of: {', '.join(_KINDS)}.")
    planned = plan_days(with_kept(PlanRequest(Request()), visit.clock), no_progress, clock=visit.clock)
    if not planned.found:
        raise NotEnoughDataError("There is no plan to take along.", "Look at the plan: it says what stands in the way.")
    now = visit.clock.now()
    if kind == "ics":
        content = plan_to_ics(planned.plan, now)
    else:
        content = render_plan_html(planned.plan, planned.problem, planned.notes, now, planned.before)
    return visit.send(content, f"deep-work-days.{kind}", _KINDS[kind])


VIEWS = {"/plan/cover": _cover, "/plan/file.{kind}": _file}
ACTIONS = {"/plan/swap": _swap, "/plan/proposal/accept": _accept, "/plan/proposal/decline": _decline}
