"""Syncing 1, 10 and 50 people against the sandbox office: requests, wall time, and how much of it is ours.

Run: ``python -m tests.bench.bench_sync [--people 1 10 50]``. The office is a process of its own, so that this process's
CPU time is deepday's; the rest of the wall time is the wire and the office. Up to eight people are read at once.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deepday.app.accounts import Accounts
from deepday.app.syncing import Synced, sync_accounts
from deepday.connect import no_progress
from deepday.model import Person, Secret, TokenSet, WeeklyHours
from deepday.store.repository import open_store
from deepday.testing import TurnedClock
from deepday_sandbox.people import OWNER
from deepday_sandbox.period import PERSON
from deepday_sandbox.welcome import APPLICATION
from tests.bench.sync_office import SCOPES
from tests.bench.table import budget, heading, say, show

AT_ONCE = 8
VENDORS = {"google": "google", "microsoft": "graph"}


@dataclass(frozen=True)
class Office:
    """The office's process, from outside."""

    url: str
    now: int
    people: list[dict[str, str]]
    log: Path

    def requests(self) -> int:
        return len(self.log.read_bytes().splitlines()) if self.log.exists() else 0


@contextlib.contextmanager
def office(people: int, folder: Path) -> Iterator[Office]:
    """Run the office of that many people."""
    log = folder / "wire.jsonl"
    line = [sys.executable, "-m", "tests.bench.sync_office", str(people), str(log)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        try:
            yield Office(**told, log=log)
        finally:
            process.terminate()


class Reader:
    """One person's deepday: a store of their own, with their account connected."""

    def __init__(self, there: Office, row: dict[str, str], vendor: str, folder: Path) -> None:
        clock = TurnedClock(datetime.fromtimestamp(there.now, UTC))
        self._store = open_store(folder / f"{row['email']}-{vendor}.sqlite", clock)
        self._accounts = Accounts(self._store, clock)
        self._person = Person(row["email"], PERSON.zone, WeeklyHours.parse("Mon-Fri 09:00-17:00"))
        name = VENDORS[vendor]
        tokens = TokenSet(Secret(row[name]), obtained_at=there.now, expires_at=there.now + 86_400, scopes=SCOPES[name])
        self._accounts.tokens.save(row["email"], vendor, tokens, {"base-url": there.url, "client-id": APPLICATION})

    def sync(self) -> list[Synced]:
        """Sync; raises what the account was refused for."""
        chosen = self._accounts.connected()
        done = list(sync_accounts(self._accounts, chosen, self._person, (), no_progress, time.sleep, False))
        for one in done:
            if one.error:
                raise one.error
        return done

    def events(self) -> int:
        """Return how many occurrences the store holds."""
        return sum(source.events for source in self._store.sources())

    def close(self) -> None:
        self._store.close()


@dataclass(frozen=True)
class Run:
    """What one round over all people took."""

    people: int
    requests: int
    wall: float
    cpu: float
    events: int

    def row(self, name: str) -> list[str]:
        share = self.cpu / self.wall
        each = f"{1000 * self.cpu / self.people:.1f} ms"
        rate = f"{self.events / self.cpu:,.0f}" if self.events else "-"
        return [name, str(self.people), str(self.requests), f"{self.wall:.2f} s", each, f"{share:.0%}", rate]


def run(readers: Sequence[Reader], there: Office) -> Run:
    before = there.requests()
    wall, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = [one for found in pool.map(Reader.sync, readers) for one in found]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    events = sum(reader.events() for reader in readers) if any(one.changed for one in done) else 0
    return Run(len(readers), there.requests() - before, wall, cpu, events)


def measured(people: int, vendor: str) -> tuple[Run, Run]:
    """Return the first sync of everybody, and one in which nothing had changed."""
    with tempfile.TemporaryDirectory() as name, office(people, Path(name)) as there:
        os.environ["DEEPDAY_DATA"] = name
        readers = [Reader(there, row, vendor, Path(name)) for row in there.people]
        try:
            return run(readers, there), run(readers, there)
        finally:
            for reader in readers:
                reader.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, nargs="+", default=[1, 10, 50])
    options = parser.parse_args()
    heading("Sync against the sandbox office")
    say(f"Everybody has the calendar of {OWNER.name}. CPU is ours; the rest of the time is the wire and the office.")
    say("Events are occurrences, read, translated and stored.")
    rows: list[list[str]] = []
    met: list[tuple[str, bool]] = []
    for vendor in VENDORS:
        for people in options.people:
            first, again = measured(people, vendor)
            rows += [first.row(f"{vendor} first"), again.row(f"{vendor} nothing changed")]
            met.append((f"{vendor}, {people}: one request a calendar when nothing changed", again.requests == people))
    show(["", "people", "requests", "wall", "CPU each", "ours", "events/s CPU"], rows)
    for text, good in met:
        budget(text, met=good)


if __name__ == "__main__":
    main()
