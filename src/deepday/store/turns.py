"""Taking turns at writing within one process, first come first served.

SQLite lets one write at a time, and who has to wait looks again after ever longer pauses: a thread that writes one
transaction after the other keeps all others waiting for seconds.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from deepday.errors import RetryLaterError


class Turns:
    """Gives out turns in the order in which they were asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[Lock] = deque()
        self._taken = False

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Wait for a turn, and have it while the context lasts. Raises :class:`RetryLaterError` after that long."""
        self._take(seconds)
        try:
            yield
        finally:
            self._pass_on()

    def _take(self, seconds: float) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=seconds):
            return
        with self._lock, suppress(ValueError):
            self._waiting.remove(mine)
            raise RetryLaterError("The store is in use by another part of deepday.", "Try again in a moment.")
        # The turn came in the very moment in which the waiting ended.

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


_lock = Lock()
_turns: dict[Path, Turns] = {}


def turns_at(path: Path) -> Turns:
    """Return the turns of a file, the same for all of this process."""
    with _lock:
        return _turns.setdefault(path.absolute(), Turns())
