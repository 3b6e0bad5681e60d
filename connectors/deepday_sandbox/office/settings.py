"""What people set for themselves: automatic reply, chat status and snooze, presence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class AutoReply:
    """The mail answer, as each vendor keeps it: the raw object in the vendor's own form."""

    google: dict[str, Any] = field(default_factory=dict)
    graph: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ChatProfile:
    """Slack's status line and do-not-disturb. Times are UTC seconds, 0 for never."""

    status_text: str = ""
    status_emoji: str = ""
    status_expiration: int = 0
    snooze_until: int = 0
    dnd_schedule: Mapping[str, Any] = field(default_factory=dict)
    presence: str = "auto"


@dataclass(slots=True)
class PresenceBoard:
    """Teams presence: sessions by id, the preferred one, the status message; each with its end in UTC seconds."""

    sessions: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    preferred: tuple[str, str, int] | None = None
    message: dict[str, Any] | None = None


class Settings:
    """Everybody's settings, by address; made when first looked at."""

    def __init__(self) -> None:
        """Begin with everybody's defaults."""
        self._replies: dict[str, AutoReply] = {}
        self._profiles: dict[str, ChatProfile] = {}
        self._presence: dict[str, PresenceBoard] = {}

    def reply(self, email: str) -> AutoReply:
        """Return somebody's automatic reply."""
        return self._replies.setdefault(email, AutoReply())

    def profile(self, email: str) -> ChatProfile:
        """Return somebody's chat profile."""
        return self._profiles.setdefault(email, ChatProfile())

    def presence(self, email: str) -> PresenceBoard:
        """Return somebody's presence."""
        return self._presence.setdefault(email, PresenceBoard())
