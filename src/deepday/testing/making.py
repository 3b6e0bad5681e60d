"""The contract of a calendar of deepday's own."""

# ruff: noqa: S101 - these are tests

from dataclasses import replace
from typing import Protocol

from deepday.connect import CalendarMaker, CalendarReader, EventWriter
from deepday.model import EventDraft, Interval
from deepday.testing.vendor import CalendarVendor

HOUR = 3600
DAY = 86_400
MARKER = "deepday-installation-1"


class _Connector(CalendarMaker, CalendarReader, EventWriter, Protocol):
    """What the suite calls."""


class CalendarMakerContract:
    """What :class:`deepday.connect.CalendarMaker` promises, with a reader and a writer. Fixtures as elsewhere."""

    def draft(self, vendor: CalendarVendor, marker: str = MARKER) -> EventDraft:
        """Return a draft for tomorrow."""
        start = vendor.now() // DAY * DAY + DAY
        return EventDraft("ddmaking0", marker, Interval(start, start + HOUR), "Deep work")

    def test_a_calendar_is_made_once(self, connector: _Connector, vendor: CalendarVendor) -> None:
        """It is writable, not primary, and known by its marker: a lost answer makes no second one."""
        before = {one.id for one in connector.calendars()}
        made = connector.ensure_own_calendar("Deep work", MARKER)
        assert connector.ensure_own_calendar("Another name", MARKER).id == made.id
        listed = [one for one in connector.calendars() if one.id not in before]
        assert [(one.id, one.name, one.primary, one.writable) for one in listed] == [
            (made.id, "Deep work", False, True)
        ]
        assert made.id != vendor.calendar()

    def test_each_installation_has_its_own(self, connector: _Connector, vendor: CalendarVendor) -> None:
        """Two devices do not take each other's for theirs."""
        del vendor
        made = connector.ensure_own_calendar("Deep work", MARKER)
        other = connector.ensure_own_calendar("Deep work", "deepday-installation-2")
        assert other.id != made.id
        assert not connector.remove_own_calendar(other.id, MARKER)
        assert {made.id, other.id} <= {one.id for one in connector.calendars()}

    def test_events_are_written_there_and_not_beside(self, connector: _Connector, vendor: CalendarVendor) -> None:
        """The owner's calendar stays as it is."""
        made = connector.ensure_own_calendar("Deep work", MARKER)
        written = connector.create_event(made.id, self.draft(vendor))
        assert (written.calendar, written.when) == (made.id, self.draft(vendor).when)
        assert vendor.events() == []
        assert connector.find_event(made.id, written.key, MARKER) == written

    def test_an_event_of_long_ago_is_found_where_it_was(self, connector: _Connector, vendor: CalendarVendor) -> None:
        """What is far in the past is found by its key once it is said where it was, and only there if it is there."""
        made = connector.ensure_own_calendar("Deep work", MARKER)
        draft = replace(self.draft(vendor), when=Interval(31_622_460, 31_622_520))
        assert connector.find_event(made.id, draft.key, MARKER, draft.when) is None
        written = connector.create_event(made.id, draft)
        assert connector.find_event(made.id, draft.key, MARKER, draft.when) == written

    def test_it_is_taken_away_when_it_is_empty(self, connector: _Connector, vendor: CalendarVendor) -> None:
        """Whatever is in it keeps it, ours too; twice is fine."""
        before = {one.id for one in connector.calendars()}
        made = connector.ensure_own_calendar("Deep work", MARKER)
        written = connector.create_event(made.id, self.draft(vendor))
        assert not connector.remove_own_calendar(made.id, MARKER)
        connector.delete_event(written)
        assert connector.remove_own_calendar(made.id, MARKER)
        assert connector.remove_own_calendar(made.id, MARKER)
        assert {one.id for one in connector.calendars()} == before

    def test_something_of_another_in_it_keeps_it(self, connector: _Connector, vendor: CalendarVendor) -> None:
        """What a person, or another installation, put there is not ours to delete."""
        made = connector.ensure_own_calendar("Deep work", MARKER)
        theirs = connector.create_event(made.id, self.draft(vendor, "somebody-else"))
        assert not connector.remove_own_calendar(made.id, MARKER)
        assert connector.find_event(made.id, theirs.key, "somebody-else") == theirs

    def test_the_owners_calendars_are_never_deleted(self, connector: _Connector, vendor: CalendarVendor) -> None:
        """Without our marker nothing is, with none at all neither."""
        for marker in (MARKER, ""):
            assert not connector.remove_own_calendar(vendor.calendar(), marker)
        assert vendor.calendar() in {one.id for one in connector.calendars()}
