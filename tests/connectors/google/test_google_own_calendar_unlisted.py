"""The contract of a calendar of deepday's own at Google."""

from collections.abc import Iterator

import pytest

from deepday.connect import Feature
from deepday.testing import CalendarMakerContract
from deepday_google.account import GoogleAccount
from tests.connectors.google.google_office import GoogleOffice
from tests.connectors.google.test_google_contracts import OverTheSandbox


class TestCalendarMaker(OverTheSandbox, CalendarMakerContract):
    pass


class TestCalendarMakerWithFewestScopes(OverTheSandbox, CalendarMakerContract):
    @pytest.fixture
    def connector(self, vendor: GoogleOffice) -> Iterator[GoogleAccount]:
        scopes = ["calendar.events.owned.readonly", "calendar.calendarlist.readonly", "calendar.app.created"]
        with vendor.account(scopes=scopes, allowed=frozenset({Feature.OWN_CALENDAR})) as account:
            yield account
