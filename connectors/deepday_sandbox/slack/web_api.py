"""The dispatcher of the Web API: reads a call however it was sent, checks its token, and words the answer."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deepday_sandbox.office import Office
from deepday_sandbox.slack.auth import read_token
from deepday_sandbox.slack.calls import NOBODY, Bearer, Call, Method, Refusal
from deepday_sandbox.slack.limits import wait_for
from deepday_sandbox.slack.workspace import workspace

_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"


class WebApi:
    """Answers ``/api/{method}``."""

    def __init__(self, office: Office, methods: Mapping[str, Method]) -> None:
        """Serve those methods."""
        self._office, self._methods = office, methods

    async def answer(self, request: Request) -> Response:
        """Answer one call: HTTP 200 whatever was wrong with it, 429 where it came too soon."""
        body = await request.body()
        name = request.path_params["method"]
        with self._office.lock:
            return self._answer(request, name, body)

    def _answer(self, request: Request, name: str, body: bytes) -> Response:
        method, bearer, warnings = self._methods.get(name, _unknown(name)), NOBODY, list[str]()
        try:
            args, token, in_header, warnings = _read(request, body, method)
            if method.kinds:
                bearer = _bearer(self._office, token, method, in_header=in_header)
            call = Call(self._office, workspace(self._office), name, args, bearer, request.headers.get("host", ""))
            call.need(*method.scopes)
            if wait := wait_for(call, method):
                limited = {"ok": False, "error": "ratelimited"}
                return JSONResponse(limited, 429, {"retry-after": str(wait)})
            found: dict[str, Any] = {"ok": True, **method.run(call)}
        except Refusal as refusal:
            found = {"ok": False, "error": refusal.error, **refusal.more}
        if warnings:
            about = found.get("response_metadata", {})
            found |= {"warning": ",".join(warnings), "response_metadata": {**about, "warnings": warnings}}
        return JSONResponse(found, headers=_headers(method, bearer))


def _unknown(name: str) -> Method:
    def refuse(_call: Call) -> dict[str, Any]:
        raise Refusal("unknown_method", req_method=name)

    return Method(refuse, "", per_minute=0)


def _headers(method: Method, bearer: Bearer) -> dict[str, str]:
    if not bearer.token:
        return {}
    scopes = {"x-oauth-scopes": ",".join(sorted(bearer.grant.scopes))}
    return {**scopes, **({"x-accepted-oauth-scopes": ",".join(method.scopes)} if method.scopes else {})}


def _bearer(office: Office, token: str, method: Method, *, in_header: bool) -> Bearer:
    bearer = read_token(office, token)
    if bearer.kind == "app" and not in_header:
        raise Refusal("invalid_auth")
    if bearer.kind not in method.kinds.split():
        raise Refusal("not_allowed_token_type")
    return bearer


def _read(request: Request, body: bytes, method: Method) -> tuple[dict[str, Any], str, bool, list[str]]:
    """Return the arguments, the token, whether it came in the header, and warnings about the form of the call."""
    args: dict[str, Any] = dict(parse_qsl(request.url.query, keep_blank_values=True))
    args.pop("token", None)  # not taken from the address: it would be written into logs
    warnings: list[str] = []
    media_type, _, charset = request.headers.get("content-type", "").partition(";")
    kind = media_type.strip().lower()
    if request.method == "POST" and body:
        if kind == _JSON:
            args |= _object(body) if method.takes_json else {}
            warnings = [] if "charset" in charset else ["missing_charset"]
        elif kind == _FORM:
            args |= _form(body)
        else:
            raise Refusal("invalid_post_type" if kind else "missing_post_type")
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    posted = args.pop("token", "")
    if scheme.lower() == "bearer" and value:
        return args, value, True, warnings
    if scheme.lower() == "basic":
        args |= _basic(value)
    return args, str(posted), False, warnings


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(found, dict):
        raise Refusal("json_not_object")
    return found


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError:
        raise Refusal("invalid_form_data") from None


def _basic(value: str) -> dict[str, str]:
    try:
        client, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        raise Refusal("invalid_client_id") from None
    return {"client_id": client, "client_secret": secret}
