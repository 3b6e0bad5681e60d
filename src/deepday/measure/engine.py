"""The measuring engine: one pass over sorted integer columns, written once.

Three functions on plain indexable columns, in a subset of Python that numba compiles as it stands: interpreted over
lists for one person, compiled over arrays for an organisation (:mod:`deepday.measure.batch`). They call nothing and
allocate no columns; the caller brings every one. All times are UTC seconds. Time zones, holidays and absences have
become segments before they get here (:mod:`deepday.measure.days`).

The loops are long on purpose: a function call per burst would cost more than the work on it.
"""

from typing import Any

# What numba types as an array and Python runs as a list; a static type would have to be both.
Column = Any

NEVER = -(1 << 60)

# Origins of a burst (A5). The order matters: an exposure and an external burst are the two that may cost time.
EXPOSURE, EXTERNAL, DEFERRED, SELF = 0, 1, 2, 3

# Kinds of segment. A day is cut into segments without gaps.
WORK, BREAK, AFTER_HOURS, OFF_DAY = 0, 1, 2, 3

# Columns of a day's row in the result.
(
    C_WORK,
    C_MEETING,
    C_DOUBLE,
    C_CALENDAR_FOCUS,
    C_SLIVER,
    C_FOCUS120,
    C_QUIET60,
    C_QUIET15,
    C_HANDLING,
    C_INTERRUPTIONS,
    C_EXPOSURES,
    C_MULTITASKING,
    C_TO_EXTERNAL,
    C_TO_DEFERRED,
    C_TO_SELF,
    C_TO_MEETING,
    C_LOW_5,
    C_LOW_50,
    C_LOW_95,
    C_HIGH_5,
    C_HIGH_50,
    C_HIGH_95,
    C_BREAK_WORK,
    C_AFTER_HOURS,
    C_OFF_DAY,
    C_EVIDENCED,
    C_FIRST_TRACE,
    C_LAST_TRACE,
    COLUMNS,
) = range(29)

# States in the minute ledger's rows; the last two lie over the others.
L_MEETING, L_HANDLING, L_QUIET, L_OUTSIDE, L_LOW, L_HIGH = 0, 1, 2, 3, 4, 5


def merge_meetings(
    starts: Column,
    ends: Column,
    low: int,
    high: int,
    union_s: Column,
    union_e: Column,
    twice_s: Column,
    twice_e: Column,
) -> tuple[int, int]:
    """Write the union of the meetings ``low`` to ``high`` (sorted by start), and where two or more overlap.

    Returns how many rows the union and the overlap have. Both are sorted and disjoint.
    """
    unions, twices = 0, 0
    last, second = NEVER, NEVER  # the two latest ends so far
    for i in range(low, high):
        s = starts[i]
        e = ends[i]
        if s > last:
            union_s[unions] = s
            union_e[unions] = e
            unions += 1
            last, second = e, NEVER
            continue
        twice_from = s if s > second else second
        twice_to = e if e < last else last
        if twice_to > twice_from:
            twice_s[twices] = twice_from
            twice_e[twices] = twice_to
            twices += 1
        if e > last:
            last, second = e, last
            union_e[unions - 1] = e
        elif e > second:
            second = e
    return unions, twices


def find_bursts(
    at: Column,
    outgoing: Column,
    conversation: Column,
    low: int,
    high: int,
    latest: Column,
    gap: int,
    minimum: int,
    attend: int,
    deferred: int,
    start: Column,
    end: Column,
    origin: Column,
    trace: Column,
    tail: Column,
) -> int:
    """Write the bursts (A4) of the messages ``low`` to ``high`` (sorted by time), with their origins (A5).

    ``latest`` holds, for each conversation, the number of its latest message, less than 0 at first; it is written.
    ``trace`` and ``tail``: where the owner's own trace begins and ends (A9); for an exposure ``trace`` is
    :data:`NEVER`. ``gap`` is at least ``minimum``, so bursts and traces are disjoint. Returns how many.
    """
    count = -1
    first, last, kind, own = 0, NEVER, EXPOSURE, NEVER
    for i, t in enumerate(at[low:high], low):
        if t - last > gap:
            if count >= 0:
                e = last if last > first + minimum else first + minimum
                start[count] = first
                end[count] = e
                origin[count] = kind
                trace[count] = own
                tail[count] = e if e > own + minimum else own + minimum
            count += 1
            first = t
            if outgoing[i]:
                before = latest[conversation[i]]
                kind = SELF
                if before >= 0 and not outgoing[before]:  # unanswered until now
                    age = t - at[before]
                    kind = EXTERNAL if age <= attend else DEFERRED if age <= deferred else SELF
                own = t
            else:
                kind = EXPOSURE
                own = NEVER
        elif kind == EXPOSURE and outgoing[i]:  # in this order: directions are what a processor guesses worst
            kind = EXTERNAL
            own = t
        latest[conversation[i]] = i
        last = t
    if count >= 0:
        e = last if last > first + minimum else first + minimum
        start[count] = first
        end[count] = e
        origin[count] = kind
        trace[count] = own
        tail[count] = e if e > own + minimum else own + minimum
    return count + 1


def sweep(  # noqa: PLR0912, PLR0915 - one loop over everything, see the module's docstring
    seg_start: Column,
    seg_end: Column,
    seg_kind: Column,
    seg_day: Column,
    seg_low: int,
    seg_high: int,
    union_s: Column,
    union_e: Column,
    unions: int,
    twice_s: Column,
    twice_e: Column,
    twices: int,
    start: Column,
    end: Column,
    origin: Column,
    trace: Column,
    tail: Column,
    bursts: int,
    lag5: float,
    lag50: float,
    lag95: float,
    out: Column,
    row: int,
    ledger: bool,  # noqa: FBT001 - numba compiles positional arguments
    l_start: Column,
    l_end: Column,
    l_state: Column,
    l_cause: Column,
) -> int:
    """Write one row of :data:`COLUMNS` figures for each day of the segments ``seg_low`` to ``seg_high``.

    Segments are sorted and without gaps; ``seg_day`` numbers their days from 0. Meetings come as
    :func:`merge_meetings` gives them, bursts as :func:`find_bursts` does. ``out`` is flat: day d's figures begin at
    ``(row + d) * COLUMNS``. With ``ledger`` also writes the spans behind the figures, in order of discovery, each
    with the number of its meeting or burst (-1: none), and returns how many.
    """
    rows = 0
    u, w, j = 0, 0, 0  # the first meeting, overlap, burst that may still touch what follows
    i = seg_low
    while i < seg_high:
        day = seg_day[i]
        work = meeting = double = focus = sliver = focus120 = quiet60 = quiet15 = handling = 0
        interruptions = exposures = multitasking = to_external = to_deferred = to_self = to_meeting = 0
        low_time = low_count = high_time = high_count = 0
        low5 = low50 = low95 = high5 = high50 = high95 = 0.0
        break_work = after_hours = off_day = in_work = 0
        first_trace, last_trace = NEVER, NEVER
        seen_free, seen_meeting = -1, -1  # the last burst counted today as touching free time, a meeting
        while i < seg_high and seg_day[i] == day:
            a = seg_start[i]
            b = seg_end[i]
            kind = seg_kind[i]
            i += 1
            traced = 0
            while u < unions and union_e[u] <= a:
                u += 1
            x = u
            cs = a
            while True:
                # Free time [cs, ce), then the meeting [ce, me), until the segment ends.
                has_meeting = x < unions and union_s[x] < b
                ce = b
                if has_meeting:
                    ce = union_s[x] if union_s[x] > a else a
                while j < bursts and tail[j] <= cs:
                    j += 1
                y = j
                if kind != WORK:
                    while y < bursts and start[y] < ce:
                        s = trace[y]
                        e = tail[y] if tail[y] < ce else ce
                        if s != NEVER:
                            s = s if s > cs else cs
                            if e > s:
                                traced += e - s
                                if first_trace == NEVER:
                                    first_trace = s
                                last_trace = e
                                if ledger:
                                    l_start[rows] = s
                                    l_end[rows] = e
                                    l_state[rows] = L_OUTSIDE + (kind << 4)
                                    l_cause[rows] = y
                                    rows += 1
                        y += 1
                elif ce > cs:
                    length = ce - cs
                    if length >= 7200:
                        focus += length
                    elif length < 1800:
                        sliver += length
                    quiet_from = cs
                    low_end, high_end = NEVER, NEVER
                    low_burst, high_burst, low_from, high_from = -1, -1, 0, 0
                    while True:
                        # The next burst, or at last the end of free time, ends what the bursts before it left open.
                        inside = y < bursts and start[y] < ce
                        s, e, origin_y, entered = ce, ce, EXTERNAL, False
                        if inside:
                            origin_y = origin[y]
                            entered = start[y] >= cs
                            s = start[y] if entered else cs
                            if end[y] < ce:
                                e = end[y]
                            if origin_y != EXPOSURE:
                                t = trace[y] if trace[y] > cs else cs
                                f = tail[y] if tail[y] < ce else ce
                                if f > t:
                                    traced += f - t
                                    if first_trace == NEVER:
                                        first_trace = t
                                    last_trace = f
                            if e <= s:  # over before this free time began, but for its trace
                                y += 1
                                continue
                        if origin_y != EXPOSURE:
                            length = s - quiet_from
                            if length >= 900:
                                quiet15 += length
                                if length >= 3600:
                                    quiet60 += length
                                    if length >= 7200:
                                        focus120 += length
                            if ledger and length > 0:
                                l_start[rows] = quiet_from
                                l_end[rows] = s
                                l_state[rows] = L_QUIET
                                l_cause[rows] = -1
                                rows += 1
                            quiet_from = e
                        if origin_y == EXTERNAL and low_end != NEVER:
                            length = s - low_end
                            if length < lag95:
                                low95 += lag95 - length
                                if length < lag50:
                                    low50 += lag50 - length
                                    if length < lag5:
                                        low5 += lag5 - length
                            if ledger:
                                l_start[rows] = low_from
                                l_end[rows] = low_end + lag50 if lag50 < length else low_end + length
                                l_state[rows] = L_LOW
                                l_cause[rows] = low_burst
                                rows += 1
                        if origin_y <= EXTERNAL and high_end != NEVER:
                            length = s - high_end
                            if length < lag95:
                                high95 += lag95 - length
                                if length < lag50:
                                    high50 += lag50 - length
                                    if length < lag5:
                                        high5 += lag5 - length
                            if ledger:
                                l_start[rows] = high_from
                                l_end[rows] = high_end + lag50 if lag50 < length else high_end + length
                                l_state[rows] = L_HIGH
                                l_cause[rows] = high_burst
                                rows += 1
                        if not inside:
                            break
                        if origin_y == EXPOSURE:
                            if y > seen_free:
                                exposures += 1
                                seen_free = y
                        else:
                            handling += e - s
                            if ledger:
                                l_start[rows] = s
                                l_end[rows] = e
                                l_state[rows] = L_HANDLING
                                l_cause[rows] = y
                                rows += 1
                            if origin_y == EXTERNAL:
                                if y > seen_free:
                                    interruptions += 1
                                    seen_free = y
                                to_external += entered
                                low_time += e - s
                                low_count += 1
                                low_end, low_from, low_burst = e, s, y
                            elif origin_y == DEFERRED:
                                to_deferred += entered
                            else:
                                to_self += entered
                        if origin_y <= EXTERNAL:
                            high_time += e - s
                            high_count += 1
                            high_end, high_from, high_burst = e, s, y
                        y += 1
                if not has_meeting:
                    if y > j:
                        j = y - 1  # bursts are disjoint: of those seen only the last can reach beyond
                    break
                me = union_e[x] if union_e[x] < b else b
                traced += me - ce
                if first_trace == NEVER:
                    first_trace = ce
                last_trace = me
                if kind == WORK:
                    meeting += me - ce
                    if ce > cs:
                        to_meeting += 1
                    if y > j:
                        y -= 1
                    while y < bursts and start[y] < me:
                        if end[y] > ce and y > seen_meeting and origin[y] != EXPOSURE:
                            multitasking += 1
                            seen_meeting = y
                        y += 1
                if ledger:
                    l_start[rows] = ce
                    l_end[rows] = me
                    l_state[rows] = L_MEETING if kind == WORK else L_OUTSIDE + (kind << 4)
                    l_cause[rows] = -2 - x  # a meeting
                    rows += 1
                if y > j:
                    j = y - 1
                cs = me
                x += 1
            if kind == WORK:
                work += b - a
                in_work += traced
                while w < twices and twice_e[w] <= a:
                    w += 1
                x = w
                while x < twices and twice_s[x] < b:
                    s = twice_s[x] if twice_s[x] > a else a
                    e = twice_e[x] if twice_e[x] < b else b
                    double += e - s
                    x += 1
            elif kind == BREAK:
                break_work += traced
            elif kind == AFTER_HOURS:
                after_hours += traced
            else:
                off_day += traced
        base = (row + day) * COLUMNS
        out[base + C_WORK] = work
        out[base + C_MEETING] = meeting
        out[base + C_DOUBLE] = double
        out[base + C_CALENDAR_FOCUS] = focus
        out[base + C_SLIVER] = sliver
        out[base + C_FOCUS120] = focus120
        out[base + C_QUIET60] = quiet60
        out[base + C_QUIET15] = quiet15
        out[base + C_HANDLING] = handling
        out[base + C_INTERRUPTIONS] = interruptions
        out[base + C_EXPOSURES] = exposures
        out[base + C_MULTITASKING] = multitasking
        out[base + C_TO_EXTERNAL] = to_external
        out[base + C_TO_DEFERRED] = to_deferred
        out[base + C_TO_SELF] = to_self
        out[base + C_TO_MEETING] = to_meeting
        out[base + C_LOW_5] = low_time + low_count * lag5 - low5
        out[base + C_LOW_50] = low_time + low_count * lag50 - low50
        out[base + C_LOW_95] = low_time + low_count * lag95 - low95
        out[base + C_HIGH_5] = high_time + high_count * lag5 - high5
        out[base + C_HIGH_50] = high_time + high_count * lag50 - high50
        out[base + C_HIGH_95] = high_time + high_count * lag95 - high95
        out[base + C_BREAK_WORK] = break_work
        out[base + C_AFTER_HOURS] = after_hours
        out[base + C_OFF_DAY] = off_day
        out[base + C_EVIDENCED] = in_work + break_work + after_hours + off_day
        out[base + C_FIRST_TRACE] = first_trace
        out[base + C_LAST_TRACE] = last_trace
    return rows
