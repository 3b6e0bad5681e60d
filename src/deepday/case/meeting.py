"""A time at which everybody is free."""

from collections.abc import Sequence

from deepday.model import Interval, intersect, merge, subtract

QUARTER = 900


def find_slots(
    windows: Sequence[Sequence[Interval]], busy: Sequence[Interval], seconds: int, earliest: int, *, most: int = 3
) -> list[Interval]:
    """Return the first free slots of ``seconds``, ``most`` at most, no two on the same day of UTC.

    ``windows``: for each person their working time; ``busy``: everything that is taken, whoever's. Slots begin on a
    quarter of an hour (of UTC, and so of every zone in use), and not before ``earliest``.
    """
    if not windows:
        return []
    common = merge(windows[0])
    for one in windows[1:]:
        common = intersect(common, merge(one))
    slots: list[Interval] = []
    for free in subtract(common, merge(busy)):
        start = -(-max(free.start, earliest) // QUARTER) * QUARTER
        if start + seconds <= free.end and all(start // 86_400 != slot.start // 86_400 for slot in slots):
            slots.append(Interval(start, start + seconds))
            if len(slots) == most:
                break
    return slots
