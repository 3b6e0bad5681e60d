"""A person's day through the public doors: the store, the reconciler, an office in memory."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deepday.connect.memory import MemoryAccount, MemoryOffice
from deepday.connect.memory.office import no_fault
from deepday.errors import ReconnectNeededError, RetryLaterError, UnsupportedError
from deepday.model import (
    ApprovedBlock,
    Contact,
    DoNotDisturb,
    Interval,
    Override,
    OverrideKind,
    SettingKind,
    Status,
)
from deepday.reconcile import Action, ConnectedAccount, Policy, Reconciler, connected
from deepday.store import open_store
from deepday.store.protecting import ProtectStore
from deepday.testing import TurnedClock, keys_in_memory

ADA = "ada@example.org"
HOUR = 3600
LUNCH = Status("Lunch", ":pizza:")
BLOCK = ApprovedBlock(
    "b1",
    ADA,
    datetime.fromisoformat("2026-03-10T14:00"),
    datetime.fromisoformat("2026-03-10T16:00"),
    "Europe/Berlin",
    point_person=Contact("Grace", "@grace"),
)


class Day:
    """One o'clock in Berlin, a block from two to four."""

    def __init__(self, path: Path) -> None:
        self.clock = TurnedClock(datetime(2026, 3, 10, 12, tzinfo=UTC))
        self.office = MemoryOffice(self.clock)
        self.office.status = LUNCH
        self.calls: list[str] = []
        self.office.fault = lambda call, moment: self.calls.append(call) if moment == "before" else None
        self.account = MemoryAccount(self.office)
        self.store: ProtectStore = open_store(path, self.clock).protecting(keys_in_memory())
        self.store.approve([BLOCK], ADA)
        self.reconciler = self.worker("one")

    def worker(self, name: str) -> Reconciler:
        return Reconciler(self.store, self.clock, Policy("here"), name)

    @property
    def accounts(self) -> list[ConnectedAccount]:
        return [connected("memory", "ada", self.account, SettingKind, "primary")]

    def tick(self, seconds: int = 0, worker: Reconciler | None = None) -> list[str]:
        """Let time pass, run a round, and return what was done."""
        self.clock.turn(seconds)
        self.calls.clear()
        report = (worker or self.reconciler).tick(ADA, self.accounts)
        self.read_only, self.unknown = report.read_only, report.unknown
        return [f"{one.action} {one.target.split(' of ')[0]}" for one in report.done]

    def ours(self) -> list[tuple[Interval, str]]:
        return [(when, title) for when, title in self.office.events() if when.start > self.office.now() - 86_400]


@pytest.fixture
def day(tmp_path: Path) -> Day:
    return Day(tmp_path / "deepday.sqlite")


def test_a_day_is_protected_and_leaves_no_trace(day: Day) -> None:
    assert day.tick() == ["create event"]
    assert day.ours() == [(BLOCK.when, "Deep work (urgent: Grace)")]
    assert day.office.status == LUNCH
    assert day.tick(HOUR) == ["set status", "set do not disturb", "set automatic reply", "set presence"]
    until = BLOCK.when.end + 120
    assert day.office.status == Status("Deep work until 16:00, urgent: Grace @grace", ":headphones:", until)
    assert day.office.do_not_disturb == DoNotDisturb(until)
    assert (day.office.auto_reply.enabled, day.office.auto_reply.until) == (True, until)
    assert day.office.presence.until == until
    # Nothing held notifications before: that ends by itself. Whether a presence has shown is not known yet.
    assert day.tick(2 * HOUR) == ["restore status", "restore automatic reply", "restore presence"]
    day.tick(15)
    day.calls.clear()
    day.tick(240)
    assert day.calls == []
    assert day.office.status == LUNCH
    assert (day.office.auto_reply.empty, day.office.presence.empty) == (True, True)
    assert day.office.do_not_disturb.over(day.office.now())
    assert not any(slot.owned for slot in day.store.known(ADA).slots)


def test_changes_show_what_a_round_would_do_and_do_nothing(day: Day) -> None:
    day.clock.turn(HOUR)
    report = day.reconciler.changes(ADA, day.accounts)
    shown = {change.target.split(" of ")[0]: (change.action, change.before, change.after) for change in report.done}
    assert shown["event"] == (Action.CREATE, None, BLOCK.when)
    assert shown["status"][:2] == (Action.SET, LUNCH)
    assert all(change.why for change in report.done)
    assert day.office.status == LUNCH
    assert day.office.events() == []
    assert day.store.known(ADA).slots == ()
    assert day.tick() == [f"{change.action} {change.target.split(' of ')[0]}" for change in report.done]


def test_with_nothing_to_do_nobody_is_asked(day: Day) -> None:
    day.tick()
    assert day.tick(15) == []
    assert day.calls == []


def test_setting_up_a_block_takes_one_read_and_one_write_each(day: Day) -> None:
    day.tick()
    lease = ["find_ours", "find_event", "create_event", "find_event"]  # once for ever
    assert day.calls == [*lease, "find_ours", "create_event"]
    day.tick(HOUR)
    assert [call for call in day.calls if "event" in call or "ours" in call] == [
        "find_event",
        "find_event",
        "find_ours",
    ]
    assert sorted(call for call in day.calls if call.startswith("set_")) == [
        "set_auto_reply",
        "set_do_not_disturb",
        "set_presence",
        "set_status",
    ]
    assert sum(call.startswith("read_") for call in day.calls) == 4


def test_a_persons_own_status_is_left_alone(day: Day) -> None:
    day.tick(HOUR)
    day.office.status = Status("On a train", ":train:")
    assert "hands off status" in day.tick(301)
    day.tick(301)
    day.tick(2 * HOUR)
    assert day.office.status == Status("On a train", ":train:")


def test_a_longer_do_not_disturb_of_the_person_is_enough(day: Day) -> None:
    day.office.do_not_disturb = DoNotDisturb(BLOCK.when.end + 5 * HOUR)
    day.tick(HOUR)
    day.tick(2 * HOUR)
    assert day.office.do_not_disturb == DoNotDisturb(BLOCK.when.end + 5 * HOUR)


def test_a_deleted_event_ends_the_block_for_good(day: Day) -> None:
    day.tick()
    day.tick(HOUR)
    event = next(one for one in day.office.calendars["primary"].live() if one.marker == "here")
    day.office.delete_event(event.id)
    done = day.tick(301)
    assert done[0] == "veto event"
    assert "restore status" in done
    assert day.office.status == LUNCH
    day.tick(301)
    assert day.ours() == []
    assert [one.kind for one in day.store.known(ADA).schedule.overrides] == [OverrideKind.VETO]


def test_a_moved_event_moves_the_block(day: Day) -> None:
    day.tick()
    event = next(one for one in day.office.calendars["primary"].live() if one.marker == "here")
    later = Interval(BLOCK.when.start + HOUR, BLOCK.when.end + HOUR)
    day.office.move_event(event.id, later)
    assert day.tick(1800) == ["pin event"]
    assert day.tick(1800) == []
    assert "set status" in day.tick(HOUR)
    assert day.ours() == [(later, "Deep work (urgent: Grace)")]


def test_commands_extend_pause_and_end(day: Day) -> None:
    day.tick(HOUR)
    now = day.office.now()
    day.store.decide(Override(ADA, "b1", OverrideKind.EXTEND, Interval(0, BLOCK.when.end + HOUR), now, ADA, "more"))
    assert day.tick(15)[0] == "move event"
    assert day.office.status.until == BLOCK.when.end + HOUR + 120
    day.store.decide(Override(ADA, "", OverrideKind.PAUSE, Interval(now, now + 600), now, ADA, "a call"))
    day.tick(60)
    assert day.office.status == LUNCH
    day.tick(600)
    assert day.office.status.text.startswith("Deep work until 17:00")
    now = day.office.now()
    day.store.decide(Override(ADA, "b1", OverrideKind.END, Interval(0, now), now, ADA, "done"))
    day.tick(15)
    assert day.office.status == LUNCH
    assert day.ours() == [(Interval(BLOCK.when.start, now), "Deep work (urgent: Grace)")]


def test_a_block_that_is_nearly_over_is_not_begun(day: Day) -> None:
    done = day.tick(3 * HOUR - 300)
    assert done == ["hands off status", "hands off do not disturb", "hands off automatic reply", "hands off presence"]
    assert day.office.status == LUNCH
    assert day.ours() == []


def test_everything_is_taken_back_and_a_second_look_finds_nothing(day: Day) -> None:
    stranger = day.office.add_event(Interval(BLOCK.when.start, BLOCK.when.end), "Stand-up")
    before = day.office.events()
    day.tick()
    day.tick(HOUR)
    early = day.reconciler.restore_all(ADA, day.accounts)
    assert early.unknown == ("The presence of ada at memory is still ours.",)  # what shows may be from before our write
    day.clock.turn(31)
    report = day.reconciler.restore_all(ADA, day.accounts)
    assert {str(one.action) for one in early.done} == {"remove", "restore"}
    assert report.unknown == ()
    assert day.office.status == LUNCH
    assert day.office.events() == before
    assert stranger in {one.id for one in day.office.calendars["primary"].live()}
    assert day.tick(15) == []


def test_the_second_look_reads_every_setting_that_ever_was_ours(day: Day) -> None:
    day.tick(HOUR)
    day.tick(2 * HOUR)  # by now all of them are given back
    day.clock.turn(301)
    day.calls.clear()
    assert day.reconciler.restore_all(ADA, day.accounts).unknown == ()
    assert {"read_status", "read_do_not_disturb", "read_auto_reply", "read_presence"} <= set(day.calls)
    day.office.status = Status("Deep work until 16:00", ":headphones:")
    assert day.reconciler.restore_all(ADA, day.accounts).unknown == (
        "The status of ada at memory looks like deepday's, and its record does not say what was there before.",
    )


def test_a_restore_without_effect_is_said_and_tried_again(day: Day) -> None:
    accounts = [connected("memory", "ada", day.account, [SettingKind.STATUS])]  # no calendar, as at Slack
    day.clock.turn(HOUR)
    day.reconciler.tick(ADA, accounts)
    ours = day.office.status
    day.clock.turn(60)
    day.office.fault = lambda _, moment: setattr(day.office, "status", ours) if moment == "after" else None
    said = day.reconciler.restore_all(ADA, accounts).unknown
    assert said == ("The status of ada at memory shows what deepday put there: taking it back had no effect.",)
    day.office.fault = no_fault
    day.clock.turn(31)
    assert day.reconciler.restore_all(ADA, accounts).unknown == ()
    assert day.office.status == LUNCH


def test_one_of_two_workers_writes(day: Day) -> None:
    day.tick(HOUR)
    assert day.store.take(ADA, "one") is not None  # in the middle of a round
    now = day.office.now()
    day.store.decide(Override(ADA, "b1", OverrideKind.EXTEND, Interval(0, BLOCK.when.end + HOUR), now, ADA, "more"))
    assert day.store.take(ADA, "one") is not None  # it is at it
    assert day.tick(15, day.worker("two")) == []
    assert "Another deepday" in day.read_only
    assert day.calls == []
    assert "set status" in day.tick(200, day.worker("three"))  # the lease of the first is over by now


def test_after_a_round_another_worker_may_go_on_at_once(day: Day) -> None:
    day.tick()
    assert "set status" in day.tick(HOUR, day.worker("two"))
    assert day.read_only == ""


def test_a_busy_service_is_left_in_peace_for_as_long_as_it_says(day: Day) -> None:
    def busy(call: str, _: str) -> None:
        day.calls.append(call)
        raise RetryLaterError("Too many calls.", after=100)

    day.office.fault = busy
    day.tick()
    assert len(day.calls) == 1
    assert "Too many calls." in day.unknown[0]
    day.tick(99)
    assert day.calls == []
    day.tick(2)
    assert len(day.calls) == 1


def test_an_account_that_refuses_us_is_told_about_once(day: Day) -> None:
    day.tick(HOUR)

    def refused(*_: str) -> None:
        raise ReconnectNeededError("The grant was withdrawn.", "Sign in again.")

    day.office.fault = refused
    for _ in range(4):
        day.tick(901)
    told = [row for row in day.store.history(ADA) if row.why == "The grant was withdrawn."]
    assert len(told) == 1
    assert {str(slot.phase) for slot in day.store.known(ADA).slots} == {"blocked"}


def test_a_setting_that_the_vendor_refuses_is_done_without(day: Day) -> None:
    def no_presence(call: str, _: str) -> None:
        if call == "set_presence":
            raise UnsupportedError("This account has no presence.")

    day.office.fault = no_presence
    assert "set status" in day.tick(HOUR)
    assert day.office.status.text.startswith("Deep work")
    phases = {slot.target.setting: str(slot.phase) for slot in day.store.known(ADA).slots}
    assert phases[SettingKind.PRESENCE] == "degraded"
    assert phases[SettingKind.STATUS] == "owned"


def test_without_an_event_to_go_by_one_look_that_misses_ours_is_not_believed(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account without the devices' lease has no event that says whether a listing is whole."""
    first, second = connected("memory", "ada", day.account, (), "primary"), MemoryAccount(day.office)
    accounts = [first, connected("memory", "other", second, (), "team")]
    reconciler = day.reconciler
    reconciler.tick(ADA, accounts)
    with monkeypatch.context() as patch:
        patch.setattr(MemoryAccount, "find_ours", lambda *_: ())
        patch.setattr(MemoryAccount, "find_event", lambda *_: None)
        day.clock.turn(301)
        reconciler.tick(ADA, accounts)
        assert day.store.known(ADA).schedule.overrides == ()
    day.clock.turn(301)
    reconciler.tick(ADA, accounts)
    [theirs] = [one for one in day.office.calendars["team"].live() if one.marker == "here"]
    there = day.office.calendars["team"]
    there.put(replace(theirs, deleted=True))
    for looks in (0, 1):
        day.clock.turn(301)
        reconciler.tick(ADA, accounts)
        assert len(day.store.known(ADA).schedule.overrides) == looks
