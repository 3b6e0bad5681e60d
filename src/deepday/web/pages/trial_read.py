"""What is read of a trial: letter, advice, and, once its outcome was opened, report, files and check."""

import io
import tempfile
import zipfile
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

from markupsafe import Markup
from starlette.responses import Response

from deepday.app import trial_reporting, trial_running
from deepday.app.mailing import send_mail
from deepday.app.request import Request
from deepday.app.storing import open_existing_store
from deepday.app.trial_adjusting import adjust, adjusted_text
from deepday.app.trial_reporting import Faces, Reported
from deepday.app.trial_running import Kept, kept_trial
from deepday.app.trial_status import letter, letter_mail
from deepday.config.load import load_settings
from deepday.connect import no_progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.report.page import Page as Sheet
from deepday.report.page import html_of, pdf_of
from deepday.report.trial_letter import Letter
from deepday.report.trial_markup import parse, to_html
from deepday.report.trial_page import make_page
from deepday.report.trial_result_json import LEFT_OUT
from deepday.store.trials import TrialState
from deepday.web.language import chosen_language, other_languages
from deepday.web.mails import addresses, shown_mail
from deepday.web.pages.case_keep import back_to
from deepday.web.tasks import done
from deepday.web.visit import Visit

OVER = {TrialState.STOPPED, TrialState.ENDED}
_LETTER = "letter"


def kept_by(visit: Visit) -> Kept | None:
    """Return the newest trial; ``None`` where there is none, or nobody knows whose it would be."""
    if not load_settings().me.email:
        return None
    try:
        with open_existing_store(visit.clock) as store:
            return kept_trial(store, Request(), visit.clock)
    except NotEnoughDataError:
        return None


def _reported(visit: Visit) -> Reported:
    """Return the report of a trial whose outcome was opened before: looking at a page opens nothing."""
    kept = kept_by(visit)
    if kept is None or not (kept.stored.state in OVER or kept.looked):
        raise NotEnoughDataError("The outcome was not opened yet.", "Once the trial is over: press Show the outcome.")
    faces = Faces(shareable=visit.asked("face") == "shareable", wellbeing=visit.asked("wellbeing") == "yes")
    return trial_reporting.report(Request(), faces, no_progress, visit.clock)


def _report(visit: Visit) -> Response:
    facts = _reported(visit).facts
    language = chosen_language(visit)
    page = make_page(facts, language, None, visit.clock.now())
    kept = [f"&language={language}"] if visit.asked("language") else []
    rated = ["&wellbeing=yes"] if facts.left_out and facts.wellbeing else []
    return visit.show(
        "trial_report.html",
        page.title,
        body=body_of(page),
        face="shareable" if facts.left_out else "own",
        left_out=[LEFT_OUT[name] for name in facts.left_out],
        rated=bool(rated),
        hash=facts.hash,
        data_hash=facts.data_hash,
        language=language,
        languages=other_languages(visit),
        also="".join(kept),
        files="".join(rated + kept),
    )


def body_of(sheet: Sheet) -> Markup:
    """Return a report's text as a part of a page of ours, whose policy lets no style stand in the text."""
    tokens = parse(sheet.text)
    for token in tokens:
        token.attrs.pop("style", None)
    return Markup(to_html(tokens, sheet.charts))  # noqa: S704 - to_html escapes what it does not make itself


def send_sheet(visit: Visit, sheet: Sheet, name: str, kind: str) -> Response:
    """Send a report as a file of its own: a PDF, or a page that needs nothing else."""
    if kind not in {"pdf", "html"}:
        raise InputError(f"There is no report as {kind!r}.", "Choose pdf or html.")
    if kind == "html":
        return visit.send(html_of(sheet), f"{name}.html", "text/html; charset=utf-8")
    return visit.send(pdf_of(sheet, visit.clock.now()), f"{name}.pdf", "application/pdf")


def _file(visit: Visit) -> Response:
    facts = _reported(visit).facts
    page = make_page(facts, chosen_language(visit), None, visit.clock.now())
    name = f"trial-{facts.protocol.first}{'-shareable' if facts.left_out else ''}"
    return send_sheet(visit, page, name, visit.part("kind"))


def _exported(visit: Visit, folder: Path, *, pooling: bool = False) -> list[Path]:
    _reported(visit)
    return trial_reporting.export(Request(), folder, no_progress, visit.clock, pooling=pooling)


def _export(visit: Visit) -> Response:
    """Send what the result was made from. ``pooling``: the person agrees that it is analysed with others'."""
    made, pooling = io.BytesIO(), visit.asked("pooling") == "yes"
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _exported(visit, Path(folder), pooling=pooling):
            archive.write(path, path.name)
    return visit.send(made.getvalue(), f"trial-export{'-for-pooling' if pooling else ''}.zip", "application/zip")


def _check(visit: Visit) -> Response:
    """Recompute the result from what is exported, as anybody could who has it."""
    with tempfile.TemporaryDirectory() as folder:
        _exported(visit, Path(folder))
        checks = trial_reporting.verify(Path(folder), visit.asked("hash") or None)
    return visit.show("trial_check.html", "Is the result right?", checks=checks, hash=visit.asked("hash"))


def _written(visit: Visit, language: str, *, rated: bool) -> Letter:
    return letter(trial_running.status(Request(), no_progress, visit.clock), language, wellbeing=rated)


def _letter(visit: Visit) -> Response:
    language, rated = chosen_language(visit), visit.asked("wellbeing") == "yes"
    made = _written(visit, language, rated=rated)
    way = ("Without how you rated strain", "no") if rated else ("With how you rated strain", "yes")
    ways = [(way[0], f"/trial/letter?wellbeing={way[1]}&language={language}")]
    mailing = {"wellbeing": "yes" if rated else "", "to": load_settings().trial.letter_to}
    return _text(visit, made.subject, made.text, ways, mailing)


def _write_letter(visit: Visit) -> Response:
    """Write this week's letter as a mail, and show it; nothing is sent."""
    made = _written(visit, chosen_language(visit), rated=visit.text("wellbeing") == "yes")
    visit.session.kept[_LETTER] = letter_mail(made, Request(), addresses(visit.text("to")), visit.clock)
    return visit.go("/trial/letter/mail")


def _kept_letter(visit: Visit) -> EmailMessage:
    message = visit.session.kept.get(_LETTER)
    if not isinstance(message, EmailMessage):
        raise InputError("There is no mail yet.", "Write it from this week's letter.")
    return message


def _mail(visit: Visit) -> Response:
    server = load_settings().smtp.host
    return visit.show("trial_mail.html", "Mail", mail=shown_mail(_kept_letter(visit)), server=server)


def _mail_file(visit: Visit) -> Response:
    return visit.send(bytes(_kept_letter(visit)), "letter.eml", "message/rfc822")


def _send_letter(visit: Visit) -> Response:
    send_mail(_kept_letter(visit), load_settings().smtp)
    visit.session.kept.pop(_LETTER, None)
    return visit.go("/trial", done("The letter was sent."))


def _text(
    visit: Visit, heading: str, text: str, ways: Sequence[tuple[str, str]] = (), mailing: dict[str, str] | None = None
) -> Response:
    return visit.show(
        "text.html",
        heading,
        heading=heading,
        text=text,
        ways=ways,
        mailing=mailing,
        language=chosen_language(visit),
        languages=other_languages(visit),
    )


def _adjust(visit: Visit) -> Response:
    if (kept := kept_by(visit)) is not None and kept.over:
        _reported(visit)  # its outcome counts in what is advised
    text = adjusted_text(adjust(Request(), no_progress, visit.clock), chosen_language(visit), None)
    return _text(visit, "What to change next", text)


VIEWS = {
    "/trial/report": _report,
    "/trial/report.{kind}": _file,
    "/trial/export.zip": _export,
    "/trial/check": _check,
    "/trial/letter": _letter,
    "/trial/letter/mail": _mail,
    "/trial/letter.eml": _mail_file,
    "/trial/next": _adjust,
}
ACTIONS = {
    "/trial/letter/write": back_to("/trial/letter", _write_letter),
    "/trial/letter/send": back_to("/trial/letter/mail", _send_letter),
}
