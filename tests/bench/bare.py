# ruff: noqa: FURB136, PLR1730 - a call of min or max costs more than the comparison, interpreted
"""The same work at its barest: one pass over integers, seven figures a person-week, nothing of deepday.

Work: the union of the meetings; messages at most 300 s apart form a burst ``[first, last + 60 s)``; a burst that
starts inside a meeting is dropped; an item (meeting or burst) ends where the next one starts; recovery is 25 minutes
after each item, cut by the next one; free gaps of two hours or more; all durations within the working windows.
"""

from typing import Any

GAP, HANDLING, RECOVERY, FOCUS = 300, 60, 1500, 7200
FAR = 1 << 50
FIGURES = 7
MEETING, MEETINGS, BURST, BURSTS, RECOVERED, FREE, GAPS = range(FIGURES)


def sweep(  # noqa: PLR0912, PLR0915 - one loop over everything
    at: Any,  # sorted, with FAR and 2 * FAR at the end
    meeting_start: Any,
    meeting_end: Any,
    window_start: Any,
    window_end: Any,
    monday: int,
    out: Any,
) -> None:
    """Add seven figures for each week to ``out``, which is flat; runs as plain Python on lists and in numba."""
    meetings, windows = len(meeting_start), len(window_start)
    m, w = 0, 0
    first, last = -FAR, -FAR
    item_start, item_end, kind = -FAR, -FAR, MEETING
    busy = -FAR  # end of the latest meeting
    for t in at:
        if t - last <= GAP:
            last = t
            continue
        burst_start, burst_end = first, last + HANDLING
        first, last = t, t
        while burst_start > -FAR:
            if m < meetings and meeting_start[m] <= burst_start:
                start, end, next_kind = meeting_start[m], meeting_end[m], MEETING
                m += 1
                while m < meetings and meeting_start[m] <= end:
                    if meeting_end[m] > end:
                        end = meeting_end[m]
                    m += 1
                busy = end
            elif burst_start < busy:
                break
            else:
                start, end, next_kind = burst_start, burst_end, BURST
            # The item before ends here at the latest: now its figures are known.
            if item_end > start:
                item_end = start
            recovered = item_end + RECOVERY
            if recovered > start:
                recovered = start
            while w < windows and window_end[w] <= item_start:
                w += 1
            x = w
            while x < windows and window_start[x] < start:
                a, b = window_start[x], window_end[x]
                base = (a - monday) // 604_800 * FIGURES
                x += 1
                low = item_start if item_start > a else a
                high = item_end if item_end < b else b
                if high > low:
                    out[base + kind] += high - low
                low = item_end if item_end > a else a
                high = recovered if recovered < b else b
                if high > low:
                    out[base + RECOVERED] += high - low
                high = start if start < b else b
                if high - low >= FOCUS:
                    out[base + FREE] += high - low
                    out[base + GAPS] += 1
            item_start, item_end, kind = start, end, next_kind
            if start == FAR:
                return
            out[(start - monday) // 604_800 * FIGURES + next_kind + 1] += 1
            if next_kind == BURST:
                break
