"""One day: what it holds, what it costs, what had better move."""

from datetime import timedelta

import pytest
from hypothesis import given

from deepday.errors import InputError
from deepday.plan.blocks import build_block, windows_of
from deepday.plan.problem import MINUTE, Chosen, Member, Part, Quota, WorkDay
from tests.unit.plan.checker import best_block
from tests.unit.plan.worlds import MONDAY, meeting, member, members, span

DAY = (span(MONDAY, 9, 17),)
TWO_HOURS = 120 * MINUTE


def test_an_empty_day_gains_all_of_its_working_time() -> None:
    block = build_block(DAY, (), TWO_HOURS, 0)
    assert (block.gain, block.cost, block.stretches) == (480, 0, DAY)


def test_a_break_ends_a_stretch() -> None:
    block = build_block((span(MONDAY, 9, 12), span(MONDAY, 13, 14)), (), TWO_HOURS, 0)
    assert (block.gain, block.stretches) == (180, (span(MONDAY, 9, 12),))


def test_a_meeting_moves_only_when_that_is_worth_its_price() -> None:
    noon = meeting(MONDAY, 12.5, 13, price=29)
    assert build_block(DAY, (noon,), TWO_HOURS, 0).displaced == (noon,)
    dear = meeting(MONDAY, 12.5, 13, price=31)
    block = build_block(DAY, (dear,), TWO_HOURS, 0)
    assert (block.displaced, block.kept, block.gain) == ((), (dear,), 450)


def test_what_does_not_move_is_carved_out() -> None:
    block = build_block(DAY, (meeting(MONDAY, 10, 11, price=None),), TWO_HOURS, 0)
    assert (block.gain, block.stretches) == (360, (span(MONDAY, 11, 17),))


def test_two_meetings_at_once_move_together_or_not_at_all() -> None:
    both = (meeting(MONDAY, 12, 13, price=40), meeting(MONDAY, 12.5, 13, price=30))
    assert build_block(DAY, both, TWO_HOURS, 0).displaced == ()
    assert len(build_block(DAY, (both[0], meeting(MONDAY, 12.5, 13, price=10)), TWO_HOURS, 0).displaced) == 2


def test_what_stays_quiet_by_itself_is_no_gain() -> None:
    assert build_block(DAY, (), TWO_HOURS, 0.25).gain == 360


def test_a_full_day_has_no_unbroken_block() -> None:
    every = tuple(meeting(MONDAY, hour, hour + 0.5, price=None) for hour in range(9, 17))
    block = build_block(DAY, every, TWO_HOURS, 0)
    assert (block.unbroken, block.gain, block.displaced) == (False, 0, ())


def test_when_nothing_pays_the_cheapest_unbroken_block_is_taken() -> None:
    every = tuple(meeting(MONDAY, hour + 0.5, hour + 1, price=500 - hour) for hour in range(9, 17))
    block = build_block(DAY, every, TWO_HOURS, 0)
    assert block.unbroken
    assert block.cost > block.gain


def test_halves_are_cut_at_the_break() -> None:
    day = WorkDay(MONDAY, (span(MONDAY, 9, 12.5), span(MONDAY, 13.5, 18)), eligible=True)
    assert windows_of(day, Part.MORNING) == (span(MONDAY, 9, 12.5),)
    assert windows_of(day, Part.AFTERNOON) == (span(MONDAY, 13.5, 18),)


def test_without_a_break_near_the_middle_halves_are_cut_there() -> None:
    day = WorkDay(MONDAY, (span(MONDAY, 9, 16), span(MONDAY, 16.5, 17.5)), eligible=True)
    assert windows_of(day, Part.MORNING) == (span(MONDAY, 9, 13),)


@given(members("ada", (), 1, half=False))
def test_the_best_choice_of_meetings_to_move_is_found(one: Member) -> None:
    ada = member(meetings=one.meetings, quota=one.quota, stays=one.stays, days=one.days)
    for number in range(5):
        day = MONDAY + timedelta(days=number)
        windows = next(found.windows for found in ada.days if found.date == day)
        block = build_block(windows, ada.meetings, ada.quota.block, ada.stays)
        best = best_block(ada, Chosen("ada", day))
        assert ((block.gain, block.cost) if block.unbroken else None) == best


@pytest.mark.parametrize(("days", "block"), [(-1, 7200), (100, 7200), (1, 60)])
def test_a_quota_that_cannot_be_is_refused(days: int, block: int) -> None:
    with pytest.raises(InputError, match="cannot be"):
        Quota(days, block=block)
