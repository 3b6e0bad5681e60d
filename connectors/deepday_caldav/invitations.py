"""Answers invitations: the server passes what is written into the object on to the organiser (RFC 6638)."""

from collections.abc import Sequence

from deepday.errors import (
    ConflictError,
    DeepdayError,
    GoneError,
    OutcomeUnknownError,
    ReconnectNeededError,
    UnsupportedError,
)
from deepday.model import Interval, Invitation, Response
from deepday_caldav import grammar
from deepday_caldav.answers import declined, invitations_in, place_of, window_of
from deepday_caldav.errors import calendar_gone
from deepday_caldav.finding import found_in, resource
from deepday_caldav.part import Part

_NOT_ALLOWED = "allowed-attendee-scheduling-object-change"


class Invitations(Part):
    """Satisfies :class:`~deepday.connect.InvitationResponder`, on a server that passes answers on."""

    def invitations(self, calendar: str, window: Interval) -> Sequence[Invitation]:
        """Return the invitations that overlap the window."""
        if self._dav.name(calendar) != calendar or not calendar.startswith("/"):
            raise calendar_gone(self._dav.host)
        answer = self._dav.whole(self._dav.report(calendar, grammar.in_window(window)), calendar)
        objects = (found_in(self._dav, row) for row in answer.rows)
        return [
            one
            for found in objects
            if found
            for one in invitations_in(found, calendar, window, self._settings.user)
            if one.when.start < window.end and one.when.end > window.start
        ]

    def find_invitation(self, calendar: str, name: str) -> Invitation | None:
        """Return the invitation as it is now."""
        path, recurrence = place_of(name)
        found = resource(self._dav, calendar, path)
        listed = invitations_in(found, calendar, window_of(recurrence), self._settings.user) if found else []
        return next((one for one in listed if one.id == name), None)

    def decline_invitation(self, invitation: Invitation, words: str) -> None:
        """Decline it, in the version that was seen."""
        if not self._settings.answers:
            advice = "Run: deepday connect caldav --allow answers"
            raise ReconnectNeededError("This account was connected without leave to answer invitations.", advice)
        path, recurrence = place_of(invitation.id)
        found = resource(self._dav, invitation.calendar, path)
        if found is None:
            raise _withdrawn()
        listed = invitations_in(found, invitation.calendar, window_of(recurrence), self._settings.user)
        now = next((one for one in listed if one.id == invitation.id), None)
        if now is None:
            raise UnsupportedError("Nobody asked the owner to this event.", "It is left alone.")
        if now.response is Response.DECLINED:
            return
        if not invitation.etag or now.etag != invitation.etag or now.response is not Response.NEEDS_ACTION:
            raise _changed()
        self._put_answer(found.data, path, invitation, words)

    def _put_answer(self, data: str, path: str, invitation: Invitation, words: str) -> None:
        """Write the answer; where the server takes no words from a guest, without them."""
        etag = invitation.etag.removeprefix("W/")
        condition = {"If-Match": etag if etag.startswith('"') else f'"{etag}"'}
        recurrence = place_of(invitation.id)[1]

        def put(said: str) -> int:
            text = declined(data, recurrence, self._settings.user, said, self._dav.now())
            return self._dav.put(path, text, condition).status

        try:
            status = put(words)
        except UnsupportedError as error:
            if _NOT_ALLOWED not in error.what:
                raise
            status = put("")  # the first one was surely not done
        if status in {409, 412}:
            raise _changed() if resource(self._dav, invitation.calendar, path) else _withdrawn()
        if status not in {201, 204} and not self._shows_declined(invitation):
            raise _unknown(self._dav.host)

    def _shows_declined(self, invitation: Invitation) -> bool:
        """Look after a write whose answer says little. What goes wrong now leaves open what the write did."""
        try:
            now = self.find_invitation(invitation.calendar, invitation.id)
        except DeepdayError as error:
            raise _unknown(self._dav.host) from error
        return now is not None and now.response is Response.DECLINED


def _withdrawn() -> GoneError:
    return GoneError("The invitation is gone.", "It is not answered.")


def _unknown(host: str) -> OutcomeUnknownError:
    return OutcomeUnknownError(f"{host} took the answer, but does not show it.", "It is looked up.")


def _changed() -> ConflictError:
    return ConflictError("The invitation was changed or answered meanwhile.", "It is left alone.")
