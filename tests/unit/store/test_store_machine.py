"""Whatever is imported, forgotten or breaks off: the store says what a dictionary of the imports would say."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from sqlite3 import Connection

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine, event

from deepday.model import (
    ActivityStream,
    CalendarEvent,
    Conversation,
    ConversationKind,
    DateRange,
    Interval,
    Message,
    Skipped,
    intersect,
    merge,
)
from deepday.store import Outcome, SourceKind, Store, open_store
from tests.postgres import new_place

EVER = Interval(-(2**40), 2**40)
ALWAYS = DateRange(date.min, date.max)
TALKS = [Conversation(f"{number}", kind) for number, kind in enumerate(ConversationKind)]

names = st.sampled_from(["a", "b", "ä/ö.ics"])
intervals = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: Interval(*pair)), max_size=3)
reasons = st.lists(st.text(st.characters(codec="utf-8"), max_size=5), max_size=2)
dates = st.tuples(st.integers(1, 9), st.integers(10, 19))
whens = intervals.filter(bool).map(lambda found: found[0]) | dates.map(
    lambda pair: DateRange(date(2026, 3, pair[0]), date(2026, 3, pair[1]))
)
# What an entry says follows from its key, as with real ones: the same entry twice is the same.
calendars = st.lists(
    st.builds(CalendarEvent, st.sampled_from(["u", "v", "w"]), st.sampled_from(["", "r"]), whens, people=st.just(2)),
    max_size=4,
    unique_by=lambda item: (item.uid, item.recurrence_id),
)
streams = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(TALKS)), max_size=6).map(
    lambda found: ActivityStream.of(Message(micros, micros % 2 == 0, micros % 3 == 0, to) for micros, to in found)
)


class PowerCutError(Exception):
    pass


class StillClock:
    def now(self) -> datetime:
        return datetime(2026, 3, 10, 12, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


@contextmanager
def power_cut(statements: int) -> Iterator[None]:
    """Break off before the n-th statement from now."""
    left = [statements]

    def down(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise PowerCutError

    event.listen(Engine, "before_cursor_execute", down)
    try:
        yield
    except PowerCutError:
        pass
    finally:
        event.remove(Engine, "before_cursor_execute", down)


def messages_of(stream: ActivityStream) -> set[Message]:
    return {
        Message(at * 10**6 + micros, bool(outgoing), bool(mention), stream.conversations[index])
        for at, micros, outgoing, mention, index in zip(
            stream.at, stream.micros, stream.outgoing, stream.mention, stream.conversation, strict=True
        )
    }


def everything(store: Store) -> list[object]:
    covered = [store.coverage(kind) for kind in SourceKind]
    return [store.sources(), store.events(EVER, ALWAYS), store.activity(EVER), store.skipped(), covered]


@pytest.mark.parametrize("act", ["replace_calendar", "add_activity", "forget"])
def test_a_power_cut_before_any_statement_leaves_the_store_as_it_was(place: Path | str, act: str) -> None:
    path = place
    first, second = (
        ActivityStream.of([Message(micros, True, False, talk) for micros, talk in enumerate(talks)])
        for talks in (TALKS[:2], TALKS[1:])
    )
    old, new = (CalendarEvent(uid, "", Interval(1, 2)) for uid in "uv")
    seen, unseen = Interval(0, 10), Interval(20, 30)
    broken = [Skipped("a", "b", "c")]
    with open_store(path, StillClock()) as store:
        store.replace_calendar("x", location="", events=[old], observed=[seen], skipped=broken)
        store.add_activity("x", location="", stream=first, observed=[seen], skipped=broken)
        before = everything(store)
    done, statements = False, -1
    while not done:
        statements += 1
        with open_store(path, StillClock()) as store:
            store.sources()
            with power_cut(statements):
                if act == "replace_calendar":
                    store.replace_calendar("x", location="", events=[new], observed=[unseen])
                elif act == "add_activity":
                    store.add_activity("x", location="", stream=second, observed=[unseen])
                else:
                    store.forget("x")
                done = True
            assert done is (everything(store) != before)
    assert statements > 4


def trust_the_disk(raw: object, *_: object) -> None:
    if isinstance(raw, Connection):
        raw.execute("PRAGMA synchronous = OFF")  # what breaks off here is the program, never the machine


class StoreMachine(RuleBasedStateMachine):
    numbers = count()

    @initialize()
    def begin(self) -> None:
        event.listen(Engine, "checkout", trust_the_disk)
        self.folder = tempfile.TemporaryDirectory()
        self.place = self.new_place()
        self.store = open_store(self.place, StillClock())
        self.calendars: dict[str, tuple[list[CalendarEvent], list[Interval], list[Skipped]]] = {}
        self.activity: dict[str, tuple[set[Message], list[Interval], list[Skipped]]] = {}

    def new_place(self) -> Path | str:
        return Path(self.folder.name) / f"{next(self.numbers)}.sqlite"

    def teardown(self) -> None:
        if hasattr(self, "store"):
            event.remove(Engine, "checkout", trust_the_disk)
            self.store.close()
            self.folder.cleanup()

    @rule(name=names, events=calendars, observed=intervals, reasons=reasons, cut=st.none() | st.integers(0, 20))
    def replace_calendar(
        self, name: str, events: list[CalendarEvent], observed: list[Interval], reasons: list[str], cut: int | None
    ) -> None:
        skipped = [Skipped(name, "somewhere", reason) for reason in reasons]

        def put() -> Outcome:
            return self.store.replace_calendar(
                name, location=name, events=events, observed=observed, skipped=skipped, digest=""
            ).outcome

        if cut is not None:
            with power_cut(cut):
                put()
                self.calendars[name] = events, merge(observed), skipped
            return
        put()
        assert put() is Outcome.UNCHANGED
        self.calendars[name] = events, merge(observed), skipped

    @rule(name=names, stream=streams, observed=intervals, reasons=reasons, cut=st.none() | st.integers(0, 20))
    def add_activity(
        self, name: str, stream: ActivityStream, observed: list[Interval], reasons: list[str], cut: int | None
    ) -> None:
        skipped = [Skipped(name, "somewhere", reason) for reason in reasons]

        def put() -> Outcome:
            return self.store.add_activity(
                name, location=name, stream=stream, observed=observed, skipped=skipped, digest=""
            ).outcome

        messages, covered, _ = self.activity.get(name, (set(), [], []))
        after = messages | messages_of(stream), merge([*covered, *observed]), skipped
        if cut is not None:
            with power_cut(cut):
                put()
                self.activity[name] = after
            return
        put()
        assert put() is Outcome.UNCHANGED
        self.activity[name] = after

    @rule(name=names, cut=st.none() | st.integers(0, 9))
    def forget(self, name: str, cut: int | None) -> None:
        known = name in self.calendars or name in self.activity
        with power_cut(99 if cut is None else cut):
            assert self.store.forget(name) is known
            self.calendars.pop(name, None)
            self.activity.pop(name, None)

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = open_store(self.place, StillClock())

    @rule()
    def import_in_another_order(self) -> None:
        with open_store(self.new_place(), StillClock()) as other:
            for name, (events, observed, skipped) in reversed(self.calendars.items()):
                other.replace_calendar(name, location=name, events=events, observed=observed, skipped=skipped)
            for name, (messages, observed, skipped) in reversed(self.activity.items()):
                stream = ActivityStream.of(messages)
                other.add_activity(name, location=name, stream=stream, observed=observed, skipped=skipped)
            assert other.sources() == self.store.sources()
            assert other.events(EVER, ALWAYS) == self.store.events(EVER, ALWAYS)
            assert other.activity(EVER) == self.store.activity(EVER)
            other.erase()

    @invariant()
    def says_what_was_imported(self) -> None:
        store: Store = self.store
        expected = [(name, item) for name, (events, _, _) in self.calendars.items() for item in events]
        found = store.events(EVER, ALWAYS)
        assert len(found) == len(expected)
        assert {(item.source, item.uid, item.recurrence_id, item.when) for item in found} == {
            (name, item.uid, item.recurrence_id, item.when) for name, item in expected
        }
        said = {message for messages, _, _ in self.activity.values() for message in messages}
        assert store.activity(EVER) == ActivityStream.of(said)

    @invariant()
    def knows_its_sources(self) -> None:
        store: Store = self.store
        assert [(item.kind, item.name) for item in store.sources()] == [
            *((SourceKind.ACTIVITY, name) for name in sorted(self.activity)),
            *((SourceKind.CALENDAR, name) for name in sorted(self.calendars)),
        ]
        covered = [observed for _, observed, _ in self.calendars.values()]
        common = covered[0] if covered else []
        for observed in covered[1:]:
            common = intersect(common, observed)
        assert store.coverage(SourceKind.CALENDAR) == common
        assert store.coverage(SourceKind.ACTIVITY) == merge(
            item for _, observed, _ in self.activity.values() for item in observed
        )
        assert store.skipped() == [
            item for kind in (self.activity, self.calendars) for name in sorted(kind) for item in kind[name][2]
        ]


class SharedStoreMachine(StoreMachine):
    """The same on PostgreSQL: one tenant among all those of the other tests, whose rows must never show."""

    def new_place(self) -> Path | str:
        return new_place()


TestSharedStore = SharedStoreMachine.TestCase
TestSharedStore.settings = settings(
    max_examples=15, stateful_step_count=12, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)

TestStore = StoreMachine.TestCase
TestStore.settings = settings(max_examples=35, stateful_step_count=15)
