"""The contracts of declining, and of a calendar of deepday's own, at Microsoft."""

from deepday.testing import CalendarMakerContract, InvitationResponderContract
from tests.connectors.microsoft.microsoft_office import BEN
from tests.connectors.microsoft.test_microsoft_contract import OverTheSandbox


class TestInvitationResponder(OverTheSandbox, InvitationResponderContract):
    organiser = BEN
    stays = False  # Outlook takes a declined meeting out of the calendar


class TestCalendarMaker(OverTheSandbox, CalendarMakerContract):
    pass
