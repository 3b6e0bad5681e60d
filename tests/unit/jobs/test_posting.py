"""The mailbox while deepday serves: looked into as often as is set, and no trouble ends it."""

import io
from pathlib import Path

import pytest

from deepday.clock import Clock
from deepday.errors import RetryLaterError
from deepday.jobs.logs import lines
from deepday.jobs.posting import AGAIN, Postman
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

    Postman(TurnedClock(), lines(told), look).collect(ended)
    return [line.split("by mail: ")[1] for line in told.getvalue().splitlines()], ended


def test_a_trouble_is_told_once_and_again_when_it_comes_back(settings: Path) -> None:
    settings.write_text(MAILBOX, encoding="utf-8")
    away = RetryLaterError("It is away.")
    told, ended = collected([away, away, 0, away, ValueError("secret words")], 5)
    assert told == ["It is away.", "It is away.", "an error of deepday's own: ValueError."]
    assert ended.waited == [15.0] * 5


def test_without_a_mailbox_only_the_settings_are_looked_at(settings: Path) -> None:
    assert collected([], 2)[1].waited == [AGAIN] * 2
    settings.write_text('[urgent.mailbox]\nhost = "imap.example.org"\n', encoding="utf-8")
    told, ended = collected([], 2)
    assert len(told) == 1
    assert "user and password must be given" in told[0]
    assert ended.waited == [AGAIN] * 2
