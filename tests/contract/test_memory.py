"""Every contract, on the connector in memory."""

import pytest

from deepday.connect.memory import MemoryAccount
from deepday.testing import (
    AccountContract,
    ActivityListenerContract,
    ActivityReaderContract,
    AutoReplyWriterContract,
    CalendarReaderContract,
    ChangeNotifierContract,
    DoNotDisturbWriterContract,
    EventWriterContract,
    MessengerContract,
    PointPersonAskerContract,
    PresenceWriterContract,
    RequestSourceContract,
    StatusWriterContract,
)
from tests.contract.office import Office


class InMemory:
    @pytest.fixture(params=[1, 3, 100])
    def vendor(self, request: pytest.FixtureRequest) -> Office:
        return Office(page_size=request.param)

    @pytest.fixture
    def connector(self, vendor: Office) -> MemoryAccount:
        return MemoryAccount(vendor)


class TestAccount(InMemory, AccountContract):
    pass


class TestCalendarReader(InMemory, CalendarReaderContract):
    pass


class TestActivityReader(InMemory, ActivityReaderContract):
    pass


class TestEventWriter(InMemory, EventWriterContract):
    pass


class TestStatusWriter(InMemory, StatusWriterContract):
    pass


class TestDoNotDisturbWriter(InMemory, DoNotDisturbWriterContract):
    pass


class TestAutoReplyWriter(InMemory, AutoReplyWriterContract):
    pass


class TestPresenceWriter(InMemory, PresenceWriterContract):
    pass


class TestMessenger(InMemory, MessengerContract):
    pass


class TestPointPersonAsker(InMemory, PointPersonAskerContract):
    pass


class TestRequestSource(InMemory, RequestSourceContract):
    pass


class TestChangeNotifier(InMemory, ChangeNotifierContract):
    pass


class TestActivityListener(InMemory, ActivityListenerContract):
    pass
