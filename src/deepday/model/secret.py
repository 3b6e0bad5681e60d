"""A text that must not be seen, and the tokens of a sign-in."""

import hmac
from dataclasses import dataclass, field
from typing import NoReturn


class Secret:
    """Holds a secret text; shows it only to who asks by name.

    ``repr``, ``str`` and formatting hide it; it cannot be pickled, so that it travels into no cache and no crash
    report by accident. Equal to another secret with the same text, compared in constant time.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret cannot be pickled.")


_NOTHING = Secret("")


@dataclass(frozen=True, slots=True)
class TokenSet:
    """The tokens that one sign-in gave.

    ``access`` opens the API until ``expires_at`` (UTC seconds; 0: it does not expire). ``refresh`` gets the next
    pair; empty where the vendor gives none. ``cache`` is the state of a vendor's library (msal) where it keeps one.
    ``obtained_at``: UTC seconds at which ``access`` was given. ``scopes``: what the vendor granted.
    """

    access: Secret
    refresh: Secret = field(default=_NOTHING)
    cache: Secret = field(default=_NOTHING)
    obtained_at: int = 0
    expires_at: int = 0
    scopes: frozenset[str] = frozenset()

    def fresh(self, now: int) -> bool:
        """Tell whether less than 80 % of the access token's life has passed at ``now`` (UTC seconds)."""
        if not self.expires_at:
            return True
        return (now - self.obtained_at) * 5 < (self.expires_at - self.obtained_at) * 4


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A key that wraps the keys of the store: 32 bytes, and an ``id`` that is written beside what it wraps."""

    id: str
    key: bytes = field(repr=False)
