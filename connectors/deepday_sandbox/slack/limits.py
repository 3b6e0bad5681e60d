"""Rate limits, by the office clock: tiers of methods, and the limit of apps sold outside the Marketplace."""

from collections import deque

from deepday_sandbox.slack.calls import Call, Method

COMMERCIAL_LIMIT = 15
_HISTORY = {"conversations.history", "conversations.replies"}


def wait_for(call: Call, method: Method) -> int:
    """Count a call and return 0, or the whole seconds until the next one is welcome."""
    if call.space.commercial and call.method in _HISTORY:
        wait = _window(call, (call.method, call.bearer.grant.client), 1, 60.0)
        if wait:
            return wait
    if not call.space.tiers:
        return 0
    if call.method in {"chat.postMessage", "chat.postEphemeral"}:
        return _window(call, (call.method, call.text("channel")), 1, 1.0)
    if call.method == "users.profile.set":
        whose = call.text("user") or call.bearer.id
        wait = _window(call, (call.method, "user", whose), 10, 60.0)
        return wait or _window(call, (call.method, "token", call.bearer.token), 30, 60.0)
    return _window(call, (call.method, call.bearer.token), method.per_minute, 60.0) if method.per_minute else 0


def _window(call: Call, key: tuple[str, ...], most: int, seconds: float) -> int:
    now = call.office.clock.now().timestamp()
    times = call.space.requests.setdefault(key, deque())
    while times and times[0] <= now - seconds:
        times.popleft()
    if len(times) >= most:
        return max(1, -int(-(times[0] + seconds - now) // 1))
    times.append(now)
    return 0
