"""Ports for reading live accounts page by page from a cursor, and for hearing chat as it happens."""

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from deepday.connect.ports.files import ReadContext
from deepday.model import ActivityPage, Calendar, Cursor, EventPage, HeardActivity


@runtime_checkable
class CalendarReader(Protocol):
    """Reads the calendars of a live account.

    A *full reading* begins without a cursor and gives everything that touches ``context.window``. A *following
    reading* begins with the cursor of an earlier reading's last page and gives what changed since. Both go on with
    the cursor of each page while it says ``more``; a reading that was interrupted goes on from the last page's cursor.
    The caller puts pages into a set by id: an upsert replaces, a removal removes.

    Must, in a following reading, give every object that was added, changed, moved or deleted since the cursor was
    made, also those that changed while a reading was under way (then or at the next one). Must give all occurrences of
    an object in one upsert, exceptions applied, cancelled ones left out. Must give the same for the same cursor when
    asked again, or more. Must report in ``skipped`` what it cannot use.

    May give an object that did not change, one more than once (the last one counts), the id of an object that was
    never given among the removals, events outside the window, and pages without anything.

    Must not swallow a cursor that the vendor no longer knows, nor read everything again by itself. Must not return
    descriptions, places or names of people; titles only if ``context.keep_titles``. Must not expand series without
    bounds.
    """

    def calendars(self) -> Sequence[Calendar]:
        """Return the calendars that the owner can see, exactly one of them primary where the vendor knows one."""
        ...

    def event_changes(self, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        """Return one page. ``context.window`` must be the one with which the full reading began.

        Raises :class:`~deepday.errors.CursorGoneError` for a dead cursor (also one of another window or calendar,
        where the vendor binds it): the caller reads in full again. Raises :class:`~deepday.errors.GoneError` when the
        calendar is gone.
        """
        ...


@runtime_checkable
class BatchedReader(Protocol):
    """A calendar reader that can ask for several calendars in one request."""

    def prefetch(self, wanted: Sequence[tuple[str, ReadContext, Cursor]]) -> None:
        """Ask for the next page of each (calendar, context, cursor) at once, and keep the answers.

        May be called before a round of following readings. The next :meth:`CalendarReader.event_changes` with exactly
        that calendar and cursor is answered from what is kept, once. What fails for one calendar is raised there.
        """
        ...


@runtime_checkable
class ActivityReader(Protocol):
    """Reads the metadata of live chat: when, which way, in which conversation.

    Must return the owner's messages and the directed ones: direct messages, group direct messages, threads the owner
    wrote in before, mentions of the owner. Must pass names of conversations through ``context.pseudonym``. Must give
    each message at least once over the pages from ``context.window.start``, or from the cursor, to now. Must say in
    ``observed`` only what is complete.

    May give a message again (the caller knows it by conversation and microsecond), in any order.

    Must not keep, log or return text, names of people or of channels, and must drop bots, edits and joins.
    """

    def activity_changes(self, context: ReadContext, cursor: Cursor | None = None) -> ActivityPage:
        """Return one page: from ``context.window.start`` without a cursor, otherwise from where it stopped.

        Raises :class:`~deepday.errors.CursorGoneError` for a cursor that the vendor no longer knows.
        """
        ...


@runtime_checkable
class ActivityListener(Protocol):
    """Hears live chat as it happens: what :class:`ActivityReader` would read, at least once, in any order, with gaps.

    What is heard never proves that there was nothing else: only a reading vouches for a time. So the caller reads when
    it is told of a gap, after it is told, and acknowledges the gap when that reading is done.

    Must say that there is a gap before anything else, and again whenever something may have been missed: when a
    connection was lost or renewed, when the vendor held deliveries back, when a delivery cannot be made sense of
    without reading. Must tell the vendor that a delivery arrived only in :meth:`acknowledge_activity`, which the
    caller calls after its own commit; what was not acknowledged must come again, with the same ``id``, also after a
    restart. Must name conversations and messages as the account's reader does, so that what was heard and what was
    read is one.

    May deliver again what was acknowledged. May leave to the next reading what it could tell only by reading.

    Must not keep, log or return text, names of people or of channels, and must drop bots and joins. Must not
    acknowledge what another port of the account, or another program, waits for.
    """

    def heard_activity(self, context: ReadContext, seconds: float) -> Iterator[HeardActivity]:
        """Give what was not acknowledged yet, then what arrives within ``seconds`` (0: do not wait).

        Messages outside ``context.window`` are not given. Raises :class:`~deepday.errors.RetryLaterError` when there
        is no connection to be had.
        """
        ...

    def acknowledge_activity(self, heard: HeardActivity) -> None:
        """Take a delivery, or a gap, as done with; twice is once, and too late is fine.

        A gap that came about meanwhile is not done with.
        """
        ...
