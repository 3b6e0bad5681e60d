"""A secondary calendar of deepday's own, known by a word in its description."""

from contextlib import suppress
from typing import Any, Final

from deepday.errors import FatalError, GoneError, OutcomeUnknownError
from deepday.model import Calendar
from deepday_google.scopes import LIST, OWN_CALENDAR
from deepday_google.session import Session

_MOST_CALENDARS: Final = 250
_FIELDS: Final = "nextPageToken,items(id,summary,description,primary,accessRole,timeZone)"
_EXPLAINED: Final = "deepday keeps its blocks here. Leave the next word: by it deepday knows its calendar."


class OwnCalendarPart:
    """Satisfies :class:`deepday.connect.CalendarMaker`.

    Google has no key for making a calendar: the list is looked at first, and again after an outcome that is not known.
    """

    def __init__(self, session: Session) -> None:
        self.session = session

    def ensure_own_calendar(self, name: str, marker: str, zone: str = "UTC") -> Calendar:
        """Return the calendar with that marker, made where there is none."""
        found = sorted((row for row in self._calendar_rows() if _marked(row, marker)), key=lambda row: str(row["id"]))
        row = found[0] if found else self._make_calendar(name, marker, zone)
        return Calendar(str(row["id"]), str(row.get("summary") or ""), writable=True, zone=str(row.get("timeZone", "")))

    def remove_own_calendar(self, calendar: str, marker: str) -> bool:
        """Delete it if it has the marker and nothing in it."""
        row = next((one for one in self._calendar_rows() if one.get("id") == calendar), None)
        if row is None:
            return calendar not in {"primary", self.session.account}
        if not _marked(row, marker) or self._holds_something(calendar):
            return False
        with suppress(GoneError):  # that is what was wanted
            self.session.send(self.session.calendar().calendars().delete(calendarId=calendar), OWN_CALENDAR)
        return True

    def _make_calendar(self, name: str, marker: str, zone: str) -> dict[str, Any]:
        body = {"summary": name, "description": f"{_EXPLAINED} {_word(marker)}", "timeZone": zone}
        row = self.session.ask(self.session.calendar().calendars().insert(body=body), OWN_CALENDAR)
        if not isinstance(row.get("id"), str) or not row["id"]:
            raise OutcomeUnknownError("Google made the calendar, but its answer cannot be read.", "It is looked up.")
        return row

    def _holds_something(self, calendar: str) -> bool:
        query: dict[str, Any] = {"calendarId": calendar, "maxResults": 1, "fields": "nextPageToken,items(id)"}
        while True:
            answer = self.session.ask(self.session.calendar().events().list(**query), OWN_CALENDAR)
            if answer.get("items"):
                return True
            last, query["pageToken"] = query.get("pageToken"), answer.get("nextPageToken")
            if not query["pageToken"]:
                return False
            if query["pageToken"] == last:
                raise FatalError("Google's list does not end: its next page is the same page.", "Try again later.")

    def _calendar_rows(self) -> list[dict[str, Any]]:
        """Return the rows of the calendar list, of our own and the person's."""
        rows: list[dict[str, Any]] = []
        query: dict[str, Any] = {"maxResults": _MOST_CALENDARS, "fields": _FIELDS, "minAccessRole": "owner"}
        while True:
            answer = self.session.ask(self.session.calendar().calendarList().list(**query), LIST)
            items = answer.get("items")
            rows += [row for row in items if isinstance(row, dict) and row.get("id")] if isinstance(items, list) else []
            last, query["pageToken"] = query.get("pageToken"), answer.get("nextPageToken")
            if not query["pageToken"]:
                return rows
            if query["pageToken"] == last:
                raise FatalError("Google's list does not end: its next page is the same page.", "Try again later.")


def _word(marker: str) -> str:
    return f"deepday:{marker}"


def _marked(row: dict[str, Any], marker: str) -> bool:
    words = str(row.get("description") or "").split()
    return bool(marker) and row.get("primary") is not True and _word(marker) in words
