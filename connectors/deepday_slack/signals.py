"""What Socket Mode delivers, as urgent signals. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from deepday.connect.slack_messages import WRITTEN_BY_PEOPLE, micros_of
from deepday.model import UrgentSignal
from deepday_slack.translate import MILLION, unescaped

LONGEST: Final = 500
COMMAND: Final = "/urgent"


@dataclass(frozen=True, slots=True)
class Ears:
    """Whom signals are for: the owner and the bot of one workspace. ``now``: UTC seconds."""

    team: str
    owner: str
    bot: str
    now: int


def signal_of(kind: str, payload: Mapping[str, Any], attempt: int, ears: Ears) -> UrgentSignal | None:
    """Return the signal in an envelope of Socket Mode; None for what is not meant for the owner or from a machine.

    Its id is that of the message, or of the press, so that it is the same each time it is delivered.
    """
    read = {"events_api": _from_event, "slash_commands": _from_command, "interactive": _from_interaction}.get(kind)
    return read(payload, attempt, ears) if read else None


def _from_event(payload: Mapping[str, Any], attempt: int, ears: Ears) -> UrgentSignal | None:
    event, seen_by = payload.get("event"), payload.get("authorizations")
    if payload.get("team_id") != ears.team or not isinstance(event, dict) or not isinstance(seen_by, list):
        return None
    # What only a person's own subscription sees is not addressed to the bot.
    if not any(isinstance(one, dict) and one.get("is_bot") and one.get("user_id") == ears.bot for one in seen_by):
        return None
    direct = event.get("type") == "message" and event.get("channel_type") == "im"
    if not (direct or event.get("type") == "app_mention") or event.get("subtype") not in WRITTEN_BY_PEOPLE:
        return None
    sender, micros = event.get("user"), micros_of(event.get("ts"))
    if event.get("bot_id") or event.get("hidden") or sender in {ears.owner, ears.bot, "USLACKBOT"} or micros is None:
        return None
    name = f"{ears.team}:{event.get('channel')}:{event.get('ts')}"
    text = str(event.get("text") or "").replace(f"<@{ears.bot}>", "").strip()
    return _signal(name, micros // MILLION, sender, event.get("channel"), text, attempt)


def _from_command(payload: Mapping[str, Any], attempt: int, ears: Ears) -> UrgentSignal | None:
    if payload.get("team_id") != ears.team or payload.get("command") != COMMAND:
        return None
    name = f"{ears.team}:command:{payload.get('trigger_id')}"
    sender, where = payload.get("user_id"), payload.get("channel_id")
    return _signal(name, ears.now, sender, where, payload.get("text"), attempt)


def _from_interaction(payload: Mapping[str, Any], attempt: int, ears: Ears) -> UrgentSignal | None:
    if _inner(payload, "team", "id") != ears.team:
        return None
    sender, where = _inner(payload, "user", "id"), _inner(payload, "channel", "id")
    if payload.get("type") == "block_actions":
        return _from_press(payload, sender, where, attempt, ears)
    if payload.get("type") != "message_action":
        return None
    micros = micros_of(payload.get("action_ts"))
    name = f"{ears.team}:shortcut:{sender}:{payload.get('action_ts')}"
    at = micros // MILLION if micros else ears.now
    return _signal(name, at, sender, where, _inner(payload, "message", "text"), attempt)


def _from_press(payload: Mapping[str, Any], sender: Any, where: Any, attempt: int, ears: Ears) -> UrgentSignal | None:
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    micros = micros_of(action.get("action_ts")) if isinstance(action, dict) else None
    if not isinstance(action, dict) or micros is None:
        return None
    name = f"{ears.team}:press:{sender}:{action.get('action_id')}:{action.get('action_ts')}"
    return _signal(name, micros // MILLION, sender, where, action.get("value"), attempt)


def _signal(name: str, at: int, sender: Any, where: Any, text: Any, attempt: int) -> UrgentSignal | None:
    if not isinstance(sender, str) or not sender:
        return None
    said = unescaped(text)[:LONGEST] if isinstance(text, str) else ""
    return UrgentSignal(name, at, sender, where if isinstance(where, str) else "", said, attempt)


def _inner(payload: Mapping[str, Any], name: str, key: str) -> Any:
    found = payload.get(name)
    return found.get(key) if isinstance(found, dict) else None
