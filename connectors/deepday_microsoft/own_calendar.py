"""Makes and removes a calendar of deepday's own, known by an extended property that people do not see."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from deepday.connect import Feature
from deepday.errors import OutcomeUnknownError, UnsupportedError
from deepday.model import Calendar
from deepday_microsoft.drafts import MARKER_ID, filter_for
from deepday_microsoft.errors import SERVICE, code_of
from deepday_microsoft.part import Part

_TAKEN = "errorfolderexists"
_MOST_NAMES = 9


class OwnCalendar(Part):
    """Satisfies :class:`deepday.connect.CalendarMaker`.

    Graph has no key for making a calendar: it is looked for first, and again after an outcome that is not known.
    """

    def ensure_own_calendar(self, name: str, marker: str, zone: str = "UTC") -> Calendar:
        """Return the calendar with that marker; see :class:`deepday.connect.CalendarMaker`. It has no zone."""
        del zone
        found = self._own_rows(marker)
        row = found[0] if found else self._make_own(name, marker)
        if not isinstance(row.get("id"), str) or not row["id"]:
            raise OutcomeUnknownError(f"{SERVICE} made the calendar, but its answer makes no sense.")
        return Calendar(row["id"], str(row.get("name") or ""), writable=True)

    def remove_own_calendar(self, calendar: str, marker: str) -> bool:
        """Delete it if it is ours and empty; see :class:`deepday.connect.CalendarMaker`."""
        if not marker or all(row.get("id") != calendar for row in self._own_rows(marker)):
            answer = self.graph.send("GET", self._own_path(calendar), query={"$top": "1", "$select": "id"})
            return answer.status == 404
        path = self._own_path(calendar)
        page = self.graph.get(path, Feature.OWN_CALENDAR, query={"$top": "1", "$select": "id"})
        if page.get("value"):
            return False
        answer = self.graph.send("DELETE", path.removesuffix("/events"))
        refused = None if answer.status == 404 else self.graph.refused(answer, Feature.OWN_CALENDAR, safe=False)
        if refused:
            raise refused
        return True

    def _own_path(self, calendar: str) -> str:
        return f"{self.settings.mailbox}/calendars/{quote(calendar, safe='')}/events"

    def _own_rows(self, marker: str) -> list[Mapping[str, Any]]:
        query = {"$filter": filter_for(MARKER_ID, marker), "$select": "id,name", "$top": "100"}
        path = f"{self.settings.mailbox}/calendars"
        rows = list(self.graph.pages(path, Feature.OWN_CALENDAR, query=query, headers={}))
        return sorted(rows, key=lambda row: str(row.get("id")))

    def _make_own(self, name: str, marker: str) -> dict[str, Any]:
        """Make it, under the next free name where a person's calendar has that one."""
        for number in range(1, _MOST_NAMES):
            body = {
                "name": name if number == 1 else f"{name} {number}",
                "singleValueExtendedProperties": [{"id": MARKER_ID, "value": marker}],
            }
            answer = self.graph.send("POST", f"{self.settings.mailbox}/calendars", body=body)
            if answer.status != 409 or code_of(answer) != _TAKEN:
                return self.graph.written(answer, Feature.OWN_CALENDAR)
        raise UnsupportedError("Every name for a calendar of deepday's own is taken.", "Delete or rename some of them.")
