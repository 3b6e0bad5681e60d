"""What Slack delivers, by Socket Mode or over HTTP, as urgent signals. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from deepday.connect.slack_messages import WRITTEN_BY_PEOPLE, micros_of
from deepday.model import Door, UrgentSignal
from deepday_slack.translate import MILLION, unescaped

LONGEST: Final = 500
COMMAND: Final = "/urgent"
"""The command; ``/urgent-NAME`` where a workspace has several such apps, of which one only can have the plain one."""

SHORTCUT: Final = "urgent"
_ADDRESSED: Final = re.compile(r"^\s*(?:<@[A-Z0-9]+(?:\|[^>]*)?>|@\S+)\s*")


@dataclass(frozen=True, slots=True)
class Ears:
    """Whom signals are for: the owner and the bot of one workspace. ``now``: UTC seconds.

    ``in_person``: what people write to the owner in person counts as well, as far as the owner's own subscription
    brings it.
    """

    team: str
    owner: str
    bot: str
    now: int
    in_person: bool = False

    def hears(self, sender: object) -> bool:
        """Tell whether somebody's words may be a signal: ours and the owner's are none."""
        return isinstance(sender, str) and bool(sender) and sender not in {self.owner, self.bot, "USLACKBOT"}


def signal_of(kind: str, payload: Mapping[str, Any], attempt: int, ears: Ears) -> UrgentSignal | None:
    """Return the signal in an envelope of Socket Mode; None for what is not meant for the owner or from a machine.

    ``kind``: ``events_api``, ``slash_commands`` or ``interactive``, whose payloads are those that come over HTTP. Its
    id is that of the message, or of the press, so that it is the same each time it is delivered.
    """
    read = {"events_api": _from_event, "slash_commands": _from_command, "interactive": _from_interaction}.get(kind)
    return read(payload, attempt, ears) if read else None


def signal_of_message(channel: str, item: Mapping[str, Any], ears: Ears, attempt: int = 1) -> UrgentSignal | None:
    """Return the signal that a message in a conversation is, pushed or read afterwards, under the same id."""
    direct, owners = channel.startswith("D"), item.get("text")
    text = owners if isinstance(owners, str) else ""
    if item.get("subtype") not in WRITTEN_BY_PEOPLE or item.get("bot_id") or item.get("hidden"):
        return None
    micros, sender = micros_of(item.get("ts")), item.get("user")
    if micros is None or not ears.hears(sender) or not (direct or f"<@{ears.bot}>" in text):
        return None
    thread = "" if direct else str(item.get("thread_ts") or item["ts"])
    said = text.replace(f"<@{ears.bot}>", "").strip()
    return UrgentSignal(
        f"{ears.team}:{channel}:{item['ts']}",
        micros // MILLION,
        str(sender),
        channel,
        unescaped(said)[:LONGEST],
        attempt,
        Door.DIRECT if direct else Door.MENTION,
        thread=thread,
        link=link_to(ears.team, channel, str(item["ts"])),
    )


def link_to(team: str, channel: str, ts: str) -> str:
    """Return the address that opens a message."""
    return f"https://slack.com/app_redirect?{urlencode({'team': team, 'channel': channel, 'message_ts': ts})}"


def _from_event(payload: Mapping[str, Any], attempt: int, ears: Ears) -> UrgentSignal | None:
    event, seen_by = payload.get("event"), payload.get("authorizations")
    if payload.get("team_id") != ears.team or not isinstance(event, dict) or not isinstance(seen_by, list):
        return None
    # What only a person's own subscription sees is not addressed to the bot.
    for_bot = any(isinstance(one, dict) and one.get("is_bot") and one.get("user_id") == ears.bot for one in seen_by)
    for_owner = ears.in_person and any(isinstance(one, dict) and one.get("user_id") == ears.owner for one in seen_by)
    if not (for_bot or for_owner) or not isinstance(event.get("channel"), str):
        return None
    direct = event.get("type") == "message" and event.get("channel_type") == "im"
    if event.get("type") == "message" and event.get("subtype") in {"message_changed", "message_deleted"}:
        return _about_earlier(event, attempt, ears, direct=direct, in_person=not for_bot)
    if for_bot and (direct or event.get("type") == "app_mention"):
        return signal_of_message(event["channel"], event, ears, attempt)
    if not for_owner or event.get("type") != "message":
        return None
    return in_person_of(event["channel"], event, ears, attempt, direct=direct)


def in_person_of(
    channel: str, item: Mapping[str, Any], ears: Ears, attempt: int = 1, *, direct: bool
) -> UrgentSignal | None:
    """Return what somebody wrote to the owner in person.

    Nobody but the owner can write into the owner's direct messages: the sender is answered in those with the app. A
    mention is answered where it was said, if the app is there.
    """
    said = item.get("text")
    text = said if isinstance(said, str) else ""
    if not (direct or f"<@{ears.owner}>" in text) or item.get("bot_id") or item.get("hidden"):
        return None
    micros, sender = micros_of(item.get("ts")), item.get("user")
    if micros is None or not ears.hears(sender) or item.get("subtype") not in WRITTEN_BY_PEOPLE:
        return None
    return UrgentSignal(
        f"{ears.team}:{channel}:{item['ts']}",
        micros // MILLION,
        str(sender),
        channel,
        unescaped(text.replace(f"<@{ears.owner}>", "").strip())[:LONGEST],
        attempt,
        Door.DIRECT if direct else Door.MENTION,
        reply_to=str(sender) if direct else "",
        thread="" if direct else str(item.get("thread_ts") or item["ts"]),
        link=link_to(ears.team, channel, str(item["ts"])),
        in_person=True,
    )


def _about_earlier(
    event: Mapping[str, Any], attempt: int, ears: Ears, *, direct: bool, in_person: bool
) -> UrgentSignal | None:
    """Return an edit or a deletion of something that was asked."""
    deleted = event["subtype"] == "message_deleted"
    before, after = event.get("previous_message"), event.get("message")
    about = before if deleted else after
    if not isinstance(about, dict) or not ears.hears(about.get("user")) or about.get("bot_id"):
        return None
    said = [part["text"] for part in (before, after) if isinstance(part, dict) and isinstance(part.get("text"), str)]
    if not (direct or any(f"<@{who}>" in text for who in (ears.owner, ears.bot) for text in said)):
        return None
    ts = event.get("deleted_ts") if deleted else about.get("ts")
    micros = micros_of(event.get("event_ts"))
    said_before = before.get("text") if isinstance(before, dict) else None
    if micros_of(ts) is None or micros is None or (not deleted and about.get("text") == said_before):
        return None  # Slack tells of previews and of answers in the same way
    subject = f"{ears.team}:{event['channel']}:{ts}"
    text = about.get("text")
    return UrgentSignal(
        f"{subject}#{'deleted' if deleted else event['event_ts']}",
        micros // MILLION,
        str(about["user"]),
        str(event["channel"]),
        unescaped(text)[:LONGEST] if isinstance(text, str) and not deleted else "",
        attempt,
        Door.DELETION if deleted else Door.EDIT,
        subject=subject,
        in_person=in_person,
    )


def _from_command(payload: Mapping[str, Any], attempt: int, ears: Ears) -> UrgentSignal | None:
    command = payload.get("command")
    ours = isinstance(command, str) and (command == COMMAND or command.startswith(f"{COMMAND}-"))
    if payload.get("team_id") != ears.team or not ours:
        return None
    name = f"{ears.team}:command:{payload.get('trigger_id')}"
    sender, where, text = payload.get("user_id"), payload.get("channel_id"), payload.get("text")
    if not isinstance(sender, str) or not sender:
        return None
    said = _ADDRESSED.sub("", unescaped(text)) if isinstance(text, str) else ""
    channel = where if isinstance(where, str) else ""
    return UrgentSignal(name, ears.now, sender, channel, said[:LONGEST], attempt, Door.COMMAND, reply_to=sender)


def _from_interaction(payload: Mapping[str, Any], attempt: int, ears: Ears) -> UrgentSignal | None:
    sender, where = _inner(payload, "user", "id"), _inner(payload, "channel", "id")
    if _inner(payload, "team", "id") != ears.team or not isinstance(sender, str) or not sender:
        return None
    channel = where if isinstance(where, str) else ""
    if payload.get("type") == "block_actions":
        return _from_press(payload, sender, channel, attempt, ears)
    if payload.get("type") != "message_action" or payload.get("callback_id") != SHORTCUT:
        return None
    micros, text = micros_of(payload.get("action_ts")), _inner(payload, "message", "text")
    ts = _inner(payload, "message", "ts")
    return UrgentSignal(
        f"{ears.team}:shortcut:{sender}:{payload.get('action_ts')}",
        micros // MILLION if micros else ears.now,
        sender,
        channel,
        unescaped(text)[:LONGEST] if isinstance(text, str) else "",
        attempt,
        Door.SHORTCUT,
        reply_to=sender,
        link=link_to(ears.team, channel, ts) if channel and micros_of(ts) else "",
    )


def _from_press(payload: Mapping[str, Any], sender: str, channel: str, attempt: int, ears: Ears) -> UrgentSignal | None:
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    micros = micros_of(action.get("action_ts")) if isinstance(action, dict) else None
    if not isinstance(action, dict) or micros is None:
        return None
    pressed, value = action.get("action_id"), action.get("value")
    return UrgentSignal(
        f"{ears.team}:press:{sender}:{pressed}:{action.get('action_ts')}",
        micros // MILLION,
        sender,
        channel,
        "",
        attempt,
        Door.PRESS,
        action=pressed if isinstance(pressed, str) else "",
        subject=value if isinstance(value, str) else "",
    )


def _inner(payload: Mapping[str, Any], name: str, key: str) -> Any:
    found = payload.get(name)
    return found.get(key) if isinstance(found, dict) else None
