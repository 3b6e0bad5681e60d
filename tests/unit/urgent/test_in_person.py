"""What is written to the owner in person counts during a block, and is none of our affairs otherwise."""

from dataclasses import replace
from pathlib import Path

import pytest

from deepday.model import Door, RequestState
from tests.unit.urgent.desk import ADA, CANARY, CARA, GRACE, Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_outside_a_block_nothing_of_it_is_kept(tmp_path: Path) -> None:
    office = Office(tmp_path, block=0)
    signal = office.signal(door=Door.DIRECT, in_person=True)
    edit = office.signal(door=Door.EDIT, subject=signal.id, in_person=True)
    assert office.desk.receive(signal, edit, office.signal(door=Door.DIRECT)) == [False, False, True]
    assert len(office.store.requests(ADA)) == 1
    assert office.store.controls(ADA) == []


def test_what_was_written_during_a_block_counts_though_it_is_found_after_its_end(office: Office) -> None:
    signal = office.signal(door=Door.DIRECT, in_person=True, reply_to=CARA)
    office.clock.turn(3 * 3600)
    office.desk.receive(signal)
    office.desk.step()
    assert office.found(signal).state is RequestState.SHOWN
    assert "in deep work until" not in office.posts(CARA)[-1].text


def test_where_the_app_may_not_answer_the_sender_is_told_alone(office: Office) -> None:
    office.account.gone = frozenset({"C_TEAM"})
    signal = replace(office.signal(door=Door.MENTION, where="C_TEAM", in_person=True), thread="1.5")
    office.desk.receive(signal)
    office.desk.step()
    (answer,) = office.posts(CARA)
    assert (answer.thread, office.found(signal).state) == ("", RequestState.ASKED)
    office.press(CARA, "urgent")
    assert office.found(signal).stage == "routed 0"
    office.press(GRACE, "take")
    assert "has it" in office.posts(CARA)[-1].text
    assert CANARY not in answer.text


def test_names_in_a_digest_stay_names(office: Office) -> None:
    request = office.ask(door=Door.DIRECT)
    office.later(120 * 60)
    assert office.again(request).state is RequestState.SHOWN
    assert f"From {{@{CARA}}} by direct message" in office.posts("U_ADA")[-1].text


def test_what_is_said_after_a_digest_comes_in_the_next_one(office: Office) -> None:
    office.policy = replace(office.policy, windows=(14 * 3600,))
    office.start()
    first = office.ask(door=Door.DIRECT)
    office.later(3600)
    assert office.again(first).state is RequestState.SHOWN
    office.ask("and another thing", door=Door.DIRECT)
    assert office.again(first).state is RequestState.WAITING
    office.later(3600)
    assert office.again(first).state is RequestState.SHOWN
    assert len(office.posts("U_ADA")) == 2


def test_outside_blocks_there_is_one_answer_a_day(tmp_path: Path) -> None:
    office = Office(tmp_path, block=0)
    for _ in range(2):
        office.ask(door=Door.DIRECT)
        office.later(60)
    assert len(office.posts("D_CARA")) == 1
    office.later(86_400)
    office.ask(door=Door.DIRECT)
    assert len(office.posts("D_CARA")) == 2
