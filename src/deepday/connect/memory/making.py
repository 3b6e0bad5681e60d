"""Calendars of deepday's own, in the office in memory."""

from itertools import count

from deepday.connect.memory.calendars import StoredCalendar
from deepday.connect.memory.part import Part
from deepday.model import Calendar


class MakingPart(Part):
    """Satisfies :class:`~deepday.connect.CalendarMaker`."""

    def ensure_own_calendar(self, name: str, marker: str, zone: str = "UTC") -> Calendar:
        """Return the calendar with that marker, made where there is none."""
        with self.call("ensure_own_calendar"):
            calendars = self.office.calendars
            found = next((key for key, one in calendars.items() if one.marker == marker), "")
            if not found:
                found = next(key for number in count(1) if (key := f"own{number}") not in calendars)
                calendars[found] = StoredCalendar(name=name, marker=marker)
            return Calendar(found, calendars[found].name, writable=True, zone=zone)

    def remove_own_calendar(self, calendar: str, marker: str) -> bool:
        """Delete it if it has the marker and nothing in it."""
        with self.call("remove_own_calendar"):
            stored = self.office.calendars.get(calendar)
            if stored is None:
                return True
            if stored.marker != marker or not marker or stored.live():
                return False
            del self.office.calendars[calendar]
            return True
