"""What the filter drops cannot touch the window; the rules' shortcuts find what dateutil finds."""

# ruff: noqa: DTZ001 - rules are expanded in naive time

from datetime import datetime, timedelta
from itertools import takewhile
from random import Random

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from deepday.connect.ics.components import UnusableError, cut
from deepday.connect.ics.prefilter import touching
from deepday.connect.ics.reading import read_calendar
from deepday.connect.ics.recurrence import Budget, Rule
from deepday.model import CalendarEvent
from tests.bench import bench_ics
from tests.bench.ics_mix import mixed_calendar
from tests.connectors.files.ics_text import calendar, context, event, window


def both_ways(data: bytes) -> tuple[CalendarEvent, ...]:
    """Return the events, which are the same with and without the filter."""
    filtered = read_calendar(data, "a.ics", context())
    everything = read_calendar(data, "a.ics", context(), prefilter=False)
    assert filtered.events == everything.events
    assert (filtered.total, filtered.written_at) == (everything.total, everything.written_at)
    return tuple(filtered.events)


def kept(*parts: list[str]) -> int:
    text = calendar(*parts).decode().replace("\r\n", "\n")
    return len(touching(cut(text).events, window()))


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:20260110T080000Z", "DTEND:20260110T090000Z"],
        ["DTSTART;TZID=Europe/Berlin:20260410T080000"],
        ["DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20260225"],
        ["DTSTART:20250101T080000Z", "RRULE:FREQ=DAILY;UNTIL=20260220T080000Z"],
        ["DTSTART:20260501T080000Z", "RRULE:FREQ=DAILY"],
        ["DTSTART:20260110T080000Z", "RECURRENCE-ID:20260111T080000Z"],
    ],
)
def test_what_lies_outside_is_dropped(lines: list[str]) -> None:
    assert kept(event(*lines)) == 0


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:20260227T080000Z"],
        ["DTSTART:20260402T080000Z"],
        ["DTSTART:20200101T080000Z", "DTEND:20300101T080000Z"],
        ["DTSTART:20200101T080000Z", "DURATION:P1D"],
        ["DTSTART:20200101T080000Z", "RDATE:20200102T080000Z"],
        ["DTSTART:20200101T080000Z", "RRULE:FREQ=YEARLY"],
        ["DTSTART:20250101T080000Z", "DTEND:20250120T080000Z", "RRULE:FREQ=MONTHLY;UNTIL=20260215T080000Z"],
        ["DTSTART:20250101T080000Z", "RRULE:FREQ=DAILY;UNTIL=soon"],
        ["DTSTART:20250101T080000Z", "RRULE:FREQ=DAILY;UNTIL=20240101"],
        ["DTSTART:20250101T080000Z", "RRULE:FREQ=DAILY;UNTIL=20250201", "RRULE:FREQ=YEARLY"],
        ["DTSTART:20250101T080000Z", "RECURRENCE-ID:20260310T080000Z"],
        ["DTSTART:20250101T080000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20250101T080000Z"],
        ["DTSTART:20250101", "DTEND:20240101"],
        ["DTSTART:2025-01-01"],
        ["DTSTART:20251301"],
    ],
)
def test_whatever_is_in_doubt_stays(lines: list[str]) -> None:
    assert kept(event(*lines)) == 1


def test_components_of_one_uid_stay_together() -> None:
    """A newer copy outside the window, or an exception of the series, decides what an older copy inside means."""
    outside = event("DTSTART:20260110T080000Z", "SEQUENCE:2", "X:1")
    assert kept(outside, event(), event("DTSTART:20260110T080000Z", uid="b")) == 2
    assert both_ways(calendar(outside, event())) == ()
    series = event("DTSTART:20250101T080000Z", "RRULE:FREQ=DAILY;UNTIL=20250201T080000Z", "EXDATE:20250105T080000Z")
    moved = event("RECURRENCE-ID:20250105T080000Z", "DTSTART:20260310T080000Z")
    assert both_ways(calendar(series, moved)) == ()


def test_a_mixed_file_gives_the_same_with_and_without_and_by_the_libraries_alone() -> None:
    data = mixed_calendar(800, seed=7)
    ours, reference = bench_ics.ours(data), bench_ics.libraries(data)
    assert len(reference.found) > 1_000
    assert ours.found == reference.found == bench_ics.ours(data, prefilter=False).found


NEAR = st.integers(-60, 90).map(lambda day: datetime(2026, 3, 1) + timedelta(days=day))
TIMES = st.tuples(NEAR, st.integers(0, 23)).map(lambda pair: pair[0].replace(hour=pair[1]))
RULES = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY;BYDAY=-1FR", "WEEKLY;INTERVAL=3", "YEARLY"])


@st.composite
def components(draw: st.DrawFn) -> list[str]:
    """Draw one VEVENT of three UIDs: single, all-day, recurring or overriding, near the window or far from it."""
    at, form = draw(TIMES), draw(st.sampled_from(["DATE", "UTC", "Europe/Berlin", "Pacific/Auckland"]))

    def moment(name: str, when: datetime) -> str:
        if form == "DATE":
            return f"{name};VALUE=DATE:{when:%Y%m%d}"
        return f"{name}:{when:%Y%m%dT%H0000Z}" if form == "UTC" else f"{name};TZID={form}:{when:%Y%m%dT%H0000}"

    lines = [moment("DTSTART", at), f"SEQUENCE:{draw(st.integers(0, 2))}"]
    length = timedelta(days=draw(st.sampled_from([0, 0, 1, 20])), hours=1)
    lines.append(draw(st.sampled_from([moment("DTEND", at + length), "DURATION:P1D", "X-NOTHING:1"])))
    shape = draw(st.sampled_from(["single", "rule", "rule", "override", "dates"]))
    if shape == "rule":
        until = draw(st.sampled_from([f"{draw(TIMES):%Y%m%dT%H0000Z}", f"{draw(NEAR):%Y%m%d}"]))
        end = draw(st.sampled_from(["", ";COUNT=5", f";UNTIL={until}"]))
        lines += [f"RRULE:FREQ={draw(RULES)}{end}", moment("EXDATE", draw(TIMES))]
    elif shape == "override":
        lines.append(moment(draw(st.sampled_from(["RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE"])), draw(TIMES)))
    elif shape == "dates":
        lines.append(moment("RDATE", draw(TIMES)))
    return event(*lines, uid=draw(st.sampled_from("abc")))


@settings(max_examples=150)
@given(st.lists(components(), max_size=6), st.randoms(use_true_random=False))
def test_the_filter_and_the_order_of_the_file_change_nothing(parts: list[list[str]], order: Random) -> None:
    found = both_ways(calendar(*parts))
    order.shuffle(parts)
    assert both_ways(calendar(*parts)) == found


LIMITS = st.lists(
    st.sampled_from(
        ["BYDAY=MO,TH", "BYMONTH=3,4", "BYMONTHDAY=1,15,-1", "BYSETPOS=1", "BYHOUR=9,17", "WKST=SU", "BYDAY=SA"]
    ),
    max_size=2,
    unique_by=lambda part: part.partition("=")[0],
)


@settings(max_examples=200)
@example("DAILY", 7, ["BYDAY=MO,TH"], None, datetime(2026, 1, 6, 9))
@example("YEARLY", 4, [], None, datetime(2024, 2, 29, 9))
@example("MONTHLY", 1, [], None, datetime(2023, 1, 31, 9))
@given(
    st.sampled_from(["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 14),
    LIMITS,
    st.none() | st.integers(1, 400),
    st.integers(0, 24 * 1_500).map(lambda hours: datetime(2022, 1, 1) + timedelta(hours=hours)),
)
def test_a_shortened_walk_finds_what_the_whole_walk_finds(
    freq: str, interval: int, limits: list[str], count: int | None, begin: datetime
) -> None:
    text = ";".join([f"FREQ={freq}", f"INTERVAL={interval}", *limits, *([f"COUNT={count}"] if count else [])])
    low, high = datetime(2026, 2, 27), datetime(2026, 4, 3)
    try:
        whole = takewhile(lambda at: at <= high, rrulestr(text, dtstart=begin))
    except ValueError:
        assume(False)  # dateutil knows by itself that this one never matches
    expected = [at for at in whole if low <= at]
    try:
        assert Rule.parse(text).instances(begin, None, low, high, Budget()) == expected
    except UnusableError:
        assert not expected
