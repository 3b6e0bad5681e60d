"""Trial: designed, started, looked at without its outcome, ended, and reported. The outcome shows only at the end."""

import json
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from starlette.responses import Response

from deepday.app import trial_reporting, trial_running
from deepday.app.case_evidence import own_date
from deepday.app.request import Request
from deepday.app.storing import open_existing_store
from deepday.app.trial_agreed import LONGEST_SPRINT, Terms, terms_of
from deepday.app.trial_designing import design
from deepday.app.trial_reporting import Faces
from deepday.app.trial_request import DesignRequest
from deepday.app.trial_running import KINDS, REASONS, SCALES, Kept, Status
from deepday.app.trial_status import status_lines
from deepday.config.load import load_settings
from deepday.config.plan_settings import WEEKDAYS
from deepday.connect import no_progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.report.trial_status import SETTINGS, design_lines, detectable_lines, differing_lines
from deepday.report.words import counted, day_name
from deepday.store.trials import TrialState
from deepday.trial.protocol import QUESTION, TITLE, Protocol
from deepday.web.pages import trial_pool, trial_read
from deepday.web.pages.trial_read import OVER, kept_by
from deepday.web.tasks import Said, Task, as_fields, done
from deepday.web.visit import Page, Visit

_PROTOCOL = "trial-protocol.json"
_BECAUSE = {"wish": "I want to", "harm": "It does harm", "other": "Another reason"}
_HOW = {
    "broken": "broken by a meeting or an incident",
    "sick": "sick",
    "away": "away",
    "overruled": "overruled",
    "other": "otherwise",
}


def _show(visit: Visit) -> Response:
    kept = kept_by(visit)
    if kept is None:
        return _first(visit)
    found = trial_running.status(Request(), no_progress, visit.clock)
    if found.kept.stored.state is TrialState.DESIGNED:
        return _designed(visit, found)
    told = set(differing_lines(found.differs))
    return visit.show(
        "trial.html",
        "Trial",
        title_of=found.kept.protocol.title,
        lines=[_on_the_page(line) for line in status_lines(found) if line not in told],
        differs=[SETTINGS[one] for one in found.differs],
        rules=found.kept.protocol.agreed,
        weeks=_calendar(found),
        over=found.kept.over,
        seen=found.kept.stored.state in OVER,
        look=found.kept.protocol.look if _look_due(found.kept) else "",
        looked=found.kept.looked,
        today=found.kept.today.isoformat(),
        last=found.kept.protocol.last.isoformat(),
        hash=found.kept.stored.hash,
        how=[(kind, _HOW[kind]) for kind in KINDS],
        because=[(one, _BECAUSE[one]) for one in REASONS],
        scales=SCALES,
        **_form(visit),
        past=[(day.isoformat(), day_name(day)) for day in _days(found.kept) if day <= found.kept.today][::-1],
    )


def _on_the_page(line: str) -> str:
    """Return a line of the status without the commands that the page has buttons for."""
    said = line.removesuffix(" See deepday trial report.")
    return said.replace("deepday trial report shows it once, after", "it can be opened once, here, after")


def _days(kept: Kept) -> list[date]:
    return [day for week in kept.protocol.weeks for day in week.days]


def _look_due(kept: Kept) -> bool:
    """Tell whether the early look that was declared may be taken now, for the first time."""
    look = kept.protocol.look
    return bool(look) and not kept.over and not kept.looked and kept.today > date.fromisoformat(look)


def _calendar(found: Status) -> list[dict[str, Any]]:
    """Return the weeks with what may be known of each day today: drawn, not drawn, or not revealed yet."""
    kept = found.kept
    went = {one.date: one.kind for one in kept.deviations}
    weeks = []
    for week in kept.protocol.weeks:
        known = found.revealed.get(week.week)
        cells = [
            {
                "name": day_name(day),
                "kind": "hidden" if known is None else "deep" if day in known else "other",
                "went": _HOW.get(went.get(day, ""), ""),
                "today": day == kept.today,
                "past": day < kept.today,
                "place": f"day-{day.isoweekday()}" if kept.protocol.sprint == 1 else "",
            }
            for day in week.days
        ]
        weeks.append({"name": week.week, "cells": cells})
    return weeks


def _first(visit: Visit) -> Response:
    settings = load_settings()
    try:
        with open_existing_store(visit.clock) as store:
            measured = bool(store.sources()) and bool(settings.me.email)
    except NotEnoughDataError:
        measured = False
    return visit.show("trial_first.html", "Trial", measured=measured, **_form(visit))


def _form(visit: Visit) -> dict[str, Any]:
    """Return what the design's form begins with: what was agreed, otherwise the settings."""
    settings = load_settings()
    try:
        terms = terms_of(DesignRequest(Request()), settings, own_date(visit.clock))
    except InputError:  # the design says so
        terms = Terms(settings.trial, frozenset(), None, ())
    return {
        "given": terms.settings,
        "agreed": terms.rules,
        "sprint": terms.sprint,
        "longest_sprint": LONGEST_SPRINT,
        "from_": terms.first or "",
        "never": {WEEKDAYS[day] for day in terms.never},
        "weekdays": WEEKDAYS,
    }


def _designed(visit: Visit, found: Status) -> Response:
    kept, protocol = found.kept, found.kept.protocol
    lines = design_lines(protocol, kept.stored.hash)[len(detectable_lines(protocol)) : -2]
    return visit.show(
        "trial_designed.html",
        "Trial",
        title_of=protocol.title,
        finds=detectable_lines(protocol),
        lines=lines,
        hash=kept.stored.hash,
        weeks=[{"name": one.week, "days": [day_name(day) for day in one.days]} for one in protocol.weeks],
        first=protocol.first.isoformat(),
        late=kept.today >= protocol.first,
        rules=protocol.agreed,
        question=protocol.question,
        look=_declared(protocol),
        differs=[SETTINGS[one] for one in found.differs],
        **_form(visit),
    )


def _declared(protocol: Protocol) -> str:
    """Say when the early look that was declared is, and what follows; empty where none is."""
    if not protocol.look:
        return ""
    seen = protocol.up_to_look().length
    more = counted(protocol.length - seen, "week")
    return f"One early look after {protocol.look}, the first {seen} weeks; if it decides nothing, {more} more."


def _design(visit: Visit) -> Response:
    asked = DesignRequest(
        Request(first=visit.text("first") or None),
        weeks=_number(visit, "weeks"),
        days=_number(visit, "days"),
        apart=visit.text("apart") == "yes",
        never=tuple(visit.texts("never")),
        sprint=_number(visit, "sprint"),
        baseline=_number(visit, "baseline"),
        sesoi=_number(visit, "sesoi"),
        fixed=tuple(visit.texts("fixed")),
        outcome=visit.text("outcome") or None,
        better=visit.text("better") or None,
        title=visit.text("title")[:100] or TITLE,
        question=visit.text("question")[:300] or QUESTION,
        agreed={name: text for name in ("continue", "stop") if (text := visit.text(f"{name}_if")[:300])},
        extend=_number(visit, "extend"),
    )
    clock = visit.clock

    def work(task: Task) -> tuple[Said, ...]:
        with tempfile.TemporaryDirectory() as folder:  # the page gives the protocol out from the store
            found = design(replace(asked, file=Path(folder) / _PROTOCOL), task.tell, clock)
        return (done("Designed; nothing has begun.", *map(as_fields, found.notes)),)

    return visit.begin("Designing the trial", work)


def _number(visit: Visit, name: str) -> int | None:
    text = visit.text(name)
    if text and (not text.isdecimal() or len(text) > 3):
        raise InputError(f"{text!r} is no whole number.", f"Write a number for {name}.")
    return int(text) if text else None


def _protocol(visit: Visit) -> Response:
    kept = kept_by(visit)
    if kept is None:
        raise InputError("There is no protocol here.", "Design a trial on this page.")
    text = json.dumps(kept.stored.protocol, indent=2, ensure_ascii=False)
    return visit.send(f"{text}\n", _PROTOCOL, "application/json")


def _start(visit: Visit) -> Response:
    kept = trial_running.start(Request(), None, visit.clock)
    said = f"The trial begins on {kept.protocol.first} and ends on {kept.protocol.last}."
    return visit.go("/trial", done(said, f"Hash of the protocol, to publish now: {kept.stored.hash}"))


def _deviate(visit: Visit) -> Response:
    day, kind = visit.text("date"), visit.text("kind")
    trial_running.deviate(Request(), day, kind, visit.text("note")[:500], visit.clock)
    return visit.go("/trial", done(f"Noted: {day} {kind}. The day stays what it was drawn for."))


def _rate(visit: Visit) -> Response:
    given = {scale: _number(visit, scale) for scale in SCALES}
    trial_running.rate(Request(), visit.text("date"), given, visit.clock)
    return visit.go("/trial", done(f"Kept for {visit.text('date')}."))


def _stop(visit: Visit) -> Response:
    kept = trial_running.stop(Request(), visit.text("because"), visit.text("note")[:500], visit.clock)
    return visit.go("/trial", done(f"Stopped on {kept.today}. The report tells what was seen, without a verdict."))


def _finish(visit: Visit) -> Response:
    """Look at the outcome for the first time: from then on nothing is noted any more."""
    trial_reporting.report(Request(), Faces(), no_progress, visit.clock)
    return visit.go("/trial/report")


PAGE = Page(
    "/trial",
    "Trial",
    _show,
    views={
        "/trial/protocol.json": _protocol,
        **trial_read.VIEWS,
        **trial_pool.VIEWS,
    },
    actions={
        "/trial/design": _design,
        "/trial/start": _start,
        "/trial/deviate": _deviate,
        "/trial/rate": _rate,
        "/trial/stop": _stop,
        "/trial/finish": _finish,
        **trial_read.ACTIONS,
        **trial_pool.ACTIONS,
    },
    uploads=trial_pool.UPLOADS,
)
