"""The ingress of an office: Slack over HTTP for everybody in the register, and nothing else."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from deepday.app.office_ingress import OfficeReception
from deepday.connect import Delivery
from deepday.errors import DeepdayError
from deepday.web.ingress import answering, hardened, healthy
from deepday.web.ingress_guards import ANSWER_SECONDS, SLACK_BYTES, Refusals, RefusedError, body_of
from deepday.web.seen import Seen

AT_ONCE = 16
"""Deliveries that are kept at the same time; each takes a connection to the database."""

MOST_WAITING = 200
"""Deliveries that may wait for their turn; one more is refused, and comes again."""

_LONGEST_NUMBER = 9
_Found = TypeVar("_Found")


@dataclass(slots=True)
class OfficeIngress:
    """Takes what Slack brings: the signature first, the row next, the answer last."""

    reception: OfficeReception
    refusals: Refusals = field(init=False)
    seen: Seen = field(init=False)
    _threads: ThreadPoolExecutor = field(init=False)
    _under_way: int = 0

    def __post_init__(self) -> None:
        self.refusals = Refusals(self.reception.clock, self.reception.log)
        self.seen = Seen(self.reception.clock)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="deepday inbox")

    def close(self) -> None:
        """Keep what is under way, then end."""
        self._threads.shutdown(wait=True)

    async def slack(self, request: Request) -> Response:
        """Take a delivery for the person whose number is in the address."""
        number = str(request.path_params["tenant"])
        if not (number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER):
            raise RefusedError(404, "for nobody")
        tenant, body = int(number), await body_of(request, SLACK_BYTES)
        delivery = Delivery(dict(request.headers), body)
        proven = await self._done(lambda: self.reception.proven(tenant, delivery))
        if proven is None or proven.proof in self.seen:
            raise RefusedError(401, "not genuine" if proven is None else "replayed")
        if proven.challenge:
            return PlainTextResponse(proven.challenge)
        await self._done(lambda: self.reception.keep(tenant, delivery))
        self.seen.add(proven.proof)  # only what is kept: what was refused may come again as it was
        return Response(status_code=200)

    async def _done(self, do: Callable[[], _Found]) -> _Found:
        """Do something in another thread. Raises :class:`RefusedError` when it fails, or is not done in time."""
        if self._under_way >= MOST_WAITING:
            raise RefusedError(503, "not to be kept now")
        self._under_way += 1
        doing = asyncio.get_running_loop().run_in_executor(self._threads, do)
        doing.add_done_callback(self._ended)
        try:
            return await asyncio.wait_for(asyncio.shield(doing), ANSWER_SECONDS)
        except (DeepdayError, TimeoutError):
            raise RefusedError(503, "not to be kept now") from None

    def _ended(self, doing: "asyncio.Future[_Found]") -> None:
        self._under_way -= 1
        if not doing.cancelled():
            doing.exception()  # said by whoever did it; nobody may wait for it any more


def make_office_ingress(ingress: OfficeIngress, hosts: Sequence[str]) -> Starlette:
    """Return the application. ``hosts``: the names that a request may ask for, and no others."""
    slack = answering(ingress.slack, ingress.refusals)
    return hardened([Route("/slack/{tenant}", slack, methods=["POST"]), Route("/healthz", healthy)], hosts)
