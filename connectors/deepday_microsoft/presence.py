"""Teams' presence and status message: values and Graph's JSON. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from deepday.model import Availability, Presence, Status
from deepday_microsoft.replies import plain
from deepday_microsoft.translate import UnusableError, moment

PAIRS: Mapping[Availability, tuple[str, str]] = {
    Availability.AVAILABLE: ("Available", "Available"),
    Availability.BUSY: ("Busy", "Busy"),
    Availability.DO_NOT_DISTURB: ("DoNotDisturb", "DoNotDisturb"),
    Availability.BE_RIGHT_BACK: ("BeRightBack", "BeRightBack"),
    Availability.AWAY: ("Away", "Away"),
    Availability.OFFLINE: ("Offline", "OffWork"),
}
"""Availability and activity as setUserPreferredPresence takes them."""

_COMPUTED = {Availability.AVAILABLE, Availability.AWAY}
_BY_PAIR = {pair: one for one, pair in PAIRS.items() if one not in _COMPUTED}

_EMOJI = {
    ":headphones:": "🎧",
    ":no_entry:": "⛔",
    ":no_bell:": "🔕",
    ":dart:": "🎯",
    ":brain:": "🧠",
    ":lock:": "🔒",
    ":hourglass_flowing_sand:": "⏳",
    ":books:": "📚",
    ":rocket:": "🚀",
    ":coffee:": "☕",
    ":calendar:": "📅",
    ":speech_balloon:": "💬",
    ":telephone_receiver:": "📞",
    ":house:": "🏠",
    ":house_with_garden:": "🏡",
    ":bus:": "🚌",
    ":airplane:": "✈️",
    ":palm_tree:": "🌴",
    ":face_with_thermometer:": "🤒",
    ":tooth:": "🦷",
}
"""Slack's names of emoji; Teams has no field for one, so it stands before the text."""


def shown_presence(pair: tuple[object, object]) -> Presence:
    """Return what was asked for, by what Graph shows: nothing where Teams may have computed it."""
    return Presence(_BY_PAIR.get((str(pair[0]), str(pair[1])), Availability.UNSET))


def duration(seconds: int) -> str:
    """Return seconds as an ISO 8601 duration."""
    minutes, rest = divmod(max(1, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{number}{letter}" for number, letter in ((hours, "H"), (minutes, "M"), (rest, "S")) if number]
    return f"PT{''.join(parts)}"


def message_of(value: Status) -> dict[str, Any]:
    """Return the statusMessage; an empty text clears it."""
    emoji = _EMOJI.get(value.emoji, value.emoji)
    content = f"{emoji} {value.text}".strip()
    message: dict[str, Any] = {"message": {"content": content, "contentType": "text"}}
    if content and value.until:
        until = datetime.fromtimestamp(value.until, UTC)
        message["expiryDateTime"] = {"dateTime": f"{until:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}
    return message


def status_of(message: object) -> Status:
    """Read a statusMessage; empty for none."""
    given = message if isinstance(message, dict) else {}
    inner = given.get("message")
    content = inner.get("content") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or not isinstance(content, str):
        return Status()
    text = plain(content) if inner.get("contentType") == "html" else content
    emoji, text = _parted(text.strip())
    until = 0
    try:
        until = max(0, int(moment(given.get("expiryDateTime"), "end").timestamp()))
    except UnusableError:
        until = 0
    return Status(text, emoji, until if text or emoji else 0)


def _parted(text: str) -> tuple[str, str]:
    """Return the emoji at the beginning, by its name, and the rest."""
    for name, sign in _EMOJI.items():
        if text.startswith(sign):
            return name, text[len(sign) :].strip()
    first, _, rest = text.partition(" ")
    if len(first) > 2 and first.startswith(":") and first.endswith(":"):
        return first, rest.strip()
    return "", text
