"""Every contract that a Google account promises, over the sandbox office."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from deepday.connect import Feature
from deepday.model import Audience, AutoReply, Watch
from deepday.testing import (
    AccountContract,
    AutoReplyWriterContract,
    CalendarReaderContract,
    ChangeNotifierContract,
    EventWriterContract,
    InvitationResponderContract,
)
from deepday.testing.vendor import HintVendor
from deepday_google.account import GoogleAccount
from tests.connectors.google.google_office import BEN, OWNER, GoogleOffice, google_office, receiving

HOUR = 3600


class OverTheSandbox:
    @pytest.fixture
    def vendor(self) -> Iterator[GoogleOffice]:
        with google_office() as world:
            yield world

    @pytest.fixture
    def connector(self, vendor: GoogleOffice) -> Iterator[GoogleAccount]:
        with vendor.account() as account:
            yield account


class TestAccount(OverTheSandbox, AccountContract):
    pass


class TestAccountThatMayOnlyRead(OverTheSandbox, AccountContract):
    @pytest.fixture
    def connector(self, vendor: GoogleOffice) -> Iterator[GoogleAccount]:
        with vendor.account(scopes=["calendar.events.owned.readonly"]) as account:
            yield account


class TestCalendarReader(OverTheSandbox, CalendarReaderContract):
    email = OWNER

    @pytest.fixture(params=[1, 3, 100])
    def connector(self, vendor: GoogleOffice, request: pytest.FixtureRequest) -> Iterator[GoogleAccount]:
        with vendor.account(page_size=request.param) as account:
            yield account


class TestCalendarReaderWithFewestScopes(OverTheSandbox, CalendarReaderContract):
    email = OWNER

    @pytest.fixture
    def connector(self, vendor: GoogleOffice) -> Iterator[GoogleAccount]:
        with vendor.account(scopes=["calendar.events.owned.readonly"], page_size=3) as account:
            yield account


class TestCalendarReaderOfEmptyPages(OverTheSandbox, CalendarReaderContract):
    """Google may begin with an empty page that has a next one."""

    email = OWNER

    @pytest.fixture
    def connector(self, vendor: GoogleOffice) -> Iterator[GoogleAccount]:
        vendor.office.vendor["google"]["empty_pages"] = True
        with vendor.account(page_size=3) as account:
            yield account


class TestEventWriter(OverTheSandbox, EventWriterContract):
    pass


class TestInvitationResponder(OverTheSandbox, InvitationResponderContract):
    organiser = BEN


class TestInvitationResponderAllowedNothingElse(TestInvitationResponder):
    @pytest.fixture
    def connector(self, vendor: GoogleOffice) -> Iterator[GoogleAccount]:
        scopes = ["calendar.events.owned", "calendar.calendarlist.readonly"]
        with vendor.account(scopes=scopes, allowed=frozenset({Feature.ANSWERS})) as account:
            yield account


class TestAutoReplyWriter(OverTheSandbox, AutoReplyWriterContract):
    def theirs(self, until: int) -> AutoReply:
        """Return a value that a person would choose; Gmail has one text for everybody."""
        text = "On holiday.\nBack soon."
        return AutoReply(enabled=True, text=text, start=until - HOUR, until=until, audience=Audience.ALL)


class TestChangeNotifier(OverTheSandbox, ChangeNotifierContract):
    @pytest.fixture
    def vendor(self) -> Iterator[GoogleOffice]:
        with google_office() as world, receiving(world):
            yield world

    def watch(self, vendor: HintVendor) -> Watch:
        assert isinstance(vendor, GoogleOffice)
        return replace(super().watch(vendor), address=vendor.hints)
