"""Local dates: working hours, zones over time, days off, clock changes, eligibility, rest."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepday.errors import InputError
from deepday.measure.days import working_days
from deepday.model import (
    CalendarEvent,
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
from tests.unit.measure.office import TUESDAY, at, chat, measured, meeting, message, minutes, one_day, person

WEDNESDAY = TUESDAY + timedelta(days=1)
HOUR = 3600


# --- working hours ---------------------------------------------------------------------------------------------------


def hours(text: str) -> list[list[tuple[float, float]]]:
    """Spans by weekday, in hours."""
    return [[(start / HOUR, end / HOUR) for start, end in spans] for spans in WeeklyHours.parse(text).by_weekday]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon-Fri 09:00-17:00", [[(9, 17)]] * 5 + [[]] * 2),
        ("mon-wed, fri 9:00-12:30, 13:30-18:00", [[(9, 12.5), (13.5, 18)]] * 3 + [[], [(9, 12.5), (13.5, 18)], [], []]),
        ("Monday 09:00-17:00; Sunday 22:00-24:00;", [[(9, 17)], [], [], [], [], [], [(22, 24)]]),
        ("Fri-Mon 00:00-24:00", [[(0, 24)], [], [], [], [(0, 24)], [(0, 24)], [(0, 24)]]),
        ("Tue 14:00-15:00,09:00-10:00", [[], [(9, 10), (14, 15)], [], [], [], [], []]),
        ("Tue 09:00-11:00,11:00-15:00", [[], [(9, 11), (11, 15)], [], [], [], [], []]),
    ],
)
def test_working_hours(text: str, expected: list[list[tuple[float, float]]]) -> None:
    assert hours(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ; ",
        "09:00-17:00",
        "Mon-Fri",
        "Mon-Fri 9-17",
        "Noonday 09:00-17:00",
        "Mon-Wed-Fri 09:00-17:00",
        "Mon 09:00-17:00-18:00",
        "Mon 17:00-09:00",
        "Mon 09:00-09:00",
        "Mon 09:60-17:00",
        "Mon 09:00-24:01",
        "Mon 09:00-25:00",
        "Mon 09:00-12:30,12:00-17:00",
        "Mon 09:00-17:00; Mon-Tue 10:00-12:00",
        "Mon, Mon 09:00-17:00",
        "Mon 09:00-17:00,",
        "Mon 09:00-17:00 Tue 09:00-17:00",
    ],
)
def test_working_hours_that_cannot_be_meant(text: str) -> None:
    with pytest.raises(InputError) as refused:
        WeeklyHours.parse(text)
    assert refused.value.what
    assert refused.value.advice or text.strip(" ;") == ""


SPANS = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(
    lambda edges: list(zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False))
)


@given(SPANS.filter(bool))
def test_written_hours_read_back_sorted(spans: list[tuple[int, int]]) -> None:
    def clock(minute: int) -> str:
        return f"{minute // 60:02}:{minute % 60:02}"

    text = ",".join(f"{clock(start)}-{clock(end)}" for start, end in reversed(spans))
    assert WeeklyHours.parse(f"Thu {text}").on(date(2026, 3, 12)) == tuple((s * 60, e * 60) for s, e in spans)


# --- zones over time -------------------------------------------------------------------------------------------------

ZONES = [
    "Europe/Berlin",
    "America/Los_Angeles",
    "Asia/Tokyo",
    "Pacific/Auckland",
    "Pacific/Honolulu",
    "Asia/Kathmandu",
    "America/Santiago",
]


def traveller(home: str, away: str, first: date, last: date) -> Person:
    trips = (Trip(first, last, ZoneInfo(away)),)
    return Person("me@example.com", ZoneInfo(home), WeeklyHours.parse("Mon-Sun 09:00-17:00"), trips=trips)


@given(st.sampled_from(ZONES), st.sampled_from(ZONES), st.dates(date(2026, 1, 1), date(2026, 12, 1)), st.integers(0, 9))
def test_dates_partition_time_wherever_the_owner_travels(home: str, away: str, first: date, length: int) -> None:
    last = first + timedelta(days=length)
    who = traveller(home, away, first, last)
    dates = [first + timedelta(days=n) for n in range(-2, length + 4)]
    spans = [who.day(day) for day in dates]
    assert all(earlier.end == later.start for earlier, later in pairwise(spans))
    assert all(span.start <= span.end for span in spans)
    assert who.window(dates[0], dates[-1]) == Interval(spans[0].start, spans[-1].end)
    for day, span in zip(dates, spans, strict=True):
        zone = ZoneInfo(away if first <= day <= last else home)
        # Chile skips the hour after midnight once a year: there the date begins at one o'clock.
        begins = datetime.fromtimestamp(span.start, UTC).astimezone(zone)
        assert begins.date() == day
        assert datetime.fromtimestamp(span.start - 1, UTC).astimezone(zone).date() < day


@pytest.mark.parametrize(
    ("home", "away", "leaving", "returning"),
    [
        ("Europe/Berlin", "America/Los_Angeles", 33, 16),  # nine hours there, eight back: clocks changed
        ("Europe/Berlin", "Asia/Tokyo", 16, 32),
        ("Pacific/Auckland", "Pacific/Honolulu", 47, 1),  # across the date line
    ],
)
def test_length_of_the_days_before_a_zone_changes(home: str, away: str, leaving: int, returning: int) -> None:
    # The last date in the old zone is the one that grows or shrinks.
    who = traveller(home, away, date(2026, 3, 3), date(2026, 3, 9))
    assert [who.day(day).seconds / HOUR for day in (date(2026, 3, 2), date(2026, 3, 9))] == [leaving, returning]


def test_trips_move_the_working_windows() -> None:
    new_york = ZoneInfo("America/New_York")
    who = person(trips=(Trip(TUESDAY, TUESDAY, new_york),))
    tuesday, wednesday = measured(who=who, last=WEDNESDAY).ledgers
    assert tuesday.work == ((at("09:00", TUESDAY, new_york), at("17:00", TUESDAY, new_york)),)
    assert wednesday.work == ((at("09:00", WEDNESDAY), at("17:00", WEDNESDAY)),)
    assert (tuesday.zone, wednesday.zone) == ("America/New_York", "Europe/Berlin")


def test_a_working_day_ends_with_its_date_on_the_way_east() -> None:
    # Monday in San Francisco is over at 16:00, when it is midnight in Berlin.
    pacific = ZoneInfo("America/Los_Angeles")
    monday = TUESDAY - timedelta(days=1)
    who = person(trips=(Trip(monday, monday, pacific),))
    first, second = measured(who=who, first=monday, last=TUESDAY).ledgers
    assert first.work == ((at("09:00", monday, pacific), at("16:00", monday, pacific)),)
    assert first.end == second.start == at("00:00", TUESDAY)


def test_dates_never_run_backwards() -> None:
    # From UTC-11 to UTC+14 the next date has begun before the last one did.
    samoa, line_islands = ZoneInfo("Pacific/Pago_Pago"), ZoneInfo("Pacific/Kiritimati")
    hours = WeeklyHours.parse("Mon-Fri 09:00-17:00")
    who = Person("me@example.com", line_islands, hours, trips=(Trip(TUESDAY, TUESDAY, samoa),))
    spans = [day.span for day in working_days(who, TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=1), [])]
    assert all(span.start <= span.end for span in spans)
    assert all(earlier.end == later.start for earlier, later in pairwise(spans))


@pytest.mark.parametrize(
    ("day", "berlin"),
    [
        (date(2026, 3, 3), "15:00"),
        (date(2026, 3, 10), "14:00"),
        (date(2026, 3, 24), "14:00"),
        (date(2026, 3, 31), "15:00"),
        (date(2026, 10, 27), "14:00"),
        (date(2026, 11, 3), "15:00"),
    ],
)
def test_10_a_weekly_meeting_in_new_york_moves_in_berlin(day: date, berlin: str) -> None:
    start = at("09:00", day, ZoneInfo("America/New_York"))
    ledger = measured([CalendarEvent("w", "", Interval(start, start + HOUR), people=2)], first=day).ledgers[0]
    assert [(span.start, span.end) for span in ledger.spans if span.state == "meeting"] == [
        (at(berlin, day), at(berlin, day) + HOUR)
    ]


# --- clock changes ---------------------------------------------------------------------------------------------------

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "plan", "worked"),
    [
        (SPRING, "01:00-04:00", 120),
        (SPRING, "02:30-04:00", 30),  # 02:30 does not exist: it is 03:30
        (SPRING, "01:00-02:30", 90),
        (SPRING, "02:30-03:10", 0),
        (SPRING, "00:00-24:00", 23 * 60),
        (AUTUMN, "01:00-04:00", 240),
        (AUTUMN, "02:30-04:00", 150),  # the first 02:30 of two
        (AUTUMN, "01:00-02:30", 90),
        (AUTUMN, "00:00-24:00", 25 * 60),
        (SPRING, "09:00-17:00", 480),
        (AUTUMN, "09:00-17:00", 480),
    ],
)
def test_working_windows_over_a_clock_change(day: date, plan: str, worked: int) -> None:
    sunday = one_day(first=day, who=person(f"Sun {plan}"))
    assert minutes(sunday, "work") == [worked]


# --- days off --------------------------------------------------------------------------------------------------------


def test_a_holiday_has_no_working_time() -> None:
    who = person(holidays={TUESDAY: "Founders' Day"})
    day = one_day([meeting("10:00", "11:00")], chat("12:00 in, 12:03 out"), who=who)
    assert minutes(day, "work", "meeting", "cost", "after_hours", "off_day") == [0, 0, 0, 0, 61]
    assert (day.day_off, day.eligible, day.scheduled) == ("Founders' Day", False, 8 * HOUR)


def test_a_weekend_is_a_day_off_without_a_name() -> None:
    saturday = date(2026, 3, 14)
    day = one_day([meeting("10:00", "11:00", saturday)], first=saturday)
    assert minutes(day, "work", "off_day") == [0, 60]
    assert (day.day_off, day.eligible, day.scheduled) == ("", False, 0)


@pytest.mark.parametrize(
    ("fields", "work"),
    [
        ({"kind": EventKind.OUT_OF_OFFICE}, 0),
        ({"show_as": ShowAs.OUT_OF_OFFICE}, 0),
        ({"show_as": ShowAs.OUT_OF_OFFICE, "response": Response.TENTATIVE}, 480),
        ({"show_as": ShowAs.OUT_OF_OFFICE, "response": Response.NEEDS_ACTION}, 480),
        ({"kind": EventKind.OUT_OF_OFFICE, "show_as": ShowAs.FREE}, 480),
        ({"show_as": ShowAs.OUT_OF_OFFICE, "response": Response.DECLINED}, 480),
        ({"kind": EventKind.OUT_OF_OFFICE, "cancelled": True}, 480),
        ({"show_as": ShowAs.WORKING_ELSEWHERE}, 480),
        ({"kind": EventKind.WORKING_LOCATION}, 480),
    ],
)
def test_what_counts_as_absent(fields: dict[str, object], work: int) -> None:
    for when in (DateRange(TUESDAY, WEDNESDAY), Interval(at("08:00"), at("18:00"))):
        event = CalendarEvent("away", "", when, **fields)  # type: ignore[arg-type]
        day = one_day([event])
        assert minutes(day, "work") == [work]
        assert day.day_off == ("" if work else "absent")


def test_an_absence_of_dates_follows_the_zone_of_each_date() -> None:
    away = CalendarEvent("away", "", DateRange(SPRING, SPRING + timedelta(days=1)), show_as=ShowAs.OUT_OF_OFFICE)
    who = person("Mon-Sun 00:00-24:00")
    days = measured([away], first=SPRING - timedelta(days=1), last=SPRING + timedelta(days=1), who=who).days
    assert [minutes(day, "work")[0] for day in days] == [24 * 60, 0, 24 * 60]


def test_an_absence_over_several_days() -> None:
    friday = date(2026, 3, 13)
    holiday = CalendarEvent(
        "away", "", Interval(at("13:00", TUESDAY), at("13:00", friday)), kind=EventKind.OUT_OF_OFFICE
    )
    days = measured([holiday], first=TUESDAY, last=friday).days
    assert [minutes(day, "work")[0] for day in days] == [240, 0, 0, 240]
    vacation = CalendarEvent("away", "", DateRange(friday, date(2026, 3, 17)), show_as=ShowAs.OUT_OF_OFFICE)
    days = measured([vacation], first=friday, last=date(2026, 3, 17)).days
    assert [day.day_off for day in days] == ["absent", "", "", "absent", ""]


def test_traces_on_a_day_that_is_partly_off() -> None:
    away = meeting("13:00", "19:00", show_as=ShowAs.OUT_OF_OFFICE)
    who = person("Mon-Fri 09:00-10:00,11:00-17:00")
    day = one_day([away], chat("08:00 out, 10:30 out, 12:00 out, 15:00 out, 18:00 out, 20:00 out"), who=who)
    assert minutes(day, "work", "handling", "break_work", "off_day", "after_hours") == [180, 1, 1, 2, 2]


@pytest.mark.parametrize(("until", "eligible"), [("13:00", True), ("13:00:01", False), ("12:59:59", True)])
def test_a_day_with_half_its_hours_is_eligible(until: str, *, eligible: bool) -> None:
    day = one_day([meeting("09:00", until, show_as=ShowAs.OUT_OF_OFFICE)])
    assert day.eligible is eligible


def test_a_meeting_takes_nothing_from_eligibility() -> None:
    assert one_day([meeting("09:00", "17:00")]).eligible


# --- what the day leaves between itself and the day before -----------------------------------------------------------


def rest(evening: Sequence[Message], morning: Sequence[Message]) -> float | None:
    seconds = measured(messages=[*evening, *morning], last=WEDNESDAY).days[1].rest_before
    return None if seconds is None else seconds / HOUR


def test_rest_is_the_longest_time_without_a_trace_between_two_days() -> None:
    morning = [message("09:00", "out", day=WEDNESDAY)]
    assert rest([message("16:59", "out")], morning) == 16
    assert rest([message("16:59", "out"), message("21:59", "out")], morning) == 11
    assert rest([message("22:00", "in")], morning) is None
    assert rest([message("16:59", "out")], []) is None
    assert rest(chat("00:10 out, 11:50 out, 21:59 out"), morning) == 11
    assert rest([message("16:59", "out"), message("02:59", "out", day=WEDNESDAY)], morning) == 9 + 59 / 60


def test_work_until_midnight_is_no_trace_of_the_next_day() -> None:
    until_midnight = CalendarEvent("late", "", Interval(at("00:00") - HOUR, at("00:00")), people=2)
    chats = [message("09:00", "out", day=WEDNESDAY)]
    assert measured([until_midnight], chats, last=WEDNESDAY).days[1].rest_before is None


def test_rest_is_not_the_morning_of_the_day_before() -> None:
    evening = chat("00:29 out, 13:00 out, 17:00 out, 21:00 out, 23:59 out")
    assert rest(evening, [message("07:00", "out", day=WEDNESDAY)]) == 7


# --- the clock that runs in working time only -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "answered", "still_open", "median", "within_limit"),
    [
        ("10:00 in, 10:20 in, 10:40 out", 1, 0, 40, 1.0),
        ("16:50 in, 20:00 out", 1, 0, 10, 1.0),
        ("08:00 in, 09:10 out", 1, 0, 10, 1.0),
        ("18:00 in, 19:00 out", 1, 0, 0, 1.0),
        ("10:00 in, 11:00 out", 1, 0, 60, 1.0),
        ("10:00 in, 11:00:01 out", 1, 0, 60 + 1 / 60, 0.0),
        ("10:00 in A, 10:10 out A, 11:00 in B, 11:20 out B", 2, 0, 10, 1.0),
        ("16:00 in", 0, 1, None, 0.0),
        ("16:00:01 in", 0, 1, None, None),
        ("10:00 in A, 10:30 out A, 11:00 in B", 1, 1, 30, 0.5),
        ("10:00 in A, 12:00 out A, 16:30 in B", 1, 1, 120, 0.0),
        ("00:00 in, 09:05 out", 1, 0, 5, 1.0),
    ],
)
def test_waits(line: str, answered: int, still_open: int, median: float | None, within_limit: float | None) -> None:
    latency = measured(messages=chat(line)).weeks[0].latency
    assert latency is not None
    assert (latency.answered, latency.still_open, latency.within_limit) == (answered, still_open, within_limit)
    assert latency.median == (None if median is None else round(median * 60))


@pytest.mark.parametrize(("reply", "answered"), [("16:59:59", 1), ("17:00", 0)])
def test_an_answer_counts_while_chats_are_observed(reply: str, answered: int) -> None:
    observed = (Interval(at("00:00"), at("17:00")),)
    latency = measured(messages=chat(f"16:00 in, {reply} out"), chats=observed).weeks[0].latency
    assert latency is not None
    assert (latency.answered, latency.still_open) == (answered, 1 - answered)


def test_a_wait_belongs_to_the_week_it_begins_in() -> None:
    monday = date(2026, 3, 16)
    asked = [message("00:00", "in", day=monday), message("09:05", "out", day=monday)]
    weeks = measured(messages=asked, first=monday - timedelta(days=1), last=monday).weeks
    assert [week.latency and week.latency.median for week in weeks] == [None, 300]
