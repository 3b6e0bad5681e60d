"""Alerts of machines over HTTP: who may send them, which are the same, and what happens when there are too many."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deepday.app.urgent_running import opened_ledger
from deepday.model import Door, Verdict
from tests.integration.ingress_office import ALERT_SECRET, CANARY, IngressOffice, ingress_office


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IngressOffice]:
    with ingress_office(tmp_path_factory.mktemp("ingress"), most=12) as made:
        yield made


@pytest.fixture
def office(served: IngressOffice) -> IngressOffice:
    served.office.pass_time(61)
    served.told.clear()
    return served


def prometheus(status: str = "firing", begins: str = "2026-11-23T09:00:00Z", **labels: str) -> dict[str, Any]:
    alert = {
        "status": status,
        "labels": {"alertname": "GpuMemory", "severity": "critical", **labels},
        "annotations": {"summary": "GPU memory is full", "description": CANARY},
        "startsAt": begins,
        "generatorURL": "https://prometheus.example.org/graph?expr=secret",
        "fingerprint": "f00dfeed",
    }
    return {"version": "4", "status": status, "alerts": [alert]}


def test_a_plain_alert_is_a_request_once_however_often_it_is_sent(office: IngressOffice) -> None:
    alert = {"title": "Run 17 failed", "text": CANARY, "severity": "critical", "key": "run 17"}
    assert office.alert(alert).json() == {"kept": 1, "known": 0}
    assert office.alert(alert | {"text": "other words"}).json() == {"kept": 0, "known": 1}
    request = office.requests()[-1]
    assert (request.door, request.verdict, request.why) == (
        Door.ALERT,
        Verdict.URGENT,
        "rule: a training failed",
    )


def test_without_a_key_the_same_words_are_the_same_alert_for_an_hour(office: IngressOffice) -> None:
    alert = {"title": "Disk is full", "url": "https://ada:pw@grafana.example.org/d/1?token=x"}
    assert office.alert(alert).json()["kept"] == 1
    assert office.alert(alert).json()["kept"] == 0
    office.office.pass_time(3600)
    assert office.alert(alert).json()["kept"] == 1
    assert office.requests()[-1].link == ""  # a user's name in it: not kept in the clear


def test_alertmanagers_shape_is_read_and_what_is_resolved_ends_nothing(office: IngressOffice) -> None:
    assert office.alert(prometheus()).json() == {"kept": 1, "known": 0}
    assert office.alert(prometheus()).json() == {"kept": 0, "known": 1}
    assert office.alert(prometheus("resolved")).json() == {"kept": 0, "known": 0}
    assert office.requests()[-1].open
    assert office.requests()[-1].link == "https://prometheus.example.org/graph"
    assert office.alert(prometheus(begins="2026-11-24T09:00:00Z")).json()["kept"] == 1


def test_a_class_decides_whether_it_can_wait(office: IngressOffice) -> None:
    assert office.alert(prometheus(begins="2026-11-25T09:00:00Z", **{"class": "gpu-queue"})).json()["kept"] == 1
    assert office.requests()[-1].verdict is Verdict.WAIT


@pytest.mark.parametrize("secret", ["", "wrong", ALERT_SECRET + " ", ALERT_SECRET[:-1], "\u00e9"])
def test_a_wrong_secret_is_refused(office: IngressOffice, secret: str) -> None:
    before = office.rows()
    headers = {"authorization": f"Bearer {secret}x".encode()}
    assert office.send("/alerts/training", json={"title": "x"}, headers=headers).status_code == 401
    assert office.send("/alerts/training", json={"title": "x"}).status_code == 401
    assert office.alert({"title": "x"}, name="other").status_code == 401
    assert office.rows() == before


def test_the_secret_may_come_as_a_password(office: IngressOffice) -> None:
    given = base64.b64encode(f"grafana:{ALERT_SECRET}".encode()).decode()
    answer = office.send(
        "/alerts/training", json={"title": "by a password"}, headers={"authorization": f"Basic {given}"}
    )
    assert answer.json()["kept"] == 1
    for odd in ("Basic !!!", "Basic /w==", "Digest x", "Bearer"):
        assert office.send("/alerts/training", json={}, headers={"authorization": odd}).status_code == 401


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "no JSON"),
        (b"[]", "no object"),
        (b"{}", '"title" is missing'),
        (b'{"title": {}}', '"title" must be a text'),
        (b'{"alerts": {}}', "list of objects"),
        (b'{"alerts": [{"labels": []}]}', '"labels" must be an object'),
        (b'{"alerts": [' + b"{}," * 100 + b"{}]}", "at most 100"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
    ],
)
def test_what_is_no_alert_is_said_without_repeating_it(office: IngressOffice, body: bytes, words: str) -> None:
    before = office.rows()
    headers = {"authorization": f"Bearer {ALERT_SECRET}"}
    answer = office.send("/alerts/training", content=body, headers=headers)
    assert (answer.status_code, words in answer.json()["error"]) == (400, True)
    assert office.rows() == before


def test_too_many_are_refused_and_the_owner_is_told_once_an_hour(tmp_path: Path) -> None:
    with ingress_office(tmp_path, most=2, language="de") as office:
        answers = [office.alert({"title": f"{number}"}) for number in range(6)]
        assert [one.status_code for one in answers] == [200, 200, 429, 429, 429, 429]
        assert answers[-1].headers["retry-after"] == "60"
        assert office.rows() == 3
        told = [one for one in office.requests() if one.why.startswith("no rule")]
        assert len(told) == 1
        assert told[0].verdict is Verdict.URGENT
        with opened_ledger(office.office.office.clock) as ledger:
            assert "sendet mehr, als angenommen wird" in ledger.urgent.text(told[0].id)
        assert office.send("/alerts/training", content=b"x" * 256_001, headers={}).status_code == 401


def test_a_large_alert_is_refused(office: IngressOffice) -> None:
    assert office.alert({"title": "x", "text": "y" * 256_000}).status_code == 413
