"""Answers invitations: with words, to the organiser alone."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from deepday.connect import Feature
from deepday.errors import ConflictError, GoneError, UnsupportedError
from deepday.model import Interval, Invitation, Response
from deepday_microsoft.graph import preferences
from deepday_microsoft.part import Part
from deepday_microsoft.translate import UnusableError, invitation_of

_SELECT = (
    "id,subject,start,end,isAllDay,isCancelled,isOrganizer,organizer,attendees,responseStatus,createdDateTime,"
    "seriesMasterId,type"
)


class Invitations(Part):
    """Satisfies :class:`deepday.connect.InvitationResponder`.

    Graph takes no version with an answer: the meeting is read just before, and what was changed since is left alone.
    """

    def invitations(self, calendar: str, window: Interval) -> Sequence[Invitation]:
        """Return the invitations that overlap the window; see :class:`deepday.connect.InvitationResponder`."""
        start, end = (f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}" for at in (window.start, window.end))
        query = {"startDateTime": start, "endDateTime": end, "$select": _SELECT, "$top": "100"}
        path = f"{self.settings.mailbox}/calendarView"  # of the default calendar, to which invitations come
        if not self.settings.app_only and not self.is_default(calendar, Feature.ANSWERS):
            path = f"{self.calendar_path(calendar)}/calendarView"
        rows = self.graph.pages(path, Feature.ANSWERS, query=query, headers=preferences())
        return [found for row in rows if (found := _read(row, calendar)) is not None]

    def find_invitation(self, calendar: str, name: str) -> Invitation | None:
        """Return the invitation as it is now; see :class:`deepday.connect.InvitationResponder`."""
        try:
            return _read(self._invitation_row(name), calendar)
        except GoneError:
            return None

    def decline_invitation(self, invitation: Invitation, words: str) -> None:
        """Decline it; see :class:`deepday.connect.InvitationResponder`."""
        now = _read(self._invitation_row(invitation.id), invitation.calendar)
        if now is None:
            raise UnsupportedError("Nobody asked the owner to this event.", "It is left alone.")
        if now.response is Response.DECLINED:
            return
        if now.etag != invitation.etag or now.response is not Response.NEEDS_ACTION:
            raise ConflictError("The invitation was changed or answered meanwhile.", "It is left alone.")
        body = {"comment": words, "sendResponse": True}
        answer = self.graph.send("POST", f"{self._invitation_path(invitation.id)}/decline", body=body)
        refused = self.graph.refused(answer, Feature.ANSWERS, safe=False)
        if refused:
            raise refused

    def _invitation_path(self, name: str) -> str:
        return f"{self.settings.mailbox}/events/{quote(name, safe='')}"

    def _invitation_row(self, name: str) -> dict[str, Any]:
        query = {"$select": _SELECT}
        return self.graph.get(self._invitation_path(name), Feature.ANSWERS, query=query, headers=preferences())


def _read(row: Mapping[str, Any], calendar: str) -> Invitation | None:
    """Return the invitation that an event is; ``None`` for what is none, or cannot be read."""
    try:
        return invitation_of(row, calendar)
    except UnusableError:
        return None
