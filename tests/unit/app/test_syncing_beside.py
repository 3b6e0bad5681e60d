"""Syncing beside other things: imports, failures of one source, many calendars in one request, clocks that differ."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deepday.app.accounts import connect
from deepday.app.request import Request
from deepday.app.storing import import_files
from deepday.connect import ReadContext, no_progress
from deepday.connect.memory import MemoryAccount
from deepday.connect.memory.office import no_fault
from deepday.errors import DeepdayError, FatalError, InputError, RetryLaterError, UnsupportedError
from deepday.model import CalendarEvent, Cursor, EventPage, Interval, Skipped
from deepday.store.rows import SourceKind
from deepday.store.syncing import Place, SyncState
from tests.unit.app import stranger
from tests.unit.app.stranger import ME, Nobody, World, options
from tests.unit.app.test_syncing import DAY, HOUR, at_vendor, fill, hour, messages, opened, run, said, talk, times

Fault = Callable[[str, str], None]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with stranger.installed(tmp_path, monkeypatch) as made:
        made.office()
        connect("stranger", options(ME), Nobody(), made.clock)
        yield made


def failing(error: BaseException, after: int = 0) -> Fault:
    """Return a fault: calls for events fail with that error once so many went well."""
    calls = 0

    def fault(call: str, moment: str) -> None:
        nonlocal calls
        calls += (call, moment) == ("event_changes", "before")
        if (call, moment) == ("event_changes", "before") and calls > after:
            raise error

    return fault


def ics(path: Path, name: str, events: Sequence[tuple[str, Interval]]) -> str:
    def stamp(seconds: int) -> str:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")

    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{stamp(when.start)}\r\n"
        f"DTEND:{stamp(when.end)}\r\nEND:VEVENT\r\n"
        for uid, when in events
    )
    head = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nX-WR-CALNAME:{name}\r\n"
    path.write_text(f"{head}{body}END:VCALENDAR\r\n", newline="")
    return str(path)


def bring_in(world: World, path: str, name: str | None = None) -> str:
    [done] = import_files(Request(me=ME, zone="UTC"), [path], name, no_progress, world.clock)
    return done.source


def names(world: World) -> list[str]:
    with opened(world) as store:
        return [source.name for source in store.sources() if source.kind is SourceKind.CALENDAR]


def put_in_team(world: World, number: int) -> None:
    calendars = world.office().calendars
    calendars["team"].put(calendars["primary"].objects[world.office().add_event(hour(world, number))])


def state_of(world: World, remote: str, kind: SourceKind = SourceKind.CALENDAR) -> SyncState:
    with opened(world) as store:
        found = store.live().state(Place("stranger", ME, remote), kind)
    assert found is not None
    return found


def test_an_export_of_a_connected_calendar_stands_beside_it(world: World, tmp_path: Path) -> None:
    handles = fill(world, 4)
    run(world)
    export = ics(
        tmp_path / "export.ics", "Primary", [(name, when) for name, when in zip(handles, times(world), strict=True)]
    )
    brought = bring_in(world, export)
    assert brought != "Primary"
    world.office().delete_event(handles[0])
    world.office().move_event(handles[1], hour(world, 30))
    run(world)
    with opened(world) as store:
        assert store.forget(brought)
    assert times(world) == at_vendor(world.office())
    with pytest.raises(InputError, match="connected account"):
        bring_in(world, export, "Primary")
    assert times(world) == at_vendor(world.office())


def test_a_name_that_an_import_took_meanwhile_is_no_hindrance(world: World, tmp_path: Path) -> None:
    fill(world, 8)
    world.office().fault = failing(RetryLaterError("closed", after=HOUR), after=1)
    run(world)
    assert bring_in(world, ics(tmp_path / "x.ics", "Primary", [("other@x", hour(world, 1))])) == "Primary"
    world.office().fault = no_fault
    assert [one.error for one in run(world)] == [None, None]
    assert names(world) == ["Primary", f"Primary (stranger {ME})"]


@pytest.mark.parametrize("error", [UnsupportedError("no"), FatalError("no"), RetryLaterError("no", after=HOUR)])
def test_what_one_calendar_fails_at_keeps_nothing_else_from_being_read(world: World, error: DeepdayError) -> None:
    fill(world, 2)
    put_in_team(world, 9)
    run(world, None, "Team")
    put_in_team(world, 10)
    talk(world.office(), 3)

    def one_fails(account: MemoryAccount, calendar: str, context: ReadContext, cursor: Cursor | None) -> EventPage:
        if calendar == "primary":
            raise error
        return MemoryAccount.event_changes(account, calendar, context, cursor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stranger, "MemoryAccount", type("Partly", (MemoryAccount,), {"event_changes": one_fails}))
        synced = run(world)
    assert [(one.source, one.error) for one in synced] == [
        ("Primary", error),
        ("Team", None),
        (f"Stranger ({ME})", None),
    ]
    assert messages(world) == said(world.office())


def test_a_calendar_that_was_named_once_is_read_until_it_is_whole(world: World) -> None:
    fill(world, 2)
    run(world)
    for number in range(9):
        put_in_team(world, 50 + number)
    pages = 2 + 3  # of the primary calendar, then some of the team's four
    world.office().fault = failing(KeyboardInterrupt(), after=pages)
    with pytest.raises(KeyboardInterrupt):
        run(world, None, "Team")
    assert names(world) == ["Primary"]
    world.office().fault = no_fault
    assert [one.source for one in run(world)][:2] == ["Primary", "Team"]
    assert names(world) == ["Primary", "Team"]


def test_a_reading_under_way_is_erased_by_its_name(world: World) -> None:
    fill(world, 8)
    world.office().fault = failing(KeyboardInterrupt(), after=2)
    with pytest.raises(KeyboardInterrupt):
        run(world)
    with opened(world) as store:
        assert store.forget("Primary")
        assert store.live().states("stranger", ME) == []


class Batched(MemoryAccount):
    """Fetches all that is wanted at once, and takes its time afterwards."""

    fails: DeepdayError | None = None

    def prefetch(self, wanted: Sequence[tuple[str, ReadContext, Cursor]]) -> None:
        if self.fails:
            raise self.fails
        read = super().event_changes
        self.kept = {calendar: read(calendar, context, cursor) for calendar, context, cursor in wanted}
        put_in_team(stranger.world, 70)
        stranger.world.clock.turn(600)

    def event_changes(self, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        kept = getattr(self, "kept", {})
        return kept.pop(calendar) if calendar in kept else super().event_changes(calendar, context, cursor)


def test_many_calendars_in_one_request_vouch_for_the_time_before_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world, 2)
    put_in_team(world, 9)
    run(world, None, "Team")
    world.clock.turn(HOUR)
    asked = world.office().now()
    monkeypatch.setattr(stranger, "MemoryAccount", Batched)
    run(world)
    with opened(world) as store:
        assert [item.end for item in store.coverage(SourceKind.CALENDAR)] == [asked]
    monkeypatch.setattr(stranger, "MemoryAccount", MemoryAccount)
    run(world)
    assert len(times(world)) == len(at_vendor(world.office())) + 2  # the team's stand in both calendars


def test_many_calendars_are_read_singly_where_one_request_cannot(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world, 2)
    put_in_team(world, 9)
    run(world, None, "Team")
    world.office().add_event(hour(world, 40))
    monkeypatch.setattr(Batched, "fails", FatalError("too large"))
    monkeypatch.setattr(stranger, "MemoryAccount", Batched)
    assert [one.error for one in run(world)] == [None, None, None]
    assert hour(world, 40) in times(world)


@pytest.mark.parametrize("skew", [-900.0, None, 900.0])
def test_nothing_is_vouched_for_that_the_service_has_not_seen_yet(
    world: World, skew: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryAccount, "clock_skew", lambda _: skew)
    fill(world, 1)
    run(world)
    with opened(world) as store:
        [observed] = store.coverage(SourceKind.CALENDAR)
    assert observed.end == world.office().now() + min(0, int(skew or 0))


def test_a_round_under_way_is_not_begun_again(world: World) -> None:
    fill(world, 1)
    run(world)
    resting = state_of(world, "primary")
    with opened(world) as store:
        first = store.live().begin_round(resting)
        world.clock.turn(DAY)
        assert store.live().begin_round(resting).began_at == first.began_at
        page = MemoryAccount(world.office()).event_changes("primary", _context(first), first.cursor)
        done = store.live().keep_events(first, page)
        assert (done.synced_at, done.began_at) == (first.began_at, 0)
        assert store.live().keep_events(first, page).synced_at == first.began_at  # whoever else read the same page


def _context(state: SyncState) -> ReadContext:
    return ReadContext(state.window, ZoneInfo("UTC"), ME)


def test_what_was_left_out_is_forgotten_when_it_was_mended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    handles = fill(world, 2)
    whole = MemoryAccount.event_changes

    def broken(account: MemoryAccount, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        page = whole(account, calendar, context, cursor)
        return EventPage(page.upserts, page.removals, page.cursor, page.more, (Skipped("p", handles[0], "Broken."),))

    with monkeypatch.context() as patch:
        patch.setattr(MemoryAccount, "event_changes", broken)
        run(world)
    with opened(world) as store:
        assert [item.where for item in store.skipped()] == [handles[0]]
    world.office().move_event(handles[0], hour(world, 30))
    run(world)
    with opened(world) as store:
        assert store.skipped() == []


def test_a_calendar_that_may_be_in_an_account_that_failed_is_no_mistake(world: World) -> None:
    fill(world, 1)
    world.refused.add(ME)
    [synced] = run(world, None, "Team")
    assert synced.error is not None


def test_a_reading_that_does_not_go_on_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world, 1)
    run(world)
    stuck = state_of(world, "primary").cursor
    assert stuck is not None

    def endless(*_: object) -> EventPage:
        return EventPage((), (), stuck, more=True)

    monkeypatch.setattr(MemoryAccount, "event_changes", endless)
    calendar, _ = run(world)
    assert isinstance(calendar.error, FatalError)


def test_events_keep_all_that_they_say(world: World) -> None:
    event = CalendarEvent("u", "", hour(world, 1), people=4, sequence=3, updated=5)
    world.office().add_whole("primary", [event])
    run(world)
    assert times(world) == [event.when]


def test_the_primary_calendar_is_read_again_after_it_was_erased(world: World) -> None:
    fill(world, 2)
    put_in_team(world, 9)
    run(world, None, "Team")
    with opened(world) as store:
        assert store.forget("Primary")
    assert sorted(one.source for one in run(world))[:2] == ["Primary", f"Stranger ({ME})"]
    assert names(world) == ["Primary", "Team"]
