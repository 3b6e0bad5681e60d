"""What the parts of the account in memory have in common."""

from collections.abc import Iterator
from contextlib import contextmanager

from deepday.connect.memory.office import MemoryOffice


class Part:
    """A part of the account; ``office`` is the vendor."""

    def __init__(self, office: MemoryOffice) -> None:
        self.office = office

    @contextmanager
    def call(self, name: str) -> Iterator[None]:
        """Surround a call with the office's faults."""
        self.office.fault(name, "before")
        yield
        self.office.fault(name, "after")
