"""Handing a mail to the server of the settings (RFC 5321, RFC 6409)."""

import smtplib
import ssl
from email.message import EmailMessage

from deepday.config.case_settings import SmtpSettings
from deepday.config.paths import config_file
from deepday.connect.secrets import SecretReference
from deepday.errors import DeepdayError, InputError, OutcomeUnknownError, ReconnectNeededError, RetryLaterError

SECONDS = 30.0


def send_mail(message: EmailMessage, settings: SmtpSettings) -> None:
    """Hand the mail to the server of the settings.

    Raises :class:`InputError` where no server is set or the mail has no recipient,
    :class:`ReconnectNeededError` when it refuses the sign-in, :class:`RetryLaterError` when it cannot be reached,
    :class:`OutcomeUnknownError` when its answer was lost, and :class:`DeepdayError` when it refuses the mail.
    """
    if not settings.host:
        raise InputError(
            "No mail server is set, so nothing was sent.",
            f"Set host under [smtp] in {config_file()}, or write the mail with --eml and send it yourself.",
        )
    if not message["To"]:
        raise InputError("The mail has no recipient, so nothing was sent.", "Add --to boss@example.org.")
    password = SecretReference.parse(settings.password).resolve().reveal() if settings.user else ""
    handing_over = False
    try:
        server = _connected(settings)
        try:
            if settings.user:
                server.login(settings.user, password)
            handing_over = True  # from here on an answer that is lost leaves it open whether the mail is under way
            refused = server.send_message(message)
        finally:
            server.close()  # without waiting for a farewell: what was taken was taken
    except smtplib.SMTPAuthenticationError:
        raise ReconnectNeededError(
            f"The mail server {settings.host} refused user or password; nothing was sent.",
            "Correct user and password under [smtp]; many providers want a password made for one app.",
        ) from None
    except smtplib.SMTPRecipientsRefused:
        raise DeepdayError(
            f"The mail server {settings.host} refused every recipient; nothing was sent.",
            "Check the addresses of --to.",
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise DeepdayError(
            f"The mail server {settings.host} does not offer what the settings ask for; nothing was sent.",
            'Check security and user under [smtp]; port 465 wants security = "tls".',
        ) from None
    except smtplib.SMTPServerDisconnected as error:
        raise _lost(settings, unknown=handing_over) from error
    except smtplib.SMTPResponseException as error:
        raise DeepdayError(
            f"The mail server {settings.host} refused the mail with {error.smtp_code}; nothing was sent.",
            "Check the sender's address, which is email under [me], and ask who runs the server.",
        ) from None
    except ssl.SSLError as error:
        raise DeepdayError(
            f"The line to the mail server {settings.host} cannot be protected: {error.reason or 'TLS failed'}.",
            "Check host, port and security under [smtp]; nothing was sent.",
        ) from None
    except OSError as error:
        raise _lost(settings, unknown=handing_over) from error
    if refused:
        raise DeepdayError(
            f"The mail was sent, but the server refused {len(refused)} of its recipients.", "Check their addresses."
        )


def _connected(settings: SmtpSettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=SECONDS, context=context)
    server = smtplib.SMTP(settings.host, settings.port, timeout=SECONDS)
    if settings.security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _lost(settings: SmtpSettings, *, unknown: bool) -> RetryLaterError:
    if unknown:
        return OutcomeUnknownError(
            f"The line to the mail server {settings.host} broke while the mail was handed over.",
            "It may have been sent: look into the recipient's or your own folder before you send it again.",
        )
    return RetryLaterError(
        f"The mail server {settings.host} cannot be reached; nothing was sent.",
        "Check host and port under [smtp], then run this again; or write the mail with --eml.",
    )
