"""The measuring engine over many people at once: compiled, on concatenated columns (the extra ``scale``).

The definitions stay in :mod:`deepday.measure.engine`. Here the same three functions are compiled with numba, together
with the loop over people that calls them. numba and numpy are imported on first use, since one person's measurement
needs neither. The compiled code is kept on disk (next to this file, or where ``NUMBA_CACHE_DIR`` says).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from deepday.errors import InputError
from deepday.measure import engine
from deepday.measure.parameters import Parameters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# What the compiled loop found wrong with a person's columns; 0: nothing.
_UNSORTED_MESSAGES, _CONVERSATION, _UNSORTED_MEETINGS, _EMPTY_MEETING, _SEGMENTS, _DAYS = range(1, 7)

_WRONG = {
    _UNSORTED_MESSAGES: ("messages are not sorted by time", "Sort each person's messages by time."),
    _CONVERSATION: ("a conversation's number is out of range", "Number conversations from 0 within each person."),
    _UNSORTED_MEETINGS: ("meetings are not sorted by start", "Sort each person's meetings by start."),
    _EMPTY_MEETING: ("a meeting ends before it starts", "Leave out meetings without duration."),
    _SEGMENTS: ("segments overlap or are not sorted", "Give segments as deepday.measure.days cuts them."),
    _DAYS: ("a segment's day is out of range or order", "Number days from 0 within each person, in order."),
}


@dataclass(frozen=True, slots=True, eq=False)
class PeopleColumns:
    """What the engine needs of ``n`` people, one person's rows after another's. Times are UTC seconds.

    Each group of columns has offsets, ``n + 1`` long: person p owns the rows ``offsets[p]`` to ``offsets[p + 1]``.

    Messages, sorted by time within the person: ``at`` (int64), ``outgoing`` (int8, 0 or 1), ``conversation`` (int32,
    numbered from 0 within the person), and ``conversations`` (int64, ``n`` long), how many a person has.
    Meetings that count, sorted by start: ``meeting_start``, ``meeting_end`` (int64).
    Segments, sorted and without gaps: ``segment_start``, ``segment_end`` (int64), ``segment_kind`` (int8, a kind of
    :mod:`deepday.measure.engine`), ``segment_day`` (int32, numbered from 0 within the person), and ``days`` (int64,
    ``n`` long), how many a person has.

    Columns of these types are used as they are; others are converted, which costs a copy.
    """

    at: NDArray[np.int64]
    outgoing: NDArray[np.int8]
    conversation: NDArray[np.int32]
    message_offsets: NDArray[np.int64]
    conversations: NDArray[np.int64]
    meeting_start: NDArray[np.int64]
    meeting_end: NDArray[np.int64]
    meeting_offsets: NDArray[np.int64]
    segment_start: NDArray[np.int64]
    segment_end: NDArray[np.int64]
    segment_kind: NDArray[np.int8]
    segment_day: NDArray[np.int32]
    segment_offsets: NDArray[np.int64]
    days: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.days)


_NO_LEDGER = False

_TYPES = dict.fromkeys(PeopleColumns.__dataclass_fields__, "int64") | {
    "outgoing": "int8",
    "conversation": "int32",
    "segment_kind": "int8",
    "segment_day": "int32",
}
_GROUPS = {
    "message_offsets": ("at", "outgoing", "conversation"),
    "meeting_offsets": ("meeting_start", "meeting_end"),
    "segment_offsets": ("segment_start", "segment_end", "segment_kind", "segment_day"),
}


def measure_people(people: PeopleColumns, parameters: Parameters, *, threads: int = 1) -> NDArray[np.float64]:
    """Measure everybody's days: one row of ``engine.COLUMNS`` figures (seconds, counts) a day, people in order.

    Returns an array of shape (total days, ``engine.COLUMNS``), to be read with the ``C_`` constants of
    :mod:`deepday.measure.engine`. With ``threads`` the people are shared out; the result is the same. Beside the
    result it needs scratch memory for one person, the largest. Raises :class:`InputError` where a column has the
    wrong length, type or order, naming the person by position, and where numba is not installed.
    """
    compiled = _compiled()
    import numpy as np  # noqa: PLC0415 - only the extra scale has it

    columns = _checked(people)
    rows = np.zeros(len(people) + 1, np.int64)
    np.cumsum(columns["days"], out=rows[1:])
    figures = np.zeros((int(rows[-1]), engine.COLUMNS))
    given = list(columns.values())
    rules = (
        parameters.burst_gap,
        parameters.handling_minimum,
        parameters.attend_window,
        parameters.deferred_window,
        *parameters.lags,
    )

    def run(share: tuple[int, int]) -> tuple[int, int]:
        return compiled(*share, *given, rows, *rules, *_scratch(columns, *share), figures.reshape(-1))

    shares = _shares(columns["message_offsets"], threads)
    if len(shares) == 1:
        results = [run(shares[0])]
    else:
        with ThreadPoolExecutor(len(shares)) as pool:
            results = list(pool.map(run, shares))
    for person, wrong in results:
        if wrong:
            what, advice = _WRONG[wrong]
            raise InputError(f"Person {person} (counted from 0): {what}.", advice)
    return figures


def _checked(people: PeopleColumns) -> dict[str, NDArray[Any]]:
    """Return the columns by name in the types the engine is compiled for, lengths and offsets checked."""
    columns = {name: _column(name, getattr(people, name), wanted) for name, wanted in _TYPES.items()}
    n = len(columns["days"])
    if len(columns["conversations"]) != n:
        raise InputError(f"{len(columns['conversations'])} numbers of conversations for {n} people.", "Give one each.")
    for name in ("conversations", "days"):
        if n and columns[name].min() < 0:
            raise InputError(f"The column {name} has a negative number.", "Count from 0.")
    for name, group in _GROUPS.items():
        offsets = columns[name]
        lengths = {len(columns[column]) for column in group}
        fits = len(offsets) == n + 1 and offsets[0] == 0 and lengths == {int(offsets[-1])}
        if not fits or (offsets[1:] < offsets[:-1]).any():
            raise InputError(
                f"{name} does not fit: {n} people need {n + 1} rising offsets from 0 to the length of each of "
                f"{', '.join(group)}.",
                "Add up the numbers of each person's rows.",
            )
    # Without a sign, an index needs no check whether it counts from the end: a third less time for a burst.
    columns["conversation"] = columns["conversation"].view("uint32")
    return columns


def _column(name: str, given: NDArray[Any], wanted: str) -> NDArray[Any]:
    """Return the column as it is if it has the wanted type, else converted without loss."""
    import numpy as np  # noqa: PLC0415 - only the extra scale has it

    column = np.asarray(given)
    if column.ndim != 1 or (column.size and column.dtype.kind not in "iub"):
        raise InputError(f"The column {name} is no row of whole numbers.", "Give one-dimensional integer arrays.")
    if column.dtype == wanted:
        return np.ascontiguousarray(column)
    limits = np.iinfo(wanted)
    if column.size and (column.min() < limits.min or column.max() > limits.max):
        raise InputError(f"The column {name} has numbers beyond {wanted}.", "Times are seconds, counts start at 0.")
    return np.ascontiguousarray(column, dtype=wanted)


def _shares(offsets: NDArray[np.int64], threads: int) -> list[tuple[int, int]]:
    """Cut the people into stretches with about as many messages each."""
    people, messages = len(offsets) - 1, int(offsets[-1])
    cuts = [int(offsets.searchsorted(messages * part // threads)) for part in range(1, threads)]
    return [(low, high) for low, high in pairwise([0, *cuts, people]) if high > low] or [(0, 0)]


def _scratch(columns: dict[str, NDArray[Any]], low: int, high: int) -> list[NDArray[Any]]:
    """Return room for the largest of the people ``low`` to ``high``: conversations, union, overlap, bursts, ledger."""
    import numpy as np  # noqa: PLC0415 - only the extra scale has it

    def largest(name: str) -> int:
        offsets = columns[name]
        return int((offsets[low + 1 : high + 1] - offsets[low:high]).max(initial=0))

    conversations = int(columns["conversations"][low:high].max(initial=0))
    # As many bursts as messages would fit; pages that nothing is written to take no memory.
    # There is no ledger, whose columns have to be there all the same.
    sizes = (conversations, *[largest("meeting_offsets")] * 4, *[largest("message_offsets")] * 5, 0)
    return [np.empty(size, np.int64) for size in sizes]


@cache
def _compiled() -> Callable[..., tuple[int, int]]:
    """Return the loop over people, compiled. Raises :class:`InputError` without numba."""
    if find_spec("numba") is None or find_spec("numpy") is None:
        raise InputError("Measuring many people at once needs numba and numpy.", "Run pip install 'deepday[scale]'.")
    import numba  # noqa: PLC0415 - only the extra scale has it
    from numba.extending import register_jitable  # noqa: PLC0415

    for function in (engine.merge_meetings, engine.find_bursts, engine.sweep, _wrong):
        register_jitable(function)
    # numba's cache looks at this file only; the engine's source has to be part of the key, or edits go unnoticed.
    stamp = crc32(Path(engine.__file__).read_bytes())
    compiled: Callable[..., tuple[int, int]] = numba.njit(cache=True, nogil=True)(_loop(stamp))
    return compiled


def _wrong(  # noqa: PLR0911 - one return for each thing that can be wrong
    at: engine.Column,
    conversation: engine.Column,
    low: int,
    high: int,
    conversations: int,
    meeting_start: engine.Column,
    meeting_end: engine.Column,
    meeting_low: int,
    meeting_high: int,
    segment_start: engine.Column,
    segment_end: engine.Column,
    segment_day: engine.Column,
    segment_low: int,
    segment_high: int,
    days: int,
) -> int:
    """Tell what is wrong with one person's columns, 0 if nothing; compiled like the engine.

    Besides wrong figures it keeps the engine, which does not check bounds, from writing outside its arrays.
    """
    # Counting in loops from 0 over slices lets the compiler check several messages at once.
    times, numbers = at[low:high], conversation[low:high]
    wrong = 0
    for i in range(len(times) - 1):
        wrong += times[i + 1] < times[i]
    if wrong:
        return _UNSORTED_MESSAGES
    for i in range(len(numbers)):
        wrong += numbers[i] >= conversations
    if wrong:
        return _CONVERSATION
    for i in range(meeting_low, meeting_high):
        if i > meeting_low and meeting_start[i] < meeting_start[i - 1]:
            return _UNSORTED_MEETINGS
        if meeting_end[i] <= meeting_start[i]:
            return _EMPTY_MEETING
    end, day = engine.NEVER, 0
    for i in range(segment_low, segment_high):
        if segment_start[i] < end or segment_end[i] < segment_start[i]:
            return _SEGMENTS
        if segment_day[i] < day or segment_day[i] >= days:
            return _DAYS
        end, day = segment_end[i], segment_day[i]
    return 0


def _loop(stamp: int) -> Callable[..., tuple[int, int]]:
    """Return the loop over people, to be compiled; ``stamp`` tells numba's cache which engine it belongs to."""

    def loop(
        first: int,
        last: int,
        at: engine.Column,
        outgoing: engine.Column,
        conversation: engine.Column,
        message_offsets: engine.Column,
        conversations: engine.Column,
        meeting_start: engine.Column,
        meeting_end: engine.Column,
        meeting_offsets: engine.Column,
        segment_start: engine.Column,
        segment_end: engine.Column,
        segment_kind: engine.Column,
        segment_day: engine.Column,
        segment_offsets: engine.Column,
        days: engine.Column,
        rows: engine.Column,
        gap: int,
        minimum: int,
        attend: int,
        deferred: int,
        lag5: float,
        lag50: float,
        lag95: float,
        latest: engine.Column,
        union_s: engine.Column,
        union_e: engine.Column,
        twice_s: engine.Column,
        twice_e: engine.Column,
        start: engine.Column,
        end: engine.Column,
        origin: engine.Column,
        trace: engine.Column,
        tail: engine.Column,
        nothing: engine.Column,
        figures: engine.Column,
    ) -> tuple[int, int]:
        _ = stamp  # captured
        for p in range(first, last):
            low, high = message_offsets[p], message_offsets[p + 1]
            m_low, m_high = meeting_offsets[p], meeting_offsets[p + 1]
            s_low, s_high = segment_offsets[p], segment_offsets[p + 1]
            wrong = _wrong(
                at, conversation, low, high, conversations[p],
                meeting_start, meeting_end, m_low, m_high,
                segment_start, segment_end, segment_day, s_low, s_high, days[p],
            )  # fmt: skip
            if wrong:
                return p, wrong
            for c in range(conversations[p]):
                latest[c] = -1
            unions, twices = engine.merge_meetings(
                meeting_start, meeting_end, m_low, m_high, union_s, union_e, twice_s, twice_e
            )
            bursts = engine.find_bursts(
                at, outgoing, conversation, low, high, latest, gap, minimum, attend, deferred,
                start, end, origin, trace, tail,
            )  # fmt: skip
            engine.sweep(
                segment_start, segment_end, segment_kind, segment_day, s_low, s_high,
                union_s, union_e, unions, twice_s, twice_e, twices,
                start, end, origin, trace, tail, bursts, lag5, lag50, lag95,
                figures, rows[p], _NO_LEDGER, nothing, nothing, nothing, nothing,
            )  # fmt: skip
        return last, 0

    return loop
