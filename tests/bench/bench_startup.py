"""What a command costs from start to end: help, and measuring a person-year from the store.

Run: ``python -m tests.bench.bench_startup [--rounds 9]``. Each command is a process of its own; they take turns.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from deepday.clock import SystemClock
from deepday.model import ActivityStream, CalendarEvent, Conversation, ConversationKind, Interval, Message
from deepday.store.repository import open_store
from tests.bench.people import MONDAY, WEEK, Person, organisation, persons
from tests.bench.table import budget, heading, say, show

WEEKS = 52
EARLIER = 104 * WEEK  # a year that is over
FIRST = datetime.fromtimestamp(MONDAY - EARLIER, UTC).date()
LAST = FIRST + timedelta(weeks=WEEKS, days=-1)
HOURS = "Mon-Fri 09:00-12:30,13:30-17:30"


@dataclass
class Command:
    """A command line, and the seconds that its runs took."""

    name: str
    line: Sequence[str]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run(self, environment: Mapping[str, str]) -> bytes:
        """Run it once. Raises RuntimeError when it fails."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.perf_counter()
        done = subprocess.run(self.line, env=dict(environment), capture_output=True, check=False)
        self.wall.append(time.perf_counter() - begin)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if done.returncode:
            raise RuntimeError(f"{self.name}: {done.stderr.decode()}")
        return done.stdout


def fill_store(path: Path, person: Person) -> None:
    """Put a person-year into a new store."""
    chat = [Conversation(f"{number:032x}", ConversationKind.DIRECT) for number in range(max(person.conversation) + 1)]
    messages = (
        Message((at - EARLIER) * 1_000_000 + number % 1_000_000, bool(outgoing), False, chat[conversation])
        for number, (at, outgoing, conversation) in enumerate(
            zip(person.at, person.outgoing, person.conversation, strict=True)
        )
    )
    events = (
        CalendarEvent(f"{number}@example.org", "", Interval(start - EARLIER, end - EARLIER), people=3)
        for number, (start, end) in enumerate(zip(person.meeting_start, person.meeting_end, strict=True))
    )
    observed = [Interval(MONDAY - EARLIER - WEEK, MONDAY - EARLIER + (WEEKS + 1) * WEEK)]
    with open_store(path, SystemClock()) as store:
        store.replace_calendar("work", location="work.ics", events=events, observed=observed)
        store.add_activity("chat", location="chat.zip", stream=ActivityStream.of(messages), observed=observed)


def commands() -> tuple[Command, Command, Command]:
    deepday = str(Path(sys.executable).with_name("deepday"))
    period = [
        "--from",
        date.isoformat(FIRST),
        "--to",
        date.isoformat(LAST),
        "--zone",
        "UTC",
        "--hours",
        HOURS,
        "--me",
        "me@example.org",
    ]
    return (
        Command("python -c pass", [sys.executable, "-c", "pass"]),
        Command("deepday --help", [deepday, "--help"]),
        Command("deepday measure --json, a person-year", [deepday, "measure", "--json", *period]),
    )


def main() -> None:
    """Print what each command takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    heading("Commands, whole process")
    person = next(persons(organisation(1)))
    run_all(person, rounds)


def run_all(person: Person, rounds: int) -> None:
    pass_, help_, measure = every = commands()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DEEPDAY_")},
            "DEEPDAY_DATA": folder,
            "DEEPDAY_CONFIG": str(Path(folder, "deepday.toml")),
        }
        begin = time.perf_counter()
        fill_store(Path(folder, "deepday.sqlite"), person)
        say(f"Store with {person.events:,} events made in {time.perf_counter() - begin:.1f} s.")
        weeks = json.loads(measure.run(environment))["weeks"]
        assert len(weeks) == WEEKS, "not a whole year"
        for command in every:
            command.run(environment)  # bytecode and the disk's cache
            command.wall.clear()
            command.cpu.clear()
        for _ in range(rounds):
            for command in every:
                command.run(environment)
    base = statistics.median(pass_.cpu)
    rows = [
        [
            command.name,
            f"{statistics.median(command.cpu) * 1e3:,.0f}",
            f"{statistics.median(command.wall) * 1e3:,.0f}",
            f"{min(command.wall) * 1e3:,.0f}",
            f"{statistics.median(command.cpu) / base:.1f}",
        ]
        for command in every
    ]
    show(["", "CPU ms", "wall ms", "least wall ms", "x bare CPU"], rows)
    cpu, wall = statistics.median(help_.cpu), min(measure.wall)  # what else runs can only add to wall time
    budget(f"deepday --help: {cpu:.3f} s CPU (under 0.2 s)", met=cpu < 0.2)
    budget(f"deepday measure of a person-year: {wall:.2f} s wall at the least (under 1 s)", met=wall < 1)


if __name__ == "__main__":
    main()
