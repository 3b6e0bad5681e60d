"""Signing in at Microsoft Entra through msal, and renewing what a sign-in gave. Not light to import."""

import json
import logging
import re
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Self

import msal
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from deepday.clock import Clock
from deepday.connect import Dialogue, Refresh
from deepday.connect.http import Answer, HttpClient, Limits, refusal
from deepday.connect.loopback import Loopback
from deepday.errors import DeepdayError, FatalError, InputError, RetryLaterError
from deepday.model import Secret, TokenSet
from deepday_microsoft.errors import entra_refusal
from deepday_microsoft.settings import Settings

SIGN_IN_SECONDS = 600.0
_SERVICE = "Microsoft's sign-in"
_PENDING = {"authorization_pending", "slow_down"}
_GOOD = {"token_endpoint", "device_code", "access_token"}  # one of them is in every answer that is no refusal
_SLOWER = 5  # seconds; RFC 8628, section 3.5
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----", re.DOTALL)
_CHATTY = ("application", "authority", "token_cache", "telemetry", "oauth2cli.oauth2", "oauth2cli.oidc")


class _Nothing(logging.Filter):
    """Keeps msal's loggers silent: what they say of an error may hold an address or a name."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002
        return False


_FILTER = _Nothing()


def silence() -> None:
    """Let msal log nothing. Doing it twice is doing it once."""
    for name in _CHATTY:
        logging.getLogger(f"msal.{name}").addFilter(_FILTER)


class _Response:
    """An answer as msal reads it."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.headers = answer.headers
        self.text = answer.data.decode("utf-8", "replace")
        self.said = _said(self.text, answer.status)


def _said(text: str, status: int) -> Mapping[str, Any]:
    """Return the object that an answer is.

    Raises :class:`RetryLaterError` for what Entra never says: a portal or a proxy in between said it.
    """
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(text)
    if isinstance(found, dict) and (found.keys() & _GOOD or isinstance(found.get("error"), str)):
        return found
    if found is not None and not isinstance(found, dict):
        raise _senseless()
    what = f"Something on the way to {_SERVICE} answered in its place ({status})."
    raise RetryLaterError(what, "A network's own sign-in page or a proxy may be in between. It is tried again later.")


def _senseless() -> FatalError:
    return FatalError(f"{_SERVICE} sent an answer that makes no sense.", "Try again later.")


class LoginHttp:
    """What msal asks of an HTTP client: bounded, and for the sign-in's host alone, which ``base-url`` may replace."""

    def __init__(self, settings: Settings, clock: Clock, limits: Limits) -> None:
        self._host = settings.login_host
        self._clock = clock
        self._http = HttpClient(settings.login_url, clock, limits)

    def get(self, url: str, params: Any = None, headers: Any = None, **_: object) -> _Response:
        """Look a tenant up. Raises what a refusal means."""
        response = self._send("GET", url, params=params, headers=headers)
        if "error" in response.said:
            raise entra_refusal(response.said)
        return response

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: object) -> _Response:
        """Send a form."""
        form = {name: _text(value) for name, value in (data or {}).items() if value is not None}
        return self._send("POST", url, params=params, data=form, headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _send(self, method: str, url: str, **options: Any) -> _Response:
        path = url.removeprefix(self._host)
        if path == url or not path.startswith("/"):
            raise FatalError(f"{_SERVICE} named another address.", "Check --cloud, or report this.")
        answer = self._http.send(method, path, **{name: value for name, value in options.items() if value})
        if answer.status >= 500 or answer.status == 429:
            later = refusal(answer, _SERVICE, self._clock.now())
            raise later or RetryLaterError(f"{_SERVICE} cannot answer now.")
        return _Response(answer)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


class Entra:
    """One conversation with Entra about one account; close it, or use it in a ``with`` statement."""

    def __init__(self, settings: Settings, clock: Clock, limits: Limits) -> None:
        silence()
        self._settings = settings
        self._clock = clock
        self._http = LoginHttp(settings, clock, limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def by_browser(self, person: Dialogue) -> tuple[TokenSet, Mapping[str, Any]]:
        """Let the person sign in in a browser on this machine; return tokens and the claims of the identity."""
        cache = msal.SerializableTokenCache()
        app = self._public(cache)
        with Loopback(self._clock, "localhost") as loopback:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # msal would have the code posted; a loopback address takes a GET
                flow = _asked(app.initiate_auth_code_flow, self._settings.scopes(), redirect_uri=loopback.address)
            person.open_page(self._led(flow["auth_uri"]))
            came = loopback.wait(SIGN_IN_SECONDS, flow["state"])
        result = _asked(app.acquire_token_by_auth_code_flow, flow, came)
        return self._tokens(result, cache), _claims(result)

    def by_device_code(self, person: Dialogue) -> tuple[TokenSet, Mapping[str, Any]]:
        """Let the person type a code on any device; return tokens and the claims of the identity."""
        cache = msal.SerializableTokenCache()
        app = self._public(cache)
        flow = _asked(app.initiate_device_flow, self._settings.scopes())
        if not isinstance(flow.get("user_code"), str):
            raise entra_refusal(flow)
        person.show_code(str(flow.get("verification_uri", "")), flow["user_code"])
        result = self._polled(app, flow, person)
        return self._tokens(result, cache), _claims(result)

    def _polled(self, app: Any, flow: dict[str, Any], person: Dialogue) -> Mapping[str, Any]:
        """Ask until the code was typed; a question whose answer is lost is asked again, for it changes nothing."""
        given = flow.get("interval")
        flow["interval"] = given if isinstance(given, int) and 0 < given <= 60 else _SLOWER
        until, at_least = self._clock.monotonic() + SIGN_IN_SECONDS, 0.0
        while (left := until - self._clock.monotonic()) > 0:
            person.wait(min(max(flow["interval"], at_least), left))
            at_least = 0.0
            flow.pop("latest_attempt_at", None)  # the wait is ours
            try:  # msal makes the interval longer when it is told to slow down
                result = _asked(app.acquire_token_by_device_flow, flow, exit_condition=lambda _: True)
            except RetryLaterError as lost:
                flow["interval"] += _SLOWER
                at_least = lost.after or 0.0
                continue
            if result.get("error") not in _PENDING:
                return dict(result)
        raise DeepdayError("Nobody signed in in time.", "Run it again, and type the code within ten minutes.")

    def as_application(self) -> TokenSet:
        """Sign in with the certificate, without a person."""
        reference = self._settings.certificate
        if reference is None:
            raise InputError("--certificate is missing.", "Give it as a reference, like file:PATH.")
        key, certificate = _pem(reference.resolve())
        app = _asked(
            msal.ConfidentialClientApplication,
            self._settings.client_id,
            authority=self._settings.authority,
            client_credential={"private_key": key, "public_certificate": certificate},
            http_client=self._http,
            instance_discovery=False,
        )
        return self._tokens(_asked(app.acquire_token_for_client, self._settings.scopes()), None)

    def renewed(self, tokens: TokenSet) -> TokenSet:
        """Exchange the tokens for new ones; see :data:`deepday.connect.Refresh`."""
        if self._settings.app_only:
            return self.as_application()
        cache = _cache_of(tokens)
        app = self._public(cache)
        account = next(iter(_asked(app.get_accounts)), None)
        # The keeper asked because the access token is old or was refused: msal's own copy of it is no answer.
        result = _asked(app.acquire_token_silent_with_error, self._settings.scopes(), account, force_refresh=True)
        return self._tokens(result, cache)

    def _public(self, cache: Any) -> Any:
        return _asked(
            msal.PublicClientApplication,
            self._settings.client_id,
            authority=self._settings.authority,
            token_cache=cache,
            http_client=self._http,
            instance_discovery=False,
        )

    def _led(self, address: str) -> str:
        """Return the page to open, at the address that replaces Microsoft's where there is one."""
        return address.replace(self._settings.login_host, self._settings.login_url, 1)

    def _tokens(self, result: Mapping[str, Any] | None, cache: Any) -> TokenSet:
        if result is None or not isinstance(result.get("access_token"), str):
            raise entra_refusal(result)
        now = int(self._clock.now().timestamp())
        lives = result.get("expires_in")
        words = str(result.get("scope") or " ".join(self._settings.scopes())).split()
        return TokenSet(
            access=Secret(result["access_token"]),
            cache=Secret(cache.serialize() if cache is not None else ""),
            obtained_at=now,
            expires_at=now + (lives if isinstance(lives, int) and lives > 0 else 3600),
            scopes=frozenset(word.rsplit("/", 1)[-1] for word in words),
        )


def _asked(call: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Call msal. Raises errors of ours only: what it makes of an odd answer holds the answer."""
    try:
        return call(*given, **named)
    except DeepdayError:
        raise
    except Exception:  # noqa: BLE001, S110 - raised below, where it does not hang on the new one
        pass
    raise _senseless()


def _cache_of(tokens: TokenSet) -> Any:
    """Return msal's cache. Raises :class:`ReconnectNeededError` for one that cannot be read."""
    cache, text = msal.SerializableTokenCache(), tokens.cache.reveal()
    readable = False
    with suppress(ValueError, RecursionError):
        readable = isinstance(json.loads(text), dict)
    if not readable:
        raise entra_refusal(None)
    cache.deserialize(text)
    return cache


_PEM_ADVICE = "Put the certificate and its unencrypted private key into one PEM file."


def _pem(secret: Secret) -> tuple[str, str]:
    """Return private key and certificate. Raises :class:`InputError` without showing any of it."""
    blocks = [(match[1], match[0]) for match in _BLOCK.finditer(secret.reveal())]
    key = next((text for name, text in blocks if name.endswith("PRIVATE KEY") and "ENCRYPTED" not in name), "")
    certificate = next((text for name, text in blocks if name == "CERTIFICATE"), "")
    if not key or not certificate:
        raise InputError("--certificate leads to no certificate with a private key.", _PEM_ADVICE)
    try:  # here, for what a library says later may hold a part of the key
        load_pem_private_key(key.encode(), None)
        load_pem_x509_certificate(certificate.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InputError("The certificate or its key cannot be used.", _PEM_ADVICE) from None
    return key, certificate


def _claims(result: Mapping[str, Any]) -> Mapping[str, Any]:
    claims = result.get("id_token_claims")
    if not isinstance(claims, dict) or not isinstance(claims.get("oid"), str):
        raise FatalError(f"{_SERVICE} does not say who signed in.", "Please report this.")
    return claims


def refresher(settings: Settings, clock: Clock, limits: Limits) -> Refresh:
    """Return the function that a token keeper renews tokens with."""

    def refresh(tokens: TokenSet) -> TokenSet:
        with Entra(settings, clock, limits) as entra:
            return entra.renewed(tokens)

    return refresh
