"""What holds for every measurement: identities, bounds, symmetries, the ledger, and known expectations."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepday.measure.latency import kaplan_meier
from deepday.measure.parameters import Parameters, ResumptionLag
from deepday.measure.result import Cost, DayLedger, DayMeasure, State, Switches
from deepday.model import Conversation, ConversationKind, DateRange, EventKind, Interval, Message, Response, ShowAs
from tests.unit.measure.office import measured, meeting, person
from tests.unit.measure.reference import Reference, find_bursts, second
from tests.unit.measure.test_against_reference import World, worlds

QUICK = settings(max_examples=40)
LAGS = [0, 1, 59, 60, 61, 240, 299, 300, 301, 600, 900, 1395, 3600, 7200, 86_400]


def known_lag(world: World, lag: int) -> World:
    return replace(world, parameters=replace(world.parameters, lag=ResumptionLag(lag, lag, lag)))


def cost(day: DayMeasure) -> Cost:
    assert day.figures.cost is not None
    return day.figures.cost


# --- identities and bounds -------------------------------------------------------------------------------------------


@QUICK
@given(worlds())
def test_working_time_is_partitioned(world: World) -> None:
    for day in world.measured().days:
        figures = day.figures
        parts = [figures.meeting, figures.handling, figures.focus120, figures.fragmented]
        assert figures.work == sum(part for part in parts if part is not None)
        assert None not in parts


@QUICK
@given(worlds(), st.sampled_from(LAGS))
def test_cost_lies_between_handling_and_the_sum_of_all_recoveries(world: World, lag: int) -> None:
    bursts = find_bursts(world.messages, world.parameters)
    external = [burst.end - burst.start for burst in bursts if burst.origin == "external"]
    any_origin = external + [burst.end - burst.start for burst in bursts if burst.origin == "exposure"]
    for day, still in zip(known_lag(world, lag).measured().days, known_lag(world, 0).measured().days, strict=True):
        assert day.figures.free is not None
        assert cost(still).low <= cost(day).low <= min(day.figures.free, sum(external) + len(external) * lag)
        assert cost(still).high <= cost(day).high <= min(day.figures.free, sum(any_origin) + len(any_origin) * lag)
        assert cost(day).low <= cost(day).central <= cost(day).high


@QUICK
@given(worlds(longest=2), st.lists(st.sampled_from(LAGS) | st.integers(0, 8000), min_size=3, max_size=3, unique=True))
def test_cost_rises_with_the_lag_and_ever_more_slowly(world: World, lags: list[int]) -> None:
    short, middle, long = sorted(lags)
    periods = [known_lag(world, lag).measured().days for lag in (short, middle, long)]
    for days in zip(*periods, strict=True):
        for bound in ("low", "high"):
            low, mid, high = (getattr(cost(day), bound) for day in days)
            assert low <= mid <= high
            assert (mid - low) * (long - middle) >= (high - mid) * (middle - short)


# --- symmetries ------------------------------------------------------------------------------------------------------


@QUICK
@given(worlds(), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(world: World, shuffler: random.Random) -> None:
    events = [*world.events, *shuffler.sample(world.events, len(world.events) // 2)]
    messages = [*world.messages, *shuffler.sample(world.messages, len(world.messages) // 2)]
    shuffler.shuffle(events)
    shuffler.shuffle(messages)
    assert replace(world, events=tuple(events), messages=tuple(messages)).measured() == world.measured()


@pytest.mark.parametrize(
    "other",
    [
        {"response": Response.DECLINED},
        {"show_as": ShowAs.FREE},
        {"people": None},
        {"people": 1},
        {"cancelled": True},
        {"kind": EventKind.FOCUS_TIME},
    ],
)
def test_of_two_copies_of_the_same_age_the_same_one_counts_in_any_order(other: dict[str, Any]) -> None:
    one = meeting("10:00", "11:00")
    two = replace(one, **other)
    assert measured([one, two]) == measured([two, one])


@QUICK
@given(worlds())
def test_a_period_measures_like_its_days_one_by_one(world: World) -> None:
    whole = world.measured()
    for day, ledger in zip(whole.days, whole.ledgers, strict=True):
        alone = replace(world, first=day.date, last=day.date).measured()
        # Rest is time between two days, and a period of one day has no day before it.
        assert replace(alone.days[0], rest_before=day.rest_before) == day
        assert alone.ledgers == (ledger,)


@QUICK
@given(worlds(), st.sampled_from(["UTC", "Asia/Tokyo", "America/St_Johns", "Pacific/Chatham"]))
def test_the_zone_an_event_is_written_in_does_not_matter(world: World, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)

    def rewritten(when: Interval | DateRange) -> Interval | DateRange:
        if isinstance(when, DateRange):
            return when
        walls = [datetime.fromtimestamp(at, UTC).astimezone(zone) for at in (when.start, when.end)]
        return Interval(*(int(wall.timestamp()) for wall in walls))

    events = tuple(replace(event, when=rewritten(event.when)) for event in world.events)
    assert replace(world, events=events).measured() == world.measured()


@QUICK
@given(worlds(), st.permutations(["A", "B", "C"]))
def test_names_of_conversations_do_not_matter(world: World, names: list[str]) -> None:
    # Of two messages in the same microsecond the name decides which opens a burst, so each keeps its own.
    apart = {message.micros: message for message in world.messages}.values()
    new = dict(zip("ABC", names, strict=True))
    renamed = [m._replace(conversation=Conversation(new[m.conversation.pseudonym], m.conversation.kind)) for m in apart]
    assert replace(world, messages=tuple(renamed)).measured() == replace(world, messages=tuple(apart)).measured()


@QUICK
@given(worlds(), st.integers(1, 60))
def test_whole_weeks_can_be_shifted(world: World, weeks: int) -> None:
    world = replace(world, who=replace(world.who, zone=ZoneInfo("Asia/Kathmandu")))  # which never changes its clocks
    by, seconds = timedelta(weeks=weeks), weeks * 7 * 86_400

    def later(when: Interval | DateRange) -> Interval | DateRange:
        if isinstance(when, DateRange):
            return DateRange(when.first + by, when.end + by)
        return Interval(when.start + seconds, when.end + seconds)

    shifted = World(
        replace(world.who, holidays={day + by: name for day, name in world.who.holidays.items()}),
        world.first + by,
        world.last + by,
        tuple(replace(event, when=later(event.when)) for event in world.events),
        tuple(message._replace(micros=message.micros + seconds * 1_000_000) for message in world.messages),
        world.parameters,
    ).measured()
    here = world.measured()
    assert [day.figures for day in shifted.days] == [day.figures for day in here.days]
    assert [day.date - by for day in shifted.days] == [day.date for day in here.days]
    for there, ledger in zip(shifted.ledgers, here.ledgers, strict=True):
        assert [(span.start - seconds, span.end - seconds, span.state) for span in there.spans] == [
            (span.start, span.end, span.state) for span in ledger.spans
        ]


# --- the ledger and the weeks ----------------------------------------------------------------------------------------


def seconds_of(ledger: DayLedger, *states: State) -> int:
    return sum(span.seconds for span in ledger.spans if span.state in states)


@QUICK
@given(worlds())
def test_the_ledger_adds_up_to_the_figures(world: World) -> None:
    result = world.measured()
    for day, ledger in zip(result.days, result.ledgers, strict=True):
        figures = day.figures
        assert seconds_of(ledger, State.MEETING) == figures.meeting
        assert seconds_of(ledger, State.HANDLING) == figures.handling
        assert seconds_of(ledger, State.FOCUS) == figures.focus120
        assert seconds_of(ledger, State.FRAGMENTED) == figures.fragmented
        assert seconds_of(ledger, State.AFTER_HOURS) == figures.after_hours
        assert seconds_of(ledger, State.OFF_DAY) == figures.off_day
        assert seconds_of(ledger, State.BREAK_WORK) == figures.break_work
        assert seconds_of(ledger, State.INTERRUPTED) == cost(day).low
        assert seconds_of(ledger, State.INTERRUPTED, State.EXPOSED) == cost(day).high


@QUICK
@given(worlds())
def test_the_partition_covers_the_working_windows_and_nothing_twice(world: World) -> None:
    for ledger in world.measured().ledgers:
        assert list(ledger.spans) == sorted(ledger.spans, key=lambda span: span.start)
        parts = [span for span in ledger.spans if span.state.in_partition]
        assert all(earlier.end <= later.start for earlier, later in pairwise(parts))
        covered: list[tuple[int, int]] = []
        for span in parts:
            assert span.start < span.end
            if covered and covered[-1][1] == span.start:
                covered[-1] = (covered[-1][0], span.end)
            else:
                covered.append((span.start, span.end))
        assert covered == list(ledger.work)


@QUICK
@given(worlds())
def test_overlays_lie_apart_in_free_time_and_inside_the_date(world: World) -> None:
    for ledger in world.measured().ledgers:
        # An exposure of which an interruption has taken everything is still named, as nothing.
        spans = [span for span in ledger.spans if span.start < span.end]
        lost = [span for span in spans if span.state in {State.INTERRUPTED, State.EXPOSED}]
        assert all(earlier.end <= later.start for earlier, later in pairwise(lost))
        meetings = [span for span in ledger.spans if span.state is State.MEETING]
        for span in lost:
            assert any(start <= span.start and span.end <= end for start, end in ledger.work)
            assert not any(span.start < other.end and other.start < span.end for other in meetings)
        assert all(ledger.start <= span.start and span.end <= ledger.end for span in ledger.spans)


@QUICK
@given(worlds(longest=9))
def test_weeks_are_sums_of_their_days(world: World) -> None:
    result = world.measured()
    for week in result.weeks:
        days = [day for day in result.days if week.first <= day.date <= week.last]
        assert {day.week for day in days} == {week.week}
        for name in type(week.figures).__dataclass_fields__:
            values = [getattr(day.figures, name) for day in days]
            total = getattr(week.figures, name)
            if isinstance(total, Cost | Switches):
                for part in type(total).__dataclass_fields__:
                    assert getattr(total, part) == sum(getattr(value, part) for value in values), (name, part)
            else:
                assert total == sum(values), name
        eligible = [day for day in days if day.eligible]
        assert (week.eligible_days, week.observed_days) == (len(eligible), len(eligible))
        if eligible:
            assert week.mean_eligible_day == round(sum(cost(day).central for day in eligible) / len(eligible))
        assert (week.five_day_equivalent is None) == (len(eligible) < 3)
    assert sum((week.last - week.first).days + 1 for week in result.weeks) == len(result.days)


@QUICK
@given(worlds(), st.lists(st.integers(0, 60), min_size=3, max_size=3))
def test_the_range_of_the_weekly_cost_is_the_cost_at_the_quantiles_of_the_lag(world: World, lags: list[int]) -> None:
    low, mode, high = (minutes * 60.0 for minutes in sorted(lags))
    uncertain = replace(world, parameters=replace(world.parameters, lag=ResumptionLag(low, mode, high)))
    for n, week in enumerate(uncertain.measured().weeks):
        interval = week.cost_interval
        assert interval is not None
        for share, got in ((0.05, interval.p5), (0.5, interval.p50), (0.95, interval.p95)):
            lag = round(uncertain.parameters.lag.quantile(share))
            at_lag = known_lag(uncertain, lag).measured().weeks[n].figures.cost
            assert at_lag is not None
            # Whole seconds of lag for each message, and the rounding of each day.
            assert abs(got - at_lag.central) <= 0.5 * len(world.messages) + 5


# --- an expectation known in closed form -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "per_hour", "lag", "expected", "count"),
    [
        ("09:00-11:00", 4, 10.0, 56.2254, 600),
        ("09:00-13:00", 2, 7.0, 49.2464, 600),
        ("09:00-17:00", 6, 10.0, 300.7755, 120),
        ("09:00-10:30", 10, 23.25, 82.7392, 300),
    ],
)
def test_poisson_interruptions_cost_what_theory_says(
    hours: str, per_hour: int, lag: float, expected: float, count: int
) -> None:
    """Arrivals at rate r in a window T: E[cost] = T - [(1 - e^(-rL)) / r + (T - L) e^(-rL)]."""
    who, first = person(f"Mon-Sun {hours}"), date(2025, 1, 1)
    (start, end), rate = who.hours.on(first)[0], per_hour / 60
    window, unhurt = (end - start) / 60, math.exp(-rate * lag)
    theory = window - ((1 - unhurt) / rate + (window - lag) * unhurt)
    assert theory == pytest.approx(expected, abs=5e-5)

    noise, conversation, messages = random.Random(20260310), Conversation("D", ConversationKind.DIRECT), []
    days = [first + timedelta(days=n) for n in range(count)]
    for day in days:
        at = noise.expovariate(per_hour / 3600)
        while at < end - start:
            micros = (who.midnight(day) + start) * 1_000_000 + int(at * 1_000_000)
            micros -= micros % 1_000_000
            messages.append(Message(micros, False, False, conversation))
            messages.append(Message(micros + 1, True, False, conversation))
            at += noise.expovariate(per_hour / 3600)
    # A burst lasts a second at least, which is taken off the lag: "zero handling".
    seconds = lag * 60 - 1
    simple = Parameters(lag=ResumptionLag(seconds, seconds, seconds), burst_gap=1, handling_minimum=1)
    result = measured(messages=messages, first=first, last=days[-1], who=who, parameters=simple)
    costs = [cost(day).low / 60 for day in result.days]
    mean = sum(costs) / count
    error = math.sqrt(sum((value - mean) ** 2 for value in costs) / (count - 1) / count)
    assert error < 0.02 * expected
    assert abs(mean - expected) < 4 * error


# --- latency and the lag ---------------------------------------------------------------------------------------------

WAITS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=25)


def share_waiting(durations: Sequence[tuple[int, bool]], at: int) -> Fraction:
    """The product over answered lengths up to ``at`` of the share of those still waiting who wait on."""
    share = Fraction(1)
    for length in sorted({length for length, answered in durations if answered and length <= at}):
        at_risk = sum(1 for other, _ in durations if other >= length)
        done = sum(1 for other, answered in durations if answered and other == length)
        share *= Fraction(at_risk - done, at_risk)
    return share


def read(curve: Sequence[tuple[int, Fraction]], at: int) -> Fraction:
    return next((share for length, share in reversed(curve) if length <= at), Fraction(1))


@given(WAITS, st.randoms(use_true_random=False))
def test_kaplan_meier_by_its_definition(durations: list[tuple[int, bool]], shuffler: random.Random) -> None:
    shuffler.shuffle(durations)
    curve = kaplan_meier(durations)
    assert [length for length, _ in curve] == sorted({length for length, answered in durations if answered})
    for at in range(14):
        assert read(curve, at) == share_waiting(durations, at)


@given(WAITS, st.lists(st.integers(0, 15), max_size=10))
def test_more_open_waits_never_make_answers_look_faster(durations: list[tuple[int, bool]], still: list[int]) -> None:
    before, after = kaplan_meier(durations), kaplan_meier([*durations, *((length, False) for length in still)])
    for at in range(17):
        assert read(after, at) >= read(before, at)


@QUICK
@given(worlds())
def test_latency_counts_working_seconds_until_the_first_answer(world: World) -> None:
    result = world.measured()
    slow = Reference(world.who, world.first, world.last, world.events, world.messages, world.parameters)
    work = 0
    for day in world.dates():
        work |= slow.work(day)
    start, end = result.ledgers[0].start, result.ledgers[-1].end
    expected: dict[str, list[tuple[int, bool]]] = {}
    for conversation in {message.conversation for message in world.messages}:
        asked: int | None = None
        mine = [message for message in world.messages if message.conversation == conversation]
        for message in [*sorted(mine, key=lambda m: (m.micros, m.outgoing)), None]:
            at = second(message) if message else end
            if message and not message.outgoing:
                asked = at if asked is None else asked
            elif asked is not None:
                if start <= asked < end:
                    week = next(day.week for day, o in zip(result.days, result.ledgers, strict=True) if asked < o.end)
                    waited = (work & slow.bits(asked, min(at, end))).bit_count()
                    expected.setdefault(week, []).append((waited, at < end))
                asked = None
    for found in result.weeks:
        durations = expected.get(found.week, [])
        if found.latency is None:
            assert not durations
            continue
        answered = sum(1 for _, answer in durations if answer)
        assert (found.latency.answered, found.latency.still_open) == (answered, len(durations) - answered)
        halves = (at for at, answer in sorted(durations) if answer and share_waiting(durations, at) <= Fraction(1, 2))
        assert found.latency.median == next(halves, None)


@given(st.lists(st.integers(0, 3600), min_size=3, max_size=3).map(sorted), st.floats(0, 1))
def test_the_quantile_of_the_lag_inverts_its_distribution(lag: list[int], share: float) -> None:
    low, mode, high = lag
    at = ResumptionLag(low, mode, high).quantile(share)
    assert low <= at <= high
    if low == high:
        return
    if low < mode and at <= mode:
        below = (at - low) ** 2 / ((high - low) * (mode - low))
    else:
        below = 1 - ((high - at) ** 2 / ((high - low) * (high - mode)) if high > mode else 0.0)
    assert below == pytest.approx(share, abs=1e-6)
