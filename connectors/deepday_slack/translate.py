"""Slack's JSON to values of the model and back. Pure. Texts are looked at, never kept or quoted."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from deepday.connect import ReadContext
from deepday.connect.slack_messages import LATEST, micros_of
from deepday.model import Availability, Conversation, ConversationKind, DoNotDisturb, Presence, Status

MILLION: Final = 1_000_000
DAY: Final = 86_400
NEAR: Final = 30 * DAY
"""How old a thread may be, in seconds, for its replies to be found by reading in any case."""
_ESCAPES: Final = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


class Thread(NamedTuple):
    """What a message says of the thread that it opened: its newest reply, and whether the owner may be part of it."""

    micros: int
    latest: int
    maybe_owners: bool


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


def ts_of(micros: int) -> str:
    """Return microseconds as Slack writes a ``ts``."""
    return f"{micros // MILLION}.{micros % MILLION:06d}"


def kind_of(conversation: Mapping[str, Any]) -> ConversationKind:
    """Return the kind; THREAD for a channel, whose threads are conversations of their own."""
    if conversation.get("is_im"):
        return ConversationKind.DIRECT
    return ConversationKind.GROUP if conversation.get("is_mpim") else ConversationKind.THREAD


def conversation_of(context: ReadContext, channel: str, kind: ConversationKind, thread: int) -> Conversation:
    """Return the conversation that a message belongs to; ``thread``: microseconds of what opened its thread.

    The names are those in an export, so that both tell of the same conversations.
    """
    suffix = f":{ts_of(thread)}" if kind is ConversationKind.THREAD else ""
    return Conversation(context.pseudonym(f"slack:{channel}{suffix}"), kind)


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
