"""Generated periods, measured by the engine and by the slow reference: every figure of every day must agree."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepday.measure.measuring import Observations, measure
from deepday.measure.parameters import PRESETS, Parameters, ResumptionLag
from deepday.measure.result import DayMeasure, Measurement, State
from deepday.model import (
    ActivityStream,
    CalendarEvent,
    Conversation,
    ConversationKind,
    DateRange,
    EventKind,
    Interval,
    Message,
    Person,
    Response,
    ShowAs,
    Trip,
    WeeklyHours,
)
from tests.unit.measure.office import ALWAYS, FIXED_TEN, TUESDAY, at, chat, meeting, minutes, one_day, person
from tests.unit.measure.reference import Reference, instant, runs, zone_on


@dataclass(frozen=True)
class World:
    """All that :func:`measure` is given."""

    who: Person
    first: date
    last: date
    events: tuple[CalendarEvent, ...]
    messages: tuple[Message, ...]
    parameters: Parameters

    def measured(self) -> Measurement:
        seen = Observations(self.events, ActivityStream.of(self.messages), ALWAYS, ALWAYS)
        return measure(self.who, self.first, self.last, seen, self.parameters)

    def dates(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


HOURS = [
    "Mon-Fri 09:00-17:00",
    "Mon-Fri 09:00-12:30,13:30-18:00",
    "Mon-Fri 09:00-11:00,11:00-15:00",
    "Mon-Sun 00:00-24:00",
    "Mon-Sun 00:00-06:00,22:00-24:00",
    "Mon-Sun 01:45-02:15,02:20-02:50,03:10-08:00",
    "Sat 10:00-14:00; Sun 22:00-24:00; Mon-Tue 00:00-02:00,09:00-09:01",
]
# A plain week, a weekend, clock changes (hours that are skipped and repeated, once at midnight), a change of year.
DATES = [
    ("Europe/Berlin", date(2026, 3, 10)),
    ("Europe/Berlin", date(2026, 3, 14)),
    ("Europe/Berlin", date(2026, 3, 28)),
    ("Europe/Berlin", date(2026, 10, 24)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/Santiago", date(2026, 9, 5)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Asia/Kathmandu", date(2026, 12, 31)),
]
# What the definitions compare a length with, and the sums with the minute that a burst lasts at least.
LIMITS = [0, 1, 60, 300, 600, 900, 960, 1800, 3600, 3660, 7200, 7260, 28_800, 86_400]
JITTER = [-1, 0, 0, 0, 1]
LENGTHS = [0, 1, 60, 300, 900, 1800, 3600, 5400, 7200, 12 * 3600 - 1, 12 * 3600, 12 * 3600 + 1]
CONVERSATIONS = [Conversation(name, kind) for name, kind in zip("ABC", ConversationKind, strict=True)]
FIELDS: list[dict[str, object]] = [
    *[{}] * 6,
    {"people": None},
    {"people": 1},
    {"cancelled": True},
    *[dict[str, object](response=response) for response in Response],
    *[dict[str, object](show_as=shown) for shown in ShowAs],
    *[dict[str, object](kind=kind) for kind in EventKind],
    {"show_as": ShowAs.OUT_OF_OFFICE, "response": Response.DECLINED},
    {"show_as": ShowAs.FREE, "response": Response.TENTATIVE},
    {"show_as": ShowAs.TENTATIVE, "response": Response.TENTATIVE},
]


@st.composite
def parameters(draw: st.DrawFn) -> Parameters:
    """Mostly the defaults, at a known lag of whole seconds."""
    gap = draw(st.sampled_from([300, 300, 60, 900]))
    seconds = draw(st.sampled_from([0, 1, 60, 240, 300, 600, 1395, 5400]))
    return Parameters(
        lag=ResumptionLag(seconds, seconds, seconds),
        burst_gap=gap,
        handling_minimum=draw(st.sampled_from([60, 60, 60, 1])),
        attend_window=draw(st.sampled_from([900, 900, 60])),
        notice=draw(st.sampled_from([0.6, 0.6, 0.0, 1.0])),
        count_tentative=draw(st.booleans()),
        preset=PRESETS[draw(st.sampled_from(sorted(PRESETS)))],
    )


@st.composite
def worlds(draw: st.DrawFn, *, longest: int = 3, travelling: bool = False) -> World:
    """One to ``longest`` days whose times sit on the edges of each other or a second beside them."""
    zone_name, first = draw(st.sampled_from(DATES))
    first += timedelta(days=draw(st.integers(0, 2)))
    last = first + timedelta(days=draw(st.integers(0, longest - 1)))
    days = [first + timedelta(days=n) for n in range(-1, (last - first).days + 2)]
    zone, hours = ZoneInfo(zone_name), WeeklyHours.parse(draw(st.sampled_from(HOURS)))
    holidays = {day: "Holiday" for day in days if draw(st.integers(0, 9)) == 9}
    trips = draw(_trips(days)) if travelling else ()
    who = Person("me@example.com", zone, hours, trips=trips, holidays=holidays)
    edges = [instant(day, 0, zone_on(who, day)) for day in days]
    edges += [instant(day, at, zone_on(who, day)) for day in days[1:-1] for span in hours.on(day) for at in span]
    events = draw(_events(edges, days))
    edges += [at for event in events if isinstance(event.when, Interval) for at in (event.when.start, event.when.end)]
    assumed = draw(parameters())
    return World(who, first, last, events, draw(_messages(edges, assumed)), assumed)


@st.composite
def _trips(draw: st.DrawFn, days: Sequence[date]) -> tuple[Trip, ...]:
    first = draw(st.sampled_from(days))
    zone = ZoneInfo(draw(st.sampled_from(["America/Los_Angeles", "Asia/Tokyo", "Pacific/Honolulu"])))
    return (Trip(first, first + timedelta(days=draw(st.integers(0, 1))), zone),)


def _beside(draw: st.DrawFn, anchors: Sequence[int]) -> int:
    """Return an instant at, before or after one of the anchors, by a length that matters."""
    length = draw(st.sampled_from([0, 0, *LIMITS])) + draw(st.sampled_from(JITTER))
    return draw(st.sampled_from(anchors)) + length * draw(st.sampled_from([1, -1]))


@st.composite
def _events(draw: st.DrawFn, edges: Sequence[int], days: Sequence[date]) -> tuple[CalendarEvent, ...]:
    anchors, events = list(edges), list[CalendarEvent]()
    for number in range(draw(st.integers(0, 7))):
        start = _beside(draw, anchors)
        end = start + draw(st.sampled_from(LENGTHS))
        anchors += [start, end, end]
        fields = {"people": 3, **draw(st.sampled_from(FIELDS))}
        event = CalendarEvent(f"e{number}", "", Interval(start, end), **fields)  # type: ignore[arg-type]
        events.append(event)
        if draw(st.integers(0, 9)) == 9:
            moved = Interval(start + draw(st.sampled_from([0, 600])), end + 600)
            newer = replace(event, sequence=1, cancelled=draw(st.booleans()), when=moved)
            events.insert(draw(st.integers(0, len(events))), newer)
    if draw(st.integers(0, 4)) == 4:
        day = draw(st.sampled_from(days))
        shown = draw(st.sampled_from([ShowAs.OUT_OF_OFFICE, ShowAs.BUSY]))
        events.append(CalendarEvent("all-day", "", DateRange(day, day + timedelta(days=1)), show_as=shown))
    return tuple(events)


@st.composite
def _messages(draw: st.DrawFn, edges: Sequence[int], assumed: Parameters) -> tuple[Message, ...]:
    messages: list[Message] = []
    windows = [assumed.burst_gap, assumed.attend_window, assumed.deferred_window]
    for _ in range(draw(st.integers(0, 4))):
        at = _beside(draw, edges)
        if draw(st.booleans()):  # a burst over an edge
            at = draw(st.sampled_from(edges)) - draw(st.sampled_from([1, 59, 60, 120, 300, 600]))
        for _ in range(draw(st.integers(1, 4))):
            where = draw(st.sampled_from(CONVERSATIONS))
            messages.append(said(at, where, outgoing=draw(st.booleans()), micro=draw(st.sampled_from([0, 0, 999_999]))))
            if draw(st.booleans()):  # an answer just inside or outside one of the windows
                at += draw(st.sampled_from(windows)) + draw(st.sampled_from(JITTER))
                messages.append(said(at, where, outgoing=not messages[-1].outgoing))
            at += max(0, draw(st.sampled_from(LIMITS[:12])) + draw(st.sampled_from(JITTER)))
    # An identity that is given twice with two directions has no right answer.
    return tuple({(message.conversation, message.micros): message for message in messages}.values())


def said(at: int, where: Conversation = CONVERSATIONS[0], *, outgoing: bool, micro: int = 0) -> Message:
    return Message(at * 1_000_000 + micro, outgoing, mention=False, conversation=where)


def engine_figures(day: DayMeasure) -> dict[str, object]:
    figures = {name: getattr(day.figures, name) for name in type(day.figures).__dataclass_fields__}
    assert day.figures.switches is not None
    assert day.figures.cost is not None
    return {**figures, "switches": astuple(day.figures.switches), "cost": astuple(day.figures.cost)}


def compare(world: World) -> None:
    slow = Reference(world.who, world.first, world.last, world.events, world.messages, world.parameters)
    result = world.measured()
    for day, ledger in zip(result.days, result.ledgers, strict=True):
        expected = slow.figures(day.date)
        got = engine_figures(day)
        assert {name: got[name] for name in expected} == expected, day.date
        spans = dict.fromkeys(State, 0)
        for span in ledger.spans:
            assert not spans[span.state] & slow.bits(span.start, span.end), "a second twice"
            spans[span.state] |= slow.bits(span.start, span.end)
        states = slow.states(day.date)
        assert {state: list(runs(bits)) for state, bits in spans.items()} == {
            State(name): list(runs(bits)) for name, bits in states.items()
        }


@settings(max_examples=300)
@given(worlds())
def test_every_figure_of_every_day(world: World) -> None:
    compare(world)


@settings(max_examples=100)
@given(worlds(travelling=True))
def test_every_figure_of_every_day_while_travelling(world: World) -> None:
    compare(world)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(-6, 9), st.integers(1, 6)), min_size=2, max_size=8), st.booleans())
def test_meetings_in_a_pile(meetings: list[tuple[int, int]], busy: bool) -> None:
    nine = at("09:00")
    events = [
        CalendarEvent(f"e{n}", "", Interval(nine + start * 600, nine + (start + length) * 600), people=2)
        for n, (start, length) in enumerate(meetings)
    ]
    chats = [said(nine + n * 780, outgoing=n % 3 == 1) for n in range(10 * busy)]
    compare(World(person(), TUESDAY, TUESDAY, tuple(events), tuple(chats), FIXED_TEN))


@pytest.mark.parametrize("by", [-1, 0, 1])
@pytest.mark.parametrize("limit", [1, 60, 300, 900, 1800, 3600, 7200, 12 * 3600, 86_400])
def test_a_length_on_a_limit(limit: int, by: int) -> None:
    length, start, end = limit + by, at("10:00"), at("16:00")
    who = person("Mon-Fri 10:00-16:00")
    for chats in (
        [said(start + 60, outgoing=False), said(start + 60 + length, outgoing=True)],
        [said(start + length, outgoing=True)],
        [said(start, outgoing=True), said(start + 60 + length, outgoing=True)],
        [said(end - length - 60, outgoing=True)],
    ):
        compare(World(who, TUESDAY, TUESDAY + timedelta(days=1), (), tuple(chats), FIXED_TEN))
    for meetings in (
        [(start, start + length)],
        [(start + length, end)],
        [(start, start + 600), (start + 600 + length, end)],
        [(start, end - length)],
    ):
        events = [CalendarEvent(f"e{n}", "", Interval(*when), people=2) for n, when in enumerate(meetings)]
        compare(World(who, TUESDAY, TUESDAY + timedelta(days=1), tuple(events), (), FIXED_TEN))


@pytest.mark.parametrize("before", [0, 1, 30, 59, 60, 61])
@pytest.mark.parametrize("edge", ["00:00", "09:00", "10:00", "11:00", "12:00", "13:00", "15:00", "17:00", "23:59:59"])
def test_a_burst_and_its_trace_over_an_edge(edge: str, before: int) -> None:
    who = person("Mon-Fri 09:00-12:00,13:00-17:00")
    events = (
        meeting("10:00", "11:00"),
        CalendarEvent("late", "", Interval(at("22:00"), at("00:00", TUESDAY + timedelta(days=1))), people=2),
        meeting("15:00", "19:00", show_as=ShowAs.OUT_OF_OFFICE),
    )
    last = at(edge, TUESDAY + timedelta(days=edge == "00:00")) - before
    for chats in (
        [said(last - 120, outgoing=False), said(last, outgoing=True)],
        [said(last, outgoing=True)],
        [said(last - 1, outgoing=True), said(last + 90, outgoing=False)],
        [said(last - 120, outgoing=False), said(last, outgoing=False), said(last + 30, outgoing=True)],
    ):
        compare(World(who, TUESDAY, TUESDAY + timedelta(days=1), events, tuple(chats), FIXED_TEN))


@pytest.mark.parametrize("line", ["10:00 in, 10:04 in, 10:08 in, 10:12 in", "10:00 in, 10:04 out, 10:08 in, 10:12 out"])
def test_a_burst_over_several_meetings_counts_once(line: str) -> None:
    events = (meeting("10:01", "10:02"), meeting("10:03", "10:05"), meeting("10:10", "10:11"))
    compare(World(person(), TUESDAY, TUESDAY, events, tuple(chat(line)), FIXED_TEN))


@pytest.mark.parametrize("first", ["in", "out"])
@pytest.mark.parametrize("apart", [6, 9, 10, 11, 20])
def test_bursts_inside_each_others_recovery(first: str, apart: int) -> None:
    nine = at("09:00")
    for pattern in ("io io io", "io i io", "i io i", "io o io", "i i io"):
        chats = [
            said(nine + burst * apart * 60 + n, outgoing=direction == "o")
            for burst, word in enumerate(pattern.split())
            for n, direction in enumerate(word if first == "in" else word[::-1])
        ]
        compare(World(person(), TUESDAY, TUESDAY, (meeting("09:45", "10:00"),), tuple(chats), FIXED_TEN))


def test_two_occurrences_of_a_series_at_the_same_time_are_two() -> None:
    one = meeting("00:00", "11:00", people=None)
    tomorrow = meeting("00:00", "01:00", TUESDAY + timedelta(days=1), people=None)
    events = (one, replace(one, recurrence_id="20260310T090000Z"), tomorrow)
    compare(World(person(), TUESDAY, TUESDAY, events, (), FIXED_TEN))


@pytest.mark.parametrize("newer_by", [{"sequence": 1}, {"updated": 1}])
def test_a_newer_copy_may_end_at_another_time(newer_by: dict[str, Any]) -> None:
    older = meeting("10:00", "11:00")
    newer = replace(older, when=Interval(at("10:00"), at("11:10")), **newer_by)
    for events in ((older, newer), (newer, older)):
        assert minutes(one_day(events), "meeting", "double_booked") == [70, 0]
