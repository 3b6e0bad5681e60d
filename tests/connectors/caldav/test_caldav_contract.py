"""The contracts, on a real Radicale server."""

from deepday.testing import AccountContract, CalendarReaderContract, EventWriterContract


class TestAccount(AccountContract):
    pass


class TestCalendarReader(CalendarReaderContract):
    pass


class TestEventWriter(EventWriterContract):
    remembers_deleted = False
