"""Diff, apply, decide, take back, over an office in memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from deepday.app.accounts import opened_accounts, remove
from deepday.app.protect_actions import apply, diff
from deepday.app.protect_deciding import adopt, end_early, extend, parse_end, pause, restore_all, restore_days, resume
from deepday.app.protect_past import history
from deepday.app.protect_status import status
from deepday.app.protecting import protection
from deepday.connect import no_progress
from deepday.connect.memory.office import no_fault
from deepday.errors import InputError, NotEnoughDataError
from deepday.model import DoNotDisturb, Interval, Status
from deepday.report.protect_view import ShownChange, ShownDiff
from tests.unit.app.protected import OWN, TODAY, TOMORROW, accept, applied, did, office_of, ours, settings, skip
from tests.unit.app.stranger import ME, World

ALL = ["status", "do not disturb", "automatic reply"]
SET = [("set", kind) for kind in ALL]
BACK = [("restore", kind) for kind in ALL]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with office_of(tmp_path, monkeypatch) as made:
        yield made


def test_a_diff_writes_nothing_and_apply_does_what_it_showed(world: World) -> None:
    accept(world, TODAY, cover="grace@example.org")
    shown = diff(world.clock)
    assert [(one.action, one.what) for one in shown.changes] == [("create", "event"), *SET]
    assert ours(world.office()) == []
    assert world.office().status == OWN
    assert history_is_empty(world)

    done = applied(world)
    assert did(done) == [("create", "event"), *SET]
    assert (done.left, done.refused) == ((), ())
    assert ours(world.office()) == [("10. 09:00", "10. 17:00", "Deep work (urgent: grace)")]
    assert world.office().status.text == "Deep work until 17:00, urgent: grace grace@example.org"
    assert diff(world.clock).empty
    with pytest.raises(NotEnoughDataError, match="nothing to change"):
        applied(world)


def test_changes_that_are_others_after_the_yes_are_shown_again(world: World) -> None:
    accept(world, TODAY)
    seen: list[list[tuple[str, str]]] = []

    def agreed(found: ShownDiff) -> bool:
        seen.append([(one.action, one.what) for one in found.changes])
        if len(seen) == 1:
            skip(world, TODAY)
            accept(world, TOMORROW)
        return len(seen) < 3

    done = apply(agreed, no_progress, world.clock, again=True)
    assert seen == [[("create", "event"), *SET], [("create", "event")]]
    assert did(done) == [("create", "event")]
    assert ours(world.office()) == [("11. 09:00", "11. 17:00", "Deep work")]
    assert world.office().status == OWN


def test_what_is_done_without_having_been_shown_is_named(world: World) -> None:
    accept(world, TOMORROW)

    def agreed(found: ShownDiff) -> bool:
        world.clock.turn(86_400)  # by the answer the block has begun
        return [one.what for one in found.changes] == ["event"]

    done = apply(agreed, no_progress, world.clock)
    assert done is not None
    assert did(done) == [("create", "event"), *SET]
    assert [note.partition(": ")[2] for note in done.notes] == [
        f"set {kind} in stranger {ME}." for kind in ("status", "do not disturb", "automatic reply")
    ]


def history_is_empty(world: World) -> bool:
    try:
        history(0, world.clock)
    except NotEnoughDataError:
        return True
    return False


def test_a_diff_tells_what_the_days_to_come_will_bring(world: World) -> None:
    accept(world, TOMORROW)
    [later] = diff(world.clock).later
    assert [account for _, account, _ in later.settings] == [ME] * 3
    value = later.settings[0][2]
    assert isinstance(value, Status)
    assert value.text == "Deep work until 17:00"


def test_nothing_is_changed_without_consent(world: World) -> None:
    accept(world, TODAY)
    assert apply(lambda _: False, no_progress, world.clock) is None
    assert ours(world.office()) == []
    assert history_is_empty(world)


def test_each_change_is_told_while_it_is_made(world: World) -> None:
    accept(world, TODAY)
    told: list[tuple[str, int, int]] = []
    apply(lambda _: True, lambda *step: told.append(step), world.clock)
    assert [done for _, done, _ in told] == list(range(1, len(told) + 1))
    assert told[0][2] == 4


def test_an_interrupted_apply_is_gone_on_with(world: World) -> None:
    accept(world, TODAY)

    def die(call: str, moment: str) -> None:
        if (call, moment) == ("set_do_not_disturb", "after"):
            raise KeyboardInterrupt

    world.office().fault = die
    with pytest.raises(KeyboardInterrupt):
        applied(world)
    world.office().fault = no_fault
    world.clock.turn(200)
    assert did(applied(world)) == [("set", "automatic reply")]
    world.clock.turn(60)
    assert restore_all(lambda *_: True, no_progress, world.clock, world.wait) is not None
    assert (world.office().status, world.office().do_not_disturb) == (OWN, DoNotDisturb())


def test_a_pause_shows_nothing_and_keeps_the_event(world: World) -> None:
    accept(world, TODAY)
    applied(world)
    world.clock.turn(600)
    assert did(pause(None, "20m", world.clock))[:3] == BACK[:3]
    assert world.office().status == OWN
    assert len(ours(world.office())) == 1
    assert status(world.clock).paused_until == int(world.clock.now().timestamp()) + 1200
    world.clock.turn(60)
    assert ("set", "status") in did(resume(world.clock))
    assert world.office().status.text == "Deep work until 17:00"
    with pytest.raises(NotEnoughDataError, match="Nothing is paused"):
        resume(world.clock)


def test_a_pause_lasts_until_the_blocks_end_when_nothing_else_is_said(world: World) -> None:
    accept(world, TODAY)
    applied(world)
    pause(None, None, world.clock)
    [(_, when)] = status(world.clock).active
    assert status(world.clock).paused_until == when.end


def test_extending_moves_the_end_everywhere(world: World) -> None:
    accept(world, TODAY)
    applied(world)
    world.clock.turn(60)
    assert did(extend(None, "30m", world.clock))[0] == ("move", "event")
    assert ours(world.office()) == [("10. 09:00", "10. 17:30", "Deep work")]
    assert world.office().status.text == "Deep work until 17:30"
    with pytest.raises(InputError, match="anyway"):
        extend("17:00", None, world.clock)
    with pytest.raises(InputError, match="not said"):
        extend(None, None, world.clock)


def test_ending_early_puts_everything_back_and_shortens_the_event(world: World) -> None:
    accept(world, TODAY)
    applied(world)
    world.clock.turn(3600)
    done = did(end_early(world.clock))
    assert done[:4] == [("move", "event"), *BACK[:3]]
    assert ours(world.office()) == [("10. 09:00", "10. 13:00", "Deep work")]
    assert world.office().status == OWN
    with pytest.raises(NotEnoughDataError, match="No deep-work block is on now"):
        end_early(world.clock)


@pytest.mark.parametrize("decide", [lambda clock: pause(None, None, clock), end_early, lambda c: extend(None, "5m", c)])
def test_nothing_can_be_decided_about_what_is_not_on(world: World, decide: object) -> None:
    accept(world, TOMORROW)
    applied(world)
    assert callable(decide)
    with pytest.raises(NotEnoughDataError, match="No deep-work block is on now") as refused:
        decide(world.clock)
    assert "Wed 2026-03-11 09:00 to 17:00" in refused.value.advice


NOON = 1_773_144_000  # Tuesday 2026-03-10, 12:00 UTC


@pytest.mark.parametrize(
    ("until", "length", "end"),
    [("12:30", None, 1800), (None, "45m", 2700), (None, "1h30m", 5400), (None, "90", 5400), (None, "2 h", 7200)],
)
def test_ends_that_are_understood(until: str | None, length: str | None, end: int) -> None:
    assert parse_end(until, length, NOON, "UTC") == NOON + end


@pytest.mark.parametrize(
    ("until", "length"),
    [
        ("12:00", None),
        ("11:59", None),
        ("25:00", None),
        ("noon", None),
        (None, "0m"),
        (None, "25h"),
        (None, "soon"),
        (None, ""),
        ("13:00", "20m"),
    ],
)
def test_ends_that_cannot_be(until: str | None, length: str | None) -> None:
    if not (until or length):
        assert parse_end(until, length, NOON, "UTC") is None
        return
    with pytest.raises(InputError) as refused:
        parse_end(until, length, NOON, "UTC")
    assert refused.value.advice


def test_restoring_everything_leaves_what_was_there_and_says_that_it_looked_again(world: World) -> None:
    world.office().add_event(Interval(NOON + 86_400, NOON + 90_000), "Lunch with Lin")
    accept(world, TODAY, TOMORROW)
    applied(world)
    world.clock.turn(120)
    listed: list[str] = []

    def agreed(changes: Sequence[ShownChange], _: object) -> bool:
        listed.extend(one.action for one in changes)
        return True

    done = restore_all(agreed, no_progress, world.clock, world.wait)
    assert done is not None
    assert sorted(listed) == ["remove", "remove", *["restore"] * 3]
    assert done.left == ()
    assert done.notes == ("A second look at every account found nothing of ours.",)
    assert world.office().status == OWN
    assert [title for _, title in world.office().events()] == ["Lunch with Lin"]
    assert diff(world.clock).empty
    assert f"plan accept {TODAY}" in diff(world.clock).notes[0]


def test_right_after_a_write_the_second_look_waits(world: World) -> None:
    accept(world, TODAY)
    applied(world)
    done = restore_all(lambda *_: True, no_progress, world.clock, world.wait)
    assert done is not None
    assert done.left == ()
    assert world.office().presence.empty


def test_restoring_can_be_declined(world: World) -> None:
    accept(world, TODAY)
    applied(world)
    assert restore_all(lambda *_: False, no_progress, world.clock, world.wait) is None
    assert len(ours(world.office())) == 1


def test_one_day_is_taken_back_and_comes_again_when_it_is_accepted_anew(world: World) -> None:
    accept(world, TODAY, TOMORROW)
    applied(world)
    with pytest.raises(InputError, match="2026-03-12 is not protected"):
        restore_days(["2026-03-12"], lambda *_: True, world.clock)
    assert did(restore_days(["2026-03-11"], lambda *_: True, world.clock)) == [("remove", "event")]
    assert len(ours(world.office())) == 1
    accept(world, TOMORROW)
    assert did(applied(world)) == [("create", "event")]
    assert len(ours(world.office())) == 2


def test_a_day_that_its_person_deletes_is_not_made_again(world: World) -> None:
    accept(world, TODAY)
    applied(world)
    [event] = [one for one in world.office().calendars["primary"].live() if one.times[0].start > NOON - 86_400]
    world.office().delete_event(event.id)
    world.clock.turn(400)
    assert ("veto", "event") in did(applied(world))
    assert ours(world.office()) == []
    assert any("taken back" in note for note in status(world.clock).notes)


def test_a_skipped_day_goes_with_the_next_apply(world: World) -> None:
    accept(world, TOMORROW)
    applied(world)
    skip(world, TOMORROW)
    assert any("plan has changed" in note for note in status(world.clock).notes)
    assert did(applied(world)) == [("remove", "event")]
    assert ours(world.office()) == []


def test_what_the_settings_no_longer_want_is_taken_back(world: World) -> None:
    accept(world, TODAY)
    applied(world)
    world.clock.turn(60)
    settings('\n[[accounts]]\naccount = "stranger"\nevents = false\nstatus = false\n')
    assert did(applied(world)) == [("remove", "event"), ("restore", "status")]
    assert (ours(world.office()), world.office().status) == ([], OWN)
    assert not world.office().do_not_disturb.empty


def test_a_calendar_that_is_not_there_is_named(world: World) -> None:
    accept(world, TODAY)
    settings('\n[[accounts]]\naccount = "stranger"\ncalendar = "Elsewhere"\n')
    [unknown] = diff(world.clock).unknown
    assert "There is no calendar 'Elsewhere' in this account. Known are: Primary." in unknown


def test_the_lease_of_a_process_that_is_no_more_is_not_waited_for(world: World) -> None:
    accept(world, TODAY)
    with protection(world.clock, offline=True) as found:
        host = found.reconciler.holder.partition("/")[0]
        assert found.store.take(ME, f"{host}/999999999/x") is not None
    assert did(applied(world))
    with protection(world.clock, offline=True) as found:
        assert found.store.take(ME, "another-machine/1/x") is not None
    world.clock.turn(60)
    assert "Another deepday" in end_early(world.clock).left[0]


def test_taking_over_says_when_it_begins(world: World) -> None:
    accept(world, TODAY)
    applied(world)
    assert adopt(world.clock).notes == ("This device protects your days already.",)


def test_without_a_calendar_there_is_nothing_to_take_over(world: World) -> None:
    settings("\n[protect]\nevents = false\n")
    with pytest.raises(NotEnoughDataError, match="nothing to take over"):
        adopt(world.clock)


def test_without_an_account_the_command_to_run_is_named(world: World) -> None:
    remove("stranger", clock=world.clock, anyway=True)
    with pytest.raises(NotEnoughDataError, match="No account is connected") as refused:
        diff(world.clock)
    assert "deepday connect" in refused.value.advice
    assert any("No account is connected" in note for note in status(world.clock).notes)


def test_the_installation_keeps_its_name(world: World) -> None:
    names = set()
    for _ in range(2):
        with opened_accounts(world.clock) as accounts:
            names.add(accounts.protecting().installation())
    assert len(names) == 1
