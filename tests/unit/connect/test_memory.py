"""What the contracts do not ask for: faults, and what the account says."""

import pytest

from deepday.connect import Port, satisfied
from deepday.connect.memory import MemoryAccount, MemoryOffice
from deepday.errors import CursorGoneError, DeepdayError, GoneError, OutcomeUnknownError, RetryLaterError
from deepday.model import Cursor, EventDraft, Interval, OutgoingMessage, Status
from deepday.testing import Faulty, TurnedClock

DRAFT = EventDraft("dd001", "mine", Interval(0, 3600), "Deep work")


@pytest.fixture
def office() -> MemoryOffice:
    return MemoryOffice(TurnedClock())


def test_it_satisfies_every_port(office: MemoryOffice) -> None:
    assert satisfied(MemoryAccount(office)) == frozenset(Port)
    assert satisfied(object()) == frozenset()


@pytest.mark.parametrize(("moment", "there"), [("before", False), ("after", True)])
def test_a_fault_of_the_office_comes_before_or_after_the_effect(office: MemoryOffice, moment: str, there: bool) -> None:
    def fault(call: str, when: str) -> None:
        if (call, when) == ("create_event", moment):
            raise OutcomeUnknownError("lost")

    office.fault = fault
    account = MemoryAccount(office)
    with pytest.raises(OutcomeUnknownError):
        account.create_event("primary", DRAFT)
    assert (account.find_event("primary", DRAFT.key, DRAFT.marker) is not None) is there


@pytest.mark.parametrize(("after", "there"), [(False, False), (True, True)])
def test_a_faulty_wrapper_fails_as_planned_and_then_no_more(office: MemoryOffice, after: bool, there: bool) -> None:
    faulty = Faulty(MemoryAccount(office))
    faulty.fail("set_status", RetryLaterError("down", after=2.0), times=2, after=after)
    for _ in range(2):
        with pytest.raises(RetryLaterError):
            faulty.set_status(Status("Deep work"))
    assert (office.status == Status("Deep work")) is there
    faulty.set_status(Status("Deep work"))
    assert faulty.read_status() == Status("Deep work")
    assert faulty.calls == ["set_status"] * 3 + ["read_status"]
    assert satisfied(faulty) == frozenset(Port)


def test_a_message_with_an_unknown_outcome_is_posted_once(office: MemoryOffice) -> None:
    faulty = Faulty(MemoryAccount(office))
    faulty.fail("post_message", OutcomeUnknownError("lost"), after=True)
    message = OutgoingMessage("key", "Grace", "On it.")
    with pytest.raises(OutcomeUnknownError):
        faulty.post_message(message)
    faulty.post_message(message, again=True)
    assert office.posted() == [("Grace", "On it.")]


def test_the_errors_tell_apart_what_to_do() -> None:
    assert issubclass(CursorGoneError, GoneError)
    assert issubclass(OutcomeUnknownError, RetryLaterError)
    assert RetryLaterError("down").after is None
    assert DeepdayError("what", "advice").advice == "advice"


def test_a_cursor_does_not_show_itself() -> None:
    assert "secret" not in repr(Cursor("https://graph.example.com/?$deltatoken=secret"))
