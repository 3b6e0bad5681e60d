"""Urgent requests of a trial, counted: waits in working time, what is open censored, load, breaks of deep work."""

import json
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepday.model import ChainRole, Door, Request, RequestState, Responder, Verdict
from deepday.model.interval import Interval
from deepday.model.person import instant
from deepday.route.trial_ledger import Period, asked_by_week, could_wait, count_routing, urgent_waits
from deepday.trial.routing import RequestEnd, RoutingRecord, UrgentWait, record_from_json, record_to_json

ZONE = ZoneInfo("Europe/Berlin")
MON, TUE = date(2026, 4, 13), date(2026, 4, 14)
SUNDAY = date(2026, 4, 19)
HOUR = 3600


def at(day: date, hour: float) -> int:
    return instant(day, round(hour * HOUR), ZONE)


PERIOD = Period(MON, SUNDAY, ZONE, [Interval(at(day, 9), at(day, 17)) for day in (MON, TUE)])


def request(sent: int, state: RequestState = RequestState.ACKNOWLEDGED, end: int = 0, **more: object) -> Request:
    chain = (Responder(ChainRole.POINT, "grace", "U1"), Responder(ChainRole.OWNER, "ada", "U2"))
    usual: dict[str, object] = {"chain": chain, "level": 0, "evidence": "U1 press"}
    return Request(
        f"r{sent}", "ada", "T", f"k{sent}", Door.COMMAND, sent, sent, "U9", "D1", state=state, final_at=end,
        **usual | more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_clock_of_a_wait_runs_in_working_time_only() -> None:
    (wait,) = urgent_waits([request(at(MON, 16.75), end=at(TUE, 9.25))], PERIOD, at(SUNDAY, 8))
    assert wait == UrgentWait(MON, 30.0, RequestEnd.ANSWERED, "point person")


def test_what_is_no_urgent_request_of_the_dates_is_no_wait() -> None:
    others = [
        request(at(MON, 10), RequestState.JOINED, at(MON, 10)),
        request(at(MON, 11), end=at(MON, 12), verdict=Verdict.ASK, level=-1),
        request(at(date(2026, 4, 12), 23), end=at(MON, 9)),
        request(at(MON, 12), end=at(MON, 13), level=-1, verdict=Verdict.WAIT),
    ]
    assert urgent_waits(others, PERIOD, at(SUNDAY, 8)) == ()
    assert could_wait(others, PERIOD) == 2
    test = Request("t", "ada", "test", "t", Door.TEST, at(MON, 9), at(MON, 9), "", "", level=0)
    assert (urgent_waits([test], PERIOD, at(TUE, 9)), could_wait([test], PERIOD)) == ((), 0)


@pytest.mark.parametrize(
    ("state", "end", "by"),
    [
        (RequestState.ANSWERED, RequestEnd.ANSWERED, "owner"),
        (RequestState.DELIVERED, RequestEnd.ANSWERED, "owner"),
        (RequestState.NOT_URGENT, RequestEnd.ANSWERED, "point person"),
        (RequestState.WITHDRAWN, RequestEnd.WITHDRAWN, ""),
        (RequestState.UNDELIVERABLE, RequestEnd.UNREACHED, ""),
        (RequestState.ROUTED, RequestEnd.OPEN, ""),
    ],
)
def test_each_state_is_one_end(state: RequestState, end: RequestEnd, by: str) -> None:
    (wait,) = urgent_waits([request(at(MON, 10), state)], PERIOD, at(MON, 11))
    assert (wait.end, wait.by, wait.minutes) == (end, by, 60)


def waits(*minutes: float, day: date = MON, end: RequestEnd = RequestEnd.ANSWERED) -> tuple[UrgentWait, ...]:
    return tuple(UrgentWait(day, one, end, "backup" if end is RequestEnd.ANSWERED else "") for one in minutes)


def test_open_requests_are_censored_as_kaplan_and_meier_do() -> None:
    record = RoutingRecord(waits(5, 12, 45) + waits(30, 60, day=TUE, end=RequestEnd.OPEN), budget=1, broken={MON: 2})
    found = count_routing(record, {MON}, {TUE}, 30)
    assert found is not None
    assert (found.median, found.p90, found.slowest) == (45, None, None), "measurement example 18"
    assert (found.received, found.ended, found.open, found.answered) == (5, 3, 2, 3)
    assert (found.deep, found.other) == ((2, 3), (0, 1)), "30 minutes open is not late yet"
    assert (found.broken, found.over_budget, found.handed_over) == (2, 1, 3)


def test_whom_nobody_could_reach_was_not_answered_in_time() -> None:
    record = RoutingRecord(waits(1, end=RequestEnd.UNREACHED) + waits(2, end=RequestEnd.WITHDRAWN))
    found = count_routing(record, {MON}, (), 60)
    assert found is not None
    assert (found.deep, found.median, found.unreached, found.withdrawn) == ((0, 1), None, 1, 1)


def test_nothing_recorded_is_no_count() -> None:
    assert count_routing(None, {MON}, {TUE}, 60) is None
    assert count_routing(RoutingRecord(()), {MON}, {TUE}, 60) is not None


def test_load_is_by_week_and_names_nobody() -> None:
    told = [("grace", at(MON, 10)), ("ben", at(TUE, 10)), ("grace", at(TUE, 11)), ("eve", at(date(2026, 4, 27), 9))]
    assert asked_by_week(told, PERIOD) == {MON: (2, 1)}


@given(
    st.lists(
        st.builds(
            UrgentWait,
            st.dates(MON, SUNDAY),
            st.floats(0, 5000).map(lambda minutes: round(minutes, 2)),
            st.sampled_from(RequestEnd),
            st.sampled_from(["", "owner", "backup"]),
        )
    )
)
def test_a_record_survives_json_and_nothing_is_lost_in_counting(found: list[UrgentWait]) -> None:
    record = RoutingRecord(tuple(found), 3, {MON: (2, 1)}, {MON: 1}, 2, None, proven=False)
    assert record_from_json(json.loads(json.dumps(record_to_json(record)))) == record
    counts = count_routing(record, {MON}, {TUE}, 60)
    assert counts is not None
    assert counts.received == counts.ended + counts.open == len(found)
    assert counts.ended == counts.answered + counts.withdrawn + counts.unreached
    assert sum(week[1] for week in counts.weeks) == len(found)
    assert counts.deep[0] <= counts.deep[1]
