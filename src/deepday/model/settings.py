"""What an account shows or does for its owner, one value at a time: status, do not disturb, automatic reply, presence.

Each value has an end of its own, which the vendor keeps: ``until`` in UTC seconds, 0 for none. Each says whether it is
``empty`` (nothing set), whether it is over at an instant, and whether it is the ``same`` as another, as far as vendors
keep what they are given.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, Self, cast

SNOOZE_TOLERANCE = 90
"""Seconds by which the end of a snooze may differ and still be the same: vendors count it in minutes."""


class Setting(Protocol):
    """What the four values have in common."""

    @property
    def empty(self) -> bool:
        """Whether nothing is set."""
        ...

    def over(self, now: int) -> bool:
        """Tell whether it ended by itself at or before ``now`` (UTC seconds)."""
        ...

    def same(self, other: Self) -> bool:
        """Tell whether the vendor would show both alike."""
        ...


class SettingKind(StrEnum):
    """The four settings, by name."""

    STATUS = "status"
    DO_NOT_DISTURB = "do not disturb"
    AUTO_REPLY = "automatic reply"
    PRESENCE = "presence"


def _over(until: int, now: int) -> bool:
    return 0 < until <= now


def _words(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Status:
    """The visible line with an emoji, like ``:headphones:`` (Slack: profile status; Graph: status message)."""

    text: str = ""
    emoji: str = ""
    until: int = 0

    @property
    def empty(self) -> bool:
        """Whether there is neither text nor emoji."""
        return not (self.text or self.emoji)

    def over(self, now: int) -> bool:
        """Tell whether it ended by itself at or before ``now``."""
        return _over(self.until, now)

    def same(self, other: Self) -> bool:
        """Compare text (white space collapsed), emoji and end; two empty ones are the same."""
        if self.empty or other.empty:
            return self.empty and other.empty
        return (_words(self.text), self.emoji, self.until) == (_words(other.text), other.emoji, other.until)


@dataclass(frozen=True, slots=True)
class DoNotDisturb:
    """Notifications are held until ``until``; 0: they are not held."""

    until: int = 0

    @property
    def empty(self) -> bool:
        """Whether notifications come through."""
        return not self.until

    def over(self, now: int) -> bool:
        """Tell whether it ended by itself at or before ``now``."""
        return _over(self.until, now)

    def same(self, other: Self) -> bool:
        """Compare the ends, up to :data:`SNOOZE_TOLERANCE`."""
        if self.empty or other.empty:
            return self.empty and other.empty
        return abs(self.until - other.until) <= SNOOZE_TOLERANCE


class Audience(StrEnum):
    """Who outside the organisation gets an automatic reply (Graph ``externalAudience``)."""

    NONE = "none"
    CONTACTS = "contactsOnly"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class AutoReply:
    """The mail answer. The texts are the owner's own words and are not shown by ``repr``.

    ``enabled`` is false for "off"; the texts of a reply that is off are kept, since vendors keep them. ``start`` and
    ``until``: UTC seconds between which it answers, 0 for no bound. ``subject``: Gmail only. ``text_outside``: what
    people outside get, where the vendor tells them apart. ``markup`` and ``markup_outside``: the texts just as the
    vendor keeps them, if that is more than words; they are what goes back, and are not compared.
    """

    enabled: bool = False
    text: str = field(default="", repr=False)
    text_outside: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    start: int = 0
    until: int = 0
    audience: Audience = Audience.NONE
    markup: str = field(default="", repr=False, compare=False)
    markup_outside: str = field(default="", repr=False, compare=False)

    @property
    def empty(self) -> bool:
        """Whether no answer is sent."""
        return not self.enabled

    def over(self, now: int) -> bool:
        """Tell whether it ended by itself at or before ``now``."""
        return self.enabled and _over(self.until, now)

    def same(self, other: Self) -> bool:
        """Compare everything, white space of the texts collapsed; two that are off are the same."""
        if self.empty or other.empty:
            return self.empty and other.empty
        return self._compared() == other._compared()

    def _compared(self) -> tuple[object, ...]:
        texts = (_words(self.text), _words(self.text_outside), _words(self.subject))
        return (texts, self.start, self.until, self.audience)


class Availability(StrEnum):
    """The dot that a person may ask for (Graph ``setUserPreferredPresence``; Slack knows the first and AWAY)."""

    UNSET = "unset"  # the vendor computes it
    AVAILABLE = "available"
    BUSY = "busy"
    DO_NOT_DISTURB = "doNotDisturb"
    BE_RIGHT_BACK = "beRightBack"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Presence:
    """The dot that was asked for, not the one that is computed from meetings and sign-ins."""

    availability: Availability = Availability.UNSET
    until: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing was asked for."""
        return self.availability is Availability.UNSET

    def over(self, now: int) -> bool:
        """Tell whether it ended by itself at or before ``now``."""
        return _over(self.until, now)

    def same(self, other: Self) -> bool:
        """Compare what was asked for and its end."""
        if self.empty or other.empty:
            return self.empty and other.empty
        return (self.availability, self.until) == (other.availability, other.until)


AnySetting = Status | DoNotDisturb | AutoReply | Presence


def same(one: AnySetting, other: AnySetting) -> bool:
    """Tell whether the vendor would show both alike; values of two different settings are never the same."""
    return type(one) is type(other) and one.same(cast("Any", other))


EMPTY: dict[SettingKind, AnySetting] = {
    SettingKind.STATUS: Status(),
    SettingKind.DO_NOT_DISTURB: DoNotDisturb(),
    SettingKind.AUTO_REPLY: AutoReply(),
    SettingKind.PRESENCE: Presence(),
}
"""What each setting is when nothing is set."""
