"""The port for answering invitations."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from deepday.model import Interval, Invitation


@runtime_checkable
class InvitationResponder(Protocol):
    """Reads invitations, and declines those that the owner has not answered.

    Must not list, nor answer, what the owner organises or is not invited to by name. Must change nothing but the
    owner's own answer, of a series that of the one occurrence. Must see to it that the organiser is told, once, with
    the words. Must not answer where a person answered before. Must not keep, log, or put into an error a title, an
    address, or the words.
    """

    def invitations(self, calendar: str, window: Interval) -> Sequence[Invitation]:
        """Return the invitations that overlap the window, answered or not, occurrences singly, over all pages.

        May leave out those that the owner declined. Raises :class:`~deepday.errors.GoneError` when the calendar is
        gone.
        """
        ...

    def find_invitation(self, calendar: str, name: str) -> Invitation | None:
        """Return the invitation with that id as it is now; ``None`` when it is gone, as some vendors do once declined.

        This is how an unknown outcome becomes known.
        """
        ...

    def decline_invitation(self, invitation: Invitation, words: str) -> None:
        """Decline it; where it is declined already nothing is sent.

        Raises :class:`~deepday.errors.ConflictError` when it was changed or answered otherwise since
        ``invitation.etag``, :class:`~deepday.errors.GoneError` when it is gone, and
        :class:`~deepday.errors.UnsupportedError` when nobody asked the owner.
        """
        ...
