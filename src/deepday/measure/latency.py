"""How long directed messages waited for an answer, in working time, open ones censored (A10)."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, groupby
from operator import itemgetter

from deepday.measure.result import Latency
from deepday.model import ActivityStream, Interval


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait: the instant it began, how many working seconds it lasted, and whether an answer ended it."""

    since: int
    seconds: int
    answered: bool


class WorkingClock:
    """A clock that runs only in working time; it keeps running in meetings and deep-work blocks."""

    def __init__(self, windows: Sequence[Interval]) -> None:
        """Take the working windows of the period, sorted and disjoint."""
        self._starts = [window.start for window in windows]
        self._lengths = [window.seconds for window in windows]
        self._before = [0, *accumulate(self._lengths)]

    def read(self, instant: int) -> int:
        """Return the working seconds from the beginning of the period to that instant."""
        index = bisect_right(self._starts, instant) - 1
        if index < 0:
            return 0
        return self._before[index] + min(instant - self._starts[index], self._lengths[index])


def waits(stream: ActivityStream, clock: WorkingClock, observed: Sequence[Interval]) -> list[Wait]:
    """Return a wait for each first unanswered directed message, until the first own message in its conversation.

    Nobody can say what happened in a gap: a wait that is open when its observed interval ends is censored there.
    """
    ends = [item.end for item in observed]
    starts = [item.start for item in observed]
    asked: dict[int, int] = {}
    found: list[Wait] = []

    def horizon(since: int) -> int:
        index = bisect_right(starts, since) - 1
        return ends[index] if index >= 0 and since < ends[index] else since

    def close(since: int, until: int | None) -> None:
        limit = horizon(since)
        answered = until is not None and until < limit
        stop = until if until is not None and answered else limit
        found.append(Wait(since, clock.read(stop) - clock.read(since), answered))

    for at, outgoing, conversation in zip(stream.at, stream.outgoing, stream.conversation, strict=True):
        if not outgoing:
            asked.setdefault(conversation, at)
        elif conversation in asked:
            close(asked.pop(conversation), at)
    for since in asked.values():
        close(since, None)
    return sorted(found, key=lambda wait: wait.since)


def kaplan_meier(durations: Iterable[tuple[int, bool]]) -> list[tuple[int, Fraction]]:
    """Return the survival curve as ``(duration, share still waiting after it)`` at each answered duration.

    ``durations`` are ``(length, answered)``; an open wait leaves the risk set after the answers at its length.

    >>> [(t, float(s)) for t, s in kaplan_meier([(5, True), (12, True), (30, False), (45, True), (60, False)])]
    [(5, 0.8), (12, 0.6), (45, 0.3)]
    """
    rows = sorted(durations)
    curve: list[tuple[int, Fraction]] = []
    share, at_risk = Fraction(1), len(rows)  # exact: whether a share is one half decides the median
    for length, group in groupby(rows, key=itemgetter(0)):
        same = [answered for _, answered in group]
        if any(same):
            share *= 1 - Fraction(sum(same), at_risk)
            curve.append((length, share))
        at_risk -= len(same)
    return curve


def summarise(found: Sequence[Wait], limit: int) -> Latency | None:
    """Return median and share within ``limit`` working seconds; ``None`` where nobody waited."""
    if not found:
        return None
    curve = kaplan_meier((wait.seconds, wait.answered) for wait in found)
    median = next((length for length, share in curve if share <= Fraction(1, 2)), None)
    waiting = next((share for length, share in reversed(curve) if length <= limit), Fraction(1))
    longest = max(wait.seconds for wait in found)
    known = longest >= limit or waiting == 0
    answered = sum(wait.answered for wait in found)
    return Latency(answered, len(found) - answered, median, float(1 - waiting) if known else None, limit)
