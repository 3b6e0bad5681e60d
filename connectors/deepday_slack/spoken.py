"""What people write, as Slack's events tell it. Pure. Texts are looked at, never kept or quoted."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from deepday.connect.slack_messages import Post, UnusableError, micros_of, read_post
from deepday.model import ConversationKind

BOTS: Final = frozenset({"USLACKBOT"})  # others say of themselves that they are
_LIMITED: Final = "app_rate_limited"
_KINDS: Final = {"im": ConversationKind.DIRECT, "mpim": ConversationKind.GROUP}  # else a channel, by its threads


class Spoken(NamedTuple):
    """What became of one message.

    ``channel`` and ``event``: Slack's ids. ``kind`` as of :func:`deepday_slack.translate.kind_of`. ``micros`` and
    ``thread``: the message's, and those of the message that opened its thread. ``post``: the message as it is now, None
    when it was deleted, or is one that no person wrote. ``again``: it was there before.
    """

    event: str
    channel: str
    kind: ConversationKind
    micros: int
    thread: int
    post: Post | None
    again: bool


def is_spoken(kind: str, payload: Mapping[str, Any], owner: str) -> bool:
    """Tell whether an envelope is about a message in a conversation of the owner's, or says that some are left out.

    Slack names one of those who see a message: somebody who did not install the app is never named, and where it is
    the bot, the owner is there for certain only as the sender.
    """
    if kind != "events_api":
        return False
    if payload.get("type") == _LIMITED:
        return True
    event, seen_by = payload.get("event"), payload.get("authorizations")
    if not isinstance(event, dict) or event.get("type") != "message":
        return False
    named = seen_by if isinstance(seen_by, list) else []
    by_owner = any(isinstance(one, dict) and one.get("user_id") == owner for one in named)
    return by_owner or owner in {_of(part, "user") for part in (event, event.get("message"))}


def is_held_back(kind: str, payload: Mapping[str, Any]) -> bool:
    """Tell whether Slack says that it leaves events out, as more came than it delivers in an hour."""
    return kind == "events_api" and payload.get("type") == _LIMITED


def spoken_of(payload: Mapping[str, Any], team: str, owner: str) -> Spoken | None:
    """Return what an event says; None for what concerns nobody. Raises :class:`UnusableError` for what is unclear."""
    if payload.get("type") == _LIMITED:
        raise UnusableError("held back by Slack")
    event = payload.get("event")
    if payload.get("team_id") != team or not isinstance(event, dict):
        return None
    channel, subtype = event.get("channel"), event.get("subtype")
    if not isinstance(channel, str) or not channel:
        raise UnusableError("without a conversation")
    again = subtype in {"message_changed", "message_deleted"}
    if subtype == "message_deleted":
        row, post = event.get("previous_message"), None
    else:
        row = event.get("message") if again else event
        post = read_post(row, owner, BOTS)
        if post is None and not again:
            return None
    micros, thread = (post.micros, post.thread) if post else _place(row)
    name = payload.get("event_id")
    known = name if isinstance(name, str) and name else f"{subtype}:{event.get('event_ts')}"
    kind = _KINDS.get(str(event.get("channel_type")), ConversationKind.THREAD)
    return Spoken(f"{channel}:{known}", channel, kind, micros, thread, post, again)


def _place(row: Any) -> tuple[int, int]:
    micros = micros_of(_of(row, "ts"))
    thread = micros if _of(row, "thread_ts") is None else micros_of(_of(row, "thread_ts"))
    if micros is None or thread is None:
        raise UnusableError("without a usable ts")
    return micros, thread


def _of(row: Any, name: str) -> Any:
    return row.get(name) if isinstance(row, dict) else None
