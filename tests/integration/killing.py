"""Kills ``deepday serve`` in the middle of its work, again and again, and sees what is left: ``python -m
tests.integration.killing [TIMES]``.

Each life works at another time of the accepted days, has days to protect that the life before had not, and is killed
with SIGKILL while the office answers one of its requests: after the office did what was asked, before the answer is
sent. The last lives end in peace; then nothing of ours may be on, and nothing of the person's may be lost.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deepday.app.protecting import protection
from deepday.clock import OFFSET, SystemClock
from deepday.config.paths import config_file, database_location
from deepday.store.plans import DayState, StoredDay
from deepday_sandbox.office.wire import WireLog
from deepday_sandbox.people import OWNER
from tests.integration.open_office import World, open_office
from tests.integration.stage import Exchange

PATIENCE = 60.0
"""Seconds in which a process must have begun to ask."""

REST = 1.0
"""Seconds without a request after which a process has done all, and is killed at rest."""

FREE = 3
"""Days without a block at the beginning: time enough for mortals to make the events of the days that follow."""

MOST = 26
"""A process is killed within so many requests: signing in, looking, and all the writes of a block that begins."""

OWN_REPLY = {"responseSubject": "Away", "responseBodyPlainText": "Until August I am in the hills."}
"""What the person said in a reply that is off now: its words stay in the mailbox."""

_SETTINGS = f"[me]\nemail = '{OWNER.email}'\nzone = 'Europe/Berlin'\n[serve]\nsync_every = 0\n"


class Executioner:
    """Kills a process at its n-th request, counted from the first one that it sends."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.left = 0
        self.kills = 0
        self.writes = 0
        """How many died before they heard the answer to a write."""
        self._at_writes = False
        self.dead = threading.Event()
        self.asked = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        original = WireLog.write

        def write(log: WireLog, vendor: str, request: Any, *answered: Any) -> None:
            original(log, vendor, request, *answered)
            writes = Exchange(vendor, request[0], request[1], 0).writes
            self.left -= writes or not self._at_writes
            self.asked.set()
            if self.process is not None and self.left == 0 and not self.dead.is_set():
                self.writes += writes
                self.kill()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(WireLog, "write", write)
            yield

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.kills += 1
        self.dead.set()

    def live(self, world: World, requests: int, *, at_writes: bool) -> None:
        """Let a process live until it has sent so many requests, or writes, or has nothing more to do."""
        self.dead.clear()
        self.asked.clear()
        self.left, self._at_writes, self.process = requests, at_writes, _serve(world)
        try:
            assert self.asked.wait(PATIENCE), "deepday serve did not begin"
            while self.asked.is_set() and not self.dead.is_set():
                self.asked.clear()
                self.asked.wait(REST)
            if not self.dead.is_set():
                self.kill()
            assert self.process.wait(PATIENCE) == -signal.SIGKILL
        finally:
            self.process = None


def _offset(world: World) -> dict[str, str]:
    ahead = (world.office.clock.now() - SystemClock(0).now()).total_seconds()
    return {**os.environ, OFFSET: str(ahead)}


def _command(*words: str) -> list[str]:
    return [str(Path(sys.executable).with_name("deepday")), *words]


def _serve(world: World) -> "subprocess.Popen[bytes]":
    out = (world.folder / "serve.log").open("ab")
    return subprocess.Popen(_command("serve", "--no-page"), env=_offset(world), stdout=out, stderr=out)


def accept(world: World, days: list[tuple[date, str]]) -> None:
    """Let the owner accept days, and want them protected."""
    with protection(world.office.clock) as found:
        plans = found.accounts.store.plans()
        rows = [StoredDay(found.name, day, part, DayState.ACCEPTED) for day, part in days]
        plans.record(rows, at=found.now())
        found.keep(found.approvals(), new=True)


def run(folder: Path, times: int = 20, seed: int = 1) -> str:
    """Kill that often; return what was seen, in words. Raises :class:`AssertionError` when something is wrong."""
    chance, executioner = random.Random(seed), Executioner()
    with executioner.watching(), open_office(folder) as world:
        world.connect_google(allow="blocks,replies")
        world.connect_slack(allow="status")
        config_file().write_text(_SETTINGS)
        profile = world.office.settings.profile(OWNER.email)
        profile.status_text, profile.status_emoji = "Lunch", ":pizza:"
        world.office.settings.reply(OWNER.email).google = dict(OWN_REPLY)
        before = _meetings(world)
        today = world.office.clock.now().date()
        workdays = [day for ahead in range(1, 45) if (day := today + timedelta(days=ahead)).weekday() < 5]
        for life in range(times):
            day = workdays[life // 2]
            accept(world, [(one, "morning") for one in workdays[FREE : life // 2 + FREE + 4]])
            hour = 7.5 if life % 2 == 0 else 12.5  # in a morning's block in Berlin, and after it
            world.office.clock.turn(datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour))
            if life == times // 2:
                profile.status_text, profile.status_emoji, profile.status_expiration = "On a train", ":train:", 0
            at_writes = life % 4 < 2  # each in a block and after one
            executioner.live(world, chance.randrange(1, 4 if at_writes else MOST), at_writes=at_writes)
            assert _integrity() == "ok"
        _live_in_peace(world)  # what the killed ones had begun
        last = workdays[times // 2 + FREE + 4]
        world.office.clock.turn(datetime(last.year, last.month, last.day, 20, tzinfo=UTC))
        _live_in_peace(world)
        return _judge(world, executioner, before)


def _live_in_peace(world: World) -> None:
    for _ in range(2):
        world.office.clock.advance(200)
        subprocess.run(_command("serve", "--once"), env=_offset(world), check=True, capture_output=True)


def _integrity() -> str:
    with sqlite3.connect(str(database_location())) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def _meetings(world: World) -> set[tuple[str, int]]:
    entries = world.office.calendars.find(OWNER.email).entries.values()
    return {(one.id, one.version) for one in entries if not one.deleted}


def _judge(world: World, executioner: Executioner, before: set[tuple[str, int]]) -> str:
    profile = world.office.settings.profile(OWNER.email)
    reply = world.office.settings.reply(OWNER.email).google
    assert (profile.status_text, profile.status_emoji) == ("On a train", ":train:"), profile
    assert profile.snooze_until <= world.office.clock.seconds()
    assert reply == OWN_REPLY, reply
    assert before <= _meetings(world), "a meeting of the person's was touched"
    with protection(world.office.clock) as found:
        known = found.known()
        assert found.store.first_break() is None
    assert [slot for slot in known.slots if slot.owned or slot.intent] == []
    states = {entry.state.value for entry in known.entries}
    assert states == {"applied"}, states
    blocks = [entry.block for entry in known.entries]
    approved = sorted(block.id for block in known.schedule.blocks)
    assert sorted(blocks) == approved, set(approved) ^ set(blocks)
    made = len(_meetings(world)) - len(before)
    assert made == len(blocks) + 1, f"{made} events for {len(blocks)} blocks and a lease"
    assert _integrity() == "ok"
    assert executioner.writes >= executioner.kills // 5, "too few died while something was written"
    kills = f"{executioner.kills} kills, {executioner.writes} of them at a write, {len(blocks)} blocks"
    return f"{kills}, store whole, nothing of ours on, nothing of theirs lost"


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(f"{run(Path(folder), times)}\n")


if __name__ == "__main__":
    main()
