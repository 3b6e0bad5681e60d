"""A clock that stands still until it is turned."""

from datetime import UTC, datetime, timedelta

_START = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


class TurnedClock:
    """Satisfies :class:`deepday.clock.Clock`; shows ``start`` (aware) until somebody turns it."""

    def __init__(self, start: datetime = _START) -> None:
        self._start = start
        self._passed = timedelta()

    def now(self) -> datetime:
        """Return the instant shown, aware, in UTC."""
        return self._start + self._passed

    def monotonic(self) -> float:
        """Return the seconds by which it was turned."""
        return self._passed.total_seconds()

    def turn(self, seconds: float) -> None:
        """Turn it forward."""
        self._passed += timedelta(seconds=seconds)
