"""The port for writing calendar events."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from deepday.model import EventDraft, Interval, WrittenEvent


@runtime_checkable
class EventWriter(Protocol):
    """Writes events of ours into a calendar, and touches no others.

    Must keep ``draft.key`` and ``draft.marker`` with the event, where only programs see them. Must send the ``etag``
    with every move, new title and delete, so that the vendor refuses when somebody changed the event meanwhile. Must
    invite and mail nobody.

    May make a plain busy event where the vendor or the account refuses the draft's kind, and then returns the kind
    that it made and says so in its capabilities.

    Must not change or delete an event without the marker, retry a write by itself, or make a deleted event again where
    the vendor still knows that it was deleted.
    """

    def create_event(self, calendar: str, draft: EventDraft) -> WrittenEvent:
        """Make the event, or adopt the one that has our key: then it is returned as it is, and nothing is written.

        Raises :class:`~deepday.errors.GoneError` when it was made before and somebody deleted it (where the vendor
        remembers), :class:`~deepday.errors.ConflictError` when an event that is not ours has the key as its id.
        """
        ...

    def find_event(self, calendar: str, key: str, marker: str, when: Interval | None = None) -> WrittenEvent | None:
        """Return our event with that key as it is now; ``None`` when there is none or it was deleted.

        This is how an unknown outcome becomes known. ``when``: where it was last. A calendar that can only be searched
        by time is searched there as well as around now; to others it says nothing.
        """
        ...

    def find_ours(self, calendar: str, window: Interval, marker: str) -> Sequence[WrittenEvent]:
        """Return all events with exactly that marker that overlap the window, over all pages."""
        ...

    def move_event(self, event: WrittenEvent, when: Interval) -> WrittenEvent:
        """Give it other times, and return it with its new etag.

        Raises :class:`~deepday.errors.ConflictError` when ``event.etag`` is not its newest, and
        :class:`~deepday.errors.GoneError` when it was deleted.
        """
        ...

    def retitle_event(self, event: WrittenEvent, title: str) -> WrittenEvent:
        """Give it another title, and nothing else, and return it as the vendor has it, with its new etag.

        Raises as :meth:`move_event` does.
        """
        ...

    def delete_event(self, event: WrittenEvent) -> None:
        """Delete it; that it is gone already is fine.

        Raises :class:`~deepday.errors.ConflictError` when ``event.etag`` is not its newest.
        """
        ...
