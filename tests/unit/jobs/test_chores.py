"""What deepday serve does beside its beats: as often as is set, told once, and no trouble ends it."""

import io
from pathlib import Path

import pytest

from deepday.clock import Clock
from deepday.errors import RetryLaterError
from deepday.jobs import chores
from deepday.jobs.chores import MAILBOX_AGAIN, Chore
from deepday.jobs.logs import lines
from deepday.testing import TurnedClock
from tests.unit.jobs.test_hearing import Ended

MAILBOX = '[urgent.mailbox]\nhost = "imap.example.org"\nuser = "ada"\npassword = "env:X"\nevery = 15\n'


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "deepday.toml"
    monkeypatch.setenv("DEEPDAY_CONFIG", str(path))
    return path


def collected(looks: list[Exception | int], waits: int) -> tuple[list[str], Ended]:
    told, ended, ready = io.StringIO(), Ended(waits), list(looks)

    def look(_: Clock) -> int:
        found = ready.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    chores.mailbox(TurnedClock(), lines(told), look).until(ended, chores.mailbox_pause)
    return [line.split("by mail: ")[1] for line in told.getvalue().splitlines()], ended


def test_a_trouble_is_told_once_and_again_when_it_comes_back(settings: Path) -> None:
    settings.write_text(MAILBOX, encoding="utf-8")
    away = RetryLaterError("It is away.")
    told, ended = collected([away, away, 0, away, ValueError("secret words")], 5)
    assert told == ["It is away.", "It is away.", "an error of deepday's own: ValueError."]
    assert ended.waited == [15.0] * 5


def test_without_a_mailbox_only_the_settings_are_looked_at(settings: Path) -> None:
    assert collected([], 2)[1].waited == [MAILBOX_AGAIN] * 2
    settings.write_text('[urgent.mailbox]\nhost = "imap.example.org"\n', encoding="utf-8")
    told, ended = collected([], 2)
    assert len(told) == 1
    assert "user and password must be given" in told[0]
    assert ended.waited == [MAILBOX_AGAIN] * 2


def test_what_was_done_is_told_each_time_and_what_fails_once_until_it_works_again() -> None:
    told = io.StringIO()
    results: list[str | Exception] = ["did it", "", OSError("a path"), OSError("a path"), "did it", OSError("a path")]

    def do(_: Clock) -> str:
        found = results.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    chore = Chore(TurnedClock(), lines(told), do, "Nothing was done")
    while results:
        chore()
    said = [line.split(" ", 1)[1] for line in told.getvalue().splitlines()]
    assert said == ["did it", "ERROR Nothing was done: OSError.", "did it", "ERROR Nothing was done: OSError."]
