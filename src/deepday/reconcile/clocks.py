"""Whether this machine's clock can be trusted: ends, expiries and leases go by it, and by the vendors' clocks."""

from dataclasses import dataclass, field

from deepday.clock import Clock
from deepday.reconcile.accounts import ConnectedAccount

MOST_SKEW = 90
"""Seconds by which our clock and a vendor's may differ for us to write. Less than the time that our values last longer
than a block: with more, what ended by itself could not be told from what a person cleared."""

_AGAIN = 60
"""Seconds after which a clock that was wrong is looked at again."""

_JUMP = 5
"""By so many seconds a clock is turned, not merely late."""


@dataclass(slots=True)
class ClockWatch:
    """Compares our clock with those of the vendors, by their last answers. Only a fresh answer is good for that."""

    clock: Clock
    _found_wrong: dict[str, float] = field(default_factory=dict)
    _compared: dict[str, float] = field(default_factory=dict)
    _peace: dict[str, float] = field(default_factory=dict)
    _said: dict[str, str] = field(default_factory=dict)

    @property
    def problem(self) -> str | None:
        """What is wrong with our clock, empty when nothing is; ``None`` before it was compared with any."""
        return " ".join(filter(None, self._said.values())) if self._said else None

    def wrong(self, account: ConnectedAccount) -> str:
        """Return what is wrong with our clock, empty when nothing is. To be asked right after the account was read."""
        skew = account.account.clock_skew() or 0.0
        if abs(skew) <= MOST_SKEW:
            self._found_wrong.pop(account.place, None)
            self._compared[account.place] = self._turned()
            self._said[account.place] = ""
            return ""
        self._found_wrong[account.place] = self.clock.monotonic()
        way = "behind" if skew > 0 else "ahead of"
        self._said[account.place] = (
            f"This machine's clock is {abs(skew):.0f} seconds {way} that of {account.provider}: nothing is changed at "
            f"{account.name} before it is set right."
        )
        return self._said[account.place]

    def rests(self, account: ConnectedAccount) -> bool:
        """Tell whether the clock was found wrong a moment ago: there is no use in asking again yet."""
        at = self._found_wrong.get(account.place)
        return at is not None and self.clock.monotonic() - at < _AGAIN

    def leave(self, account: ConnectedAccount, seconds: float) -> None:
        """Take note that the vendor asked not to be called for so long, however our clock is turned meanwhile."""
        self._peace[account.place] = self.clock.monotonic() + seconds

    def in_peace(self, account: ConnectedAccount) -> bool:
        """Tell whether the vendor's wait is not over yet."""
        return self.clock.monotonic() < self._peace.get(account.place, 0.0)

    def fresh(self, account: ConnectedAccount) -> bool:
        """Tell whether the clocks were compared since ours was last turned, or this machine last slept."""
        compared = self._compared.get(account.place)
        return compared is not None and abs(self._turned() - compared) < _JUMP

    def _turned(self) -> float:
        return self.clock.now().timestamp() - self.clock.monotonic()
