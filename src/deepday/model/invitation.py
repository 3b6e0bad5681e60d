"""An invitation to a meeting, as far as a decision about it needs it."""

from dataclasses import dataclass, field

from deepday.model.event import Response
from deepday.model.interval import Interval


@dataclass(frozen=True, slots=True)
class Invitation:
    """A meeting that somebody else organises and to which the owner is invited by name; of a series one occurrence.

    ``id`` and ``etag`` are the vendor's. ``response`` is the owner's own answer. ``arrived``: UTC seconds at which the
    meeting was made, 0 where the vendor does not say. ``series``: the vendor's id of the series, empty for a single
    meeting. ``people`` as in :class:`~deepday.model.CalendarEvent`. ``when`` of an all-day one is UTC's days.

    ``organiser`` (an address, in small letters) and ``title`` are for the decision only: neither is kept or shown by
    accident.
    """

    calendar: str
    id: str
    etag: str
    when: Interval
    response: Response
    arrived: int = 0
    series: str = ""
    people: int | None = None
    all_day: bool = False
    organiser: str = field(default="", repr=False)
    title: str = field(default="", repr=False)
