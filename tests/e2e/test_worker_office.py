"""A worker on a shared database does the vendors' work of a person who connected their accounts there."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from deepday.app.accounts import opened_accounts
from deepday.store.plans import DayState, StoredDay
from deepday_sandbox.people import OWNER
from tests.command import DEEPDAY, Ran, ran
from tests.integration.open_office import World, at_home, open_office
from tests.postgres import WORKER, server

DAY = date(2026, 4, 23)
SETTINGS = f'[me]\nemail = "{OWNER.email}"\nzone = "Europe/Berlin"\nhours = "Mon-Fri 09:00-12:30,13:30-18:00"\n'
WEEK = ("--from", "2026-03-09", "--to", "2026-04-12", "--json")


def surroundings(world: World, database: str) -> dict[str, str]:
    offset = world.office.clock.now().timestamp() - time.time()
    return os.environ | {"DEEPDAY_CLOCK_OFFSET": str(offset), "DEEPDAY_DATABASE_URL": database}


def command(world: World, *arguments: object, database: str, codes: tuple[int, ...] = (0,)) -> Ran:
    done = ran(*arguments, environment=surroundings(world, database), folder=world.folder)
    assert done.code in codes, (arguments, done.out, done.err)
    return done


@contextmanager
def working(world: World, database: str) -> Iterator[None]:
    """Let a worker run meanwhile, at the office's time."""
    own = surroundings(world, database) | {"DEEPDAY_CONFIG": str(world.folder / "worker.toml")}
    Path(own["DEEPDAY_CONFIG"]).write_text('[workers]\nnetworks = ["127.0.0.0/8"]\n', encoding="utf-8")
    with subprocess.Popen([DEEPDAY, "worker"], env=own, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            told = process.communicate(timeout=60)[1]
    assert process.returncode == 0, told


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 90
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.2)


@pytest.mark.timeout(240)
def test_it_reads_and_protects_as_a_service_at_home_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = server().database()
    owner, worker = server().url(database), server().url(database, role=WORKER)
    with open_office(tmp_path) as world:
        settings = tmp_path / "home" / "deepday.toml"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(SETTINGS, encoding="utf-8")
        world.office.clock.turn(datetime(2026, 4, 23, 6, tzinfo=UTC))
        command(world, "admin", "prepare", "--role", WORKER, database=owner)
        tenant = command(world, "admin", "add", settings, "--json", database=worker).json["tenant"]
        mine = f"{worker}{'&' if '?' in worker else '?'}tenant={tenant}"
        monkeypatch.setenv("DEEPDAY_DATABASE_URL", mine)
        world.connect_google(allow="blocks")
        world.connect_slack(allow="status")
        with opened_accounts(world.office.clock) as accounts:
            day = StoredDay(OWNER.email, DAY, "day", DayState.ACCEPTED)
            accounts.store.plans().record([day], at=world.office.clock.seconds())
        command(world, "apply", "--yes", database=mine)
        world.office.clock.turn(datetime(2026, 4, 23, 7, 5, tzinfo=UTC))
        profile = world.office.settings.profile(OWNER.email)
        assert "Deep work" not in profile.status_text

        with working(world, worker):
            until(lambda: "Deep work" in profile.status_text, "the day began, and the status never said so")
            until(lambda: not never_read(world, worker), "the accounts were never read")
        here = command(world, "measure", *WEEK, database=mine).json

        monkeypatch.delenv("DEEPDAY_DATABASE_URL")
        at_home(monkeypatch, tmp_path / "alone")
        alone = tmp_path / "alone" / "home" / "deepday.toml"
        alone.parent.mkdir(parents=True)
        alone.write_text(SETTINGS, encoding="utf-8")
        world.connect_google()
        world.connect_slack()
        world.sync()
        there = command(world, "measure", *WEEK, database="").json
    assert here["weeks"] == there["weeks"]
    assert len(here["weeks"]) == 5


def never_read(world: World, database: str) -> int:
    status = command(world, "admin", "status", "--json", database=database, codes=(0, 1)).json
    return int(status["people"]["never_synced"])
