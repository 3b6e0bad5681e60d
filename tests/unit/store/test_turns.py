"""Threads of one process at one SQLite file: in the order in which they asked, and no read during a commit."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from deepday.store import turns as module
from deepday.store.turns import NoTurns, Turns, turns_at

PATIENCE = 10.0


def waiting(turns: Turns, fits: Callable[[], bool]) -> None:
    with turns._changed:
        assert turns._changed.wait_for(fits, PATIENCE)


def test_writers_come_in_the_order_in_which_they_asked() -> None:
    turns, order = Turns(), list[int]()

    def write(number: int) -> None:
        with turns.writing():
            order.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    with turns.writing():
        for number, thread in enumerate(threads):
            thread.start()
            while len(turns._writers) < number + 2:
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3]


def test_a_commit_waits_for_who_reads_and_who_reads_then_waits_for_it() -> None:
    turns, seen = Turns(), list[str]()
    reads, read_on = threading.Event(), threading.Event()

    def read() -> None:
        with turns.reading():
            reads.set()
            read_on.wait(PATIENCE)
            with turns.reading():  # within one's own read nobody waits
                seen.append("read")

    def commit() -> None:
        with turns.writing(), turns.committing():
            seen.append("committed")

    threads = [threading.Thread(target=read), threading.Thread(target=commit)]
    threads[0].start()
    assert reads.wait(PATIENCE)
    threads[1].start()
    while not turns._committing:
        threading.Event().wait(0.001)
    assert seen == []
    read_on.set()
    for thread in threads:
        thread.join()
    assert seen == ["read", "committed"]


def test_who_waits_for_long_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 0.01)
    turns, order = Turns(), list[str]()
    with turns.writing():
        thread = threading.Thread(target=lambda: _write(turns, order))
        thread.start()
        thread.join(PATIENCE)
        assert order == ["written"]
    with turns.writing():
        order.append("again")
    assert order == ["written", "again"]


def _write(turns: Turns, order: list[str]) -> None:
    with turns.writing():
        order.append("written")


def test_a_file_has_one_row_whoever_opens_it(tmp_path: Path) -> None:
    assert turns_at(tmp_path / "a") is turns_at(tmp_path / "a")
    assert turns_at(tmp_path / "a") is not turns_at(tmp_path / "b")
    with NoTurns().writing(), NoTurns().reading(), NoTurns().committing():
        pass
