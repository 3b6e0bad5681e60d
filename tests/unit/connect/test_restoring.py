"""All that can have happened between our write and our restore."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepday.connect import Restoration, restoration
from deepday.model import Audience, AutoReply, Availability, DoNotDisturb, Presence, Status

NOW = 1_000_000
EMPTY, OURS, OLDER = Status(), Status("Deep work", ":x:", NOW + 60), Status("Deep work", ":x:", NOW - 60)
THEIRS, BEFORE, ENDED = Status("Lunch"), Status("Remote", ":house:"), Status("Meeting", "", NOW - 5)


@pytest.mark.parametrize(
    ("current", "written", "before", "done", "value"),
    [
        (OURS, [OURS], BEFORE, Restoration.RESTORED, BEFORE),
        (OURS, [OURS], EMPTY, Restoration.RESTORED, EMPTY),
        (OLDER, [OLDER, OURS], BEFORE, Restoration.RESTORED, BEFORE),
        (THEIRS, [OURS], BEFORE, Restoration.KEPT, THEIRS),
        (EMPTY, [OURS], BEFORE, Restoration.KEPT, EMPTY),  # cleared by hand: ours has not ended
        (EMPTY, [OLDER], BEFORE, Restoration.RESTORED, BEFORE),  # ours ended by itself
        (EMPTY, [OURS], EMPTY, Restoration.ALREADY, EMPTY),
        (BEFORE, [OURS], BEFORE, Restoration.ALREADY, BEFORE),
        (OURS, [OURS], ENDED, Restoration.RESTORED, EMPTY),
        (EMPTY, [OLDER], ENDED, Restoration.ALREADY, EMPTY),
        (THEIRS, [], BEFORE, Restoration.KEPT, THEIRS),
    ],
)
def test_a_restore_is_decided(
    current: Status, written: list[Status], before: Status, done: Restoration, value: Status
) -> None:
    found = restoration(current, written, before, EMPTY, NOW)
    assert (found.done, found.value) == (done, value)


@pytest.mark.parametrize("until", [NOW - 5, 0])  # some connectors show the end that it had
def test_the_words_of_a_reply_that_ended_do_not_stay_where_the_persons_own_were(until: int) -> None:
    ours = AutoReply(enabled=True, text="Deep work.", start=NOW - 60, until=NOW - 5)
    own, left = AutoReply(text="For next time."), AutoReply(text="Deep work.", until=until)
    found = restoration(left, [ours], own, AutoReply(), NOW)
    assert (found.done, found.value) == (Restoration.RESTORED, own)
    assert restoration(own, [ours], own, AutoReply(), NOW).done is Restoration.ALREADY
    theirs = AutoReply(text="Theirs.", until=ours.until)
    assert restoration(theirs, [ours], own, AutoReply(), NOW).done is Restoration.ALREADY


STATUSES = st.builds(
    Status, st.sampled_from(["", "a", "b"]), st.sampled_from(["", ":x:"]), st.integers(NOW - 2, NOW + 2)
)


@given(STATUSES, st.lists(STATUSES, max_size=3), STATUSES)
def test_a_persons_value_is_never_written_over(current: Status, written: list[Status], before: Status) -> None:
    found = restoration(current, written, before, EMPTY, NOW)
    if not current.empty and not any(current.same(value) for value in written):
        assert found.done is not Restoration.RESTORED
    if found.done is not Restoration.RESTORED:
        assert found.value == current


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Status("a  b", "", 5), Status("a b ", "", 5), True),
        (Status("a", "", 5), Status("a", "", 6), False),
        (Status("", "", 5), Status("", "", 6), True),
        (DoNotDisturb(1000), DoNotDisturb(1090), True),
        (DoNotDisturb(1000), DoNotDisturb(1091), False),
        (DoNotDisturb(0), DoNotDisturb(60), False),
        (AutoReply(text="a"), AutoReply(text="b"), True),
        (AutoReply(enabled=True, text="a\nb"), AutoReply(enabled=True, text="a b"), True),
        (AutoReply(enabled=True, text="a"), AutoReply(enabled=True, text="b"), False),
        (AutoReply(enabled=True), AutoReply(enabled=True, audience=Audience.ALL), False),
        (Presence(Availability.BUSY, 5), Presence(Availability.BUSY, 5), True),
        (Presence(Availability.BUSY, 5), Presence(Availability.AWAY, 5), False),
        (Presence(Availability.UNSET, 5), Presence(), True),
    ],
)
def test_values_are_the_same_as_vendors_keep_them(one: Status, other: Status, same: bool) -> None:
    assert one.same(other) is other.same(one) is same


def test_words_for_others_do_not_show_themselves() -> None:
    assert "canary" not in repr(AutoReply(enabled=True, text="canary", text_outside="canary", subject="canary"))
