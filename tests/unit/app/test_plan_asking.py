"""Asking point people: whatever breaks off, nobody is asked twice, and an answer decides who is planned in."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from deepday.app.plan_asking import ask, collect
from deepday.app.plan_memory import with_memory
from deepday.connect.memory import MemoryAccount, MemoryOffice
from deepday.connect.memory.office import no_fault
from deepday.errors import RetryLaterError
from deepday.model import AnswerState
from deepday.plan.problem import PointPerson
from deepday.store import Store, open_store
from deepday.store.covers import StoredAnswer
from deepday.testing import TurnedClock
from tests.unit.plan.worlds import MONDAY, member


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def store(tmp_path: Path, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("DEEPDAY_DATA", str(tmp_path))
    return open_store(tmp_path / "deepday.sqlite", clock)


def asked(store: Store, office: MemoryOffice, clock: TurnedClock) -> StoredAnswer:
    account = MemoryAccount(office)
    return ask(
        store, account, clock, person="Ada", point_person="zoe", day=MONDAY, to="U0ZOE", text="Can you cover Monday?"
    )


def refusal(clock: TurnedClock, day: date = MONDAY, *, configured: bool = False) -> str:
    """Why the planner would not take her."""
    ada = member("ada", point_people=(PointPerson("zoe", agreed=configured),), covered=True)
    week = (MONDAY, MONDAY + timedelta(days=6))
    people, _ = with_memory((ada, member("zoe")), week, week, clock)
    return people[0].point_people[0].refusal(day)


def test_an_answer_counts_like_consent_in_the_configuration(store: Store, clock: TurnedClock) -> None:
    office = MemoryOffice(clock)
    with store:
        answer = asked(store, office, clock)
        assert answer.state is AnswerState.ASKED
        assert refusal(clock) == "has not agreed yet"
        assert collect(store, MemoryAccount(office), "ada") == []
        office.answer(answer.key, "U0ZOE", agreed=True)
        assert [one.state for one in collect(store, MemoryAccount(office), "ada")] == [AnswerState.AGREED]
        assert refusal(clock) == ""
        assert refusal(clock, MONDAY + timedelta(days=1)) == "has not agreed yet"
        clock.turn(86_400)
        office.answer(answer.key, "U0ZOE", agreed=False)
        collect(store, MemoryAccount(office), "ada")
        assert refusal(clock, configured=True) == f"declined on {clock.now().date()}"


@pytest.mark.parametrize("moment", ["before", "after"])
def test_after_a_failure_nobody_is_asked_twice(store: Store, clock: TurnedClock, moment: str) -> None:
    office = MemoryOffice(clock)

    def fails(call: str, when: str) -> None:
        if (call, when) == ("ask_point_person", moment):
            raise RetryLaterError("The office is busy.", "Later.")

    office.fault = fails
    with store:
        with pytest.raises(RetryLaterError):
            asked(store, office, clock)
        assert [one.state for one in store.covers().answers(["ada"])] == [AnswerState.ASKED]
        office.fault = no_fault
        asked(store, office, clock)
    assert office.asked() == [("U0ZOE", "Can you cover Monday?")]
