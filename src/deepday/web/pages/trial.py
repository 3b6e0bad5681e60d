"""Trial: designed, started, looked at without its outcome, ended, and reported. The outcome shows only at the end."""

import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from deepday.app import trial_reporting, trial_running
from deepday.app.case_evidence import own_date
from deepday.app.request import Request
from deepday.app.storing import open_existing_store
from deepday.app.trial_adjusting import adjust, adjusted_text
from deepday.app.trial_agreed import LONGEST_SPRINT, Terms, terms_of
from deepday.app.trial_designing import design
from deepday.app.trial_reporting import Faces, Reported
from deepday.app.trial_request import DesignRequest
from deepday.app.trial_running import KINDS, REASONS, SCALES, Kept, Status, kept_trial
from deepday.app.trial_status import letter, status_lines
from deepday.config.load import load_settings
from deepday.config.plan_settings import WEEKDAYS
from deepday.connect import no_progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.report.page import html_of, pdf_of
from deepday.report.trial_markup import parse, to_html
from deepday.report.trial_page import make_page
from deepday.report.trial_result_json import LEFT_OUT
from deepday.report.trial_status import design_lines, detectable_lines
from deepday.report.words import day_name
from deepday.store.trials import TrialState
from deepday.trial.protocol import TITLE
from deepday.web.language import chosen_language, other_languages
from deepday.web.tasks import Said, Task, done
from deepday.web.visit import Page, Visit

_PROTOCOL = "trial-protocol.json"
_OVER = {TrialState.STOPPED, TrialState.ENDED}
_BECAUSE = {"wish": "I want to", "harm": "It does harm", "other": "Another reason"}
_HOW = {
    "broken": "broken by a meeting or an incident",
    "sick": "sick",
    "away": "away",
    "overruled": "overruled",
    "other": "otherwise",
}


def _show(visit: Visit) -> Response:
    kept = _kept(visit)
    if kept is None:
        return _first(visit)
    found = trial_running.status(Request(), no_progress, visit.clock)
    if found.kept.stored.state is TrialState.DESIGNED:
        return _designed(visit, found.kept)
    return visit.show(
        "trial.html",
        "Trial",
        title_of=found.kept.protocol.title,
        lines=[_on_the_page(line) for line in status_lines(found)],
        weeks=_calendar(found),
        over=found.kept.over,
        seen=found.kept.stored.state in _OVER,
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


def _kept(visit: Visit) -> Kept | None:
    """Return the newest trial; ``None`` where there is none, or nobody knows whose it would be."""
    if not load_settings().me.email:
        return None
    try:
        with open_existing_store(visit.clock) as store:
            return kept_trial(store, Request(), visit.clock)
    except NotEnoughDataError:
        return None


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
        "sprint": terms.sprint,
        "longest_sprint": LONGEST_SPRINT,
        "from_": terms.first or "",
        "never": {WEEKDAYS[day] for day in terms.never},
        "weekdays": WEEKDAYS,
    }


def _designed(visit: Visit, kept: Kept) -> Response:
    protocol = kept.protocol
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
        rules=[(name, text) for name, text in protocol.agreed.items()],
        **_form(visit),
    )


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
    )
    clock = visit.clock

    def work(task: Task) -> tuple[Said, ...]:
        with tempfile.TemporaryDirectory() as folder:  # the page gives the protocol out from the store
            found = design(replace(asked, file=Path(folder) / _PROTOCOL), task.tell, clock)
        return (done("Designed; nothing has begun.", *found.notes),)

    return visit.begin("Designing the trial", work)


def _number(visit: Visit, name: str) -> int | None:
    text = visit.text(name)
    if text and (not text.isdecimal() or len(text) > 3):
        raise InputError(f"{text!r} is no whole number.", f"Write a number for {name}.")
    return int(text) if text else None


def _protocol(visit: Visit) -> Response:
    kept = _kept(visit)
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


def _reported(visit: Visit) -> Reported:
    """Return the report of a trial whose outcome was opened before: looking at a page opens nothing."""
    kept = _kept(visit)
    if kept is None or not (kept.stored.state in _OVER or kept.looked):
        raise NotEnoughDataError("The outcome was not opened yet.", "Once the trial is over: press Show the outcome.")
    faces = Faces(shareable=visit.asked("face") == "shareable")
    return trial_reporting.report(Request(), faces, no_progress, visit.clock)


def _report(visit: Visit) -> Response:
    facts = _reported(visit).facts
    language = chosen_language(visit)
    page = make_page(facts, language, None, visit.clock.now())
    tokens = parse(page.text)
    for token in tokens:
        token.attrs.pop("style", None)  # the page's policy lets no style stand in the text
    body = Markup(to_html(tokens, page.charts))  # noqa: S704 - to_html escapes what it does not make itself
    return visit.show(
        "trial_report.html",
        page.title,
        body=body,
        face="shareable" if facts.left_out else "own",
        left_out=[LEFT_OUT[name] for name in facts.left_out],
        hash=facts.hash,
        data_hash=facts.data_hash,
        language=language,
        languages=other_languages(visit),
        also=f"&language={language}" if visit.asked("language") else "",
    )


def _file(visit: Visit) -> Response:
    """Send the report as a file of its own: a PDF, or a page that needs nothing else."""
    kind = visit.part("kind")
    if kind not in {"pdf", "html"}:
        raise InputError(f"There is no report as {kind!r}.", "Choose pdf or html.")
    facts, now = _reported(visit).facts, visit.clock.now()
    page = make_page(facts, chosen_language(visit), None, now)
    name = f"trial-{facts.protocol.first}{'-shareable' if facts.left_out else ''}.{kind}"
    if kind == "html":
        return visit.send(html_of(page), name, "text/html; charset=utf-8")
    return visit.send(pdf_of(page, now), name, "application/pdf")


def _exported(visit: Visit, folder: Path) -> list[Path]:
    _reported(visit)
    return trial_reporting.export(Request(), folder, no_progress, visit.clock)


def _export(visit: Visit) -> Response:
    made = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _exported(visit, Path(folder)):
            archive.write(path, path.name)
    return visit.send(made.getvalue(), "trial-export.zip", "application/zip")


def _check(visit: Visit) -> Response:
    """Recompute the result from what is exported, as anybody could who has it."""
    with tempfile.TemporaryDirectory() as folder:
        _exported(visit, Path(folder))
        checks = trial_reporting.verify(Path(folder), visit.asked("hash") or None)
    return visit.show("trial_check.html", "Is the result right?", checks=checks, hash=visit.asked("hash"))


def _letter(visit: Visit) -> Response:
    language, rated = chosen_language(visit), visit.asked("wellbeing") == "yes"
    made = letter(trial_running.status(Request(), no_progress, visit.clock), language, wellbeing=rated)
    way = ("Without how you rated strain", "no") if rated else ("With how you rated strain", "yes")
    ways = [(way[0], f"/trial/letter?wellbeing={way[1]}&language={language}")]
    return _text(visit, made.subject, made.text, ways)


def _text(visit: Visit, heading: str, text: str, ways: Sequence[tuple[str, str]] = ()) -> Response:
    language, languages = chosen_language(visit), other_languages(visit)
    return visit.show(
        "text.html", heading, heading=heading, text=text, ways=ways, language=language, languages=languages
    )


def _adjust(visit: Visit) -> Response:
    if (kept := _kept(visit)) is not None and kept.over:
        _reported(visit)  # its outcome counts in what is advised
    text = adjusted_text(adjust(Request(), no_progress, visit.clock), chosen_language(visit), None)
    return _text(visit, "What to change next", text)


PAGE = Page(
    "/trial",
    "Trial",
    _show,
    views={
        "/trial/protocol.json": _protocol,
        "/trial/report": _report,
        "/trial/report.{kind}": _file,
        "/trial/export.zip": _export,
        "/trial/check": _check,
        "/trial/letter": _letter,
        "/trial/next": _adjust,
    },
    actions={
        "/trial/design": _design,
        "/trial/start": _start,
        "/trial/deviate": _deviate,
        "/trial/rate": _rate,
        "/trial/stop": _stop,
        "/trial/finish": _finish,
    },
)
