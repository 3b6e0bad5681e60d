"""One candidate for a deep-work day: its block, the stretches in it, and which meetings had better move.

**Protected time** of a block: the sum of its stretches without a meeting, each within one working window and at least
as long as the quota's unbroken block. This is the measuring part's calendar focus with the quota's floor.
**Gain** = protected time once the displaced meetings are gone, minus ``stays`` times the protected time that the
calendar shows as it stands (what would probably have stayed quiet anyway). Where nothing was measured ``stays`` is 0,
and the gain is all the time that becomes protected. **Displacement cost** = the sum of the displaced meetings' prices.
The meetings to displace are chosen so that gain minus cost is greatest; all others are kept and carved out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from deepday.model import Interval, total
from deepday.plan.problem import MINUTE, Meeting, Part, WorkDay

HALF_HOUR = 1800


@dataclass(frozen=True, slots=True)
class Block:
    """What a candidate holds. ``gain`` and ``cost`` are minutes.

    ``stretches``: the protected ones. ``unbroken``: whether there is one as long as asked; without one the gain is 0.
    """

    when: Interval
    windows: tuple[Interval, ...]
    displaced: tuple[Meeting, ...]
    kept: tuple[Meeting, ...]
    stretches: tuple[Interval, ...]
    gain: int
    cost: int

    @property
    def unbroken(self) -> bool:
        """Whether the block has a stretch of the length asked for."""
        return bool(self.stretches)


def windows_of(day: WorkDay, part: Part) -> tuple[Interval, ...]:
    """Return the working windows of a part of the day.

    The day is halved at the break that lies nearest its middle, if that leaves between 30 % and 70 % before it; else
    at the middle of its working time, on the half hour.
    """
    if part is Part.DAY or not day.windows:
        return day.windows
    cut = _middle(day.windows)
    halves = (
        [Interval(one.start, min(one.end, cut)) for one in day.windows]
        if part is Part.MORNING
        else [Interval(max(one.start, cut), one.end) for one in day.windows]
    )
    return tuple(one for one in halves if one.end > one.start)


def _middle(windows: Sequence[Interval]) -> int:
    work = total(windows)
    shares, done = [], 0
    for one in windows[:-1]:
        done += one.seconds
        shares.append((abs(done / work - 0.5), one.end))
    if shares and min(shares)[0] <= 0.2:
        return min(shares)[1]
    left = work // 2
    for one in windows:
        if left <= one.seconds:
            return max(one.start, (one.start + left) // HALF_HOUR * HALF_HOUR)
        left -= one.seconds
    return windows[-1].end


def build_block(windows: Sequence[Interval], meetings: Sequence[Meeting], shortest: int, stays: float) -> Block:
    """Return the best block over these windows; ``meetings`` sorted by start, those elsewhere are left out.

    Exact: walks the meetings in order and keeps, for each end of the kept ones so far, the best choice with and without
    a protected stretch yet. When no choice pays that leaves a protected stretch, the cheapest that does is taken.
    """
    start, end = windows[0].start, windows[-1].end
    within = [one for one in meetings if one.when.start < end and one.when.end > start]
    near = [one for one in within if any(one.when.start < w.end and one.when.end > w.start for w in windows)]
    # (end of kept meetings, has a stretch) -> (seconds of value, fewest displaced, indices of the displaced)
    states: dict[tuple[int, bool], tuple[int, int, tuple[int, ...]]] = {(start, False): (0, 0, ())}
    for number, one in enumerate(near):
        following: dict[tuple[int, bool], tuple[int, int, tuple[int, ...]]] = {}
        for (frontier, has), (value, fewer, moved) in states.items():
            free = _protected(frontier, one.when.start, windows, shortest)
            key = (max(frontier, one.when.end), has or bool(free))
            _improve(following, key, (value + total(free), fewer, moved))
            if one.price is not None:
                _improve(following, (frontier, has), (value - one.price * MINUTE, fewer - 1, (*moved, number)))
        states = following
    finished: dict[bool, tuple[int, int, tuple[int, ...]]] = {}
    for (frontier, has), (value, fewer, moved) in states.items():
        free = _protected(frontier, end, windows, shortest)
        ended = (value + total(free), fewer, moved)
        reached = has or bool(free)
        if reached not in finished or ended[:2] > finished[reached][:2]:
            finished[reached] = ended
    best = finished.get(True) or finished[False]
    displaced = tuple(near[number] for number in best[2]) if True in finished else ()
    kept = tuple(one for one in near if one not in displaced)
    stretches = stretches_of(windows, kept, shortest)
    unprotected = total(stretches_of(windows, near, shortest))
    return Block(
        when=Interval(start, end),
        windows=tuple(windows),
        displaced=displaced,
        kept=kept,
        stretches=tuple(stretches),
        gain=int(total(stretches) - stays * unprotected) // MINUTE,
        cost=sum(one.price or 0 for one in displaced),
    )


def _improve(
    states: dict[tuple[int, bool], tuple[int, int, tuple[int, ...]]],
    key: tuple[int, bool],
    value: tuple[int, int, tuple[int, ...]],
) -> None:
    if key not in states or value[:2] > states[key][:2]:
        states[key] = value


def stretches_of(windows: Sequence[Interval], kept: Sequence[Meeting], shortest: int) -> list[Interval]:
    """Return the stretches of the windows without a kept meeting (sorted by start) that are long enough."""
    found, frontier = [], windows[0].start
    for one in kept:
        found += _protected(frontier, one.when.start, windows, shortest)
        frontier = max(frontier, one.when.end)
    return found + _protected(frontier, windows[-1].end, windows, shortest)


def _protected(start: int, end: int, windows: Sequence[Interval], shortest: int) -> list[Interval]:
    if end - start < shortest:
        return []
    pieces = [Interval(max(start, one.start), min(end, one.end)) for one in windows]
    return [piece for piece in pieces if piece.end - piece.start >= shortest]
