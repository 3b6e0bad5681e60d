"""How a thing that was looked at is."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"  # nothing is wrong; somebody may want to know
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: how it is, in a sentence, and what to do if it is not well."""

    subject: str
    health: Health
    finding: str
    advice: str = ""
