"""Signing in: a person through the browser (authorisation code with PKCE, back over loopback), or a service account."""

import json
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import requests
from google_auth_oauthlib.flow import Flow
from requests.adapters import BaseAdapter

from deepday.clock import Clock
from deepday.connect import Dialogue, SignedIn
from deepday.connect.http import Limits
from deepday.connect.loopback import Loopback
from deepday.connect.memory import MemoryTokens
from deepday.connect.secrets import SecretReference
from deepday.errors import InputError, ReconnectNeededError
from deepday.model import Secret, TokenSet
from deepday_google.auth import TokenEndpoint, for_service_account
from deepday_google.calendars import primary_address
from deepday_google.errors import missing
from deepday_google.scopes import READ, wanted
from deepday_google.session import Session, silence
from deepday_google.settings import Settings

PATIENCE: Final = 600.0
"""Seconds in which the person must have finished the page."""

_MOST_BYTES: Final = 100_000
_CLIENT: Final = "Download the JSON file of a desktop app's client from the Google Cloud console, and give it "
_ADVICE: Final = f"{_CLIENT}with --client-file."
_GOOGLE: Final = "https://accounts.google.com/o/oauth2/v2/auth"  # stands for the page until its address leaves


def sign_in(
    options: Mapping[str, str], person: Dialogue, clock: Clock, limits: Limits, before: TokenSet | None = None
) -> SignedIn:
    """Sign in, and make sure with one call that the account can be read.

    The OAuth client, or the service account's key, may be the one of the sign-in ``before``.
    """
    silence()
    settings = Settings.parse(options)
    kept = _object(before.cache.reveal()) if before else {}
    if options.get("service-account") or (settings.subject and kept.get("type") == "service_account"):
        tokens, notes = _as_service_account(options, settings, clock, limits, kept)
    else:
        if settings.subject:
            raise InputError("--subject goes with --service-account.", "Give both, or none of them.")
        tokens, notes = _in_browser(_client(options, kept), settings, person, clock, limits)
    if not READ.met(tokens.scopes):
        raise missing(READ)
    with Session(settings, "", MemoryTokens(tokens, clock), clock, limits) as session:
        found = primary_address(session)
    account = settings.subject or found or "Google account"
    return SignedIn(
        account,
        tokens,
        settings.subject or found or "",
        settings.options(),
        tuple(notes + _not_granted(settings, tokens)),
    )


def _not_granted(settings: Settings, tokens: TokenSet) -> list[str]:
    """Say what was asked for and left unticked."""
    return [
        f"Google did not allow deepday to {need.what}: the box was not ticked. Connect again to change that."
        for need in wanted(settings.allowed, shared=settings.shared)
        if not need.met(tokens.scopes)
    ]


def _as_service_account(
    options: Mapping[str, str], settings: Settings, clock: Clock, limits: Limits, kept: dict[str, Any]
) -> tuple[TokenSet, list[str]]:
    if not settings.subject:
        raise InputError(
            "A service account needs somebody to speak for.", "Add --subject with the address of that person."
        )
    place = options.get("service-account", "")
    key = _object(SecretReference.parse(place).resolve().reveal()) if place else kept
    if key.get("type") != "service_account" or not isinstance(key.get("private_key"), str):
        raise InputError("This is no key of a service account.", "Make a JSON key for it in the Google Cloud console.")
    tokens = for_service_account(key, settings, clock, limits)
    reach = ", ".join(sorted(tokens.scopes))
    return tokens, [
        f"Domain-wide delegation: this key can act for every person of the organisation, within {reach}.",
        f"deepday uses it for {settings.subject} only.",
        "An administrator ends that in the Admin console under Security, API controls, Domain-wide delegation.",
    ]


def _in_browser(
    client: dict[str, str], settings: Settings, person: Dialogue, clock: Clock, limits: Limits
) -> tuple[TokenSet, list[str]]:
    endpoint = TokenEndpoint(settings, clock, limits)
    with Loopback(clock) as loopback:
        flow = Flow.from_client_config(
            {"installed": {**client, "auth_uri": _GOOGLE, "token_uri": "https://oauth2.googleapis.com/token"}},
            [need.scope for need in wanted(settings.allowed, shared=settings.shared)],
            redirect_uri=f"{loopback.address}/",
        )
        # Without "consent" Google gives no refresh token to somebody who has consented before.
        page, state = flow.authorization_url(access_type="offline", prompt="consent")
        person.open_page(page.replace(_GOOGLE, settings.authorise, 1))
        came = loopback.wait(PATIENCE, state)
    if not came.get("code"):
        raise ReconnectNeededError("Google did not let you sign in.", "Run it again; Google's page says why.")
    _exchange(flow, came["code"], endpoint)
    refresh = endpoint.said.get("refresh_token")
    if not isinstance(refresh, str) or not refresh:
        raise ReconnectNeededError("Google gave no lasting access.", "Use a client of the type Desktop app.")
    now = int(clock.now().timestamp())
    tokens = TokenSet(
        access=Secret(endpoint.said["access_token"]),
        refresh=Secret(refresh),
        cache=Secret(json.dumps(client)),
        obtained_at=now,
        expires_at=now + endpoint.life(),
        scopes=endpoint.granted(),
    )
    week = "refresh_token_expires_in" in endpoint.said
    notes = ["This sign-in ends by itself after seven days: the OAuth consent screen is in Testing."] if week else []
    return tokens, notes


def _exchange(flow: Flow, code: str, endpoint: TokenEndpoint) -> None:
    """Let Google's library exchange the code, over our endpoint instead of its own connection."""
    session = flow.oauth2session
    session.trust_env = False  # a .netrc must not sign the request
    session.scope = None  # fewer scopes than asked for are no fault: the person may untick some
    session.mount("https://", _ThroughEndpoint(endpoint))
    flow.fetch_token(code=code)
    session.close()


class _ThroughEndpoint(BaseAdapter):
    """Carries the library's request to the token endpoint.

    The library insists on https, also for a sandbox on this machine: it is told Google's address, and the endpoint
    knows the true one.
    """

    def __init__(self, endpoint: TokenEndpoint) -> None:
        super().__init__()
        self._endpoint = endpoint

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        """Send it, and give back the answer as ``requests`` knows it."""
        signed = {"Authorization": str(request.headers["Authorization"])}
        answer = self._endpoint(str(request.url), "POST", str(request.body), signed)
        response = requests.Response()
        response.status_code = answer.status
        response.encoding = "utf-8"
        response.raw = BytesIO(answer.data)
        response.request = request
        response.url = str(request.url)
        return response

    def close(self) -> None:
        """Close nothing: the endpoint does."""


def _client(options: Mapping[str, str], kept: Mapping[str, Any]) -> dict[str, str]:
    """Return id and secret of the OAuth client; those that were kept where no others are given."""
    if place := options.get("client-file", ""):
        found = _object(_file(place))
        if "web" in found:
            raise InputError("The client file is for a web application.", f"{_CLIENT}instead.")
        client = found.get("installed")
        known = client if isinstance(client, dict) else {}
        name, secret = known.get("client_id"), known.get("client_secret")
    else:
        name = options.get("client-id", "").strip()
        secret = (
            SecretReference.parse(options["client-secret"]).resolve().reveal() if options.get("client-secret") else ""
        )
        if not (name or secret):
            name, secret = kept.get("client_id", ""), kept.get("client_secret", "")
        if not (name and secret):
            raise InputError("It is not known with which OAuth client to sign in.", _ADVICE)
    if not (isinstance(name, str) and name and isinstance(secret, str) and secret):
        raise InputError("The client file is not one that Google made for a desktop app.", _ADVICE)
    return {"client_id": name, "client_secret": secret}


def _file(place: str) -> str:
    text = None
    with suppress(OSError, ValueError), Path(place).expanduser().open("rb") as file:
        text = file.read(_MOST_BYTES).decode("utf-8")
    if text is None:
        raise InputError(f"The client file {place} cannot be read.", _ADVICE)
    return text


def _object(text: str) -> dict[str, Any]:
    """Return a JSON object, an empty one for anything else: an error of the decoder would hold the text."""
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(text)
    return found if isinstance(found, dict) else {}
