"""Who works here, under the names each vendor has for them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody with accounts. ``workspace`` is false for a consumer account without focus time and presence.

    ``slack_id`` and ``object_id`` (Microsoft's ``oid``, a UUID) follow from the address where none are given.
    """

    email: str
    name: str
    zone: str = "Europe/Berlin"
    workspace: bool = True
    is_bot: bool = False
    slack_id: str = field(default="")
    object_id: str = field(default="")

    def __post_init__(self) -> None:
        digest = hashlib.sha256(self.email.encode()).hexdigest()
        if not self.slack_id:
            object.__setattr__(self, "slack_id", f"U0{digest[:9].upper()}")
        if not self.object_id:
            parts = digest[:8], digest[8:12], f"4{digest[13:16]}", f"8{digest[17:20]}", digest[20:32]
            object.__setattr__(self, "object_id", "-".join(parts))


class Directory:
    """All workers, found by address (without regard to case), Slack id or object id."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._workers: dict[str, Worker] = {}

    def __iter__(self) -> Iterator[Worker]:
        return iter(self._workers.values())

    def add(self, worker: Worker) -> Worker:
        """Add somebody, or replace who had that address."""
        self._workers[worker.email.lower()] = worker
        return worker

    def find(self, key: str) -> Worker | None:
        """Return whom an address, Slack id or object id names."""
        known = self._workers.get(key.lower())
        return known or next((one for one in self if key in {one.slack_id, one.object_id}), None)
