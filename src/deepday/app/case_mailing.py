"""The follow-up mail, made of the case."""

from collections.abc import Sequence
from datetime import date
from email.message import EmailMessage

from deepday.app.case_making import Made, with_actions, write_text
from deepday.app.person import build_person
from deepday.app.request import Request
from deepday.case.tone import Finding
from deepday.clock import Clock, SystemClock
from deepday.errors import InputError
from deepday.report.case_context import Action
from deepday.report.case_mail import make_mail

_MOST_ACTIONS = 50


def parse_action(text: str) -> Action:
    """Read ``what; owner; 2026-05-20``, the last two of which may be left out. Raises :class:`InputError`."""
    parts = [part.strip() for part in text.split(";")]
    advice = 'Write it like "Name a point person; Grace; 2026-05-20".'
    if not parts[0] or len(parts) > 3:
        raise InputError(f"The action {text!r} cannot be read.", advice)
    try:
        due = date.fromisoformat(parts[2]) if len(parts) > 2 and parts[2] else None
    except ValueError:
        raise InputError(f"The date of the action {text!r} cannot be read.", advice) from None
    return Action(parts[0], parts[1] if len(parts) > 1 else "", due)


def follow_up(
    made: Made,
    request: Request,
    to: Sequence[str],
    actions: Sequence[str],
    subject: str | None,
    clock: Clock | None = None,
) -> tuple[EmailMessage, tuple[Finding, ...]]:
    """Return the mail, and what the tone check says of it. Raises :class:`InputError` for what cannot be read."""
    if len(actions) > _MOST_ACTIONS:
        raise InputError(f"{len(actions)} actions are too many for a mail.", f"Give {_MOST_ACTIONS} at most.")
    sender = build_person(request, made.settings).email
    found = with_actions(made, tuple(map(parse_action, actions)))
    written = write_text(found, "mail.txt", escaping=False)
    title = subject or made.language.titles["mail.txt"]
    now = (clock or SystemClock()).now()
    return make_mail(sender, tuple(to), title, written.text.markdown, now), written.findings
