"""Keeping days protected: beats of a clock that is turned by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deepday.app.accounts import connect, opened_accounts
from deepday.app.declining import preview, switch_on
from deepday.app.keeping import Beat, Keeper
from deepday.app.protect_deciding import pause
from deepday.app.protect_status import status
from deepday.connect.memory.office import no_fault
from deepday.errors import DeepdayError, ReconnectNeededError, RetryLaterError
from deepday.model import Interval, Override, OverrideKind, Response
from deepday.reconcile.answering import LOOK, SETTLING
from deepday.testing import TurnedClock
from tests.unit.app.protected import OWN, TODAY, TOMORROW, accept, applied, office_of, ours, skip
from tests.unit.app.stranger import ME, Nobody, World, options

NINE = 1_773_133_200 + 86_400  # Wednesday 2026-03-11, 09:00 UTC


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with office_of(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def keeper(world: World) -> Iterator[Keeper]:
    made = Keeper(world.clock)
    yield made
    made.close()


def turn_to(world: World, at: int) -> None:
    world.clock.turn(at - world.clock.now().timestamp())


def done(beat: Beat) -> list[str]:
    assert beat.outcome is not None
    return [f"{one.action} {one.what}" for one in beat.outcome.done]


def test_nothing_is_protected_before_somebody_applied_it(world: World, keeper: Keeper) -> None:
    accept(world, TODAY)
    assert keeper.beat().notes == (f"Accepted, and not protected yet: {TODAY}. Run deepday apply.",)
    assert ours(world.office()) == []
    assert world.office().status == OWN
    assert keeper.beat().notes == ()


def test_blocks_begin_and_end_to_the_second(world: World, keeper: Keeper) -> None:
    accept(world, TOMORROW)
    applied(world)
    first = keeper.beat()
    assert (done(first), first.due) == ([], NINE)
    turn_to(world, NINE - 1)
    assert done(keeper.beat()) == []
    turn_to(world, NINE)
    begun = keeper.beat()
    assert "set status" in done(begun)
    assert begun.due == NINE + 8 * 3600
    turn_to(world, NINE + 8 * 3600 - 1)
    assert "restore status" not in done(keeper.beat())
    turn_to(world, NINE + 8 * 3600)
    assert "restore status" in done(keeper.beat())
    assert world.office().status == OWN


def test_a_pause_ends_by_itself_and_is_waited_for(world: World, keeper: Keeper) -> None:
    accept(world, TODAY)
    applied(world)
    world.clock.turn(60)
    pause(None, "20m", world.clock)
    due = keeper.beat().due
    assert due == int(world.clock.now().timestamp()) + 1200
    turn_to(world, due)
    assert "set status" in done(keeper.beat())


def test_whoever_is_woken_has_their_notifications_back_for_a_while_and_nothing_else(
    world: World, keeper: Keeper
) -> None:
    accept(world, TODAY)
    applied(world)
    world.clock.turn(60)
    keeper.beat()
    began = int(world.clock.now().timestamp())
    with opened_accounts(world.clock) as accounts:
        block = accounts.protecting().known(ME).schedule.blocks[0].id
        woken = Override(ME, block, OverrideKind.WAKE, Interval(began, began + 900), began, "UGRACE", "request r1")
        accounts.protecting().decide(woken)
    beat = keeper.beat()
    assert (done(beat), beat.due) == (["restore do not disturb"], began + 900)
    turn_to(world, began + 900)
    assert done(keeper.beat()) == ["set do not disturb"]


def test_a_machine_that_slept_says_so_and_puts_back_what_ended_meanwhile(world: World) -> None:
    class Sleeper:
        """Its steady clock stands still while it sleeps."""

        slept = 0.0
        now = world.clock.now

        def monotonic(self) -> float:
            return world.clock.monotonic() - self.slept

    accept(world, TODAY)
    applied(world)
    clock = Sleeper()
    sleeper = Keeper(clock)
    assert sleeper.beat().jump == 0
    world.clock.turn(15)
    assert sleeper.beat().jump == 0
    world.clock.turn(12 * 3600)
    clock.slept = 12 * 3600
    woken = sleeper.beat()
    sleeper.close()
    assert woken.jump == 12 * 3600
    assert "restore status" in done(woken)
    assert world.office().status == OWN


def test_a_day_that_is_taken_back_goes_at_once(world: World, keeper: Keeper) -> None:
    accept(world, TOMORROW)
    applied(world)
    keeper.beat()
    skip(world, TOMORROW)
    assert done(keeper.beat()) == ["remove event"]


def test_trouble_is_told_once_and_tried_again(world: World, keeper: Keeper) -> None:
    accept(world, TODAY)

    def down(*_: str) -> None:
        raise RetryLaterError("The office is closed.")

    world.office().fault = down
    [note] = keeper.beat().notes[:1]
    assert "The office is closed." in note
    world.clock.turn(15)
    assert keeper.beat().notes == ()
    world.office().fault = no_fault
    applied(world)
    world.clock.turn(60)
    assert keeper.beat().outcome is not None
    assert len(ours(world.office())) == 1


def test_a_sign_in_while_it_runs_is_noticed(world: World, keeper: Keeper) -> None:
    accept(world, TOMORROW)
    applied(world)
    keeper.beat()
    connect("stranger", options("also-me@example.org"), Nobody(), world.clock)
    assert done(keeper.beat()) == ["create event"]


def test_one_is_enough(world: World, keeper: Keeper) -> None:
    keeper.beat()
    other = Keeper(world.clock)
    with pytest.raises(DeepdayError, match="Another deepday serve runs"):
        other.beat()
    keeper.close()
    assert other.beat().outcome is not None
    other.close()


def test_status_knows_whether_it_runs(world: World, keeper: Keeper) -> None:
    accept(world, TOMORROW)
    applied(world)
    assert any("serve does not run" in note for note in status(world.clock).notes)
    keeper.beat()
    assert status(world.clock).kept_by
    assert not any("serve does not run" in note for note in status(world.clock).notes)
    keeper.close()
    assert not status(world.clock).kept_by


def test_without_an_account_it_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPDAY_CONFIG", str(tmp_path / "deepday.toml"))
    monkeypatch.setenv("DEEPDAY_DATA", str(tmp_path / "data"))
    (tmp_path / "deepday.toml").write_text(f'[me]\nemail = "{ME}"\nzone = "UTC"\n')
    with pytest.raises(DeepdayError, match="No account is connected"):
        Keeper(TurnedClock()).beat()


def test_a_new_invitation_is_declined_once_where_that_was_switched_on(world: World, keeper: Keeper) -> None:
    accept(world, TOMORROW)
    applied(world)
    when = Interval(NINE + 3600, NINE + 5400)
    world.office().invite([when], "Before the switch")
    preview(clock=world.clock)
    world.clock.turn(1)
    switch_on(world.clock)
    keeper.beat()
    assert world.office().told == []
    world.clock.turn(60)
    world.office().invite([when], "Sync")
    said: list[str] = []
    for _ in range(4):
        world.clock.turn(LOOK + SETTLING)
        said += keeper.beat().notes
    [(answer, words)] = world.office().told
    assert answer is Response.DECLINED
    assert words
    assert said.count(f"Declined the invitation for {TOMORROW} 10:00 in stranger {ME}.") == 1


def test_nothing_is_declined_without_the_switch(world: World, keeper: Keeper) -> None:
    accept(world, TOMORROW)
    applied(world)
    world.clock.turn(60)
    world.office().invite([Interval(NINE + 3600, NINE + 5400)], "Sync")
    keeper.beat()
    calls: list[str] = []
    world.office().fault = lambda call, _: calls.append(call)
    for _ in range(4):
        world.clock.turn(15)
        keeper.beat()
    assert world.office().told == []
    assert calls == []  # nor is anybody asked anything


def test_a_new_sign_in_ends_the_wait_of_an_account_that_refused_us(world: World, keeper: Keeper) -> None:
    accept(world, TOMORROW)
    applied(world)
    keeper.beat()

    def refused(*_: str) -> None:
        raise ReconnectNeededError("The grant was withdrawn.", "Sign in again.")

    world.office().fault = refused
    turn_to(world, NINE)
    keeper.beat()
    assert world.office().status == OWN
    world.office().fault = no_fault
    world.clock.turn(30)
    assert "set status" not in done(keeper.beat())  # it is left in peace
    connect("stranger", options(), Nobody(), world.clock)
    assert "set status" in done(keeper.beat())
