"""What was left out of a reading, so that nothing is dropped silently."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Skipped:
    """One thing that could not be used.

    ``source`` is the file or feed as the user named it, ``where`` the line, UID, member or field inside it,
    ``reason`` one sentence.
    """

    source: str
    where: str
    reason: str
