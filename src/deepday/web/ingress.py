"""The ingress: an application of its own, on a listener of its own, for what comes from outside.

Nothing of the page is here: no session, no sign-in, no figure. Each address knows its own proof: Slack's signature, the
secret of a source of alerts, the mark in a link to the form.
"""

import asyncio
import base64
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from importlib import resources

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deepday.app.ingress import ALERTS, AlertDoor, Reception
from deepday.app.urgent_running import SOURCE
from deepday.connect import Delivery
from deepday.errors import DeepdayError
from deepday.model import UrgentSignal
from deepday.route.alerts import AlertShapeError, flood, signals_of
from deepday.web.allowance import Allowance
from deepday.web.guards import HEADERS, Hardened
from deepday.web.ingress_guards import (
    ALERT_BYTES,
    ANSWER_SECONDS,
    SLACK_BYTES,
    Refusals,
    RefusedError,
    body_of,
)
from deepday.web.seen import Seen

Endpoint = Callable[[Request], Awaitable[Response]]
SLACK = "/slack"
_WRONG_SECRETS = 60
_STYLES = (("deepday.report", "templates/style.css"), ("deepday.web", "static/deepday.css"))


@dataclass(slots=True)
class Ingress:
    """What the addresses share."""

    reception: Reception
    refusals: Refusals = field(init=False)
    allowance: Allowance = field(init=False)
    seen: Seen = field(init=False)

    def __post_init__(self) -> None:
        clock = self.reception.clock
        self.refusals = Refusals(clock, self.reception.log)
        self.allowance = Allowance(clock)
        self.seen = Seen(clock)

    async def kept(self, signals: Sequence[UrgentSignal], source: str) -> list[bool]:
        """Keep signals; returns after their commit, and never before. Raises :class:`RefusedError` when it fails."""
        try:
            future = asyncio.wrap_future(self.reception.keep(signals, source))
            return await asyncio.wait_for(future, ANSWER_SECONDS)
        except (DeepdayError, TimeoutError):
            raise RefusedError(503, "not to be kept now") from None

    def now(self) -> int:
        """Return the present in UTC seconds."""
        return int(self.reception.clock.now().timestamp())


class _Doorman:
    """Refuses at once what cannot be Slack's by its headers: a flood of it must not take the time of what is."""

    def __init__(self, app: ASGIApp, ingress: Ingress) -> None:
        self._app, self._ingress = app, ingress
        words = _WORDS[401].encode()
        answer = {**HEADERS, "Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(words))}
        headers = [(name.lower().encode(), value.encode()) for name, value in answer.items()]
        self._begin: Message = {"type": "http.response.start", "status": 401, "headers": headers}
        self._words: Message = {"type": "http.response.body", "body": words}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let it pass."""
        reader = self._ingress.reception.doors.slack
        if reader is None or scope["type"] != "http" or scope["path"] != SLACK or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if reader.may_be_genuine(headers):
            await self._app(scope, receive, send)
            return
        self._ingress.refusals.count("not genuine")
        await send(self._begin)
        await send(self._words)


def make_ingress(ingress: Ingress, hosts: Sequence[str], more: Sequence[Route] = ()) -> ASGIApp:
    """Return the application. ``hosts``: the names that a request may ask for, and no others; ``more``: addresses."""
    answers = _Answers(ingress)
    routes = [
        Route(SLACK, answering(answers.slack, ingress.refusals), methods=["POST"]),
        Route("/alerts/{name}", answering(answers.alerts, ingress.refusals), methods=["POST"]),
        Route("/healthz", healthy),
        Route("/style.css", _style),
        *more,
    ]
    return _Doorman(hardened(routes, hosts), ingress)


def hardened(routes: Sequence[Route], hosts: Sequence[str]) -> Starlette:
    """Return an application of these addresses that tells strangers nothing, under these names and no others."""
    app = Starlette(
        routes=list(routes),
        middleware=[
            Middleware(Hardened),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
        ],
        exception_handlers={HTTPException: _refused, Exception: _broken},
    )
    app.router.redirect_slashes = False  # what is not an address of ours leads nowhere
    return app


def answering(do: Endpoint, refusals: Refusals) -> Endpoint:
    """Return an endpoint that answers a refusal with its status, counts it, and tells nothing of why."""

    async def answer(request: Request) -> Response:
        try:
            return await do(request)
        except RefusedError as refused:
            refusals.count(refused.why)
            wait = {"Retry-After": "60" if refused.status == 429 else "1"} if refused.status in {429, 503} else {}
            return PlainTextResponse(_WORDS.get(refused.status, "Refused."), refused.status, wait)

    return answer


@dataclass(frozen=True, slots=True)
class _Answers:
    ingress: Ingress

    async def slack(self, request: Request) -> Response:
        """Take what Slack brings: the signature first, over the very bytes; the row next; the answer last."""
        ingress = self.ingress
        reader = ingress.reception.doors.slack
        if reader is None:
            raise RefusedError(404, "for Slack, which is not set up")
        body = await body_of(request, SLACK_BYTES)
        delivered = reader.read_delivery(Delivery(dict(request.headers), body))
        if delivered is None or delivered.proof in ingress.seen:
            raise RefusedError(401, "not genuine" if delivered is None else "replayed")
        if delivered.challenge:
            return PlainTextResponse(delivered.challenge)
        if not delivered.known:
            raise RefusedError(503, "not to be kept now")
        if delivered.missed:
            ingress.reception.missed()
        if delivered.signal is not None:
            await ingress.kept([delivered.signal], SOURCE)
        ingress.seen.add(delivered.proof)  # only what is kept: what was refused may come again as it was
        return Response(status_code=200)

    async def alerts(self, request: Request) -> Response:
        """Take a machine's alerts."""
        ingress, name = self.ingress, str(request.path_params["name"])
        door = ingress.reception.doors.alerts.get(name)
        if not _has_secret(request, door) or door is None:
            address = request.client.host if request.client else ""
            few = ingress.allowance.take(f"wrong {address}", _WRONG_SECRETS)
            raise RefusedError(401, "with a wrong secret") if few else RefusedError(429, "too often")
        if not ingress.allowance.take(f"alerts {name}", door.most):
            ledger = ingress.reception.doors.ledger
            said = flood(name, ingress.now(), ledger.policy.language if ledger else "en")
            await ingress.kept([said], ALERTS)  # a machine's silence may not be ours
            raise RefusedError(429, "too often")
        body = await body_of(request, ALERT_BYTES)
        try:
            signals = signals_of(name, door.usual, body, ingress.now())
        except AlertShapeError as error:
            ingress.refusals.count("no alert")
            return JSONResponse({"error": str(error)}, 400)
        new = await ingress.kept(signals, ALERTS) if signals else []
        return JSONResponse({"kept": sum(new), "known": len(new) - sum(new)})


def _has_secret(request: Request, door: AlertDoor | None) -> bool:
    """Tell whether a request carries the secret of the door: as a bearer's token, or as a password."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except ValueError:
            return False
    elif scheme.lower() != "bearer":
        return False
    expected = door.secret.reveal() if door else ""
    fits = hmac.compare_digest(given.strip().encode("utf-8", "replace"), expected.encode())
    return bool(expected) and fits


_WORDS = {
    401: "Not authorised.",
    404: "There is nothing here.",
    413: "Too large.",
    429: "Too often. Wait, then send it again.",
    503: "It could not be kept. Send it again.",
}


async def healthy(_: Request) -> Response:
    """Say that this process answers."""
    return PlainTextResponse("ok")


async def _style(_: Request) -> Response:
    text = "\n".join(resources.files(package).joinpath(path).read_text("utf-8") for package, path in _STYLES)
    return Response(text, media_type="text/css")


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return PlainTextResponse(_WORDS.get(status, "Refused."), status)


async def _broken(_: Request, __: Exception) -> Response:
    return PlainTextResponse("Something went wrong. Send it again.", 500)
