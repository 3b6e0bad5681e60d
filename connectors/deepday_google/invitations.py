"""Answering invitations: only the owner's own row is ever sent, with the etag, and the organiser is told."""

from collections.abc import Sequence
from typing import Any, Final

from deepday.errors import ConflictError, FatalError, GoneError, UnsupportedError
from deepday.model import Interval, Invitation, Response
from deepday_google import translate
from deepday_google.scopes import ANSWERS
from deepday_google.session import Session

_FULL_PAGE: Final = 2500
_FIELDS: Final = (
    "id,etag,status,created,summary,start,end,recurringEventId,organizer(email,self),"
    "attendees(email,self,organizer,resource,responseStatus),attendeesOmitted"
)
_WITHDRAWN: Final = ("The invitation is gone.", "It is not answered.")
_CHANGED: Final = ("The invitation was changed or answered meanwhile.", "It is left alone.")


class InvitationsPart:
    """Satisfies :class:`deepday.connect.InvitationResponder`."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def invitations(self, calendar: str, window: Interval) -> Sequence[Invitation]:
        """Return the invitations that overlap the window."""
        query: dict[str, Any] = {
            "calendarId": calendar,
            "singleEvents": True,
            "maxResults": _FULL_PAGE,
            "fields": f"nextPageToken,timeZone,items({_FIELDS})",
            "timeMin": translate.stamp(window.start),
            "timeMax": translate.stamp(window.end),
        }
        found: list[Invitation] = []
        while True:
            answer = self.session.ask(self.session.calendar().events().list(**query), ANSWERS)
            zone = str(answer.get("timeZone", "UTC"))
            items = [item for item in answer.get("items") or () if isinstance(item, dict)]
            read = (self._read_invitation(item, calendar, zone) for item in items)
            found += [one for one in read if one is not None]
            last, query["pageToken"] = query.get("pageToken"), answer.get("nextPageToken")
            if not query["pageToken"]:
                return [one for one in found if one.when.start < window.end and one.when.end > window.start]
            if query["pageToken"] == last:
                raise FatalError("Google's list does not end: its next page is the same page.", "Try again later.")

    def find_invitation(self, calendar: str, name: str) -> Invitation | None:
        """Return the invitation as it is now."""
        item = self._invitation_item(calendar, name)
        return self._read_invitation(item, calendar, "UTC") if item else None

    def decline_invitation(self, invitation: Invitation, words: str) -> None:
        """Decline it, in the version that was seen. Google mails the answer to the organiser."""
        item = self._invitation_item(invitation.calendar, invitation.id)
        if item is None:
            raise GoneError(*_WITHDRAWN)
        now = self._read_invitation(item, invitation.calendar, "UTC")
        if now is None:
            raise UnsupportedError("Nobody asked the owner to this event.", "It is left alone.")
        if now.response is Response.DECLINED:
            return
        if not invitation.etag or now.etag != invitation.etag or now.response is not Response.NEEDS_ACTION:
            raise ConflictError(*_CHANGED)
        body = translate.declined_body(item, words)
        events = self.session.calendar().events()
        request = events.patch(
            calendarId=invitation.calendar, eventId=invitation.id, sendUpdates="all", fields="id", body=body
        )
        request.headers["If-Match"] = invitation.etag
        try:
            self.session.ask(request, ANSWERS)
        except ConflictError:
            if (
                self._invitation_item(invitation.calendar, invitation.id) is None
            ):  # its version changed as it was withdrawn
                raise GoneError(*_WITHDRAWN) from None
            raise

    def _read_invitation(self, item: dict[str, Any], calendar: str, zone: str) -> Invitation | None:
        """Return the invitation that an event is; ``None`` for what is none, or cannot be read."""
        try:
            return translate.invitation_of(item, calendar, zone)
        except translate.UnusableError:
            return None

    def _invitation_item(self, calendar: str, name: str) -> dict[str, Any] | None:
        request = self.session.calendar().events().get(calendarId=calendar, eventId=name, fields=_FIELDS)
        try:
            found = self.session.ask(request, ANSWERS)
        except GoneError:
            return None
        return None if translate.is_gone(found) else found
