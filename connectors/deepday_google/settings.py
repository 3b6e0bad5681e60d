"""The options of a Google account, understood."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from deepday.connect import Feature, SignInOption
from deepday.connect.addresses import base_address
from deepday.errors import InputError

_CHOICES: Final = (
    Feature.BLOCKS.value,
    Feature.REPLIES.value,
    Feature.ANSWERS.value,
    Feature.OWN_CALENDAR.value,
)

OPTIONS: Final = (
    SignInOption(
        "allow",
        "What deepday may do besides reading: write blocks into your calendar, set Gmail's automatic reply, decline "
        "invitations, make a calendar of its own.",
        choices=_CHOICES,
        many=True,
    ),
    SignInOption("shared-calendars", "Also read calendars that others share with you.", flag=True),
    SignInOption("client-file", "The client_secret….json that the Google Cloud console lets you download."),
    SignInOption("client-id", "The OAuth client's id, where you have no such file."),
    SignInOption("client-secret", "Where the OAuth client's secret is, like env:NAME or file:PATH.", secret=True),
    SignInOption(
        "service-account", "For an organisation: where the service account's JSON key is, like file:PATH.", secret=True
    ),
    SignInOption("subject", "For an organisation: the address of the person whom the service account speaks for."),
    SignInOption("base-url", "Another server that speaks for Google: the sandbox, or a proxy of yours."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What opening an account needs to know; no secret is among it.

    ``base_url`` is empty for Google itself and has no slash at its end. ``subject`` is set where a service account
    speaks for that person.
    """

    allowed: frozenset[Feature] = frozenset()
    shared: bool = False
    base_url: str = ""
    subject: str = ""

    @classmethod
    def parse(cls, options: Mapping[str, str]) -> Self:
        """Read the options; those that are missing have their defaults. Raises :class:`InputError`."""
        return cls(
            allowed=_allowed(options.get("allow", "")),
            shared=options.get("shared-calendars", "") == "yes",
            base_url=base_address(options.get("base-url", "")),
            subject=options.get("subject", "").strip(),
        )

    def options(self) -> dict[str, str]:
        """Write the settings as :meth:`parse` reads them; what has its default is left out."""
        written = {
            "allow": ",".join(sorted(self.allowed)),
            "shared-calendars": "yes" if self.shared else "",
            "base-url": self.base_url,
            "subject": self.subject,
        }
        return {name: value for name, value in written.items() if value}

    @property
    def calendar(self) -> str:
        """Where the Calendar API is, with its path."""
        return f"{self.base_url or 'https://www.googleapis.com'}/calendar/v3/"

    @property
    def gmail(self) -> str:
        """Where the Gmail API is; its paths begin with gmail/v1."""
        return f"{self.base_url or 'https://gmail.googleapis.com'}/"

    @property
    def authorise(self) -> str:
        """The page on which people consent."""
        return f"{self.base_url or 'https://accounts.google.com'}/o/oauth2/v2/auth"

    @property
    def token(self) -> str:
        """Where codes, refresh tokens and assertions are exchanged."""
        return f"{self.base_url or 'https://oauth2.googleapis.com'}/token"

    @property
    def revoke(self) -> str:
        """Where access is ended."""
        return f"{self.base_url or 'https://oauth2.googleapis.com'}/revoke"


def _allowed(text: str) -> frozenset[Feature]:
    words = {word.strip() for word in text.split(",")} - {""}
    if unknown := words - set(_CHOICES):
        raise InputError(
            f"Google accounts do not know --allow {min(unknown)[:40]}.", f"Choose from: {', '.join(_CHOICES)}."
        )
    return frozenset(Feature(word) for word in words)
