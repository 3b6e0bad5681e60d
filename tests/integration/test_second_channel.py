"""When chat is down or somebody has blocked us: real mail over SMTP, a real push over HTTP."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepday.app.accounts import opened_accounts
from deepday.app.second_channel import Reach, SecondWays
from deepday.app.urgent_commands import rehearse
from deepday.app.urgent_desk import Quiet
from deepday.app.urgent_running import Ledger, listening
from deepday.config.case_settings import SmtpSettings
from deepday.config.load import load_settings
from deepday.errors import DeepdayError, InputError, OutcomeUnknownError, RetryLaterError
from deepday.model import Door, OutgoingMessage, PostedMessage, RequestState, Secret, TokenSet, UrgentSignal
from deepday.store.outbox import SendState
from deepday.testing import TurnedClock
from tests.integration.post_office import Post, Receiver, http_receiver, smtp_server
from tests.integration.test_urgent_slack import ANNA, ROOMS, TEAM, Live, live  # noqa: F401 - the fixture
from tests.unit.urgent.desk import ADA, BEN, CANARY, GRACE, SECRET, Office

GRACE_MAIL = "grace@home.example"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Post, Receiver]]:
    with smtp_server() as post, http_receiver() as phone:
        yield post, phone


@pytest.fixture
def post(servers: tuple[Post, Receiver]) -> Post:
    post = servers[0]
    post.mails, post.to, post.refuse, post.hang_up = [], [], "", False
    return post


@pytest.fixture
def phone(servers: tuple[Post, Receiver]) -> Receiver:
    phone = servers[1]
    phone.calls, phone.status = [], 200
    return phone


@pytest.fixture
def office(tmp_path: Path, post: Post, phone: Receiver, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office in which Grace can be reached by push and mail, and Ada by mail."""
    monkeypatch.setenv("PUSH_GRACE", f"json://127.0.0.1:{phone.port}/canary-topic")
    office = Office(tmp_path)
    people = {"grace": Reach(GRACE_MAIL, "env:PUSH_GRACE"), ADA: Reach(ADA)}
    smtp = SmtpSettings(host="127.0.0.1", port=post.port, security="none")
    ways = SecondWays(ADA, smtp, SECRET, office.clock, people, "ada+urgent@example.org")
    office.desk.second = office.desk.letters = ways
    return office


def chat_is_down(office: Office) -> None:
    def down(message: OutgoingMessage, *, again: bool = False) -> PostedMessage:
        del message, again
        raise RetryLaterError("Slack is away.")

    office.account.post_message = down  # type: ignore[method-assign]


def test_when_chat_is_down_the_point_person_gets_mail_and_push_after_a_minute(
    office: Office, post: Post, phone: Receiver
) -> None:
    chat_is_down(office)
    request = office.ask()
    assert (post.mails, phone.calls) == ([], [])
    office.later(61)
    (mail,) = post.mails
    assert (str(mail["To"]), str(mail["Reply-To"])) == (GRACE_MAIL, "ada+urgent@example.org")
    assert (str(mail["Auto-Submitted"]), str(mail["Subject"])) == ("auto-generated", f"Urgent: request {request.id}")
    text = mail.get_content()
    assert CANARY in text
    assert "You are Ada's point person" in text
    assert "TAKE: Take it" in text
    ((_, path, body),) = phone.calls
    assert path == "/canary-topic"
    assert json.loads(body)["title"] == f"Urgent: request {request.id}"
    assert CANARY not in body.decode(), "what was asked does not go through a stranger's push service"
    assert office.again(request).stage == "routed 0"


def test_who_blocks_the_bot_is_told_the_second_way_at_once(office: Office, post: Post) -> None:
    office.account.gone = frozenset({GRACE})
    request = office.ask()
    assert post.to == [GRACE_MAIL]
    assert office.again(request).stage == "routed 0"
    office.later(300)
    assert office.again(request).stage == "routed 1"
    assert len(office.posts(BEN)) == 1


def test_the_owner_whose_own_quiet_mutes_chat_is_told_by_mail(office: Office, post: Post) -> None:
    office.team.people = []
    office.quiet = Quiet.THEIRS
    request = office.again(office.ask())
    assert request.state is RequestState.DELIVERED
    assert post.to == [ADA]
    assert request.evidence == str(post.mails[0]["Message-ID"])


def test_a_lost_answer_is_sent_again_under_the_same_message_id(office: Office, post: Post, phone: Receiver) -> None:
    phone.status = 500
    post.hang_up = True
    office.account.gone = frozenset({GRACE})
    request = office.ask()
    assert [row.state for row in office.store.messages(ADA, request.id) if row.channel == "second"] == [
        SendState.UNKNOWN
    ]
    post.hang_up = False
    office.later(5)
    assert len({str(mail["Message-ID"]) for mail in post.mails}) == 1
    assert len(post.mails) == 2
    row = next(row for row in office.store.messages(ADA, request.id) if row.channel == "second")
    assert (row.state, row.unsure) == (SendState.SENT, True)


def test_a_process_that_dies_over_a_mail_sends_it_again(office: Office, post: Post) -> None:
    """At least once: the row is claimed before the mail goes, and settled after it."""
    office.account.gone = frozenset({GRACE})
    settle, states = office.store.settle, []

    def dies(*_: object, **__: object) -> None:
        states.append(office.store.messages(ADA)[-1].state)
        raise KeyboardInterrupt

    ways = office.desk.second
    office.store.settle = dies  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        office.ask()
    office.store.settle = settle  # type: ignore[method-assign]
    office.start()
    office.desk.second = office.desk.letters = ways  # type: ignore[assignment]
    office.later(100)
    office.later(100)
    assert states
    second = [row for row in office.store.messages(ADA) if row.channel == "second"]
    assert [row.state for row in second] == [SendState.SENT]
    assert post.to.count(GRACE_MAIL) >= 1


def test_marking_it_sent_before_sending_would_lose_it(office: Office, post: Post) -> None:
    """The planted bug of the test above: with it, a crash leaves a request that nobody was told of."""
    office.account.gone = frozenset({GRACE})
    ways = office.desk.second
    assert ways is not None
    store, claim = office.store, office.store.claim

    def marked_first(row: object, holder: str) -> object:
        claimed = claim(row, holder)  # type: ignore[arg-type]
        if claimed is not None and claimed.channel == "second":
            store.settle(claimed, SendState.SENT)
            raise KeyboardInterrupt
        return claimed

    store.claim = marked_first  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        office.ask()
    store.claim = claim  # type: ignore[method-assign]
    office.later(200)
    assert post.to == []


def test_one_way_that_took_it_is_enough_and_the_error_of_two_is_the_hopeful_one(
    office: Office, post: Post, phone: Receiver
) -> None:
    ways = office.desk.second
    assert ways is not None
    phone.status = 500
    assert ways.send("grace", "s", "t", "r/ask/0").startswith("<deepday.r.")
    post.refuse = "554 no"
    with pytest.raises(OutcomeUnknownError, match="push service"):
        ways.send("grace", "s", "t", "r/ask/0")
    with pytest.raises(DeepdayError, match="refused the mail with 554"):
        ways.send(ADA, "s", "t", "r/wake/1")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("bogus://canary-secret", "none that Apprise knows"),
        ("json://canary-secret.example.org/x", "sends in the clear"),
        ("not an address canary-secret", "none that Apprise knows"),
    ],
)
def test_an_address_for_push_that_will_not_do_is_refused_and_shown_nowhere(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, address: str, said: str
) -> None:
    monkeypatch.setenv("PUSH_GRACE", address)
    assert isinstance(office.desk.second, SecondWays)
    with caplog.at_level(logging.DEBUG), pytest.raises(InputError, match=said) as error:
        office.desk.second.send_by("push", "grace", "s", "t", "k")
    assert "canary-secret" not in str(error.value) + error.value.advice + caplog.text


def test_somebody_whom_only_mail_reaches_is_asked_by_mail(office: Office, post: Post) -> None:
    """Somebody without an id in chat is in the chain under their address."""
    ways = office.desk.second
    assert isinstance(ways, SecondWays)
    covers = office.team.people
    office.team.people = [type(covers[0])(covers[0].role, ADA.replace("ada", "dora"), ADA.replace("ada", "dora"))]
    dora = {"dora@example.org": Reach("dora@example.org")}
    office.desk.second = SecondWays(ADA, ways.smtp, SECRET, office.clock, dora)
    request = office.ask()
    assert post.to == ["dora@example.org"]
    assert "TAKE" in post.mails[0].get_content()
    assert office.again(request).stage == "routed 0"


SETTINGS = """
[me]
email = "{me}"
zone = "Europe/Berlin"

[protect]
language = "{language}"

[smtp]
host = "127.0.0.1"
port = {port}
security = "none"

[urgent]
people = [{{ email = "{me}", mail = "ada@home.example", push = "env:PUSH_ADA" }}]
"""


@pytest.mark.parametrize(
    ("language", "subjects", "words"),
    [
        ("en", ["A test", "Urgent: request {id}"], "This is a test"),
        ("de", ["Eine Probe", "Dringend: Anfrage {id}"], "Das ist eine Probe"),
    ],
)
def test_the_test_command_tries_every_second_way_and_needs_no_chat(
    tmp_path: Path,
    post: Post,
    phone: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    subjects: list[str],
    words: str,
) -> None:
    own = SETTINGS.format(me=ADA, port=post.port, language=language)
    (tmp_path / "deepday.toml").write_text(own, encoding="utf-8")
    monkeypatch.setenv("DEEPDAY_CONFIG", str(tmp_path / "deepday.toml"))
    monkeypatch.setenv("DEEPDAY_DATABASE_URL", f"sqlite:///{tmp_path / 'store.sqlite'}")
    monkeypatch.setenv("PUSH_ADA", f"json://127.0.0.1:{phone.port}/canary-topic")
    said: list[str] = []
    shown = rehearse(1, said.append)
    assert said[:2] == [f"push to {ADA}: taken", f"mail to {ADA}: taken"]
    assert shown.request.state is RequestState.DELIVERED, "the owner is all there is, and mail reaches them"
    assert [str(mail["Subject"]) for mail in post.mails] == [one.format(id=shown.request.id) for one in subjects]
    assert all(words in mail.get_content() for mail in post.mails)
    phone.status, post.refuse = 500, "554 no"
    failed = rehearse(1, said.append)
    assert [one.problem for one in failed.second] == [
        "The push service did not say that it took the message.",
        "The mail server 127.0.0.1 refused the mail with 554; nothing was sent.",
    ]


def test_an_address_for_mail_without_a_server_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deepday.toml").write_text(
        f'[[urgent.people]]\nemail = "{ADA}"\nmail = "ada@home.example"\n', encoding="utf-8"
    )
    monkeypatch.setenv("DEEPDAY_CONFIG", str(tmp_path / "deepday.toml"))
    with pytest.raises(InputError) as error:
        load_settings()
    assert "set host under [smtp] as well" in error.value.what + error.value.advice


def test_a_sign_in_to_chat_that_was_refused_leaves_the_second_way(
    tmp_path: Path, post: Post, phone: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = SETTINGS.format(me=ADA, port=post.port, language="en").replace("[me]", '[me]\nslack_user = "UADA"')
    (tmp_path / "deepday.toml").write_text(settings, encoding="utf-8")
    monkeypatch.setenv("DEEPDAY_CONFIG", str(tmp_path / "deepday.toml"))
    monkeypatch.setenv("DEEPDAY_DATA", str(tmp_path))
    monkeypatch.setenv("DEEPDAY_DATABASE_URL", f"sqlite:///{tmp_path / 'store.sqlite'}")
    monkeypatch.setenv("PUSH_ADA", f"json://127.0.0.1:{phone.port}/topic")
    clock = TurnedClock()
    with opened_accounts(clock) as accounts:
        accounts.tokens.save("T1 UADA", "slack", TokenSet(Secret("xoxb-canary")), {})
        accounts.tokens._remember_refusal("T1 UADA", "slack", 1)
    with listening(clock) as (ledger, ears):
        assert ears.source is None
        assert "the access of T1 UADA has ended" in ears.away
        ledger.desk.receive(ledger_signal(ledger))
        ears.round()
        assert post.mails == [], "chat may work again: it has a minute"
        clock.turn(61)
        ears.round()
        assert post.to == ["ada@home.example"]
        assert ledger.urgent.requests(ADA)[0].state is RequestState.DELIVERED


def ledger_signal(ledger: Ledger) -> UrgentSignal:
    return UrgentSignal("k", ledger.desk.now(), "UCARA", "D1", CANARY, door=Door.COMMAND)
