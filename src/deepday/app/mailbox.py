"""A folder of a mailbox, read over IMAP (RFC 3501). Nothing in it is changed: it is opened read only."""

import contextlib
import imaplib
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from deepday.config.mailbox_settings import MailboxSettings
from deepday.connect.secrets import SecretReference
from deepday.errors import DeepdayError, InputError, ReconnectNeededError, RetryLaterError

SECONDS = 20.0
MOST_BYTES = 65_536
"""Bytes that are read of one mail: its head and the beginning of its text."""

_DAY = timedelta(days=1)


class Mailbox:
    """An open folder. ``validity``: the generation of its numbers; ``next``: the number of the next mail to come."""

    def __init__(self, client: Any, validity: int, following: int) -> None:
        self._client = client
        self.validity = validity
        self.next = following

    def after(self, number: int) -> list[int]:
        """Return the numbers of the mails after that one, in order."""
        found = self._client.search(["UID", f"{number + 1}:*"])
        return sorted(one for one in found if one > number)  # N:* names the last mail even where it is before N

    def since(self, at: int) -> list[int]:
        """Return the numbers of the mails that came in at ``at`` (UTC seconds) or later, in order."""
        day: date = (datetime.fromtimestamp(at, UTC) - _DAY).date()  # servers compare dates of a zone of their own
        found = self._client.search(["SINCE", day])
        came = self._client.fetch(found, ["INTERNALDATE"]) if found else {}
        return sorted(one for one, row in came.items() if row[b"INTERNALDATE"].timestamp() >= at)

    def with_id(self, message_id: str) -> list[int]:
        """Return the numbers of the mails with that Message-ID."""
        return sorted(self._client.search(["HEADER", "Message-ID", message_id]))

    def read(self, number: int) -> tuple[int, bytes] | None:
        """Return when a mail came in, in UTC seconds, and its first bytes; ``None`` when it is gone."""
        row = self._client.fetch([number], ["INTERNALDATE", f"BODY.PEEK[]<0.{MOST_BYTES}>"]).get(number)
        if row is None or b"BODY[]<0>" not in row:
            return None
        return int(row[b"INTERNALDATE"].timestamp()), bytes(row[b"BODY[]<0>"] or b"")


@contextmanager
def opened_mailbox(settings: MailboxSettings) -> Iterator[Mailbox]:
    """Give the folder while the context lasts.

    Raises, here and within: :class:`ReconnectNeededError` when the server refuses the sign-in,
    :class:`RetryLaterError` when it cannot be reached or breaks off, :class:`InputError` when there is no such folder
    or the library is missing, :class:`DeepdayError` for the rest.
    """
    try:
        from imapclient import IMAPClient  # noqa: PLC0415 - slow to import, and an extra
    except ModuleNotFoundError as error:
        raise InputError(
            f"Reading a mailbox needs a library that is not installed ({error.name}).",
            "Run: pip install 'deepday[mail]'",
        ) from None
    from imapclient.exceptions import LoginError  # noqa: PLC0415 - same

    logging.getLogger("imapclient").setLevel(logging.WARNING)  # below that it logs what mails say
    password = SecretReference.parse(settings.password).resolve().reveal()
    where = f"The mail server {settings.host}"
    client: Any = None
    try:
        context = ssl.create_default_context()
        tls = settings.security == "tls"
        client = IMAPClient(
            settings.host, settings.port, ssl=tls, ssl_context=context if tls else None, timeout=SECONDS
        )
        client.normalise_times = False  # instants with their zone, not this machine's local time
        if settings.security == "starttls":
            client.starttls(context)
        client.login(settings.user, password)
        if not client.folder_exists(settings.folder):
            raise InputError(
                f"{where} has no folder {settings.folder!r}.", "Correct folder under [urgent.mailbox], or make it."
            )
        found = client.select_folder(settings.folder, readonly=True)
        yield Mailbox(client, int(found[b"UIDVALIDITY"]), int(found[b"UIDNEXT"]))
    except LoginError:
        raise ReconnectNeededError(
            f"{where} refused user or password.",
            "Correct them under [urgent.mailbox]; many providers want a password made for one app.",
        ) from None
    except ssl.SSLError as error:
        raise DeepdayError(
            f"The line to {settings.host} cannot be protected: {error.reason or 'TLS failed'}.",
            "Check host, port and security under [urgent.mailbox].",
        ) from None
    except (OSError, imaplib.IMAP4.abort):
        raise RetryLaterError(f"{where} cannot be reached, or broke off.", "It is tried again by itself.") from None
    except imaplib.IMAP4.error:
        raise DeepdayError(f"{where} refused to be read.", "Look into it with another program.") from None
    finally:
        if client is not None:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                client.logout()
