from dataclasses import replace

import pytest

from deepday.model import EventDraft, Interval, WrittenEvent
from deepday.reconcile.changes import Action, EventChange
from deepday.reconcile.desired import EventPlan
from deepday.reconcile.guard import LARGEST_SHARE, MANY, MOST_CREATES, OLDEST, Context, guard
from deepday.reconcile.observed import SeenEvents
from deepday.store.ledger import EntryState, LedgerEntry

NOW = 1_773_144_000
DAY = 86_400
HERE = Context(future=MANY, frozen=DAY, now=NOW)
SEEN = SeenEvents(at=NOW)


def change(action: Action, number: int = 0, *, days: int = 3, asked: bool = True, marker: str = "here") -> EventChange:
    when = Interval(NOW + days * DAY, NOW + days * DAY + 3600)
    later = Interval(when.start + 1800, when.end + 1800)
    key = f"k{number}"
    entry = LedgerEntry(
        key, "ada", f"b{number}", "google", "ada", "primary", "here", when, when, EntryState.APPLIED, "r", "e"
    )
    found = WrittenEvent("primary", "r", "e", key, marker, when) if action is not Action.CREATE else None
    plan = EventPlan(f"b{number}", EventDraft(key, "here", later, "Deep work"), asked)
    return EventChange(action, entry, "because", None if action is Action.REMOVE else plan, found, asked)


def whys(changes: list[EventChange], context: Context = HERE, seen: SeenEvents = SEEN) -> list[str]:
    verdict = guard(changes, seen, context)
    assert len(verdict.allowed) + len(verdict.refused) == len(changes)
    return [one.why for one in verdict.refused]


@pytest.mark.parametrize("action", [Action.MOVE, Action.REMOVE])
def test_a_third_of_many_events_may_not_go_at_once(action: Action) -> None:
    most = int(LARGEST_SHARE * MANY)
    assert whys([change(action, number) for number in range(most)]) == []
    refused = whys([change(action, number) for number in range(most + 1)])
    assert refused == [f"{most + 1} of {MANY} events would be moved or removed at once"] * (most + 1)


def test_of_few_events_all_may_go() -> None:
    few = replace(HERE, future=MANY - 1)
    assert whys([change(Action.REMOVE, number) for number in range(MANY - 1)], few) == []


def test_not_too_many_are_made_at_once() -> None:
    made = [change(Action.CREATE, number) for number in range(MOST_CREATES)]
    assert whys(made) == []
    assert len(whys([*made, change(Action.CREATE, 99)])) == MOST_CREATES + 1


def test_what_is_refused_does_not_hold_up_the_rest() -> None:
    removed = [change(Action.REMOVE, number) for number in range(5)]
    verdict = guard([*removed, change(Action.CREATE, 7)], SEEN, HERE)
    assert [one.action for one in verdict.allowed] == [Action.CREATE]


def test_a_person_may_force_thresholds_and_nothing_else() -> None:
    forced = replace(HERE, forced="ada")
    assert whys([change(Action.REMOVE, number) for number in range(9)], forced) == []
    assert whys([change(Action.REMOVE, marker="")], forced) == ["it has no mark of ours"]
    assert whys([change(Action.REMOVE, marker="there")], forced) == ["it has no mark of ours"]


def test_what_was_not_observed_is_left_alone() -> None:
    assert whys([replace(change(Action.MOVE), found=None)]) == ["it was not observed"]


def test_an_old_observation_is_not_acted_on() -> None:
    assert whys([change(Action.REMOVE)], seen=SeenEvents(at=NOW - OLDEST)) == []
    assert whys([change(Action.REMOVE)], seen=SeenEvents(at=NOW - OLDEST - 1)) == ["what was observed is too old"]


def test_nothing_moves_by_itself_shortly_before() -> None:
    why = ["nothing moves by itself so shortly before"]
    assert whys([change(Action.MOVE, days=0, asked=False)]) == why
    assert whys([change(Action.MOVE, days=0, asked=True)]) == []
    assert whys([change(Action.MOVE, days=2, asked=False)]) == []
    soon = change(Action.MOVE, days=2, asked=False)
    assert soon.plan is not None
    moved = replace(soon.plan, draft=replace(soon.plan.draft, when=Interval(NOW + 3600, NOW + 7200)))
    assert whys([replace(soon, plan=moved)]) == why


def test_taking_note_is_always_allowed() -> None:
    noted = [change(Action.VETO, number) for number in range(MANY)]
    assert whys(noted, seen=SeenEvents(at=0)) == []
