"""Service accounts: signed assertions, and whom they may speak for (domain-wide delegation)."""

import base64
import json
import secrets
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from deepday_sandbox.google.errors import SignInRefusedError
from deepday_sandbox.google.state import google
from deepday_sandbox.office import Grant, Office

_LONGEST: Final = 3600


def add_service_account(office: Office, email: str, scopes: frozenset[str], token_uri: str) -> dict[str, str]:
    """Make a service account, let it speak for everybody with those scopes, and return its key file's content.

    ``token_uri`` is the address of the office's token endpoint. The scopes are what an administrator would have
    entered for the account's client id; an assertion must not ask for more.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    google(office)["service_accounts"][email] = (key.public_key(), scopes)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "project_id": email.partition("@")[2].partition(".")[0],
        "private_key_id": secrets.token_hex(20),
        "private_key": private.decode(),
        "client_email": email,
        "client_id": str(secrets.randbelow(10**21)),
        "token_uri": token_uri,
    }


def grant_for_assertion(office: Office, assertion: str) -> Grant:
    """Return the grant that a signed assertion asks for. Raises :class:`SignInRefusedError`."""
    claims, signed, signature = _read(assertion)
    issuer = str(claims.get("iss", ""))
    key, allowed = google(office)["service_accounts"].get(issuer, (None, frozenset[str]()))
    if key is None:
        raise SignInRefusedError(400, "invalid_grant", "Invalid grant: account not found")
    try:
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise SignInRefusedError(400, "invalid_grant", "Invalid JWT Signature.") from error
    # Only the length of life: the assertion carries the client's clock, and the office's may be turned.
    issued, expires = claims.get("iat"), claims.get("exp")
    short = isinstance(issued, int) and isinstance(expires, int) and 0 < expires - issued <= _LONGEST
    if not short or not str(claims.get("aud", "")).endswith("/token"):
        message = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
        raise SignInRefusedError(400, "invalid_grant", message)
    scopes = frozenset(str(claims.get("scope", "")).split())
    if not scopes:
        raise SignInRefusedError(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.")
    subject = claims.get("sub", issuer)
    if subject == issuer:
        return Grant("google", issuer, issuer, scopes)
    worker = office.people.find(str(subject))
    if worker is None:
        raise SignInRefusedError(400, "invalid_grant", "Invalid email or User ID")
    if not worker.workspace or not scopes <= allowed:
        message = (
            "Client is unauthorized to retrieve access tokens using this method, "
            "or client not authorized for any of the scopes requested."
        )
        raise SignInRefusedError(401, "unauthorized_client", message)
    return Grant("google", worker.email, issuer, scopes)


def _read(assertion: str) -> tuple[dict[str, Any], bytes, bytes]:
    """Return claims, what was signed, and the signature of a JSON web token signed with RS256."""
    try:
        head, payload, signature = assertion.split(".")
        kind, claims = (json.loads(_decode(part)) for part in (head, payload))
        proof = _decode(signature)
    except ValueError as error:
        raise SignInRefusedError(400, "invalid_grant", "Invalid JWT.") from error
    if not isinstance(kind, dict) or kind.get("alg") != "RS256" or not isinstance(claims, dict):
        raise SignInRefusedError(400, "invalid_grant", "Invalid JWT.")
    return claims, f"{head}.{payload}".encode(), proof


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
