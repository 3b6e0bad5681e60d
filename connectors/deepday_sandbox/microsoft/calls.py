"""One request to Graph as the handlers see it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from deepday_sandbox.microsoft.errors import GraphError, denied, not_found
from deepday_sandbox.microsoft.state import App, GraphState
from deepday_sandbox.microsoft.zones import iana
from deepday_sandbox.office.calendars import Calendar, GoneError
from deepday_sandbox.office.people import Worker
from deepday_sandbox.office.state import Office
from deepday_sandbox.office.tokens import Grant

_PREFERENCE: Final = re.compile(r'([\w.-]+)\s*=\s*(?:"([^"]*)"|([^\s,;"]+))')
LARGEST_PAGE: Final = 1000
_DEFAULT_PAGE: Final = 10


@dataclass(frozen=True, slots=True)
class Prefer:
    """The Prefer header: zone for times (UTC where none is asked for), page size, id form, form of bodies."""

    zone: str = "UTC"
    page: int = _DEFAULT_PAGE
    immutable: bool = False
    text: bool = False
    applied: str = ""

    @classmethod
    def read(cls, header: str) -> "Prefer":
        """Read the header. Raises :class:`GraphError` for a zone that does not exist."""
        found = {name.casefold(): quoted or plain for name, quoted, plain in _PREFERENCE.findall(header)}
        zone = found.get("outlook.timezone", "UTC")
        iana(zone)
        page = found.get("odata.maxpagesize", "")
        return cls(
            zone=zone,
            page=min(int(page), LARGEST_PAGE) if page.isdigit() and int(page) else _DEFAULT_PAGE,
            immutable=found.get("idtype", "").casefold() == "immutableid",
            text=found.get("outlook.body-content-type", "").casefold() == "text",
            applied=", ".join(f'{name}="{value}"' for name, value in found.items()),
        )


@dataclass(slots=True)
class Call:
    """A request: who asks, for whose mailbox, what.

    ``path`` is below /v1.0, decoded segment by segment; ``base`` the address that links begin with. ``holder`` is the
    person who signed in (``None`` for an app on its own), ``owner`` the person whose mailbox or presence it is about.
    """

    office: Office
    state: GraphState
    grant: Grant
    app: App
    method: str
    path: list[str]
    query: dict[str, str]
    headers: dict[str, str]
    base: str
    body: Any = None
    holder: Worker | None = None
    prefer: Prefer = field(default_factory=Prefer)

    @property
    def app_only(self) -> bool:
        """Whether an app asks without a person."""
        return self.holder is None

    def require(self, delegated: Iterable[str], application: Iterable[str] = ()) -> None:
        """Refuse with 403 unless one of these permissions was granted."""
        wanted = set(application if self.app_only else delegated)
        if not wanted & self.grant.scopes:
            raise denied()

    @property
    def owner(self) -> Worker:
        """Whom the path is about: the person signed in, or the one after /users. Raises :class:`GraphError`."""
        if self.path[0] == "me":
            if self.holder is None:
                raise GraphError(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
            return self.holder
        found = self.office.people.find(self.path[1])
        if found is None or found.is_bot:
            raise GraphError(404, "ErrorInvalidUser", f"The requested user '{self.path[1]}' is invalid.")
        return found

    def mailbox(self) -> Worker:
        """Return whose mailbox it is. Raises :class:`GraphError` where this token does not reach it."""
        owner = self.owner
        if not self.app_only:
            if self.holder is not owner:
                raise denied()
        elif self.app.mailboxes is not None and owner.email not in self.app.mailboxes:
            message = "Access to OData is disabled: Blocked by tenant configured AppOnly AccessPolicy settings."
            raise GraphError(403, "ErrorAccessDenied", message)
        return owner

    def primary(self) -> Calendar:
        """Return the mailbox's own calendar. Raises :class:`GraphError` for a mailbox without one."""
        calendars = self.office.calendars.of(self.mailbox().email)
        if not calendars:
            raise not_found("The mailbox is either inactive, soft-deleted, or is hosted on-premise.")
        return calendars[0]

    def calendar(self, name: str) -> Calendar:
        """Return one of the mailbox's calendars. Raises :class:`GraphError`."""
        try:
            found = self.office.calendars.find(name)
        except GoneError as error:
            raise not_found() from error
        if found.owner != self.mailbox().email:
            raise not_found()
        return found

    def refuse_query(self, allowed: Iterable[str]) -> None:
        """Refuse query options other than these."""
        for name in set(self.query) - set(allowed):
            raise GraphError(400, "BadRequest", f"Query option '{name}' is not allowed here.")

    def fields(self, allowed: Iterable[str], what: str) -> dict[str, Any]:
        """Return the body as an object. Raises :class:`GraphError` for another shape or an unknown property."""
        if not isinstance(self.body, dict):
            raise GraphError(400, "BadRequest", "Empty Payload. JSON content expected.")
        known = set(allowed)
        for name in self.body:
            if name not in known and "@" not in name:
                message = (
                    f"The property '{name}' does not exist on type 'microsoft.graph.{what}'. "
                    "Make sure to only use property names that are defined by the type."
                )
                raise GraphError(400, "RequestBodyRead", message)
        return self.body

    def context(self, what: str) -> str:
        """Return an @odata.context."""
        return f"{self.base}/$metadata#{what}"


def one_of(value: Any, allowed: Iterable[str], what: str) -> str:
    """Return an enumeration's member, found without regard to case. Raises :class:`GraphError`."""
    found = next((one for one in allowed if one.casefold() == str(value).casefold()), None)
    if found is None:
        raise GraphError(400, "RequestBodyRead", f"Requested value '{value}' was not found ({what}).")
    return found
