"""Leaves ``deepday serve`` running over the sandbox office, whose clock is turned quickly, and measures what it holds.

``python -m tests.soak --minutes 60``. It protects days that begin and end, reads calendars and chat every minute, and
is looked at by a browser's client. Every half minute its resident memory, open descriptors, threads and the size of its
data folder are read; at the end a line is fitted through each after the first ten minutes (or the first third).
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from deepday.clock import SystemClock
from deepday.config.paths import config_file, data_folder
from deepday.web.control import ask_for_link
from deepday_sandbox.people import OWNER
from tests.integration.killing import accept
from tests.integration.open_office import World, open_office
from tests.soak.turned import BEAT, NUMBER

SAMPLE = 30.0
"""Seconds between two samples."""

STEP = 20 * 60
"""Seconds by which the office's clock is turned at each beat."""

PAGES = ("/", "/plan", "/protect", "/connections", "/settings", "/metrics", "/readyz")
COUNTED = tuple(f"deepday_{name}_total" for name in ("beats", "changes", "syncs"))
_SETTINGS = (
    f"[me]\nemail = '{OWNER.email}'\nzone = 'Europe/Berlin'\nhours = 'Mon-Fri 09:00-17:00'\n[serve]\nsync_every = 1\n"
)


@dataclass(frozen=True, slots=True)
class Sample:
    """What a process holds. ``minute``: since the start; memory in MiB, data in KiB."""

    minute: float
    memory: float
    descriptors: int
    threads: int
    data: float


LIMITS = {"memory": (5.0, "MiB"), "descriptors": (2.0, ""), "threads": (2.0, ""), "data": (8192.0, "KiB")}
"""Up to how much an hour a value counts as flat. Data grow by what is kept of each day: see the days lived."""


class Office:
    """The office's world, with somebody who goes on living in it."""

    def __init__(self, world: World, clock_file: Path) -> None:
        self.world = world
        self.clock_file = clock_file
        self.days = 0.0
        self._covered = world.office.clock.now().date()

    def tell_time(self) -> None:
        """Let the service live at the office's time."""
        ahead = (self.world.office.clock.now() - SystemClock(0).now()).total_seconds()
        with self.clock_file.open("r+b") as file:
            file.write(NUMBER.pack(ahead))

    def turn(self) -> None:
        """Let time go on, somebody write, and the owner accept the next week's mornings."""
        office = self.world.office
        office.clock.advance(STEP)
        self.days += STEP / 86_400
        self.tell_time()
        now = office.clock.now()
        rooms = [one for one in office.chat.rooms.values() if len(one.members) > 1]
        room = rooms[int(self.days * 72) % len(rooms)]
        self.world.slack.say(room.members[0], room.id, "Have a look when you can?")
        if (self._covered - now.date()).days < 3:
            first = max(self._covered, now.date()) + timedelta(days=1)
            week = [first + timedelta(days=ahead) for ahead in range(7)]
            accept(self.world, [(day, "morning") for day in week if day.weekday() in {1, 3}])
            self._covered = week[-1]


def sample(process: "subprocess.Popen[str]", begun: float) -> Sample:
    """Read what the process holds, from /proc."""
    place = Path(f"/proc/{process.pid}")
    status = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
    files = [file for file in data_folder().rglob("*") if file.is_file()]
    return Sample(
        (SystemClock(0).monotonic() - begun) / 60,
        int(status["VmRSS"].split()[0]) / 1024,
        len(list((place / "fd").iterdir())),
        int(status["Threads"]),
        sum(file.stat().st_size for file in files) / 1024,
    )


@contextmanager
def service(office: Office) -> Iterator[tuple["subprocess.Popen[str]", Callable[[], str]]]:
    """Start the service, and give it with what looks at all its pages once."""
    log = office.world.folder / "serve.log"
    command = [sys.executable, "-m", "tests.soak.turned", str(office.clock_file), "serve", "--port", "0"]
    with (
        log.open("w") as told,
        subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.PIPE, stderr=told, text=True) as process,
        httpx.Client(trust_env=False, timeout=60) as client,
    ):
        assert process.stdout is not None
        address = process.stdout.readline().partition("/sign-in?link=")[0]
        form = {"Sec-Fetch-Site": "same-origin", "Origin": address}

        def look() -> str:
            link = ask_for_link().partition("/sign-in?link=")[2]  # between two looks a session's time is over
            assert client.post(f"{address}/sign-in", data={"link": link}, headers=form).status_code == 303
            for path in PAGES:
                answer = client.get(f"{address}{path}", follow_redirects=True)
                if answer.status_code != 200:
                    sys.stdout.write(f"{path} answered {answer.status_code}\n")
            counts = client.get(f"{address}/metrics").text.splitlines()
            return ", ".join(line.removeprefix("deepday_") for line in counts if line.startswith(COUNTED))

        try:
            yield process, look
            process.terminate()
            code = process.wait(60)
            sys.stdout.write(f"Ended with exit code {code} after SIGTERM.\n")
        finally:
            process.kill()


def slope(samples: list[Sample], name: str) -> float:
    """Return by how much a value grows an hour, from the line of least squares."""
    minutes = [one.minute for one in samples]
    return statistics.linear_regression(minutes, [float(getattr(one, name)) for one in samples]).slope * 60


def report(samples: list[Sample], warm: float) -> Iterator[str]:
    """Yield the table, and what follows from it."""
    yield f"{'minute':>7} {'memory MiB':>11} {'descriptors':>12} {'threads':>8} {'data KiB':>9}"
    every = max(1, len(samples) // 24)
    for one in [*samples[::every], samples[-1]]:
        yield "{:7.1f} {:11.1f} {:12d} {:8d} {:9.0f}".format(*astuple(one))
    settled = [one for one in samples if one.minute >= warm]
    if len(settled) < 3:
        yield "Too short to say whether anything grows."
        return
    for name, (limit, unit) in LIMITS.items():
        grows = slope(settled, name)
        word = "flat" if abs(grows) <= limit else "growing" if grows > 0 else "falling"
        yield f"{name}: {word}, {grows:+.2f} {unit} an hour after minute {warm:.0f} (flat: within {limit:g})".replace(
            "  ", " "
        )


def main() -> None:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder, open_office(Path(folder)) as world:
        world.connect_google(allow="blocks,replies")
        world.connect_slack(allow="status")
        config_file().write_text(_SETTINGS)
        world.sync()
        clock_file = Path(folder) / "clock"
        clock_file.write_bytes(NUMBER.pack(0.0))
        office = Office(world, clock_file)
        office.turn()
        did = ""
        samples, rest, begun = [], threading.Event(), SystemClock(0).monotonic()
        with service(office) as (process, look):
            due = 0.0
            while (now := SystemClock(0).monotonic() - begun) < minutes * 60:
                office.turn()
                if now >= due:
                    due += SAMPLE
                    did = look()
                    samples.append(sample(process, begun))
                    sys.stdout.write("{:.1f} {:.1f} {} {} {:.0f}\n".format(*astuple(samples[-1])))
                    sys.stdout.flush()
                if process.poll() is not None:
                    sys.stdout.write(f"The service ended by itself, with {process.returncode}.\n")
                    break
                rest.wait(BEAT)
        log = (Path(folder) / "serve.log").read_text().splitlines()
        noise = [line for line in log if "the clock was set" not in line]
        troubles = sorted({line[21:140] for line in noise if "ERROR" in line or "WARNING" in line})
        sys.stdout.write("\n".join(report(samples, min(10.0, minutes / 3))) + "\n")
        sys.stdout.write(
            f"{did}\n{office.days:.1f} days of the office, {len(noise)} lines told, troubles: {troubles[:20]}\n"
        )


if __name__ == "__main__":
    main()
