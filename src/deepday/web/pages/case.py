"""Case: what there is to make a case from, the texts that come of it, and what to do next."""

from urllib.parse import urlencode

from starlette.responses import Response

from deepday.app.case_making import (
    SITUATIONS,
    CaseRequest,
    Made,
    make_case,
    make_case_of_tasks,
    page_of,
    sheet_as_pdf,
    write_text,
)
from deepday.app.case_overview import standing
from deepday.connect import no_progress
from deepday.errors import InputError
from deepday.report.case_markdown import markdown_to_html
from deepday.web.language import chosen_language, other_languages
from deepday.web.pages import case_keep, case_talk
from deepday.web.visit import Page, Visit

_TEXTS = {
    "brief": "One page for your manager",
    "script-deep-work": "The conversation: asking for deep-work days",
    "script-overload": "The conversation: asking for relief",
    "benefit": "When the critical work would be done",
    "tasks": "What needs unbroken time, and what could go",
    "agreement": "What was agreed",
}
_MEASURED = {"brief", "script-deep-work", "script-overload", "benefit"}
_KINDS = {"html": "text/html; charset=utf-8", "md": "text/markdown; charset=utf-8", "pdf": "application/pdf"}
_CHOICES = ("names", "wellbeing")


def _show(visit: Visit) -> Response:
    found = standing(visit.clock)
    agreement = found.agreement
    return visit.show(
        "case.html",
        "Case",
        found=found,
        measured=not found.measured.startswith("nothing"),
        reach=found.measured,
        agreed_on=agreement.agreed_on.isoformat() if agreement and agreement.agreed_on else "",
        proposed=agreement is not None,
    )


def _made(visit: Visit, name: str) -> Made:
    if name not in _TEXTS:
        raise InputError(f"There is no text {name!r}.", f"Choose one of: {', '.join(_TEXTS)}.")
    situation = name.removeprefix("script-")
    asked = CaseRequest(
        situation=situation if situation in SITUATIONS else SITUATIONS[0],
        names=visit.asked("names") == "yes" or name in {"tasks", "agreement"},
        share_wellbeing=visit.asked("wellbeing") == "yes",
        language=chosen_language(visit),
    )
    return make_case(asked, no_progress, visit.clock) if name in _MEASURED else make_case_of_tasks(asked, visit.clock)


def _text(visit: Visit) -> Response:
    name = visit.part("name")
    made = _made(visit, name)
    written = write_text(made, f"{name}.md")
    chosen = {one: "yes" for one in _CHOICES if visit.asked(one) == "yes"}
    kept = {"language": visit.asked("language")} if visit.asked("language") else {}
    others = {one: urlencode(dict.fromkeys(sorted({*chosen} ^ {one}), "yes") | kept) for one in _CHOICES}
    problem = made.measured.problem
    return visit.show(
        "case_text.html",
        _TEXTS[name],
        name=name,
        body=markdown_to_html(written.text.markdown),
        sources=written.text.sources,
        heading=made.heading,
        notes=[*made.notes, *([problem.what] if problem else [])],
        findings=written.findings,
        query=f"?{urlencode(chosen | kept)}" if chosen | kept else "",
        language=made.language.code,
        languages=other_languages(visit),
        chosen=chosen,
        others=others if name in _MEASURED else {},
    )


def _file(visit: Visit) -> Response:
    """Send a text as a file: Markdown, a page that prints well, or one sheet."""
    name, kind = visit.part("name"), visit.part("kind")
    if kind not in _KINDS:
        raise InputError(f"There is no text as {kind!r}.", f"Choose one of: {', '.join(_KINDS)}.")
    made = _made(visit, name)
    written = write_text(made, f"{name}.md")
    if kind == "pdf":
        return visit.send(sheet_as_pdf(made, written, clock=visit.clock), f"{name}.pdf", _KINDS[kind])
    content = written.text.markdown if kind == "md" else page_of(made, written, clock=visit.clock)
    return visit.send(content, f"{name}.{kind}", _KINDS[kind])


PAGE = Page(
    "/case",
    "Case",
    _show,
    views={"/case/text/{name}": _text, "/case/file/{name}.{kind}": _file, **case_keep.VIEWS, **case_talk.VIEWS},
    actions={**case_keep.ACTIONS, **case_talk.ACTIONS},
    uploads=case_talk.UPLOADS,
)
