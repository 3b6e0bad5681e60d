"""deepday's engine on the benchmark's people: interpreted from lists, and the part it shares with the bare sweep."""

from dataclasses import replace
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from deepday.measure import engine
from deepday.measure.batch import PeopleColumns
from deepday.measure.parameters import Parameters
from tests.bench import bare
from tests.bench.people import CONVERSATIONS, MONDAY, Person

PARAMETERS = Parameters()


def interpreted(person: Person) -> tuple[list[float], int]:
    """Run the whole engine as plain Python, scratch lists included; return the figures and the number of bursts."""
    meetings, messages = len(person.meeting_start), len(person.at)
    merged: list[list[int]] = [[0] * meetings for _ in range(4)]
    unions, twices = engine.merge_meetings(person.meeting_start, person.meeting_end, 0, meetings, *merged)
    bursts: list[list[int]] = [[0] * messages for _ in range(5)]
    count = engine.find_bursts(
        person.at,
        person.outgoing,
        person.conversation,
        0,
        messages,
        [-1] * CONVERSATIONS,
        PARAMETERS.burst_gap,
        PARAMETERS.handling_minimum,
        PARAMETERS.attend_window,
        PARAMETERS.deferred_window,
        *bursts,
    )
    out = [0.0] * (person.days * engine.COLUMNS)
    sweep: Any = engine.sweep
    sweep(
        *person.segments,
        0,
        len(person.segments[0]),
        *merged[:2],
        unions,
        *merged[2:],
        twices,
        *bursts,
        count,
        *PARAMETERS.lags,
        out,
        0,
        False,
        *([], [], [], []),
    )
    return out, count


def some(columns: PeopleColumns, people: int) -> PeopleColumns:
    """Return the first people, as views."""
    parts: dict[str, Any] = {"conversations": columns.conversations[:people], "days": columns.days[:people]}
    for offsets, names in (
        ("message_offsets", ("at", "outgoing", "conversation")),
        ("meeting_offsets", ("meeting_start", "meeting_end")),
        ("segment_offsets", ("segment_start", "segment_end", "segment_kind", "segment_day")),
    ):
        parts[offsets] = getattr(columns, offsets)[: people + 1]
        for name in names:
            parts[name] = getattr(columns, name)[: int(parts[offsets][-1])]
    return PeopleColumns(**parts)


def shared(columns: PeopleColumns) -> PeopleColumns:
    """Return the people without what the bare sweep knows nothing of: directions, conversations, time outside work.

    Every burst is the owner's then, and what remains is the union of meetings, bursts, and both within the windows.
    """
    working = columns.segment_kind == engine.WORK
    kept = np.concatenate(([0], np.cumsum(working)))
    return replace(
        columns,
        outgoing=np.ones_like(columns.outgoing),
        conversation=np.zeros_like(columns.conversation),
        conversations=np.ones_like(columns.conversations),
        segment_start=columns.segment_start[working],
        segment_end=columns.segment_end[working],
        segment_kind=columns.segment_kind[working],
        segment_day=columns.segment_day[working],
        segment_offsets=kept[columns.segment_offsets],
    )


class BarePeople:
    """The bare sweep over the same people, compiled; calling it returns seven figures a week, people in order."""

    def __init__(self, columns: PeopleColumns) -> None:
        people = len(columns)
        self.weeks = int(columns.days[0]) // 7
        ends = columns.message_offsets[1:]
        self.at = np.insert(columns.at, np.repeat(ends, 2), np.tile([bare.FAR, 2 * bare.FAR], people))
        self.at_offsets = columns.message_offsets + 2 * np.arange(people + 1)
        self.meetings = (columns.meeting_start, columns.meeting_end, columns.meeting_offsets)
        windows = shared(columns)
        self.windows = (windows.segment_start, windows.segment_end, windows.segment_offsets)
        self.loop = _compiled_loop()

    def __call__(self) -> NDArray[np.int64]:
        people = len(self.at_offsets) - 1
        out = np.zeros((people, self.weeks * bare.FIGURES), np.int64)
        self.loop(self.at, self.at_offsets, *self.meetings, *self.windows, MONDAY, out)
        return out.reshape(people, self.weeks, bare.FIGURES)


def _compiled_loop() -> Any:
    sweep: Any = numba.njit(bare.sweep)

    def loop(
        at: Any, a: Any, start: Any, end: Any, m: Any, opens: Any, closes: Any, w: Any, monday: int, out: Any
    ) -> None:
        for p in range(len(a) - 1):
            sweep(
                at[a[p] : a[p + 1]],
                start[m[p] : m[p + 1]],
                end[m[p] : m[p + 1]],
                opens[w[p] : w[p + 1]],
                closes[w[p] : w[p + 1]],
                monday,
                out[p],
            )

    return numba.njit(nogil=True)(loop)
