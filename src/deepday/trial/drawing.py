"""Which days could be drawn, and the draw itself: a function of the seed that anybody can repeat.

The draw of a week is HMAC-SHA256 with the seed as key and ``week|attempt`` as message, read as a number of 256 bits,
modulo the number of allowed sets; attempts whose number lies beyond the last whole multiple are passed over, so that
every set is equally likely. The commitment, published before the start, is the SHA-256 of the seed.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise

Dates = tuple[date, ...]
_SPACE = 1 << 256
FEWEST_DAYS = 3


def allowed_sets(eligible: Sequence[date], deep: int, *, apart: bool = False) -> tuple[Dates, ...]:
    """Return every set of ``deep`` of these dates; with ``apart`` none that has two in a row.

    Where there are too few dates for so many, sets have fewer, down to one; none where an arm would stay empty, or
    with fewer than three dates.
    """
    dates = sorted(eligible)
    if len(dates) < FEWEST_DAYS:
        return ()
    for number in range(min(deep, len(dates) - 1), 0, -1):
        sets = tuple(
            one
            for one in combinations(dates, number)
            if not apart or all(later - earlier > timedelta(days=1) for earlier, later in pairwise(one))
        )
        if sets:
            return sets
    return ()


def commitment(seed: str) -> str:
    """Return what is published of the seed before the start."""
    return hashlib.sha256(seed.encode()).hexdigest()


def draw(seed: str, week: str, allowed: Sequence[Dates]) -> Dates:
    """Return the set that the seed draws for that week. ``allowed`` must not be empty."""
    attempt = 0
    while True:
        digest = hmac.digest(seed.encode(), f"{week}|{attempt}".encode(), hashlib.sha256)
        number = int.from_bytes(digest)
        if number < _SPACE - _SPACE % len(allowed):
            return allowed[number % len(allowed)]
        attempt += 1
