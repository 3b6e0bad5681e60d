"""A time at which everybody is free."""

from hypothesis import given
from hypothesis import strategies as st

from deepday.case.meeting import find_slots
from deepday.model import Interval

DAY = 86_400


def test_the_first_quarter_of_an_hour_at_which_both_work_and_nobody_is_busy() -> None:
    mine, theirs = [Interval(9 * 3600, 17 * 3600)], [Interval(10 * 3600, 18 * 3600)]
    busy = [Interval(10 * 3600, 11 * 3600 + 300)]
    assert find_slots([mine, theirs], busy, 1800, 0) == [Interval(11 * 3600 + 900, 11 * 3600 + 2700)]


def test_one_slot_a_day() -> None:
    windows = [Interval(day * DAY + 9 * 3600, day * DAY + 17 * 3600) for day in range(5)]
    found = find_slots([windows], [Interval(12 * 3600, 13 * 3600)], 1800, 0)
    assert [slot.start // DAY for slot in found] == [0, 1, 2]


_PIECES = st.lists(
    st.tuples(st.integers(0, 3 * DAY), st.integers(60, 40_000)).map(lambda pair: Interval(pair[0], sum(pair))),
    max_size=8,
)


@given(
    windows=st.lists(_PIECES, min_size=1, max_size=3),
    busy=_PIECES,
    seconds=st.integers(300, 14_400),
    earliest=st.integers(0, DAY),
)
def test_a_slot_lies_in_everybodys_time_and_in_nobodys_way(
    windows: list[list[Interval]], busy: list[Interval], seconds: int, earliest: int
) -> None:
    for slot in find_slots(windows, busy, seconds, earliest):
        assert slot.seconds == seconds
        assert slot.start >= earliest
        assert slot.start % 900 == 0
        assert all(slot.end <= one.start or one.end <= slot.start for one in busy)
        for own in windows:
            edges = sorted(one for one in own if one.start < slot.end and one.end > slot.start)
            reach = slot.start
            for one in edges:
                if one.start <= reach:
                    reach = max(reach, one.end)
            assert reach >= slot.end
