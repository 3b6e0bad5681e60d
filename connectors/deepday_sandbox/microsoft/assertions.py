"""Client assertions: a JWT signed with a registered certificate's key (PS256, x5t#S256)."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from deepday_sandbox.microsoft.aadsts import EntraError
from deepday_sandbox.microsoft.state import App

_SKEW = 300  # seconds that clocks may differ


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def unsigned(claims: dict[str, Any]) -> str:
    """Return claims as a JWT that nobody signed: clients read an id token, they do not check it."""
    parts = ({"typ": "JWT", "alg": "none"}, claims)
    return ".".join(encode(json.dumps(part).encode()) for part in parts) + "."


def verify(assertion: str, app: App, audience: str, now: datetime) -> None:
    """Check an assertion against the app's certificates. ``now`` is aware. Raises :class:`EntraError`."""
    try:
        head, middle, tail = assertion.split(".")
        header, claims, signature = json.loads(decode(head)), json.loads(decode(middle)), decode(tail)
    except (ValueError, binascii.Error) as error:
        raise EntraError(50027, "JWT token is invalid or malformed.", error="invalid_client") from error
    if header.get("alg") != "PS256":
        raise EntraError(700027, "The client assertion must be signed with PS256.")
    wanted = str(header.get("x5t#S256", "")).rstrip("=")  # with padding from some clients
    known = (one for one in app.certificates if encode(one.fingerprint(hashes.SHA256())) == wanted)
    certificate = next(known, None)
    key = certificate.public_key() if certificate else None
    if not isinstance(key, rsa.RSAPublicKey):
        raise EntraError(700027)
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)
    try:
        key.verify(signature, f"{head}.{middle}".encode(), pss, hashes.SHA256())
    except InvalidSignature as error:
        raise EntraError(700027, "Client assertion failed signature validation.") from error
    if {claims.get("iss"), claims.get("sub")} != {app.client_id}:
        raise EntraError(700021, "The client assertion names another application.", error="invalid_client")
    if claims.get("aud") != audience:
        raise EntraError(700023, "The client assertion's audience is not this endpoint.", error="invalid_client")
    at = now.timestamp()
    if not claims.get("nbf", at) - _SKEW <= at < claims.get("exp", 0) + _SKEW:
        raise EntraError(700024)
