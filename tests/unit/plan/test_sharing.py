"""Cover over time: shared by past load, kept on accepted days, given only by those who agreed."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deepday.plan.modelling import Status
from deepday.plan.planning import make_plan
from deepday.plan.presence import check_cover
from deepday.plan.problem import Chosen, Consent, Cover, Covering, Member, PointPerson, Problem, Quota
from deepday.plan.result import Plan
from tests.unit.plan.test_properties import SOME
from tests.unit.plan.worlds import MONDAY, meeting, member, problem, span

TUESDAY = MONDAY + timedelta(days=1)


def covering(name: str, **fields: Any) -> Member:
    return member(name, quota=Quota(0), **fields)


def covers(plan: Plan) -> Counter[str]:
    return Counter(person for day in plan.days for person in Cover(day.points, day.backup).people)


@SOME
@given(
    owners=st.integers(1, 3),
    quota=st.integers(1, 2),
    loads=st.lists(st.integers(0, 8), min_size=3, max_size=5),
    limit=st.integers(1, 3),
    backups=st.integers(0, 1),
    weeks=st.integers(1, 2),
)
def test_who_covered_more_before_covers_no_more_than_others(
    owners: int, quota: int, loads: list[int], limit: int, backups: int, weeks: int
) -> None:
    assume(owners * quota <= 5 * (len(loads) * limit // (1 + backups)))  # else nobody is left on some day
    names = [f"p{number}" for number in range(len(loads))]
    points = tuple(PointPerson(name, agreed=True) for name in names)
    people = [member(f"o{n}", weeks, quota=Quota(quota), covered=True, point_people=points) for n in range(owners)]
    people += [
        replace(member(name, weeks, quota=Quota(0)), load=load, covers_at_once=limit)
        for name, load in zip(names, loads, strict=True)
    ]
    plan = make_plan(problem(*people, weeks=weeks, covering=Covering(backups=backups)), alternatives=0)
    assert plan.status is Status.OPTIMAL
    done, before = covers(plan), dict(zip(names, loads, strict=True))
    assert sum(done.values()) == owners * quota * weeks * (1 + backups)
    for one in names:
        for other in names:
            if before[one] > before[other]:
                assert done[one] <= done[other]


@st.composite
def teams(draw: st.DrawFn) -> Problem:
    """Four who cover one another, each with meetings now and then; some have deep-work days."""
    names = ("ada", "bob", "cyd", "dan")
    found = []
    for name in names:
        busy = draw(st.lists(st.integers(0, 4), max_size=2, unique=True))
        points = tuple(PointPerson(other, agreed=True) for other in names if other != name)
        found.append(
            member(
                name,
                quota=Quota(draw(st.integers(0, 1))),
                meetings=tuple(meeting(MONDAY + timedelta(days=day), 9, 14, None) for day in busy),
                covered=True,
                point_people=points,
                load=draw(st.integers(0, 4)),
            )
        )
    return problem(*found, covering=Covering(backups=draw(st.integers(0, 1))))


@SOME
@given(teams(), st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_accepted_days_keep_those_who_cover_them_whatever_their_load(world: Problem, loads: list[int]) -> None:
    plan = make_plan(world, alternatives=0)
    assume(plan.days)

    def accepted(one: Member) -> Member:
        mine = [day for day in plan.days if day.person == one.id]
        kept = tuple((day.date, Cover(day.points, day.backup)) for day in mine)
        return replace(one, accepted=tuple(day.chosen for day in mine), kept=kept)

    members = tuple(replace(accepted(one), load=load) for one, load in zip(world.members, loads, strict=True))
    again = make_plan(replace(world, members=members), alternatives=0)
    assert [(day.chosen, day.points, day.backup) for day in again.days] == [
        (day.chosen, day.points, day.backup) for day in plan.days
    ]


POINTS = tuple(PointPerson(name, agreed=True) for name in ("bob", "cyd", "dan"))


def owner(*points: PointPerson, kept: Cover | None = None) -> Member:
    plain = member(never=frozenset({0, 2, 3, 4}), covered=True, point_people=points)
    if kept is None:
        return plain
    return replace(plain, accepted=(Chosen("ada", TUESDAY),), kept=((TUESDAY, kept),))


def cover_of(*people: Member) -> tuple[str, str]:
    day = make_plan(problem(*people)).days[0]
    return day.point_person, day.backup


def test_past_load_decides_who_covers() -> None:
    rest = (replace(covering("bob"), load=3), covering("dan"))
    assert cover_of(owner(*POINTS), *rest, replace(covering("cyd"), load=1)) == ("dan", "cyd")
    assert cover_of(owner(*POINTS), *rest, replace(covering("cyd"), load=5)) == ("dan", "bob")


def test_where_the_backup_cannot_any_more_the_point_person_stays() -> None:
    me = owner(*POINTS, kept=Cover((("", "dan"),), "cyd"))
    busy = covering("cyd", meetings=(meeting(TUESDAY, 9, 16),))
    day = make_plan(problem(me, covering("bob"), busy, covering("dan"))).days[0]
    assert (day.point_person, day.backup) == ("dan", "bob")
    assert day.reasons[-1] == (
        "Who covers it has changed: cyd has meetings for 420 minutes of it. Accept it again to keep who covers it now."
    )
    assert cover_of(me, covering("bob"), covering("cyd"), covering("dan")) == ("dan", "cyd")


def test_who_covers_an_accepted_day_gets_no_deep_day_then() -> None:
    me = owner(*POINTS[:2], kept=Cover((("", "bob"),), "cyd"))
    full = tuple(meeting(day, 9, 17, None) for day in (MONDAY, *(MONDAY + timedelta(days=n) for n in (2, 3, 4))))
    bob = member("bob", meetings=full)
    plan = make_plan(problem(me, bob, covering("cyd")))
    assert plan.status is Status.INFEASIBLE
    assert "cover:ada" in {relaxation.rule.id for relaxation in plan.conflicts[0].rules}


WHEN = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("configured", "answers", "said"),
    [
        (True, (), ""),
        (False, (), "zoe has not agreed yet"),
        (False, (Consent(agreed=True, given=WHEN),), ""),
        (True, (Consent(agreed=False, given=WHEN),), "zoe declined on 2026-03-02"),
        (False, (Consent(agreed=True, given=WHEN, day=MONDAY),), ""),
        (False, (Consent(agreed=True, given=WHEN, day=TUESDAY),), "zoe has not agreed yet"),
        (True, (Consent(agreed=False, given=WHEN, day=TUESDAY),), ""),
        (True, (Consent(agreed=True, given=WHEN), Consent(False, WHEN, MONDAY)), "zoe declined on 2026-03-02"),
    ],
)
def test_an_answer_counts_before_the_configuration(configured: bool, answers: tuple[Consent, ...], said: str) -> None:
    point = PointPerson("zoe", agreed=configured, answers=answers)
    check = check_cover(point, member("zoe"), span(MONDAY, 9, 17), Covering(), MONDAY)
    assert (check.able, check.why) == (not said, said)


def test_who_declined_a_date_is_not_planned_in_on_it() -> None:
    declined = replace(POINTS[0], answers=(Consent(agreed=False, given=WHEN, day=TUESDAY),))
    people = (covering("bob"), covering("cyd"), covering("dan"))
    assert cover_of(owner(declined, *POINTS[1:]), *people) == ("cyd", "dan")
    plan = make_plan(problem(owner(declined, POINTS[1]), *people))
    assert any("bob declined on 2026-03-02" in one.why for one in plan.others)
