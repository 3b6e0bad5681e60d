"""Contract suites and doubles, for our connectors and for strangers'. Needs pytest.

A connector's test is a subclass of a suite that supplies two fixtures::

    class TestMyCalendars(CalendarReaderContract):
        @pytest.fixture
        def vendor(self) -> MyVendor: ...    # people's hands at the vendor, see deepday.testing.vendor

        @pytest.fixture
        def connector(self, vendor) -> MyAccount: ...

Class attributes of a suite say what a vendor cannot do (``remembers_deleted = False``); each has a docstring.
"""

import pytest

pytest.register_assert_rewrite(
    *(
        f"deepday.testing.{name}"
        for name in ("account", "asking", "hearing", "messaging", "reading", "settings", "writing")
    )
)

from deepday.testing.account import AccountContract  # noqa: E402 - pytest must know of the modules before
from deepday.testing.asking import PointPersonAskerContract  # noqa: E402
from deepday.testing.clock import TurnedClock  # noqa: E402
from deepday.testing.faulty import Faulty  # noqa: E402
from deepday.testing.hearing import ActivityListenerContract  # noqa: E402
from deepday.testing.messaging import (  # noqa: E402
    ChangeNotifierContract,
    MessengerContract,
    RequestSourceContract,
)
from deepday.testing.reading import ActivityReaderContract, CalendarReaderContract  # noqa: E402
from deepday.testing.replica import Replica  # noqa: E402
from deepday.testing.settings import (  # noqa: E402
    AutoReplyWriterContract,
    DoNotDisturbWriterContract,
    PresenceWriterContract,
    StatusWriterContract,
)
from deepday.testing.suite import failures, listening  # noqa: E402
from deepday.testing.writing import EventWriterContract  # noqa: E402

__all__ = [
    "AccountContract",
    "ActivityListenerContract",
    "ActivityReaderContract",
    "AutoReplyWriterContract",
    "CalendarReaderContract",
    "ChangeNotifierContract",
    "DoNotDisturbWriterContract",
    "EventWriterContract",
    "Faulty",
    "MessengerContract",
    "PointPersonAskerContract",
    "PresenceWriterContract",
    "Replica",
    "RequestSourceContract",
    "StatusWriterContract",
    "TurnedClock",
    "failures",
    "listening",
]
