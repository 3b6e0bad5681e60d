"""Series over Graph: patterns, occurrences, exceptions, boundaries, clock changes."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import httpx
import pytest

from deepday.model import DateRange
from deepday_sandbox.office import Entry, Timed
from tests.connectors.sandbox.microsoft_world import ADA, World, code_of, encoded, event, weekly, when, world

SPAN = {"startDateTime": "2026-11-23T00:00:00Z", "endDateTime": "2026-12-14T00:00:00Z"}
BERLIN = "W. Europe Standard Time"


@pytest.fixture
def here() -> Iterator[World]:
    with world() as one:
        yield one


def view(graph: httpx.Client, **more: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = graph.get("/me/calendarView", params={**SPAN, "$top": "200", **more}).json()["value"]
    return rows


def starts(rows: list[dict[str, Any]]) -> list[str]:
    return [row["start"]["dateTime"][:16] for row in rows]


PATTERNS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "daily": ({"type": "daily", "interval": 2}, ["11-24", "11-26", "11-28"]),
    "weekly": (
        {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday", "thursday"], "firstDayOfWeek": "monday"},
        ["11-24", "11-26", "12-01"],
    ),
    "day of month": ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 24}, ["11-24", "12-24", "01-24"]),
    "last day": ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}, ["11-30", "12-31", "01-31"]),
    "second tuesday": (
        {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["tuesday"], "index": "second"},
        ["12-08", "01-12", "02-09"],
    ),
    "last weekday": (
        {
            "type": "relativeMonthly",
            "interval": 1,
            "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "index": "last",
        },
        ["11-30", "12-31", "01-29"],
    ),
    "yearly": ({"type": "absoluteYearly", "interval": 1, "dayOfMonth": 24, "month": 11}, ["11-24", "11-24", "11-24"]),
    "thanksgiving": (
        {"type": "relativeYearly", "interval": 1, "daysOfWeek": ["thursday"], "index": "fourth", "month": 11},
        ["11-26", "11-25", "11-23"],
    ),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_is_walked_and_given_back(here: World, name: str) -> None:
    graph = here.graph()
    pattern, expected = PATTERNS[name]
    span = {"type": "numbered", "startDate": "2026-11-24", "numberOfOccurrences": 3, "recurrenceTimeZone": BERLIN}
    body = event("2026-11-24T09:00:00", "2026-11-24T10:00:00", BERLIN, recurrence={"pattern": pattern, "range": span})
    made = graph.post("/me/events", json=body).json()
    assert made["type"] == "seriesMaster"
    assert {key: made["recurrence"]["pattern"][key] for key in pattern} == pattern
    assert made["recurrence"]["range"]["numberOfOccurrences"] == 3
    options = {"startDateTime": "2026-11-01T00:00:00Z", "endDateTime": "2029-12-01T00:00:00Z"}
    rows = graph.get("/me/calendarView", params=options).json()["value"]
    assert [row["start"]["dateTime"][5:10] for row in rows] == expected


def test_a_series_keeps_its_time_of_day_and_ends_on_its_day(here: World) -> None:
    graph = here.graph()
    rule = weekly("monday", type="endDate", startDate="2027-03-22", endDate="2027-04-05", recurrenceTimeZone=BERLIN)
    body = event("2027-03-22T09:00:00", "2027-03-22T10:00:00", BERLIN, recurrence=rule)
    made = graph.post("/me/events", json=body).json()
    assert made["recurrence"]["range"]["endDate"] == "2027-04-05"
    options = {"startDateTime": "2027-03-01T00:00:00Z", "endDateTime": "2027-05-01T00:00:00Z"}
    rows = graph.get("/me/calendarView", params=options).json()["value"]
    assert starts(rows) == ["2027-03-22T08:00", "2027-03-29T07:00", "2027-04-05T07:00"]
    assert rows[1]["originalStart"] == "2027-03-29T07:00:00Z"
    assert {row["seriesMasterId"] for row in rows} == {made["id"]}


def weekly_series(graph: httpx.Client) -> tuple[str, list[dict[str, Any]]]:
    body = event("2026-11-23T09:00:00", "2026-11-23T10:00:00", BERLIN, recurrence=weekly("monday"), subject="Planning")
    made = graph.post("/me/events", json=body).json()
    return made["id"], view(graph)


def test_one_occurrence_is_changed_and_one_deleted(here: World) -> None:
    graph = here.graph()
    master, rows = weekly_series(graph)
    assert [row["type"] for row in rows] == ["occurrence"] * 3
    second, third = (f"/me/events/{encoded(row['id'])}" for row in rows[1:])
    moved = graph.patch(second, json={"start": when("2026-12-01T13:00:00"), "end": when("2026-12-01T14:00:00")}).json()
    assert (moved["type"], moved["id"]) == ("exception", rows[1]["id"])
    assert (moved["subject"], moved["originalStart"]) == ("Planning", "2026-11-30T08:00:00Z")
    assert graph.delete(third).status_code == 204
    assert code_of(graph.get(third)) == (404, "ErrorItemNotFound")
    assert starts(view(graph)) == ["2026-11-23T08:00", "2026-12-01T13:00"]
    path = f"/me/events/{encoded(master)}"
    options = {"$select": "cancelledOccurrences", "$expand": "exceptionOccurrences"}
    more = graph.get(path, params=options).json()
    assert more["cancelledOccurrences"] == [f"OID.{master}.2026-12-07"]
    assert [one["id"] for one in more["exceptionOccurrences"]] == [rows[1]["id"]]
    instances = graph.get(f"{path}/instances", params=SPAN).json()["value"]
    assert starts(instances) == ["2026-11-23T08:00", "2026-12-01T13:00"]
    assert graph.delete(second).status_code == 204
    assert starts(view(graph)) == ["2026-11-23T08:00"]
    assert graph.delete(path).status_code == 204
    assert view(graph) == []


def test_an_occurrence_stays_between_its_neighbours(here: World) -> None:
    graph = here.graph()
    _, rows = weekly_series(graph)
    path = f"/me/events/{encoded(rows[1]['id'])}"
    for day in ("2026-11-23", "2026-12-07", "2026-12-08"):
        refused = graph.patch(path, json={"start": when(f"{day}T13:00:00"), "end": when(f"{day}T14:00:00")})
        assert code_of(refused) == (400, "ErrorOccurrenceCrossingBoundary")
    fine = graph.patch(path, json={"start": when("2026-12-06T13:00:00"), "end": when("2026-12-06T14:00:00")})
    assert fine.status_code == 200
    nested = graph.patch(path, json={"recurrence": weekly("monday")})
    assert nested.status_code == 400


def test_a_series_that_is_laid_anew_forgets_its_exceptions(here: World) -> None:
    graph = here.graph()
    master, rows = weekly_series(graph)
    graph.patch(f"/me/events/{encoded(rows[1]['id'])}", json={"subject": "Special"})
    graph.delete(f"/me/events/{encoded(rows[2]['id'])}")
    renamed = graph.patch(f"/me/events/{encoded(master)}", json={"subject": "Plan"}).json()
    assert (renamed["subject"], len(view(graph))) == ("Plan", 2)
    times = {"end": when("2026-11-23T11:30:00", BERLIN)}  # the same starts: nothing of the old exceptions may stick
    assert graph.patch(f"/me/events/{encoded(master)}", json=times).status_code == 200
    rows = view(graph)
    assert [row["type"] for row in rows] == ["occurrence"] * 3
    assert {(row["subject"], row["end"]["dateTime"][11:16]) for row in rows} == {("Plan", "10:30")}
    again = graph.patch(f"/me/events/{encoded(rows[1]['id'])}", json={"subject": "Special"})
    assert again.json()["type"] == "exception"
    single = graph.patch(f"/me/events/{encoded(master)}", json={"recurrence": None}).json()
    assert (single["type"], len(view(graph))) == ("singleInstance", 1)


def test_what_other_programs_wrote_is_shown(here: World) -> None:
    when_ = Timed(datetime(2026, 11, 23, 9), datetime(2026, 11, 23, 10), "Europe/Berlin")  # noqa: DTZ001
    lines = (
        "RRULE:FREQ=DAILY;BYDAY=MO,WE;UNTIL=20261205T225959Z",
        "EXDATE;TZID=Europe/Berlin:20261125T090000",
        "RDATE:20261127T080000Z",
    )
    here.office.calendars.create(ADA, Entry("a", "a", when_, recurrence=lines))
    days = DateRange(date(2026, 11, 24), date(2026, 11, 25))
    odd = ("RRULE:FREQ=MONTHLY;BYMONTHDAY=24,26", "EXDATE;VALUE=DATE:20261126")
    here.office.calendars.create(ADA, Entry("b", "b", days, recurrence=odd))
    graph = here.graph()
    timed = view(graph, **{"$filter": "isAllDay eq false"})
    assert starts(timed) == ["2026-11-23T08:00", "2026-11-27T08:00", "2026-11-30T08:00", "2026-12-02T08:00"]
    assert starts(view(graph, **{"$filter": "isAllDay eq true"})) == ["2026-11-24T00:00"]
    masters = {row["iCalUId"]: row["recurrence"] for row in graph.get("/me/events").json()["value"]}
    assert masters["a"]["pattern"]["daysOfWeek"] == ["monday", "wednesday"]
    assert masters["a"]["range"]["endDate"] == "2026-12-05"
    assert masters["b"] is None


def test_a_view_has_a_window_and_options(here: World) -> None:
    graph = here.graph()
    weekly_series(graph)
    here.office.calendars.create(
        ADA,
        Entry("c", "c", Timed(datetime(2026, 11, 24, 9), datetime(2026, 11, 24, 9), "UTC"), cancelled=True),  # noqa: DTZ001
    )
    assert [row["isCancelled"] for row in view(graph)] == [False, True, False, False]
    assert len(view(graph, **{"$filter": "isCancelled eq false", "$select": "subject,start"})) == 3
    first = graph.get("/me/calendarView", params={**SPAN, "$top": "3"}).json()
    assert len(graph.get(first["@odata.nextLink"]).json()["value"]) == 1
    assert code_of(graph.get("/me/calendarView")) == (400, "ErrorInvalidParameter")
    long = {"startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2026-01-01T00:00:00Z"}
    assert code_of(graph.get("/me/calendarView", params=long)) == (400, "ErrorInvalidRequest")
    side = encoded(graph.get("/me/calendars").json()["value"][1]["id"])
    assert graph.get(f"/me/calendars/{side}/calendarView", params=SPAN).json()["value"] == []
