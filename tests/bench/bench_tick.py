"""Ticks of the reconciler for 1, 50 and 1,000 people of one store: our CPU time and requests for each person.

Run: ``python -m tests.bench.bench_tick [--people 1 50 1000]``. The vendors are in memory, so that all CPU time is ours.
"Everything to do": a block begins now, with its event and four settings. "Nothing": the tick right after.

Then one person at the served sandbox office, with the real connectors: HTTP requests by moment, from the wire log.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from deepday.connect.memory import MemoryAccount, MemoryOffice
from deepday.model import ApprovedBlock, SettingKind
from deepday.reconcile import ConnectedAccount, Policy, Reconciler, connected
from deepday.store.repository import open_store
from deepday.testing import TurnedClock, keys_in_memory
from tests.bench.table import heading, say
from tests.integration.stage import RealStage, Served, served
from tests.simulation.world import HOUR, World, remove_disk


@dataclass
class Crowd:
    """People with an office each, in one store."""

    clock: TurnedClock
    reconciler: Reconciler
    accounts: dict[str, list[ConnectedAccount]]
    requests: int = 0

    def count(self, call: str, moment: str) -> None:
        del call
        self.requests += moment == "before"

    def tick(self) -> tuple[float, float]:
        """Tick once for everybody; return CPU seconds and requests for each person."""
        self.requests, began = 0, time.process_time()
        for person, accounts in self.accounts.items():
            self.reconciler.tick(person, accounts)
        return (time.process_time() - began) / len(self.accounts), self.requests / len(self.accounts)


def measured(people: int, folder: Path) -> None:
    clock = TurnedClock()
    with open_store(folder / f"{people}.sqlite", clock) as store:
        protecting = store.protecting(keys_in_memory())
        crowd = Crowd(clock, Reconciler(protecting, clock, Policy("bench"), "bench"), {})
        start = clock.now().replace(tzinfo=None) - timedelta(minutes=1)
        blocks = []
        for number in range(people):
            person, office = f"person{number}@example.com", MemoryOffice(clock)
            office.fault = crowd.count
            crowd.accounts[person] = [connected("memory", person, MemoryAccount(office), SettingKind, "primary")]
            blocks.append(ApprovedBlock(f"b{number}", person, start, start + timedelta(hours=2), "UTC"))
        protecting.approve(blocks, "bench")
        for name in ("everything to do", "nothing to do", "nothing to do"):
            seconds, requests = crowd.tick()
            say(f"{people:>5} people, {name:<16} {seconds * 1000:8.2f} ms of CPU, {requests:5.1f} requests a person")
            clock.turn(15)


def requests_of(there: Served, calendar: str) -> None:
    """Live through a block at the office, and say what each of its moments cost in requests."""
    world = World(3, calm=True, second_device=False, kinds=tuple(SettingKind), stage=RealStage(there, calendar))
    block = world.approve(600, 2 * HOUR)
    moments = (
        ("approved, the first ever", 0),
        ("nothing to do", 15),
        ("the block begins", 600 - 15),
        ("the same, looked at again", 301),
        ("nothing to do", 15),
        ("the block ends", block.when.end - world.now() - 600 - 301 - 15),
        ("nothing to do", 15),
    )
    for name, seconds in moments:
        world.pass_time(seconds)
        before = len(there.wire.all)
        world.tick()
        seen = [one for one in there.wire.all[before:] if not one.path.startswith(("/token", "/oauth2"))]
        writes = sum(one.writes for one in seen)
        say(f"{calendar + ' and slack':<20} {name:<26} {len(seen):3} requests, {writes} of them write")
    world.close()


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1, 50, 1000])
    given = parser.parse_args()
    heading("Ticks")
    with tempfile.TemporaryDirectory() as folder:
        for people in given.people:
            measured(people, Path(folder))
    with served() as there:
        for calendar in ("google", "microsoft"):
            requests_of(there, calendar)
    remove_disk()


if __name__ == "__main__":
    main()
