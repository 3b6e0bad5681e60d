"""$batch, throttling, getSchedule, time zones."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from deepday_sandbox.office import Fault, FaultKind
from tests.connectors.sandbox.microsoft_world import (
    ADA,
    BEN,
    EARLIER,
    EVE,
    World,
    code_of,
    encoded,
    event,
    webhook,
    weekly,
    when,
    world,
)

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def here() -> Iterator[World]:
    with world() as one:
        yield one


@pytest.fixture
def earlier() -> Iterator[World]:
    with world(next(EARLIER)) as one:
        yield one


def part(name: str, method: str, url: str, body: Any = None, **more: Any) -> dict[str, Any]:
    found = {"id": name, "method": method, "url": url, **more}
    return found if body is None else {**found, "headers": JSON, "body": body}


def run(graph: httpx.Client, *parts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    answer = graph.post("/$batch", json={"requests": list(parts)})
    assert answer.status_code == 200
    return {one["id"]: one for one in answer.json()["responses"]}


def test_a_day_is_set_up_in_one_request(here: World) -> None:
    graph = here.graph()
    preferred = {"availability": "DoNotDisturb", "activity": "DoNotDisturb", "expirationDuration": "PT3H"}
    answers = run(
        graph,
        part("1", "POST", "/me/events", event("2026-12-01T09:00:00", "2026-12-01T12:00:00")),
        part("2", "PATCH", "/me/mailboxSettings", {"automaticRepliesSetting": {"status": "alwaysEnabled"}}),
        part("3", "POST", f"/users/{here.oid()}/presence/setUserPreferredPresence", preferred),
        part("4", "GET", "/me/nothing"),
        part("5", "GET", "/me", dependsOn=["4"]),
        part("6", "GET", "/me", dependsOn=["1", "2"]),
    )
    assert {name: one["status"] for name, one in answers.items()} == {
        "1": 201,
        "2": 200,
        "3": 200,
        "4": 400,
        "5": 424,
        "6": 200,
    }
    assert "body" not in answers["3"]
    assert answers["5"]["body"]["error"]["code"] == "FailedDependency"
    path = f"/me/events/{encoded(answers['1']['body']['id'])}"
    assert run(graph, part("x", "DELETE", path))["x"]["status"] == 204


def test_a_batch_that_makes_no_sense_is_refused_whole(here: World) -> None:
    graph = here.graph()
    one = part("1", "GET", "/me")
    for requests in (
        [part(str(number), "GET", "/me") for number in range(21)],
        [one, one],
        [],
        [part("1", "GET", "/v1.0/me")],
        [part("1", "GET", "/me", dependsOn=["2"])],
        [part("1", "GET", "/me", dependsOn=["2"]), part("2", "GET", "/me", dependsOn=["1"])],
        [{"id": "1", "method": "POST", "url": "/me/events", "body": {}}],
    ):
        assert code_of(graph.post("/$batch", json={"requests": requests})) == (400, "BadRequest")
    assert len(run(graph, *(part(str(number), "GET", "/me") for number in range(20)))) == 20
    graph.headers["Authorization"] = "Bearer x"
    assert code_of(graph.post("/$batch", json={"requests": [one]})) == (401, "InvalidAuthenticationToken")


def test_a_part_can_be_throttled_alone(earlier: World) -> None:
    graph = earlier.graph()
    headers = {"Retry-After": "2.128"}
    earlier.office.faults.add(
        Fault(FaultKind.STATUS, path="calendars", status=429, code="MailboxConcurrency", headers=headers)
    )
    answers = run(graph, part("1", "GET", "/me"), part("2", "GET", "/me/calendars"))
    assert (answers["1"]["status"], answers["2"]["status"]) == (200, 429)
    assert answers["2"]["headers"]["Retry-After"] == "2.128"
    assert answers["2"]["body"]["error"]["code"] == "MailboxConcurrency"


def test_requests_are_counted_for_each_mailbox_by_the_offices_clock(earlier: World) -> None:
    earlier.face.state.throttle.requests = 3
    graph, other = earlier.graph(), earlier.graph(BEN)
    for path in ("/me", "/me/calendars", "/me/events"):
        assert graph.get(path).status_code == 200
    refused = graph.get("/me/mailboxSettings")
    assert code_of(refused) == (429, "ApplicationThrottled")
    assert float(refused.headers["retry-after"]) == pytest.approx(2.128)
    assert other.get("/me").status_code == 200
    earlier.office.clock.advance(600)
    assert graph.get("/me/mailboxSettings").status_code == 200


def test_a_mailbox_takes_so_many_requests_at_the_same_time(earlier: World) -> None:
    earlier.face.state.throttle.concurrent = 4
    graph = earlier.graph()
    until = (earlier.office.clock.now() + timedelta(days=1)).isoformat()
    with webhook() as hook, ThreadPoolExecutor(4) as pool:
        hook.gate.clear()
        body = {"changeType": "created", "resource": "/me/events", "notificationUrl": hook.url, "clientState": "s"}
        body["expirationDateTime"] = until
        posts = [pool.submit(graph.post, "/subscriptions", json=body) for _ in range(4)]
        for _ in posts:
            assert hook.arrived.acquire(timeout=20)
        refused = graph.get("/me")
        hook.gate.set()
        assert [post.result().status_code for post in posts] == [201] * 4
    assert code_of(refused) == (429, "MailboxConcurrency")
    earlier.office.clock.advance(3)
    assert graph.get("/me").status_code == 200


def test_a_schedule_shows_when_but_not_what(here: World) -> None:
    graph, ben = here.graph(), here.graph(BEN)
    ben.post("/me/events", json=event("2026-12-01T09:00:00", "2026-12-01T10:00:00", subject="Secret"))
    ben.post("/me/events", json=event("2026-12-01T09:30:00", "2026-12-01T10:00:00", showAs="oof"))
    ben.post("/me/events", json=event("2026-12-01T11:00:00", "2026-12-01T11:30:00", recurrence=weekly("tuesday")))
    body = {"schedules": [BEN, "nobody@corp.example"], "availabilityViewInterval": 30}
    body |= {"startTime": when("2026-12-01T09:00:00"), "endTime": when("2026-12-01T12:00:00")}
    known, unknown = graph.post("/me/calendar/getSchedule", json=body).json()["value"]
    assert known["availabilityView"] == "230020"
    assert [item["status"] for item in known["scheduleItems"]] == ["busy", "oof", "busy"]
    assert "Secret" not in str(known)
    assert unknown["error"]["responseCode"] == "ErrorMailRecipientNotFound"
    assert graph.post("/me/calendar/getSchedule", json={**body, "schedules": []}).status_code == 400
    assert here.graph(EVE).post("/me/calendar/getSchedule", json=body).status_code == 400


def test_zones_are_listed_by_both_names(here: World) -> None:
    graph = here.graph()
    windows = {row["alias"] for row in graph.get("/me/outlook/supportedTimeZones").json()["value"]}
    assert {"W. Europe Standard Time", "UTC"} <= windows
    iana = "/me/outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')"
    assert "Europe/Berlin" in {row["alias"] for row in graph.get(iana).json()["value"]}


def test_whose_account_it_is(here: World) -> None:
    me = here.graph().get("/me", params={"$select": "id,mail"}).json()
    assert (me["id"], me["mail"], "displayName" in me) == (here.oid(), ADA, False)
