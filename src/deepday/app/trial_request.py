"""What somebody asks of the design of a trial."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deepday.app.request import Request
from deepday.trial.protocol import QUESTION, TITLE


@dataclass(frozen=True, slots=True)
class DesignRequest:
    """Options of ``deepday trial design``; ``None`` or empty: as the settings say."""

    request: Request
    weeks: int | None = None
    days: int | None = None
    apart: bool | None = None
    never: tuple[str, ...] = ()
    baseline: int | None = None
    sesoi: float | None = None
    fixed: tuple[str, ...] = ()
    title: str = TITLE
    question: str = QUESTION
    seed: str | None = None
    file: Path | None = None
    agreed: Mapping[str, str] = field(default_factory=dict)
    agreement: Path | None = None
    extend: int | None = None
    outcome: str | None = None
    better: str | None = None
    sprint: int | None = None
