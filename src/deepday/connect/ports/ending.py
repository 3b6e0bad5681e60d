"""The port for ending, at the vendor, the access that an account's owner gave."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from deepday.clock import Clock
from deepday.model import TokenSet


@runtime_checkable
class GrantEnder(Protocol):
    """A connector that knows how the access to its accounts is ended: by itself, or by whom and where.

    Both methods return sentences for the owner, each with the address at which it is done by hand.
    """

    def end_grant(self, options: Mapping[str, str], tokens: TokenSet, clock: Clock) -> tuple[str, ...]:
        """End at the vendor whatever the tokens open, and return what only a person can end; empty: all is over.

        Must not ask for other tokens, and must count what the vendor says is over as ended. Safe to repeat. Raises an
        error of :mod:`deepday.errors` where it is not known to be over: it is then called again some day.
        """
        ...

    def end_by_hand(self, options: Mapping[str, str]) -> tuple[str, ...]:
        """Say how a person ends it without deepday; nothing is sent."""
        ...
