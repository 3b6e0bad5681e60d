"""What is stored for a Slack account: three tokens, what each may do, whose they are."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Self

from deepday.errors import ReconnectNeededError
from deepday.model import Secret, TokenSet
from deepday_slack.scopes import Kind

_NOTHING: Final = Secret("")


@dataclass(frozen=True, slots=True)
class Bundle:
    """The tokens of one workspace. ``team``, ``user`` and ``bot_user`` are Slack's ids; ``scopes`` by kind of token."""

    team: str
    user: str
    tokens: Mapping[Kind, Secret] = field(repr=False)
    scopes: Mapping[Kind, frozenset[str]]
    bot_user: str = ""

    def has(self, kind: Kind, scopes: frozenset[str]) -> bool:
        """Tell whether the token is there and has all of the scopes."""
        return bool(self.tokens.get(kind)) and scopes <= self.scopes.get(kind, frozenset())

    def pack(self, now: int) -> TokenSet:
        """Return it as it is stored: the user token as ``access``, the rest as JSON in ``cache``."""
        cache = {
            "team": self.team,
            "user": self.user,
            "bot_user": self.bot_user,
            "tokens": {kind.name: token.reveal() for kind, token in self.tokens.items() if kind is not Kind.USER},
            "scopes": {kind.name: sorted(names) for kind, names in self.scopes.items()},
        }
        granted = frozenset(name for names in self.scopes.values() for name in names)
        return TokenSet(self.tokens[Kind.USER], cache=Secret(json.dumps(cache)), obtained_at=now, scopes=granted)

    @classmethod
    def unpack(cls, stored: TokenSet) -> Self:
        """Read what :meth:`pack` wrote. Raises :class:`ReconnectNeededError` for anything else."""
        found: Any = None
        with suppress(ValueError, RecursionError):
            found = json.loads(stored.cache.reveal())
        try:
            tokens = {Kind[name]: Secret(str(text)) for name, text in found["tokens"].items()}
            scopes = {Kind[name]: frozenset(map(str, names)) for name, names in found["scopes"].items()}
            return cls(
                str(found["team"]),
                str(found["user"]),
                {**tokens, Kind.USER: stored.access},
                scopes,
                str(found["bot_user"]),
            )
        except (KeyError, TypeError, AttributeError):
            pass
        # Raised out here, because the error above may hold what was stored.
        raise ReconnectNeededError("What is stored of the Slack account is incomplete.", "Run: deepday connect slack")

    def token(self, kind: Kind) -> Secret:
        """Return a token; empty where there is none."""
        return self.tokens.get(kind, _NOTHING)
