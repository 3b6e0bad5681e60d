"""Single rules, by example."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from deepday.errors import InputError
from deepday.plan.compiling import compile_problem
from deepday.plan.explaining import why_not
from deepday.plan.modelling import Status
from deepday.plan.planning import make_plan
from deepday.plan.problem import Chosen, Member, Part, PointPerson, Problem, Quota, Team, Wishes
from deepday.plan.result import Plan
from deepday.plan.solving import solver_for
from deepday.report.plan_view import worth_of
from tests.unit.plan.checker import faults
from tests.unit.plan.worlds import MONDAY, at, meeting, member, problem, week

MON, TUE, WED, THU, FRI = (MONDAY + timedelta(days=number) for number in range(5))


def dates(plan: Plan, person: str = "ada") -> list[date]:
    return [day.date for day in plan.days if day.person == person]


def texts(plan: Plan) -> list[list[str]]:
    return [[one.rule.text for one in conflict.rules] for conflict in plan.conflicts]


def test_among_equals_the_earliest_days_are_taken() -> None:
    assert dates(make_plan(problem(member(quota=Quota(2))))) == [MON, TUE]


def test_wishes_turn_the_choice_but_forbid_nothing() -> None:
    wishes = Wishes(weekdays=frozenset({2, 4}), spacing="apart")
    assert dates(make_plan(problem(member(quota=Quota(2), wishes=wishes)))) == [WED, FRI]
    assert len(dates(make_plan(problem(member(quota=Quota(5), wishes=wishes))))) == 5


def test_together_means_in_a_row_and_regular_means_the_same_weekday() -> None:
    calendar = (meeting(MON, 9, 17, None), meeting(WED, 12, 13, None), meeting(THU, 12, 13, None))
    together = member(quota=Quota(2), wishes=Wishes(spacing="together"), meetings=calendar)
    assert dates(make_plan(problem(together))) == [TUE, WED]
    other = (meeting(MON, 12, 13, None), meeting(MON + timedelta(days=8), 12, 12.5, None))
    regular = member(weeks=2, meetings=other, wishes=Wishes(regular=True))
    assert dates(make_plan(problem(regular, weeks=2))) == [WED, WED + timedelta(days=7)]


def test_the_day_before_a_release_is_avoided() -> None:
    wishes = Wishes(releases=(TUE,))
    assert dates(make_plan(problem(member(wishes=wishes)))) == [TUE]


def test_a_quota_may_count_over_a_sprint() -> None:
    busy = tuple(meeting(MON + timedelta(days=number), 9, 17, None) for number in range(5))
    plan = make_plan(problem(member(weeks=2, quota=Quota(3), meetings=busy), weeks=2, sprint=2))
    assert [day.isocalendar().week for day in dates(plan)] == [12, 12, 12]
    impossible = make_plan(problem(member(weeks=2, quota=Quota(6), meetings=busy), weeks=2, sprint=2))
    assert impossible.status is Status.INFEASIBLE


def test_weeks_off_ask_for_their_share_rounded_up() -> None:
    off = frozenset({MON, TUE, WED})
    assert len(dates(make_plan(problem(member(days=week(1, off=off), quota=Quota(2)))))) == 1
    assert dates(make_plan(problem(member(days=week(1, off=off | {THU, FRI}), quota=Quota(2))))) == []


def test_the_frozen_window_holds_nothing_new_but_what_was_accepted() -> None:
    opened = at(WED, 0)
    assert dates(make_plan(problem(member(quota=Quota(1)), open_from=opened))) == [WED]
    accepted = member(quota=Quota(1), accepted=(Chosen("ada", TUE),))
    assert dates(make_plan(problem(accepted, open_from=opened))) == [TUE]


def test_a_share_of_the_week_is_taken_as_it_is_written() -> None:
    # In binary fractions 0.69 of 40 hours is a little less than 27 h 36 min.
    model = compile_problem(problem(member(cap=0.69)))
    assert [limit.high for limit in model.limits if limit.rule == f"room:ada:{MON}"] == [27 * 60 + 36]


def test_what_was_proposed_stays_when_the_frozen_window_reaches_it() -> None:
    one = member(quota=Quota(2))
    so_far = tuple(day.chosen for day in make_plan(problem(one)).days)
    for day in (TUE, WED, THU, FRI, FRI + timedelta(days=3)):
        plan = make_plan(problem(one, open_from=at(day, 0), previous=so_far))
        assert (dates(plan), bool(plan.changes)) == ([MON, TUE], False)
        assert dates(make_plan(problem(one, open_from=at(day, 0), previous=so_far), "greedy")) == [MON, TUE]
    taken = replace(one, meetings=(meeting(MON, 9, 17, None),))
    assert dates(make_plan(problem(taken, open_from=at(FRI, 0), previous=so_far)))[0] == TUE


def test_half_a_day_that_was_proposed_stays_the_same_half() -> None:
    one = member(quota=Quota(1, half=True))
    so_far = (Chosen("ada", MON, Part.AFTERNOON),)
    plan = make_plan(problem(one, open_from=at(TUE, 0), previous=so_far))
    assert [day.chosen for day in plan.days] == [*so_far]


def test_an_alternative_is_on_another_date_not_in_the_other_half_of_it() -> None:
    plan = make_plan(problem(member(quota=Quota(1, half=True))))
    assert [day.date for day in plan.days] == [MON]
    assert [[day.date for day in one.days] for one in plan.alternatives] == [[TUE], [WED]]


def test_a_kept_plan_says_what_moving_days_would_bring() -> None:
    busy = tuple(meeting(day, 10, 14, None) for day in (TUE, WED, THU))
    world = problem(member(meetings=busy), previous=(Chosen("ada", WED),))
    plan = make_plan(world, alternatives=1)
    assert (dates(plan), plan.status, plan.objective, plan.bound) == ([WED], Status.OPTIMAL, 180, 180)
    better = plan.alternatives[0]
    assert (better.objective, better.less, better.moved) == (480, -300, 1)
    assert worth_of(better) == "300 minutes more, but moves 1 day of the plan so far"
    model = compile_problem(world)
    said = why_not(world, model, solver_for(model), "ada", MON, plan.objective)
    assert said[0] == "The best plan with it is worth 300 minutes more, but moves 1 day of the plan so far."
    other = next(one.why for one in plan.others if one.date == MON)
    assert other == f"It is worth 300 minutes more than Wednesday {WED}."


def test_accepted_days_stay_against_every_later_rule() -> None:
    one = member(quota=Quota(1), accepted=(Chosen("ada", FRI),), never=frozenset({4}), vetoed=(FRI,))
    assert dates(make_plan(problem(one))) == [FRI]


def test_an_accepted_day_that_a_meeting_took_is_said_to_collide() -> None:
    one = member(quota=Quota(1), accepted=(Chosen("ada", FRI),), meetings=(meeting(FRI, 9, 17, None),))
    plan = make_plan(problem(one))
    assert plan.status is Status.INFEASIBLE
    assert texts(plan) == [
        [
            f"the accepted Friday {FRI} stays",
            "each day has an unbroken block of 120 minutes between what stays",
        ]
    ]


def test_a_trials_draw_decides_the_days_of_its_week() -> None:
    one = member(weeks=2, quota=Quota(2), drawn=((MON, (TUE, THU)),))
    assert dates(make_plan(problem(one, weeks=2)))[:2] == [TUE, THU]


def test_a_deleted_day_does_not_come_back_and_the_others_stay() -> None:
    one = member(quota=Quota(2))
    first = make_plan(problem(one))
    before = tuple(day.chosen for day in first.days)
    after = make_plan(problem(replace(one, vetoed=(MON,)), previous=before))
    assert dates(after) == [TUE, WED]
    assert after.changes
    assert after.changes.moved == ((Chosen("ada", MON), Chosen("ada", WED)),)
    assert after.changes.kept == (Chosen("ada", TUE),)


def test_a_new_meeting_moves_only_the_day_that_it_falls_on() -> None:
    before = tuple(day.chosen for day in make_plan(problem(member(quota=Quota(3)))).days)
    changed = member(quota=Quota(3), meetings=(meeting(TUE, 9, 17, None), meeting(MON, 12, 12.5, None)))
    after = make_plan(problem(changed, previous=before))
    assert dates(after) == [MON, WED, THU]


def test_the_week_keeps_white_space() -> None:
    plan = make_plan(problem(member(quota=Quota(3), cap=0.5)))
    assert texts(plan) == [
        [
            f"3 deep-work days in the week of {MON}",
            f"at most 50 % of the week of {MON} is taken by meetings and deep-work days",
        ]
    ]
    assert plan.conflicts[0].cheapest.rule.id.startswith("room:")


def test_asking_for_more_days_than_there_are_names_the_quota_alone() -> None:
    plan = make_plan(problem(member(quota=Quota(6))))
    assert texts(plan) == [[f"6 deep-work days in the week of {MON}"]]
    assert len(plan.alternatives[0].days) == 5


def team(count: int, limit: int, agreed: int) -> Problem:
    """``agreed`` people who cover, and others who are deep on Tuesday and Tuesday only."""
    covers = tuple(member(f"zoe{number}", quota=Quota(0), covers_at_once=limit) for number in range(agreed))
    points = tuple(PointPerson(one.id, agreed=True) for one in covers)
    away = frozenset({0, 2, 3, 4})
    deep = tuple(member(f"ada{number}", never=away, covered=True, point_people=points) for number in range(count))
    return problem(*covers, *deep)


def test_nobody_covers_more_people_at_once_than_they_said() -> None:
    fits = make_plan(team(count=4, limit=2, agreed=4))
    assert len(fits.days) == 4
    assert faults(team(count=4, limit=2, agreed=4), [day.chosen for day in fits.days]) == []
    over = make_plan(team(count=5, limit=2, agreed=4))
    assert over.status is Status.INFEASIBLE
    assert any(text.startswith("each day has a point person") for rules in texts(over) for text in rules)


def test_cover_is_shared_over_the_weeks() -> None:
    covers = tuple(member(f"zoe{number}", 2, quota=Quota(0)) for number in range(4))
    points = tuple(PointPerson(one.id, agreed=True) for one in covers)
    plan = make_plan(problem(member(weeks=2, quota=Quota(2), covered=True, point_people=points), *covers, weeks=2))
    load = [person for day in plan.days for person in (day.point_person, day.backup)]
    assert {load.count(one.id) for one in covers} == {2}


def test_topics_each_have_a_point_person() -> None:
    def points(*topics: str) -> tuple[PointPerson, ...]:
        training = tuple(PointPerson(name, ("training",), agreed=True) for name in ("bob", "dan"))
        return (*training, PointPerson("cyd", topics, agreed=True))

    others = tuple(member(name, quota=Quota(0)) for name in ("bob", "cyd", "dan"))
    ada = member(covered=True, topics=("training", "serving"), point_people=points("serving"))
    day = make_plan(problem(ada, *others)).days[0]
    assert (day.points, day.backup) == ((("training", "bob"), ("serving", "cyd")), "dan")
    lacking = member(covered=True, topics=("training", "serving"), point_people=points("billing"))
    assert make_plan(problem(lacking, *others)).status is Status.INFEASIBLE


def test_people_who_cover_each_other_take_turns() -> None:
    def one(name: str, other: str) -> Member:
        people = (PointPerson(other, agreed=True), PointPerson("eve", agreed=True))
        return member(name, quota=Quota(2), covered=True, point_people=people)

    plan = make_plan(problem(one("ada", "bob"), one("bob", "ada"), member("eve", quota=Quota(0))))
    assert not set(dates(plan, "ada")) & set(dates(plan, "bob"))
    assert len(plan.days) == 4


def test_a_team_stays_reachable() -> None:
    names = ("ada", "bob", "cyd")
    people = tuple(member(name, quota=Quota(2)) for name in names)
    plan = make_plan(problem(*people, teams=(Team("team", names, 2),)))
    assert plan.status is Status.INFEASIBLE
    plan = make_plan(problem(*people, teams=(Team("team", names, 1),)))
    for day in (MON, TUE, WED, THU, FRI):
        assert sum(one.date == day for one in plan.days) <= 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"point_people": (PointPerson("nobody", agreed=True),)}, "ada names nobody as point person, who is no person"),
        ({"point_people": (PointPerson("ada", agreed=True),)}, "ada is named as their own point person"),
    ],
)
def test_point_people_who_cannot_be_are_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        problem(member(**change))


def test_a_team_of_strangers_and_a_person_named_twice_are_refused() -> None:
    with pytest.raises(InputError, match="names bob, who is no person here"):
        problem(member(), teams=(Team("team", ("bob",)),))
    with pytest.raises(InputError, match="named twice"):
        problem(member(), member())


def test_horizons_have_one_to_twelve_weeks() -> None:
    with pytest.raises(InputError, match="no horizon"):
        Problem((member(),), MON, MON + timedelta(weeks=13))
    with pytest.raises(InputError, match="no horizon"):
        Problem((member(),), MON, MON - timedelta(days=1))
