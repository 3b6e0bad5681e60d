"""Which scopes each feature needs, on which of the three tokens."""

from enum import StrEnum
from typing import Final

from deepday.connect import Feature


class Kind(StrEnum):
    """The tokens of a Slack app, and the letters that each begins with."""

    USER = "xoxp-"
    BOT = "xoxb-"
    APP = "xapp-"


NEEDED: Final[dict[Feature, dict[Kind, frozenset[str]]]] = {
    Feature.ACTIVITY: {
        Kind.USER: frozenset(
            f"{family}:{what}" for family in ("channels", "groups", "im", "mpim") for what in ("history", "read")
        ),
    },
    Feature.STATUS: {
        Kind.USER: frozenset({"users.profile:read", "users.profile:write", "dnd:read", "dnd:write"}),
    },
    Feature.MESSAGES: {
        Kind.BOT: frozenset({"app_mentions:read", "chat:write", "commands", "im:history", "im:read", "im:write"}),
        Kind.APP: frozenset({"connections:write"}),
    },
    Feature.EVENTS: {Kind.APP: frozenset({"connections:write"})},
    # What is written to the owner is read under the permissions of activity already.
    Feature.IN_PERSON: {Kind.APP: frozenset({"connections:write"})},
}
"""What a feature cannot do without."""

SEARCH: Final = frozenset({"search:read"})
"""Makes the first reading of activity shorter; it is complete without."""

PRESENCE: Final = frozenset({"users:read", "users:write"})
"""The dot, for who wants status to set that as well."""

PEOPLE: Final = frozenset({"users:read", "users:read.email"})
"""Bot scopes that find whoever covers by their address; without, the settings must name their member ID."""

EXTRA: Final[dict[Feature, frozenset[str]]] = {Feature.ACTIVITY: SEARCH, Feature.STATUS: PRESENCE}
"""User scopes that a feature can do without."""

CHOICES: Final = (Feature.EVENTS, Feature.STATUS, Feature.MESSAGES, Feature.IN_PERSON)
"""What may be allowed besides activity, which is always asked for."""


def feature_of(scope: str, kind: Kind) -> Feature | None:
    """Return the feature that asks for a scope of that token."""
    for feature, kinds in NEEDED.items():
        if scope in kinds.get(kind, ()) or (kind is Kind.USER and scope in EXTRA.get(feature, ())):
            return feature
        if feature is Feature.MESSAGES and kind is Kind.BOT and scope in PEOPLE:
            return feature
    return None
