"""The throttling switch: requests in a window and at the same time, for each app and mailbox."""

import contextlib
from collections import deque
from collections.abc import Iterator

from deepday_sandbox.microsoft.errors import GraphError
from deepday_sandbox.microsoft.state import Throttle


@contextlib.contextmanager
def admitted(throttle: Throttle, key: tuple[str, str], now: int) -> Iterator[None]:
    """Let a request in, or refuse with 429. ``key`` is app and mailbox, ``now`` UTC seconds."""
    with throttle.lock:
        if throttle.concurrent and throttle.running.get(key, 0) >= throttle.concurrent:
            raise _refusal(throttle, "MailboxConcurrency", "Application is over its MailboxConcurrency limit.")
        if throttle.requests:
            seen = throttle.seen.setdefault(key, deque())
            while seen and seen[0] <= now - throttle.window:
                seen.popleft()
            if len(seen) >= throttle.requests:
                raise _refusal(throttle, "ApplicationThrottled", "Application is over its request limit.")
            seen.append(now)
        throttle.running[key] = throttle.running.get(key, 0) + 1
    try:
        yield
    finally:
        with throttle.lock:
            throttle.running[key] -= 1


def _refusal(throttle: Throttle, code: str, message: str) -> GraphError:
    return GraphError(429, code, message, headers={"Retry-After": throttle.retry_after})
