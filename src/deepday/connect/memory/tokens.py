"""The tokens of an account, in memory."""

import threading

from deepday.clock import Clock
from deepday.connect.ports.tokens import Refresh
from deepday.errors import ReconnectNeededError
from deepday.model import TokenSet


class MemoryTokens:
    """Keeps tokens while the process lives; satisfies :class:`deepday.connect.TokenKeeper` within one process."""

    def __init__(self, tokens: TokenSet, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock
        self._lock = threading.Lock()
        self._over = False

    def fresh(self, refresh: Refresh) -> TokenSet:
        """Return fresh tokens."""
        with self._lock:
            if not (self._tokens.access and self._tokens.fresh(int(self._clock.now().timestamp()))):
                self._refresh(refresh)
            return self._living()

    def renewed(self, refused: TokenSet, refresh: Refresh) -> TokenSet:
        """Return tokens other than those that the vendor refused."""
        with self._lock:
            if self._tokens.access == refused.access:
                self._refresh(refresh)
            return self._living()

    def save(self, tokens: TokenSet) -> None:
        """Keep the tokens of a sign-in."""
        with self._lock:
            self._tokens, self._over = tokens, False

    def _living(self) -> TokenSet:
        if self._over:
            raise ReconnectNeededError("The grant is over.", "Run: deepday connect")
        return self._tokens

    def _refresh(self, refresh: Refresh) -> None:
        self._living()
        try:
            self._tokens = refresh(self._tokens)
        except ReconnectNeededError:
            self._over = True
            raise
