"""How a service is doing, in counts that are about nobody: no names, no times of anybody's day, no texts."""

import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deepday.clock import Clock
from deepday.config.load import settings_problem

PATIENCE = 300.0
"""Seconds without a finished beat after which a service counts as stuck."""

WORKER_SILENT = 120
"""Seconds after which a worker that said nothing in its heartbeat file counts as not well: twice its longest beat."""


@dataclass(slots=True)
class Vitals:
    """Counts what a service does; written and read from any thread.

    ``begun``: the steady clock's seconds when beats began, ``None`` while none are expected.
    """

    clock: Clock
    begun: float | None = None
    _last: float | None = None
    _counts: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        """Expect beats from now on."""
        self.begun = self.clock.monotonic()

    def beat(self, *, well: bool) -> None:
        """Note that a beat is over, and whether it could do its work."""
        self._last = self.clock.monotonic()
        self.count("beats", "ok" if well else "failed")

    def count(self, what: str, *labels: str, times: int = 1) -> None:
        """Add to a count; ``labels``: each from a small fixed set, never anything of a person's."""
        with self._lock:
            self._counts[(what, *labels)] += times

    def counted(self, what: str) -> dict[tuple[str, ...], int]:
        """Return the counts of that name by their labels."""
        with self._lock:
            return {key[1:]: number for key, number in self._counts.items() if key[0] == what}

    @property
    def quiet(self) -> float | None:
        """Seconds since the last beat was over, or since the start; ``None`` where none is expected."""
        since = self._last if self._last is not None else self.begun
        return None if since is None else self.clock.monotonic() - since

    @property
    def stuck(self) -> bool:
        """Whether beats are expected, and none has come for too long."""
        return self.quiet is not None and self.quiet > PATIENCE

    @property
    def settings_hold(self) -> bool:
        """Whether the settings file can be used as it is now."""
        return settings_problem() is None


def note_alive(file: Path, clock: Clock) -> None:
    """Write into the file that this worker is alive now. One that cannot be written grows old, and is noticed so."""
    new = file.with_name(f"{file.name}.new")
    with suppress(OSError):
        new.write_text(str(int(clock.now().timestamp())), encoding="ascii")
        new.replace(file)


def seen_alive(file: Path, clock: Clock) -> int | None:
    """Return the seconds since that was written, ``None`` where nothing was."""
    try:
        return int(clock.now().timestamp()) - int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
