"""What may be said of a team without telling of one of its people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepday.measure.teams import LEAST_OF_ALL, Held, team_figure

minutes = st.floats(0, 2400, allow_nan=False)
teams = st.dictionaries(st.integers(1, 40), minutes, max_size=30)


def people(*numbers: int, each: float = 100.0) -> dict[int, float]:
    return dict.fromkeys(numbers, each)


def test_the_mean_is_rounded_to_a_quarter_of_an_hour() -> None:
    values = {number: 100.0 + number for number in range(10)}  # their mean is 104.5
    assert team_figure(values, None).value == 105.0


@pytest.mark.parametrize(("number", "held"), [(9, Held.FEW), (10, None), (0, Held.FEW)])
def test_fewer_than_ten_are_never_told_of(number: int, held: Held | None) -> None:
    assert team_figure(people(*range(number)), None).held is held


@pytest.mark.parametrize("asked", [1, 4, 0, -3])
def test_no_setting_asks_for_fewer_than_five(asked: int) -> None:
    assert team_figure(people(*range(4)), None, asked).held is Held.FEW
    assert team_figure(people(*range(LEAST_OF_ALL)), None, asked).held is None


def test_nothing_is_told_where_one_person_makes_up_more_than_half() -> None:
    values = people(*range(10), each=10.0)
    assert team_figure(values | {0: 90.0}, None).held is None  # exactly half
    assert team_figure(values | {0: 91.0}, None).held is Held.ONE


def test_a_week_in_which_few_joined_or_left_is_held_back_since_the_difference_would_tell_of_them() -> None:
    before = frozenset(range(20))
    assert team_figure(people(*range(20)), before).held is None
    assert team_figure(people(*range(21)), before).held is Held.CHANGE
    assert team_figure(people(*range(11, 31)), before).held is None
    assert team_figure(people(*range(11)), before).held is Held.CHANGE
    assert team_figure(people(*range(10)), before).held is None


@given(teams, st.none() | st.frozensets(st.integers(1, 40)), st.integers(1, 15))
def test_whatever_is_told_keeps_every_rule(values: dict[int, float], before: frozenset[int] | None, least: int) -> None:
    made = team_figure(values, before, least)
    assert (made.value is None) == (made.held is not None)
    assert made.people == frozenset(values)
    if made.value is not None:
        assert len(values) >= max(least, LEAST_OF_ALL)
        assert made.value % 15 == 0
        assert max(values.values()) <= sum(values.values()) / 2
        assert before is None or made.people == before or len(made.people ^ before) >= max(least, LEAST_OF_ALL)


@given(teams.filter(lambda found: len(found) >= 10), minutes)
def test_one_persons_minutes_move_the_mean_by_no_more_than_their_part_and_a_step(
    values: dict[int, float], other: float
) -> None:
    one = min(values)
    first, second = team_figure(values, None), team_figure(values | {one: other}, None)
    if first.value is not None and second.value is not None:
        assert abs(first.value - second.value) <= abs(values[one] - other) / len(values) + 15
