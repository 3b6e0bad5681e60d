"""The form for those who cannot reach somebody by chat, and its receipt, which says what happens next. No script."""

import secrets
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from deepday.app.ingress import FORMS, Reception
from deepday.app.urgent_running import Ledger
from deepday.model import Request, RequestState
from deepday.route.forms import LONGEST_NAME, LONGEST_TEXT, Filled, opens_form, receipt_of, receipt_token
from deepday.store.requests import request_id
from deepday.web.ingress import Ingress
from deepday.web.ingress_guards import FORM_BYTES, RefusedError, body_of
from deepday.web.visit import environment

MOST_A_MINUTE = 5
MOST_OF_ALL = 30
_MOST_FIELDS = 20
_LONGEST_PAGE = 40

_STATES = {
    RequestState.RECEIVED: "It is kept. Whoever covers for {owner} is told now.",
    RequestState.ASKED: "It is kept. {owner} is shown it.",
    RequestState.WAITING: "It is kept. {owner} is shown it later.",
    RequestState.SHOWN: "{owner} is shown it.",
    RequestState.ROUTED: "Somebody was told. Who does not answer in time is passed over, and the next one is told, "
    "at last {owner}.",
    RequestState.DECLINED: "Whoever covers for {owner} thinks that it can wait: {owner} is shown it later. If it "
    "cannot wait, send the form again.",
    RequestState.NOT_URGENT: "Whoever covers for {owner} thinks that it can wait: {owner} is shown it later. If it "
    "cannot wait, send the form again.",
    RequestState.ACKNOWLEDGED: "Somebody has it, and will come back to you.",
    RequestState.ANSWERED: "{owner} has answered it.",
    RequestState.DELIVERED: "{owner} was told.",
    RequestState.WITHDRAWN: "It was taken back.",
    RequestState.JOINED: "It was joined to an earlier one.",
    RequestState.UNDELIVERABLE: "Nobody could be reached. {owner} is shown it; please try another way.",
}


def form_routes(ingress: Ingress) -> list[Route]:
    """Return the addresses of the form."""
    form = _Form(ingress)
    return [
        Route("/ask/{token}", form.show, methods=["GET"]),
        Route("/ask/{token}", form.take, methods=["POST"]),
        Route("/ask/{token}/{receipt}", form.receipt, methods=["GET"]),
    ]


class _Form:
    def __init__(self, ingress: Ingress) -> None:
        self._ingress = ingress
        self._reception: Reception = ingress.reception

    async def show(self, request: HttpRequest) -> Response:
        """Show the empty form."""
        ledger = self._opened(request)
        if ledger is None:
            return _closed()
        page = secrets.token_urlsafe(12)
        return self._page(ledger, 200, Filled("", "", "", page), {})

    async def take(self, request: HttpRequest) -> Response:
        """Keep what was sent, and lead to its receipt: loading that anew sends nothing again."""
        ledger = self._opened(request)
        if ledger is None:
            return _closed()
        try:
            filled = _filled(await body_of(request, FORM_BYTES))
        except RefusedError as refused:
            self._ingress.refusals.count(refused.why)
            return _said(refused.status, "This could not be read", "It is too long. Write less, please.")
        if filled.problems:
            return self._page(ledger, 400, filled, filled.problems)
        if not self._may(request):
            self._ingress.refusals.count("too often")
            words = "Too many came in within a minute. Wait one minute and send it again, or call."
            return self._page(ledger, 429, filled, {"text": words})
        signal = filled.signal(self._ingress.now())
        try:
            await self._ingress.kept([signal], FORMS)
        except RefusedError as refused:
            self._ingress.refusals.count(refused.why)
            words = "It could not be kept just now: nobody was told. Send it again, or call."
            return self._page(ledger, refused.status, filled, {"text": words})
        receipt = receipt_token(ledger.desk.secret, request_id(FORMS, signal.id))
        return RedirectResponse(f"/ask/{request.path_params['token']}/{receipt}", 303)

    async def receipt(self, request: HttpRequest) -> Response:
        """Show how far a request is."""
        ledger = self._opened(request)
        if ledger is None:
            return _closed()
        one = receipt_of(ledger.desk.secret, str(request.path_params["receipt"]))
        found = await run_in_threadpool(self._reception.request, one) if one else None
        if found is None:
            return _closed()
        said = _STATES[found.state].format(owner=ledger.desk.name)
        more = {"state": said, "request": found.id, "until": _until(ledger, found), "owner": ledger.desk.name}
        title = "This is over" if not found.open else "This is on its way"
        return _shown("ingress_receipt.html", 200, title=title, here=request.url.path, **more)

    def _opened(self, request: HttpRequest) -> Ledger | None:
        """Return the ledger, for a link that is good."""
        doors, token = self._reception.doors, str(request.path_params["token"])
        if doors.ledger is None or not doors.form:
            return None
        return doors.ledger if opens_form(doors.ledger.desk.secret, token, self._ingress.now()) else None

    def _may(self, request: HttpRequest) -> bool:
        address, allowance = request.client.host if request.client else "", self._ingress.allowance
        # All who come by a proxy that is not named are one address: they may not lock each other out.
        alone = _is_here(address) or allowance.take(f"form {address}", MOST_A_MINUTE)
        return alone and allowance.take("forms", MOST_OF_ALL)

    @staticmethod
    def _page(ledger: Ledger, status: int, filled: Filled, problems: dict[str, str]) -> Response:
        limits = {"longest_name": LONGEST_NAME, "longest_text": LONGEST_TEXT}
        owner = ledger.desk.name
        title = f"Reach {owner}, or who covers"
        return _shown("ingress_form.html", status, title=title, owner=owner, filled=filled, problems=problems, **limits)


def _is_here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _filled(body: bytes) -> Filled:
    """Read a form. Raises :class:`RefusedError` for what no browser sends."""
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise RefusedError(400, "no form") from None
    name, reach, text = (fields.get(one, "").strip() for one in ("name", "reach", "text"))
    return Filled(name, reach, text, fields.get("page", "")[:_LONGEST_PAGE])


def _until(ledger: Ledger, request: Request) -> str:
    """Return until when the owner is in deep work, if they are."""
    if not request.until or request.until <= ledger.desk.now():
        return ""
    zone = ledger.policy.zone
    return f"{datetime.fromtimestamp(request.until, UTC).astimezone(zone):%H:%M} ({zone.key})"


def _closed() -> Response:
    return _said(404, "There is no such page", "The link is over, or not whole. A newer reply has a newer link.")


def _said(status: int, title: str, words: str) -> Response:
    return _shown("ingress_said.html", status, title=title, words=words)


def _shown(template: str, status: int, **content: object) -> Response:
    return HTMLResponse(environment().get_template(template).render(content), status)
