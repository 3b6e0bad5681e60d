"""Declining through the public doors: the store, an office in memory, and everything that can go wrong between."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepday.connect.memory import MemoryAccount, MemoryOffice
from deepday.errors import (
    DeepdayError,
    FatalError,
    InputError,
    OutcomeUnknownError,
    ReconnectNeededError,
    RetryLaterError,
)
from deepday.model import ApprovedBlock, Contact, Interval, Override, OverrideKind, Response
from deepday.reconcile import Answered, Decliner, DeclineRules, Inbox, Policy, Reconciler, connected
from deepday.reconcile.answering import LOOK, MOST_AT_ONCE, SETTLING
from deepday.store import open_store
from deepday.store.declines import AnswerStage
from deepday.testing import TurnedClock, keys_in_memory

ADA = "ada@example.org"
BEN = "ben@example.org"
HOUR = 3600
DAY = 86_400


def block(name: str, day: int) -> ApprovedBlock:
    start, end = (datetime.fromisoformat(f"2026-03-{day:02}T{hour}:00") for hour in (14, 16))
    return ApprovedBlock(name, ADA, start, end, "UTC", point_person=Contact("Grace", "@grace"))


TOMORROW = block("b1", 11)
LAST_WEEK = block("b0", 3)
WHEN = Interval(TOMORROW.when.start, TOMORROW.when.start + HOUR)


class Day:
    """Noon; a block tomorrow from two to four, and one last week."""

    def __init__(self, path: Path) -> None:
        self.clock = TurnedClock(datetime(2026, 3, 10, 12, tzinfo=UTC))
        self.office = MemoryOffice(self.clock)
        self.calls: list[str] = []
        self.office.fault = self._counted
        self.account = connected("memory", "ada", MemoryAccount(self.office), (), "primary")
        self.opened = open_store(path, self.clock)
        self.store, self.book = self.opened.protecting(keys_in_memory()), self.opened.declines()
        self.store.approve([LAST_WEEK, TOMORROW], ADA)
        self.rules = DeclineRules()
        self.decliner = self.worker("one")
        Reconciler(self.store, self.clock, Policy("here"), "one").tick(ADA, [self.account])
        self.calls.clear()

    def _counted(self, call: str, moment: str) -> None:
        if moment == "before":
            self.calls.append(call)

    @property
    def inboxes(self) -> list[Inbox]:
        return [Inbox(self.account, "primary")]

    def worker(self, name: str) -> Decliner:
        return Decliner(self.store, self.book, self.clock, Policy("here"), self.rules, name)

    def on(self) -> None:
        self.decliner.preview(ADA, self.inboxes)
        self.book.switch_on(ADA, self.rules.fingerprint)
        self.calls.clear()

    def tick(self, seconds: int = 0, worker: Decliner | None = None) -> Answered:
        self.clock.turn(seconds)
        return (worker or self.decliner).tick(ADA, self.inboxes, [self.account])

    def states(self) -> list[AnswerStage]:
        return [one.state for one in self.book.known(ADA).answers]


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    made = Day(tmp_path / "deepday.sqlite")
    yield made
    made.opened.close()


def test_without_the_switch_nobody_is_asked_anything(day: Day) -> None:
    day.office.invite([WHEN], "Sync")
    assert day.tick(LOOK) == Answered()
    assert day.calls == []
    assert day.office.told == []


def test_it_cannot_be_switched_on_without_a_preview_of_these_rules(day: Day) -> None:
    with pytest.raises(InputError):
        day.book.switch_on(ADA, day.rules.fingerprint)
    day.decliner.preview(ADA, day.inboxes)
    with pytest.raises(InputError):
        day.book.switch_on(ADA, DeclineRules(largest=3).fingerprint)
    assert day.book.switch_on(ADA, day.rules.fingerprint).on
    assert [row.after for row in day.store.history(ADA) if row.subject == "declining invitations"] == ["on"]


def test_an_old_preview_does_not_count(day: Day) -> None:
    day.decliner.preview(ADA, day.inboxes)
    day.clock.turn(DAY)
    with pytest.raises(InputError):
        day.book.switch_on(ADA, day.rules.fingerprint)


def test_a_preview_that_could_not_see_everything_does_not_count(day: Day) -> None:
    def down(*_: str) -> None:
        raise RetryLaterError("The office is closed.")

    day.office.fault = down
    assert day.decliner.preview(ADA, day.inboxes).unknown
    with pytest.raises(InputError):
        day.book.switch_on(ADA, day.rules.fingerprint)


def test_the_preview_shows_the_past_and_the_present_and_answers_nothing(day: Day) -> None:
    past = Interval(LAST_WEEK.when.start, LAST_WEEK.when.start + HOUR)
    handle = day.office.invite([past], "Then")
    day.office.respond(handle, Response.ACCEPTED)
    day.office.invite([WHEN], "Now")
    day.office.invite([WHEN], "All hands", others=40)
    shown = day.decliner.preview(ADA, day.inboxes)
    assert [one.invitation.title for one in shown.past] == ["Then"]
    assert [one.invitation.title for one in shown.now] == ["Now"]
    assert [(one.invitation.title, one.why) for one in shown.kept] == [("All hands", "more than 8 people take part")]
    assert shown.blocks == 1
    assert day.office.told == []
    assert day.states() == []


def test_a_new_invitation_is_declined_once_with_a_helpful_answer(day: Day) -> None:
    day.office.invite([WHEN], "Before")
    day.clock.turn(60)
    day.on()
    day.clock.turn(60)
    handle = day.office.invite([WHEN], "After")
    report = day.decliner.tick(ADA, day.inboxes, [day.account], lambda meeting: meeting.end + DAY)
    assert [one.block for one in report.declined] == ["b1"]
    assert day.office.responses(handle) == [Response.DECLINED]
    ((answer, words),) = day.office.told
    assert answer == Response.DECLINED
    for part in ("16:00", "2026-03-12 15:00", "Grace", "@grace"):
        assert part in words
    assert day.tick(LOOK).declined == ()
    assert len(day.office.told) == 1
    subject = [(row.before, row.after) for row in day.store.history(ADA) if row.subject.startswith("invitation")]
    assert subject == [("", "declining"), ("intent", "declined")]
    assert day.store.first_break() is None


def test_a_later_acceptance_is_final(day: Day) -> None:
    day.on()
    handle = day.office.invite([WHEN], "Sync")
    day.tick(LOOK)
    for response in (Response.ACCEPTED, Response.NEEDS_ACTION):  # the organiser asks again after a change
        day.office.respond(handle, response)
        day.tick(LOOK)
        assert day.office.responses(handle) == [response]
    assert len(day.office.told) == 1


def test_switched_off_nothing_more_is_answered(day: Day) -> None:
    day.on()
    assert day.book.switch_off(ADA)
    assert not day.book.switch_off(ADA)
    day.office.invite([WHEN], "Sync")
    assert day.tick(LOOK) == Answered()
    assert day.office.told == []


def test_changed_exceptions_must_be_previewed_first(day: Day) -> None:
    day.on()
    day.rules = DeclineRules(people=frozenset({BEN}))
    day.office.invite([WHEN], "Sync")
    assert day.tick(LOOK, day.worker("one")).read_only
    assert day.office.told == []


def test_too_many_at_once_is_no_busy_day_but_a_fault(day: Day) -> None:
    day.on()
    for number in range(MOST_AT_ONCE + 1):
        day.office.invite([WHEN], f"Sync {number}")
    assert day.tick(LOOK).refused
    assert day.office.told == []


def test_neither_title_nor_organiser_is_in_the_store(day: Day, tmp_path: Path) -> None:
    day.on()
    day.office.invite([WHEN], "canary-title", organiser="canary@example.org")
    assert day.tick(LOOK).declined
    day.opened.close()
    assert not any(b"canary" in path.read_bytes() for path in tmp_path.iterdir())


def test_an_invitation_that_began_is_left(day: Day) -> None:
    day.on()
    day.clock.turn(TOMORROW.when.start + 600 - day.office.now())
    day.office.invite([WHEN], "Sync")
    day.tick(LOOK)
    assert day.office.told == []


def test_a_pause_protects_nothing(day: Day) -> None:
    day.on()
    day.store.decide(Override(ADA, "", OverrideKind.PAUSE, Interval(WHEN.start, WHEN.end)))
    day.office.invite([WHEN], "Sync")
    day.tick(LOOK)
    assert day.office.told == []


def test_an_account_in_trouble_is_left_in_peace(day: Day) -> None:
    day.on()
    day.office.invite([WHEN], "Sync")
    for error in (RetryLaterError("Later.", after=3000), ReconnectNeededError("Sign in.", "")):

        def fails(call: str, moment: str, error: DeepdayError = error) -> None:
            day.calls.append(call)
            if call == "decline_invitation" and moment == "before":
                raise error

        day.office.fault = fails
        assert day.tick(2 * HOUR).unknown
        day.calls.clear()
        day.tick(SETTLING)
        assert "decline_invitation" not in day.calls
    day.office.fault = day._counted
    assert day.tick(2 * HOUR).declined
    assert len(day.office.told) == 1


def test_what_the_vendor_refuses_is_not_tried_for_ever(day: Day) -> None:
    day.on()
    day.office.invite([WHEN], "Sync")

    def refuses(call: str, _: str) -> None:
        if call == "decline_invitation":
            raise FatalError("No.", "")

    day.office.fault = refuses
    assert day.tick(LOOK).refused
    assert day.states() == [AnswerStage.DEAD]
    day.office.fault = day._counted
    day.tick(LOOK)
    assert day.office.told == []


class Crash(BaseException):
    """The process dies."""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("how", [Crash(), OutcomeUnknownError("Lost.", "")])
def test_after_a_crash_or_a_lost_answer_the_organiser_is_told_exactly_once(
    day: Day, moment: str, how: BaseException
) -> None:
    day.on()
    handle = day.office.invite([WHEN], "Sync")

    def dies(call: str, at: str) -> None:
        if call == "decline_invitation" and at == moment:
            raise how

    day.office.fault = dies
    if isinstance(how, Crash):
        with pytest.raises(Crash):
            day.tick(LOOK)
    else:
        assert day.tick(LOOK).unknown
    assert day.states()[0] in {AnswerStage.INTENT, AnswerStage.UNKNOWN}
    day.office.fault = day._counted
    other = day.worker("one")
    for _ in range(3):
        day.tick(LOOK, other)
    assert day.office.responses(handle) == [Response.DECLINED]
    assert len(day.office.told) == 1
    assert day.states() == [AnswerStage.DECLINED]


def test_after_a_crash_a_persons_answer_goes_before_ours(day: Day) -> None:
    day.on()
    handle = day.office.invite([WHEN], "Sync")

    def dies(call: str, _: str) -> None:
        if call == "decline_invitation":
            raise Crash

    day.office.fault = dies
    with pytest.raises(Crash):
        day.tick(LOOK)
    day.office.fault = day._counted
    day.office.respond(handle, Response.ACCEPTED)
    for _ in range(3):
        day.tick(LOOK)
    assert day.office.responses(handle) == [Response.ACCEPTED]
    assert day.states() == [AnswerStage.LEFT]


def test_what_is_asked_anew_after_a_lost_answer_is_not_answered_again(day: Day) -> None:
    day.on()
    handle = day.office.invite([WHEN], "Sync")

    def dies(call: str, at: str) -> None:
        if call == "decline_invitation" and at == "after":
            raise OutcomeUnknownError("Lost.", "")

    day.office.fault = dies
    day.tick(LOOK)
    day.office.fault = day._counted
    day.office.respond(handle, Response.NEEDS_ACTION)
    for _ in range(3):
        day.tick(LOOK)
    assert len(day.office.told) == 1
    assert day.states() == [AnswerStage.LEFT]


def test_another_process_does_not_answer_beside_us(day: Day) -> None:
    day.on()
    day.office.invite([WHEN], "Sync")
    day.clock.turn(LOOK)
    assert day.store.take(ADA, "another") is not None
    assert day.tick().read_only
    assert day.office.told == []


def test_another_device_keeps_us_from_answering(day: Day) -> None:
    day.on()
    day.office.invite([WHEN], "Sync")
    there = Decliner(day.store, day.book, day.clock, Policy("elsewhere"), day.rules, "one")
    day.clock.turn(LOOK)
    assert there.tick(ADA, day.inboxes, [day.account]).read_only
    assert day.office.told == []


deeds = st.lists(
    st.sampled_from(["invite", "early", "accept", "open", "tick", "lost before", "lost after", "crash", "off", "on"]),
    max_size=14,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds)
def test_whatever_happens_nobody_is_told_twice_and_nothing_without_the_switch(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[str]
) -> None:
    day = Day(tmp_path_factory.mktemp("day") / "deepday.sqlite")
    handles: list[str] = []
    switched = False
    for deed in deeds:
        before = len(day.office.told)
        if deed in {"invite", "early"}:
            handles.append(day.office.invite([WHEN if deed == "invite" else Interval(WHEN.start - 60, WHEN.end)], deed))
        elif deed in {"accept", "open"} and handles:
            day.office.respond(handles[-1], Response.ACCEPTED if deed == "accept" else Response.NEEDS_ACTION)
        elif deed == "on":
            day.on()
            switched = True
        elif deed == "off":
            day.book.switch_off(ADA)
            switched = False
        elif deed == "crash" or deed.startswith("lost"):
            moment = deed.partition(" ")[2] or "before"
            error = Crash() if deed == "crash" else OutcomeUnknownError("Lost.", "")

            def fails(call: str, at: str, moment: str = moment, error: BaseException = error) -> None:
                if call == "decline_invitation" and at == moment:
                    raise error

            day.office.fault = fails
            try:
                day.tick(LOOK)
            except Crash:
                day.decliner = day.worker("one")
            day.office.fault = day._counted
        elif deed == "tick":
            day.tick(LOOK)
        told = day.office.told[before:]
        assert not told or switched
    assert len(day.office.told) <= len(day.states()) <= len(handles)
    assert day.store.first_break() is None
    day.opened.close()
