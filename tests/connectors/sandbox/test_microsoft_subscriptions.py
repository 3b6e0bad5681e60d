"""Webhooks: the handshake, notifications that get lost, doubled and swapped, lifecycle events, renewal."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from deepday_sandbox.office import Entry
from tests.connectors.sandbox.microsoft_world import (
    ADA,
    BEN,
    NOW,
    Hook,
    World,
    code_of,
    encoded,
    event,
    webhook,
    weekly,
    world,
)


@pytest.fixture
def here() -> Iterator[World]:
    with world() as one:
        yield one


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as one:
        yield one


def body(hook: Hook, **more: Any) -> dict[str, Any]:
    return {
        "changeType": "created,updated,deleted",
        "notificationUrl": hook.url,
        "lifecycleNotificationUrl": hook.url + "/life",
        "resource": "/me/events",
        "expirationDateTime": (NOW + timedelta(minutes=4200)).isoformat(),
        "clientState": "shared secret",
        **more,
    }


def subscribe(graph: httpx.Client, hook: Hook, **more: Any) -> str:
    answer = graph.post("/subscriptions", json=body(hook, **more))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def noted(here: World, hook: Hook) -> list[dict[str, Any]]:
    here.face.postman.wait()
    return hook.notes


def test_changes_are_notified(here: World, hook: Hook) -> None:
    graph = here.graph()
    name = subscribe(graph, hook)
    made = graph.post("/me/events", json=event("2026-11-24T09:00:00", "2026-11-24T10:00:00")).json()
    path = f"/me/events/{encoded(made['id'])}"
    graph.patch(path, json={"subject": "x"})
    graph.delete(path)
    here.graph(BEN).post("/me/events", json=event("2026-11-24T09:00:00", "2026-11-24T10:00:00"))
    notes = noted(here, hook)
    assert [one["changeType"] for one in notes] == ["created", "updated", "deleted"]
    assert {one["resourceData"]["id"] for one in notes} == {made["id"]}
    assert {(one["subscriptionId"], one["clientState"], one["tenantId"]) for one in notes} == {
        (name, "shared secret", here.face.state.tenant)
    }
    assert notes[0]["resource"] == f"Users/{here.oid()}/Events/{made['id']}"
    assert notes[0]["resourceData"]["@odata.etag"] == made["@odata.etag"]


def test_what_happens_to_an_occurrence_is_told_of_its_series(here: World, hook: Hook) -> None:
    graph = here.graph()
    first = event("2026-11-24T09:00:00", "2026-11-24T10:00:00", recurrence=weekly("tuesday"))
    master = graph.post("/me/events", json=first).json()["id"]
    span = {"startDateTime": "2026-11-24T00:00:00Z", "endDateTime": "2026-12-24T00:00:00Z"}
    occurrence = graph.get("/me/calendarView", params=span).json()["value"][1]["id"]
    subscribe(graph, hook, changeType="updated")
    graph.delete(f"/me/events/{encoded(occurrence)}")
    [note] = noted(here, hook)
    assert (note["changeType"], note["resourceData"]["id"]) == ("updated", master)


def test_changes_by_others_are_notified_with_lasting_ids_where_asked(here: World, hook: Hook) -> None:
    graph = here.graph()
    lasting = {"Prefer": 'IdType="ImmutableId"'}
    assert graph.post("/subscriptions", json=body(hook), headers=lasting).status_code == 201
    made = here.graph().post("/me/events", json=event("2026-11-24T09:00:00", "2026-11-24T10:00:00")).json()
    [entry] = here.office.calendars.find(ADA).entries.values()
    assert isinstance(entry, Entry)
    here.office.calendars.update(ADA, entry)
    notes = noted(here, hook)
    shown = graph.get(f"/me/events/{encoded(made['id'])}", headers=lasting).json()["id"]
    assert [one["resourceData"]["id"] for one in notes] == [shown, shown]


def test_notifications_get_lost_doubled_swapped_and_repeated(here: World, hook: Hook) -> None:
    graph = here.graph()
    subscribe(graph, hook)
    pushes = here.face.state.pushes
    made: list[str] = []

    def create(subject: str) -> None:
        one = graph.post("/me/events", json=event("2026-11-24T09:00:00", "2026-11-24T10:00:00", subject=subject))
        made.append(one.json()["id"])

    pushes.lose = 1
    create("lost")
    pushes.double = 1
    create("doubled")
    pushes.reorder = 1
    create("held back")
    create("overtaking")
    here.face.postman.wait()
    hook.statuses = [503, 503]
    create("repeated")
    order = [made.index(one["resourceData"]["id"]) for one in noted(here, hook)]
    assert order == [1, 1, 3, 2, 4]
    assert hook.statuses == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"notificationUrl": "http://127.0.0.1/hook"}, "InvalidRequest"),
        ({"notificationUrl": "https://elsewhere.example/hook"}, "ValidationError"),
        ({"clientState": "x" * 129}, "InvalidRequest"),
        ({"changeType": "created,moved"}, "InvalidRequest"),
        ({"resource": "/me/messages"}, "InvalidRequest"),
        ({"expirationDateTime": "2026-12-23T08:00:00Z"}, "InvalidRequest"),
        ({"expirationDateTime": "2026-11-23T07:00:00Z"}, "InvalidRequest"),
        ({"expirationDateTime": None}, "InvalidRequest"),
        ({"colour": "red"}, "RequestBodyRead"),
    ],
)
def test_wrong_subscriptions_are_refused(here: World, hook: Hook, change: dict[str, Any], code: str) -> None:
    graph = here.graph()
    assert code_of(graph.post("/subscriptions", json=body(hook, **change))) == (400, code)
    assert graph.get("/subscriptions").json()["value"] == []


def test_a_webhook_must_echo_and_a_tunnel_may_lead_to_it(here: World, hook: Hook) -> None:
    graph = here.graph()
    hook.echo = False
    assert code_of(graph.post("/subscriptions", json=body(hook))) == (400, "ValidationError")
    hook.echo = True
    origin = hook.url.removesuffix("/hook").replace("https", "http").replace("localhost", "127.0.0.1")
    here.face.state.pushes.relays["https://deepday.example"] = origin
    subscribe(graph, hook, notificationUrl="https://deepday.example/hook")
    graph.post("/me/events", json=event("2026-11-24T09:00:00", "2026-11-24T10:00:00"))
    assert len(noted(here, hook)) == 1
    reader = here.graph(scopes=frozenset({"User.Read"}))
    assert code_of(reader.post("/subscriptions", json=body(hook))) == (403, "ErrorAccessDenied")


def test_a_subscription_is_renewed_listed_and_ends(here: World, hook: Hook) -> None:
    graph = here.graph()
    name = subscribe(graph, hook)
    assert [one["id"] for one in graph.get("/subscriptions").json()["value"]] == [name]
    assert here.graph(BEN).get(f"/subscriptions/{name}").status_code == 404
    here.office.clock.advance(4199 * 60)
    graph = here.graph()
    later = (NOW + timedelta(minutes=8000)).strftime("%Y-%m-%dT%H:%M:%SZ")
    renewed = graph.patch(f"/subscriptions/{name}", json={"expirationDateTime": later})
    assert renewed.json()["expirationDateTime"] == later
    here.office.clock.advance(120)
    assert graph.get(f"/subscriptions/{name}").json()["clientState"] is None
    here.office.clock.advance(3900 * 60)
    graph = here.graph()
    graph.post("/me/events", json=event("2026-11-24T09:00:00", "2026-11-24T10:00:00"))
    assert noted(here, hook) == []
    assert code_of(graph.patch(f"/subscriptions/{name}", json={"expirationDateTime": later}))[0] == 404
    other = subscribe(graph, hook, expirationDateTime=(NOW + timedelta(days=7)).isoformat())
    assert graph.delete(f"/subscriptions/{other}").status_code == 204
    assert graph.get("/subscriptions").json()["value"] == []


def test_lifecycle_events(here: World, hook: Hook) -> None:
    graph = here.graph()
    name = subscribe(graph, hook)
    lifecycle = here.face.subscriptions.lifecycle
    lifecycle(name, "missed")
    lifecycle(name, "reauthorizationRequired")
    graph.post("/me/events", json=event("2026-11-24T09:00:00", "2026-11-24T10:00:00"))
    assert [one["lifecycleEvent"] for one in noted(here, hook)] == ["missed", "reauthorizationRequired"]
    assert graph.post(f"/subscriptions/{name}/reauthorize").status_code == 204
    graph.post("/me/events", json=event("2026-11-25T09:00:00", "2026-11-25T10:00:00"))
    assert noted(here, hook)[-1]["changeType"] == "created"
    lifecycle(name, "subscriptionRemoved")
    assert noted(here, hook)[-1]["lifecycleEvent"] == "subscriptionRemoved"
    assert graph.get(f"/subscriptions/{name}").status_code == 404
    with pytest.raises(ValueError, match="ended"):
        lifecycle(name, "ended")
