"""All that the draw could have given, or a sample of it. Needs NumPy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepday.errors import InputError
from deepday.trial.values import TrialWeek

ENUMERATED = 20_000
"""Up to so many assignments all of them are looked at; beyond, a sample is."""
SAMPLE = 9_999
LARGEST_EXACT = 1_000_000
LARGEST_SAMPLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Assignments:
    """Assignments to compare the drawn one with.

    ``choice[i, w]``: which of the allowed sets week ``w`` has in assignment ``i``. ``exact``: they are all that
    were possible, ``possible`` in number; otherwise a random sample, to which the drawn one is added.
    """

    choice: NDArray[np.intp]
    exact: bool
    possible: int

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.choice.shape[0])

    def share(self, as_far: int) -> float:
        """Return the p value when so many of these are at least as far out as the drawn one."""
        return as_far / self.count if self.exact else (1 + as_far) / (1 + self.count)

    def rank(self, alpha: float) -> int:
        """Return the smallest number of assignments at least as far out for which ``p > alpha``."""
        total = self.count if self.exact else self.count + 1
        return math.floor(alpha * total + 1e-9) + (1 if self.exact else 0)


def make_assignments(weeks: Sequence[TrialWeek], draws: int | str | None, seed: int) -> Assignments:
    """Return the assignments of these weeks.

    ``draws``: "exact" for all, a number for a sample of that size, ``None`` for all where they are few enough. A
    sample is the same for the same seed. Raises :class:`InputError` where there are too many to take all.
    """
    sizes = tuple(len(week.allowed) for week in weeks)
    possible = math.prod(sizes)
    exact = draws == "exact" or (draws is None and possible <= ENUMERATED)
    if exact and possible > LARGEST_EXACT:
        raise InputError(
            f"{possible:,} assignments are too many to look at each.", f"Give --draws a number, such as {SAMPLE}."
        )
    if exact:
        every = np.unravel_index(np.arange(possible), sizes)
        return Assignments(np.stack(every, axis=1), exact=True, possible=possible)
    number = SAMPLE if draws is None else int(draws)
    chance = np.random.default_rng(seed)
    choice = np.stack([chance.integers(0, size, number) for size in sizes], axis=1)
    return Assignments(choice.astype(np.intp), exact=False, possible=possible)
