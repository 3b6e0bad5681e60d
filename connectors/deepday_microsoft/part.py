"""What the parts of an account share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from deepday.connect import Feature
from deepday.connect.http import Answer
from deepday.errors import FatalError, GoneError, UnsupportedError
from deepday.model import Interval
from deepday_microsoft.graph import MOST_PAGES, Graph, preferences, rows_of
from deepday_microsoft.settings import Settings

LARGEST_PAGE = 1000
"""Events on a page of a reading, at most."""

LONGEST_WINDOW = 1825 * 86_400
"""Seconds that a view of a calendar may span."""

WATCH_MINUTES = 4200
"""How long hints are ordered for at most; Graph's own limit is a little more."""

DEFAULT_CALENDAR = "default"
"""The id by which the default calendar of a mailbox goes that an application reaches on its own; it uses no other."""

_SMALL = preferences(page=50)


@dataclass(frozen=True, slots=True)
class Tuning:
    """Sizes that a test makes small. ``page``: events on a page. ``watch_minutes``: the longest order for hints."""

    page: int = LARGEST_PAGE
    watch_minutes: int = WATCH_MINUTES


class Part:
    """One port, or a few, of an account."""

    def __init__(self, graph: Graph, settings: Settings, tuning: Tuning) -> None:
        self.graph = graph
        self.settings = settings
        self.tuning = tuning
        self._view_headers = preferences(page=tuning.page)
        self._default: str | None = None

    def calendar_path(self, calendar: str) -> str:
        """Return the path below which a calendar's events and views are.

        Raises :class:`GoneError` for another calendar of a mailbox of which only the default one is used.
        """
        if not self.settings.app_only:
            return f"{self.settings.mailbox}/calendars/{quote(calendar, safe='')}"
        if calendar != DEFAULT_CALENDAR:
            raise GoneError("An application on its own uses the default calendar only.", "Sign in as the person.")
        return self.settings.mailbox

    def is_default(self, calendar: str, feature: Feature) -> bool:
        """Tell whether it is the mailbox's default calendar; asked once, for the feature that needs to know it."""
        if self._default is None:
            query = {"$select": "id,isDefaultCalendar", "$top": "100"}
            rows = self.graph.pages(f"{self.settings.mailbox}/calendars", feature, query=query, headers={})
            found = [str(row.get("id")) for row in rows if row.get("isDefaultCalendar") is True]
            self._default = found[0] if found else ""
        return calendar == self._default

    def view_path(self, calendar: str, window: Interval) -> str:
        """Return the path of a delta that begins anew: all that the calendar shows in the window.

        Raises :class:`UnsupportedError` for a longer window than Graph shows.
        """
        if window.seconds > LONGEST_WINDOW:
            raise UnsupportedError("Microsoft 365 shows at most 1825 days at once.", "Read a shorter time.")
        bounds = {"startDateTime": _stamp(window.start), "endDateTime": _stamp(window.end)}
        return f"{self.calendar_path(calendar)}/calendarView/delta?{urlencode(bounds)}"

    def view_page(self, path: str) -> Answer:
        """Ask for a page of a delta; where a full one is too large to take, for small ones from now on."""
        try:
            return self.graph.send("GET", path, headers=self._view_headers)
        except FatalError:
            if self._view_headers == _SMALL:
                raise
        self._view_headers = _SMALL
        return self.graph.send("GET", path, headers=self._view_headers)

    def viewed(self, calendar: str, window: Interval) -> Iterator[Mapping[str, Any]]:
        """Give the rows of a delta that begins anew, over all its pages."""
        path = self.view_path(calendar, window)
        for _ in range(MOST_PAGES):
            body = self.graph.read(self.view_page(path), Feature.READ)
            yield from rows_of(body)
            if "@odata.nextLink" not in body:
                return
            path = self.graph.below(body["@odata.nextLink"])
        raise FatalError("Microsoft 365 sends pages without an end.", "Please report this.")


def _stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
