"""What every request from outside passes: names, sizes, times; and what is told of those that are refused."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import ClientDisconnect, Request

from deepday.clock import Clock

SLACK_BYTES: Final = 1_000_000
ALERT_BYTES: Final = 256_000
FORM_BYTES: Final = 16_000
BODY_SECONDS: Final = 10.0
"""Seconds in which all of a body must be here."""

ANSWER_SECONDS: Final = 2.0
"""Seconds in which a signal must be committed; Slack waits for three."""

_TELL_SECONDS: Final = 60.0


class RefusedError(Exception):
    """A request that is refused. ``why``: a word or two for the log; nothing of the request's own."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


async def body_of(request: Request, most: int) -> bytes:
    """Return the body. Raises :class:`RefusedError` for one that is too large, whatever it says itself, or too slow."""
    told = request.headers.get("content-length", "0")
    if not (told.isascii() and told.isdigit()) or int(told[:20]) > most:
        raise RefusedError(413, "too large")
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise RefusedError(413, "too large")
                parts.append(part)
    except TimeoutError:
        raise RefusedError(408, "too slow") from None
    except ClientDisconnect:
        raise RefusedError(400, "broken off") from None
    return b"".join(parts)


@dataclass(slots=True)
class Refusals:
    """Counts what is refused, and tells of it once a minute at most: how many for which reason, and nothing else."""

    clock: Clock
    log: Callable[[str], None]
    _counts: Counter[str] = field(default_factory=Counter)
    _told_at: float = float("-inf")

    def count(self, why: str) -> None:
        """Count one."""
        self._counts[why] += 1
        now = self.clock.monotonic()
        if now - self._told_at >= _TELL_SECONDS:
            told = ", ".join(f"{number} {reason}" for reason, number in sorted(self._counts.items()))
            self.log(f"Refused at the ingress since the last word: {told}.")
            self._counts.clear()
            self._told_at = now
