"""The second channel: mail and phone push, for when chat is down or a person's own quiet keeps it from telling.

Sending is at least once: a message whose answer was lost is sent again. Its Message-ID is made of its key, so that a
mailbox can tell; it names the request, so that an answer by mail finds back.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from types import MappingProxyType

from deepday.app.mailing import send_mail
from deepday.app.pushing import push
from deepday.clock import Clock
from deepday.config.case_settings import SmtpSettings
from deepday.config.settings import Settings
from deepday.connect.secrets import SecretReference
from deepday.errors import DeepdayError, OutcomeUnknownError, RetryLaterError, UnsupportedError
from deepday.report.case_mail import make_mail
from deepday.route.phrases import say

_MARK = 20
_LINE = 900  # RFC 5322 allows 998; some servers read no Message-ID that is folded
_QUOTE = ">"


@dataclass(frozen=True, slots=True)
class Reach:
    """The second ways to one person: an address for mail, where the address for push is kept; either may be empty."""

    mail: str = ""
    push: str = ""


@dataclass(frozen=True, slots=True)
class SecondWays:
    """Satisfies :class:`~deepday.connect.SecondChannel` and :class:`~deepday.connect.MailAnswerer`.

    ``sender``: the owner's address. ``secret``: bytes of the installation. ``answers_to``: the address that answers by
    mail come in at, empty where nobody reads them. ``people`` by name in lower case. ``language``: of the subjects.
    """

    sender: str
    smtp: SmtpSettings
    secret: bytes = field(repr=False)
    clock: Clock
    people: Mapping[str, Reach] = field(default_factory=lambda: MappingProxyType({}))
    answers_to: str = ""
    language: str = "en"

    def reaches(self, name: str) -> bool:
        """Tell whether there is a way to that person."""
        return name.lower() in self.people

    def send(self, name: str, subject: str, text: str, key: str) -> str:
        """Send by every way that there is; one that took it is enough. Raises what the most hopeful way raised."""
        reach = self.people.get(name.lower())
        if reach is None:
            raise UnsupportedError("There is no second way to that person.")
        done, failed = [], []
        for way in self.ways(name):
            try:
                done.append(self.send_by(way, name, subject, text, key))
            except DeepdayError as error:
                failed.append(error)
        if not done:
            raise max(failed, key=_hope)
        return " ".join(done)

    def ways(self, name: str) -> tuple[str, ...]:
        """Return the ways to a person by name: push, which is heard first, then mail."""
        reach = self.people.get(name.lower(), Reach())
        return tuple(way for way in ("push", "mail") if getattr(reach, way))

    def send_by(self, way: str, name: str, subject: str, text: str, key: str) -> str:
        """Send by one way, and return what proves it. Raises what :func:`push` and :func:`send_mail` do."""
        reach = self.people[name.lower()]
        if way == "mail":
            return self._mail(reach.mail, subject, text, key, key.partition("/")[0])
        # A push goes through a stranger's service: what was asked stays out of it.
        bare = "\n".join(line for line in text.splitlines() if not line.startswith(_QUOTE))
        push(SecretReference.parse(reach.push).resolve(), subject, bare)
        return f"push {hashlib.sha256(key.encode()).hexdigest()[:12]}"

    def answer(self, to: str, thread: str, text: str, key: str, request: str) -> str:
        """Answer a mail, as RFC 3834 wants it, and return what proves it. Raises as :func:`send_mail` does."""
        return self._mail(to, say(self.language, "mail answer", id=request), text, key, request, thread)

    def takes_answers(self) -> bool:
        """Tell whether somebody reads what is answered to our mails."""
        return bool(self.answers_to)

    def request_of(self, message_id: str, address: str) -> str:
        """Return the request that a mail of ours to that address was about; empty for any other Message-ID."""
        kind, _, rest = message_id.strip().strip("<>").partition("@")[0].partition(".")
        request, _, rest = rest.partition(".")
        number, _, mark = rest.partition(".")
        fits = hmac.compare_digest(mark.encode("utf-8", "replace"), self._mark(request, number, address).encode())
        return request if kind == "deepday" and request and fits else ""

    def is_ours(self, message_id: str) -> bool:
        """Tell whether a mail looks like one that we sent: it is no request."""
        domain = self.sender.rpartition("@")[2]
        return message_id.startswith("<deepday.") and message_id.endswith(f"@{domain}>")

    def _mail(self, to: str, subject: str, text: str, key: str, request: str, thread: str = "") -> str:
        made: EmailMessage = make_mail(self.sender, (to,), subject, text, self.clock.now())
        made.policy = made.policy.clone(max_line_length=_LINE)
        number = hashlib.sha256(key.encode("utf-8", "backslashreplace")).hexdigest()[:12]
        del made["Message-ID"]
        made["Message-ID"] = (
            f"<deepday.{request}.{number}.{self._mark(request, number, to)}@{self.sender.rpartition('@')[2]}>"
        )
        made["Auto-Submitted"] = "auto-replied" if thread else "auto-generated"
        made["X-Auto-Response-Suppress"] = "All"
        if thread:
            made["In-Reply-To"] = thread
            made["References"] = thread
        if self.answers_to:
            made["Reply-To"] = self.answers_to
        send_mail(made, self.smtp)
        return str(made["Message-ID"])

    def _mark(self, request: str, number: str, address: str) -> str:
        text = f"mail\n{request}\n{number}\n{address.lower()}".encode("utf-8", "backslashreplace")
        return hmac.new(self.secret, text, hashlib.sha256).hexdigest()[:_MARK]


def _hope(error: DeepdayError) -> int:
    """Rank what failed: what may have arrived, then what may work later, then the rest."""
    return 2 * isinstance(error, OutcomeUnknownError) + isinstance(error, RetryLaterError)


def second_ways(settings: Settings, secret: bytes, clock: Clock) -> SecondWays | None:
    """Return the second channel that the settings name; ``None`` where they name none."""
    mails = bool(settings.smtp.host)
    people = {
        one.email.lower(): Reach(one.mail if mails else "", one.push)
        for one in settings.urgent.people
        if one.push or (one.mail and mails)
    }
    mailbox = settings.urgent.mailbox
    if not people and not (mails and mailbox.host):
        return None
    answers_to = (mailbox.alias or (mailbox.user if "@" in mailbox.user else "")) if mailbox.host else ""
    return SecondWays(
        settings.me.email or "", settings.smtp, secret, clock, people, answers_to, settings.protect.language
    )
