"""An accepted day in an office in memory, for tests of protection."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from deepday.app.accounts import connect, opened_accounts
from deepday.app.protect_actions import apply
from deepday.config.paths import config_file
from deepday.connect import no_progress
from deepday.connect.memory import MemoryOffice
from deepday.model import Status
from deepday.report.protect_view import Outcome
from deepday.store.covers import Role
from deepday.store.plans import DayState, StoredDay
from tests.unit.app import stranger
from tests.unit.app.stranger import ME, Nobody, World, options

TODAY = date(2026, 3, 10)
YEAR = 3 * 366 * 86_400
TOMORROW = date(2026, 3, 11)
OWN = Status("Working remotely", ":house:")


@contextmanager
def office_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Give an office with one connected account and a status of its owner's own; it is Tuesday, 12:00."""
    with stranger.installed(folder, monkeypatch) as world:
        world.office().status = OWN
        connect("stranger", options(), Nobody(), world.clock)
        yield world


def accept(world: World, *days: date, part: str = "day", cover: str = "") -> None:
    """Accept days, a second later."""
    world.clock.turn(1)
    now = int(world.clock.now().timestamp())
    with opened_accounts(world.clock) as accounts:
        accounts.store.plans().record([StoredDay(ME, day, part, DayState.ACCEPTED) for day in days], at=now)
        for day in days if cover else ():
            accounts.store.covers().keep(ME, day, {(Role.POINT, ""): cover}, at=now)


def skip(world: World, day: date) -> None:
    """Take a day out of the plan, a second later."""
    world.clock.turn(1)
    with opened_accounts(world.clock) as accounts:
        accounts.store.plans().record(
            [StoredDay(ME, day, "day", DayState.SKIPPED)], at=int(world.clock.now().timestamp())
        )


def applied(world: World) -> Outcome:
    """Apply without a question."""
    done = apply(lambda _: True, no_progress, world.clock)
    assert done is not None
    return done


def did(done: Outcome | None) -> list[tuple[str, str]]:
    """Return what was done, as action and what."""
    assert done is not None
    return [(one.action, one.what) for one in done.done]


def settings(text: str) -> None:
    """Add lines to the settings."""
    with config_file().open("a", encoding="utf-8") as file:
        file.write(text)


def ours(office: MemoryOffice) -> list[tuple[str, str, str]]:
    """Return beginning, end and title of the events in the calendar; the note about devices lies in 1971."""
    lately = [(when, title) for when, title in office.events() if when.start > YEAR]
    return [(_shown(when.start), _shown(when.end), title) for when, title in lately]


def _shown(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%d. %H:%M}"
