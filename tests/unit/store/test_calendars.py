from dataclasses import replace
from datetime import date

import pytest

from deepday.model import CalendarEvent, DateRange, EventKind, Interval, Response, ShowAs, Skipped
from deepday.store import ImportResult, Outcome, Store

MARCH = DateRange(date(2026, 3, 1), date(2026, 4, 1))
DAY = Interval(0, 86_400)
STANDUP = CalendarEvent("standup@x", "19700101T090000Z", Interval(32_400, 33_300), people=5, source="work")
REVIEW = CalendarEvent(
    uid="review@x",
    recurrence_id="",
    when=Interval(40_000, 43_600),
    show_as=ShowAs.TENTATIVE,
    response=Response.NEEDS_ACTION,
    kind=EventKind.FOCUS_TIME,
    cancelled=True,
    sequence=3,
    updated=1_700_000_000,
    title="Überprüfung 🗓",
    source="work",
)
LEAVE = CalendarEvent(
    "leave@x", "", DateRange(date(2026, 3, 9), date(2026, 3, 14)), show_as=ShowAs.OUT_OF_OFFICE, source="work"
)
ALL = [STANDUP, REVIEW, LEAVE]


def put(
    store: Store,
    *events: CalendarEvent,
    name: str = "work",
    observed: tuple[Interval, ...] = (DAY,),
    skipped: tuple[Skipped, ...] = (),
    written_at: int = 0,
) -> ImportResult:
    return store.replace_calendar(
        name,
        location=f"{name}.ics",
        events=events,
        observed=observed,
        skipped=skipped,
        digest="d",
        written_at=written_at,
    )


def read(store: Store) -> list[CalendarEvent]:
    return store.events(DAY, MARCH)


def test_every_field_comes_back(store: Store) -> None:
    assert put(store, *reversed(ALL)) == ImportResult(Outcome.IMPORTED, added=3)
    assert read(store) == ALL


def test_events_carry_the_name_of_their_calendar(store: Store) -> None:
    put(store, replace(STANDUP, source="/home/ada/work.ics"))
    put(store, STANDUP, name="team")
    assert [event.source for event in read(store)] == ["team", "work"]


def test_a_second_import_changes_nothing(store: Store) -> None:
    put(store, *ALL)
    assert put(store, *ALL) == ImportResult(Outcome.UNCHANGED, kept=3)
    assert read(store) == ALL


def test_a_new_copy_is_compared_entry_by_entry(store: Store) -> None:
    put(store, *ALL)
    moved = replace(REVIEW, when=Interval(50_000, 53_600), sequence=4)
    new = replace(STANDUP, uid="lunch@x")
    assert put(store, STANDUP, moved, new) == ImportResult(Outcome.IMPORTED, added=1, removed=1, changed=1, kept=1)
    assert read(store) == [new, STANDUP, moved]


def test_a_title_that_the_user_no_longer_keeps_is_gone(store: Store) -> None:
    put(store, REVIEW)
    assert put(store, replace(REVIEW, title=None)).changed == 1
    assert [event.title for event in read(store)] == [None]


def test_the_newer_of_two_copies_of_an_event_stays_wherever_it_stands(store: Store) -> None:
    newer = replace(STANDUP, people=6, sequence=1)
    put(store, newer, STANDUP)
    assert read(store) == [newer]


def test_two_events_under_one_uid_that_start_apart_both_stay(store: Store) -> None:
    other = replace(STANDUP, when=Interval(60_000, 61_000))
    put(store, STANDUP, other)
    assert read(store) == [STANDUP, other]


def test_an_older_copy_is_not_taken(store: Store) -> None:
    put(store, STANDUP, written_at=200)
    assert put(store, REVIEW, written_at=199) == ImportResult(Outcome.OLDER)
    assert read(store) == [STANDUP]


@pytest.mark.parametrize("written_at", [200, 201, 0])
def test_a_copy_that_is_not_known_to_be_older_is_taken(store: Store, written_at: int) -> None:
    put(store, STANDUP, written_at=200)
    assert put(store, REVIEW, written_at=written_at).outcome is Outcome.IMPORTED
    assert read(store) == [REVIEW]


def test_a_wider_coverage_alone_is_a_change(store: Store) -> None:
    put(store, *ALL)
    assert put(store, *ALL, observed=(Interval(0, 90_000),)) == ImportResult(Outcome.IMPORTED, kept=3)
    source = store.calendar_source("work")
    assert source is not None
    assert (source.first, source.last) == (0, 90_000)


def test_what_was_skipped_is_replaced(store: Store) -> None:
    first = (Skipped("work.ics", "UID b", "It has no start."), Skipped("work.ics", "UID a", "It has no start."))
    put(store, skipped=first)
    assert store.skipped() == list(first)
    assert put(store, skipped=first[1:]).outcome is Outcome.IMPORTED
    assert store.skipped() == [first[1]]


@pytest.mark.parametrize(
    ("window", "found"),
    [
        (Interval(33_300, 40_000), []),  # ends where one begins, begins where one ends
        (Interval(33_299, 40_000), ["standup@x"]),
        (Interval(33_300, 40_001), ["review@x"]),
        (Interval(41_000, 41_001), ["review@x"]),
    ],
)
def test_timed_events_that_overlap_the_window_are_found(store: Store, window: Interval, found: list[str]) -> None:
    put(store, *ALL)
    nowhere = DateRange(date(1970, 1, 1), date(1970, 1, 2))
    assert [event.uid for event in store.events(window, nowhere)] == found


@pytest.mark.parametrize(
    ("first", "end", "found"),
    [(8, 9, 0), (8, 10, 1), (13, 14, 1), (14, 15, 0), (1, 31, 1)],
)
def test_all_day_events_that_overlap_the_dates_are_found(store: Store, first: int, end: int, found: int) -> None:
    put(store, *ALL)
    dates = DateRange(date(2026, 3, first), date(2026, 3, end))
    assert len(store.events(Interval(0, 0), dates)) == found


def test_names_that_are_no_unicode_are_kept_readable(store: Store) -> None:
    put(store, replace(STANDUP, uid="caf\udce9"), name="caf\udce9.ics")
    assert [event.uid for event in read(store)] == ["caf\\udce9"]
    assert store.calendar_source("caf\udce9.ics") is not None
    assert store.forget("caf\udce9.ics")


def test_an_empty_calendar_is_a_calendar(store: Store) -> None:
    assert put(store) == ImportResult(Outcome.IMPORTED)
    assert put(store) == ImportResult(Outcome.UNCHANGED)
    assert [source.events for source in store.sources()] == [0]
