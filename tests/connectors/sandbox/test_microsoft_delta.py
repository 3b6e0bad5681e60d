"""calendarView/delta: full rounds, changes, stubs and whole series, removals, dead tokens."""

from collections.abc import Iterator
from typing import Any

import pytest

from deepday_sandbox.office import Fault, FaultKind
from tests.connectors.sandbox.microsoft_world import (
    BEN,
    EARLIER,
    World,
    code_of,
    encoded,
    event,
    sync,
    weekly,
    when,
    world,
)

DELTA = "/me/calendarView/delta?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-14T00:00:00Z"
STUB = {"@odata.type", "@odata.etag", "id", "type", "seriesMasterId", "start", "end"}


@pytest.fixture
def here() -> Iterator[World]:
    with world() as one:
        yield one


@pytest.fixture
def earlier() -> Iterator[World]:
    with world(next(EARLIER)) as one:
        yield one


def types(rows: list[dict[str, Any]]) -> list[str]:
    return [row.get("type") or row["@removed"]["reason"] for row in rows]


def test_a_first_round_has_everything_in_pages_and_a_second_nothing(here: World) -> None:
    graph = here.graph()
    for day in range(10, 17):
        graph.post("/me/events", json=event(f"2026-11-{day}T09:00:00", f"2026-11-{day}T10:00:00"))
    graph.post("/me/events", json=event("2027-01-10T09:00:00", "2027-01-10T10:00:00"))
    first = graph.get(DELTA, headers={"Prefer": "odata.maxpagesize=3"}).json()
    assert len(first["value"]) == 3
    assert graph.get(first["@odata.nextLink"]).json()["value"] == graph.get(first["@odata.nextLink"]).json()["value"]
    rows, link = sync(graph, DELTA, Prefer="odata.maxpagesize=3")
    assert len({row["id"] for row in rows}) == 7
    assert rows[0]["transactionId"]
    before = here.office.calendars.journal
    nothing, link = sync(graph, link)
    assert (nothing, here.office.calendars.journal) == ([], before)
    graph.post("/me/events", json=event("2026-11-20T09:00:00", "2026-11-20T10:00:00", subject="New"))
    [new], _ = sync(graph, link)
    assert new["subject"] == "New"
    assert sync(graph, link)[0] == [new]


def test_changes_and_removals(here: World) -> None:
    graph = here.graph()
    made = [
        graph.post("/me/events", json=event(f"2026-11-{day}T09:00:00", f"2026-11-{day}T10:00:00")).json()["id"]
        for day in (10, 11, 12)
    ]
    _, link = sync(graph, DELTA)
    graph.patch(f"/me/events/{encoded(made[0])}", json={"subject": "Changed"})
    graph.delete(f"/me/events/{encoded(made[1])}")
    away = {"start": when("2027-02-01T09:00:00"), "end": when("2027-02-01T10:00:00")}
    graph.patch(f"/me/events/{encoded(made[2])}", json=away)
    rows, link = sync(graph, link, Prefer='outlook.timezone="Europe/Berlin"')
    assert types(rows) == ["singleInstance", "deleted", "changed"]
    assert [row["id"] for row in rows] == made
    assert rows[0]["start"] == {"dateTime": "2026-11-10T10:00:00.0000000", "timeZone": "Europe/Berlin"}
    assert sync(graph, link)[0] == []


def test_a_series_comes_as_master_and_stubs_and_whole_after_any_change(here: World) -> None:
    graph = here.graph()
    body = event("2026-11-16T09:00:00", "2026-11-16T10:00:00", recurrence=weekly("monday", startDate="2026-11-16"))
    master = graph.post("/me/events", json=body).json()["id"]
    rows, link = sync(graph, DELTA)
    assert types(rows) == ["seriesMaster", *["occurrence"] * 4]
    assert all(set(row) == STUB and row["seriesMasterId"] == master for row in rows[1:])
    graph.delete(f"/me/events/{encoded(rows[2]['id'])}")
    graph.patch(f"/me/events/{encoded(rows[3]['id'])}", json={"subject": "Special"})
    changed, link = sync(graph, link)
    assert types(changed) == ["seriesMaster", "occurrence", "exception", "occurrence"]
    assert rows[2]["id"] not in {row["id"] for row in changed}
    assert changed[2]["subject"] == "Special"
    assert changed[2]["id"] == rows[3]["id"]
    fresh, _ = sync(graph, DELTA)
    assert [row["id"] for row in fresh] == [row["id"] for row in changed]
    graph.delete(f"/me/events/{encoded(master)}")
    gone, _ = sync(graph, link)
    assert types(gone) == ["deleted"] * 4
    assert {row["id"] for row in gone} == {row["id"] for row in changed}


@pytest.mark.parametrize("option", ["$select=subject", "$expand=x", "$filter=x", "$orderby=x", "$search=x", "$top=5"])
def test_query_options_are_refused(here: World, option: str) -> None:
    assert code_of(here.graph().get(f"{DELTA}&{option}")) == (400, "ErrorInvalidUrlQuery")


def test_windows_are_checked(here: World) -> None:
    graph = here.graph()
    assert code_of(graph.get("/me/calendarView/delta")) == (400, "ErrorInvalidParameter")
    span = "startDateTime={}&endDateTime={}"
    long = span.format("2020-01-01T00:00:00Z", "2024-12-31T00:00:00Z")
    assert code_of(graph.get(f"/me/calendarView/delta?{long}")) == (400, "ErrorInvalidRequest")
    edge = span.format("2020-01-01T00:00:00Z", "2024-12-30T00:00:00Z")
    assert graph.get(f"/me/calendarView/delta?{edge}").status_code == 200
    wrong = span.format("yesterday", "2024-12-30T00:00:00Z")
    assert code_of(graph.get(f"/me/calendarView/delta?{wrong}")) == (400, "ErrorInvalidParameter")


def test_a_dead_token_says_where_to_begin_again(here: World) -> None:
    graph = here.graph()
    for day in (10, 11):
        graph.post("/me/events", json=event(f"2026-11-{day}T09:00:00", f"2026-11-{day}T10:00:00"))
    page = graph.get(DELTA, headers={"Prefer": "odata.maxpagesize=1"}).json()["@odata.nextLink"]
    _, link = sync(graph, DELTA)
    here.office.calendars.forget()
    dead = graph.get(link)
    assert code_of(dead) == (410, "syncStateNotFound")
    assert len(sync(graph, dead.headers["location"])[0]) == 2
    assert code_of(graph.get(page)) == (410, "syncStateNotFound")
    assert code_of(graph.get("/me/calendarView/delta?$deltatoken=garbage")) == (410, "SyncStateInvalid")
    _, link = sync(graph, DELTA)
    assert code_of(here.graph(BEN).get(link)) == (410, "syncStateNotFound")


def test_calendars_have_deltas_of_their_own_and_ids_can_last(here: World) -> None:
    graph = here.graph()
    side = encoded(graph.get("/me/calendars").json()["value"][1]["id"])
    graph.post(f"/me/calendars/{side}/events", json=event("2026-11-10T09:00:00", "2026-11-10T10:00:00"))
    assert sync(graph, DELTA)[0] == []
    own = DELTA.replace("/me/", f"/me/calendars/{side}/")
    [plain], link = sync(graph, own)
    [lasting], _ = sync(graph, own, Prefer='IdType="ImmutableId"')
    assert plain["id"] != lasting["id"]
    graph.delete(f"/me/events/{encoded(lasting['id'])}")
    [gone], _ = sync(graph, link, Prefer='IdType="ImmutableId"')
    assert gone["id"] == lasting["id"]


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [(410, "resyncRequired", "resyncRequired"), (503, "", "serviceNotAvailable"), (403, "", "ErrorAccessDenied")],
)
def test_faults_come_in_graphs_form(earlier: World, status: int, code: str, said: str) -> None:
    headers = {"Retry-After": "2.128"}
    earlier.office.faults.add(Fault(FaultKind.STATUS, path="/delta", status=status, code=code, headers=headers))
    graph = earlier.graph()
    answer = graph.get(DELTA)
    assert code_of(answer) == (status, said)
    assert answer.headers["retry-after"] == "2.128"
    earlier.office.clock.advance(3)
    assert graph.get(DELTA).status_code == 200
