"""The port through which a connector gets and keeps the tokens of its account; the store satisfies it."""

from collections.abc import Callable
from typing import Protocol

from deepday.model import TokenSet

Refresh = Callable[[TokenSet], TokenSet]
"""Exchanges the tokens for new ones at the vendor. Raises ``ReconnectNeededError`` when the vendor says that the grant
is over, ``RetryLaterError`` when it cannot be reached, ``OutcomeUnknownError`` when its answer was lost."""


class TokenKeeper(Protocol):
    """The tokens of one account.

    A connector must ask for them before each use, must not keep them longer, and must not refresh by itself.
    """

    def fresh(self, refresh: Refresh) -> TokenSet:
        """Return tokens of which at least a fifth of the life is left, refreshed where needed and **saved before**.

        One caller refreshes, in this process and others; the rest wait and take what it got. Raises what ``refresh``
        raises, and :class:`~deepday.errors.ReconnectNeededError` when there are none or the grant is known to be over.
        """
        ...

    def renewed(self, refused: TokenSet, refresh: Refresh) -> TokenSet:
        """Return tokens other than ``refused``, which the vendor refused although they seemed fresh."""
        ...

    def save(self, tokens: TokenSet) -> None:
        """Keep what a sign-in, or a vendor's library, gave."""
        ...
