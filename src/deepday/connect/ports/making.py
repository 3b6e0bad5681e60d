"""The port for a calendar of deepday's own."""

from typing import Protocol, runtime_checkable

from deepday.model import Calendar


@runtime_checkable
class CalendarMaker(Protocol):
    """Makes one calendar for events of ours beside the owner's, and takes it away again.

    Colleagues' free/busy look-ups do not see it. Must know it by ``marker``, which names the installation and is kept
    with the calendar, not by its name: people rename calendars. Must not retry a write by itself.
    """

    def ensure_own_calendar(self, name: str, marker: str, zone: str = "UTC") -> Calendar:
        """Return the calendar with that marker, made with that name where there is none. Twice is once."""
        ...

    def remove_own_calendar(self, calendar: str, marker: str) -> bool:
        """Delete it; tell whether it is gone.

        ``False``, and nothing is deleted, when it has not that marker, or holds any event, whoever made it. That it is
        gone already is fine.
        """
        ...
