"""Bringing live sources into the store: in full, then what changed, interrupted anywhere, nothing twice or lost."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deepday.app import syncing
from deepday.app.accounts import connect
from deepday.app.syncing import CALENDAR_AHEAD, CALENDAR_PAST, Synced, SyncRequest
from deepday.config.paths import database_location
from deepday.connect import ReadContext, no_progress
from deepday.connect.memory import MemoryAccount, MemoryOffice
from deepday.connect.memory.office import no_fault
from deepday.errors import ConflictError, GoneError, InputError, NotEnoughDataError, RetryLaterError
from deepday.model import ConversationKind, DateRange, Interval
from deepday.store import Store, open_store
from deepday.store.rows import SourceKind
from deepday.store.syncing import Place, SyncStore
from tests.unit.app import stranger
from tests.unit.app.stranger import ME, Nobody, World, options

HOUR = 3600
DAY = 86_400
OTHER = "also-me@example.org"


class CrashError(Exception):
    """The process ends here."""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with stranger.installed(tmp_path, monkeypatch) as made:
        made.office()
        connect("stranger", options(ME), Nobody(), made.clock)
        yield made


def run(world: World, name: str | None = None, *also: str) -> list[Synced]:
    return list(syncing.sync(SyncRequest(name, also), no_progress, world.clock, world.wait))


def hour(world: World, number: int) -> Interval:
    start = world.office().now() // DAY * DAY + DAY + number * 2 * HOUR
    return Interval(start, start + HOUR)


def fill(world: World, many: int = 8) -> list[str]:
    return [world.office().add_event(hour(world, number), f"meeting {number}") for number in range(many)]


def talk(office: MemoryOffice, many: int = 8) -> None:
    for number in range(many):
        office.say("hello", conversation=f"Ada {number % 2}", kind=ConversationKind.DIRECT, outgoing=number % 3 == 0)


def opened(world: World) -> Store:
    return open_store(database_location(), world.clock)


def times(world: World) -> list[Interval]:
    with opened(world) as store:
        found = store.events(Interval(0, 2**40), DateRange(date.min, date.max))
    return sorted(event.when for event in found if isinstance(event.when, Interval))


def at_vendor(office: MemoryOffice) -> list[Interval]:
    return [when for when, _ in office.events()]


def messages(world: World) -> list[tuple[int, int]]:
    with opened(world) as store:
        stream = store.activity(Interval(0, 2**40))
    return sorted(zip(stream.at, stream.micros, strict=True))


def said(office: MemoryOffice) -> list[tuple[int, int]]:
    return sorted(divmod(item.micros, 1_000_000) for item in office.said)


def test_without_an_account_it_says_how_to_connect_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with stranger.installed(tmp_path, monkeypatch) as bare, pytest.raises(NotEnoughDataError) as told:
        run(bare)
    assert "deepday connect" in told.value.advice


def test_the_first_sync_reads_everything_and_the_next_only_what_changed(world: World) -> None:
    handles = fill(world)
    talk(world.office())
    calendar, activity = run(world)
    assert (calendar.source, calendar.full, calendar.changed, calendar.others) == ("Primary", True, 8, ("Team",))
    assert (activity.full, activity.changed) == (True, 8)
    assert times(world) == at_vendor(world.office())
    assert messages(world) == said(world.office())

    world.clock.turn(HOUR)
    assert [(one.full, one.pages, one.changed, one.removed) for one in run(world)] == [(False, 1, 0, 0)] * 2

    world.office().delete_event(handles[0])
    world.office().move_event(handles[1], hour(world, 30))
    world.office().add_event(hour(world, 31))
    talk(world.office(), 2)
    calendar, activity = run(world)
    assert (calendar.full, calendar.changed, calendar.removed, activity.changed) == (False, 2, 1, 2)
    assert times(world) == at_vendor(world.office())
    assert messages(world) == said(world.office())


def test_what_was_observed_ends_where_the_last_sync_began(world: World) -> None:
    fill(world)
    talk(world.office())
    run(world)
    first = world.office().now()
    with opened(world) as store:
        [calendar], [activity] = store.coverage(SourceKind.CALENDAR), store.coverage(SourceKind.ACTIVITY)
    assert calendar == Interval(first // DAY * DAY - CALENDAR_PAST, first)
    assert activity.end <= first
    world.clock.turn(3 * DAY)
    with opened(world) as store:
        assert store.coverage(SourceKind.CALENDAR) == [calendar]  # time alone is no observation
    run(world)
    with opened(world) as store:
        assert store.coverage(SourceKind.CALENDAR) == [Interval(calendar.start, first + 3 * DAY)]


def test_a_failed_sync_observes_nothing(world: World) -> None:
    fill(world)
    run(world)
    with opened(world) as store:
        before = store.coverage(SourceKind.CALENDAR)
    world.clock.turn(DAY)

    def down(call: str, moment: str) -> None:
        if (call, moment) == ("event_changes", "before"):
            raise RetryLaterError("The office is closed.", after=HOUR)

    world.office().fault = down
    calendar, _ = run(world)
    assert isinstance(calendar.error, RetryLaterError)
    assert world.waited == []  # an hour is too long to wait for
    with opened(world) as store:
        assert store.coverage(SourceKind.CALENDAR) == before
    assert times(world) == at_vendor(world.office())


def test_a_busy_service_is_asked_again_after_the_pause_that_it_wants(world: World) -> None:
    fill(world)
    asked = iter([7.0, 2.128, None])

    def busy(call: str, moment: str) -> None:
        if (call, moment) == ("event_changes", "before"):
            with suppress(StopIteration):
                raise RetryLaterError("Slow down.", after=next(asked))

    world.office().fault = busy
    calendar, _ = run(world)
    assert calendar.error is None
    assert world.waited[:2] == [7.0, 2.128]
    assert len(world.waited) == 3
    assert times(world) == at_vendor(world.office())


def test_a_dead_cursor_leads_to_a_full_reading_and_nobody_sees_half_of_it(world: World) -> None:
    handles = fill(world, 9)
    run(world)
    before = times(world)
    world.office().kill_cursors()
    world.office().kill_chat_cursors()
    world.office().delete_event(handles[4])
    pages = 0

    def stop_after_two_pages(call: str, moment: str) -> None:
        nonlocal pages
        pages += (call, moment) == ("event_changes", "after")
        if pages == 2 and (call, moment) == ("event_changes", "before"):
            raise CrashError

    world.office().fault = stop_after_two_pages
    with pytest.raises(CrashError):
        run(world)
    assert times(world) == before  # the shadow is not seen
    with opened(world) as store:
        assert [source.name for source in store.sources() if source.kind is SourceKind.CALENDAR] == ["Primary"]
    world.office().fault = no_fault
    calendar, activity = run(world)
    assert (calendar.full, calendar.error, activity.full) == (True, None, True)
    assert calendar.changed < 8  # it went on where it stopped
    assert times(world) == at_vendor(world.office())


def test_a_calendar_is_read_anew_before_its_window_has_gone_by(world: World) -> None:
    fill(world)
    run(world)
    far = world.office().now() + CALENDAR_AHEAD + 30 * DAY
    world.office().add_event(Interval(far, far + HOUR))
    calendar, _ = run(world)
    assert not calendar.full
    world.clock.turn(CALENDAR_AHEAD // 2 + DAY)
    calendar, _ = run(world)
    assert calendar.full
    assert Interval(far, far + HOUR) in times(world)
    with opened(world) as store:
        [observed] = store.coverage(SourceKind.CALENDAR)
    assert observed.start < world.office().now() - CALENDAR_PAST  # what was known of the past stays


def test_other_calendars_are_read_when_they_are_named_and_from_then_on(world: World) -> None:
    office = world.office()
    fill(world, 2)
    run(world)
    office.calendars["team"].put(office.calendars["primary"].objects[office.add_event(hour(world, 9))])
    _, team, _ = run(world, None, "Team")
    assert (team.source, team.full, team.changed, team.others) == ("Team", True, 1, ())
    assert [one.source for one in run(world)][:2] == ["Primary", "Team"]
    with pytest.raises(InputError, match="no calendar 'Tem'"):
        run(world, None, "Tem")


def test_accounts_stand_side_by_side_and_one_that_fails_hinders_no_other(world: World) -> None:
    connect("stranger", options(OTHER), Nobody(), world.clock)
    fill(world, 3)
    world.office(OTHER).add_event(hour(world, 20), "dentist")
    world.refused.add(ME)
    synced = run(world)
    assert [(one.account, one.source, one.error is None) for one in synced] == [
        (OTHER, "Primary", True),
        (OTHER, f"Stranger ({OTHER})", True),
        (ME, "", False),
    ]
    world.refused.clear()
    connect("stranger", options(ME), Nobody(), world.clock)
    assert all(one.error is None for one in run(world))
    assert times(world) == sorted(at_vendor(world.office()) + at_vendor(world.office(OTHER)))
    with opened(world) as store:
        names = [source.name for source in store.sources() if source.kind is SourceKind.CALENDAR]
    assert names == ["Primary", f"Primary (stranger {ME})"]


def test_a_calendar_that_is_gone_keeps_what_was_read_of_it(world: World) -> None:
    fill(world, 2)
    run(world)
    before = times(world)
    del world.office().calendars["primary"]
    calendar, activity = run(world)
    assert isinstance(calendar.error, GoneError)
    assert "deepday erase 'Primary'" in calendar.error.advice
    assert activity.error is None
    assert times(world) == before


def test_of_two_syncs_at_once_one_gives_way(world: World) -> None:
    fill(world, 9)
    run(world)
    world.office().add_event(hour(world, 40))
    with opened(world) as store:
        live = store.live()
        state = live.state(Place("stranger", ME, "primary"), SourceKind.CALENDAR)
    assert state is not None
    run(world)
    account = MemoryAccount(world.office())
    page = account.event_changes("primary", ReadContext(state.window, ZoneInfo("UTC"), ME), state.cursor)
    with opened(world) as store, pytest.raises(ConflictError):
        store.live().keep_events(state, page)
    assert times(world) == at_vendor(world.office())


def boundaries(monkeypatch: pytest.MonkeyPatch, world: World, last: int) -> Callable[[], int]:
    """Let the process end at the ``last``-th boundary: around each call of the vendor and each write of the store."""
    passed = 0

    def boundary() -> None:
        nonlocal passed
        passed += 1
        if passed == last:
            raise CrashError

    world.office().fault = lambda call, moment: boundary()  # noqa: ARG005 - the office's form
    for name in ("begin", "begin_round", "keep_events", "keep_activity"):
        inner = getattr(SyncStore, name)

        def around(self: SyncStore, *given: Any, _inner: Callable[..., Any] = inner, **named: Any) -> Any:
            boundary()
            result = _inner(self, *given, **named)
            boundary()
            return result

        monkeypatch.setattr(SyncStore, name, around)
    return lambda: passed


@pytest.mark.parametrize("scene", ["first", "following", "dead cursors"])
def test_a_crash_at_any_boundary_loses_nothing_and_doubles_nothing(
    world: World, scene: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crash at boundary 1, 2, 3, …, each time going on from what the last crash left, until a sync comes through."""
    handles = fill(world, 7)
    talk(world.office(), 7)
    if scene != "first":
        run(world)
        world.office().delete_event(handles[0])
        world.office().move_event(handles[1], hour(world, 30))
        talk(world.office(), 4)
    if scene == "dead cursors":
        world.office().kill_cursors()
        world.office().kill_chat_cursors()
    crashes = 0
    for last in range(1, 200):
        with monkeypatch.context() as patched:
            boundaries(patched, world, last)
            try:
                run(world)
            except CrashError:
                crashes += 1
                continue
        break
    assert crashes > 5
    assert times(world) == at_vendor(world.office())
    assert messages(world) == said(world.office())
    world.office().fault = no_fault
    world.office().delete_event(handles[3])
    run(world)
    assert times(world) == at_vendor(world.office())
