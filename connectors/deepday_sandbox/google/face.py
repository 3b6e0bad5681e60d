"""The Google face: every route, and how it words a fault."""

from collections.abc import Callable, Sequence
from typing import Final

from starlette.routing import BaseRoute, Route

from deepday_sandbox.google import access, calendars, gmail, listing, making, writing
from deepday_sandbox.google.access import Answer, Call, endpoint, nowhere
from deepday_sandbox.google.errors import fault_answer
from deepday_sandbox.google.oauth import CONSENT, ERROR, SignIn
from deepday_sandbox.google.push import Pusher
from deepday_sandbox.google.state import google
from deepday_sandbox.office import Fault, Office

_APIS: Final = ("/calendar/v3/", "/gmail/v1/")
_SIGN_IN: Final = frozenset({"/o/oauth2/v2/auth", "/o/oauth2/auth", "/token", "/oauth2/v4/token", "/revoke"})
_EVENTS: Final = "/calendar/v3/calendars/{calendar}/events"
_EVENT: Final = f"{_EVENTS}/{{event}}"
_VACATION: Final = "/gmail/v1/users/{user}/settings/vacation"


class GoogleFace:
    """Google Calendar v3, Gmail's automatic reply and Google's sign-in over an office; satisfies ``Face``.

    Make one for an office: it listens to the calendars to notify channels. The consent form that a person sends is
    not among the paths it owns: no program sends it, so it has no place in the wire log.
    """

    name = ""  # the path tells calendar and mail from sign-in

    def __init__(self, office: Office) -> None:
        """Serve that office."""
        google(office)
        self._office = office
        self._sign_in = SignIn(office)
        self._pusher = Pusher(office)

    def settle(self) -> None:
        """Return when every notification that is due was posted."""
        self._pusher.settle()

    def owns(self, path: str) -> bool:
        """Tell whether a path is Google's."""
        return path.startswith(_APIS) or path in _SIGN_IN

    def fault(self, path: str, fault: Fault) -> tuple[int, dict[str, str], bytes]:
        """Return a fault in Google's form."""
        return fault_answer(sign_in=path.partition("?")[0] in _SIGN_IN, fault=fault)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [*self._sign_in_routes(), *self._api_routes(), *(Route(f"{api}{{rest:path}}", nowhere) for api in _APIS)]

    def _sign_in_routes(self) -> list[Route]:
        page = self._sign_in
        return [
            Route("/o/oauth2/v2/auth", page.authorise, methods=["GET"]),
            Route("/o/oauth2/auth", page.authorise, methods=["GET"]),
            Route(CONSENT, page.consent, methods=["POST"]),
            Route(ERROR, page.error, methods=["GET"]),
            Route("/token", page.token, methods=["POST"]),
            Route("/oauth2/v4/token", page.token, methods=["POST"]),
            Route("/revoke", page.revoke, methods=["POST"]),
        ]

    def _api_routes(self) -> list[Route]:
        me = "/calendar/v3/users/me"
        table: list[tuple[str, str, Callable[[Call], Answer], frozenset[str]]] = [
            ("GET", f"{me}/calendarList", calendars.list_calendars, access.LISTING),
            ("GET", f"{me}/settings", calendars.list_settings, access.SETTINGS),
            ("GET", f"{me}/settings/{{setting}}", calendars.get_setting, access.SETTINGS),
            ("GET", "/calendar/v3/calendars/{calendar}", calendars.get_calendar, access.CALENDARS),
            ("POST", "/calendar/v3/calendars", making.insert_calendar, access.MAKE),
            ("DELETE", "/calendar/v3/calendars/{calendar}", making.delete_calendar, access.MAKE),
            ("POST", "/calendar/v3/freeBusy", calendars.free_busy, access.FREE_BUSY),
            ("POST", "/calendar/v3/channels/stop", self._pusher.stop, access.STOP),
            ("GET", _EVENTS, listing.list_events, access.READ),
            ("POST", _EVENTS, writing.insert_event, access.WRITE),
            ("POST", f"{_EVENTS}/watch", self._pusher.watch, access.READ),
            ("GET", _EVENT, writing.get_event, access.READ),
            ("PATCH", _EVENT, writing.patch_event, access.WRITE),
            ("PUT", _EVENT, writing.update_event, access.WRITE),
            ("DELETE", _EVENT, writing.delete_event, access.WRITE),
            ("GET", f"{_EVENT}/instances", listing.list_instances, access.READ),
            ("GET", _VACATION, gmail.get_vacation, access.VACATION_READ),
            ("PUT", _VACATION, gmail.put_vacation, access.VACATION_WRITE),
        ]
        return [
            Route(path, endpoint(self._office, handler, scopes), methods=[method])
            for method, path, handler, scopes in table
        ]
