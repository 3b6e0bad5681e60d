"""A clock that can be turned, and stopped; the whole office lives by it."""

from datetime import datetime, timedelta

from deepday.clock import Clock, SystemClock


class OfficeClock:
    """Satisfies :class:`deepday.clock.Clock`. Runs at the speed of ``base`` unless it is stopped."""

    def __init__(self, start: datetime | None = None, base: Clock | None = None, *, running: bool = False) -> None:
        """Show ``start`` (aware; now, where none is given); stand still until advanced unless ``running``."""
        self._base = base or SystemClock()
        self._shown = start or self._base.now()
        self._since = self._base.monotonic() if running else None
        self._turned = 0.0

    def now(self) -> datetime:
        """Return the instant shown, aware, in UTC."""
        ran = self._base.monotonic() - self._since if self._since is not None else 0.0
        return self._shown + timedelta(seconds=ran)

    def monotonic(self) -> float:
        """Return seconds that never go back, however the clock is turned."""
        return self._base.monotonic() + self._turned

    def seconds(self) -> int:
        """Return the instant shown as UTC seconds."""
        return int(self.now().timestamp())

    def turn(self, to: datetime) -> None:
        """Show another instant, earlier or later."""
        self._turned += max(0.0, (to - self.now()).total_seconds())
        self._shown = to
        if self._since is not None:
            self._since = self._base.monotonic()

    def advance(self, seconds: float) -> None:
        """Turn the clock forward."""
        self.turn(self.now() + timedelta(seconds=seconds))
