"""A person's own short notes: one line a day, and three answers from 0 to 10. No score, no diagnosis."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

FEWEST_NOTES = 5
"""Days with a note below which no middle is given."""

LONGEST_NOTE = 280


@dataclass(frozen=True, slots=True)
class Note:
    """One day's note. The scales run from 0 to 10, ``None`` where nothing was answered."""

    date: date
    text: str = ""
    sleep: int | None = None
    focus: int | None = None
    strain: int | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """The median of the answers, the lowest and the highest."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class WellbeingSummary:
    """Answers of ``days`` days; a scale is ``None`` while fewer than five days have an answer on it."""

    days: int
    sleep: Scale | None
    focus: Scale | None
    strain: Scale | None

    @property
    def enough(self) -> bool:
        """Whether there is a scale with enough answers."""
        return any((self.sleep, self.focus, self.strain))


def summarise_notes(notes: Sequence[Note]) -> WellbeingSummary:
    """Reduce notes to medians and ranges; the lines of text are left out on purpose."""

    def scale(values: Sequence[int | None]) -> Scale | None:
        known = [value for value in values if value is not None]
        return Scale(min(known), median(known), max(known)) if len(known) >= FEWEST_NOTES else None

    return WellbeingSummary(
        len({note.date for note in notes}),
        scale([note.sleep for note in notes]),
        scale([note.focus for note in notes]),
        scale([note.strain for note in notes]),
    )
