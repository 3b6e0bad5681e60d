"""The follow-up mail: a file that opens, and a real SMTP server that gets it only when that is asked for."""

import email
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP, strict
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.command import Ran
from tests.e2e.conftest import Run

ME = "me@example.com"
BOSS = "boss@example.org"
PASSWORD = "canary-password"
STARTED = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Inbox:
    """What a server took."""

    mails: list[Any] = field(default_factory=list)
    refuse: str = ""
    hang_up: bool = False

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.hang_up:
            server.transport.close()
            return "250 OK"
        if self.refuse:
            return self.refuse
        self.mails.append(envelope)
        return "250 OK"


class OnAFreePort(Controller):
    """A server on a port that the system chose."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = int(server.sockets[0].getsockname()[1])
        super()._trigger_server()  # type: ignore[no-untyped-call]


def authenticate(*given: Any) -> AuthResult:
    data = given[-1]  # what the client signed in with
    right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def serving(inbox: Inbox, **options: Any) -> Iterator[int]:
    controller = OnAFreePort(inbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    yield int(controller.port)
    controller.stop()


@pytest.fixture
def plain(inbox: Inbox) -> Iterator[int]:
    yield from serving(inbox)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that only this test trusts; key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), STARTED, STARTED + timedelta(days=40_000)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def protected(inbox: Inbox, certificate: Path) -> Iterator[int]:
    """A server that wants STARTTLS and a sign-in."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    yield from serving(
        inbox, tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticate
    )


@pytest.fixture
def mail(run: Run, tmp_path: Path) -> Any:
    def mailed(*arguments: object, smtp: str = "", code: int = 0, **environment: str) -> Ran:
        settings = tmp_path / "home" / "deepday.toml"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(f'[me]\nemail = "{ME}"\nzone = "Europe/Berlin"\n{smtp}', encoding="utf-8")
        done = run("case", "mail", *arguments, **environment)
        assert done.code == code, done.err
        return done

    return mailed


def local(port: int) -> str:
    return f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'


def signed_in(port: int) -> str:
    return f'[smtp]\nhost = "localhost"\nport = {port}\nuser = "me"\npassword = "env:SMTP_PASSWORD"\n'


ACTIONS = ("--action", "Name a backup; Grace; 2026-05-01", "--action", "Send the baseline")


def test_the_file_opens_in_a_strict_parser(mail: Any, tmp_path: Path) -> None:
    file = tmp_path / "mail.eml"
    result = mail("--to", BOSS, *ACTIONS, "--eml", file, "--subject", "Grüße\nBcc: x@y.z")
    assert "Wrote" in result.err
    raw = file.read_bytes()
    assert b"\r\n" in raw
    message = email.message_from_bytes(raw, _class=EmailMessage, policy=SMTP + strict)
    assert message.defects == []
    assert [str(message["From"]), str(message["To"])] == [ME, BOSS]
    assert str(message["Subject"]) == "Grüße Bcc: x@y.z"
    assert message["Bcc"] is None
    assert message["Date"].datetime is not None
    body = message.get_content()
    assert "- Name a backup (Grace), by 1 May 2026" in body
    assert "- Send the baseline" in body


def test_without_send_a_preview_is_all(mail: Any, inbox: Inbox, plain: int) -> None:
    result = mail("--to", BOSS, *ACTIONS, smtp=local(plain))
    assert f"To: {BOSS}" in result.out
    assert "Nothing was sent." in result.err
    assert inbox.mails == []


def test_nobodys_answer_sends_nothing(mail: Any, inbox: Inbox, plain: int) -> None:
    mail("--to", BOSS, "--send", smtp=local(plain), code=1)
    assert inbox.mails == []


def test_a_mail_that_was_asked_for_arrives_once(mail: Any, inbox: Inbox, plain: int) -> None:
    result = mail("--to", BOSS, "--to", "grace@example.org", *ACTIONS, "--send", "--yes", smtp=local(plain))
    assert f"To: {BOSS}, grace@example.org" in result.out
    assert "Sent." in result.err
    (envelope,) = inbox.mails
    assert (envelope.mail_from, envelope.rcpt_tos) == (ME, [BOSS, "grace@example.org"])
    message = email.message_from_bytes(envelope.content, _class=EmailMessage, policy=SMTP + strict)
    assert message.defects == []
    assert "What we agreed to do:" in message.get_content()


def test_over_starttls_with_a_password_that_stands_nowhere(
    mail: Any, inbox: Inbox, protected: int, certificate: Path
) -> None:
    secrets = {"SMTP_PASSWORD": PASSWORD, "SSL_CERT_FILE": str(certificate)}
    result = mail("--to", BOSS, "--send", "--yes", smtp=signed_in(protected), **secrets)
    assert len(inbox.mails) == 1
    assert PASSWORD not in result.out + result.err


def test_a_refused_password_asks_for_another(mail: Any, inbox: Inbox, protected: int, certificate: Path) -> None:
    secrets = {"SMTP_PASSWORD": "wrong-canary", "SSL_CERT_FILE": str(certificate)}
    result = mail("--to", BOSS, "--send", "--yes", smtp=signed_in(protected), code=4, **secrets)
    assert "refused user or password; nothing was sent" in result.err
    assert "wrong-canary" not in result.err
    assert inbox.mails == []


def test_a_certificate_that_nobody_trusts_ends_it(mail: Any, inbox: Inbox, protected: int) -> None:
    result = mail("--to", BOSS, "--send", "--yes", smtp=signed_in(protected), code=1, SMTP_PASSWORD=PASSWORD)
    assert "cannot be protected" in result.err
    assert inbox.mails == []


def test_a_server_without_starttls_gets_nothing(mail: Any, inbox: Inbox, plain: int) -> None:
    smtp = f'[smtp]\nhost = "127.0.0.1"\nport = {plain}\n'
    result = mail("--to", BOSS, "--send", "--yes", smtp=smtp, code=1)
    assert "does not offer what the settings ask for; nothing was sent" in result.err
    assert inbox.mails == []


def test_a_server_that_refuses_the_mail_says_so(mail: Any, inbox: Inbox, plain: int) -> None:
    inbox.refuse = "554 no"
    result = mail("--to", BOSS, "--send", "--yes", smtp=local(plain), code=1)
    assert "refused the mail with 554; nothing was sent" in result.err


def test_a_line_that_breaks_while_handing_over_leaves_it_open(mail: Any, inbox: Inbox, plain: int) -> None:
    inbox.hang_up = True
    result = mail("--to", BOSS, "--send", "--yes", smtp=local(plain), code=1)
    assert "It may have been sent" in result.err


def test_a_server_that_is_not_there(mail: Any) -> None:
    result = mail("--to", BOSS, "--send", "--yes", smtp=local(9), code=1)
    assert "cannot be reached; nothing was sent" in result.err


@pytest.mark.parametrize(
    ("arguments", "smtp", "said"),
    [
        (("--to", BOSS, "--send", "--yes"), "", "No mail server is set"),
        (("--send", "--yes"), '[smtp]\nhost = "127.0.0.1"\nsecurity = "none"\n', "no recipient"),
        (("--to", "boss"), "", "'boss' is no e-mail address"),
        (("--to", "a@b.c\nBcc: x@y.z"), "", "is no e-mail address"),
        (("--action", ";x"), "", "cannot be read"),
        (("--action", "x;y;soon"), "", "date of the action"),
        ((), '[smtp]\nhost = "mail.example.org"\nsecurity = "none"\n', "sends in the clear"),
        ((), '[smtp]\nuser = "x"\n', "belong together"),
    ],
)
def test_what_cannot_be_mailed_is_said(mail: Any, arguments: tuple[str, ...], smtp: str, said: str) -> None:
    assert said in mail(*arguments, smtp=smtp, code=2).err
