"""What a sign-in was told, and what it found: parsed once."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from deepday.connect import Feature
from deepday.errors import InputError

CHOICES = (Feature.BLOCKS.value, Feature.ANSWERS.value, Feature.OWN_CALENDAR.value)
"""What can be allowed besides reading."""

_ADDRESS = "Give the address that your provider names for CalDAV, like https://caldav.example.com."


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the account is.

    ``url``: what the person gave. ``home``: where the calendars are; ``inbox``: the scheduling inbox, which knows the
    primary calendar; both empty before the sign-in found them. ``server``: the name of its row in
    :mod:`deepday_caldav.quirks`. ``blocks``: whether events may be written; ``answers``: whether invitations may be
    answered; ``own_calendar``: whether a calendar may be made.
    """

    url: str
    user: str
    blocks: bool = False
    answers: bool = False
    own_calendar: bool = False
    home: str = ""
    inbox: str = ""
    server: str = ""

    @classmethod
    def of(cls, options: Mapping[str, str]) -> "Settings":
        """Read the options of a sign-in, or those that it left.

        Raises :class:`InputError` for an address that cannot be used, and for a missing user.
        """
        allowed = {name for name in options.get("allow", "").split(",") if name}
        if allowed - set(CHOICES):
            raise InputError("CalDAV has calendars only.", f"Choices for allow are {', '.join(CHOICES)}.")
        user = options.get("user", "").strip()
        if not user:
            raise InputError("The name of the user is missing.", "Give it with --user; often it is your mail address.")
        return cls(
            url=_address(options.get("url", "")),
            user=user,
            blocks=Feature.BLOCKS.value in allowed or Feature.OWN_CALENDAR.value in allowed,
            answers=Feature.ANSWERS.value in allowed,
            own_calendar=Feature.OWN_CALENDAR.value in allowed,
            home=options.get("home", ""),
            inbox=options.get("inbox", ""),
            server=options.get("server", ""),
        )

    def found(self) -> dict[str, str]:
        """Return the options that :meth:`of` needs to open the account again."""
        return {
            "url": self.url,
            "user": self.user,
            "allow": ",".join(
                name for name, on in zip(CHOICES, (self.blocks, self.answers, self.own_calendar), strict=True) if on
            ),
            "home": self.home,
            "inbox": self.inbox,
            "server": self.server,
        }


def _address(text: str) -> str:
    """Return the address with a path. A name alone means https; http is for this machine only."""
    given = text.strip()
    if given and "://" not in given:
        given = f"https://{given}"
    try:
        parts = urlsplit(given)
        host = parts.hostname
        parts.port  # noqa: B018 - raises for what is no port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"https", "http"}:
        raise InputError("The address of the CalDAV server is missing or invalid.", _ADDRESS)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise InputError("The address holds more than host and path.", f"User and password go elsewhere. {_ADDRESS}")
    if parts.scheme == "http" and not _is_this_machine(host):
        raise InputError(
            f"The address begins with http, so that anybody between you and {host} could read the password.",
            "Use https; http is accepted for this machine only.",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path or '/'}"


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
