"""The token endpoint: codes, refresh tokens and assertions become access tokens, within bounds and each sent once."""

import json
from collections.abc import Mapping
from typing import Any, Final

from google.oauth2 import credentials, service_account

from deepday.clock import Clock
from deepday.connect import Refresh
from deepday.connect.http import Answer, HttpClient, Limits
from deepday.errors import ReconnectNeededError
from deepday.model import Secret, TokenSet
from deepday_google.errors import token_refusal
from deepday_google.scopes import wanted
from deepday_google.settings import Settings

_HOUR: Final = 3600


class TokenEndpoint:
    """What google-auth takes for its transport, and what the sign-in sends through.

    It goes to the token endpoint whatever address is asked for. Refusals are raised here, before a library of Google's
    sees them and tries again by itself. ``said``: the last answer.
    """

    def __init__(self, settings: Settings, clock: Clock, limits: Limits) -> None:
        self._address = settings.token
        self._clock = clock
        self._limits = limits
        self.said: dict[str, Any] = {}

    def __call__(
        self,
        url: str,  # noqa: ARG002 - google-auth gives it
        method: str = "POST",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> Answer:
        """Exchange a form for tokens; raises errors of :mod:`deepday.errors` for everything but tokens.

        It is safe to ask again: a refresh token of Google's stays good, and a code that was lost is asked for anew.
        """
        kept = {name: value for name, value in (headers or {}).items() if name.lower() == "authorization"}
        kept["Content-Type"] = "application/x-www-form-urlencoded"
        with HttpClient(self._address, self._clock, self._limits) as client:
            answer = client.send(method, self._address, safe=True, content=body, headers=kept)
        if error := token_refusal(answer, self._clock.now()):
            raise error
        self.said = answer.json()
        known = {**self.said, "expires_in": self.life()}  # google-auth takes any number for one
        return Answer(answer.status, answer.headers, json.dumps(known).encode())

    def life(self) -> int:
        """Return for how many seconds the last token is good."""
        seconds = self.said.get("expires_in")
        usable = isinstance(seconds, int | str) and str(seconds).isascii() and str(seconds).isdigit()
        return min(int(seconds), 24 * _HOUR) if usable and len(str(seconds)) < 10 else _HOUR  # type: ignore[arg-type]

    def granted(self) -> frozenset[str]:
        """Return the scopes of the last token, empty where the answer does not say."""
        scope = self.said.get("scope")
        return frozenset(scope.split()) if isinstance(scope, str) else frozenset()


def refresher(settings: Settings, clock: Clock, limits: Limits) -> Refresh:
    """Return the function that exchanges the tokens of an account for new ones."""

    def refresh(tokens: TokenSet) -> TokenSet:
        kept = _kept(tokens)
        endpoint = TokenEndpoint(settings, clock, limits)
        signer = _service_account(kept, settings) if "private_key" in kept else _person(kept, tokens, settings)
        signer.refresh(endpoint)
        now = int(clock.now().timestamp())
        return TokenSet(
            access=Secret(signer.token),
            refresh=_rotated(endpoint.said.get("refresh_token")) or tokens.refresh,
            cache=tokens.cache,
            obtained_at=now,
            expires_at=now + endpoint.life(),
            scopes=endpoint.granted() or tokens.scopes,
        )

    return refresh


def for_service_account(key: Mapping[str, Any], settings: Settings, clock: Clock, limits: Limits) -> TokenSet:
    """Return the first tokens of a service account that speaks for ``settings.subject``."""
    scopes = frozenset(need.scope for need in wanted(settings.allowed, shared=settings.shared))
    empty = TokenSet(access=Secret(""), cache=Secret(json.dumps(key)), scopes=scopes)
    return refresher(settings, clock, limits)(empty)


def _rotated(text: object) -> Secret | None:
    """Return a new refresh token; Google repeats none, but what replaces the old one must not be lost."""
    return Secret(text) if isinstance(text, str) and text else None


def _kept(tokens: TokenSet) -> dict[str, Any]:
    """Return what the sign-in put beside the tokens: the OAuth client, or the service account's key."""
    try:
        kept = json.loads(tokens.cache.reveal())
    except ValueError:
        kept = None
    if not isinstance(kept, dict):
        raise ReconnectNeededError("What the sign-in left cannot be read.", "Run: deepday connect google")
    return kept


def _person(kept: Mapping[str, Any], tokens: TokenSet, settings: Settings) -> Any:
    if not tokens.refresh:
        raise ReconnectNeededError("Google gave no lasting access.", "Run: deepday connect google")
    return credentials.Credentials(  # type: ignore[no-untyped-call]
        token=None,
        refresh_token=tokens.refresh.reveal(),
        token_uri=settings.token,
        client_id=str(kept.get("client_id", "")),
        client_secret=str(kept.get("client_secret", "")),
    )


def _service_account(key: Mapping[str, Any], settings: Settings) -> Any:
    """Return the service account's signer; where it sends to is ours to say, not the key file's."""
    scopes = [need.scope for need in wanted(settings.allowed, shared=settings.shared)]
    broken = False
    signer = None
    try:
        signer = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            {**key, "token_uri": settings.token}, scopes=scopes, subject=settings.subject
        )
    except (ValueError, TypeError, KeyError):
        broken = True  # the error may hold parts of the key
    if broken:
        raise ReconnectNeededError(
            "The service account's key cannot be used.", "Make a new JSON key, and run: deepday connect google"
        )
    return signer
