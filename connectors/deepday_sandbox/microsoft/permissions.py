"""The permissions that a person can be asked for, and how a request names them."""

from typing import Final

from deepday_sandbox.microsoft.aadsts import EntraError

RESOURCE: Final = "https://graph.microsoft.com/"
SIGN_IN: Final = frozenset({"openid", "profile", "offline_access", "email"})
DELEGATED: Final = SIGN_IN | frozenset(
    [
        "User.Read",
        "User.ReadWrite",
        "User.ReadBasic.All",
        "User.Read.All",
        "Calendars.Read",
        "Calendars.ReadBasic",
        "Calendars.ReadWrite",
        "Calendars.Read.Shared",
        "MailboxSettings.Read",
        "MailboxSettings.ReadWrite",
        "Presence.Read",
        "Presence.Read.All",
        "Presence.ReadWrite",
    ]
)


def read_scopes(text: str) -> frozenset[str]:
    """Return the short names of requested permissions. Raises :class:`EntraError` for none or an unknown one."""
    names = {word.removeprefix(RESOURCE).lstrip("/") for word in text.split()}
    if not names:
        raise EntraError(90014, "The required field 'scope' is missing.")
    if ".default" in names:
        return (frozenset(names) - {".default"}) | DELEGATED
    for name in names - DELEGATED:
        raise EntraError(70011, f"The application asked for the scope '{name}', which does not exist.")
    return frozenset(names)
