"""Slack's JSON to values of the model and back. Pure. Texts are looked at, never kept or quoted."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from deepday.model import Availability, ConversationKind, DoNotDisturb, Presence, Status

WRITTEN_BY_PEOPLE: Final = frozenset({None, "", "me_message", "thread_broadcast", "file_share"})
"""The subtypes that somebody wrote to somebody; the others are edits, joins, topics, reminders, bots' posts."""

EARLIEST: Final = 1_262_304_000  # 2010-01-01T00:00:00Z, before Slack existed
LATEST: Final = 4_133_980_800  # 2101-01-01T00:00:00Z
MILLION: Final = 1_000_000
_SLACKBOT: Final = "USLACKBOT"
_ESCAPES: Final = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


class UnusableError(Exception):
    """A message that cannot be used; ``reason`` completes "3 messages …" without quoting it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Post(NamedTuple):
    """A message that a person wrote.

    ``micros``: UTC microseconds, its identity within the conversation. ``thread``: those of the message that opened
    its thread, its own where it opens one. ``own``: the owner wrote it. ``mention``: it names the owner.
    """

    micros: int
    thread: int
    own: bool
    mention: bool


class Thread(NamedTuple):
    """What a message says of the thread that it opened: its newest reply, and whether the owner may be part of it."""

    micros: int
    latest: int
    maybe_owners: bool


def read_post(message: Any, owner: str) -> Post | None:
    """Return the post, or None for what no person wrote. Raises :class:`UnusableError`."""
    if not isinstance(message, dict):
        raise UnusableError("not written as a JSON object")
    subtype = message.get("subtype")
    if not isinstance(subtype, str | None):
        raise UnusableError("with a subtype that is no text")
    if subtype not in WRITTEN_BY_PEOPLE or message.get("hidden") or message.get("type") != "message":
        return None
    user = message.get("user")
    own = user == owner
    # A post made with the owner's token carries a bot_id as well, but it is the owner's.
    if (not own and (message.get("bot_id") or message.get("app_id"))) or user == _SLACKBOT:
        return None
    if not isinstance(user, str) or not user:
        raise UnusableError("without a usable sender")
    micros = micros_of(message.get("ts"))
    thread = micros_of(message["thread_ts"]) if message.get("thread_ts") is not None else micros
    if micros is None or thread is None:
        raise UnusableError("without a usable ts")
    return Post(micros, thread, own, not own and _mentions(message, owner))


def read_thread(message: Any, owner: str) -> Thread | None:
    """Return the thread that a message opened, None where nobody answered."""
    if not isinstance(message, dict):
        return None
    micros, latest = micros_of(message.get("ts")), micros_of(message.get("latest_reply"))
    if micros is None or latest is None:
        return None
    listed = message.get("reply_users")
    known = listed if isinstance(listed, list) else []
    count = message.get("reply_users_count")
    # At most five are listed; who is not among them may still be one of more.
    unsure = not isinstance(count, int) or count > len(known)
    return Thread(micros, latest, message.get("user") == owner or owner in known or unsure)


def micros_of(ts: Any) -> int | None:
    """Return Slack's ``ts`` ("1773133200.000100", seconds since 1970) as microseconds, None if it is none."""
    if not isinstance(ts, str) or not ts.isascii():
        return None
    whole, _, fraction = ts.partition(".")
    if not (whole.isdigit() and len(whole) <= 10 and len(fraction) <= 6 and (not fraction or fraction.isdigit())):
        return None
    micros = int(whole) * MILLION + int(fraction.ljust(6, "0"))
    return micros if EARLIEST * MILLION <= micros < LATEST * MILLION else None


def ts_of(micros: int) -> str:
    """Return microseconds as Slack writes a ``ts``."""
    return f"{micros // MILLION}.{micros % MILLION:06d}"


def _mentions(message: Mapping[str, Any], owner: str) -> bool:
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


def kind_of(conversation: Mapping[str, Any]) -> ConversationKind:
    """Return the kind; THREAD for a channel, whose threads are conversations of their own."""
    if conversation.get("is_im"):
        return ConversationKind.DIRECT
    return ConversationKind.GROUP if conversation.get("is_mpim") else ConversationKind.THREAD


def escaped(text: str) -> str:
    """Return plain text as Slack wants it: with the three characters that it gives a meaning written out."""
    for plain, written in _ESCAPES:
        text = text.replace(plain, written)
    return text


def unescaped(text: str) -> str:
    """Return Slack's text as people see it."""
    for plain, written in reversed(_ESCAPES):
        text = text.replace(written, plain)
    return text


def status_of(profile: Mapping[str, Any], now: int) -> Status:
    """Return the status of a profile, empty when it has ended."""
    text, emoji = _text(profile.get("status_text")), _text(profile.get("status_emoji"))
    value = Status(unescaped(text), emoji, _seconds(profile.get("status_expiration")))
    return Status() if value.empty or value.over(now) else value


def profile_of(value: Status) -> dict[str, Any]:
    """Return a status as ``users.profile.set`` wants it; clearing takes all three fields."""
    if value.empty:
        return {"status_text": "", "status_emoji": "", "status_expiration": 0}
    return {"status_text": escaped(value.text), "status_emoji": value.emoji, "status_expiration": value.until}


def snooze_of(info: Mapping[str, Any], now: int) -> DoNotDisturb:
    """Return the snooze; one without an end lasts until :data:`LATEST`. Scheduled quiet hours are none."""
    if info.get("snooze_enabled") is not True:
        return DoNotDisturb()
    value = DoNotDisturb(LATEST if info.get("snooze_is_indefinite") else _seconds(info.get("snooze_endtime")))
    return DoNotDisturb() if value.over(now) else value


def presence_of(shown: Mapping[str, Any]) -> Presence:
    """Return what was asked for: away by hand, or nothing."""
    return Presence(Availability.AWAY) if shown.get("manual_away") is True else Presence()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _seconds(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40 else 0
