"""Every contract of a port that Slack satisfies, over the sandbox office."""

from collections.abc import Iterator

import pytest

from deepday.testing import (
    AccountContract,
    ActivityListenerContract,
    ActivityReaderContract,
    DoNotDisturbWriterContract,
    MessengerContract,
    RequestSourceContract,
    StatusWriterContract,
)
from deepday_slack.account import SlackAccount
from tests.connectors.slack.slack_office import SlackOffice, slack_office


class OverTheOffice:
    @pytest.fixture
    def vendor(self) -> Iterator[SlackOffice]:
        with slack_office() as office:
            yield office

    @pytest.fixture
    def connector(self, vendor: SlackOffice) -> Iterator[SlackAccount]:
        with vendor.account() as account:
            yield account


class TestAccount(OverTheOffice, AccountContract):
    pass


class TestActivityReader(OverTheOffice, ActivityReaderContract):
    email = "anna@example.com"


class TestActivityListener(OverTheOffice, ActivityListenerContract):
    email = "anna@example.com"
    wait = 0.4

    @pytest.fixture
    def vendor(self) -> Iterator[SlackOffice]:
        with slack_office(allow="events") as office:
            yield office


class TestStatusWriter(OverTheOffice, StatusWriterContract):
    pass


class TestDoNotDisturbWriter(OverTheOffice, DoNotDisturbWriterContract):
    pass


class TestMessenger(OverTheOffice, MessengerContract):
    pass


class TestRequestSource(OverTheOffice, RequestSourceContract):
    wait = 0.4

    @pytest.fixture
    def connector(self, vendor: SlackOffice) -> Iterator[SlackAccount]:
        with vendor.account() as account:
            assert list(account.signals(0)) == []  # connects: without a connection, the first delivery is lost
            assert vendor.face.sockets.wait_for(lambda: vendor.face.sockets.count == 2)
            yield account
