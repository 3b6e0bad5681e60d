"""The form for those who cannot reach somebody by chat, as they see it."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deepday.app.protect_texts import texts
from deepday.app.urgent_audit import verify_requests
from deepday.app.urgent_running import listening, opened_ledger
from deepday.connect import Capabilities, Port
from deepday.model import Door, RequestState
from deepday.route.forms import LINK_DAYS, form_link, form_token
from deepday_slack.account import SlackAccount
from tests.connectors.slack.slack_office import BEN, TO_BOT
from tests.integration.ingress_office import ANNA, CANARY, IngressOffice, ingress_office
from tests.unit.web.visitor import TRICKS

FILLED = {"name": "Dora Demir", "reach": "+49 30 1234", "text": CANARY}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IngressOffice]:
    with ingress_office(tmp_path_factory.mktemp("ingress")) as made:
        yield made


@pytest.fixture
def office(served: IngressOffice) -> IngressOffice:
    served.office.pass_time(61)
    return served


def link(office: IngressOffice) -> str:
    with opened_ledger(office.office.office.clock) as ledger:
        return f"/ask/{form_token(ledger.desk.secret, office.now())}"


def page_of(office: IngressOffice, path: str) -> str:
    answer = office.get(path)
    assert answer.status_code == 200, answer.text
    found = re.search(r'name="page" value="([^"]+)"', answer.text)
    assert found
    return found[1]


def fill(office: IngressOffice, path: str, address: str = "", **given: Any) -> httpx.Response:
    """Send the form; ``address``: where from, as the proxy before it tells."""
    headers = {"x-forwarded-for": address} if address else {}
    return office.send(path, data={**FILLED, "page": page_of(office, path), **given}, headers=headers)


def test_the_automatic_reply_links_to_it(office: IngressOffice) -> None:
    office.office.face.say(BEN, TO_BOT, "anybody there?")
    with listening(office.office.office.clock) as (ledger, ears):
        ears.round()
        assert ears.said == []
        expected = form_link("https://deepday.example.org", ledger.desk.secret, office.now())
    posts = str([dict(one.extra) for one in office.office.office.chat.between(TO_BOT, 0, 1 << 60)])
    assert expected in posts
    assert office.get(expected.removeprefix("https://deepday.example.org")).status_code == 200


def test_the_mail_reply_of_a_block_leads_to_it(office: IngressOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    able = Capabilities(frozenset({Port.AUTO_REPLY_WRITER}))  # as an account with mail
    monkeypatch.setattr(SlackAccount, "capabilities", lambda _: able)
    (shown,) = texts("en", office.office.office.clock)
    (reply,) = (row.text for row in shown.texts if row.name == "reply, inside")
    found = re.search(r"https://deepday\.example\.org(/ask/\S+)$", reply)
    assert found, reply
    assert office.get(found[1]).status_code == 200


def test_what_is_sent_is_an_urgent_request_and_the_receipt_says_what_happens_next(office: IngressOffice) -> None:
    answer = fill(office, link(office))
    assert answer.status_code == 303
    (request,) = [one for one in office.requests() if one.door is Door.FORM]
    receipt = office.get(answer.headers["location"])
    assert "This is on its way" in receipt.text
    assert request.id in receipt.text
    assert "in deep work until" in receipt.text
    assert CANARY not in receipt.text
    with listening(office.office.office.clock) as (ledger, ears):
        ears.round()
        found = ledger.urgent.request(request.id)
        assert found is not None
        assert found.state is RequestState.ROUTED
        assert ledger.urgent.text(request.id) == f"Dora Demir (+49 30 1234): {CANARY}"
        proof = verify_requests(ledger.urgent, ledger.protecting, ANNA, 0, 1 << 40)
        assert proof.holds
    assert "Somebody was told." in office.get(answer.headers["location"]).text


def test_the_same_words_of_the_same_page_are_one_request_and_other_words_another(office: IngressOffice) -> None:
    path = link(office)
    page, before = page_of(office, path), office.rows()
    answers = [office.send(path, data={**FILLED, "page": page, "text": text}) for text in ("one", "one", "two")]
    assert [one.status_code for one in answers] == [303] * 3
    assert answers[0].headers["location"] == answers[1].headers["location"] != answers[2].headers["location"]
    assert office.rows() == before + 2


def test_what_is_missing_is_said_and_what_was_written_is_not_lost(office: IngressOffice) -> None:
    before = office.rows()
    answer = fill(office, link(office), text="", reach="r" * 81)
    assert answer.status_code == 400
    assert "What is the matter?" in answer.text
    assert "At most 80 characters" in answer.text
    assert 'value="Dora Demir"' in answer.text
    assert office.rows() == before


def test_a_link_is_good_for_two_weeks_and_nobody_makes_one_up(office: IngressOffice) -> None:
    path, before = link(office), office.rows()
    for wrong in (path[:-1] + ("0" if path[-1] != "0" else "1"), "/ask/x", "/ask/ffffff." + "0" * 32, "/ask/%00"):
        assert office.get(wrong).status_code == 404
        assert office.send(wrong, data=FILLED).status_code == 404
    office.office.pass_time((LINK_DAYS + 1) * 86_400)
    assert office.get(path).status_code == 404
    assert office.send(path, data=FILLED).status_code == 404
    assert office.rows() == before


def test_nobody_reads_a_receipt_that_is_not_theirs(office: IngressOffice) -> None:
    path = link(office)
    place = fill(office, path).headers["location"]
    for wrong in (place[:-1] + ("0" if place[-1] != "0" else "1"), f"{path}/aaaaaaaaaa.{'0' * 32}", f"{path}/x"):
        assert office.get(wrong).status_code == 404
    office.office.face.say(BEN, TO_BOT, "is anybody there?")
    with listening(office.office.office.clock) as (_, ears):
        ears.round()
    chat = next(one for one in office.requests() if one.door is Door.DIRECT)
    assert office.get(place.replace(place.rpartition("/")[2].partition(".")[0], chat.id)).status_code == 404


def test_too_many_are_refused_with_words_that_stay_on_the_page(office: IngressOffice) -> None:
    path = link(office)
    forged = [f"192.0.2.{number}, 203.0.113.7" for number in range(7)]  # what a sender adds stands on the left
    answers = [fill(office, path, address, text=f"number {number}") for number, address in enumerate(forged)]
    assert [one.status_code for one in answers] == [303] * 5 + [429] * 2
    assert "number 6" in answers[-1].text
    assert "Wait one minute" in answers[-1].text


def test_one_who_sends_too_often_locks_nobody_else_out(office: IngressOffice) -> None:
    path = link(office)
    answers = [fill(office, path, "203.0.113.8", text=f"number {number}") for number in range(6)]
    assert answers[-1].status_code == 429
    assert fill(office, path, "203.0.113.9", text="another one").status_code == 303
    # By a proxy that tells nothing, all have the same address: only what is for all together counts.
    alike = [fill(office, path, text=f"alike {number}").status_code for number in range(8)]
    assert alike == [303] * 8


@pytest.mark.parametrize("trick", TRICKS)
def test_what_is_written_stays_text(office: IngressOffice, trick: str) -> None:
    answer = fill(office, link(office), name=trick, text="")
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_odd_forms_are_refused_without_an_error(office: IngressOffice) -> None:
    path, before = link(office), office.rows()
    assert office.send(path, content=b"\xff" * 20).status_code == 400
    assert office.send(path, content=b"&".join([b"a=b"] * 50)).status_code == 400
    assert office.send(path, content=b"text=" + b"x" * 16_001).status_code == 413
    assert office.rows() == before
