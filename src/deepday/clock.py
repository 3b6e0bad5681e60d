"""The only place that asks what time it is."""

import os
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant; tests hand in one that they turn by hand."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back, for durations and time limits."""
        ...


OFFSET = "DEEPDAY_CLOCK_OFFSET"
"""Names the environment variable with the seconds by which deepday's time differs from this machine's: for rehearsals
with a simulated office that lives at another time."""


class SystemClock:
    """The clock of this machine. Raises :class:`ValueError` for an offset that is no number of seconds."""

    def __init__(self, offset: float | None = None) -> None:
        """Go by ``offset`` seconds from this machine's time; ``None``: as the environment says."""
        self._offset = timedelta(seconds=float(os.environ.get(OFFSET) or 0) if offset is None else offset)

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back."""
        return time.monotonic()
