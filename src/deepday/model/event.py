"""A calendar entry, one occurrence, as far as measuring and planning need it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from deepday.model.interval import DateRange, Interval


class ShowAs(StrEnum):
    """How the time is shown to others (Graph ``freeBusyStatus``; RFC 5545 TRANSP and STATUS map onto it)."""

    FREE = "free"
    TENTATIVE = "tentative"
    BUSY = "busy"
    OUT_OF_OFFICE = "oof"
    WORKING_ELSEWHERE = "workingElsewhere"


class Response(StrEnum):
    """The owner's own answer (RFC 5545 PARTSTAT). An organiser counts as accepted, so does somebody not listed."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    NEEDS_ACTION = "needsAction"
    DECLINED = "declined"
    DELEGATED = "delegated"


class EventKind(StrEnum):
    """What sort of entry it is (Google ``eventType``)."""

    DEFAULT = "default"
    FOCUS_TIME = "focusTime"
    OUT_OF_OFFICE = "outOfOffice"
    WORKING_LOCATION = "workingLocation"


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One occurrence of a calendar entry, seen from its owner's side.

    ``uid`` is RFC 5545's UID; ``recurrence_id`` names the occurrence of a series by its original start (text as the
    source gives it, normalised to UTC; empty for a single event). ``when`` is an :class:`Interval` for a timed entry
    and a :class:`DateRange` for an all-day one. ``people`` counts organiser and attendees who did not decline, the
    owner included, rooms and resources left out; ``None`` when the source has no attendee list (quality low).
    ``organiser``: whether the owner organises it; ``outsiders``: whether somebody of another organisation takes part,
    by the domains of the addresses; both ``None`` where the source does not tell. ``sequence`` and
    ``updated`` (UTC seconds, 0 when unknown) tell which of two copies is newer. ``title`` is kept only where the user
    asked for it. ``source`` says where it was read.
    """

    uid: str
    recurrence_id: str
    when: Interval | DateRange
    show_as: ShowAs = ShowAs.BUSY
    response: Response = Response.ACCEPTED
    kind: EventKind = EventKind.DEFAULT
    cancelled: bool = False
    people: int | None = None
    sequence: int = 0
    updated: int = 0
    title: str | None = None
    source: str = ""
    organiser: bool | None = None
    outsiders: bool | None = None


def recurrence_id_of(start: date | datetime) -> str:
    """Return the text for the original start of an occurrence: UTC, or the date of an all-day entry.

    ``start`` is aware. The same occurrence has the same text whichever source it was read from.
    """
    if isinstance(start, datetime):
        start = start.astimezone(UTC)
        return f"{start.year:04}{start:%m%dT%H%M%S}Z"
    return f"{start.year:04}{start:%m%d}"
