"""Rows that were kept long enough: gone from the file, and their days count as not looked at."""

from datetime import UTC, date, datetime
from pathlib import Path

from deepday.clock import Clock
from deepday.model import ActivityStream, CalendarEvent, Conversation, ConversationKind, DateRange, Interval, Message
from deepday.store import Store
from deepday.store.rows import SourceKind

DAY = 86_400
START = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
CUT = START + 3 * DAY
SPAN = Interval(START, START + 7 * DAY)


def filled(store: Store) -> None:
    stream = ActivityStream.of(
        [
            Message((START + n * DAY) * 1_000_000, True, False, Conversation(f"pseudonym-{n}", ConversationKind.DIRECT))
            for n in range(7)
        ]
    )
    store.add_activity("Slack", location="x", stream=stream, observed=[SPAN])
    events: list[CalendarEvent] = [
        CalendarEvent(f"timed-{number}", "", Interval(START + number * DAY, START + number * DAY + 3600))
        for number in range(7)
    ]
    events += [
        CalendarEvent(f"whole-{number}", "", DateRange(date(2026, 3, 2 + number), date(2026, 3, 3 + number)))
        for number in range(7)
    ]
    store.replace_calendar("me", location="x", events=events, observed=[SPAN])


def test_older_rows_are_gone_and_their_days_count_as_not_looked_at(store: Store, place: Path | str) -> None:
    filled(store)
    files = list(place.parent.iterdir()) if isinstance(place, Path) else []
    assert any(b"pseudonym-1" in file.read_bytes() for file in files) == isinstance(place, Path)
    assert store.forget_rows(CUT) == 3 + 3 + 2
    assert [one // DAY for one in store.activity(SPAN).at] == [(CUT // DAY) + number for number in range(4)]
    assert store.coverage(SourceKind.ACTIVITY) == [Interval(CUT, SPAN.end)]
    assert store.coverage(SourceKind.CALENDAR) == [Interval(CUT, SPAN.end)]
    left = {event.uid for event in store.events(SPAN, DateRange(date(2026, 3, 1), date(2026, 3, 20)))}
    assert left == {f"timed-{n}" for n in range(3, 7)} | {f"whole-{n}" for n in range(2, 7)}
    assert store.forget_rows(CUT) == 0
    store.close()
    assert not any(b"pseudonym-1" in file.read_bytes() for file in files if file.exists())


def test_an_empty_store_has_nothing_to_forget(store: Store, clock: Clock) -> None:
    assert store.forget_rows(int(clock.now().timestamp())) == 0
