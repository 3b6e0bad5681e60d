"""People of the workspace, found by their address."""

from deepday_slack.errors import SaidGoneError
from deepday_slack.scopes import Kind
from deepday_slack.web import SlackApi


class PeopleByEmail:
    """Satisfies :class:`deepday.connect.PeopleFinder`."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    def find_person(self, email: str) -> str:
        """Return somebody's member ID; empty where nobody in the workspace has that address, or no longer."""
        try:
            found = self._api.call(Kind.BOT, lambda web: web.users_lookupByEmail(email=email)).get("user")
        except SaidGoneError:
            return ""
        number = found.get("id") if isinstance(found, dict) and not found.get("deleted") else None
        return number if isinstance(number, str) else ""
