"""A mail before it goes: its recipients as they were typed, and all of it to look at."""

from dataclasses import dataclass
from email.message import EmailMessage


@dataclass(frozen=True, slots=True)
class ShownMail:
    """What there is to look at. ``to``: whether it has a recipient."""

    head: list[tuple[str, str]]
    text: str
    to: bool


def addresses(typed: str) -> list[str]:
    """Return the addresses of a field; whether each is one is said where the mail is made."""
    return typed.replace(",", " ").split()


def shown_mail(message: EmailMessage) -> ShownMail:
    """Return a mail as a page shows it."""
    body = message.get_body(("plain",))
    text = body.get_content().replace("\r\n", "\n") if body is not None else ""
    head = [(name, str(message[name])) for name in ("From", "To", "Subject") if message[name]]
    return ShownMail(head, text, bool(message["To"]))
