"""Requests by mail: a real IMAP server to read from, a real SMTP server for the receipts."""

from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest

from deepday.app.mailbox import MOST_BYTES
from deepday.app.second_channel import Reach, SecondWays
from deepday.app.urgent_mail import MailDoor
from deepday.config.case_settings import SmtpSettings
from deepday.config.mailbox_settings import MailboxSettings
from deepday.errors import DeepdayError, InputError, ReconnectNeededError, RetryLaterError
from deepday.model import Door, Request, RequestState, Verdict
from deepday.route.policy import RoutePolicy
from deepday.route.rules import Rule, Rules
from deepday.store.urgent import Watermark
from tests.e2e.test_case_mail import certificate  # noqa: F401 - the fixture
from tests.integration.post_office import PASSWORD, USER, Imap, Post, imap_server, smtp_server
from tests.unit.urgent.desk import ADA, CANARY, GRACE, SECRET, Office

ALIAS = "ada+urgent@example.org"
CARA = "cara@example.org"


@pytest.fixture(scope="module")
def post_server() -> Iterator[Post]:
    with smtp_server() as post:
        yield post


@pytest.fixture
def post(post_server: Post) -> Post:
    post_server.mails, post_server.to, post_server.refuse, post_server.hang_up = [], [], "", False
    return post_server


@pytest.fixture
def box() -> Iterator[Imap]:
    with imap_server() as box:
        yield box


class Desk:
    """An office whose desk reads the mailbox."""

    def __init__(self, folder: Path, box: Imap, post: Post, policy: RoutePolicy | None = None) -> None:
        self.office, self.box, self.post = Office(folder, policy=policy), box, post
        smtp = SmtpSettings(host="127.0.0.1", port=post.port, security="none")
        self.ways = SecondWays(ADA, smtp, SECRET, self.office.clock, {ADA: Reach(ADA)}, ALIAS)
        self.settings = MailboxSettings(
            host="127.0.0.1", port=box.port, security="none", user=USER, password="env:IMAP_PASSWORD", alias=ALIAS
        )
        self.start()
        self.numbers = 0

    def start(self) -> None:
        """Begin a process anew."""
        self.office.start()
        desk = self.office.desk
        desk.second = desk.letters = self.ways
        self.door = MailDoor(desk, self.settings, self.ways)
        desk.again["mail"] = self.door

    def mail(self, text: str = CANARY, sender: str = CARA, to: str = ALIAS, **headers: str) -> EmailMessage:
        """Put a mail into the mailbox."""
        self.numbers += 1
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = f"Cara <{sender}>", to, "the disk"
        made["Message-ID"] = headers.pop("message_id", f"<{self.numbers}@mail.example>")
        made["Date"] = format_datetime(self.office.clock.now())
        for name, value in headers.items():
            made[name.replace("_", "-")] = value
        made.set_content(text)
        self.box.put(made, self.office.clock.now())
        return made

    def look(self) -> int:
        """Look into the mailbox, and do what is due."""
        found = self.door.poll()
        self.office.desk.step()
        return found

    def requests(self) -> list[Request]:
        return self.office.store.requests(ADA)


@pytest.fixture
def desk(tmp_path: Path, box: Imap, post: Post, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("IMAP_PASSWORD", PASSWORD)
    made = Desk(tmp_path, box, post)
    made.mail("from before deepday looked")
    assert made.look() == 0
    made.office.clock.turn(3600)
    made.office.team.block_end += 3600
    assert made.look() == 0
    return made


def test_a_mail_becomes_one_request_and_gets_one_receipt(desk: Desk, box: Imap, post: Post) -> None:
    mail = desk.mail()
    assert (desk.look(), desk.look()) == (1, 0)
    (request,) = desk.requests()
    assert (request.door, request.state, request.sender) == (Door.MAIL, RequestState.ASKED, CARA)
    (receipt,) = post.mails
    assert post.to == [CARA]
    assert str(receipt["In-Reply-To"]) == str(mail["Message-ID"])
    assert (str(receipt["Auto-Submitted"]), str(receipt["Reply-To"])) == ("auto-replied", ALIAS)
    text = receipt.get_content()
    assert "Ada is in deep work until" in text
    assert "URGENT: It is urgent" in text
    assert CANARY not in text
    assert box.flags() == [(), ()], "the mailbox is as it was"


def test_the_text_is_kept_only_once_somebody_is_told(desk: Desk) -> None:
    desk.mail()
    desk.look()
    (request,) = desk.requests()
    assert desk.office.store.text(request.id) == ""
    answer(desk, desk.post.mails[0], "URGENT\n\nreally", CARA)
    desk.look()
    request = desk.office.again(request)
    assert request.stage == "routed 0"
    (told,) = desk.office.posts(GRACE)
    assert CANARY in told.text
    assert CANARY in desk.office.store.text(request.id)
    files = [path.read_bytes() for path in desk.office.path.parent.glob("store.sqlite*")]
    assert not any(CANARY.encode() in data for data in files)


def answer(desk: Desk, to: EmailMessage, text: str, sender: str) -> None:
    """Answer a mail of ours as mail programs do."""
    quoted = "\n".join(f"> {line}" for line in to.get_content().splitlines())
    mine = str(to["Message-ID"])
    desk.mail(
        f"{text}\n\nOn Tuesday, Ada wrote:\n{quoted}",
        sender,
        In_Reply_To=mine,
        References=f"{to['References']} {mine}" if to["References"] else mine,
    )


def test_more_words_of_the_sender_belong_to_the_same_request(desk: Desk) -> None:
    desk.mail()
    desk.look()
    answer(desk, desk.post.mails[0], "it smokes, too", CARA)
    desk.look()
    assert [one.state for one in desk.requests()] == [RequestState.ASKED, RequestState.JOINED]
    assert len(desk.post.mails) == 1


@pytest.mark.parametrize(
    ("words", "state"),
    [("take\n", RequestState.ACKNOWLEDGED), ("I am at the doctor's", RequestState.DELIVERED)],
)
def test_who_was_asked_by_mail_takes_it_by_mail_and_other_words_ask_the_next(
    desk: Desk, words: str, state: RequestState
) -> None:
    grace = desk.office.team.people[0]
    desk.office.team.people = [grace]
    desk.office.account.gone = frozenset({GRACE})
    people = {"grace": Reach("grace@home.example"), ADA: Reach(ADA)}
    desk.ways = SecondWays(ADA, desk.ways.smtp, SECRET, desk.office.clock, people, ALIAS)
    desk.start()
    desk.office.account.gone = frozenset({GRACE})
    request = desk.office.ask()
    ask = next(mail for mail in desk.post.mails if str(mail["To"]) == "grace@home.example")
    answer(desk, ask, words, "grace@home.example")
    assert desk.look() == 1
    request = desk.office.again(request)
    assert request.state is state
    if state is RequestState.ACKNOWLEDGED:
        assert request.evidence.startswith(f"{GRACE} <")


def test_an_answer_counts_only_from_the_address_that_was_asked(desk: Desk) -> None:
    desk.mail()
    desk.look()
    answer(desk, desk.post.mails[0], "URGENT", "mallory@example.org")
    desk.look()
    assert [(one.sender, one.state) for one in desk.requests()] == [
        (CARA, RequestState.ASKED),
        ("mallory@example.org", RequestState.ASKED),
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
    ],
)
def test_automatic_replies_and_returned_mail_ask_for_nothing(desk: Desk, headers: dict[str, str]) -> None:
    desk.mail(**headers)
    assert desk.look() == 0
    assert (desk.requests(), desk.post.mails) == ([], [])


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ({"List_Id": "<dev.example.org>"}, Verdict.WAIT),
        ({"Precedence": "bulk"}, Verdict.WAIT),
        ({"Auto_Submitted": "auto-generated"}, Verdict.URGENT),
    ],
)
def test_what_a_machine_sends_is_kept_and_not_answered(desk: Desk, headers: dict[str, str], verdict: Verdict) -> None:
    desk.mail(**headers)
    assert desk.look() == 1
    (request,) = desk.requests()
    assert (request.door, request.verdict) == (Door.ALERT, verdict)
    assert desk.post.to == []


def test_only_mails_to_the_alias_and_of_those_who_may_ask_count(desk: Desk) -> None:
    desk.settings = desk.settings.model_copy(update={"senders": ("example.org",)})
    desk.start()
    desk.mail(to="ada@example.org")
    desk.mail(sender="stranger@elsewhere.example")
    desk.mail(to="ada@example.org", Cc=ALIAS.upper())
    assert desk.look() == 1
    assert [one.sender for one in desk.requests()] == [CARA]


def test_a_mail_that_was_not_committed_is_read_again(desk: Desk) -> None:
    desk.mail()
    receive, failed = desk.office.store.receive, []

    def fails(*arguments: object) -> list[bool]:
        if arguments[2]:
            failed.append(arguments[2])
            raise RetryLaterError("The disk is full.")
        return receive(*arguments)  # type: ignore[arg-type]

    desk.office.store.receive = fails  # type: ignore[method-assign, assignment]
    with pytest.raises(RetryLaterError):
        desk.look()
    desk.start()
    assert failed
    assert desk.look() == 1


def test_a_watermark_before_the_mail_would_lose_it(desk: Desk) -> None:
    """The planted bug of the test above."""
    desk.mail()
    store, receive = desk.office.store, desk.office.store.receive

    def mark_first(person: str, source: str, incoming: object, watermark: Watermark | None = None) -> list[bool]:
        if incoming:
            receive(person, source, (), watermark)
            raise RetryLaterError("The disk is full.")
        return receive(person, source, (), watermark)

    store.receive = mark_first  # type: ignore[method-assign]
    with pytest.raises(RetryLaterError):
        desk.look()
    desk.start()
    assert (desk.look(), desk.requests()) == (0, [])


def test_when_the_server_numbers_its_mails_anew_nothing_is_lost_and_nothing_doubled(desk: Desk, box: Imap) -> None:
    desk.mail()
    assert desk.look() == 1
    box.renumber()
    desk.mail("another one", message_id="<other@mail.example>")
    assert desk.look() == 1
    assert len(desk.requests()) == 2
    assert desk.look() == 0


def test_the_same_mail_twice_is_one_request(desk: Desk) -> None:
    desk.mail(message_id="<same@mail.example>")
    desk.mail(message_id="<same@mail.example>")
    desk.look()
    assert len(desk.requests()) == 1


def test_odd_mails_do_no_harm(desk: Desk, box: Imap) -> None:
    now = desk.office.clock.now()
    box.put(b"\r\n", now)
    box.put(b"\xff\xfe\x01 no mail at all", now)
    odd = b"From: =?utf-8?q?=FF?= <\xff@x>\r\nTo: " + ALIAS.encode() + b"\r\nMessage-ID: <<>\r\n\r\n\xff\xfe"
    box.put(odd, now)
    desk.mail()
    desk.look()
    assert [(one.door, one.sender) for one in desk.requests()] == [(Door.ALERT, ""), (Door.MAIL, CARA)]


def test_of_an_endless_mail_the_beginning_is_read(desk: Desk, box: Imap) -> None:
    head = f"From: {CARA}\r\nTo: {ALIAS}\r\nMessage-ID: <big@x.y>\r\nSubject: big\r\n".encode()
    kind = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
    text = b"<style>x</style><p>" + CANARY.encode() + b"<p>" + b"y" * (MOST_BYTES * 3)
    box.put(head + kind + text, desk.office.clock.now())
    desk.look()
    (big,) = desk.requests()
    signal = desk.door.signal_again(big.conversation, big.key)
    assert signal is not None
    assert signal.text.startswith(f"big\n{CANARY}\nyyy")
    assert len(signal.text) == 500


def test_a_rule_may_make_a_mail_urgent(tmp_path: Path, box: Imap, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAP_PASSWORD", PASSWORD)
    rule = Rule("the boss", Verdict.URGENT, people=frozenset({"boss@example.org"}))
    desk = Desk(tmp_path, box, post, RoutePolicy(rules=Rules((rule,))))
    desk.look()
    desk.mail(sender="boss@example.org")
    desk.look()
    assert [one.stage for one in desk.requests()] == ["routed 0"]


def test_the_word_that_the_automatic_reply_asks_for_makes_a_mail_urgent_at_once(
    tmp_path: Path, box: Imap, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAP_PASSWORD", PASSWORD)
    desk = Desk(tmp_path, box, post, RoutePolicy(rules=Rules(marks=("urgent", "dringend"))))
    desk.look()
    desk.mail("Dringend: the disk is full")
    desk.look()
    (request,) = desk.requests()
    assert (request.verdict, request.state) == (Verdict.URGENT, RequestState.ROUTED)


def test_the_password_goes_over_a_protected_line_only(
    desk: Desk,
    certificate: Path,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with imap_server(certificate) as guarded:
        changed = {"host": "localhost", "port": guarded.port, "security": "starttls"}
        door = MailDoor(desk.office.desk, desk.settings.model_copy(update=changed), desk.ways)
        with pytest.raises(DeepdayError, match="cannot be protected"):
            door.poll()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert door.poll() == 0
    with pytest.raises(ValueError, match="in the clear"):
        MailboxSettings(host="imap.example.org", security="none", user="ada", password="env:X")


def test_what_is_wrong_with_a_mailbox_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def looking(**changed: object) -> int:
        return MailDoor(desk.office.desk, desk.settings.model_copy(update=changed), desk.ways).poll()

    with pytest.raises(InputError, match="has no folder 'Elsewhere'"):
        looking(folder="Elsewhere")
    with pytest.raises(RetryLaterError, match="cannot be reached"):
        looking(port=9)
    monkeypatch.setenv("IMAP_PASSWORD", "canary-wrong")
    with pytest.raises(ReconnectNeededError, match="refused user or password") as error:
        looking()
    assert "canary-wrong" not in str(error.value)
