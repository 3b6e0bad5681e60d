"""The contracts of reading live accounts."""

# ruff: noqa: S101 - these are tests

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from deepday.connect import ActivityReader, CalendarReader, ReadContext
from deepday.errors import CursorGoneError, GoneError
from deepday.model import ActivityPage, ConversationKind, Cursor, Interval, merge
from deepday.testing.replica import Replica
from deepday.testing.suite import listening
from deepday.testing.vendor import CalendarVendor, ChatVendor, Vendor

HOUR = 3600
DAY = 86_400
CANARY = "canary-quarterly-numbers"
_MOST_PAGES = 1000


class Reading:
    """What suites of reading have in common."""

    email = "owner@example.com"
    """The owner's address at the vendor under test."""

    def context(self, vendor: Vendor, *, keep_titles: bool = False) -> ReadContext:
        """Return what the connector may know: a week back, four weeks ahead."""
        day = vendor.now() // DAY * DAY
        return ReadContext(
            window=Interval(day - 7 * DAY, day + 28 * DAY),
            zone=ZoneInfo("UTC"),
            email=self.email,
            pseudonym=lambda name: f"pseudonym:{len(name)}",
            keep_titles=keep_titles,
        )


class CalendarReaderContract(Reading):
    """What :class:`deepday.connect.CalendarReader` promises. Fixtures: ``connector``, ``vendor``."""

    def replica(self, connector: CalendarReader, vendor: CalendarVendor) -> Replica:
        """Return an empty copy of the primary calendar."""
        return Replica(connector, vendor.calendar(), self.context(vendor))

    def hour(self, vendor: CalendarVendor, number: int) -> Interval:
        """Return an hour of some day soon; each number its own."""
        start = vendor.now() // DAY * DAY + DAY + number * 2 * HOUR
        return Interval(start, start + HOUR)

    def expected(self, vendor: CalendarVendor) -> list[Interval]:
        """Return what a copy must show: what is in the calendar and in the window."""
        window = self.context(vendor).window
        return [when for when, _ in vendor.events() if when.start < window.end and when.end > window.start]

    def fill(self, vendor: CalendarVendor, many: int = 8) -> list[str]:
        """Add that many events, and return their handles."""
        return [vendor.add_event(self.hour(vendor, number)) for number in range(many)]

    def test_one_calendar_is_the_primary_one(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """The calendar that colleagues look at is told from the others."""
        assert [calendar.id for calendar in connector.calendars() if calendar.primary] == [vendor.calendar()]

    def test_an_empty_calendar_reads_as_empty(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """Nothing there is a result, with a cursor to go on from."""
        copy = self.replica(connector, vendor)
        assert not copy.read()[-1].more
        assert copy.times() == []

    def test_a_full_reading_gives_everything_over_all_pages(
        self, connector: CalendarReader, vendor: CalendarVendor
    ) -> None:
        """No page is the last one before it says so."""
        self.fill(vendor)
        copy = self.replica(connector, vendor)
        copy.read()
        assert copy.times() == self.expected(vendor)

    def test_titles_stay_at_the_vendor_unless_asked_for(
        self, connector: CalendarReader, vendor: CalendarVendor
    ) -> None:
        """A title leaves the connector only with the owner's leave, and never by a log."""
        vendor.add_event(self.hour(vendor, 0), CANARY)
        with listening() as logged:
            pages = self.replica(connector, vendor).read()
            kept = Replica(connector, vendor.calendar(), self.context(vendor, keep_titles=True)).read()
        assert CANARY not in repr(pages)
        assert CANARY not in "\n".join(logged)
        titles = {event.title for page in kept for upsert in page.upserts for event in upsert.events}
        assert titles == {CANARY}

    def test_when_nothing_changed_nothing_is_lost(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """A following reading of a quiet calendar leaves the copy as it is."""
        self.fill(vendor)
        copy = self.replica(connector, vendor)
        copy.read()
        copy.read()
        assert copy.times() == self.expected(vendor)

    def test_a_following_reading_does_not_read_everything_again(
        self, connector: CalendarReader, vendor: CalendarVendor
    ) -> None:
        """The cursor is there to save requests."""
        self.fill(vendor)
        copy = self.replica(connector, vendor)
        copy.read()
        assert sum(len(page.upserts) for page in copy.read()) == 0

    def test_what_was_added_follows(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """New events come with the next reading."""
        self.fill(vendor, 2)
        copy = self.replica(connector, vendor)
        copy.read()
        vendor.add_event(self.hour(vendor, 5))
        copy.read()
        assert copy.times() == self.expected(vendor)

    def test_what_was_moved_follows(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """The old time is gone, the new one there."""
        handles = self.fill(vendor, 3)
        copy = self.replica(connector, vendor)
        copy.read()
        vendor.move_event(handles[1], self.hour(vendor, 9))
        copy.read()
        assert copy.times() == self.expected(vendor)

    def test_what_was_moved_out_of_the_window_is_no_longer_in_it(
        self, connector: CalendarReader, vendor: CalendarVendor
    ) -> None:
        """Leaving the window is a change too."""
        handles = self.fill(vendor, 3)
        copy = self.replica(connector, vendor)
        copy.read()
        far = self.context(vendor).window.end + 30 * DAY
        vendor.move_event(handles[0], Interval(far, far + HOUR))
        copy.read()
        assert copy.times() == self.expected(vendor)

    def test_what_was_deleted_follows(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """A removal is not skipped."""
        handles = self.fill(vendor, 3)
        copy = self.replica(connector, vendor)
        copy.read()
        vendor.delete_event(handles[1])
        copy.read()
        assert copy.times() == self.expected(vendor)

    def test_many_changes_follow_over_all_pages(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """A following reading has pages as well, and removals on any of them."""
        handles = self.fill(vendor, 9)
        copy = self.replica(connector, vendor)
        copy.read()
        for number, handle in enumerate(handles[:7]):
            if number % 2:
                vendor.delete_event(handle)
            else:
                vendor.move_event(handle, self.hour(vendor, 20 + number))
        for number in range(5):
            vendor.add_event(self.hour(vendor, 40 + number))
        copy.read()
        assert copy.times() == self.expected(vendor)

    def test_a_series_comes_with_all_its_occurrences(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """Exceptions are applied: deleted occurrences are away, moved ones at their new time."""
        first = self.hour(vendor, 0)
        times = [Interval(first.start + day * DAY, first.end + day * DAY) for day in range(5)]
        handle = vendor.add_series(times)
        self.fill(vendor, 1)
        copy = self.replica(connector, vendor)
        copy.read()
        assert copy.times() == self.expected(vendor)
        vendor.delete_occurrence(handle, 2)
        copy.read()
        assert copy.times() == self.expected(vendor)
        vendor.move_event(handle, Interval(first.start + 5 * HOUR, first.end + 5 * HOUR))
        copy.read()
        assert copy.times() == self.expected(vendor)
        vendor.delete_event(handle)
        copy.read()
        assert copy.times() == self.expected(vendor)

    def test_what_changes_while_it_is_read_is_not_lost(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """A full reading takes a while; what happens meanwhile comes then, or with the next one."""
        handles = self.fill(vendor, 9)
        copy = self.replica(connector, vendor)
        more = copy.read_page().more
        vendor.delete_event(handles[0])
        vendor.move_event(handles[1], self.hour(vendor, 30))
        vendor.add_event(self.hour(vendor, 31))
        if more:
            copy.read()
        copy.read()
        assert copy.times() == self.expected(vendor)

    def test_a_page_may_be_asked_for_again(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """Who crashed before keeping a page asks with the same cursor, and misses nothing."""
        handles = self.fill(vendor, 9)
        copy = self.replica(connector, vendor)
        if copy.read_page().more:
            connector.event_changes(vendor.calendar(), self.context(vendor), copy.cursor)  # lost
            copy.read()
        vendor.delete_event(handles[3])
        connector.event_changes(vendor.calendar(), self.context(vendor), copy.cursor)  # lost
        copy.read()
        assert copy.times() == self.expected(vendor)

    def test_a_dead_cursor_is_said_to_be_dead(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """Nothing is read again behind the caller's back; a new full reading works."""
        handles = self.fill(vendor, 4)
        copy = self.replica(connector, vendor)
        copy.read()
        vendor.kill_cursors()
        vendor.delete_event(handles[0])
        with pytest.raises(CursorGoneError):
            copy.read()
        again = self.replica(connector, vendor)
        again.read()
        vendor.delete_event(handles[1])
        again.read()
        assert again.times() == self.expected(vendor)

    def test_a_cursor_that_makes_no_sense_is_dead(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """A cursor from an older deepday, or a damaged one, leads to a full reading."""
        with pytest.raises(CursorGoneError):
            connector.event_changes(vendor.calendar(), self.context(vendor), Cursor("x"))

    def test_a_calendar_that_is_not_there_is_gone(self, connector: CalendarReader, vendor: CalendarVendor) -> None:
        """A calendar that was deleted is told from an empty one."""
        with pytest.raises(GoneError):
            connector.event_changes("no-such-calendar", self.context(vendor))


class ActivityReaderContract(Reading):
    """What :class:`deepday.connect.ActivityReader` promises. Fixtures: ``connector``, ``vendor``."""

    def read(self, connector: ActivityReader, context: ReadContext, cursor: Cursor | None = None) -> list[ActivityPage]:
        """Read all pages from the cursor on."""
        pages: list[ActivityPage] = []
        while not pages or pages[-1].more:
            pages.append(connector.activity_changes(context, cursor))
            cursor = pages[-1].cursor
            assert len(pages) < _MOST_PAGES, "the reading does not end"
        return pages

    def talk(self, vendor: ChatVendor) -> set[tuple[int, bool, bool, ConversationKind]]:
        """Let people write in every way that counts; return what must be seen of it."""
        seen = set()
        for number in range(8):
            kind = list(ConversationKind)[number % 3]
            outgoing, mention = number % 2 == 0, kind is ConversationKind.THREAD and number % 2 == 1
            vendor.pass_time(60)
            at = vendor.say(f"{CANARY} {number}", kind=kind, outgoing=outgoing, mention=mention)
            seen.add((at, outgoing, mention, kind))
        vendor.pass_time(60)
        return seen

    @staticmethod
    def seen(pages: list[ActivityPage]) -> set[tuple[int, bool, bool, ConversationKind]]:
        """Return what the pages say of each message."""
        found = (message for page in pages for message in page.messages)
        return {(item.micros, item.outgoing, item.mention, item.conversation.kind) for item in found}

    def test_every_message_is_seen_with_its_metadata(self, connector: ActivityReader, vendor: ChatVendor) -> None:
        """When, which way, in what sort of conversation."""
        expected = self.talk(vendor)
        assert self.seen(self.read(connector, self.context(vendor))) == expected

    def test_text_and_names_stay_at_the_vendor(self, connector: ActivityReader, vendor: ChatVendor) -> None:
        """Neither what is returned nor what is logged holds a word or a name."""
        vendor.say(CANARY, conversation="Canary Grace")
        with listening() as logged:
            pages = self.read(connector, self.context(vendor))
        assert pages[0].messages
        for told in (repr(pages), "\n".join(logged)):
            assert CANARY not in told
            assert "Canary Grace" not in told

    def test_conversations_have_pseudonyms(self, connector: ActivityReader, vendor: ChatVendor) -> None:
        """Names of conversations pass through the function that was given."""
        self.talk(vendor)
        found = [message for page in self.read(connector, self.context(vendor)) for message in page.messages]
        assert all(message.conversation.pseudonym.startswith("pseudonym:") for message in found)

    def test_machines_do_not_count(self, connector: ActivityReader, vendor: ChatVendor) -> None:
        """A bot asks nobody for attention."""
        expected = self.talk(vendor)
        vendor.say("build 12 failed", by_bot=True)
        assert self.seen(self.read(connector, self.context(vendor))) == expected

    def test_what_was_said_since_follows(self, connector: ActivityReader, vendor: ChatVendor) -> None:
        """A following reading gives what is new, and not everything again."""
        self.talk(vendor)
        context = self.context(vendor)
        pages = self.read(connector, context)
        expected = self.talk(vendor)
        following = self.read(connector, context, pages[-1].cursor)
        assert self.seen(following) >= expected
        assert len(self.seen(following)) < 2 * len(expected)

    def test_a_page_may_be_asked_for_again(self, connector: ActivityReader, vendor: ChatVendor) -> None:
        """Who crashed before keeping a page asks with the same cursor, and misses nothing."""
        expected = self.talk(vendor)
        context = self.context(vendor)
        first = connector.activity_changes(context)
        pages = [first]
        if first.more:
            connector.activity_changes(context, first.cursor)  # lost
            pages += self.read(connector, context, first.cursor)
        assert self.seen(pages) == expected

    def test_what_was_observed_reaches_from_the_window_to_now(
        self, connector: ActivityReader, vendor: ChatVendor
    ) -> None:
        """A complete reading vouches for all of the time, and for no time to come."""
        self.talk(vendor)
        context = self.context(vendor)
        observed = merge(item for page in self.read(connector, context) for item in page.observed)
        assert observed == [Interval(context.window.start, vendor.now())]

    def test_an_unfinished_reading_does_not_vouch_for_what_is_left(
        self, connector: ActivityReader, vendor: ChatVendor
    ) -> None:
        """Absence in an unfinished reading is not absence."""
        self.talk(vendor)
        page = connector.activity_changes(self.context(vendor))
        if page.more:
            assert all(item.end < vendor.now() for item in page.observed)
            given = {message.micros for message in page.messages}
            rest = self.seen(self.read(connector, self.context(vendor), page.cursor))
            unseen = [at // 1_000_000 for at, *_ in rest if at not in given]
            assert not any(item.start <= at < item.end for item in page.observed for at in unseen)

    def test_a_dead_cursor_is_said_to_be_dead(self, connector: ActivityReader, vendor: ChatVendor) -> None:
        """Nothing is read again behind the caller's back."""
        self.talk(vendor)
        context = self.context(vendor)
        pages = self.read(connector, context)
        vendor.kill_chat_cursors()
        with pytest.raises(CursorGoneError):
            connector.activity_changes(context, pages[-1].cursor)

    def test_only_the_window_is_returned(self, connector: ActivityReader, vendor: ChatVendor) -> None:
        """What was said before the window is not asked for."""
        self.talk(vendor)
        vendor.pass_time(DAY)
        later = replace(self.context(vendor), window=Interval(vendor.now() - HOUR, vendor.now() + HOUR))
        assert self.seen(self.read(connector, later)) == set()
