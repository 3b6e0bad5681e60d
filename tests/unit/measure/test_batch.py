"""The compiled engine over many people gives what the interpreted one gives for each."""

import random
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepday.errors import InputError
from deepday.measure import batch, engine
from deepday.measure.batch import PeopleColumns, measure_people
from deepday.measure.parameters import Parameters, ResumptionLag

DAY = 86_400
PARAMETERS = Parameters()


@dataclass
class Someone:
    at: list[int]
    outgoing: list[int]
    conversation: list[int]
    conversations: int
    meetings: list[tuple[int, int]]
    segments: list[tuple[int, int, int, int]]
    days: int


def someone(seed: int, *, messages: int = 60, meetings: int = 8, days: int = 3) -> Someone:
    rng = random.Random(seed)
    at = sorted(rng.randrange(-DAY, days * DAY) for _ in range(messages))
    starts = sorted(rng.randrange(0, max(1, days * DAY), 900) for _ in range(meetings))
    segments: list[tuple[int, int, int, int]] = []
    for day in range(days):
        cuts = [0, *sorted(rng.sample(range(1, DAY), rng.choice([0, 2, 4]))), DAY]
        segments.extend(
            (day * DAY + start, day * DAY + end, rng.choice([0, 0, 1, 2, 3]), day) for start, end in pairwise(cuts)
        )
    return Someone(
        at,
        [rng.randrange(2) for _ in at],
        [rng.randrange(7) for _ in at],
        7 if messages else 0,
        [(start, start + rng.choice([900, 1800, 7200, 50_000])) for start in starts],
        segments,
        days,
    )


def columns(people: list[Someone]) -> PeopleColumns:
    def flat(name: str, kind: str = "int64") -> Any:
        return np.array([value for who in people for value in getattr(who, name)], dtype=kind)

    def pairs(name: str, position: int, kind: str = "int64") -> Any:
        return np.array([row[position] for who in people for row in getattr(who, name)], dtype=kind)

    def offsets(name: str) -> Any:
        return np.cumsum([0, *(len(getattr(who, name)) for who in people)])

    return PeopleColumns(
        at=flat("at"),
        outgoing=flat("outgoing", "int8"),
        conversation=flat("conversation", "int32"),
        message_offsets=offsets("at"),
        conversations=np.array([who.conversations for who in people], dtype=np.int64),
        meeting_start=pairs("meetings", 0),
        meeting_end=pairs("meetings", 1),
        meeting_offsets=offsets("meetings"),
        segment_start=pairs("segments", 0),
        segment_end=pairs("segments", 1),
        segment_kind=pairs("segments", 2, "int8"),
        segment_day=pairs("segments", 3, "int32"),
        segment_offsets=offsets("segments"),
        days=np.array([who.days for who in people], dtype=np.int64),
    )


def interpreted(who: Someone, parameters: Parameters = PARAMETERS) -> list[list[float]]:
    meetings, messages = len(who.meetings), len(who.at)
    merged: list[list[int]] = [[0] * meetings for _ in range(4)]
    starts, ends = [start for start, _ in who.meetings], [end for _, end in who.meetings]
    unions, twices = engine.merge_meetings(starts, ends, 0, meetings, *merged)
    bursts: list[list[int]] = [[0] * messages for _ in range(5)]
    count = engine.find_bursts(
        who.at,
        who.outgoing,
        who.conversation,
        0,
        messages,
        [-1] * who.conversations,
        parameters.burst_gap,
        parameters.handling_minimum,
        parameters.attend_window,
        parameters.deferred_window,
        *bursts,
    )
    out = [0.0] * (who.days * engine.COLUMNS)
    sweep: Any = engine.sweep
    sweep(
        *([row[i] for row in who.segments] for i in range(4)),
        0,
        len(who.segments),
        *merged[:2],
        unions,
        *merged[2:],
        twices,
        *bursts,
        count,
        *parameters.lags,
        out,
        0,
        False,
        *([], [], [], []),
    )
    return [out[low : low + engine.COLUMNS] for low in range(0, len(out), engine.COLUMNS)]


def together(people: list[Someone], parameters: Parameters = PARAMETERS) -> list[list[float]]:
    return [row for who in people for row in interpreted(who, parameters)]


shapes = st.builds(
    someone,
    st.integers(0, 1 << 32),
    messages=st.sampled_from([0, 1, 2, 40, 300]),
    meetings=st.sampled_from([0, 1, 5, 30]),
    days=st.integers(0, 4),
)


@settings(max_examples=150)
@given(st.lists(shapes, max_size=6), st.sampled_from(["0", "7", "1,5,15"]), st.integers(1, 3))
def test_compiled_is_interpreted(people: list[Someone], lag: str, threads: int) -> None:
    parameters = Parameters(lag=ResumptionLag.parse(lag))
    assert measure_people(columns(people), parameters, threads=threads).tolist() == together(people, parameters)


@pytest.mark.parametrize(
    "person",
    [
        pytest.param(someone(1, messages=0), id="no messages"),
        pytest.param(someone(2, meetings=0), id="no meetings"),
        pytest.param(someone(3, messages=0, meetings=0, days=0), id="nothing at all"),
    ],
)
def test_people_without_something_between_others(person: Someone) -> None:
    people = [someone(4), person, someone(5)]
    assert measure_people(columns(people), PARAMETERS).tolist() == together(people)


def test_nobody() -> None:
    assert measure_people(columns([]), PARAMETERS).shape == (0, engine.COLUMNS)


def test_more_threads_than_people() -> None:
    people = [someone(seed, messages=10 * seed) for seed in range(3)]
    assert measure_people(columns(people), PARAMETERS, threads=8).tolist() == together(people)


def to_int64(column: Any) -> Any:
    return column.astype(np.int64)


def test_columns_of_other_types_are_converted() -> None:
    people = [someone(6), someone(7)]
    given = columns(people)
    converted = replace(
        given,
        at=given.at.astype(np.int32),
        outgoing=given.outgoing.astype(bool),
        conversation=to_int64(given.conversation),
        segment_kind=given.segment_kind.astype(np.uint64),
    )
    assert measure_people(converted, PARAMETERS).tolist() == together(people)


def swapped(column: Any, first: int, second: int) -> Any:
    result = column.copy()
    result[[first, second]] = result[[second, first]]
    return result


def changed(column: Any, position: int, value: int) -> Any:
    result = column.copy()
    result[position] = value
    return result


TWO = columns([someone(8), someone(9)])


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"at": swapped(TWO.at, 60, 119)}, "Person 1 (counted from 0): messages are not sorted by time."),
        ({"conversation": changed(TWO.conversation, 0, 7)}, "Person 0 (counted from 0): a conversation's number"),
        ({"conversation": changed(TWO.conversation, 0, -1)}, "Person 0 (counted from 0): a conversation's number"),
        (
            {"meeting_start": swapped(TWO.meeting_start, 8, 15), "meeting_end": swapped(TWO.meeting_end, 8, 15)},
            "Person 1 (counted from 0): meetings are not sorted",
        ),
        ({"meeting_end": TWO.meeting_start}, "Person 0 (counted from 0): a meeting ends before it starts."),
        ({"segment_start": changed(TWO.segment_start, -1, 0)}, "Person 1 (counted from 0): segments overlap"),
        ({"segment_day": changed(TWO.segment_day, -1, 3)}, "Person 1 (counted from 0): a segment's day"),
        ({"segment_day": changed(TWO.segment_day, 0, 1)}, "Person 0 (counted from 0): a segment's day"),
        ({"segment_day": changed(TWO.segment_day, 0, -1)}, "Person 0 (counted from 0): a segment's day"),
        ({"message_offsets": TWO.message_offsets[:-1]}, "message_offsets does not fit"),
        ({"message_offsets": TWO.message_offsets + 1}, "message_offsets does not fit"),
        ({"meeting_offsets": changed(TWO.meeting_offsets, 1, 99)}, "meeting_offsets does not fit"),
        ({"outgoing": TWO.outgoing[:-1]}, "message_offsets does not fit"),
        ({"conversations": TWO.conversations[:1]}, "1 numbers of conversations for 2 people."),
        ({"days": -TWO.days}, "The column days has a negative number."),
        ({"at": TWO.at.astype(float)}, "The column at is no row of whole numbers."),
        ({"at": TWO.at.reshape(2, -1)}, "The column at is no row of whole numbers."),
        (
            {"conversation": to_int64(TWO.conversation) << 32},
            "The column conversation has numbers beyond int32.",
        ),
    ],
)
def test_wrong_columns_are_refused(wrong: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError) as caught:
        measure_people(replace(TWO, **wrong), PARAMETERS)
    assert caught.value.what.startswith(what)
    assert caught.value.advice


@pytest.mark.parametrize("missing", ["numba", "numpy"])
def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setattr(batch, "find_spec", lambda name: None if name == missing else name)
    batch._compiled.cache_clear()
    try:
        with pytest.raises(InputError) as caught:
            measure_people(TWO, PARAMETERS)
    finally:
        batch._compiled.cache_clear()
    assert caught.value.advice == "Run pip install 'deepday[scale]'."
