"""What was seen before: copies of the same signed request."""

from collections import OrderedDict
from dataclasses import dataclass, field

from deepday.clock import Clock

SECONDS = 600.0
"""For how long a copy is known; a signature is good for five minutes before and after its time."""

_MOST = 100_000


@dataclass(slots=True)
class Seen:
    """Proofs of requests that were taken. For one thread."""

    clock: Clock
    _until: OrderedDict[str, float] = field(default_factory=OrderedDict)

    def __contains__(self, proof: str) -> bool:
        self._forget()
        return proof in self._until

    def add(self, proof: str) -> None:
        """Remember a proof."""
        self._until[proof] = self.clock.monotonic() + SECONDS
        while len(self._until) > _MOST:
            self._until.popitem(last=False)

    def _forget(self) -> None:
        now = self.clock.monotonic()
        while self._until and next(iter(self._until.values())) <= now:
            self._until.popitem(last=False)
