"""A mail before it goes: shown whole, and sent after a yes."""

from typing import TYPE_CHECKING

import typer

from deepday.cli import show

if TYPE_CHECKING:
    from email.message import EmailMessage

    from deepday.config.case_settings import SmtpSettings


def preview(message: "EmailMessage") -> None:
    """Show to whom a mail would go, and what it says."""
    from deepday.report.words import plain  # noqa: PLC0415 - help does without

    console = show.console()
    for name in ("From", "To", "Subject", "Date"):
        if message[name]:
            console.print(f"{name}: {plain(str(message[name]))}", markup=False, soft_wrap=True)
    console.print()
    body = message.get_body(("plain",))
    for line in body.get_content().splitlines() if body else ():
        console.print(plain(line), markup=False, soft_wrap=True)


def send_after_question(message: "EmailMessage", smtp: "SmtpSettings", *, yes: bool) -> None:
    """Send a mail by the server of the settings, after a question unless ``yes`` was said before."""
    from deepday.app.mailing import send_mail  # noqa: PLC0415 - help does without

    if not yes and not typer.confirm(f"Send this to {message['To'] or 'nobody'}?", err=True):
        show.say("Nothing was sent.")
        raise typer.Exit(1)
    send_mail(message, smtp)
    show.say("Sent.")
