"""Which calendar protection writes to: one of its own, which may not be to be had, or none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deepday.app.protect_actions import diff
from deepday.app.protect_shown import ALONE
from deepday.app.protect_status import status
from deepday.connect.memory import MemoryAccount
from deepday.errors import RetryLaterError, UnsupportedError
from tests.unit.app.protected import TODAY, TOMORROW, accept, applied, did, office_of, settings
from tests.unit.app.stranger import ME, World

SET = [("set", kind) for kind in ("status", "do not disturb", "automatic reply")]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with office_of(tmp_path, monkeypatch) as made:
        yield made


def test_why_a_calendar_of_its_own_was_not_made_is_said_everywhere(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(world, TODAY)
    settings("\n[protect]\nown_calendar = true\n")
    why = f"No events are written to stranger {ME}: This account takes no more calendars. Delete one."

    def full(*_: object) -> None:
        raise UnsupportedError("This account takes no more calendars.", "Delete one.")

    with monkeypatch.context() as patch:
        patch.setattr(MemoryAccount, "ensure_own_calendar", full)
        done = applied(world)
    assert did(done) == SET
    assert done.left == (why,)
    assert why in diff(world.clock).notes
    assert [what for what, _ in status(world.clock).trouble] == [why]
    assert did(applied(world)) == [("create", "event")]
    assert status(world.clock).trouble == ()
    assert why not in diff(world.clock).notes


def test_a_calendar_of_its_own_is_not_forgotten_when_it_cannot_be_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(world, TOMORROW)
    settings("\n[protect]\nown_calendar = true\n")
    applied(world)

    def down(*_: object) -> None:
        raise RetryLaterError("The service is down.")

    with monkeypatch.context() as patch:
        patch.setattr(MemoryAccount, "ensure_own_calendar", down)
        accept(world, TODAY)
        applied(world)
    assert diff(world.clock).empty, "what is in the calendar is still known"


def test_where_no_calendar_is_written_one_machine_only_is_asked_for(world: World) -> None:
    accept(world, TODAY)
    settings('\n[[accounts]]\naccount = "stranger"\nevents = false\n')
    assert ALONE in diff(world.clock).notes
    applied(world)
    assert ALONE in status(world.clock).notes


def test_with_a_calendar_nothing_is_said_of_other_machines(world: World) -> None:
    accept(world, TODAY)
    assert ALONE not in diff(world.clock).notes
    applied(world)
    assert ALONE not in status(world.clock).notes
