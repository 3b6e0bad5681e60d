from pathlib import Path

import pytest

from deepday.clock import Clock
from deepday.model import ActivityStream, CalendarEvent, Conversation, ConversationKind, Interval, Message, Skipped
from deepday.store import Source, SourceKind, Store, open_store

NOON = 1_773_144_000  # what the tests' clock shows
EVER = Interval(-(2**40), 2**40)


def put_calendar(store: Store, name: str, *observed: Interval) -> None:
    store.replace_calendar(
        name,
        location=f"https://calendar.example/{name}.ics",
        events=[CalendarEvent(f"uid-of-{name}", "", Interval(10, 20), title=f"title-of-{name}")],
        observed=observed,
        skipped=[Skipped(f"file-of-{name}", f"place-in-{name}", "It has no start.")],
        digest=f"digest-of-{name}",
        etag='"e1"',
        last_modified="Tue, 10 Mar 2026 09:00:00 GMT",
        written_at=77,
    )


def put_activity(store: Store, name: str, *observed: Interval) -> None:
    talk = Conversation(f"pseudonym-of-{name}", ConversationKind.DIRECT)
    stream = ActivityStream.of([Message(micros, True, False, talk) for micros in (1, 2)])
    store.add_activity(name, location=f"{name}.zip", stream=stream, observed=observed, digest=f"digest-of-{name}")


def test_a_source_says_where_it_came_from_and_what_it_holds(store: Store) -> None:
    put_calendar(store, "work", Interval(50, 60), Interval(0, 40))
    put_activity(store, "slack")
    calendar = Source(
        name="work",
        kind=SourceKind.CALENDAR,
        location="https://calendar.example/work.ics",
        digest="digest-of-work",
        etag='"e1"',
        last_modified="Tue, 10 Mar 2026 09:00:00 GMT",
        written_at=77,
        imported_at=NOON,
        events=1,
        messages=0,
        first=0,
        last=60,
        skipped=1,
    )
    activity = Source(
        name="slack",
        kind=SourceKind.ACTIVITY,
        location="slack.zip",
        digest="digest-of-slack",
        etag="",
        last_modified="",
        written_at=0,
        imported_at=NOON,
        events=0,
        messages=2,
        first=None,
        last=None,
        skipped=0,
    )
    assert store.sources() == [activity, calendar]
    assert store.calendar_source("work") == calendar
    assert store.calendar_source("slack") is None


def test_time_counts_as_observed_when_any_activity_covers_it(store: Store) -> None:
    put_activity(store, "a", Interval(0, 10))
    put_activity(store, "b", Interval(5, 20), Interval(30, 40))
    assert store.coverage(SourceKind.ACTIVITY) == [Interval(0, 20), Interval(30, 40)]


def test_time_counts_as_observed_when_every_calendar_covers_it(store: Store) -> None:
    assert store.coverage(SourceKind.CALENDAR) == []
    put_calendar(store, "a", Interval(0, 10), Interval(15, 50))
    assert store.coverage(SourceKind.CALENDAR) == [Interval(0, 10), Interval(15, 50)]
    put_calendar(store, "b", Interval(5, 20), Interval(30, 40))
    assert store.coverage(SourceKind.CALENDAR) == [Interval(5, 10), Interval(15, 20), Interval(30, 40)]
    put_calendar(store, "c")
    assert store.coverage(SourceKind.CALENDAR) == []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_forgetting_leaves_no_trace_in_the_file(store: Store, path: Path) -> None:
    put_calendar(store, "secret", Interval(0, 10))
    put_activity(store, "secret", Interval(0, 10))
    assert store.forget("secret")
    assert store.sources() == []
    assert store.skipped() == []
    assert store.coverage(SourceKind.ACTIVITY) == []
    assert store.coverage(SourceKind.CALENDAR) == []
    assert store.activity(EVER) == ActivityStream()
    assert not any(b"secret" in file.read_bytes() for file in path.parent.iterdir())


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_forgetting_a_stranger_does_nothing(store: Store, path: Path) -> None:
    assert not store.forget("nobody")
    assert not path.parent.exists()


def test_the_key_of_the_pseudonyms_is_made_once(
    store: Store, place: Path | str, other_place: Path | str, clock: Clock
) -> None:
    key = store.pseudonym_key()
    assert len(key) == 32
    store.close()
    with open_store(place, clock) as again:
        assert again.pseudonym_key() == key
    with open_store(other_place, clock) as other:
        assert other.pseudonym_key() != key


def test_the_key_outlives_every_source(store: Store) -> None:
    key = store.pseudonym_key()
    put_activity(store, "slack")
    store.forget("slack")
    assert store.pseudonym_key() == key
