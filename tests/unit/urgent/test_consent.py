"""Who covers is asked once, and stops at any time."""

from pathlib import Path

import pytest

from deepday.app.urgent_consent import consent_question
from deepday.route.chain import Cover
from deepday.store.urgent import item_row
from tests.unit.urgent.desk import ADA, BEN, CARA, GRACE, Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def kept(office: Office) -> dict[str, bool]:
    found: dict[str, bool] = {}
    office.desk.consent = found.__setitem__
    return found


def test_whoever_opts_out_of_a_question_is_believed_and_the_next_one_is_told_at_once(office: Office) -> None:
    found = kept(office)
    request = office.ask()
    office.press(GRACE, "opt_out")
    assert found == {"grace": False}
    assert office.again(request).stage == "routed 1"
    assert len(office.posts(BEN)) == 1
    assert "You are not asked for Ada any more." in office.posts(GRACE)[-1].text
    office.press(GRACE, "opt_in")
    assert found == {"grace": True}


def test_the_button_works_in_every_message_to_those_who_cover_and_after_the_end(office: Office) -> None:
    found = kept(office)
    office.ask()
    office.later(300)
    office.press(BEN, "take")
    assert "has it" in office.posts(GRACE)[-1].text
    office.press(GRACE, "opt_out")
    assert found == {"grace": False}
    assert [post for post in office.posts(GRACE) if not any(s.buttons for s in post.sections)] == []


def test_nobody_can_opt_out_for_somebody_else(office: Office) -> None:
    found = kept(office)
    request = office.ask()
    office.press(CARA, "opt_out", to=GRACE)
    assert found == {}
    assert office.again(request).stage == "routed 0"
    assert office.store.controls(ADA) == []


def test_the_question_says_what_is_asked_and_is_answered_by_a_button(office: Office) -> None:
    found = kept(office)
    office.team.people = [Cover(office.team.people[0].role, "grace", GRACE, agreed=False)]
    office.store.add_items([item_row(ADA, consent_question("grace", GRACE, office.now()))])
    office.desk.step()
    (question,) = office.posts(GRACE)
    assert "5 minutes" in question.text
    assert [button.action for section in question.sections for button in section.buttons] == ["opt_in", "opt_out"]
    office.press(GRACE, "opt_in")
    assert found == {"grace": True}
    assert "You answer for Ada from now on" in office.posts(GRACE)[-1].text
