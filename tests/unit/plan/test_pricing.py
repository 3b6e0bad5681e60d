"""What moving a meeting costs, and which ones do not move."""

from typing import Any

import pytest

from deepday.model import CalendarEvent, DateRange, EventKind, Interval, Response, ShowAs
from deepday.plan.pricing import MeetingMark, meetings_of
from tests.unit.plan.worlds import MONDAY, span

HOUR = span(MONDAY, 10, 11)


def priced(*marks: MeetingMark, counted: bool = True, **fields: Any) -> list[tuple[int | None, str]]:
    event = CalendarEvent(**{"uid": "u", "recurrence_id": "", "when": HOUR, "people": 3, **fields})
    when = event.when
    keys = {("u", event.recurrence_id, when.start)} if counted and isinstance(when, Interval) else set()
    return [(one.price, one.why) for one in meetings_of([event], frozenset(keys), marks)]


@pytest.mark.parametrize(
    ("fields", "price", "why"),
    [
        ({}, 46, "meeting"),
        ({"people": 1}, 15, "own entry"),
        ({"people": 2, "recurrence_id": "20260309T100000Z"}, 16, "recurring one-to-one"),
        ({"organiser": True}, 41, "meeting, organised by the owner"),
        ({"response": Response.NEEDS_ACTION}, 23, "not accepted yet"),
        ({"people": None}, 46, "meeting"),
        ({"people": 8}, None, "8 people take part"),
        ({"outsiders": True}, None, "people from outside take part"),
    ],
)
def test_prices_count_everybodys_minutes(fields: dict[str, Any], price: int | None, why: str) -> None:
    assert priced(**fields) == [(price, why)]


def test_the_users_rules_go_first() -> None:
    fixed = MeetingMark(title="stand-up", moves=False)
    assert priced(fixed, title="Daily Stand-up") == [(None, "marked as fixed")]
    assert priced(fixed, title="Retro")[0][0] == 46
    assert priced(MeetingMark(uid="u", price=7), outsiders=True) == [(7, "price set by a rule")]
    assert priced(MeetingMark(uid="u"), people=20)[0][0] is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"cancelled": True},
        {"kind": EventKind.FOCUS_TIME},
        {"response": Response.DECLINED},
        {"show_as": ShowAs.FREE},
        {"when": DateRange(MONDAY, MONDAY)},
    ],
)
def test_what_takes_no_time_is_not_in_the_way(fields: dict[str, Any]) -> None:
    assert priced(counted=False, **fields) == []
