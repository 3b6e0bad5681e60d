"""A request's way from its coming in to its end."""

from pathlib import Path

import pytest

from deepday.app.urgent_desk import Quiet
from deepday.model import Door, OverrideKind, RequestState
from deepday.route.chain import Cover
from deepday.store.outbox import SendState
from tests.postgres import new_place
from tests.unit.urgent.desk import ADA, BEN, CANARY, CARA, GRACE, OWNER, Mail, Office


@pytest.fixture(params=["sqlite", "postgresql"])
def office(tmp_path: Path, request: pytest.FixtureRequest) -> Office:
    return Office(tmp_path, place=new_place() if request.param == "postgresql" else "")


def test_the_point_person_is_told_and_takes_it(office: Office) -> None:
    request = office.ask()
    assert request.stage == "routed 0"
    (told,) = office.posts(GRACE)
    assert CANARY in told.text
    assert CARA in told.text
    office.press(GRACE, "take")
    request = office.again(request)
    assert request.state is RequestState.ACKNOWLEDGED
    assert request.evidence.startswith(f"{GRACE} T1:press:")
    assert f"{{@{GRACE}}} has it" in office.posts("D_CARA")[-1].text
    assert office.trail(request) == ["received", "routed 0", "acknowledged"]
    assert office.protecting.first_break() is None


def test_without_an_answer_the_next_one_is_told_and_in_the_end_the_owner_is_woken(office: Office) -> None:
    request = office.ask()
    office.later(300)
    assert office.again(request).stage == "routed 1"
    assert len(office.posts(BEN)) == 1
    assert office.posts(OWNER) == []
    office.later(300)
    request = office.again(request)
    assert request.state is RequestState.DELIVERED
    (woken,) = office.posts(OWNER)
    assert CANARY in woken.text
    override = office.protecting.known(ADA).schedule.overrides[-1]
    assert (override.kind, override.block) == (OverrideKind.WAKE, "b1")
    assert request.id in override.why


def test_who_has_blocked_us_is_passed_over_at_once(office: Office) -> None:
    office.account.gone = frozenset({GRACE})
    request = office.ask()
    assert office.again(request).stage == "routed 1"
    assert len(office.posts(BEN)) == 1


def test_who_is_away_or_has_not_agreed_is_not_asked(office: Office) -> None:
    grace, ben = office.team.people
    office.team.people = [
        Cover(grace.role, grace.name, grace.chat, away="on leave"),
        Cover(ben.role, ben.name, ben.chat, agreed=False),
    ]
    request = office.again(office.ask())
    assert request.state is RequestState.DELIVERED
    assert office.posts(GRACE) == office.posts(BEN) == []
    why = next(row.why for row in office.protecting.history(ADA) if row.after == "routed 0")
    assert "grace: on leave" in why
    assert "ben: has not agreed" in why


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
def test_the_sender_of_a_direct_message_decides(office: Office) -> None:
    request = office.ask(door=Door.DIRECT)
    assert request.state is RequestState.ASKED
    assert office.posts(GRACE) == []
    (reply,) = office.posts("D_CARA")
    assert [button.action for button in reply.sections[0].buttons] == ["urgent", "wait"]
    assert CANARY not in str(office.path.read_bytes())
    office.office.asked_for.append(office.signal(door=Door.DIRECT))
    office.press(CARA, "urgent", "D_CARA")
    assert office.again(request).stage == "routed 0"
    assert len(office.posts(GRACE)) == 1


def test_there_is_one_answer_for_each_conversation_and_block(office: Office) -> None:
    first = office.ask(door=Door.DIRECT)
    second = office.ask("and another thing", door=Door.DIRECT)
    office.ask("elsewhere", door=Door.DIRECT, where="D_OTHER")
    assert len(office.posts("D_CARA")) == 1
    assert len(office.posts("D_OTHER")) == 1
    assert (second.state, second.evidence) == (RequestState.JOINED, first.id)


def test_what_can_wait_is_shown_at_the_end_of_the_block_and_answered_from_there(office: Office) -> None:
    request = office.ask(door=Door.DIRECT)
    office.press(CARA, "wait", "D_CARA")
    assert office.again(request).state is RequestState.WAITING
    office.later(120 * 60)
    assert office.again(request).state is RequestState.SHOWN
    (digest,) = office.posts(OWNER)
    assert request.id in digest.text
    office.press(OWNER, "snooze")
    assert office.again(request).state is RequestState.WAITING
    assert "It is shown again at 17:00" in office.posts(OWNER)[-1].text
    office.later(2 * 3600)
    assert sum("/digest/" in post.key for post in office.posts(OWNER)) == 2
    office.press(OWNER, "answered")
    request = office.again(request)
    assert request.state is RequestState.ANSWERED
    assert request.evidence.startswith("T1:press:")


def test_not_urgent_ends_when_the_sender_was_told_and_can_be_contradicted(office: Office) -> None:
    request = office.ask()
    office.press(GRACE, "not_urgent")
    request = office.again(request)
    assert request.state is RequestState.NOT_URGENT
    assert request.evidence in {posted.id for _, posted in office.office.posts.values()}
    office.press(CARA, "urgent", "D_CARA")
    again = next(one for one in office.store.requests(ADA) if one.reopens == request.id)
    assert again.stage == "routed 0"
    assert [one.chat for one in again.chain] == [BEN, OWNER]
    assert CANARY in office.posts(BEN)[-1].text


def test_the_wrong_person_changes_nothing_and_is_told_once(office: Office) -> None:
    request = office.ask()
    for _ in range(2):
        office.press(CARA, "take", GRACE)
    assert office.again(request).stage == "routed 0"
    refused = [post for post in office.posts(CARA) if "not yours" in post.text]
    assert len(refused) == 1
    assert [row.after for row in office.protecting.history(ADA)].count("refused") == 2


def test_an_edit_is_forwarded_and_a_deletion_withdraws(office: Office) -> None:
    request = office.ask()
    office.desk.receive(office.signal("both clusters", Door.EDIT, subject=request.key))
    office.desk.step()
    assert "both clusters" in office.posts(GRACE)[-1].text
    office.desk.receive(office.signal("", Door.DELETION, subject=request.key))
    office.desk.step()
    assert office.again(request).state is RequestState.WITHDRAWN
    assert "took it back" in office.posts(GRACE)[-1].text


def test_a_deletion_that_comes_first_withdraws_what_comes_later(office: Office) -> None:
    signal = office.signal()
    office.desk.receive(office.signal("", Door.DELETION, subject=signal.id))
    office.desk.step()
    office.desk.receive(signal)
    office.desk.step()
    assert office.found(signal).state is RequestState.WITHDRAWN
    assert office.posts() == []


def test_the_owner_is_told_after_our_do_not_disturb_is_lifted(office: Office) -> None:
    office.quiet = Quiet.OURS
    request = office.ask()
    office.press(GRACE, "wake")
    assert office.again(request).stage == "routed 2"
    assert office.posts(OWNER) == []
    office.quiet = Quiet.NOTHING
    office.later(5)
    assert office.again(request).state is RequestState.DELIVERED


def test_the_owners_own_do_not_disturb_is_left_alone_and_the_second_channel_used(office: Office) -> None:
    office.quiet, office.mail = Quiet.THEIRS, Mail()
    office.start()
    request = office.ask()
    office.press(GRACE, "wake")
    request = office.again(request)
    assert request.state is RequestState.DELIVERED
    assert [name for name, *_ in office.mail.sent] == [ADA]
    assert request.evidence.startswith("<")


def test_without_a_second_channel_it_is_announced_that_the_owner_was_not_reached(office: Office) -> None:
    office.quiet = Quiet.THEIRS
    request = office.ask()
    office.press(GRACE, "wake")
    request = office.again(request)
    assert request.state is RequestState.UNDELIVERABLE
    assert "Nobody could be reached" in office.posts("D_CARA")[-1].text
    assert [one.id for one in office.store.open_requests(ADA)] == [request.id]


def test_outside_a_block_the_owner_is_told_and_nothing_is_lifted(tmp_path: Path) -> None:
    office = Office(tmp_path, block=0)
    request = office.again(office.ask())
    assert request.state is RequestState.DELIVERED
    assert office.protecting.known(ADA).schedule.overrides == ()


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
def test_texts_of_routed_requests_are_sealed_and_deleted_in_time(office: Office) -> None:
    request = office.ask()
    assert office.store.text(request.id) == CANARY
    assert CANARY.encode() not in office.path.read_bytes()
    office.press(GRACE, "take")
    office.later(office.policy.retention + 1)
    assert office.store.text(request.id) == ""


def test_every_message_ends_sent_dropped_or_dead(office: Office) -> None:
    office.account.gone = frozenset({GRACE, "D_CARA"})
    office.ask()
    office.press(BEN, "take")
    states = {row.state for row in office.store.messages(ADA)}
    assert states == {SendState.SENT, SendState.DEAD}


def test_whoever_presses_sees_what_it_did_and_twice_is_once(office: Office) -> None:
    office.ask(door=Door.DIRECT)
    office.press(CARA, "urgent", "D_CARA")
    assert f"{{@{GRACE}}} is told now" in office.posts("D_CARA")[-1].text
    office.press(GRACE, "pass")
    assert f"{{@{BEN}}} is told now" in office.posts(GRACE)[-1].text
    before = len(office.posts(GRACE))
    office.press(GRACE, "pass")
    assert len(office.posts(GRACE)) == before
    office.press(BEN, "take")
    assert "It is yours" in office.posts(BEN)[-1].text
