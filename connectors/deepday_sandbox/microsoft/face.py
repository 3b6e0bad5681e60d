"""Microsoft's face of the office: Graph v1.0 and Entra's OAuth, as routes of one application."""

import json
import re
import uuid
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from deepday_sandbox.microsoft import batch
from deepday_sandbox.microsoft.aadsts import asked_for, encoded
from deepday_sandbox.microsoft.calls import Call, Prefer
from deepday_sandbox.microsoft.entra import HOST, Entra
from deepday_sandbox.microsoft.errors import JSON_TYPE, Answer, GraphError, default_code, error_answer, not_allowed
from deepday_sandbox.microsoft.pushes import Postman
from deepday_sandbox.microsoft.router import answer
from deepday_sandbox.microsoft.state import NAME, App, GraphState
from deepday_sandbox.microsoft.subscriptions import Subscriptions
from deepday_sandbox.microsoft.throttling import admitted
from deepday_sandbox.office.faults import Fault, FaultKind
from deepday_sandbox.office.state import Office
from deepday_sandbox.office.tokens import Grant

_OAUTH: Final = re.compile(r"^/(?:[^/]+/oauth2/v2\.0/|[^/]+/v2\.0/\.well-known/|common/discovery/instance)")
_METHODS: Final = ["GET", "POST", "PATCH", "PUT", "DELETE"]
_GRAPH: Final = "/v1.0/"
_WHO: Final = (
    f'Bearer realm="", authorization_uri="{HOST}/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)


class MicrosoftFace:
    """Satisfies :class:`deepday_sandbox.office.server.Face`.

    ``state`` (also ``office.vendor["graph"]``) has the registered apps and the switches, ``subscriptions`` sends
    lifecycle events, ``postman`` delivers notifications.
    """

    def __init__(self, office: Office) -> None:
        """Show an office; a second face of the same office shares its state."""
        self._office = office
        self.state: GraphState = office.vendor.setdefault(NAME, GraphState())
        self.postman = Postman(self.state.pushes)
        self.subscriptions = Subscriptions(office, self.state, self.postman)
        self._entra = Entra(office, self.state)
        office.calendars.listeners.append(self.subscriptions.notified)

    @property
    def name(self) -> str:
        """Nothing: the path decides whether a line of the wire log is Graph's or OAuth's."""
        return ""

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [Route(f"{_GRAPH}{{path:path}}", self._graph, methods=_METHODS), *self._entra.routes()]

    def owns(self, path: str) -> bool:
        """Tell whether a path is Graph's or Entra's. The pages for people are not: they are no interface."""
        return path.startswith(_GRAPH) or _OAUTH.match(path) is not None

    def fault(self, path: str, fault: Fault) -> tuple[int, dict[str, str], bytes]:
        """Return a fault as Graph or Entra words it; ``fault.code`` may be an AADSTS number for Entra."""
        now = self._office.clock.now()
        if not path.startswith(_GRAPH):
            return fault.status, {"content-type": "application/json"}, encoded(asked_for(fault.status, fault.code), now)
        error = _fault(fault)
        return fault.status, {"content-type": JSON_TYPE}, error_answer(error, now).content()

    async def _graph(self, request: Request) -> Response:
        body = await request.body()
        headers = {key.casefold(): value for key, value in request.headers.items()}
        raw = request.scope["raw_path"].decode()
        target = raw + (f"?{request.url.query}" if request.url.query else "")
        base = f"{request.url.scheme}://{headers.get('host', 'localhost')}{_GRAPH.rstrip('/')}"
        given = await run_in_threadpool(self._whole, request.method, target, headers, body, base)
        media = {"content-type": JSON_TYPE} if given.body is not None else {}
        asked = headers.get("client-request-id") or str(uuid.uuid4())
        traced = {"request-id": str(uuid.uuid4()), "client-request-id": asked}
        return Response(given.content(), given.status, {**media, **traced, **given.headers})

    def _whole(self, method: str, target: str, headers: dict[str, str], body: bytes, base: str) -> Answer:
        """Answer a request that may be a $batch."""
        if target.partition("?")[0] != f"{_GRAPH}$batch":
            return self._one(method, target, headers, body, base)
        try:
            if method != "POST":
                return self._refused(not_allowed(), headers)
            self._grant(headers)
            parts = _content(headers, body)

            def serve(verb: str, path: str, inner: dict[str, str], content: bytes) -> Answer:
                return self._part(verb, path, inner, content, base)

            return batch.run(parts, headers.get("authorization", ""), serve)
        except GraphError as error:
            return self._refused(error, headers)

    def _part(self, method: str, path: str, headers: dict[str, str], body: bytes, base: str) -> Answer:
        """Answer one part of a $batch, with a fault of its own where one fits its path."""
        with self._office.lock:
            fault = self._office.faults.take(method, path, {FaultKind.STATUS})
        if fault is None:
            return self._one(method, path, headers, body, base)
        refused = self._refused(_fault(fault), headers)
        refused.headers.update(fault.headers)
        return refused

    def _refused(self, error: GraphError, headers: dict[str, str]) -> Answer:
        return error_answer(error, self._office.clock.now(), headers.get("client-request-id", ""))

    def _one(self, method: str, target: str, headers: dict[str, str], body: bytes, base: str) -> Answer:
        path, _, query = target.partition("?")
        try:
            grant = self._grant(headers)
            segments = [unquote(part) for part in path.removeprefix(_GRAPH).split("/")]
            mailbox = segments[1] if segments[0] == "users" and len(segments) > 1 else grant.email
            known = self._office.people.find(mailbox)
            key = (grant.client, known.email if known else mailbox)
            with admitted(self.state.throttle, key, self._office.clock.seconds()):
                return self._handled(grant, method, segments, query, headers, body, base)
        except GraphError as error:
            return self._refused(error, headers)

    def _handled(
        self,
        grant: Grant,
        method: str,
        segments: list[str],
        query: str,
        headers: dict[str, str],
        body: bytes,
        base: str,
    ) -> Answer:
        prefer = Prefer.read(headers.get("prefer", ""))
        call = Call(
            office=self._office,
            state=self.state,
            grant=grant,
            app=self.state.apps.get(grant.client) or App(grant.client),
            method=method,
            path=segments,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers=headers,
            base=base,
            body=_content(headers, body) if body else None,
            holder=self._office.people.find(grant.email) if grant.email else None,
            prefer=prefer,
        )
        with self._office.lock:
            given = answer(call, self.subscriptions)
        if not isinstance(given, Answer):
            given = given()
        if prefer.applied and given.status < 300:
            given.headers["Preference-Applied"] = prefer.applied
        return given

    def _grant(self, headers: dict[str, str]) -> Grant:
        """Return what the access token allows. Raises :class:`GraphError` for none, an unknown or an expired one."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        grant = self._office.tokens.grant_of(token, "access") if scheme.casefold() == "bearer" else None
        if grant is None or grant.vendor != NAME:
            message = "Access token has expired or is not yet valid." if token else "Access token is empty."
            raise GraphError(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": _WHO})
        return grant


def _fault(fault: Fault) -> GraphError:
    return GraphError(
        fault.status, fault.code or default_code(fault.status), "The service was told to answer like this."
    )


def _content(headers: dict[str, str], body: bytes) -> Any:
    media = headers.get("content-type", "").partition(";")[0].strip().casefold()
    if media != "application/json":
        raise GraphError(415, "UnsupportedMediaType", "A write request must have the Content-Type application/json.")
    try:
        return json.loads(body)
    except ValueError as error:
        message = "Unable to read JSON request payload. Please ensure the payload is of valid JSON format."
        raise GraphError(400, "BadRequest", message) from error
