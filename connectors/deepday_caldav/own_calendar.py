"""Makes and removes a calendar of deepday's own, known by the name of its folder (RFC 4791, 5.3.1)."""

from deepday.errors import ReconnectNeededError, UnsupportedError
from deepday.model import Calendar
from deepday_caldav import grammar
from deepday_caldav.placing import folder_in, folder_of
from deepday_caldav.reading import Reading


class OwnCalendar(Reading):
    """Satisfies :class:`~deepday.connect.CalendarMaker`: the address follows from the marker, so that twice is once."""

    def ensure_own_calendar(self, name: str, marker: str, zone: str = "UTC") -> Calendar:
        """Return the calendar with that marker, made where there is none. Its zone is left to the server."""
        del zone
        self._may_make()
        found = self._own_calendar(marker)
        if found is None:
            self._dav.make_calendar(self._own_path(marker), grammar.make_calendar(name))
            found = self._own_calendar(marker)
        if found is None:
            advice = "Make a calendar by hand, and choose it."
            raise UnsupportedError(f"{self._dav.host} does not make calendars at a place of deepday's choice.", advice)
        return found

    def remove_own_calendar(self, calendar: str, marker: str) -> bool:
        """Delete it if it is ours and empty."""
        self._may_make()
        if all(one.id != calendar for one in self.calendars()):
            return True
        if not marker or folder_in(calendar) != folder_of(marker):
            return False
        rows = self._dav.whole(self._dav.propfind(calendar, (grammar.GETETAG,), 1), calendar).rows
        if any(self._dav.name(row.href).rstrip("/") != calendar.rstrip("/") for row in rows if row.href):
            return False
        self._dav.delete(calendar, {})
        return True

    def _own_calendar(self, marker: str) -> Calendar | None:
        return next((one for one in self.calendars() if folder_in(one.id) == folder_of(marker)), None)

    def _own_path(self, marker: str) -> str:
        return self._dav.name(f"{self._settings.home.rstrip('/')}/{folder_of(marker)}/")

    def _may_make(self) -> None:
        if not self._settings.own_calendar:
            advice = "Run: deepday connect caldav --allow own-calendar"
            raise ReconnectNeededError("This account was connected without leave to make a calendar.", advice)
