"""Small worlds to plan in, on a grid of half hours, and the strategies that draw them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from deepday.model import Interval
from deepday.plan.problem import (
    Chosen,
    Covering,
    Meeting,
    Member,
    Part,
    PointPerson,
    Problem,
    Quota,
    Team,
    Wishes,
    WorkDay,
)

MONDAY = date(2026, 3, 9)
HALF = 1800


def at(day: date, hour: float) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + hour * 3600)


def span(day: date, start: float, end: float) -> Interval:
    return Interval(at(day, start), at(day, end))


def week(
    weeks: int = 1, *spans: tuple[float, float], off: frozenset[date] = frozenset(), workdays: int = 5
) -> tuple[WorkDay, ...]:
    """Whole ISO weeks from :data:`MONDAY`, by default Monday to Friday, 9 to 17 UTC."""
    spans = spans or ((9, 17),)
    found = []
    for number in range(7 * weeks):
        day = MONDAY + timedelta(days=number)
        works = day.weekday() < workdays
        windows = tuple(span(day, *one) for one in spans) if works and day not in off else ()
        found.append(WorkDay(day, windows, bool(windows), works, "holiday" if day in off else ""))
    return tuple(found)


def meeting(day: date, start: float, end: float, price: int | None = 20, key: str = "") -> Meeting:
    return Meeting(key or f"{day}-{start}-{end}", span(day, start, end), price)


def member(name: str = "ada", weeks: int = 1, **fields: Any) -> Member:
    return Member(**{"id": name, "zone": "UTC", "days": week(weeks), "quota": Quota(1), **fields})


def problem(*members: Member, weeks: int = 1, **fields: Any) -> Problem:
    last = MONDAY + timedelta(days=7 * weeks - 1)
    return Problem(**{"members": members, "first": MONDAY, "last": last, **fields})


@st.composite
def members(draw: st.DrawFn, name: str, others: tuple[str, ...], weeks: int, *, half: bool) -> Member:
    """Somebody with a random calendar and random wishes and rules."""
    workdays = draw(st.sampled_from([5, 5, 7]))
    dates = [day.date for day in week(weeks, workdays=workdays) if day.scheduled]
    some = st.sampled_from(dates)
    meetings = {
        (day, start): meeting(day, start / 2, (start + length) / 2, price)
        for day, start, length, price in draw(
            st.lists(
                st.tuples(some, st.integers(17, 34), st.integers(1, 6), st.one_of(st.none(), st.integers(1, 150))),
                max_size=6,
            )
        )
    }
    covered = bool(others) and draw(st.booleans())
    accepted = draw(st.lists(some, max_size=1)) if draw(st.integers(0, 4)) == 0 else []
    return Member(
        id=name,
        zone="UTC",
        days=week(
            weeks,
            *draw(st.sampled_from([((9, 17),), ((9, 12), (13, 17)), ((8, 14),), ((13, 19),)])),
            workdays=workdays,
        ),
        meetings=tuple(sorted(meetings.values(), key=lambda one: (one.when, one.key))),
        quota=Quota(draw(st.integers(0, 2)), half=half, block=draw(st.sampled_from([3600, 7200, 14_400]))),
        never=draw(st.frozensets(st.integers(0, 4), max_size=2)),
        fixed=tuple((day, "taken") for day in draw(st.lists(some, max_size=1))),
        gap=draw(st.sampled_from([1, 1, 2, 4])),
        cap=draw(st.sampled_from([None, None, 0.5])),
        stays=draw(st.sampled_from([0.0, 0.5])),
        wishes=Wishes(
            weekdays=draw(st.frozensets(st.integers(0, 4), max_size=2)),
            part=draw(st.sampled_from([None, Part.MORNING])),
            spacing=draw(st.sampled_from(["", "apart", "together"])),
            regular=draw(st.booleans()),
        ),
        point_people=tuple(PointPerson(other, agreed=True) for other in others),
        covered=covered,
        covers_at_once=draw(st.integers(1, 2)),
        accepted=tuple(Chosen(name, day, Part.MORNING if half else Part.DAY) for day in accepted),
        vetoed=tuple(draw(st.lists(some, max_size=1))),
    )


@st.composite
def problems(draw: st.DrawFn, people: int, weeks: int) -> Problem:
    """A problem small enough to try every plan."""
    names = ("ada", "bob", "cyd")[: draw(st.integers(1, people))]
    half = draw(st.booleans()) and weeks * len(names) == 1
    found = []
    for name in names:
        others = tuple(other for other in names if other != name)
        found.append(draw(members(name, others, weeks, half=half)))
    reachable = draw(st.integers(0, 2)) if len(names) > 1 else 0
    return problem(
        *found,
        weeks=weeks,
        teams=(Team("team", names, reachable),),
        covering=Covering(backups=draw(st.integers(0, 1))),
        sprint=weeks if draw(st.booleans()) else 1,
    )
