"""The talk: a time for it, the mail after it, and the check-in some weeks later. Nothing goes out unseen."""

from email.message import EmailMessage

from starlette.responses import Response

from deepday.app.case_mailing import follow_up
from deepday.app.case_making import SITUATIONS, CaseRequest, Made, make_case_of_tasks
from deepday.app.case_meeting import Meeting, MeetingRequest, arrange_meeting, check_in_date
from deepday.app.mailing import send_mail
from deepday.app.request import Request
from deepday.config.load import load_settings
from deepday.connect import no_progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.report.case_meeting import slot_words
from deepday.web.language import LANGUAGES, chosen_language
from deepday.web.mails import addresses, shown_mail
from deepday.web.pages.case_keep import back_to
from deepday.web.tasks import done
from deepday.web.visit import Visit

_MAIL = "mail"
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


def _arranged(visit: Visit) -> Meeting:
    what = visit.asked("for") or "talk"
    if what not in _FOR:
        raise InputError(f"There is no meeting {what!r}.", f"Choose one of: {', '.join(_FOR)}.")
    made = _made(visit, "overload" if what.endswith("overload") else SITUATIONS[0])
    first = check_in_date(made, None, made.case.today) if what.startswith("check-in") else None
    asked = MeetingRequest(
        minutes=_small(visit.asked("minutes"), 30), first=first, slot=_small(visit.asked("slot"), 1),
        invite=visit.asked("invite"),
    )  # fmt: skip
    template = "check-in.txt" if what.startswith("check-in") else "agenda.txt"
    return arrange_meeting(made, Request(), asked, template, no_progress, visit.clock)


def _small(text: str, usual: int) -> int:
    if text and (not text.isdecimal() or len(text) > 4):
        raise InputError(f"{text[:20]!r} is no number.", "Write a number.")
    return int(text) if text else usual


def _meeting(visit: Visit) -> Response:
    problem, found = "", None
    try:
        found = _arranged(visit)
    except NotEnoughDataError as error:
        problem = f"{error.what} {error.advice}"
    slots = enumerate(found.slots, 1) if found else ()
    return visit.show(
        "case_meeting.html",
        "Meeting",
        kinds=list(_FOR.items()),
        what=visit.asked("for") or "talk",
        lengths=_LENGTHS,
        minutes=_small(visit.asked("minutes"), 30),
        chosen=_small(visit.asked("slot"), 1),
        invite=visit.asked("invite"),
        slots=[(number, slot_words(slot, found.zone, found.language)) for number, slot in slots] if found else [],
        name=found.title if found else "",
        agenda=found.agenda if found else "",
        notes=[note.removesuffix(_AT_THE_COMMAND_LINE) for note in found.notes] if found else [],
        problem=problem,
        query=visit.request.url.query,
        language=chosen_language(visit),
        languages=LANGUAGES,
    )


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
    "/case/mail/write": back_to("/case/mail", _write_mail),
    "/case/mail/send": back_to("/case/mail", _send_mail),
}
