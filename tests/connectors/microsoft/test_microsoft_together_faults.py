"""Several settings with one request of which the answer is lost, or which is refused as a whole."""

import pytest

from deepday.errors import OutcomeUnknownError, RetryLaterError
from deepday_sandbox.office import Fault, FaultKind
from tests.connectors.microsoft.microsoft_office import serve
from tests.connectors.microsoft.test_microsoft_together import ours


@pytest.mark.parametrize(
    ("fault", "raised", "done"),
    [
        (Fault(FaultKind.STATUS, path="batch", status=429, headers={"Retry-After": "7"}), RetryLaterError, False),
        (Fault(FaultKind.RESET_AFTER, path="batch"), OutcomeUnknownError, True),
    ],
)
def test_a_lost_answer_leaves_all_unknown_and_a_refusal_of_the_whole_nothing_done(
    fault: Fault, raised: type[Exception], done: bool
) -> None:
    with serve() as office, office.opened() as account:
        office.office.faults.add(fault)
        with pytest.raises(RetryLaterError) as refused:
            account.set_settings(ours(office))
        assert refused.type is raised
        assert office.shown_auto_reply().enabled is done
