"""Load for a real ``deepday serve``: signed events at a steady rate, whether it answers or not."""

import asyncio
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.integration.ingress_office import IngressOffice

_ADDRESS = re.compile(r"come in at (http://[^/\s]+?)(?:/.*|\.)\s*$")
_CONNECTIONS = 64
_PATIENCE = 20.0


@dataclass
class Served:
    """A ``deepday serve`` as a process of its own. ``told``: its lines on standard error so far."""

    process: "subprocess.Popen[str]"
    url: str = ""
    told: list[str] = field(default_factory=list)

    def cpu(self) -> float:
        """Return the CPU seconds of the process so far; 0 where this machine does not tell."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        if not stat.exists():
            return 0.0
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def ended(self) -> bool:
        """Tell whether the process is over."""
        return self.process.poll() is not None

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(_PATIENCE)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_PATIENCE)


@contextmanager
def served(
    deepday: Path, command: Sequence[str] = ("serve", "--no-page", "--ingress", "127.0.0.1:0")
) -> Iterator[Served]:
    """Start the service with the settings of this environment, and give it when it listens."""
    arguments = [str(deepday), *command]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, env=os.environ.copy()) as process:
        made, listens = Served(process), threading.Event()

        def read() -> None:
            assert process.stderr is not None
            for line in process.stderr:
                made.told.append(line.rstrip())
                if found := _ADDRESS.search(line):
                    made.url = found[1]
                    listens.set()
            listens.set()

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            assert listens.wait(_PATIENCE)
            assert made.url, made.told
            yield made
        finally:
            process.kill()
            process.wait(_PATIENCE)
            reader.join(_PATIENCE)


@dataclass
class Shot:
    """One request. ``at``: seconds from the beginning; ``name``: its signal's; ``forged``: with a wrong secret.

    ``status`` is 0 while, or when, there is no answer; ``seconds`` are counted from when it was due.
    """

    at: float
    name: str
    body: bytes = field(repr=False)
    forged: bool = False
    status: int = 0
    seconds: float = 0.0


def shots(office: IngressOffice, rate: float, seconds: float, first: int = 0) -> list[Shot]:
    """Return requests of fifty people: every 50th comes a second time a little later, every 100th is forged."""
    found: list[Shot] = []
    people = office.crowd(50)
    for number in range(int(rate * seconds)):
        stamp = f"{office.now() + first + number}.{number % 1_000_000:06d}"
        at, (sender, room) = number / rate, people[number % len(people)]
        envelope = office.event(stamp, f"{number} is in need", sender, room, first + number)
        name = f"{envelope['team_id']}:{envelope['event']['channel']}:{stamp}"
        body = json.dumps(envelope).encode()
        if number % 100 == 99:
            found.append(Shot(at, name, body, forged=True))
            continue
        found.append(Shot(at, name, body))
        if number % 50 == 7:
            found.append(Shot(at + 1.5, name, body))  # Slack signs anew when it sends again
    return sorted(found, key=lambda one: one.at)


def fire(office: IngressOffice, url: str, ones: Sequence[Shot], *, over: Callable[[], bool] = lambda: False) -> None:
    """Send each when it is due, and note what comes back. Ends early when ``over`` says so."""
    asyncio.run(_fire(office, url, ones, over))


async def _fire(office: IngressOffice, url: str, ones: Sequence[Shot], over: Callable[[], bool]) -> None:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    places, began = asyncio.Semaphore(_CONNECTIONS), time.monotonic()

    async def one(shot: Shot) -> None:
        async with places:
            line = idle.pop() if idle else None
            if line is not None and line[0].at_eof():  # the server closes what is idle
                line[1].close()
                line = None
            with suppress(OSError, asyncio.IncompleteReadError, ValueError, IndexError, TimeoutError):
                line = line or await asyncio.open_connection(host, port)
                async with asyncio.timeout(_PATIENCE):
                    shot.status = await _exchange(line, host, office, shot)
            if line is not None and shot.status:
                idle.append(line)
            elif line is not None:
                line[1].close()
            shot.seconds = time.monotonic() - began - shot.at

    async with asyncio.TaskGroup() as tasks:
        for shot in ones:
            while (left := shot.at - (time.monotonic() - began)) > 0:
                await asyncio.sleep(min(left, 0.2))
                if over():
                    break
            if over():
                break
            tasks.create_task(one(shot))
    for _, writer in idle:
        writer.close()


async def _exchange(
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter], host: str, office: IngressOffice, shot: Shot
) -> int:
    reader, writer = line
    headers = office.signed(shot.body, at=int(time.time()), secret="another" if shot.forged else "")
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"host: {host}\r\ncontent-length: {len(shot.body)}\r\n{head}"
    writer.write(f"POST {office.path} HTTP/1.1\r\n{head}\r\n".encode())
    writer.write(shot.body)
    answer = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", answer.lower())
    if length and int(length[1]):
        await reader.readexactly(int(length[1]))
    return int(answer.split(b" ", 2)[1])
