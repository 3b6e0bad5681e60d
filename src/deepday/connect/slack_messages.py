"""What one message object of Slack's means for the owner, exported or live. Its text is looked at, never kept."""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

# Slack's documentation lists some fifty subtypes of "message"; the others are edits, deletions, bots' posts, joins,
# topics, reminders, calls and the like, which nobody wrote to anybody.
WRITTEN_BY_PEOPLE = frozenset({None, "", "me_message", "thread_broadcast", "file_share"})

EARLIEST = 1_262_304_000  # 2010-01-01T00:00:00Z, before Slack existed
LATEST = 4_133_980_800  # 2101-01-01T00:00:00Z


class UnusableError(Exception):
    """An entry that cannot be used; ``reason`` completes "3 messages …" without quoting the entry."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Post(NamedTuple):
    """A message that a person wrote.

    ``micros``: UTC microseconds, its identity within the conversation. ``thread``: those of the message that opened
    its thread, its own where it opens one. ``own``: the owner wrote it. ``mention``: it names the owner.
    ``answers_owner``: the owner opened the thread, by the message's own account.
    """

    micros: int
    thread: int
    own: bool
    mention: bool
    answers_owner: bool


def read_post(entry: object, owner: str, bots: AbstractSet[str]) -> Post | None:
    """Return the post, or None for what no person wrote; ``bots`` are users that are none.

    Raises :class:`UnusableError`.
    """
    if not isinstance(entry, dict):
        raise UnusableError("not written as a JSON object")
    if entry.get("type") != "message":
        raise UnusableError("of another type than message")
    subtype = entry.get("subtype")
    if not isinstance(subtype, str | None):
        raise UnusableError("with a subtype that is no text")
    if subtype not in WRITTEN_BY_PEOPLE or entry.get("hidden"):
        return None
    user = entry.get("user")
    own = user == owner
    # A post made with the owner's token carries a bot_id as well, but it is the owner's.
    if not own and (entry.get("bot_id") or entry.get("app_id")):
        return None
    if not isinstance(user, str) or not user:
        raise UnusableError("without a usable sender")
    if not own and user in bots:
        return None
    micros = micros_of(entry.get("ts"))
    if micros is None:
        raise UnusableError("without a usable ts")
    thread = micros if entry.get("thread_ts") is None else micros_of(entry["thread_ts"])
    if thread is None:
        raise UnusableError("without a usable thread_ts")
    mention = not own and _mentions(entry, owner)
    return Post(micros, thread, own, mention, thread != micros and entry.get("parent_user_id") == owner)


def micros_of(ts: object) -> int | None:
    """Return Slack's ``ts`` ("1773133200.000100", seconds since 1970) as microseconds, None if it is none.

    A number instead of text is taken where a double can hold it to the microsecond, as it can until 2100.
    """
    if isinstance(ts, str):
        whole, _, fraction = ts.partition(".")
        if not (ts.isascii() and whole.isdigit() and len(whole) <= 10 and len(fraction) <= 6):
            return None
        if fraction and not fraction.isdigit():
            return None
        micros = int(whole) * 1_000_000 + int(fraction.ljust(6, "0"))
    elif isinstance(ts, int | float) and not isinstance(ts, bool) and EARLIEST <= ts < LATEST:
        micros = round(ts * 1_000_000)
    else:
        return None
    return micros if EARLIEST * 1_000_000 <= micros < LATEST * 1_000_000 else None


def _mentions(message: dict[str, object], owner: str) -> bool:
    text = message.get("text") or ""
    if not isinstance(text, str):
        raise UnusableError("whose text is no text")
    if f"<@{owner}>" in text or f"<@{owner}|" in text:
        return True
    waiting = [message.get("blocks")]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if node.get("type") == "user" and node.get("user_id") == owner:
                return True
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return False
