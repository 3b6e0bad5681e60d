"""The self-audit: what is wrong is found and told over real mail, and only a passed look sends the heartbeat."""

import io
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deepday.app.heartbeat import beat_heart
from deepday.app.protect_status import status
from deepday.app.protecting import KEEPER
from deepday.app.self_audit import LATE, Pulse, SelfAudit
from deepday.app.urgent_running import Ledger, opened_ledger
from deepday.errors import DeepdayError, InputError, RetryLaterError
from deepday.jobs.auditing import EVERY, Auditor
from deepday.jobs.logs import lines
from deepday.model import ActivityStream, Conversation, ConversationKind, Door, Interval, Message, UrgentSignal
from deepday.route import machine
from deepday.store.repository import open_store
from deepday.store.self_audits import SelfAuditBook, SelfAudited
from deepday.store.trials import LogEntry, LogKind, TrialState
from deepday.testing import TurnedClock
from tests.integration.post_office import Post, Receiver, http_receiver, smtp_server

ADA = "ada@example.org"
SETTINGS = """
[me]
email = "{me}"
zone = "Europe/Berlin"

[smtp]
host = "127.0.0.1"
port = {port}
security = "none"

[urgent]
people = [{{ email = "{me}", mail = "ada@home.example" }}]

[serve]
heartbeat = "env:HEARTBEAT"
"""


class Running:
    """A service that looks after itself, and a clock of ours."""

    def __init__(self, path: Path) -> None:
        self.clock, self.path = TurnedClock(), path
        self.pulse = Pulse(self.clock)
        self.beats = 0
        self.audit = SelfAudit(self.clock, self.pulse, self.beat)

    def beat(self) -> None:
        self.beats += 1

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        with opened_ledger(self.clock) as ledger:
            yield ledger

    def begin(self) -> None:
        with self.ledger() as ledger:
            self.audit.begin(ledger)

    def look(self, seconds: int = 60) -> tuple[SelfAudited, tuple[str, ...]]:
        self.clock.turn(seconds)
        with self.ledger() as ledger:
            return self.audit.look(ledger)

    def ask(self, key: str = "T1:D1:1") -> None:
        with self.ledger() as ledger:
            signal = UrgentSignal(key, ledger.desk.now(), "UCARA", "D1", "words", door=Door.COMMAND)
            ledger.desk.receive(signal)

    def raw(self, statement: str) -> None:
        """Let somebody else's hand change the file."""
        with sqlite3.connect(self.path) as raw:
            raw.execute(statement)
        raw.close()


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Post, Receiver]]:
    with smtp_server() as post, http_receiver() as monitor:
        yield post, monitor


@pytest.fixture
def post(servers: tuple[Post, Receiver]) -> Post:
    servers[0].mails, servers[0].to, servers[0].refuse = [], [], ""
    return servers[0]


@pytest.fixture
def monitor(servers: tuple[Post, Receiver], monkeypatch: pytest.MonkeyPatch) -> Receiver:
    servers[1].calls, servers[1].status = [], 200
    monkeypatch.setenv("HEARTBEAT", f"http://127.0.0.1:{servers[1].port}/canary-key?rid=1")
    return servers[1]


@pytest.fixture
def running(tmp_path: Path, post: Post, monitor: Receiver, monkeypatch: pytest.MonkeyPatch) -> Running:
    del monitor
    (tmp_path / "deepday.toml").write_text(SETTINGS.format(me=ADA, port=post.port), encoding="utf-8")
    monkeypatch.setenv("DEEPDAY_CONFIG", str(tmp_path / "deepday.toml"))
    monkeypatch.setenv("DEEPDAY_DATA", str(tmp_path / "data"))
    path = tmp_path / "data" / "deepday.sqlite"
    path.parent.mkdir(mode=0o700)
    monkeypatch.setenv("DEEPDAY_DATABASE_URL", f"sqlite:///{path}")
    made = Running(path)
    with open_store(path, made.clock) as store:
        store.claim(ADA)
    made.begin()
    return made


def test_a_passed_look_sends_the_heartbeat_and_says_when(running: Running) -> None:
    audited, troubles = running.look()
    assert (audited.found, troubles, running.beats) == ((), (), 1)
    assert audited.passed_at == int(running.clock.now().timestamp())


def test_an_overdue_request_is_found_stops_the_heartbeat_and_is_told_at_the_second_look(
    running: Running, post: Post
) -> None:
    running.ask()
    assert running.look()[0].found == ()
    late = "Requests are overdue, and nothing has gone on since: 1."
    assert running.look(LATE)[0].found == (late,)
    assert (post.to, running.beats) == ([], 1)
    audited, _ = running.look()
    assert (audited.told, post.to, running.beats) == ((late,), ["ada@home.example"], 1)
    assert late in post.mails[0].get_content()
    running.ask("T1:D1:2")
    running.look(LATE + 60)
    assert len(post.mails) == 1, "each finding is told once, though its number grows"
    running.look(6 * 3600)
    assert len(post.mails) == 2, "and again when it lasts for hours"
    with running.ledger() as ledger:
        for request in ledger.urgent.requests(ADA):
            ledger.desk.take(request, machine.answer(request, ADA, "by hand"))
    assert running.look()[0].told == ()
    assert [str(mail["Subject"]) for mail in post.mails][2:] == ["deepday is well again"]
    assert running.beats == 2


def test_what_could_not_be_told_is_told_at_the_next_look(running: Running, post: Post) -> None:
    running.ask()
    running.look(LATE + 60)
    post.refuse = "451 not now"
    audited, troubles = running.look()
    assert audited.told == ()
    assert "could not be told" in troubles[0]
    post.refuse = ""
    assert running.look()[0].told != ()
    assert len(post.mails) == 1


CHANGES: list[tuple[Callable[[Running], None], str]] = [
    (
        lambda one: one.raw("UPDATE audit SET why = 'something else' WHERE seq = 1"),
        "Row 1 of the history is not as it was written.",
    ),
    (
        lambda one: one.raw("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)"),
        "Row 2 of the history is not as it was written.",
    ),
    (lambda one: one.raw("DELETE FROM request WHERE key = 'T1:D1:2'"), "2 requests came in, and 1 are kept."),
    (
        lambda one: one.raw(
            "INSERT INTO outbox VALUES ('x','ada@example.org','','digest','chat','U','',-1,'{}','sending',1,0,0,'p',1,"
            "'',0,0,'')"
        ),
        "Messages are due, and not sent: 1.",
    ),
]


@pytest.mark.parametrize(("change", "finding"), CHANGES)
def test_what_somebody_elses_hand_did_is_found(
    running: Running, change: Callable[[Running], None], finding: str
) -> None:
    running.ask()
    running.ask("T1:D1:2")
    assert running.look()[0].found == ()
    change(running)
    if "history" in finding and "1 of" in finding:
        running.look(86_400 - 60)  # what was looked at before is looked at again once a day
        running.raw("UPDATE request SET deadline = 9999999999")
    assert finding in running.look()[0].found
    assert running.beats == 1


def test_single_rows_are_deleted_once_a_day_where_that_is_set_and_no_trial_runs(running: Running) -> None:
    talk = Conversation("pseudonym", ConversationKind.DIRECT)
    now = int(running.clock.now().timestamp())
    stream = ActivityStream.of([Message((now - days * 86_400) * 1_000_000, True, False, talk) for days in (100, 60)])
    with running.ledger() as ledger:
        ledger.store.add_activity("Slack", location="x", stream=stream, observed=[Interval(now - 200 * 86_400, now)])
        ledger.store.trials().design(ADA, {}, "hash", "seed", at=now)
        ledger.store.trials().move_to(1, TrialState.RUNNING)

    def kept() -> int:
        with running.ledger() as ledger:
            return len(ledger.store.activity(Interval(0, 1 << 40)))

    running.look()
    settings = running.path.parents[1] / "deepday.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "[privacy]\nkeep_rows = 90\n", encoding="utf-8")
    running.look(86_400)
    assert kept() == 2, "its outcome is computed from them"
    with running.ledger() as ledger:
        ledger.store.trials().move_to(1, TrialState.ENDED)
        ledger.store.trials().add(1, LogEntry(LogKind.ENDED, "", None, "", None, now + 86_400))
    running.look(86_400)
    assert kept() == 2, "its report can be asked for again"
    running.look(3600)
    running.look(90 * 86_400)
    assert kept() == 0
    with running.ledger() as ledger:
        assert [one.kind for one in ledger.store.trials().log(1)] == [LogKind.ENDED, LogKind.PURGED]
    running.look(86_400)
    with running.ledger() as ledger:
        assert len(ledger.store.trials().log(1)) == 2, "said once"


def test_a_part_that_stands_still_is_found(running: Running) -> None:
    running.pulse.mark("protection", 600)
    running.pulse.mark("listening to chat", 900)
    assert running.look(600)[0].found == ()
    assert running.look(1)[0].found == ("Protection stands still.",)
    running.pulse.mark("protection", 600)
    assert running.look(60)[0].found == ()


def test_a_full_disk_is_told_by_mail(running: Running, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DeepdayError("The store cannot grow: the disk is full.")

    monkeypatch.setattr(SelfAuditBook, "keep", full)
    running.look()
    running.look()
    running.look()
    (mail,) = post.mails
    assert "the disk is full" in mail.get_content()
    assert running.beats == 0


def test_status_shows_what_was_found_and_that_nobody_looks(running: Running) -> None:
    with running.ledger() as ledger:
        assert ledger.protecting.take("keeper", "p") is not None
    running.ask()
    assert status(running.clock).trouble == ()
    running.look(LATE + 60)
    with running.ledger() as ledger:
        assert ledger.protecting.take(KEEPER, "p") is not None
    assert "overdue" in status(running.clock).trouble[0][0]
    with running.ledger() as ledger:
        book = ledger.store.self_audits()
        book.keep(SelfAudited(began_at=book.last().began_at))
    assert "has not passed for" in status(running.clock).trouble[0][0]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_heartbeat_calls_the_address_as_it_stands(monitor: Receiver, method: str) -> None:
    beat_heart("env:HEARTBEAT", method, TurnedClock())
    assert monitor.calls == [(method, "/canary-key?rid=1", b"")]


def test_an_address_that_does_not_take_it_is_told_without_its_key(
    monitor: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor.status = 500
    with pytest.raises(RetryLaterError) as refused:
        beat_heart("env:HEARTBEAT", "GET", TurnedClock())
    monkeypatch.setenv("HEARTBEAT", "http://hc.example.org/canary-key")
    with pytest.raises(InputError) as clear:
        beat_heart("env:HEARTBEAT", "GET", TurnedClock())
    assert "canary-key" not in f"{refused.value} {refused.value.advice} {clear.value} {clear.value.advice}"


class Waits(threading.Event):
    """Passes no time but the clock's; sets itself after so many waits."""

    def __init__(self, clock: TurnedClock, left: int) -> None:
        super().__init__()
        self.clock, self.left = clock, left

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == EVERY
        self.clock.turn(EVERY)
        self.left -= 1
        if self.left < 0:
            self.set()
        return self.is_set()


def test_the_thread_looks_every_minute_tells_each_finding_once_and_beats_over_http(
    running: Running, monitor: Receiver
) -> None:
    told = io.StringIO()
    auditor = Auditor(running.clock, lines(told, as_json=True), running.pulse)
    auditor.look_after(Waits(running.clock, 2))
    assert [path for _, path, _ in monitor.calls] == ["/canary-key?rid=1"] * 2
    running.ask()
    auditor.look_after(Waits(running.clock, 9))
    events = [json.loads(line)["event"] for line in told.getvalue().splitlines()]
    assert events == ["Self-audit: Requests are overdue, and nothing has gone on since: 1."]
    assert len(monitor.calls) == 7
