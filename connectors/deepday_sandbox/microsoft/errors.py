"""Graph's refusals: an error with a status and a code, and the form in which Graph words it."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

JSON_TYPE: Final = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

_CODES: Final = {
    400: "BadRequest",
    401: "InvalidAuthenticationToken",
    403: "ErrorAccessDenied",
    404: "ErrorItemNotFound",
    409: "ErrorIrresolvableConflict",
    410: "syncStateNotFound",
    412: "ErrorIrresolvableConflict",
    429: "ApplicationThrottled",
    500: "generalException",
    502: "BadGateway",
    503: "serviceNotAvailable",
    504: "UnknownError",
}


class GraphError(Exception):
    """Graph refuses: ``status``, ``code`` and a message; ``more`` goes beside them in the error object."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: dict[str, str] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message
        self.headers, self.more = headers or {}, more or {}


@dataclass(slots=True)
class Answer:
    """What Graph says: status, body (``None`` for none) and headers."""

    status: int = 200
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """Return the body as it travels."""
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


def not_found(message: str = "The specified object was not found in the store.") -> GraphError:
    """Return the refusal for an item that is not there."""
    return GraphError(404, "ErrorItemNotFound", message)


def denied() -> GraphError:
    """Return the refusal for a missing permission."""
    return GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def invalid(message: str, code: str = "ErrorPropertyValidationFailure") -> GraphError:
    """Return the refusal for a value that cannot be."""
    return GraphError(400, code, message)


def not_allowed() -> GraphError:
    """Return the refusal for a path that has no such method."""
    return GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")


def default_code(status: int) -> str:
    """Return the code that Graph commonly sends with a status."""
    return _CODES.get(status, "UnknownError")


def error_answer(error: GraphError, now: datetime, client_request_id: str = "") -> Answer:
    """Return the error in Graph's form. ``now`` is aware."""
    request_id = str(uuid.uuid4())
    inner = {
        "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": client_request_id or request_id,
    }
    body = {"error": {"code": error.code, "message": error.message, **error.more, "innerError": inner}}
    return Answer(error.status, body, dict(error.headers))
