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
from deepday.route.phrases import say
from deepday.store.requests import request_id
from deepday.web.ingress import Ingress
from deepday.web.ingress_guards import FORM_BYTES, RefusedError, body_of
from deepday.web.visit import environment

MOST_A_MINUTE = 5
MOST_OF_ALL = 30
_MOST_FIELDS = 20
_LONGEST_PAGE = 40


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
            return self._closed()
        page = secrets.token_urlsafe(12)
        return self._page(ledger, 200, Filled("", "", "", page), {})

    async def take(self, request: HttpRequest) -> Response:
        """Keep what was sent, and lead to its receipt: loading that anew sends nothing again."""
        ledger = self._opened(request)
        if ledger is None:
            return self._closed()
        try:
            filled = _filled(await body_of(request, FORM_BYTES))
        except RefusedError as refused:
            self._ingress.refusals.count(refused.why)
            return self._said(refused.status, "form unread", "form unread why")
        problems = filled.problems(self._language())
        if problems:
            return self._page(ledger, 400, filled, problems)
        if not self._may(request):
            self._ingress.refusals.count("too often")
            return self._page(ledger, 429, filled, {"text": self._say("form too often")})
        signal = filled.signal(self._ingress.now())
        try:
            await self._ingress.kept([signal], FORMS)
        except RefusedError as refused:
            self._ingress.refusals.count(refused.why)
            return self._page(ledger, refused.status, filled, {"text": self._say("form not kept")})
        receipt = receipt_token(ledger.desk.secret, request_id(FORMS, signal.id))
        return RedirectResponse(f"/ask/{request.path_params['token']}/{receipt}", 303)

    async def receipt(self, request: HttpRequest) -> Response:
        """Show how far a request is."""
        ledger = self._opened(request)
        if ledger is None:
            return self._closed()
        one = receipt_of(ledger.desk.secret, str(request.path_params["receipt"]))
        found = await run_in_threadpool(self._reception.request, one) if one else None
        if found is None:
            return self._closed()
        state = RequestState.DECLINED if found.state is RequestState.NOT_URGENT else found.state
        said = self._say(f"state {state.name.lower()}", owner=ledger.desk.name)
        more = {"state": said, "request": found.id, "until": _until(ledger, found), "owner": ledger.desk.name}
        title = self._say("receipt open" if found.open else "receipt over")
        return self._shown("ingress_receipt.html", 200, title=title, here=request.url.path, **more)

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

    def _page(self, ledger: Ledger, status: int, filled: Filled, problems: dict[str, str]) -> Response:
        limits = {"longest_name": LONGEST_NAME, "longest_text": LONGEST_TEXT}
        owner = ledger.desk.name
        title = self._say("form title", owner=owner)
        return self._shown(
            "ingress_form.html", status, title=title, owner=owner, filled=filled, problems=problems, **limits
        )

    def _closed(self) -> Response:
        return self._said(404, "form closed", "form closed why")

    def _said(self, status: int, title: str, words: str) -> Response:
        return self._shown("ingress_said.html", status, title=self._say(title), words=self._say(words))

    def _shown(self, template: str, status: int, **content: object) -> Response:
        frame = {"language": self._language(), "say": self._say}
        return HTMLResponse(environment().get_template(template).render(frame | content), status)

    def _say(self, name: str, **given: object) -> str:
        return say(self._language(), name, **given)

    def _language(self) -> str:
        ledger = self._reception.doors.ledger
        return ledger.policy.language if ledger else "en"


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
    clock = datetime.fromtimestamp(request.until, UTC).astimezone(zone).strftime(say(ledger.policy.language, "clock"))
    return f"{clock} ({zone.key})"
