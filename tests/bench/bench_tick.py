"""Ticks of the reconciler for 1, 50 and 1,000 people of one store: our CPU time and requests for each person.

Run: ``python -m tests.bench.bench_tick [--people 1 50 1000]``. The vendors are in memory, so that all CPU time is ours.
"Everything to do": a block begins now, with its event and four settings. "Nothing": the tick right after.
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


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1, 50, 1000])
    given = parser.parse_args()
    heading("Ticks")
    with tempfile.TemporaryDirectory() as folder:
        for people in given.people:
            measured(people, Path(folder))


if __name__ == "__main__":
    main()
