"""People made up for the benchmark: whole years of meetings and messages, as columns, from a seed.

A person-year has about 31,000 events: 2,000 meetings and 29,000 messages over 52 weeks, in one time zone, with two
working windows on each of five days. A dozen conversations a day have nine or ten messages each, most of them during
working hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from deepday.measure import engine
from deepday.measure.batch import PeopleColumns

DAY, WEEK = 86_400, 604_800
MONDAY = 1_767_571_200  # 2026-01-05 00:00 UTC
DAY_CUTS = (0, 9 * 3600, 45_000, 48_600, 63_000, DAY)  # 09:00 to 12:30 and 13:30 to 17:30
DAY_KINDS = (engine.AFTER_HOURS, engine.WORK, engine.BREAK, engine.WORK, engine.AFTER_HOURS)
CONVERSATIONS = 256
MEETINGS_A_DAY, TALKS_A_DAY, MESSAGES_A_TALK = 7.6, 12, 9.3
CHUNK = 100  # people made at a time, so that the making takes little more memory than what is made

Row = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Person:
    """One person's columns as lists, as plain Python takes them; ``windows`` are the segments that are working time."""

    at: list[int]
    outgoing: list[int]
    conversation: list[int]
    meeting_start: list[int]
    meeting_end: list[int]
    segments: tuple[list[int], list[int], list[int], list[int]]
    days: int

    @property
    def windows(self) -> list[tuple[int, int]]:
        rows = zip(*self.segments[:3], strict=True)
        return [(start, end) for start, end, kind in rows if kind == engine.WORK]

    @property
    def events(self) -> int:
        return len(self.at) + len(self.meeting_start)


def organisation(people: int, weeks: int = 52, seed: int = 1) -> PeopleColumns:
    """Return that many people, some of them three times as busy as others."""
    rng = np.random.default_rng(seed)
    busy = rng.uniform(0.5, 1.5, people) if people > 1 else np.ones(1)
    keys, meetings = [], []
    for low in range(0, people, CHUNK):
        keys.append(_messages(rng, busy[low : low + CHUNK], weeks, low))
        meetings.append(_meetings(rng, busy[low : low + CHUNK], weeks, low))
    message, meeting = np.concatenate(keys), np.concatenate(meetings)
    keys.clear()
    segments = _segments(weeks)
    rows = len(segments[0])
    starts = (meeting >> 12) & 0x3FFFFFF
    return PeopleColumns(
        at=((message >> 9) & 0x3FFFFFF) + MONDAY,
        outgoing=((message >> 8) & 1).astype(np.int8),
        conversation=(message & 0xFF).astype(np.int32),
        message_offsets=_offsets(message >> 35, people),
        conversations=np.full(people, CONVERSATIONS),
        meeting_start=starts + MONDAY,
        meeting_end=starts + (meeting & 0xFFF) * 15 + MONDAY,
        meeting_offsets=_offsets(meeting >> 38, people),
        segment_start=np.tile(segments[0], people),
        segment_end=np.tile(segments[1], people),
        segment_kind=np.tile(segments[2].astype(np.int8), people),
        segment_day=np.tile(segments[3].astype(np.int32), people),
        segment_offsets=np.arange(people + 1) * rows,
        days=np.full(people, weeks * 7),
    )


def persons(columns: PeopleColumns) -> Iterator[Person]:
    """Give people out one by one, as lists."""
    for p in range(len(columns)):
        message, meeting, segment = (
            slice(int(offsets[p]), int(offsets[p + 1]))
            for offsets in (columns.message_offsets, columns.meeting_offsets, columns.segment_offsets)
        )
        yield Person(
            columns.at[message].tolist(),
            columns.outgoing[message].tolist(),
            columns.conversation[message].tolist(),
            columns.meeting_start[meeting].tolist(),
            columns.meeting_end[meeting].tolist(),
            (
                columns.segment_start[segment].tolist(),
                columns.segment_end[segment].tolist(),
                columns.segment_kind[segment].tolist(),
                columns.segment_day[segment].tolist(),
            ),
            int(columns.days[p]),
        )


def event_count(columns: PeopleColumns) -> int:
    return len(columns.at) + len(columns.meeting_start)


def size(columns: PeopleColumns) -> int:
    """Bytes that the columns take."""
    return sum(int(getattr(columns, column.name).nbytes) for column in fields(columns))


def _messages(rng: np.random.Generator, busy: NDArray[np.float64], weeks: int, first: int) -> NDArray[np.int64]:
    """Return sorted keys of person, second, direction and conversation; incoming sorts before outgoing."""
    talks = rng.poisson(np.repeat(busy * TALKS_A_DAY, weeks * 5))
    slot = np.repeat(np.arange(len(talks)), talks)
    day = (slot % (weeks * 5)) // 5 * 7 + slot % 5
    evening = rng.random(len(slot)) < 0.08
    hour = np.where(evening, rng.uniform(18.5, 22, len(slot)), rng.uniform(8.5, 18, len(slot)))
    starts = day * DAY + (hour * 3600).astype(np.int64)
    sizes = rng.geometric(1 / MESSAGES_A_TALK, len(slot))
    talk = np.repeat(np.arange(len(slot)), sizes)
    gaps = rng.exponential(70, len(talk)).astype(np.int64)
    heads = np.cumsum(sizes) - sizes
    gaps[heads] = 0
    along = np.cumsum(gaps)
    second = starts[talk] + along - along[heads][talk]
    person = first + slot // (weeks * 5)
    outgoing = rng.random(len(talk)) < 0.35
    conversation = rng.integers(0, CONVERSATIONS, len(slot))
    keys: NDArray[np.int64] = (
        (person[talk] << 35) | (second << 9) | (outgoing.astype(np.int64) << 8) | conversation[talk]
    )
    return np.sort(keys)


def _meetings(rng: np.random.Generator, busy: NDArray[np.float64], weeks: int, first: int) -> NDArray[np.int64]:
    """Return sorted keys of person, start and duration, in quarters of a minute; meetings start on quarter hours."""
    counts = rng.poisson(np.repeat(busy * MEETINGS_A_DAY, weeks * 5))
    slot = np.repeat(np.arange(len(counts)), counts)
    day = (slot % (weeks * 5)) // 5 * 7 + slot % 5
    start = day * DAY + (36 + rng.integers(0, 36, len(slot))) * 900
    minutes = rng.choice([15, 25, 30, 45, 60, 90], len(slot), p=[0.2, 0.15, 0.3, 0.15, 0.15, 0.05])
    keys: NDArray[np.int64] = ((first + slot // (weeks * 5)) << 38) | (start << 12) | (minutes * 4)
    return np.sort(keys)


def _segments(weeks: int) -> tuple[NDArray[np.int64], ...]:
    rows: list[Row] = []
    for day in range(weeks * 7):
        midnight = MONDAY + day * DAY
        if day % 7 > 4:
            rows.append((midnight, midnight + DAY, engine.OFF_DAY, day))
            continue
        cuts = zip(DAY_CUTS, DAY_CUTS[1:], DAY_KINDS, strict=False)
        rows.extend((midnight + start, midnight + end, kind, day) for start, end, kind in cuts)
    return tuple(np.array(rows, np.int64).T)


def _offsets(person: NDArray[np.int64], people: int) -> NDArray[np.int64]:
    return np.searchsorted(person, np.arange(people + 1))
