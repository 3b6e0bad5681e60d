"""What is kept for the case: tasks, a short log, metrics beside workload, and what was agreed."""

import tempfile
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from deepday.app.case_agreement import read_or_write
from deepday.app.case_comparing import MetricRequest, compare
from deepday.app.case_evidence import own_date
from deepday.app.case_log import delete_notes, read_notes, write_note
from deepday.app.case_making import proposed, write_text
from deepday.app.case_metrics import WORKLOADS
from deepday.app.case_overview import standing
from deepday.app.case_tasks import forget_tasks, keep_tasks, read_task_list, stored_tasks, task_of
from deepday.app.period import parse_dates
from deepday.app.request import Request
from deepday.case.tasks import Task as OwnTask
from deepday.case.tone import check_tone
from deepday.case.wellbeing import FEWEST_NOTES, LONGEST_NOTE, Note, summarise_notes
from deepday.config.agreement_settings import settings_of
from deepday.config.load import load_settings
from deepday.config.plan_settings import WEEKDAYS
from deepday.connect import no_progress
from deepday.errors import DeepdayError, InputError
from deepday.model.agreement import Guarded
from deepday.report.case_charts import metric_charts
from deepday.report.case_markdown import markdown_to_html
from deepday.report.words import counted, day_name
from deepday.web.tasks import Said, done, trouble
from deepday.web.visit import Handler, Visit

_COMPARED, _CHECKED = "metrics", "checked text"
_LONGEST_TEXT = 20_000
_SCALES = ("sleep", "focus", "strain")
_NUMBERS = ("days", "sprint_weeks", "baseline_weeks", "trial_weeks", "answer_limit")
_DATES = ("start", "check_in", "agreed_on")
_WORDS = ("point_person", "backup", "urgent_path", "exit_rule", "outcome_name", "outcome_better")
_OUTCOMES = {"interruption_cost": "what interruptions cost", "named": "a measure of your own"}
_BETTER = {"": "", "higher": "more", "lower": "less"}
_GUARDED = {
    Guarded.URGENT_IN_TIME: "Urgent requests answered in time: fewer by at most (points of per cent)",
    Guarded.AFTER_HOURS: "Work after hours: more by at most (minutes a week)",
    Guarded.STRAIN: "Strain: more by at most (points of 10)",
    Guarded.BLOCKED: "Others blocked: more by at most (times a week)",
}


def back_to(path: str, act: Handler) -> Handler:
    """Return the action, after which somebody is back on this page of several, also where it failed."""

    def acted(visit: Visit) -> Response:
        try:
            return act(visit)
        except DeepdayError as error:
            return visit.go(path, trouble(error))

    return acted


def _tasks(visit: Visit) -> Response:
    kept = stored_tasks(visit.clock)
    return visit.show("case_tasks.html", "Tasks", tasks=[_row(one) for one in kept.tasks])


def _row(task: OwnTask) -> dict[str, Any]:
    low, high = task.low, task.high
    return {
        "name": task.name,
        "hours": "" if low is None else f"{low:g}" if low == high else f"{low:g} to {high:g}",
        "every": "each week" if task.every.value == "week" else "once",
        "critical": task.critical,
        "due": task.due.isoformat() if task.due else "",
        "delegate_to": task.delegate_to,
        "defer_to": task.defer_to.isoformat() if task.defer_to else "",
    }


def _sent_file(visit: Visit, folder: str, endings: tuple[str, ...]) -> Path:
    """Write the file that was sent into a folder, under a name of ours."""
    sent = visit.form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise InputError("No file was chosen.", f"Choose one that ends in {' or '.join(endings)}.")
    ending = Path(sent.filename).suffix.lower()
    if ending not in endings:
        raise InputError("The file is of another kind.", f"Choose one that ends in {' or '.join(endings)}.")
    path = Path(folder) / f"file{ending}"
    path.write_bytes(sent.file.read())
    return path


def _read_tasks(visit: Visit) -> Response:
    with tempfile.TemporaryDirectory() as folder:
        path = _sent_file(visit, folder, (".csv", ".toml", ".txt"))
        try:
            found = read_task_list(path)
        except InputError as error:
            raise InputError(error.what.replace(str(path), "line"), error.advice) from None
    keep_tasks(found.tasks, "tasks", visit.clock)
    left = tuple(note.replace(str(path), "Left out: line") for note in found.notes)
    return visit.go("/case/tasks", done(f"Kept {counted(len(found.tasks), 'task')}, sealed.", *left))


def _add_task(visit: Visit) -> Response:
    names = ("name", "hours", "every", "critical", "due", "delegate_to", "defer_to")
    task = task_of({name: visit.text(name) for name in names})
    before = stored_tasks(visit.clock)
    keep_tasks((*before.tasks, task), before.name, visit.clock)
    return visit.go("/case/tasks", done("Kept, sealed."))


def _forget_tasks(visit: Visit) -> Response:
    return visit.go("/case/tasks", done("Deleted." if forget_tasks(visit.clock) else "No list was kept."))


def _log(visit: Visit) -> Response:
    notes = read_notes(visit.clock)
    found = summarise_notes(notes)
    scales = {name: getattr(found, name) for name in _SCALES}
    return visit.show(
        "case_log.html",
        "Log",
        notes=[{"day": day_name(one.date), "date": one.date.isoformat(), "note": one} for one in reversed(notes)],
        medians=[f"{name} {one.middle:g} ({one.low:g} to {one.high:g})" for name, one in scales.items() if one],
        fewest=FEWEST_NOTES,
        longest=LONGEST_NOTE,
        today=own_date(visit.clock).isoformat(),
        scales=_SCALES,
    )


def _note(visit: Visit) -> Response:
    day = parse_dates(visit.text("date"))[0] if visit.text("date") else own_date(visit.clock)
    given = {name: _answer(visit.text(name), name) for name in _SCALES}
    replaced = write_note(Note(day, visit.text("text"), **given), visit.clock)
    said = f"Noted for {day}{', in the place of what was there' if replaced else ''}. It stays private."
    return visit.go("/case/log", done(said))


def _answer(text: str, name: str) -> int | None:
    if text and (not text.isdecimal() or int(text[:3]) > 10):
        raise InputError(f"{name.capitalize()} is {text[:20]!r}.", "Answer from 0 to 10, or not at all.")
    return int(text) if text else None


def _delete_note(visit: Visit) -> Response:
    count = delete_notes(parse_dates(visit.text("date"))[0], visit.clock)
    return visit.go("/case/log", done(f"Deleted {counted(count, 'note')}."))


def _metrics(visit: Visit) -> Response:
    kept = visit.session.kept.get(_COMPARED)
    return visit.show("case_metrics.html", "Metrics", workloads=WORKLOADS, found=kept)


def _compare(visit: Visit) -> Response:
    """Lay a metric beside workload; the file is read and not kept, what came of it stays for this session."""
    with tempfile.TemporaryDirectory() as folder:
        path = _sent_file(visit, folder, (".csv",))
        own = path.with_name(f"{_plain(visit)}.csv")
        path.rename(own)
        asked = MetricRequest(files=(own,), against=visit.text("against") or WORKLOADS[0])
        try:
            made = compare(Request(), asked, None, None, no_progress, visit.clock)
        except InputError as error:
            raise InputError(error.what.replace(str(own), "line"), error.advice) from None
    written = write_text(made, "metrics.md")
    visit.session.kept[_COMPARED] = {
        "body": markdown_to_html(written.text.markdown),
        "charts": metric_charts(made.case.metrics, made.language),
        "sources": written.text.sources,
        "notes": [*made.notes, *([made.measured.problem.what] if made.measured.problem else [])],
    }
    return visit.go("/case/metrics")


def _plain(visit: Visit) -> str:
    """Return what the metric is called: the name of the file, as far as it is plain."""
    sent = visit.form.get("file")
    name = Path(sent.filename or "").stem if isinstance(sent, UploadFile) else ""
    return "".join(sign for sign in name if sign.isalnum() or sign in " -_").strip()[:60] or "metric"


def _agreement(visit: Visit) -> Response:
    found = standing(visit.clock)
    given = settings_of(found.agreement or proposed(load_settings()))
    return visit.show(
        "case_agreement.html",
        "Agreement",
        given=given,
        weekdays=WEEKDAYS,
        outcomes=_OUTCOMES,
        better=_BETTER,
        guarded=[
            (name.value, words, next((f"{one.margin:g}" for one in given.guardrails if one.measure == name), ""))
            for name, words in _GUARDED.items()
        ],
        file=str(found.file),
        written=found.agreement is not None,
    )


def _write_agreement(visit: Visit) -> Response:
    """Write what the form says; what it has no field for stays as it was."""
    sent = visit.form
    given: dict[str, Any] = {name: visit.text(name) for name in (*_DATES, *_WORDS) if name in sent}
    given |= {name: visit.text(name) for name in ("per", "outcome") if visit.text(name)}
    given |= {name: int(_number(visit, name)) for name in _NUMBERS if visit.text(name)}
    given["weekdays"] = tuple(visit.texts("weekdays"))
    if given.get("outcome") == "interruption_cost":
        given |= {"outcome_name": "", "outcome_better": ""}  # a form without script cannot empty them by itself
    if visit.text("smallest_effect"):
        given["smallest_effect"] = _number(visit, "smallest_effect", whole=False)
    if "batch_windows" in sent:
        given["batch_windows"] = tuple(visit.text("batch_windows").replace(",", " ").split())
    if any(f"margin_{name}" in sent for name in _GUARDED):
        given["guardrails"] = tuple(
            {"measure": name.value, "margin": _number(visit, f"margin_{name}", whole=False)}
            for name in _GUARDED
            if visit.text(f"margin_{name}")
        )
    _, said = read_or_write(None, given, write=True)
    return visit.go("/case/agreement", Said("done", tuple(said)))


def _tone(visit: Visit) -> Response:
    kept = visit.session.kept.get(_CHECKED)
    text, found = kept if isinstance(kept, tuple) else ("", None)
    return visit.show("case_check.html", "Check a text", text=text, found=found, longest=_LONGEST_TEXT)


def _check_tone(visit: Visit) -> Response:
    """Look for what had better be said differently; the text stays in this session and goes nowhere."""
    text = visit.text("text").replace("\r\n", "\n")
    if not text or len(text) > _LONGEST_TEXT:
        raise InputError("There is no text, or a very long one.", f"Write up to {_LONGEST_TEXT} characters.")
    visit.session.kept[_CHECKED] = (text, check_tone(text))
    return visit.go("/case/check")


def _number(visit: Visit, name: str, *, whole: bool = True) -> float:
    text = visit.text(name)
    plain = text if whole else text.replace(".", "", 1)
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= 6):
        raise InputError(f"{text[:20]!r} is no number.", f"Write a number for {name.replace('_', ' ')}.")
    return float(text)


VIEWS = {
    "/case/tasks": _tasks,
    "/case/log": _log,
    "/case/metrics": _metrics,
    "/case/agreement": _agreement,
    "/case/check": _tone,
}
ACTIONS = {
    "/case/tasks/read": back_to("/case/tasks", _read_tasks),
    "/case/tasks/add": back_to("/case/tasks", _add_task),
    "/case/tasks/forget": back_to("/case/tasks", _forget_tasks),
    "/case/log/note": back_to("/case/log", _note),
    "/case/log/delete": back_to("/case/log", _delete_note),
    "/case/metrics/compare": back_to("/case/metrics", _compare),
    "/case/check/text": back_to("/case/check", _check_tone),
    "/case/agreement/write": back_to("/case/agreement", _write_agreement),
}
