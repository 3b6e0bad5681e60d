"""Half-open intervals of UTC seconds, ranges of dates, and the algebra on sorted sets of intervals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The instants t with ``start <= t < end``, in UTC seconds. Empty when ``end <= start``."""

    start: int
    end: int

    @property
    def seconds(self) -> int:
        """Length in seconds, 0 when empty."""
        return max(0, self.end - self.start)


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """The local dates d with ``first <= d < end``: an all-day entry. Dates are not instants (RFC 5545 VALUE=DATE)."""

    first: date
    end: date


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the union as sorted, disjoint, non-touching, non-empty intervals.

    >>> merge([Interval(5, 8), Interval(1, 3), Interval(2, 4), Interval(8, 9), Interval(7, 7)])
    [Interval(start=1, end=4), Interval(start=5, end=9)]
    """
    merged: list[Interval] = []
    for item in sorted(intervals):
        if item.end <= item.start:
            continue
        if merged and item.start <= merged[-1].end:
            if item.end > merged[-1].end:
                merged[-1] = Interval(merged[-1].start, item.end)
        else:
            merged.append(item)
    return merged


def subtract(these: Sequence[Interval], those: Sequence[Interval]) -> list[Interval]:
    """Return the part of ``these`` outside ``those``; both as :func:`merge` returns them.

    >>> subtract([Interval(0, 10)], [Interval(2, 3), Interval(8, 12)])
    [Interval(start=0, end=2), Interval(start=3, end=8)]
    """
    left: list[Interval] = []
    for item in these:
        start = item.start
        for hole in those:
            if hole.end <= start or hole.start >= item.end:
                continue
            if hole.start > start:
                left.append(Interval(start, hole.start))
            start = max(start, hole.end)
        if start < item.end:
            left.append(Interval(start, item.end))
    return left


def intersect(these: Sequence[Interval], those: Sequence[Interval]) -> list[Interval]:
    """Return the part of ``these`` inside ``those``; both as :func:`merge` returns them.

    >>> intersect([Interval(0, 10)], [Interval(2, 3), Interval(8, 12)])
    [Interval(start=2, end=3), Interval(start=8, end=10)]
    """
    both = [Interval(max(one.start, other.start), min(one.end, other.end)) for one in these for other in those]
    return [item for item in both if item.end > item.start]


def total(intervals: Iterable[Interval]) -> int:
    """Return the summed length in seconds of disjoint intervals."""
    return sum(item.seconds for item in intervals)
