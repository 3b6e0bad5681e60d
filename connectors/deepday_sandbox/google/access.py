"""The way in: bearer tokens, scopes, quotas, and who sees which calendar how well."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import Response

from deepday_sandbox.google.errors import RefusedError
from deepday_sandbox.google.fields import select
from deepday_sandbox.google.state import google
from deepday_sandbox.office import Grant, Office, Worker
from deepday_sandbox.office.calendars import Calendar

PREFIX: Final = "https://www.googleapis.com/auth/"


def _named(*names: str) -> frozenset[str]:
    return frozenset(PREFIX + name for name in names)


LISTING: Final = _named("calendar", "calendar.calendarlist", "calendar.calendarlist.readonly", "calendar.readonly")
CALENDARS: Final = _named(
    "calendar", "calendar.app.created", "calendar.calendars", "calendar.calendars.readonly", "calendar.readonly"
)
SETTINGS: Final = _named("calendar", "calendar.readonly", "calendar.settings", "calendar.settings.readonly")
FREE_BUSY: Final = _named("calendar", "calendar.events.freebusy", "calendar.freebusy", "calendar.readonly")
WRITE: Final = _named("calendar", "calendar.app.created", "calendar.events", "calendar.events.owned")
READ: Final = WRITE | _named(
    "calendar.events.freebusy",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
    "calendar.events.readonly",
    "calendar.readonly",
)
STOP: Final = READ | LISTING | SETTINGS | _named("calendar.acls", "calendar.acls.readonly")
VACATION_WRITE: Final = _named("gmail.settings.basic")
VACATION_READ: Final = VACATION_WRITE | _named("gmail.modify", "gmail.readonly") | {"https://mail.google.com/"}
_EVERYWHERE: Final = _named("calendar", "calendar.readonly", "calendar.events", "calendar.events.readonly")
_WRITE_EVERYWHERE: Final = _named("calendar", "calendar.events")
_OWNED: Final = _named("calendar.events.owned", "calendar.events.owned.readonly")
MAKE: Final = _named("calendar", "calendar.app.created", "calendar.calendars")
_APP_CREATED: Final = _named("calendar.app.created")
_BUSY_ONLY: Final = _named("calendar.events.freebusy")
KNOWN_SCOPES: Final = (
    STOP | FREE_BUSY | CALENDARS | VACATION_READ | {"openid", "email", "profile"} | _named("userinfo.email")
)
ROLES: Final = ("", "freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers: a JSON value, or nothing at all (204)."""

    body: dict[str, Any] | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised request."""

    office: Office
    worker: Worker
    grant: Grant
    path: Mapping[str, Any]
    query: QueryParams
    headers: Headers
    content: bytes

    def body(self) -> dict[str, Any]:
        """Return the JSON object that was sent. Raises :class:`RefusedError` for anything else."""
        if not self.headers.get("content-type", "").startswith("application/json"):
            raise RefusedError(400, "badContent", "Unsupported content with type")
        try:
            value = json.loads(self.content)
        except ValueError as error:
            raise RefusedError(400, "parseError", "Parse Error") from error
        if not isinstance(value, dict):
            raise RefusedError(400, "parseError", "Parse Error")
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean parameter, false where it is missing."""
        value = self.query.get(name, "false")
        if value not in {"true", "false"}:
            raise invalid(name, value)
        return value == "true"

    def number(self, name: str, default: int, largest: int) -> int:
        """Return a positive number, no larger than ``largest``: Google cuts it without a word."""
        value = self.query.get(name, str(default))
        if not value.isdecimal() or int(value) < 1:
            raise invalid(name, value)
        return min(int(value), largest)

    def calendar(self, *, write: bool = False) -> tuple[Calendar, str]:
        """Return the calendar that the path names and the caller's access role.

        Raises :class:`RefusedError`: 404 for a calendar out of sight, 403 where role or scopes do not suffice.
        """
        wanted = str(self.path["calendar"])
        calendar = find_calendar(self.office, self.worker, wanted)
        role = role_of(self.office, self.worker, calendar) if calendar else ""
        if calendar is None or not role:
            raise RefusedError(404, "notFound", "Not Found")
        scopes = self.grant.scopes
        mine = calendar.owner == self.worker.email
        ours = scopes & _APP_CREATED and google(self.office)["made"].get(calendar.id) == self.grant.client
        if not scopes & (_WRITE_EVERYWHERE if write else _EVERYWHERE) and not (mine and scopes & _OWNED) and not ours:
            if write or not scopes & _BUSY_ONLY:
                raise lacking()
            role = "freeBusyReader"
        if write and ROLES.index(role) < ROLES.index("writerWithoutPrivateAccess"):
            raise RefusedError(403, "requiredAccessLevel", "You need to have writer access to this calendar.")
        return calendar, role


def invalid(name: str, value: object) -> RefusedError:
    """Return the refusal of a parameter's value."""
    return RefusedError(400, "invalidParameter", f"Invalid value '{value}' for {name}.", parameter=name)


def lacking() -> RefusedError:
    """Return the refusal of a token without the scope that is needed."""
    return RefusedError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")


def find_calendar(office: Office, worker: Worker, wanted: str) -> Calendar | None:
    """Return the calendar of that id, or the worker's own for ``primary``."""
    everything = [calendar for one in office.people for calendar in office.calendars.of(one.email)]
    if wanted == "primary":
        return next((one for one in everything if one.owner == worker.email and one.primary), None)
    return next((one for one in everything if one.id == wanted), None)


def role_of(office: Office, worker: Worker, calendar: Calendar) -> str:
    """Return the worker's access role, empty for a calendar that is not shared with them."""
    if calendar.owner == worker.email:
        return "owner"
    role: str = google(office)["shares"].get(calendar.id, {}).get(worker.email, "")
    return role


def endpoint(
    office: Office, handler: Callable[[Call], Answer], scopes: frozenset[str]
) -> Callable[[Request], Awaitable[Response]]:
    """Return the handler as the application wants it: behind token, scopes and quota, refusals in Google's form."""

    async def serve(request: Request) -> Response:
        content = await request.body()
        with office.lock:
            try:
                worker, grant = _authorise(office, request.headers.get("authorization", ""), scopes)
                call = Call(office, worker, grant, request.path_params, request.query_params, request.headers, content)
                _count(office, grant)
                answer = handler(call)
                body = answer.body
                if body is not None and "fields" in call.query:
                    body = select(body, call.query["fields"])
            except RefusedError as refusal:
                return _respond(refusal.body(), refusal.status, {})
        return _respond(body, answer.status, answer.headers)

    return serve


async def nowhere(request: Request) -> Response:
    """Answer a path that Google does not have."""
    return _respond(RefusedError(404, "notFound", f"No such operation: {request.method}").body(), 404, {})


def _respond(body: dict[str, Any] | None, status: int, headers: Mapping[str, str]) -> Response:
    if body is None:
        return Response(status_code=status, headers=headers)
    content = json.dumps(body, ensure_ascii=False).encode()
    kind = "application/json; charset=UTF-8"
    return Response(content, status, {"Vary": "Origin, X-Origin, Referer", **headers}, kind)


def _authorise(office: Office, header: str, scopes: frozenset[str]) -> tuple[Worker, Grant]:
    scheme, _, token = header.partition(" ")
    if scheme != "Bearer" or not token:
        raise RefusedError(401, "required", "Login Required.", header="Authorization")
    grant = office.tokens.grant_of(token, "access")
    worker = office.people.find(grant.email) if grant and grant.vendor == "google" else None
    if grant is None or worker is None:
        raise RefusedError(401, "authError", "Invalid Credentials", header="Authorization")
    if not grant.scopes & scopes:
        raise lacking()
    return worker, grant


def _count(office: Office, grant: Grant) -> None:
    """Count the request in the sliding minute of the office's clock."""
    own = google(office)
    quota = own["quota"]
    if not quota:
        return
    now = office.clock.seconds()
    own["hits"] = [hit for hit in own["hits"] if hit[0] > now - 60]
    whole = [hit for hit in own["hits"] if hit[1] == grant.client]
    mine = [hit for hit in whole if hit[2] == grant.email]
    status = quota.get("status", 403)
    if len(whole) >= quota.get("project", 10_000):
        raise RefusedError(status, "rateLimitExceeded", "Rate Limit Exceeded")
    if len(mine) >= quota.get("user", 600):
        raise RefusedError(status, "userRateLimitExceeded", "User Rate Limit Exceeded")
    own["hits"].append((now, grant.client, grant.email))
