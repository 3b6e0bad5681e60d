"""What to do about calendar events: desired and observed compared, with the ledger in hand. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from deepday.model import WrittenEvent
from deepday.reconcile.changes import Action, EventChange
from deepday.reconcile.clocks import MOST_SKEW
from deepday.reconcile.desired import EventPlan, Policy
from deepday.reconcile.observed import SeenEvents
from deepday.store.ledger import FINAL, EntryState, LedgerEntry, fingerprint

SETTLING = 30
"""Seconds after a write of ours in which a vendor may still show what was there before."""

_INDEX_LAG = 60
"""Seconds to wait before an event whose making has an unknown outcome, and which is not found, is made again."""


def recent(at: int, now: int, seconds: int) -> bool:
    """Tell whether something happened less than so many seconds ago; what lies ahead is a clock that was set back."""
    return 0 <= now - at < seconds


def settling(wrote_at: int, now: int) -> bool:
    """Tell whether a vendor may still show what was there before our write; our clock may have been set right since."""
    return -2 * MOST_SKEW <= now - wrote_at < SETTLING


def event_changes(
    entries: Iterable[LedgerEntry],
    plans: Mapping[str, EventPlan],
    seen: SeenEvents,
    fresh: Mapping[str, LedgerEntry],
    now: int,
    policy: Policy,
    *,
    everything: bool = False,
) -> list[EventChange]:
    """Return what to do in one calendar.

    ``plans``: the events that should be there, by key. ``fresh``: for each of them the entry that the ledger would
    begin with. ``entries``: the ledger's of that calendar. Events that are over are left alone,
    except with ``everything``.
    """
    known = {entry.key: entry for entry in entries}
    changes = [
        change
        for entry in known.values()
        if (change := _change(entry, plans.get(entry.key), seen, now, policy, everything=everything)) is not None
    ]
    for key, plan in plans.items():
        if key not in known and worth_making(plan, now, policy):
            why = f"block {plan.block} was approved"
            changes.append(EventChange(Action.CREATE, fresh[key], why, plan, seen.present.get(key), plan.asked))
    return changes


def _change(
    entry: LedgerEntry, plan: EventPlan | None, seen: SeenEvents, now: int, policy: Policy, *, everything: bool
) -> EventChange | None:
    found = seen.present.get(entry.key)
    if entry.state in FINAL:
        return _given_up(entry, plan, found, now, policy)
    if found is None:
        return _missing(entry, plan, now, policy) if entry.key in seen.absent else None
    if entry.state is EntryState.REMOVING:
        return EventChange(Action.REMOVE, entry, "its block does not take place", None, found)
    if entry.state is EntryState.APPLIED:
        return _present(entry, plan, found, now, everything=everything)
    return _after_unknown(entry, plan, found, now)


def _given_up(
    entry: LedgerEntry, plan: EventPlan | None, found: WrittenEvent | None, now: int, policy: Policy
) -> EventChange | None:
    """Decide about an event that we are done with."""
    if never_made(entry) and plan is not None and worth_making(plan, now, policy):
        return EventChange(Action.CREATE, entry, f"block {plan.block} takes place again", plan, found, plan.asked)
    if found is None or entry.state is not EntryState.GONE or settling(entry.wrote_at, now):
        return None
    return EventChange(Action.REMOVE, entry, "it was removed and is still there", None, found)


def _missing(entry: LedgerEntry, plan: EventPlan | None, now: int, policy: Policy) -> EventChange:
    """Decide about an event that the vendor says it has not."""
    if entry.state is EntryState.REMOVING:
        action, why = Action.FORGET, "it is no longer there"
    elif settling(entry.wrote_at, now):
        action, why = Action.WAIT, "a write of ours may not show yet"
    elif entry.remote_id:
        action, why = Action.VETO, "its person deleted it"
    elif recent(entry.wrote_at, now, _INDEX_LAG):
        action, why = Action.WAIT, "it may have been made, and not be listed yet"
    elif plan is None or not worth_making(plan, now, policy):
        action, why = Action.FORGET, "it was never made"
    else:
        action, why = Action.CREATE, "its making failed"
    return EventChange(action, entry, why, plan, None, plan.asked if plan else True)


def _present(
    entry: LedgerEntry, plan: EventPlan | None, found: WrittenEvent, now: int, *, everything: bool
) -> EventChange | None:
    """Decide about an event that we know, and that is there."""
    if found.when != entry.when:
        return _elsewhere(entry, plan, found, now)
    if plan is None:
        if entry.when.end <= now and not everything:
            return None
        return EventChange(Action.REMOVE, entry, "its block does not take place", None, found)
    if plan.draft.when != entry.wanted and max(plan.draft.when.end, entry.when.end) > now:
        return EventChange(Action.MOVE, entry, "its block has other times", plan, found, plan.asked)
    return _titled(entry, plan, found, now) if title_differs(entry, plan, now) else None


def title_differs(entry: LedgerEntry, plan: EventPlan, now: int) -> bool:
    """Tell whether the event should have another title than we gave it; only where that may still be there."""
    return bool(entry.titles) and entry.titles[0] != fingerprint(plan.draft.title) and entry.when.end > now


def _titled(entry: LedgerEntry, plan: EventPlan, found: WrittenEvent, now: int) -> EventChange:
    """Decide about a title that is not what it should be: ours is changed, a person's stays."""
    if fingerprint(found.title) in entry.titles:
        return EventChange(Action.RETITLE, entry, "its block has another title", plan, found, plan.asked)
    if settling(entry.wrote_at, now):
        return EventChange(Action.WAIT, entry, "a write of ours may not show yet", plan, found)
    return EventChange(Action.KEEP_TITLE, entry, "its person gave it another title", plan, found)


def _elsewhere(entry: LedgerEntry, plan: EventPlan | None, found: WrittenEvent, now: int) -> EventChange:
    """Decide about an event that is not where we left it."""
    if settling(entry.wrote_at, now):
        return EventChange(Action.WAIT, entry, "a write of ours may not show yet", plan, found)
    if plan is not None and found.when == plan.draft.when:
        settled = replace(entry, wanted=found.when)
        return EventChange(Action.ADOPT, settled, "it is where it should be", plan, found)
    return EventChange(Action.PIN, entry, "its person moved it", plan, found)


def _after_unknown(entry: LedgerEntry, plan: EventPlan | None, found: WrittenEvent, now: int) -> EventChange:
    """Decide about an event that is there, after a call whose outcome was not known."""
    if found.when == entry.wanted:
        return EventChange(Action.ADOPT, entry, "the write took place", plan, found)
    if settling(entry.wrote_at, now):
        return EventChange(Action.WAIT, entry, "a write of ours may not show yet", plan, found)
    if entry.remote_id and found.when == entry.when:
        # The move did not take place; whether it is still wanted is asked anew.
        undone = replace(entry, wanted=entry.when)
        return EventChange(Action.ADOPT, undone, "the write did not take place", plan, found)
    return EventChange(Action.PIN, entry, "its person moved it", plan, found)


def never_made(entry: LedgerEntry) -> bool:
    """Tell whether the event was given up before it was ever seen."""
    return entry.state is EntryState.GONE and not entry.remote_id


def worth_making(plan: EventPlan, now: int, policy: Policy) -> bool:
    """Tell whether the event lies ahead, or enough of it is left."""
    when = plan.draft.when
    return when.start > now or when.end - now >= policy.late
