"""The contract of answering invitations."""

# ruff: noqa: S101 - these are tests

from dataclasses import replace

import pytest

from deepday.connect import InvitationResponder
from deepday.errors import ConflictError, GoneError, UnsupportedError
from deepday.model import Interval, Invitation, Response
from deepday.testing.suite import listening
from deepday.testing.vendor import InvitedVendor

HOUR = 3600
DAY = 86_400
WORDS = "canary: Grace can stand in for me"
TITLE = "canary: salaries"


class InvitationResponderContract:
    """What :class:`deepday.connect.InvitationResponder` promises. Fixtures: ``connector``, ``vendor``."""

    tells = True
    """Whether the vendor tells organisers, and what."""

    stays = True
    """Whether a declined invitation stays in the calendar."""

    organiser = "ben@example.org"
    """Who invites."""

    def hour(self, vendor: InvitedVendor, number: int) -> Interval:
        """Return an hour of tomorrow; each number its own."""
        start = vendor.now() // DAY * DAY + DAY + number * 2 * HOUR
        return Interval(start, start + HOUR)

    def seen(self, connector: InvitationResponder, vendor: InvitedVendor) -> list[Invitation]:
        """Return what is listed for the coming week."""
        window = Interval(vendor.now(), vendor.now() + 7 * DAY)
        return sorted(connector.invitations(vendor.calendar(), window), key=lambda one: (one.when.start, one.id))

    def told(self, vendor: InvitedVendor, *expected: tuple[str, str]) -> bool:
        """Tell whether organisers were told exactly that, where this vendor tells them at all."""
        return not self.tells or vendor.organisers_told() == list(expected)

    def test_an_invitation_says_what_a_decision_needs(
        self, connector: InvitationResponder, vendor: InvitedVendor
    ) -> None:
        """Who asks, when, how many, since when, and that it is open."""
        vendor.invite([self.hour(vendor, 1)], TITLE, self.organiser, 3)
        (found,) = self.seen(connector, vendor)
        assert (found.when, found.response, found.series) == (self.hour(vendor, 1), Response.NEEDS_ACTION, "")
        assert (found.organiser, found.title, found.people) == (self.organiser, TITLE, 4)
        assert 0 < found.arrived <= vendor.now()
        assert not found.all_day
        assert found.etag
        assert connector.find_invitation(vendor.calendar(), found.id) == found

    def test_what_nobody_asked_for_is_not_listed(self, connector: InvitationResponder, vendor: InvitedVendor) -> None:
        """An event of the owner's own is no invitation, and what is outside the window is not asked about."""
        handle = vendor.add_event(self.hour(vendor, 1), "Mine")
        vendor.invite([Interval(vendor.now() + 30 * DAY, vendor.now() + 30 * DAY + HOUR)], "Far", self.organiser)
        assert self.seen(connector, vendor) == []
        assert connector.find_invitation(vendor.calendar(), handle) is None

    def test_the_organiser_is_told_once_with_the_words(
        self, connector: InvitationResponder, vendor: InvitedVendor
    ) -> None:
        """A decline says what to do instead; a lost answer does no harm."""
        handle = vendor.invite([self.hour(vendor, 1)], TITLE, self.organiser)
        (found,) = self.seen(connector, vendor)
        connector.decline_invitation(found, WORDS)
        assert vendor.responses(handle) == [Response.DECLINED] * self.stays
        assert self.told(vendor, (Response.DECLINED, WORDS))
        now = connector.find_invitation(vendor.calendar(), found.id)
        assert (now.response if now else Response.DECLINED) is Response.DECLINED
        assert (now is not None) == self.stays
        if now is not None:
            connector.decline_invitation(now, WORDS)
            assert self.told(vendor, (Response.DECLINED, WORDS))

    def test_what_a_person_answered_is_theirs(self, connector: InvitationResponder, vendor: InvitedVendor) -> None:
        """Before or after we looked."""
        answers = (Response.ACCEPTED, Response.TENTATIVE)
        handles = [vendor.invite([self.hour(vendor, number)], TITLE, self.organiser) for number in (1, 2)]
        before = self.seen(connector, vendor)
        for handle, response in zip(handles, answers, strict=True):
            vendor.respond(handle, response)
        after = self.seen(connector, vendor)
        assert tuple(one.response for one in after) == answers
        for one in (*before, *after, *(replace(one, response=Response.NEEDS_ACTION) for one in after)):
            with pytest.raises(ConflictError):
                connector.decline_invitation(one, WORDS)
        assert [vendor.responses(handle) for handle in handles] == [[answer] for answer in answers]
        assert self.told(vendor)

    def test_what_was_changed_meanwhile_is_decided_anew(
        self, connector: InvitationResponder, vendor: InvitedVendor
    ) -> None:
        """The organiser may have moved it to a time that suits; a missing version is an old one."""
        handle = vendor.invite([self.hour(vendor, 1)], TITLE, self.organiser)
        (before,) = self.seen(connector, vendor)
        vendor.move_event(handle, self.hour(vendor, 4))
        for one in (before, replace(before, etag="")):
            with pytest.raises(ConflictError):
                connector.decline_invitation(one, WORDS)
        assert vendor.responses(handle) == [Response.NEEDS_ACTION]
        assert self.told(vendor)

    def test_of_a_series_one_occurrence_is_declined(
        self, connector: InvitationResponder, vendor: InvitedVendor
    ) -> None:
        """Never the series."""
        first = self.hour(vendor, 1)
        times = [Interval(first.start + day * DAY, first.end + day * DAY) for day in range(3)]
        handle = vendor.invite(times, TITLE, self.organiser)
        found = self.seen(connector, vendor)
        assert [one.when for one in found] == times
        assert all(one.series for one in found)
        assert len({one.id for one in found}) == 3
        connector.decline_invitation(found[1], WORDS)
        left = [Response.NEEDS_ACTION] * 2
        assert vendor.responses(handle) == ([left[0], Response.DECLINED, left[1]] if self.stays else left)
        assert self.told(vendor, (Response.DECLINED, WORDS))

    def test_an_invitation_that_was_withdrawn_is_gone(
        self, connector: InvitationResponder, vendor: InvitedVendor
    ) -> None:
        """Nothing is sent about it."""
        handle = vendor.invite([self.hour(vendor, 1)], TITLE, self.organiser)
        (found,) = self.seen(connector, vendor)
        vendor.delete_event(handle)
        assert connector.find_invitation(vendor.calendar(), found.id) is None
        with pytest.raises(GoneError):
            connector.decline_invitation(found, WORDS)
        assert self.told(vendor)

    def test_the_owners_own_events_are_never_answered(
        self, connector: InvitationResponder, vendor: InvitedVendor
    ) -> None:
        """Whatever the caller says."""
        vendor.invite([self.hour(vendor, 1)], TITLE, self.organiser)
        (found,) = self.seen(connector, vendor)
        mine = vendor.add_event(self.hour(vendor, 2), "Mine")
        before = vendor.events()
        with pytest.raises((UnsupportedError, ConflictError)):
            connector.decline_invitation(replace(found, id=mine), WORDS)
        assert vendor.events() == before
        assert self.told(vendor)

    def test_titles_and_words_are_not_told(self, connector: InvitationResponder, vendor: InvitedVendor) -> None:
        """Neither a printed value nor the log nor an error holds them."""
        handle = vendor.invite([self.hour(vendor, 1)], TITLE, self.organiser)
        with listening() as logged:
            (found,) = self.seen(connector, vendor)
            connector.decline_invitation(found, WORDS)
        shown = "\n".join([*logged, repr(found)])
        if self.stays:
            vendor.respond(handle, Response.ACCEPTED)
            with listening() as logged, pytest.raises(ConflictError) as refused:
                connector.decline_invitation(found, WORDS)
            shown += "\n".join([*logged, f"{refused.value!r} {refused.value.what} {refused.value.advice}"])
        assert "canary" not in shown
        assert self.organiser not in shown

    def test_a_calendar_that_is_not_there_is_gone(self, connector: InvitationResponder, vendor: InvitedVendor) -> None:
        """It is not looked for elsewhere."""
        with pytest.raises(GoneError):
            connector.invitations("no-such-calendar", Interval(vendor.now(), vendor.now() + DAY))
