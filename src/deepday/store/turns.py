"""Taking turns at one SQLite file within one process.

SQLite itself lets one write at a time and, without a log written ahead, nobody read during a commit. But who has to
wait there looks again after pauses of up to a tenth of a second: a thread that writes one transaction after the other
keeps all others waiting for seconds. Here they wait in a row, and are woken.

This saves time and promises nothing: who waits for long goes on, and SQLite decides.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Condition, Lock, local

LONGEST = 5.0
"""Seconds after which nobody waits any more."""


class Turns:
    """Gives out turns at writing in the order in which they were asked for, and keeps reads and commits apart."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._writers: deque[object] = deque()
        self._readers = 0
        self._committing = 0
        self._mine = local()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write while the context lasts, when all who asked before have written."""
        me = object()
        with self._changed:
            self._writers.append(me)
            self._changed.wait_for(lambda: self._writers[0] is me, LONGEST)
        try:
            yield
        finally:
            with self._changed:
                self._writers.remove(me)
                self._changed.notify_all()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read while the context lasts, not during a commit; a read within a read of the same thread does not wait."""
        depth = getattr(self._mine, "depth", 0)
        with self._changed:
            if not depth:
                self._changed.wait_for(lambda: not self._committing, LONGEST)
            self._readers += 1
        self._mine.depth = depth + 1
        try:
            yield
        finally:
            self._mine.depth -= 1
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Commit while the context lasts, when nobody reads any more; who wants to read meanwhile waits."""
        with self._changed:
            self._committing += 1
            self._changed.wait_for(lambda: not self._readers, LONGEST)
        try:
            yield
        finally:
            with self._changed:
                self._committing -= 1
                self._changed.notify_all()


class NoTurns:
    """Lets everybody go on: for databases that wake who waits by themselves."""

    def writing(self) -> AbstractContextManager[None]:
        """Write."""
        return nullcontext()

    def reading(self) -> AbstractContextManager[None]:
        """Read."""
        return nullcontext()

    def committing(self) -> AbstractContextManager[None]:
        """Commit."""
        return nullcontext()


_lock = Lock()
_turns: dict[Path, Turns] = {}


def turns_at(path: Path) -> Turns:
    """Return the turns of a file, the same for all of this process."""
    with _lock:
        return _turns.setdefault(path.absolute(), Turns())
