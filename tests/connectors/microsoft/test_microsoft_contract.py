"""Every contract, on the live connector over the sandbox office."""

from collections.abc import Iterator
from typing import Any

import pytest

from deepday.connect import Restoration
from deepday.model import Availability, Presence
from deepday.testing import (
    AccountContract,
    AutoReplyWriterContract,
    CalendarReaderContract,
    ChangeNotifierContract,
    EventWriterContract,
    PresenceWriterContract,
    StatusWriterContract,
)
from deepday.testing.settings import HOUR
from deepday_microsoft.account import MicrosoftAccount
from deepday_microsoft.part import Tuning
from tests.connectors.microsoft.microsoft_office import ADA, HINTS, MicrosoftOffice, serve, with_hook


class OverTheSandbox:
    page = 1000

    @pytest.fixture
    def vendor(self) -> Iterator[MicrosoftOffice]:
        with serve() as office:
            yield office

    @pytest.fixture
    def connector(self, vendor: MicrosoftOffice) -> Iterator[MicrosoftAccount]:
        with vendor.opened(tuning=Tuning(page=self.page)) as account:
            yield account


class TestAccount(OverTheSandbox, AccountContract):
    pass


class TestAccountWithoutLeave(OverTheSandbox, AccountContract):
    @pytest.fixture
    def connector(self, vendor: MicrosoftOffice) -> Iterator[MicrosoftAccount]:
        with vendor.opened(frozenset({"Calendars.Read"}), allow="") as account:
            yield account


class TestCalendarReader(OverTheSandbox, CalendarReaderContract):
    email = ADA


class TestCalendarReaderWithSmallPages(TestCalendarReader):
    page = 3


class TestCalendarReaderWithSingleEvents(TestCalendarReader):
    page = 1


class TestEventWriter(OverTheSandbox, EventWriterContract):
    # As the sandbox has it; whether Graph keeps the transactionId of a deleted event was not seen.
    remembers_deleted = True


class TestAutoReplyWriter(OverTheSandbox, AutoReplyWriterContract):
    pass


class TestStatusWriter(OverTheSandbox, StatusWriterContract):
    pass


class TestPresenceWriter(OverTheSandbox, PresenceWriterContract):
    """Graph shows the presence that it computes, and no end: two tests expect what it can tell, no more."""

    def theirs(self, until: int) -> Presence:
        return Presence(Availability.BE_RIGHT_BACK, until)

    def test_a_value_that_a_person_set_is_read(self, connector: MicrosoftAccount, vendor: Any) -> None:
        connector.set_presence(self.ours(vendor.now() + HOUR))
        vendor.put_presence(self.theirs(vendor.now() + 4 * HOUR))
        assert connector.read_presence() == Presence(Availability.BE_RIGHT_BACK)

    def test_what_was_there_before_is_restored(self, connector: MicrosoftAccount, vendor: Any) -> None:
        vendor.put_presence(self.theirs(vendor.now() + 4 * HOUR))
        before = connector.read_presence()
        ours = self.ours(vendor.now() + HOUR)
        done = connector.restore_presence([ours, connector.set_presence(ours)], before)
        assert done.done is Restoration.RESTORED
        assert vendor.shown_presence().availability is Availability.BE_RIGHT_BACK

    def test_what_a_person_changed_meanwhile_is_kept(self, connector: MicrosoftAccount, vendor: Any) -> None:
        written = connector.set_presence(self.ours(vendor.now() + HOUR))
        theirs = self.theirs(vendor.now() + 4 * HOUR)
        vendor.put_presence(theirs)
        done = connector.restore_presence([written], self.empty)
        assert (done.done, done.value.availability) == (Restoration.KEPT, theirs.availability)
        assert vendor.shown_presence() == theirs


class TestChangeNotifier(OverTheSandbox, ChangeNotifierContract):
    address = f"{HINTS}/hook"

    @pytest.fixture
    def vendor(self) -> Iterator[MicrosoftOffice]:
        with serve() as office, with_hook(office):
            yield office
