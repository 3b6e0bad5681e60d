"""What a trial's analysis takes: days with an arm and a value, and the sets of days that the draw could have given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby


class Arm(StrEnum):
    """What a day was drawn for. Baseline days lie before the draw, and take no part in the test."""

    DEEP = "deep"
    OTHER = "other"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class TrialDay:
    """One day: its week (a label), its date, its arm as drawn, and its value; ``None`` is "not observed"."""

    week: str
    date: date
    arm: Arm
    value: float | None


@dataclass(frozen=True, slots=True)
class TrialWeek:
    """One week of one person: its days in the order of their dates, and the sets that could have been drawn.

    ``allowed``: each set as positions in ``days``, sorted. The set that was drawn is one of them.
    """

    label: str
    days: tuple[TrialDay, ...]
    allowed: tuple[tuple[int, ...], ...]
    person: int = 0

    @property
    def drawn(self) -> tuple[int, ...]:
        """The positions of the deep-work days."""
        return tuple(at for at, day in enumerate(self.days) if day.arm is Arm.DEEP)

    @property
    def complete(self) -> bool:
        """Whether every day has a value."""
        return all(day.value is not None for day in self.days)

    @property
    def usable(self) -> bool:
        """Whether the week can carry weight: three days or more, and both arms in every set of the draw."""
        return len(self.days) >= 3 and all(0 < len(one) < len(self.days) for one in self.allowed)


def weeks_in_order(days: Sequence[TrialDay]) -> list[tuple[str, tuple[TrialDay, ...]]]:
    """Return the days by week, weeks by their first date, days by date."""
    ordered = sorted(days, key=lambda day: day.week)
    grouped = [
        (label, tuple(sorted(own, key=lambda day: day.date))) for label, own in groupby(ordered, lambda day: day.week)
    ]
    return sorted(grouped, key=lambda one: one[1][0].date)
