"""Refusals in Google's form."""

import json
from typing import Any, Final

from deepday_sandbox.office import Fault

_USUAL: Final = {
    400: ("badRequest", "Bad Request"),
    401: ("authError", "Invalid Credentials"),
    403: ("rateLimitExceeded", "Rate Limit Exceeded"),
    404: ("notFound", "Not Found"),
    409: ("duplicate", "The requested identifier already exists."),
    410: ("fullSyncRequired", "Sync token is no longer valid, a full sync is required."),
    412: ("conditionNotMet", "Precondition Failed"),
    429: ("rateLimitExceeded", "Rate Limit Exceeded"),
}
_LIMITS: Final = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "accessNotConfigured"}


class RefusedError(Exception):
    """Google says no: an HTTP status, the reason that programs read, a message, and where the mistake is."""

    def __init__(self, status: int, reason: str, message: str = "", *, parameter: str = "", header: str = "") -> None:
        """Keep what the answer will say; ``parameter`` or ``header`` names what is wrong in the request."""
        super().__init__(message or reason)
        self.status = status
        self.reason = reason
        self.message = message or _USUAL.get(status, ("", "Backend Error"))[1]
        self.parameter = parameter
        self.header = header

    def body(self) -> dict[str, Any]:
        """Return the error object."""
        detail = {
            "domain": "usageLimits" if self.reason in _LIMITS else "global",
            "reason": self.reason,
            "message": self.message,
        }
        if self.parameter:
            detail |= {"locationType": "parameter", "location": self.parameter}
        elif self.header:
            detail |= {"locationType": "header", "location": self.header}
        return {"error": {"errors": [detail], "code": self.status, "message": self.message}}


class SignInRefusedError(Exception):
    """The token endpoint says no, in the words of RFC 6749."""

    def __init__(self, status: int, code: str, description: str) -> None:
        """Keep status, ``error`` and ``error_description``."""
        super().__init__(description)
        self.status, self.code, self.description = status, code, description

    def body(self) -> dict[str, str]:
        """Return the error object."""
        return {"error": self.code, "error_description": self.description}


def fault_answer(*, sign_in: bool, fault: Fault) -> tuple[int, dict[str, str], bytes]:
    """Return what Google would answer for a fault: status, headers, body. ``fault.code`` is the reason, where given."""
    if sign_in:
        usual = "internal_failure" if fault.status >= 500 else "invalid_grant"
        body: dict[str, Any] = SignInRefusedError(fault.status, fault.code or usual, "Bad Request").body()
    else:
        reason, message = _USUAL.get(fault.status, ("backendError", "Backend Error"))
        body = RefusedError(fault.status, fault.code or reason, message).body()
    return fault.status, {"content-type": "application/json; charset=UTF-8"}, json.dumps(body).encode()
