"""Rows of a delta may come in any order, twice, and cut by pages anywhere: the copy is right at the end."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import httpx
from hypothesis import given
from hypothesis import strategies as st

from deepday.connect import ReadContext
from deepday.connect.http import HttpClient
from deepday.model import Cursor, Interval, Secret, TokenSet
from deepday.testing import TurnedClock
from deepday_microsoft.calendars import Calendars
from deepday_microsoft.graph import Graph
from deepday_microsoft.part import Tuning
from deepday_microsoft.settings import read_settings
from deepday_microsoft.signing_in import Once

BASE = "https://graph.microsoft.com/v1.0"
SETTINGS = read_settings({"client-id": "0b8e1a55-7c1d-4c39-9d51-6a4b0c0a9d10"})
CLOCK = TurnedClock()
CONTEXT = ReadContext(Interval(0, 86_400 * 365), ZoneInfo("UTC"), "ada@corp.example")


def at(hour: int) -> dict[str, str]:
    return {"dateTime": f"{datetime.fromtimestamp(hour * 3600, UTC):%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}


def full(name: str, kind: str, hour: int, **more: Any) -> dict[str, Any]:
    what = {"id": name, "type": kind, "iCalUId": name, "showAs": "busy", "isAllDay": False}
    return {**what, "start": at(hour), "end": at(hour + 1), **more}


def stub(series: str, hour: int) -> dict[str, Any]:
    name = f"{series}/{hour}"
    return {"id": name, "type": "occurrence", "seriesMasterId": series, "start": at(hour), "end": at(hour + 1)}


class Vendor:
    """A mailbox whose pages are as the test made them."""

    def __init__(self, pages: list[list[dict[str, Any]]], series: dict[str, list[int]]) -> None:
        self.pages, self.series = pages, series

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = unquote(request.url.path)
        if path.endswith("/instances"):
            name = path.split("/")[-2]
            rows = [full(f"{name}/{hour}", "occurrence", hour, iCalUId=name) for hour in self.series[name]]
            return httpx.Response(200, text=json.dumps({"value": rows}))
        number = int(request.url.params.get("$skiptoken", "0"))
        last = number + 1 >= len(self.pages)
        link = {"@odata.deltaLink": f"{BASE}/d?$deltatoken=x"} if last else {}
        link = link or {"@odata.nextLink": f"{BASE}/d?$skiptoken={number + 1}"}
        return httpx.Response(200, text=json.dumps({"value": self.pages[number], **link}))


@st.composite
def mailboxes(draw: st.DrawFn) -> tuple[Vendor, dict[str, list[int]]]:
    """Return a vendor, and the hours at which each object has entries."""
    truth = {f"single{number}": [1000 + number] for number in range(draw(st.integers(0, 4)))}
    series = {
        f"series{number}": [2000 + 100 * number + hour for hour in range(draw(st.integers(0, 5)))]
        for number in range(draw(st.integers(0, 3)))
    }
    rows = [full(name, "singleInstance", hours[0]) for name, hours in truth.items()]
    for name, hours in series.items():
        rows.append(full(name, "seriesMaster", 2000))
        rows += [stub(name, hour) for hour in hours]
    rows += draw(st.lists(st.sampled_from(rows), max_size=3)) if rows else []
    rows = draw(st.permutations(rows))
    pages: list[list[dict[str, Any]]] = [[]]
    for row in rows:
        if draw(st.booleans()):
            pages.append([])
        pages[-1].append(row)
    return Vendor(pages, series), {**truth, **series}


@given(mailboxes())
def test_the_copy_is_right_whatever_the_order(given_mailbox: tuple[Vendor, dict[str, list[int]]]) -> None:
    vendor, truth = given_mailbox
    copy: dict[str, list[int]] = {}
    text, more = "", True
    while more:
        with HttpClient(BASE, CLOCK, transport=httpx.MockTransport(vendor)) as http:
            tokens = Once(TokenSet(Secret("EwBtoken")))
            calendars = Calendars(Graph(http, SETTINGS, tokens, lambda kept: kept, CLOCK), SETTINGS, Tuning())
            page = calendars.event_changes("c", CONTEXT, Cursor(text) if text else None)
        for upsert in page.upserts:
            times = [event.when for event in upsert.events]
            copy[upsert.id] = sorted(when.start // 3600 for when in times if isinstance(when, Interval))
        for name in page.removals:
            copy.pop(name, None)
        text, more = page.cursor.text, page.more
    assert copy == truth
