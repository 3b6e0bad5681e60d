"""Who may use the page: one-time links that the command line prints, and the sessions that they open.

All of it is kept in memory, by hashes: what is not in this process opens nothing, and ends with it.
"""

import hashlib
import hmac
import secrets
from collections import defaultdict, deque
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from deepday.clock import Clock

BYTES = 32
"""Bytes of chance in a link, in a session's id, and in the token of its forms."""

LINK_SECONDS = 300
IDLE_SECONDS = 12 * 3600
WHOLE_SECONDS = 7 * 86_400
LOGINS_A_MINUTE = 10
_MOST_LINKS = 100


@dataclass(slots=True)
class Session:
    """Somebody who signed in. ``form_token``: what their forms carry. ``said``: what the next page shows, once."""

    begun: float
    seen: float
    form_token: str = field(default_factory=lambda: secrets.token_urlsafe(BYTES))
    said: list[Any] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)

    def sent_by(self, token: str) -> bool:
        """Tell whether a form with that token is this session's."""
        return hmac.compare_digest(self.form_token.encode(), token.encode())


class Sessions:
    """Links, sessions, and how often somebody tried. Safe to be used by several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._links: dict[bytes, float] = {}
        self._sessions: dict[bytes, Session] = {}
        self._tries: defaultdict[str, deque[float]] = defaultdict(deque)

    def new_link(self) -> str:
        """Return what opens one session within five minutes."""
        token = secrets.token_urlsafe(BYTES)
        with self._lock:
            self._forget()
            if len(self._links) >= _MOST_LINKS:
                del self._links[min(self._links, key=lambda link: self._links[link])]
            self._links[_hash(token)] = self._now() + LINK_SECONDS
        return token

    def may_try(self, address: str) -> bool:
        """Count a try to sign in; ``False`` for too many from that address within a minute."""
        now = self._now()
        with self._lock:
            tries = self._tries[address]
            while tries and not now - 60 < tries[0] <= now:
                tries.popleft()
            if len(tries) >= LOGINS_A_MINUTE:
                return False
            tries.append(now)
            return True

    def open(self, token: str) -> str | None:
        """Return the id of a new session for a link that was not used yet; ``None`` for anything else."""
        now, identity = self._now(), secrets.token_urlsafe(BYTES)
        with self._lock:
            self._forget()
            if self._links.pop(_hash(token), None) is None:
                return None
            self._sessions[_hash(identity)] = Session(now, now)
        return identity

    def find(self, identity: str) -> Session | None:
        """Return the session of that id, and note that it is in use; ``None`` where there is none, or it is over."""
        with self._lock:
            self._forget()
            session = self._sessions.get(_hash(identity))
            if session is not None:
                session.seen = self._now()
            return session

    def close(self, identity: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(_hash(identity), None)

    def _forget(self) -> None:
        """Drop what is over; a clock that was set back ends a session too."""
        now = self._now()
        self._links = {link: until for link, until in self._links.items() if now < until <= now + LINK_SECONDS}
        self._sessions = {
            key: one
            for key, one in self._sessions.items()
            if 0 <= now - one.seen < IDLE_SECONDS and 0 <= now - one.begun < WHOLE_SECONDS
        }

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
