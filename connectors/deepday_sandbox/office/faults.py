"""The fault switch: what can go wrong between a client and a vendor, on demand."""

import re
from collections.abc import Container
from dataclasses import dataclass, field
from enum import StrEnum


class FaultKind(StrEnum):
    """What goes wrong."""

    DELAY = "delay"  # answer after ``seconds``
    STATUS = "status"  # answer ``status`` instead, in the vendor's own error form, with ``headers``
    RESET_BEFORE = "reset_before"  # drop the connection, nothing was done
    RESET_AFTER = "reset_after"  # do it, then drop the connection: the client cannot know
    TRUNCATE = "truncate"  # send half of the answer's body
    GARBAGE = "garbage"  # send ``body`` as the answer's body, whatever it is
    STALL_BEFORE = "stall_before"  # say nothing for ``seconds``, then drop the connection; nothing was done
    STALL_AFTER = "stall_after"  # do it, then say nothing for ``seconds``, then drop the connection
    DRIP = "drip"  # send the answer's body, a byte every ``seconds``
    INSTEAD = "instead"  # do it, but answer ``status`` with ``headers`` and ``content``, as they are


@dataclass(slots=True)
class Fault:
    """One fault, for the next ``times`` requests that it fits (-1: for all).

    ``method`` is empty for any; ``path`` is a regular expression searched in the path with its query. ``skip``
    requests that fit go through first.
    """

    kind: FaultKind
    path: str = ""
    method: str = ""
    times: int = 1
    skip: int = 0
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    body: str = ""
    content: bytes = b""
    code: str = ""  # the vendor's error code or reason, where one is wanted


class Faults:
    """The faults that are switched on."""

    def __init__(self) -> None:
        """Begin with none."""
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on."""
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Switch everything off."""
        self._faults.clear()

    def take(self, method: str, path: str, kinds: Container[FaultKind] = frozenset(FaultKind)) -> Fault | None:
        """Return the fault of one of those kinds that hits this request, and count it."""
        for fault in self._faults:
            if fault.kind not in kinds:
                continue
            if (fault.method and fault.method != method) or not re.search(fault.path, path) or fault.times == 0:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1 if fault.times > 0 else 0
            return fault
        return None
