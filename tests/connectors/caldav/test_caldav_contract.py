"""The contracts, on a real Radicale server."""

from deepday.testing import (
    AccountContract,
    CalendarMakerContract,
    CalendarReaderContract,
    EventWriterContract,
    InvitationResponderContract,
)


class TestAccount(AccountContract):
    pass


class TestCalendarReader(CalendarReaderContract):
    pass


class TestEventWriter(EventWriterContract):
    remembers_deleted = False


class TestInvitationResponder(InvitationResponderContract):
    tells = False  # Radicale passes no answers on, so that the account does not announce this port there


class TestCalendarMaker(CalendarMakerContract):
    pass
