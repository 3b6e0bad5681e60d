"""Junk for the ingress, at a steady rate over open connections: requests as Slack's that Slack did not sign.

Run by :mod:`tests.bench.bench_ingress` as a process of its own: ADDRESS RATE SECONDS. It writes how many were offered,
sent and answered, by status, as JSON. One of three has no signature, one is of the day before, and one has a
signature of the right shape and a time that is right.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from urllib.parse import urlsplit

CONNECTIONS = 200
_END_OF_HEAD = b"\r\n\r\n"
_PATIENCE = 5.0


class Line(asyncio.Protocol):
    """One connection: a request, its answer, the next. ``idle``: those that wait for a request."""

    def __init__(self, idle: list["Line"], answers: Counter[str]) -> None:
        self.idle, self.answers, self.got = idle, answers, b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.idle.append(self)

    def data_received(self, data: bytes) -> None:
        self.got += data
        head, there, rest = self.got.partition(_END_OF_HEAD)
        if not there:
            return
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        if len(rest) < int(length or 0):
            return
        self.answers[head[9:12].decode("ascii", "replace")] += 1
        self.got = b""
        self.idle.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.transport = None
        if self in self.idle:
            self.idle.remove(self)


def junk(host: str, number: int, chance: random.Random) -> bytes:
    """Return a request that is to be refused."""
    body = chance.randbytes(chance.randrange(200, 2000)).hex().encode()
    lines = [f"POST /slack HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"]
    if number % 3:
        at = int(time.time()) - (86_400 if number % 3 == 1 else 0)
        lines += [f"x-slack-request-timestamp: {at}", f"x-slack-signature: v0={chance.randbytes(32).hex()}"]
    return "\r\n".join(lines).encode() + _END_OF_HEAD + body


async def pour(address: str, rate: float, seconds: float) -> dict[str, object]:
    """Send, and return what was offered, sent and answered."""
    parts, chance = urlsplit(address), random.Random(1)
    host, port = parts.hostname or "", parts.port or 80
    idle, answers = list[Line](), Counter[str]()
    loop = asyncio.get_running_loop()

    async def open_one() -> None:
        await loop.create_connection(lambda: Line(idle, answers), host, port)

    await asyncio.gather(*(open_one() for _ in range(CONNECTIONS)))
    ready = [junk(host, number, chance) for number in range(300)]
    began, due, sent = time.monotonic(), 0, 0
    while (now := time.monotonic() - began) < seconds:
        while due < now * rate:  # what finds no idle connection is offered and not sent
            due += 1
            if idle:
                line = idle.pop()
                if line.transport is not None:
                    line.transport.write(ready[due % len(ready)])
                    sent += 1
        await asyncio.sleep(0.002)
    ends = time.monotonic() + _PATIENCE
    while answers.total() < sent and time.monotonic() < ends:
        await asyncio.sleep(0.05)
    return {"offered": due, "sent": sent, "answers": dict(answers), "seconds": seconds}


def main() -> None:
    """Pour junk, then say how it went."""
    address, rate, seconds = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(pour(address, float(rate), float(seconds)))))


if __name__ == "__main__":
    main()
