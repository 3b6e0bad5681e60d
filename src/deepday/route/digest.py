"""When what can wait is shown: at the end of the block, or at windows that were agreed, whichever comes first."""

from datetime import UTC, datetime, timedelta

from deepday.model.person import instant
from deepday.route.policy import RoutePolicy

LARGEST = 15
"""Requests in one digest; more make another one."""


def digest_at(policy: RoutePolicy, now: int, until: int) -> int:
    """Return when the next digest is. ``until``: the end of the block under way, 0 without one."""
    ends = [until] if until > now else []
    return min([*ends, *_windows(policy, now)], default=now)


def _windows(policy: RoutePolicy, now: int) -> list[int]:
    today = datetime.fromtimestamp(now, UTC).astimezone(policy.zone).date()
    days = [today + timedelta(days=number) for number in range(2)]
    found = [instant(day, seconds, policy.zone) for day in days for seconds in policy.windows]
    return [one for one in found if one > now]
