"""Who can cover, and why not; zones, clock changes and trips, from people as the calendar parts see them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deepday.app.planning import build_member
from deepday.config.plan_settings import PlanSettings
from deepday.measure.parameters import Parameters
from deepday.model import CalendarEvent, Interval, Person, ShowAs, Trip, WeeklyHours
from deepday.plan.in_the_way import Proposal, meetings_in_the_way
from deepday.plan.modelling import Status
from deepday.plan.planning import make_plan
from deepday.plan.presence import check_cover
from deepday.plan.problem import Chosen, Covering, Member, PointPerson, Problem, Quota, Team
from tests.unit.plan.worlds import MONDAY, at, meeting, member, problem, span, week

TUESDAY = MONDAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"calendar": False}, "no calendar of zoe is connected"),
        ({"days": week(1, (13, 21))}, "zoe is working for 240 of 480 minutes"),
        ({"days": week(1, off=frozenset({MONDAY}))}, "zoe is off (holiday)"),
        ({"meetings": (meeting(MONDAY, 9, 14),)}, "zoe has meetings for 300 minutes of it"),
    ],
)
def test_the_check_says_why_somebody_cannot_cover(change: dict[str, Any], said: str) -> None:
    point = PointPerson("zoe", agreed=True)
    check = check_cover(point, member("zoe", **change), span(MONDAY, 9, 17), Covering())
    assert (check.able, check.why) == (not said, said)


@pytest.mark.parametrize(
    ("topics", "said"),
    [((), "(there is no backup)"), (("gpu",), "(nobody who could covers gpu)")],
)
def test_one_who_could_cover_is_not_enough_and_the_plan_says_why(topics: tuple[str, ...], said: str) -> None:
    names = ("zoe", "yan") if topics else ("zoe",)
    points = tuple(PointPerson(name, agreed=True, topics=("data",)) for name in names)
    ada = member("ada", covered=True, point_people=points, topics=("data", *topics))
    plan = make_plan(problem(ada, member("zoe", quota=Quota(0)), member("yan", quota=Quota(0))))
    why = {one.why for one in plan.others}
    assert why == {f"In the way: each day has a point person and a backup who can cover {said}."}


def test_nobody_covers_who_has_not_agreed() -> None:
    check = check_cover(PointPerson("zoe"), member("zoe"), span(MONDAY, 9, 17), Covering())
    assert (check.able, check.why) == (False, "zoe has not agreed yet")


def person(
    name: str, zone: str, *, first: date, weeks: int, hours: str = "Mon-Fri 09:00-17:00", **more: object
) -> Member:
    """Somebody as planning sees them, without meetings unless ``events`` are given."""
    events = more.pop("events", [])
    trips = more.pop("trips", ())
    who = Person(name, ZoneInfo(zone), WeeklyHours.parse(hours), trips=trips)  # type: ignore[arg-type]
    span_of = first - timedelta(days=1), first + timedelta(days=7 * weeks)
    return build_member(who, events, span_of, PlanSettings(quota=1), (), Parameters())  # type: ignore[arg-type]


def local(day: date, hour: int, zone: str) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC).timestamp())


def test_blocks_follow_the_local_clock_through_a_clock_change() -> None:
    before, after = date(2026, 3, 23), date(2026, 3, 30)  # Berlin turns the clock on 29 March
    one = person("ada", "Europe/Berlin", first=before, weeks=2)
    plan = make_plan(Problem((one,), before, after + timedelta(days=6)))
    starts = [day.when.start for day in plan.days]
    assert starts == [local(day.date, 9, "Europe/Berlin") for day in plan.days]
    assert starts[1] - starts[0] == 7 * 86_400 - 3600
    assert {day.gain for day in plan.days} == {480}


def test_cover_is_checked_in_everybodys_own_hours_when_clocks_change_in_different_weeks() -> None:
    """New York changes on 8 March, Berlin on 29 March: in between they have an hour more in common."""
    covers = (PointPerson("nyc", agreed=True),)
    for first, overlap in ((date(2026, 3, 2), 2), (date(2026, 3, 9), 3), (date(2026, 3, 30), 2)):
        ada = person("ada", "Europe/Berlin", first=first, weeks=1)
        nyc = person("nyc", "America/New_York", first=first, weeks=1)
        when = Interval(local(first, 9, "Europe/Berlin"), local(first, 17, "Europe/Berlin"))
        check = check_cover(covers[0], nyc, when, Covering())
        assert check.why == f"nyc is working for {60 * overlap} of 480 minutes"
        assert ada.days[1].windows == (when,)


def test_a_team_over_three_continents_covers_where_the_hours_allow_it() -> None:
    first = date(2026, 3, 9)
    zones = {"ber": "Europe/Berlin", "lon": "Europe/London", "mad": "Europe/Madrid", "nyc": "America/New_York"}
    everybody = {**zones, "syd": "Australia/Sydney"}
    points = tuple(PointPerson(name, agreed=True) for name in everybody)
    people = []
    for name, zone in everybody.items():
        made = person(name, zone, first=first, weeks=1)
        cover = tuple(point for point in points if point.person != name)
        deep = name in {"ber", "nyc"}
        people.append(replace(made, quota=Quota(1 if deep else 0), covered=True, point_people=cover))
    plan = make_plan(
        Problem(tuple(people), first, first + timedelta(days=6), teams=(Team("all", tuple(everybody), 0),))
    )
    assert plan.status is Status.INFEASIBLE
    assert [one.rule.text for one in plan.conflicts[0].rules] == [
        "each day has a point person and a backup who can cover",
        f"1 deep-work day in the week of {first}",
    ]
    assert "cover:nyc" in {one.rule.id for one in plan.conflicts[0].rules}
    alone = tuple(replace(one, quota=Quota(0)) if one.id == "nyc" else one for one in people)
    plan = make_plan(Problem(alone, first, first + timedelta(days=6)))
    assert {plan.days[0].point_person, plan.days[0].backup} == {"lon", "mad"}


def test_a_traveller_plans_by_the_zone_of_the_day() -> None:
    first = date(2026, 3, 9)
    trips = (Trip(first + timedelta(days=2), first + timedelta(days=4), ZoneInfo("America/New_York")),)
    busy = [
        CalendarEvent(
            "m",
            "",
            Interval(
                local(first + timedelta(days=number), 9, "Europe/Berlin"),
                local(first + timedelta(days=number), 17, "Europe/Berlin"),
            ),
            people=9,
        )
        for number in range(2)
    ]
    one = person("ada", "Europe/Berlin", first=first, weeks=1, trips=trips, events=busy)
    day = make_plan(Problem((one,), first, first + timedelta(days=6))).days[0]
    assert day.date == first + timedelta(days=2)
    assert day.when.start == local(day.date, 9, "America/New_York")
    assert one.zone_on(day.date) == "America/New_York"


def test_absences_in_the_calendar_are_no_working_time() -> None:
    first = date(2026, 3, 9)
    away = CalendarEvent(
        "a", "", Interval(local(first, 0, "UTC"), local(first + timedelta(days=4), 0, "UTC")), ShowAs.OUT_OF_OFFICE
    )
    one = person("ada", "UTC", first=first, weeks=1, events=[away])
    plan = make_plan(Problem((one,), first, first + timedelta(days=6)))
    assert [day.date for day in plan.days] == [first + timedelta(days=4)]
    assert plan.others[0].why == "It is a day off: absent."


def test_meetings_in_the_way_are_offered_slots_that_are_free_for_all_who_can_be_read() -> None:
    shared = meeting(MONDAY, 12, 13, price=30, key="sync")
    bobs_monday = meeting(TUESDAY, 9, 15, price=None)
    ada, bob = member(meetings=(shared,)), member("bob", quota=Quota(0), meetings=(shared, bobs_monday))
    world = problem(ada, bob)
    deep = [Chosen("ada", MONDAY)]
    found = meetings_in_the_way(world, deep[0], deep, "bob")
    assert [one.readable for one in found] == [("bob",)]
    options = {option.proposal: option for option in found[0].options}
    assert set(options) == {Proposal.KEEP, Proposal.SHORTEN, Proposal.MOVE}
    slots = options[Proposal.MOVE].slots
    assert slots[0] == span(TUESDAY, 15, 16), "the next day, when both work and are free"
    for slot in slots:
        for one in (ada, bob):
            assert any(w.start <= slot.start and slot.end <= w.end for day in one.days for w in day.windows)
            assert all(slot.end <= other.when.start or slot.start >= other.when.end for other in one.meetings[1:])
        assert slot.end <= span(MONDAY, 9, 17).start or slot.start >= span(MONDAY, 9, 17).end, "not into the deep day"
    assert "If that does not suit you, it stays where it is." in options[Proposal.MOVE].text


def test_nothing_is_offered_that_would_not_help_nor_on_the_same_day() -> None:
    early = meeting(MONDAY, 9, 9.5, price=30)
    world = problem(member(meetings=(early, meeting(MONDAY, 9.5, 10, price=None))))
    found = meetings_in_the_way(world, Chosen("ada", MONDAY), (), "")
    assert [option.proposal for option in found[0].options] == [Proposal.KEEP]
    noon = problem(member(meetings=(meeting(MONDAY, 12, 13, price=30),)))
    slots = meetings_in_the_way(noon, Chosen("ada", MONDAY), (), "")[0].options[0].slots
    assert slots
    assert all(slot.start >= at(TUESDAY, 0) for slot in slots)


def test_a_large_meeting_is_kept_or_delegated() -> None:
    large = replace(meeting(MONDAY, 12, 12.5, price=None), people=12, organiser=False)
    world = problem(member(meetings=(large,)), member("bob", quota=Quota(0)))
    found = meetings_in_the_way(world, Chosen("ada", MONDAY), (), "bob")[0]
    assert {option.proposal for option in found.options} == {Proposal.KEEP, Proposal.SHORTEN, Proposal.DELEGATE}
