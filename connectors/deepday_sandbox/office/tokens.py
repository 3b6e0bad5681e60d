"""Grants and the tokens made from them: who may do what, until when."""

import secrets
from dataclasses import dataclass, field

from deepday_sandbox.office.clock import OfficeClock


@dataclass(slots=True)
class Grant:
    """A consent: whose, for which client and scopes. ``dies`` (UTC seconds, 0: never) ends its refresh tokens."""

    vendor: str
    email: str
    client: str
    scopes: frozenset[str]
    dies: int = 0
    revoked: bool = False


@dataclass(slots=True)
class Tokens:
    """Every token that was handed out. ``kind`` is access, refresh, code, device or a vendor's own word."""

    clock: OfficeClock
    _known: dict[str, tuple[Grant, str, int]] = field(default_factory=dict)

    def issue(self, grant: Grant, kind: str, lifetime: int, prefix: str = "") -> str:
        """Make a token that lives for that many seconds (0: until revoked)."""
        token = f"{prefix}{secrets.token_urlsafe(24)}"
        self._known[token] = (grant, kind, self.clock.seconds() + lifetime if lifetime else 0)
        return token

    def grant_of(self, token: str, kind: str) -> Grant | None:
        """Return the grant behind a live token of that kind, ``None`` for an unknown, expired or revoked one."""
        grant, is_kind, until = self._known.get(token, (None, "", 0))
        now = self.clock.seconds()
        if grant is None or is_kind != kind or grant.revoked or (until and now >= until):
            return None
        return None if kind == "refresh" and grant.dies and now >= grant.dies else grant

    def all(self) -> list[str]:
        """Return every token that was handed out and not spent."""
        return list(self._known)

    def look_up(self, token: str) -> tuple[Grant, str, int] | None:
        """Return grant, kind and end (UTC seconds, 0: none) of a token that was handed out, dead ones too."""
        return self._known.get(token)

    def spend(self, token: str, kind: str) -> Grant | None:
        """Return the grant and make the token useless: authorisation codes and device codes work once."""
        grant = self.grant_of(token, kind)
        if grant is not None:
            del self._known[token]
        return grant

    def expire(self, email: str, kind: str = "access") -> None:
        """Let all tokens of that kind of somebody's run out now."""
        for token, (grant, is_kind, _) in list(self._known.items()):
            if grant.email == email and is_kind == kind:
                self._known[token] = (grant, is_kind, 1)
