"""Ports for what people export: files, folders, feeds, and samples of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from deepday.model import ActivityStream, CalendarEvent, Interval, Skipped

Progress = Callable[[str, int, int], None]
"""Called as ``progress(what, done, total)``; ``total`` is 0 where it is not known."""


def no_progress(what: str, done: int, total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader needs to know of its reader.

    ``window``: the instants of interest. ``zone``: the zone for floating times and for dates without one. ``email``:
    the owner's address, compared without regard to case. ``pseudonym`` turns the name of a conversation into its
    pseudonym. ``silence``: for how many days before the first and after the last thing in it a source that states no
    period may vouch that there was nothing. ``keep_titles``: whether titles of events may leave the connector.
    """

    window: Interval
    zone: ZoneInfo
    email: str
    slack_user: str | None = None
    pseudonym: Callable[[str], str] = str
    silence: int = 7
    keep_titles: bool = False
    progress: Progress = no_progress


@dataclass(frozen=True, slots=True)
class Validators:
    """What an HTTP server told us of the copy we have (RFC 9110: ETag, Last-Modified); empty when unknown."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class CalendarReading:
    """The events of one calendar that touch the window, in any order.

    ``name``: the calendar's own name, empty if it has none. ``observed``: the merged intervals for which "no event"
    means that there is none. ``written_at``: when the copy was made (UTC seconds, 0 when it does not say).
    ``digest``: SHA-256 of the content. ``unchanged``: the server says that our copy is still good; nothing was read.
    """

    events: tuple[CalendarEvent, ...]
    observed: tuple[Interval, ...]
    skipped: tuple[Skipped, ...] = ()
    name: str = ""
    written_at: int = 0
    digest: str = ""
    validators: Validators = field(default_factory=Validators)
    unchanged: bool = False
    total: int = 0  # events in the source, inside the window or not


@dataclass(frozen=True, slots=True)
class ActivityReading:
    """The owner's own messages and those directed at the owner that fall into the window.

    ``observed`` as in :class:`CalendarReading`. ``total``: messages looked at, of anybody.
    """

    stream: ActivityStream
    observed: tuple[Interval, ...]
    skipped: tuple[Skipped, ...] = ()
    digest: str = ""
    total: int = 0


class CalendarFileReader(Protocol):
    """Reads the copy of one calendar that somebody exported: a file, a folder, a feed.

    Must return every occurrence that overlaps ``context.window``, exceptions of series applied, cancelled ones left
    out or marked. Must report what it could not use in ``skipped``. May return events outside the window. Must not
    keep, log or return descriptions, places or names of people; titles only if ``context.keep_titles``.
    Raises :class:`deepday.errors.InputError` when nothing of the source can be used.
    """

    def read_events(self, context: ReadContext) -> CalendarReading:
        """Read the calendar."""
        ...


class ActivityFileReader(Protocol):
    """Reads the copy of one stream of chat activity that somebody exported.

    Must return the owner's messages and the directed ones: direct messages, group direct messages, threads the owner
    wrote in before, mentions of the owner. Must leave out bots, edits, joins. Must not keep, log or return text or
    names. Raises :class:`deepday.errors.InputError` when nothing can be used or the owner is not in it.
    """

    def read_activity(self, context: ReadContext) -> ActivityReading:
        """Read the activity."""
        ...


@runtime_checkable
class FileSources(Protocol):
    """A connector that reads files that people exported."""

    def calendar(self, location: str, known: Validators | None = None) -> CalendarFileReader:
        """Return a reader of an .ics file, a folder of them, or an http(s) feed.

        With ``known`` a feed may answer that nothing has changed.
        """
        ...

    def slack_export(self, path: Path) -> ActivityFileReader:
        """Return a reader of a Slack export, ZIP or folder."""
        ...
