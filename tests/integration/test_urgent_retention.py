"""What was asked: sealed while it is kept, nowhere else, and gone when its time has come."""

import logging
import sqlite3
from pathlib import Path

import pytest

from deepday.app.urgent_running import opened_ledger
from deepday.clock import SystemClock
from deepday.config.paths import database_location
from deepday.model import Door, UrgentSignal
from deepday.store.repository import open_store
from deepday.testing import TurnedClock
from tests.e2e.conftest import Run, run  # noqa: F401 - the fixture
from tests.integration.post_office import imap_server, smtp_server
from tests.integration.test_urgent_mail import CARA, Desk
from tests.unit.urgent.desk import CANARY, Office

DAY = 86_400
ADA = "ada@example.org"
SETTINGS = '[me]\nemail = "ada@example.org"\nzone = "Europe/Berlin"\nslack_user = "UADA"\n[urgent]\nretention = 7\n'


def sealed(path: Path) -> list[bytes]:
    with sqlite3.connect(path) as raw:
        found = [bytes(row[0]) for row in raw.execute("SELECT sealed FROM request_text")]
    raw.close()
    return found


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_text_is_deleted_from_file_and_log_when_its_time_has_come(tmp_path: Path) -> None:
    office = Office(tmp_path)
    early = office.ask()
    office.later(DAY)
    late = office.ask(where="D_OTHER")
    (first, second) = sealed(office.path)
    assert first in on_disk(tmp_path)
    office.clock.turn(office.policy.retention - DAY - 1)
    assert office.store.forget_texts() == 0
    office.clock.turn(1)
    assert office.store.forget_texts() == 1
    assert (office.store.text(early.id), office.store.text(late.id)) == ("", CANARY)
    assert [blob in on_disk(tmp_path) for blob in (first, second)] in ([False, True], [True, False])
    office.clock.turn(DAY)
    assert office.store.forget_texts() == 1
    assert not any(blob in on_disk(tmp_path) for blob in (first, second))
    assert office.store.request(early.id) is not None, "that it was asked, and how it ended, stays"


def test_whoever_looks_deletes_what_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deepday.toml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.setenv("DEEPDAY_CONFIG", str(tmp_path / "deepday.toml"))
    monkeypatch.setenv("DEEPDAY_DATABASE_URL", f"sqlite:///{tmp_path / 'store.sqlite'}")
    (tmp_path / "store.sqlite").parent.mkdir(exist_ok=True)
    clock = TurnedClock()
    with open_store(tmp_path / "store.sqlite", clock) as store:
        store.claim(ADA)
    with opened_ledger(clock) as ledger:
        ledger.desk.receive(UrgentSignal("k", ledger.desk.now(), "U", "D", CANARY, door=Door.COMMAND))
        (request,) = ledger.urgent.requests(ADA)
        assert ledger.urgent.text(request.id) == CANARY
    clock.turn(7 * DAY)
    with opened_ledger(clock) as ledger:
        assert ledger.urgent.text(request.id) == ""
    assert sealed(tmp_path / "store.sqlite") == []


def test_a_whole_way_by_mail_leaves_no_word_of_it_in_store_or_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("IMAP_PASSWORD", "demopass")
    with caplog.at_level(logging.DEBUG), imap_server() as box, smtp_server() as post:
        desk = Desk(tmp_path, box, post)
        desk.look()
        desk.mail(CANARY)
        desk.look()
        desk.mail(f"URGENT {CANARY}", sender="other@example.org", Subject2="x")
        desk.look()
        desk.office.account.gone = frozenset({"U_GRACE", "U_BEN"})
        desk.office.ask()
        assert post.to[:2] == [CARA, "other@example.org"]
        desk.office.database.close()
    assert CANARY.encode() not in on_disk(tmp_path)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("pymap", "asyncio"))]
    assert not any(CANARY in message for message in ours)


def test_no_command_prints_it_but_the_one_that_is_asked_to(
    run: Run,  # noqa: F811 - the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True, mode=0o700)
    (home / "deepday.toml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.setenv("DEEPDAY_CONFIG", str(home / "deepday.toml"))
    monkeypatch.setenv("DEEPDAY_DATA", str(home / "data"))
    with open_store(database_location(), SystemClock()) as store:
        store.claim(ADA)
    with opened_ledger() as ledger:
        ledger.desk.receive(UrgentSignal("T1:D1:1", ledger.desk.now(), "U", "D1", CANARY, door=Door.COMMAND))
        (request,) = ledger.urgent.requests(ADA)
    assert CANARY in run("urgent", "show", request.id, "--text").out
    said = [
        run(*words)
        for words in (
            ("urgent", "list", "--all", "--json"),
            ("urgent", "show", request.id, "--json"),
            ("history", "--json"),
            ("serve", "--once"),
        )
    ]
    assert not any(CANARY in one.out + one.err for one in said)
    assert any(request.id in one.out for one in said)
    assert CANARY.encode() not in on_disk(home)
