"""The contract of writing calendar events."""

# ruff: noqa: S101 - these are tests

from dataclasses import replace

import pytest

from deepday.connect import EventWriter
from deepday.errors import ConflictError, GoneError
from deepday.model import EventDraft, EventKind, Interval
from deepday.testing.vendor import CalendarVendor

HOUR = 3600
DAY = 86_400
MARKER = "deepday-installation-1"


class EventWriterContract:
    """What :class:`deepday.connect.EventWriter` promises. Fixtures: ``connector``, ``vendor``."""

    remembers_deleted = True
    """Whether the vendor knows the id of an event that was deleted."""

    def hour(self, vendor: CalendarVendor, number: int) -> Interval:
        """Return an hour of some day soon; each number its own."""
        start = vendor.now() // DAY * DAY + DAY + number * 2 * HOUR
        return Interval(start, start + HOUR)

    def draft(self, vendor: CalendarVendor, number: int = 0, marker: str = MARKER) -> EventDraft:
        """Return a draft; each number its own."""
        return EventDraft(f"dd{number:03}block", marker, self.hour(vendor, number), f"Deep work {number}")

    def test_an_event_is_made_once_as_drafted(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """Colleagues see time and title, and nothing of keys and markers."""
        draft = self.draft(vendor)
        made = connector.create_event(vendor.calendar(), draft)
        assert (made.key, made.marker, made.when, made.calendar) == (draft.key, MARKER, draft.when, vendor.calendar())
        assert made.id
        assert made.etag
        assert vendor.events() == [(draft.when, draft.title)]

    def test_creating_twice_is_creating_once(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """The same key finds what is there: a lost answer does no harm."""
        made = connector.create_event(vendor.calendar(), self.draft(vendor))
        again = connector.create_event(vendor.calendar(), self.draft(vendor))
        assert again.id == made.id
        assert len(vendor.events()) == 1

    def test_adopting_changes_nothing(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """What somebody moved meanwhile stays where it is."""
        made = connector.create_event(vendor.calendar(), self.draft(vendor))
        moved = self.hour(vendor, 5)
        vendor.move_event(made.id, moved)
        adopted = connector.create_event(vendor.calendar(), self.draft(vendor))
        assert adopted.when == moved
        assert adopted.etag != made.etag
        assert [when for when, _ in vendor.events()] == [moved]

    def test_an_unknown_outcome_can_be_found_out(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """The key says whether the event is there."""
        draft = self.draft(vendor)
        assert connector.find_event(vendor.calendar(), draft.key, MARKER) is None
        made = connector.create_event(vendor.calendar(), draft)
        assert connector.find_event(vendor.calendar(), draft.key, MARKER) == made
        connector.delete_event(made)
        assert connector.find_event(vendor.calendar(), draft.key, MARKER) is None

    def test_an_event_moves(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """The new version has a new etag, which the next write needs."""
        made = connector.create_event(vendor.calendar(), self.draft(vendor))
        moved = connector.move_event(made, self.hour(vendor, 3))
        assert moved.etag != made.etag
        assert moved.when == self.hour(vendor, 3)
        again = connector.move_event(moved, self.hour(vendor, 4))
        assert [when for when, _ in vendor.events()] == [again.when] == [self.hour(vendor, 4)]

    def test_an_event_gets_another_title(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """Its times stay; the new version has a new etag, which the next write needs."""
        made = connector.create_event(vendor.calendar(), self.draft(vendor))
        retitled = connector.retitle_event(made, "Deep work (urgent: Grace)")
        assert retitled.etag != made.etag
        assert (retitled.title, retitled.when) == ("Deep work (urgent: Grace)", made.when)
        assert (retitled.key, retitled.marker) == (made.key, made.marker)
        connector.retitle_event(retitled, "Deep work")
        assert vendor.events() == [(made.when, "Deep work")]

    def test_what_somebody_moved_gets_no_other_title(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """An old etag is refused for a title as well."""
        made = connector.create_event(vendor.calendar(), self.draft(vendor))
        vendor.move_event(made.id, self.hour(vendor, 5))
        with pytest.raises(ConflictError):
            connector.retitle_event(made, "Another")
        assert vendor.events() == [(self.hour(vendor, 5), made.title)]

    def test_what_somebody_moved_is_not_moved(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """An old etag is refused, and the person's change stays."""
        made = connector.create_event(vendor.calendar(), self.draft(vendor))
        vendor.move_event(made.id, self.hour(vendor, 5))
        with pytest.raises(ConflictError):
            connector.move_event(made, self.hour(vendor, 6))
        assert [when for when, _ in vendor.events()] == [self.hour(vendor, 5)]

    def test_what_somebody_moved_is_not_deleted(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """An old etag is refused for a delete as well."""
        made = connector.create_event(vendor.calendar(), self.draft(vendor))
        vendor.move_event(made.id, self.hour(vendor, 5))
        with pytest.raises(ConflictError):
            connector.delete_event(made)
        assert [when for when, _ in vendor.events()] == [self.hour(vendor, 5)]

    def test_no_etag_is_an_old_etag(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """A write without a version is not a write without a check."""
        made = connector.create_event(vendor.calendar(), self.draft(vendor))
        for write in (
            connector.delete_event,
            lambda event: connector.move_event(event, self.hour(vendor, 6)),
            lambda event: connector.retitle_event(event, "Another"),
        ):
            with pytest.raises(ConflictError):
                write(replace(made, etag=""))
        assert vendor.events() == [(made.when, self.draft(vendor).title)]

    def test_an_event_is_deleted_and_twice_is_fine(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """That it is gone is what was wanted."""
        made = connector.create_event(vendor.calendar(), self.draft(vendor))
        connector.delete_event(made)
        assert vendor.events() == []
        connector.delete_event(made)
        assert vendor.events() == []

    def test_what_somebody_deleted_does_not_come_back_by_a_move(
        self, connector: EventWriter, vendor: CalendarVendor
    ) -> None:
        """A person's veto is respected."""
        made = connector.create_event(vendor.calendar(), self.draft(vendor))
        vendor.delete_event(made.id)
        with pytest.raises(GoneError):
            connector.move_event(made, self.hour(vendor, 6))
        assert vendor.events() == []

    def test_what_somebody_deleted_is_not_made_again(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """A person's veto is respected, where the vendor remembers it."""
        if not self.remembers_deleted:
            pytest.skip("this vendor forgets what was deleted")
        made = connector.create_event(vendor.calendar(), self.draft(vendor))
        vendor.delete_event(made.id)
        with pytest.raises(GoneError):
            connector.create_event(vendor.calendar(), self.draft(vendor))
        assert vendor.events() == []

    def test_all_of_ours_are_found_and_nothing_else(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """Over all pages: our marker, inside the window."""
        made = [connector.create_event(vendor.calendar(), self.draft(vendor, number)) for number in range(6)]
        other = self.draft(vendor, 7, "deepday-installation-2")
        connector.create_event(vendor.calendar(), replace(other, when=self.hour(vendor, 1)))
        vendor.add_event(self.hour(vendor, 2), "Stand-up")
        connector.delete_event(made[1])
        window = Interval(self.hour(vendor, 0).start, self.hour(vendor, 4).end)
        found = connector.find_ours(vendor.calendar(), window, MARKER)
        assert sorted(found, key=lambda event: event.key) == [made[0], made[2], made[3], made[4]]

    def test_events_of_others_are_left_alone(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """Whatever we do, everything else stays as it was."""
        vendor.add_event(self.hour(vendor, 0), "Stand-up")
        vendor.add_series([self.hour(vendor, 12), self.hour(vendor, 24)], "Review")
        before = vendor.events()
        made = connector.create_event(vendor.calendar(), self.draft(vendor))
        connector.delete_event(connector.move_event(made, self.hour(vendor, 2)))
        assert vendor.events() == before

    def test_an_event_of_another_installation_is_not_ours(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """The marker decides, not the key."""
        connector.create_event(vendor.calendar(), self.draft(vendor, 0, "deepday-installation-2"))
        assert connector.find_event(vendor.calendar(), self.draft(vendor).key, MARKER) is None
        with pytest.raises(ConflictError):
            connector.create_event(vendor.calendar(), self.draft(vendor))
        assert len(vendor.events()) == 1

    def test_a_kind_that_is_refused_becomes_a_plain_busy_event(
        self, connector: EventWriter, vendor: CalendarVendor
    ) -> None:
        """A block is kept in any case, and the answer says what it became."""
        made = connector.create_event(vendor.calendar(), replace(self.draft(vendor), kind=EventKind.FOCUS_TIME))
        assert made.kind in {EventKind.FOCUS_TIME, EventKind.DEFAULT}
        assert [when for when, _ in vendor.events()] == [made.when]

    def test_a_calendar_that_is_not_there_is_gone(self, connector: EventWriter, vendor: CalendarVendor) -> None:
        """Nothing is made in another calendar instead."""
        with pytest.raises(GoneError):
            connector.create_event("no-such-calendar", self.draft(vendor))
        assert vendor.events() == []
