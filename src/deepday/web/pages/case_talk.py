"""The talk: a time for it, the mail after it, and the check-in some weeks later. Nothing goes out unseen."""

import tempfile
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.responses import Response

from deepday.app.case_calendar import want_in_calendar
from deepday.app.case_mailing import follow_up
from deepday.app.case_making import SITUATIONS, CaseRequest, Made, make_case_of_tasks
from deepday.app.case_meeting import Meeting, MeetingRequest, arrange_meeting, check_in_date
from deepday.app.mailing import send_mail
from deepday.app.period import parse_dates
from deepday.app.request import Request
from deepday.config.load import load_settings
from deepday.connect import no_progress
from deepday.errors import ConflictError, DeepdayError, InputError, NotEnoughDataError
from deepday.report.case_meeting import slot_words
from deepday.web.language import LANGUAGES, chosen_language
from deepday.web.mails import addresses, shown_mail
from deepday.web.pages.case_keep import back_to
from deepday.web.tasks import done, trouble
from deepday.web.visit import Handler, Visit

_MAIL, _THEIRS = "mail", "their calendar"
_MOST_BYTES = 20_000_000
_ASKED = ("for", "minutes", "on", "title", "invite", "language")
_AT_THE_COMMAND_LINE = " Give --with-calendar."
_LENGTHS = (15, 30, 45, 60)
_FOR = {
    "talk": "The first talk",
    "overload": "The talk about relief",
    "check-in": "The check-in",
    "check-in-overload": "The check-in about relief",
}
_SITUATIONS = {"deep-work": "Deep-work days", "overload": "Relief"}


def _made(visit: Visit, situation: str = SITUATIONS[0]) -> Made:
    return make_case_of_tasks(
        CaseRequest(situation=situation, names=True, language=chosen_language(visit)), visit.clock
    )


def _given(visit: Visit, name: str) -> str:
    """Return what was asked for, in the address or in a form."""
    return visit.asked(name) or visit.text(name)


def _template(what: str) -> str:
    return "check-in.txt" if what.startswith("check-in") else "agenda.txt"


def _arranged(visit: Visit) -> Meeting:
    what = _given(visit, "for") or "talk"
    if what not in _FOR:
        raise InputError(f"There is no meeting {what!r}.", f"Choose one of: {', '.join(_FOR)}.")
    made = _made(visit, "overload" if what.endswith("overload") else SITUATIONS[0])
    first = parse_dates(on)[0] if (on := _given(visit, "on")) else None
    if first is None and what.startswith("check-in"):
        first = check_in_date(made, None, made.case.today)
    asked = MeetingRequest(
        minutes=_small(_given(visit, "minutes"), 30), first=first, slot=_small(_given(visit, "slot"), 1),
        invite=_given(visit, "invite"), title=_given(visit, "title")[:100],
    )  # fmt: skip
    theirs = visit.session.kept.get(_THEIRS)
    with tempfile.TemporaryDirectory() as folder:
        if isinstance(theirs, bytes):
            path = Path(folder) / "their-calendar.ics"
            path.write_bytes(theirs)
            asked = replace(asked, others=(str(path),))
        return arrange_meeting(made, Request(), asked, _template(what), no_progress, visit.clock)


def _small(text: str, usual: int) -> int:
    if text and (not text.isdecimal() or len(text) > 4):
        raise InputError(f"{text[:20]!r} is no number.", "Write a number.")
    return int(text) if text else usual


def _meeting(visit: Visit) -> Response:
    problem, found = "", None
    try:
        found = _arranged(visit)
    except NotEnoughDataError as error:
        problem = " ".join(trouble(error).lines)
    slots = enumerate(found.slots, 1) if found else ()
    return visit.show(
        "case_meeting.html",
        "Meeting",
        kinds=list(_FOR.items()),
        what=visit.asked("for") or "talk",
        lengths=_LENGTHS,
        minutes=_small(visit.asked("minutes"), 30),
        chosen=_small(visit.asked("slot"), 1),
        given={name: visit.asked(name) for name in _ASKED},
        slots=[(number, slot_words(slot, found.zone, found.language)) for number, slot in slots] if found else [],
        name=found.title if found else "",
        agenda=found.agenda if found else "",
        at=found.chosen.start if found else 0,
        when=slot_words(found.chosen, found.zone, found.language) if found else "",
        notes=[note.removesuffix(_AT_THE_COMMAND_LINE) for note in found.notes] if found else [],
        theirs=_THEIRS in visit.session.kept,
        problem=problem,
        query=visit.request.url.query,
        language=chosen_language(visit),
        languages=LANGUAGES,
    )


def _want(visit: Visit) -> Response:
    """Put the meeting that was looked at among the changes to the person's own calendar, and show these."""
    found = _arranged(visit)
    if str(found.chosen.start) != visit.text("at"):
        raise ConflictError("The free times are others now than those you looked at.", "Look at them again.")
    try:
        wanted = want_in_calendar(found, _template(visit.text("for")), Request(), visit.clock)
    except NotEnoughDataError as error:
        raise NotEnoughDataError(
            error.what, "Connect one under Connections, and allow blocks; or download the file here."
        ) from None
    before = "It takes the place of the one before." if wanted.replaced else ""
    said = f"{found.title} is among the changes to your calendar. Nothing was written yet: look at them, then apply."
    return visit.go("/protect/changes", done(said, before))


def _read_theirs(visit: Visit) -> Response:
    """Hold the other person's calendar for this session; it is never written to the store."""
    sent = visit.form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise InputError("No file was chosen.", "Choose the other person's calendar, an .ics file.")
    data = sent.file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES or not data.lstrip(b"\xef\xbb\xbf\r\n ").upper().startswith(b"BEGIN:VCALENDAR"):
        raise InputError("This is no calendar file, or one that is too large.", "Choose an .ics file.")
    visit.session.kept[_THEIRS] = data
    return visit.go(_back(visit), done("Their calendar is known now; only times of it are used."))


def _forget_theirs(visit: Visit) -> Response:
    visit.session.kept.pop(_THEIRS, None)
    return visit.go(_back(visit), done("Forgotten."))


def _to_it(act: Handler) -> Handler:
    """Return the action, after which somebody is back at the meeting that was asked for, where it failed."""

    def acted(visit: Visit) -> Response:
        try:
            return act(visit)
        except DeepdayError as error:
            return visit.go(_back(visit), trouble(error))

    return acted


def _back(visit: Visit) -> str:
    """Return the address of the meeting that was asked for."""
    kept = {name: text for name in _ASKED if (text := visit.text(name))}
    return f"/case/meeting?{urlencode(kept)}" if kept else "/case/meeting"


def _meeting_file(visit: Visit) -> Response:
    return visit.send(_arranged(visit).ics, "meeting.ics", "text/calendar; charset=utf-8")


def _mail(visit: Visit) -> Response:
    message = visit.session.kept.get(_MAIL)
    return visit.show(
        "case_mail.html",
        "Mail",
        mail=shown_mail(message) if isinstance(message, EmailMessage) else None,
        server=load_settings().smtp.host,
        situations=_SITUATIONS,
        language=chosen_language(visit),
        languages=LANGUAGES,
    )


def _write_mail(visit: Visit) -> Response:
    """Write the mail, and show it; nothing is sent."""
    actions = [line.strip() for line in visit.text("actions").splitlines() if line.strip()]
    made = _made(visit, visit.text("situation") or SITUATIONS[0])
    message, findings = follow_up(
        made, Request(), addresses(visit.text("to")), actions, visit.text("subject") or None, visit.clock
    )
    visit.session.kept[_MAIL] = message
    said = [f"Better said differently: “{one.sentence}” {one.why}" for one in findings]
    return visit.go("/case/mail", *([done(*said)] if said else []))


def _written(visit: Visit) -> EmailMessage:
    message = visit.session.kept.get(_MAIL)
    if not isinstance(message, EmailMessage):
        raise InputError("There is no mail yet.", "Write it on this page first.")
    return message


def _mail_file(visit: Visit) -> Response:
    return visit.send(bytes(_written(visit)), "mail.eml", "message/rfc822")


def _send_mail(visit: Visit) -> Response:
    send_mail(_written(visit), load_settings().smtp)
    visit.session.kept.pop(_MAIL, None)
    return visit.go("/case/mail", done("Sent."))


VIEWS = {
    "/case/meeting": _meeting,
    "/case/meeting.ics": _meeting_file,
    "/case/mail": _mail,
    "/case/mail.eml": _mail_file,
}
ACTIONS = {
    "/case/meeting/want": _to_it(_want),
    "/case/meeting/theirs": _to_it(_read_theirs),
    "/case/meeting/forget": _to_it(_forget_theirs),
    "/case/mail/write": back_to("/case/mail", _write_mail),
    "/case/mail/send": back_to("/case/mail", _send_mail),
}
UPLOADS = ("/case/meeting/theirs",)
