"""The ingress under requests that nobody would think of: each is refused, leaves no row, and tells the log nothing."""

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from deepday.app.urgent_running import listening, opened_ledger
from deepday.connect import Delivery
from deepday.model import Door, Secret
from deepday.route.alerts import AlertShapeError, signals_of
from deepday.route.forms import form_token, opens_form, receipt_of
from deepday.testing import TurnedClock
from deepday.web import ingress_guards, ingress_listening
from deepday.web.allowance import Allowance
from deepday.web.guards import HEADERS
from deepday.web.ingress_guards import Refusals
from deepday.web.listening import page
from deepday.web.seen import SECONDS, Seen
from deepday_slack.deliveries import SlackDeliveries
from tests.connectors.slack.slack_office import BEN, MONDAY, TO_BOT
from tests.integration.ingress_office import ALERT_SECRET, CANARY, IngressOffice, ingress_office

FEW = settings(max_examples=6, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=100, derandomize=True)

_REFUSED = {str(code): {"description": "refused"} for code in (400, 401, 404, 405, 408, 413, 429, 503)}
_ANSWERS = {"200": {"description": "kept"}, "303": {"description": "kept"}, **_REFUSED}
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_ALERT = {
    "type": "object",
    "required": ["title"],
    "properties": {name: {"type": "string"} for name in ("title", "text", "severity", "url", "key", "class")},
}
_NAMED = [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}]
_LINKED = [{"name": "token", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}]
_SIGNED = [
    {"name": f"X-Slack-{name}", "in": "header", "schema": {"type": "string"}}
    for name in ("Signature", "Request-Timestamp", "Retry-Num")
]


def _body(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {media_type: {"schema": schema}}}


API = {
    "openapi": "3.1.0",
    "info": {"title": "The ingress of deepday", "version": "1"},
    "paths": {
        "/slack": {
            "post": {
                "parameters": _SIGNED,
                "requestBody": _body("application/json", {"type": "object"}),
                "responses": _ANSWERS,
            }
        },
        "/alerts/{name}": {
            "post": {
                "parameters": _NAMED,
                "requestBody": _body("application/json", _ALERT),
                "responses": _ANSWERS,
            }
        },
        "/ask/{token}": {
            "get": {"parameters": _LINKED, "responses": _ANSWERS},
            "post": {
                "parameters": _LINKED,
                "requestBody": _body("application/x-www-form-urlencoded", _TEXTS),
                "responses": _ANSWERS,
            },
        },
        "/healthz": {"get": {"responses": _ANSWERS}},
    },
}
"""What the ingress takes, for the making of requests that it should not take."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IngressOffice]:
    with ingress_office(tmp_path_factory.mktemp("ingress")) as made:
        yield made


def operations() -> list[Any]:
    return [one.ok() for one in schemathesis.openapi.from_dict(API).get_all_operations() if isinstance(one, Ok)]


CAN_BE_WRONG = [one for one in operations() if one.label.startswith("POST")]


@pytest.mark.parametrize(
    ("operation", "mode"),
    [
        *((one, GenerationMode.POSITIVE) for one in operations()),
        *((one, GenerationMode.NEGATIVE) for one in CAN_BE_WRONG),
    ],
    ids=lambda value: getattr(value, "label", None) or value.name,
)
def test_no_request_without_a_proof_gets_in_or_breaks_anything(
    office: IngressOffice, operation: Any, mode: GenerationMode
) -> None:
    before = office.rows()

    @FEW
    @given(case=operation.as_strategy(generation_mode=mode))
    def every(case: Any) -> None:
        given = case.as_transport_kwargs(base_url=office.url)
        data = given.pop("data", None)
        given.pop("cookies", None)
        given["content" if isinstance(data, str | bytes) else "data"] = data
        try:
            with httpx.Client(trust_env=False, timeout=20) as client:
                answer = client.request(**given)
        except (ValueError, TypeError, httpx.InvalidURL, httpx.LocalProtocolError):
            return  # what cannot be sent at all
        assert str(answer.status_code) in _REFUSED or operation.label == "GET /healthz", answer.status_code
        assert "Traceback" not in answer.text

    every()
    assert office.rows() == before
    office.office.pass_time(61)


@FEW
@given(junk=st.binary(min_size=1, max_size=2000))
def test_bytes_that_are_no_request_are_answered_or_hung_up_on(office: IngressOffice, junk: bytes) -> None:
    before, place = office.rows(), urlsplit(office.url)
    for head in (b"", b"POST /slack HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 5\r\n"):
        with socket.create_connection((place.hostname or "", place.port or 0), 5) as line:
            line.settimeout(5)
            line.sendall(head + junk + b"\r\n\r\n")
            line.shutdown(socket.SHUT_WR)
            answer = line.recv(200)
            assert not answer or answer.split(b" ")[1] in {b"400", b"401", b"404", b"405", b"413"}, answer
    assert office.get("/healthz").text == "ok"
    assert office.rows() == before


@MANY
@given(
    st.dictionaries(
        st.sampled_from(["x-slack-signature", "x-slack-request-timestamp", "content-type", "x-slack-retry-num"]),
        st.text(max_size=80) | st.from_regex(r"v0=[0-9a-f]{64}", fullmatch=True) | st.integers().map(str),
    ),
    st.binary(max_size=300),
)
def test_nothing_is_genuine_that_was_not_signed(headers: dict[str, str], body: bytes) -> None:
    reader = SlackDeliveries(Secret("the signing secret"), None, TurnedClock())
    assert reader.read_delivery(Delivery(headers, body)) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KNOWN = st.sampled_from(["title", "text", "url", "key", "class", "severity", "alerts", "labels", "annotations"])


@MANY
@given(st.dictionaries(KNOWN | st.text(max_size=8), json_values, max_size=6) | json_values)
def test_every_alert_is_a_signal_that_can_be_kept_or_is_said_to_be_none(content: Any) -> None:
    found, said = [], ""
    try:
        found = signals_of("training", "", json.dumps(content).encode(), 1_800_000_000)
    except AlertShapeError as error:
        said = str(error)
    assert "training" not in said
    for signal in found:
        assert signal.door is Door.ALERT
        assert len(signal.text) <= 500
        assert len(signal.id) < 100
        assert "?" not in signal.link
        assert "@" not in signal.link


@MANY
@given(st.text(max_size=80))
def test_no_token_is_made_up(token: str) -> None:
    assert not opens_form(b"secret", token, 1_800_000_000)
    assert receipt_of(b"secret", token) is None


def test_a_forms_token_of_another_installation_opens_nothing() -> None:
    token = form_token(b"one", 1_800_000_000)
    assert opens_form(b"one", token, 1_800_000_000)
    assert not opens_form(b"another", token, 1_800_000_000)


def test_every_answer_carries_the_headers_and_no_name_of_the_server(office: IngressOffice) -> None:
    for path in ("/healthz", "/nowhere", "/ask/x", "/style.css"):
        headers = office.get(path).headers
        assert {name: headers.get(name) for name in HEADERS} == HEADERS
        assert "server" not in headers
    assert office.send("/slack", content=b"").headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["evil.example", "deepday.example.org.evil.example", "127.0.0.2", ""])
def test_a_name_that_leads_here_by_a_trick_is_refused(office: IngressOffice, host: str) -> None:
    assert office.get("/healthz", headers={"host": host}).status_code == 400


def test_nothing_of_the_page_is_here_and_nothing_of_this_is_there(office: IngressOffice) -> None:
    for path in ("/", "/sign-in", "/plan", "/settings", "/connections", "/links", "/static/deepday.js", "/readyz"):
        assert office.get(path).status_code == 404, path
    assert office.get("/healthz").headers.get("set-cookie") is None
    with page(0, office.office.office.clock, office.told.append) as link:
        address = link().partition("/sign-in")[0]
        for path in ("/slack", "/alerts/training", "/ask/x"):
            refused = httpx.post(f"{address}{path}", trust_env=False)
            assert refused.status_code in {403, 404}, path


def test_connections_that_say_nothing_do_not_keep_others_out(office: IngressOffice) -> None:
    place = urlsplit(office.url)
    lines = [socket.create_connection((place.hostname or "", place.port or 0), 5) for _ in range(100)]
    try:
        assert office.get("/healthz").text == "ok"
    finally:
        for line in lines:
            line.close()


def test_who_says_nothing_is_hung_up_on_and_who_speaks_too_slowly_is_refused(
    office: IngressOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = urlsplit(office.url)
    monkeypatch.setattr(ingress_listening, "HEADER_SECONDS", 0.05)
    with socket.create_connection((place.hostname or "", place.port or 0), 20) as line:
        line.settimeout(20)
        assert line.recv(1) == b""
    monkeypatch.setattr(ingress_listening, "HEADER_SECONDS", 60.0)
    monkeypatch.setattr(ingress_guards, "BODY_SECONDS", 0.05)
    with socket.create_connection((place.hostname or "", place.port or 0), 20) as line:
        line.settimeout(20)
        line.sendall(b"POST /alerts/training HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 50\r\n")
        line.sendall(f"authorization: Bearer {ALERT_SECRET}\r\n\r\nslow".encode())
        assert line.recv(100).split(b" ")[1] == b"408"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-slack-signature": "v0=" + "0" * 64},
        {"x-slack-request-timestamp": str(int(MONDAY.timestamp()))},
        {"x-slack-signature": "v0=" + "0" * 64, "x-slack-request-timestamp": "1"},
        {"x-slack-signature": "v0=" + "0" * 64, "x-slack-request-timestamp": "9" * 5000},
        {"x-slack-signature": "v1=" + "0" * 64, "x-slack-request-timestamp": "now"},
    ],
)
def test_what_cannot_be_slacks_is_refused_before_its_body_comes(office: IngressOffice, headers: dict[str, str]) -> None:
    place = urlsplit(office.url)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection((place.hostname or "", place.port or 0), 20) as line:
        line.settimeout(20)
        line.sendall(f"POST /slack HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 900000\r\n{lines}\r\n".encode())
        answer = line.recv(2000)
    assert answer.split(b" ")[1] == b"401"
    assert b"nosniff" in answer


def test_junk_does_not_keep_signed_events_out(office: IngressOffice) -> None:
    before = office.rows()

    async def both() -> list[int]:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            junk = [client.post(f"{office.url}/slack", content=b"x" * 500) for _ in range(150)]
            body = json.dumps(office.event(f"{office.now()}.777777")).encode()
            genuine = client.post(f"{office.url}/slack", content=body, headers=office.signed(body))
            answers = await asyncio.gather(*junk, genuine)
            return [one.status_code for one in answers]

    statuses = asyncio.run(both())
    assert statuses[-1] == 200
    assert set(statuses[:-1]) == {401}
    assert office.rows() == before + 1


def test_what_is_refused_is_counted_and_told_once_a_minute_without_a_word_of_it() -> None:
    clock, told = TurnedClock(), list[str]()
    refusals = Refusals(clock, told.append)
    for _ in range(5):
        refusals.count("not genuine")
    clock.turn(60)
    refusals.count("too large")
    assert told == [
        "Refused at the ingress since the last word: 1 not genuine.",
        "Refused at the ingress since the last word: 4 not genuine, 1 too large.",
    ]


def test_what_was_seen_is_forgotten_when_its_signature_is_over() -> None:
    clock = TurnedClock()
    seen = Seen(clock)
    seen.add("1 v0=a")
    clock.turn(int(SECONDS) - 1)
    assert "1 v0=a" in seen
    clock.turn(1)
    assert "1 v0=a" not in seen


def test_an_allowance_comes_back_with_time() -> None:
    clock = TurnedClock()
    allowance = Allowance(clock)
    assert [allowance.take("a", 2) for _ in range(3)] == [True, True, False]
    assert allowance.take("b", 2)
    clock.turn(60)
    assert allowance.take("a", 2)


def test_nothing_that_was_said_or_that_opens_anything_stands_anywhere(tmp_path: Path) -> None:
    with ingress_office(tmp_path) as office:
        face = office.office.face
        face.say(BEN, TO_BOT, CANARY)
        face.slash_command(BEN, TO_BOT, "/urgent", CANARY)
        office.alert({"title": CANARY, "text": CANARY, "key": CANARY, "url": f"https://example.org/?q={CANARY}"})
        office.alert({"text": CANARY})
        office.alert({"title": CANARY}, secret=CANARY)
        with opened_ledger(office.office.office.clock) as ledger:
            path = f"/ask/{form_token(ledger.desk.secret, office.now())}"
        office.send(path, data={"name": CANARY, "reach": CANARY, "text": CANARY})
        office.send("/slack", content=CANARY.encode(), headers={"x-slack-signature": CANARY})
        office.send(f"/{CANARY}", content=CANARY.encode())
        with listening(office.office.office.clock) as (_, ears):
            ears.round()
            assert ears.said == []
        assert len(office.requests()) == 4
        kept = office.everything()
    for secret in (CANARY, CANARY.split(":")[0], ALERT_SECRET, office.secret):
        assert secret.encode() not in kept, secret
