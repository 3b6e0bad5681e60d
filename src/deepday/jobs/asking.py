"""What the outside asks of a service by signals: to end, or to read its settings again."""

import queue
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto

_ENDS = (signal.SIGTERM, signal.SIGINT)
_HANGUP = getattr(signal, "SIGHUP", None)  # Windows has none


class Asked(Enum):
    """What a signal asks for."""

    END = auto()
    RELOAD = auto()


@contextmanager
def signals() -> Iterator[Callable[[], Asked]]:
    """Give what waits for the next signal. SIGTERM and SIGINT ask to end, SIGHUP to reload.

    A second wish to end ends the process at once.
    """
    asked: queue.SimpleQueue[Asked] = queue.SimpleQueue()
    ending: list[int] = []

    def end(number: int, _: object) -> None:
        if ending:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        ending.append(number)
        asked.put(Asked.END)

    def reload(_: int, __: object) -> None:
        asked.put(Asked.RELOAD)

    before = {number: signal.signal(number, end) for number in _ENDS}
    if _HANGUP is not None:
        before[_HANGUP] = signal.signal(_HANGUP, reload)
    try:
        yield asked.get
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
