"""The follow-up mail as a message (RFC 5322) that every mail program opens."""

import hashlib
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from deepday.errors import InputError


def make_mail(
    sender: str, to: tuple[str, ...], subject: str, body: str, made: datetime, *, html: str = ""
) -> EmailMessage:
    """Return the message; ``html``: the same text as a document, for programs that show one.

    Raises :class:`InputError` for an address that is none.

    The same text to the same people has the same Message-ID, so that a mail that is sent twice can be told.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(sender)
    if to:
        message["To"] = tuple(map(_address, to))
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(made)
    key = hashlib.sha256("\n".join((sender, *to, subject, body)).encode()).hexdigest()[:32]
    message["Message-ID"] = f"<deepday-{key}@{sender.rpartition('@')[2]}>"
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def _address(text: str) -> Address:
    wrong = InputError(f"{text!r} is no e-mail address.", "Write it like grace@example.org.")
    user, at, domain = text.strip().rpartition("@")
    if not (user and at and domain) or any(sign.isspace() for sign in text.strip()):
        raise wrong
    try:
        return Address(addr_spec=text.strip())
    except (ValueError, IndexError):
        raise wrong from None


def mail_to_json(message: EmailMessage) -> dict[str, object]:
    """Return the mail: schema ``deepday.case-mail/1``."""
    return {
        "schema": "deepday.case-mail/1",
        "from": str(message["From"]),
        "to": [one.addr_spec for one in message["To"].addresses] if message["To"] else [],
        "subject": str(message["Subject"]),
        "body": message.get_content().replace("\r\n", "\n"),
    }
