"""Reads calendars: which there are, and what changed in one of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from caldav.elements import cdav
from caldav.elements import dav as webdav
from caldav.lib.namespace import ns

from deepday.connect import ReadContext
from deepday.connect.ics.zones import named
from deepday.connect.skips import skip
from deepday.errors import FatalError, UnsupportedError
from deepday.model import Calendar, Cursor, EventPage, EventUpsert, Skipped
from deepday_caldav.cursors import Etags, Tokens, bound_to, read_cursor, write_cursor
from deepday_caldav.errors import calendar_gone
from deepday_caldav.finding import Fetched, fetch
from deepday_caldav.grammar import DEFAULT_CALENDAR, GETCTAG
from deepday_caldav.multistatus import Multistatus, Row
from deepday_caldav.part import Part
from deepday_caldav.placing import is_own
from deepday_caldav.translate import to_upsert

PAGE = 500
"""Objects in one page, so that a reading that is interrupted loses little."""

_SYNC = webdav.SyncCollection.tag
_TYPE, _ETAG = webdav.ResourceType.tag, webdav.GetEtag.tag
_COMPONENTS, _RIGHTS = cdav.SupportedCalendarComponentSet.tag, webdav.CurrentUserPrivilegeSet.tag
_ZONE, _NAME = cdav.CalendarTimeZone.tag, webdav.DisplayName.tag
_CALENDAR = (_TYPE, _NAME, _COMPONENTS, _RIGHTS, _ZONE)
_GONE = frozenset({404, 410})
_WRITE = frozenset(ns("D", name) for name in ("all", "write", "write-content", "bind"))


class Reading(Part):
    """Satisfies :class:`~deepday.connect.CalendarReader`."""

    def calendars(self) -> Sequence[Calendar]:
        """Return the calendars with events, by their paths.

        Primary is the one into which invitations go where the server says so, else the first that can be written.
        """
        rows = [row for row in self._dav.propfind(self._settings.home, _CALENDAR, 1).rows if _has_events(row)]
        found = sorted((self._calendar(row) for row in rows), key=lambda calendar: calendar.id)
        primary = self._primary(found)
        return tuple(replace(calendar, primary=calendar.id == primary) for calendar in found)

    def event_changes(self, calendar: str, context: ReadContext, cursor: Cursor | None = None) -> EventPage:
        """Return one page; see :meth:`deepday.connect.CalendarReader.event_changes`."""
        bound = bound_to(calendar, context)
        state = read_cursor(cursor, bound) if cursor else self._beginning(calendar)
        if isinstance(state, Tokens):
            return self._by_token(calendar, context, state, bound)
        return self._by_etag(calendar, context, state, bound)

    def _calendar(self, row: Row) -> Calendar:
        rights = row.names_in(_RIGHTS)
        return Calendar(
            id=self._dav.name(row.href),
            name=row.text(_NAME),
            writable=not rights or bool(rights & _WRITE),
            zone=_zone_in(row.text(_ZONE)),
        )

    def _primary(self, found: Sequence[Calendar]) -> str:
        ids = {calendar.id for calendar in found}
        if self._settings.inbox:
            rows = self._dav.propfind(self._settings.inbox, [DEFAULT_CALENDAR]).rows
            said = next((row.href_in(DEFAULT_CALENDAR) for row in rows), "")
            if said and self._dav.name(said) in ids:
                return self._dav.name(said)
        theirs = [one for one in found if not is_own(one.id)]
        return next((calendar.id for calendar in (*(one for one in theirs if one.writable), *theirs)), "")

    def _beginning(self, calendar: str) -> Tokens | Etags:
        """Look at the calendar, and choose who keeps count."""
        reports = webdav.SupportedReportSet.tag
        rows = self._asked(calendar, (_TYPE, reports)).rows
        if not any(_is_calendar(row) for row in rows):
            raise calendar_gone(self._dav.host)
        counts = self._dav.quirks.tokens and any(_SYNC in row.names_in(reports) for row in rows)
        return Tokens() if counts else Etags()

    def _by_token(self, calendar: str, context: ReadContext, state: Tokens, bound: str) -> EventPage:
        answer = self._changes(calendar, state)
        if not answer.token:  # it announces what it cannot do: from the next full reading on we keep count
            if state.since:
                raise FatalError(f"{self._dav.host} gives no sync token.", "Please report this.")
            return self._by_etag(calendar, context, Etags(), bound)
        members = self._members(calendar, answer)
        cut = any(row.status == 507 for row in answer.rows)
        removed = [path for path, row in members.items() if row.status in _GONE]
        # What cannot be told in a list is asked for by itself: after this answer's token it does not come again.
        changed = sorted(path for path, row in members.items() if row.status not in {*_GONE, 507})
        if cut:  # all that there is for now; the rest comes after this answer's token
            if answer.token == state.since:
                raise FatalError(f"{self._dav.host} gives the same part of the changes again.", "Please report this.")
            fetched = fetch(self._dav, calendar, changed)
            return _page(calendar, context, fetched, removed, write_cursor(Tokens(answer.token), bound), more=True)
        left = [path for path in changed if path > state.after]
        until = state.until or answer.token
        part, more = left[:PAGE], len(left) > PAGE
        following = replace(state, until=until, after=part[-1]) if more else Tokens(until)
        fetched = fetch(self._dav, calendar, part)
        return _page(calendar, context, fetched, removed, write_cursor(following, bound), more=more)

    def _changes(self, calendar: str, state: Tokens) -> Multistatus:
        try:
            return self._dav.changes(calendar, state.since)
        except (FatalError, UnsupportedError):
            if state.since or state.until:
                raise
            return Multistatus(())

    def _by_etag(self, calendar: str, context: ReadContext, state: Etags, bound: str) -> EventPage:
        """Compare a list of what is there with what was given. What the list cannot tell of keeps its place."""
        if state.ctag and self._ctag(self._dav.propfind(calendar, (GETCTAG,)), calendar) == state.ctag:
            return EventPage((), (), write_cursor(state, bound))
        answer = self._asked(calendar, (GETCTAG, _ETAG), 1)
        there = {path: row for path, row in self._members(calendar, answer).items() if row.status not in _GONE}
        names = {_below(calendar, path) for path in there}
        troubled = {path: row.status for path, row in there.items() if row.status >= 300}
        now = {_below(calendar, path): _digest(row.etag) for path, row in there.items() if path not in troubled}
        left = [
            name
            for name, version in sorted(now.items())
            if name > state.after and (not version or state.known.get(name) != version)
        ]
        part, more = left[:PAGE], len(left) > PAGE
        fetched = fetch(self._dav, calendar, [_whole(calendar, name) for name in part])
        removed = [_whole(calendar, name) for name in state.known if name not in names]
        known = {name: version for name, version in state.known.items() if name in names}
        known |= {name: now[name] for name in part if _whole(calendar, name) not in fetched.unread}
        until = state.until if state.after else self._ctag(answer, calendar)
        until = "" if troubled or fetched.unread else until
        following = Etags("", known, until, part[-1]) if more else Etags(until, known)
        if not more:
            fetched.unread |= troubled
        return _page(calendar, context, fetched, removed, write_cursor(following, bound), more=more)

    def _asked(self, calendar: str, names: Sequence[str], depth: int = 0) -> Multistatus:
        """Ask for properties of a calendar, and of its members; an answer about nothing is none."""
        answer = self._dav.propfind(calendar, names, depth)
        if not answer.rows:
            raise FatalError(f"{self._dav.host} says nothing about the calendar.", "Please report this.")
        return answer

    def _ctag(self, answer: Multistatus, calendar: str) -> str:
        own = (row for row in answer.rows if self._dav.name(row.href).rstrip("/") == calendar.rstrip("/"))
        return next((row.text(GETCTAG) for row in own), "")

    def _members(self, calendar: str, answer: Multistatus) -> dict[str, Row]:
        """Return the rows of single objects by path, without the calendar itself and what is no object."""
        rows = {self._dav.name(row.href): row for row in answer.rows if row.href}
        own = calendar.rstrip("/")
        return {path: row for path, row in rows.items() if not path.endswith("/") and path != own}


def _page(
    calendar: str, context: ReadContext, fetched: Fetched, removed: Sequence[str], cursor: Cursor, *, more: bool
) -> EventPage:
    read = [to_upsert(found, calendar, context) for found in fetched.found]
    upserts = [upsert for upsert, _ in read]
    upserts += [EventUpsert(path, ()) for path in fetched.too_large]
    skipped: list[Skipped] = [one for _, skips in read for one in skips]
    skipped += [skip(calendar, _file(path), "It is too large to read.") for path in fetched.too_large]
    skipped += [skip(calendar, _file(path), _unread(status)) for path, status in sorted(fetched.unread.items())]
    return EventPage(tuple(upserts), (*removed, *fetched.gone), cursor, more, tuple(skipped))


def _file(path: str) -> str:
    return path.rpartition("/")[2]


def _unread(status: int) -> str:
    return f"The server lists it, but does not give it{f' ({status})' if status >= 300 else ''}."


def _is_calendar(row: Row) -> bool:
    return cdav.Calendar.tag in row.names_in(_TYPE)


def _has_events(row: Row) -> bool:
    kinds = row.properties.get(_COMPONENTS)
    listed = {kind.get("name", "").upper() for kind in kinds} if kinds is not None else set()
    return row.status < 300 and _is_calendar(row) and (not listed or "VEVENT" in listed)


def _zone_in(text: str) -> str:
    """Return the IANA name of the zone in a VTIMEZONE, empty where there is none."""
    said = next((line.partition(":")[2] for line in text.splitlines() if line.upper().startswith("TZID")), "")
    zone = named(said.strip()) if said else None
    return zone.key if isinstance(zone, ZoneInfo) else ""


def _below(calendar: str, path: str) -> str:
    return path.removeprefix(f"{calendar.rstrip('/')}/")


def _whole(calendar: str, name: str) -> str:
    return name if name.startswith("/") else f"{calendar.rstrip('/')}/{name}"


def _digest(etag: str) -> str:
    """Return what is kept of a version; empty for none, which always counts as changed."""
    return hashlib.sha256(etag.encode()).hexdigest()[:12] if etag else ""
