"""Entra's refusals: OAuth errors with AADSTS numbers."""

import json
import uuid
from datetime import datetime
from typing import Any, Final

_KNOWN: Final = {
    16000: ("interaction_required", "The user must choose an account."),
    50011: ("invalid_client", "The redirect URI specified in the request does not match the application's."),
    50020: ("invalid_grant", "The user account does not exist in this tenant and cannot access the application."),
    50058: ("login_required", "A silent sign-in request was sent but no user is signed in."),
    50076: ("interaction_required", "The user must use multi-factor authentication to access the resource."),
    50079: ("interaction_required", "The user must enroll in multi-factor authentication."),
    50126: ("invalid_grant", "Invalid username or password."),
    50173: ("invalid_grant", "The provided grant has expired due to it being revoked; a fresh token is needed."),
    53003: ("interaction_required", "Access has been blocked by Conditional Access policies."),
    54005: ("invalid_grant", "The authorization code was already redeemed."),
    65001: ("invalid_grant", "The user or administrator has not consented to use the application."),
    65004: ("access_denied", "The user declined to consent to access the app."),
    70000: ("invalid_grant", "The provided value for the input parameter is not valid."),
    70003: ("unsupported_grant_type", "The app requested an unsupported grant type."),
    70008: ("invalid_grant", "The provided authorization code or refresh token has expired."),
    70011: ("invalid_scope", "The provided value for the input parameter 'scope' is not valid."),
    70016: ("authorization_pending", "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
    70018: ("authorization_declined", "The user declined the device code request."),
    70019: ("bad_verification_code", "The device code is not valid."),
    70020: ("expired_token", "The provided device code has expired."),
    90002: ("invalid_tenant", "Tenant not found."),
    90014: ("invalid_request", "A required parameter is missing from the request."),
    501481: ("invalid_grant", "The Code_Verifier does not match the code_challenge supplied in the request."),
    700016: ("unauthorized_client", "Application was not found in the directory."),
    700024: ("invalid_client", "Client assertion is not within its valid time range."),
    700027: ("invalid_client", "The certificate with identifier used to sign the client assertion is not registered."),
    700082: ("invalid_grant", "The refresh token has expired due to inactivity."),
    1002012: ("invalid_scope", "The scope of a client credentials request must be the resource's /.default."),
    7000218: ("invalid_client", "The request body must contain client_assertion or client_secret."),
}
_SUB: Final = {
    50076: "basic_action",
    50079: "basic_action",
    50173: "bad_token",
    53003: "message_only",
    65001: "consent_required",
    700082: "bad_token",
}
_UNAUTHORISED: Final = {"invalid_client", "unauthorized_client"}


class EntraError(Exception):
    """Entra refuses, with an AADSTS number; ``error`` is for those that have none (``slow_down``)."""

    def __init__(self, number: int, detail: str = "", *, error: str = "") -> None:
        known, text = _KNOWN.get(number, ("invalid_request", "The request is malformed or invalid."))
        self.number, self.error, self.detail = number, error or known, detail or text
        super().__init__(f"AADSTS{number}: {self.detail}")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return 401 if self.error in _UNAUTHORISED and self.number != 700016 else 400

    def body(self, now: datetime, correlation: str = "") -> dict[str, Any]:
        """Return the error in Entra's form. ``now`` is aware."""
        trace, correlation = str(uuid.uuid4()), correlation or str(uuid.uuid4())
        shown = now.strftime("%Y-%m-%d %H:%M:%SZ")
        described = f"AADSTS{self.number}: {self.detail} Trace ID: {trace} Correlation ID: {correlation} Timestamp: "
        sub = _SUB.get(self.number)
        return {
            "error": self.error,
            "error_description": described + shown,
            "error_codes": [self.number],
            "timestamp": shown,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
            **({"suberror": sub} if sub else {}),
        }


def asked_for(status: int, code: str) -> EntraError:
    """Return the error that a fault names: a number with or without AADSTS, an OAuth word, or one for the status."""
    digits = code.upper().removeprefix("AADSTS")
    if digits.isdigit():
        return EntraError(int(digits))
    number = next((number for number, (word, _) in _KNOWN.items() if word == code), 90033)
    wording = "A transient error has occurred. Please try again." if number == 90033 else ""
    default = "temporarily_unavailable" if status >= 429 else "invalid_request"
    return EntraError(number, wording, error=code or default)


def encoded(error: EntraError, now: datetime) -> bytes:
    """Return the error as it travels."""
    return json.dumps(error.body(now)).encode()
