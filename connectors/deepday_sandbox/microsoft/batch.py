"""Handler: $batch, up to twenty requests in one."""

import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from deepday_sandbox.microsoft.errors import Answer, GraphError

MOST: Final = 20
_METHODS: Final = {"GET", "POST", "PATCH", "PUT", "DELETE"}
Serve = Callable[[str, str, dict[str, str], bytes], Answer]  # method, path with query, headers, body


def run(body: Any, authorization: str, serve: Serve) -> Answer:
    """Answer every part by itself; the whole is refused only where it makes no sense as a batch."""
    parts = _parts(body)
    answers: dict[str, Answer] = {}
    for part in _in_order(parts):
        if any(answers[name].status >= 400 for name in part.get("dependsOn") or ()):
            error = {"code": "FailedDependency", "message": "A request that this one depends on failed."}
            answers[part["id"]] = Answer(424, {"error": error})
            continue
        headers = {str(key).casefold(): str(value) for key, value in (part.get("headers") or {}).items()}
        content = json.dumps(part["body"]).encode() if "body" in part else b""
        sent = {"authorization": authorization, **headers}
        answers[part["id"]] = serve(part["method"].upper(), "/v1.0" + part["url"], sent, content)
    responses = [_response(name, answer) for name, answer in reversed(answers.items())]  # the order means nothing
    return Answer(200, {"responses": responses})


def _response(name: str, answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = {"id": name, "status": answer.status, "headers": answer.headers}
    if answer.body is not None:
        found["headers"] = {**answer.headers, "Content-Type": "application/json"}
        found["body"] = answer.body
    return found


def _refusal(message: str) -> GraphError:
    return GraphError(400, "BadRequest", message)


def _parts(body: Any) -> list[dict[str, Any]]:
    parts = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(parts, list) or not parts:
        raise _refusal("Invalid batch payload format.")
    if len(parts) > MOST:
        raise _refusal(f"Number of batch request steps exceeds the maximum value of {MOST}.")
    seen: set[str] = set()
    for part in parts:
        if not isinstance(part, dict) or not all(isinstance(part.get(key), str) for key in ("id", "method", "url")):
            raise _refusal("Every batch request needs an id, a method and a url.")
        if part["id"] in seen:
            raise _refusal(f"Request id '{part['id']}' is used more than once.")
        seen.add(part["id"])
        if part["method"].upper() not in _METHODS:
            raise _refusal(f"The method '{part['method']}' is not supported.")
        path = urlsplit(part["url"]).path
        if not part["url"].startswith("/") or path.startswith(("/v1.0/", "/beta/", "/$batch")):
            raise _refusal(f"Invalid url in request id '{part['id']}': it must be relative to the version.")
        named = {str(key).casefold() for key in part.get("headers") or {}}
        if "body" in part and "content-type" not in named:
            raise _refusal(f"Write request id '{part['id']}' does not contain Content-Type header or body.")
    for part in parts:
        for name in part.get("dependsOn") or ():
            if name not in seen:
                raise _refusal(f"Request id '{part['id']}' depends on the unknown request '{name}'.")
    return parts


def _in_order(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the parts with each one after those it depends on. Raises :class:`GraphError` for a circle."""
    done: list[dict[str, Any]] = []
    left = list(parts)
    while left:
        known = {part["id"] for part in done}
        ready = [part for part in left if set(part.get("dependsOn") or ()) <= known]
        if not ready:
            raise _refusal("The batch requests depend on each other in a circle.")
        done += ready
        left = [part for part in left if part not in ready]
    return done
