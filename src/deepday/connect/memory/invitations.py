"""Invitations to the owner, in the office in memory."""

from collections.abc import Sequence
from dataclasses import replace

from deepday.connect.memory.calendars import StoredCalendar, StoredEvent
from deepday.connect.memory.part import Part
from deepday.errors import ConflictError, GoneError, UnsupportedError
from deepday.model import Interval, Invitation, Response


class InvitationsPart(Part):
    """Satisfies :class:`~deepday.connect.InvitationResponder`. An occurrence's id is ``series/number``."""

    def invitations(self, calendar: str, window: Interval) -> Sequence[Invitation]:
        """Return the invitations that overlap the window."""
        with self.call("invitations"):
            return tuple(
                _invitation(calendar, event, number)
                for event in self._stored(calendar).live()
                for number, when in enumerate(event.times)
                if event.invited and when.start < window.end and when.end > window.start
            )

    def find_invitation(self, calendar: str, name: str) -> Invitation | None:
        """Return the invitation as it is now."""
        with self.call("find_invitation"):
            found = self._found(self._stored(calendar), name)
            return _invitation(calendar, *found) if found and found[0].invited else None

    def decline_invitation(self, invitation: Invitation, words: str) -> None:
        """Decline it."""
        with self.call("decline_invitation"):
            stored = self._stored(invitation.calendar)
            found = self._found(stored, invitation.id)
            if found is None:
                raise GoneError("The invitation is gone.", "It is not answered.")
            event, number = found
            if event.invited is None:
                raise UnsupportedError("Nobody asked the owner.", "It is left alone.")
            answer = event.invited.answers[number]
            if answer is Response.DECLINED:
                return
            if event.etag != invitation.etag or answer is not Response.NEEDS_ACTION:
                raise ConflictError("The invitation was changed or answered meanwhile.", "It is left alone.")
            answers = (*event.invited.answers[:number], Response.DECLINED, *event.invited.answers[number + 1 :])
            stored.put(replace(event, invited=replace(event.invited, answers=answers)))
            self.office.told.append((Response.DECLINED, words))

    def _stored(self, calendar: str) -> StoredCalendar:
        if calendar not in self.office.calendars:
            raise GoneError("The calendar is gone.", "Choose calendars again.")
        return self.office.calendars[calendar]

    @staticmethod
    def _found(stored: StoredCalendar, name: str) -> tuple[StoredEvent, int] | None:
        whole, _, number = name.partition("/")
        event = stored.objects.get(whole)
        at = int(number or 0)
        return (event, at) if event and not event.deleted and at < len(event.times) else None


def _invitation(calendar: str, event: StoredEvent, number: int) -> Invitation:
    assert event.invited is not None  # noqa: S101 - only invitations are asked for
    series = event.id if len(event.times) > 1 else ""
    declined = event.invited.answers[number] is Response.DECLINED
    return Invitation(
        calendar=calendar,
        id=f"{event.id}/{number}" if series else event.id,
        etag=event.etag,
        when=event.times[number],
        response=event.invited.answers[number],
        arrived=event.invited.at,
        series=series,
        people=event.invited.others + (not declined),
        organiser=event.invited.organiser,
        title=event.title,
    )
