"""Urgent requests while deepday serves: opened anew when something changed, and no trouble ends it."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from deepday.errors import NotEnoughDataError, RetryLaterError
from deepday.jobs import hearing
from deepday.jobs.hearing import Ear
from deepday.jobs.logs import lines
from deepday.testing import TurnedClock


class Ended(threading.Event):
    """Passes no time; sets itself after so many waits."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.left = waits
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        if len(self.waited) >= self.left:
            self.set()
        return self.is_set()


class Rounds:
    """Listens as laid ready: each round says something, or is nothing."""

    source = object()

    def __init__(self, *ready: list[str]) -> None:
        self.ready = list(ready)
        self.said: list[str] = []
        self.rounds = 0

    def round(self, seconds: float) -> None:
        assert seconds > 0
        self.rounds += 1
        self.said = self.ready.pop(0) if self.ready else ["nothing is left"]


class Desk:
    accounts = None


def test_a_trouble_is_told_once_and_listening_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ears, told, ended = Rounds(["Slack is away."], ["Slack is away."], []), io.StringIO(), Ended(3)
    give(monkeypatch, ears)
    Ear(TurnedClock(), lines(told)).listen(ended)
    assert ears.rounds == 4
    assert [line.split("requests: ")[1] for line in told.getvalue().splitlines()] == [
        "Slack is away.",
        "nothing is left",
    ]


def test_nothing_is_told_where_no_account_can_post_and_it_is_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    told, ended = io.StringIO(), Ended(2)
    give(monkeypatch, NotEnoughDataError("No account is connected."))
    Ear(TurnedClock(), lines(told)).listen(ended)
    assert (told.getvalue(), ended.waited) == ("", [hearing.AGAIN] * 2)


@pytest.mark.parametrize("error", [RetryLaterError("Slack is busy."), ValueError("secret words")])
def test_no_error_ends_it_and_none_tells_what_it_holds(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    told, ended = io.StringIO(), Ended(3)
    give(monkeypatch, error)
    Ear(TurnedClock(), lines(told)).listen(ended)
    assert len(ended.waited) == 3
    assert len(told.getvalue().splitlines()) == 1
    assert "secret words" not in told.getvalue()


def test_a_new_sign_in_opens_the_account_anew_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ears, ended = Rounds([], [], []), Ended(1)
    opened = give(monkeypatch, ears)
    prints = iter(["one", "one", "two"])
    monkeypatch.setattr(hearing, "fingerprint", lambda _: next(prints, "three"))
    Ear(TurnedClock(), lines(io.StringIO())).listen(ended)
    assert len(opened) == 2
    assert ended.waited == [hearing._BREATH, hearing.AGAIN]  # one for the trouble, one that the end cuts short


def give(monkeypatch: pytest.MonkeyPatch, what: Rounds | Exception) -> list[Any]:
    """Let the thread open this, and return how often it did."""
    opened: list[Any] = []

    @contextmanager
    def listening(_: object) -> Iterator[tuple[Desk, Rounds]]:
        opened.append(what)
        if isinstance(what, Exception):
            raise what
        yield Desk(), what

    monkeypatch.setattr(hearing, "listening", listening)
    monkeypatch.setattr(hearing, "fingerprint", lambda _: "same")
    return opened
