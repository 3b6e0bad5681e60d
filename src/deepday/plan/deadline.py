"""Until when the solves of one call may go on, all of them together."""

from collections.abc import Callable


class Deadline:
    """``seconds`` from now by ``monotonic``, a clock that never goes back; the core asks none itself.

    Without a clock nothing runs out: each solve has all of the time.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float] | None = None) -> None:
        self._monotonic = monotonic or _stopped
        self._end = self._monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, never less than 0."""
        return max(0.0, self._end - self._monotonic())

    def part(self, share: float) -> "Deadline":
        """Return an earlier one, after a share of what is left."""
        return Deadline(share * self.left(), self._monotonic)


def _stopped() -> float:
    return 0.0
