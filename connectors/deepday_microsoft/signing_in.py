"""The last step of a sign-in: one call that shows that the account can be used."""

from deepday.connect import CalendarReader, Refresh
from deepday.errors import ReconnectNeededError, UnsupportedError
from deepday.model import TokenSet
from deepday_microsoft.errors import RECONNECT


class Once:
    """The tokens of a sign-in while it is under way; satisfies :class:`deepday.connect.TokenKeeper`."""

    def __init__(self, tokens: TokenSet) -> None:
        self._tokens = tokens

    def fresh(self, refresh: Refresh) -> TokenSet:  # noqa: ARG002 - they were just given
        """Return the tokens."""
        return self._tokens

    def renewed(self, refused: TokenSet, refresh: Refresh) -> TokenSet:  # noqa: ARG002
        """Raise :class:`ReconnectNeededError`: tokens that were just given are not refused by chance."""
        raise ReconnectNeededError("Microsoft 365 refuses the sign-in that it has just given.", RECONNECT)

    def save(self, tokens: TokenSet) -> None:
        """Keep other tokens."""
        self._tokens = tokens


def looked_at(account: CalendarReader) -> None:
    """Make sure that there is a calendar. Raises :class:`UnsupportedError` where there is none."""
    if not account.calendars():
        raise UnsupportedError("This account has no calendar.", "deepday needs a mailbox with a calendar.")
