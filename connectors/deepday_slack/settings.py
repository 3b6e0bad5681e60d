"""What a sign-in to Slack can be told, parsed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from deepday.connect import Feature, SignInOption
from deepday.connect.addresses import base_address
from deepday.errors import InputError
from deepday_slack.scopes import CHOICES

BASE_URL: Final = "https://slack.com/api/"

OPTIONS: Final = (
    SignInOption("user-token", "where the User OAuth Token (xoxp-…) is, like env:SLACK_USER_TOKEN", secret=True),
    SignInOption("bot-token", "where the Bot User OAuth Token (xoxb-…) is; for --allow messages", secret=True),
    SignInOption(
        "app-token", "where the app-level token (xapp-…) is; for --allow messages, events and in-person", secret=True
    ),
    SignInOption(
        "allow",
        "what deepday may do besides reading when messages were written",
        choices=tuple(str(feature) for feature in CHOICES),
        many=True,
    ),
    SignInOption("base-url", "the address of the Web API", default=BASE_URL),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The options that are no secrets. ``base_url`` ends with a slash; activity is always allowed."""

    base_url: str = BASE_URL
    allowed: frozenset[Feature] = frozenset({Feature.ACTIVITY})

    @classmethod
    def parse(cls, options: Mapping[str, str]) -> Self:
        """Read the options. Raises :class:`InputError`."""
        return cls(f"{base_address(options.get('base-url') or BASE_URL)}/", _allowed(options.get("allow", "")))

    def options(self) -> dict[str, str]:
        """Return the options that :meth:`parse` reads to this value."""
        allowed = ",".join(str(feature) for feature in CHOICES if feature in self.allowed)
        return {"base-url": self.base_url, "allow": allowed}


def _allowed(text: str) -> frozenset[Feature]:
    names = {name.strip() for name in text.split(",") if name.strip()} - {str(Feature.ACTIVITY)}
    if names - set(CHOICES):
        raise InputError(
            "The option allow names something that Slack has not.",
            f"Write one or more of: {', '.join(CHOICES)}. Activity is always read.",
        )
    if Feature.IN_PERSON in names and Feature.MESSAGES not in names:
        raise InputError(
            "What is written to you in person can only be answered by messages of deepday's.",
            "Give --allow messages as well.",
        )
    return frozenset({Feature.ACTIVITY, *(Feature(name) for name in names)})
