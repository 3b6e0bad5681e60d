"""How often somebody may do something."""

from collections import deque
from dataclasses import dataclass, field
from threading import Lock

from deepday.clock import Clock

_MOST_NAMES = 10_000


@dataclass(slots=True)
class Allowance:
    """So many within so many seconds, for each name. Safe to be used by several threads."""

    clock: Clock
    seconds: float = 60.0
    _lock: Lock = field(default_factory=Lock)
    _seen: dict[str, deque[float]] = field(default_factory=dict)

    def take(self, name: str, most: int) -> bool:
        """Count one more; ``False``, and it is not counted, when that would be more than ``most``."""
        now = self.clock.monotonic()
        with self._lock:
            seen = self._seen.setdefault(name, deque())
            while seen and seen[0] <= now - self.seconds:
                seen.popleft()
            if len(seen) >= most:
                return False
            seen.append(now)
            while len(self._seen) > _MOST_NAMES:
                self._seen.pop(next(iter(self._seen)))
            return True
