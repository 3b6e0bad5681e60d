"""Slack over HTTP: the office delivers, signed, to the ingress, in every way that goes wrong."""

import json
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from deepday.model import Door, RequestState, Verdict
from tests.connectors.slack.slack_office import BEN, OWNER, TO_BOT
from tests.integration.ingress_office import CANARY, IngressOffice, ingress_office


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IngressOffice]:
    with ingress_office(tmp_path_factory.mktemp("ingress")) as made:
        yield made


@pytest.fixture
def office(served: IngressOffice) -> IngressOffice:
    """The office of this module, a minute later: no two tests sign in the same second."""
    served.office.pass_time(60)
    served.told.clear()
    served.missed = 0
    served.office.face.space.delivered.clear()
    return served


def reasons(office: IngressOffice) -> list[str]:
    return [one.reason for one in office.office.face.space.delivered]


def signed_event(office: IngressOffice, text: str = CANARY) -> tuple[bytes, dict[str, str]]:
    body = json.dumps(office.event(f"{office.now()}.000100", text)).encode()
    return body, office.signed(body)


def test_what_people_do_in_slack_comes_in_by_its_own_door(office: IngressOffice) -> None:
    face, before = office.office.face, office.rows()
    ts = face.say(BEN, TO_BOT, "a message")
    assert face.slash_command(BEN, TO_BOT, "/urgent", "a command").acknowledged
    assert face.shortcut(BEN, "urgent", TO_BOT, ts).acknowledged
    face.edit(BEN, TO_BOT, ts, "another message")
    face.edit(BEN, TO_BOT, ts, "")
    assert reasons(office) == [""] * 3
    assert office.rows() == before + 5
    doors = [one.door for one in office.requests()[-3:]]
    assert sorted(doors) == [Door.COMMAND, Door.DIRECT, Door.SHORTCUT]


def test_the_owners_and_the_bots_own_words_are_accepted_and_ask_for_nothing(office: IngressOffice) -> None:
    before = office.rows()
    event = office.event(f"{office.now()}.000001", sender=OWNER)
    body = json.dumps(event).encode()
    assert office.send("/slack", content=body, headers=office.signed(body)).status_code == 200
    assert office.rows() == before


def test_doubles_are_one_row_and_swapped_ones_two(office: IngressOffice) -> None:
    face, before = office.office.face, office.rows()
    face.space.mishaps.double = 1
    face.say(BEN, TO_BOT, "once")
    office.office.pass_time(61)  # the copy was sent in the same second, so that it is tried again
    assert office.rows() == before + 1
    face.space.mishaps.swap = 1
    face.say(BEN, TO_BOT, "first")
    face.say(BEN, TO_BOT, "second")
    assert office.rows() == before + 3


def test_a_delivery_whose_answer_never_arrives_comes_again_and_is_one_row(office: IngressOffice) -> None:
    before = office.rows()
    office.office.face.space.mishaps.hang_up = 1
    office.office.face.say(BEN, TO_BOT, "hello?")
    for _ in range(3):
        office.office.pass_time(61)
    assert "http_timeout" in reasons(office)
    assert reasons(office)[-1] == ""
    assert office.rows() == before + 1


def test_a_bad_signature_is_refused_and_the_genuine_copy_is_taken(office: IngressOffice) -> None:
    before = office.rows()
    office.office.face.space.mishaps.forge = 1
    office.office.face.say(BEN, TO_BOT, CANARY)
    assert reasons(office)[0] == "http_error"
    office.office.pass_time(61)
    assert office.rows() == before + 1


@pytest.mark.parametrize("late", [-301, 301, -86_400, 10**9])
def test_what_is_signed_too_early_or_too_late_is_refused(office: IngressOffice, late: int) -> None:
    before, (body, _) = office.rows(), signed_event(office)
    headers = office.signed(body, at=office.now() + late)
    assert office.send("/slack", content=body, headers=headers).status_code == 401
    assert office.rows() == before


def test_within_five_minutes_it_is_taken(office: IngressOffice) -> None:
    before, (body, _) = office.rows(), signed_event(office)
    assert office.send("/slack", content=body, headers=office.signed(body, at=office.now() - 299)).status_code == 200
    assert office.rows() == before + 1


def test_a_replayed_request_is_refused_and_one_that_was_refused_may_come_again(office: IngressOffice) -> None:
    body, headers = signed_event(office, "replayed")
    assert office.send("/slack", content=body, headers=headers).status_code == 200
    before = office.rows()
    assert office.send("/slack", content=body, headers=headers).status_code == 401
    other, signature = signed_event(office, "other")
    wrong = {**signature, "x-slack-signature": headers["x-slack-signature"]}
    assert office.send("/slack", content=other, headers=wrong).status_code == 401
    assert office.rows() == before


@pytest.mark.parametrize(
    "change",
    [
        {"x-slack-signature": ""},
        {"x-slack-signature": "v0="},
        {"x-slack-signature": "v0=\u00e9".encode()},
        {"x-slack-request-timestamp": "soon"},
        {"x-slack-request-timestamp": ""},
        {"x-slack-request-timestamp": "1e9"},
        {"x-slack-request-timestamp": "9" * 4000},
        {"x-slack-request-timestamp": "\u0661\u0662".encode()},
    ],
)
def test_odd_signatures_are_refused_without_an_error(office: IngressOffice, change: dict[str, str | bytes]) -> None:
    before, (body, headers) = office.rows(), signed_event(office)
    assert office.send("/slack", content=body, headers={**headers, **change}).status_code == 401
    assert office.send("/slack", content=body).status_code == 401
    assert office.rows() == before


def test_bytes_that_are_no_text_are_refused_whoever_signed_them(office: IngressOffice) -> None:
    body = b"\xff\xfe\x00" * 50
    assert office.send("/slack", content=body, headers=office.signed(body)).status_code == 401


def test_what_is_too_large_is_refused_whatever_its_header_says(office: IngressOffice) -> None:
    before = office.rows()
    body = b"x" * 1_000_001
    assert office.send("/slack", content=body, headers=office.signed(body)).status_code == 413

    def parts() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * 10_000

    with httpx.Client(trust_env=False, timeout=20) as client:
        with suppress(httpx.WriteError):  # it may hang up while the rest is still being sent
            assert client.post(f"{office.url}/slack", content=parts(), headers=office.signed(b"")).status_code == 413
        assert client.get(f"{office.url}/healthz").text == "ok"
    assert office.rows() == before


def test_the_challenge_is_answered_and_only_when_it_is_signed(office: IngressOffice) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "<script>x</script>"}).encode()
    answer = office.send("/slack", content=body, headers=office.signed(body))
    assert (answer.status_code, answer.text) == (200, "<script>x</script>")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert office.send("/slack", content=body).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"not json",
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"type": "event_callback", "event": {"type": "message"}}',
        b"payload=%7Bbroken",
        b"",
    ],
)
def test_what_slack_signed_and_nobody_can_read_goes_to_the_owner_or_is_not_for_us(
    office: IngressOffice, body: bytes
) -> None:
    before = office.rows()
    answer = office.send("/slack", content=body, headers=office.signed(body))
    assert answer.status_code == 200
    told = [one for one in office.requests() if one.door is Door.UNPARSED]
    assert office.rows() - before in {0, 1}
    assert all(one.verdict is Verdict.URGENT for one in told)


def test_an_envelope_of_a_new_shape_is_a_request_of_its_own(office: IngressOffice) -> None:
    before = len([one for one in office.requests() if one.door is Door.UNPARSED])
    event = office.event(f"{office.now()}.000001")
    del event["event"]["ts"]
    for body in (json.dumps({**event, "event": {**event["event"], "ts": ["?"]}}).encode(), b"a=b&c=d"):
        headers = office.signed(body)
        if not body.startswith(b"{"):
            headers["content-type"] = "application/x-www-form-urlencoded"
        assert office.send("/slack", content=body, headers=headers).status_code == 200
    unparsed = [one for one in office.requests() if one.door is Door.UNPARSED]
    assert len(unparsed) > before
    assert {one.state for one in unparsed} == {RequestState.RECEIVED}


def test_when_slack_held_events_back_histories_are_read(office: IngressOffice) -> None:
    body = json.dumps({"type": "app_rate_limited", "team_id": "T0OFFICE01", "minute_rate_limited": 1}).encode()
    assert office.send("/slack", content=body, headers=office.signed(body)).status_code == 200
    assert office.missed == 1


def test_another_workspaces_events_ask_for_nothing(office: IngressOffice) -> None:
    before = office.rows()
    body = json.dumps({**office.event(f"{office.now()}.000001"), "team_id": "T0OTHER001"}).encode()
    assert office.send("/slack", content=body, headers=office.signed(body)).status_code == 200
    assert office.rows() == before
