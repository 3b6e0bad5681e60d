"""What to do about a setting: the wanted and the observed value compared, with the slot in hand. Pure.

The order matters and is the result of simulations: the baseline is kept before the first write, every value is recorded
before it can exist, ownership ends after the restore, and a value is ours if it equals *any* that we may have written.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from deepday.model import AnySetting, DoNotDisturb, SettingKind, same
from deepday.model.settings import SNOOZE_TOLERANCE
from deepday.reconcile.changes import Action, SettingChange
from deepday.reconcile.events import recent, settling
from deepday.store.slots import Phase, Slot

CHECK_SECONDS = 300
"""How often a value that should be there is looked at."""

AFTER_END = 120
"""Seconds after which what ended by itself is gone by every clock; more than clocks may differ."""

MOST_TRIES = 2
"""How often a value is written that does not show."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a setting should be: ``value`` for the active blocks that ``generation`` names, ``None`` without any.

    ``late``: too little is left of the last of them to begin.
    """

    value: AnySetting | None
    generation: str
    late: bool = False


def needs_look(slot: Slot, wanted: Wanted, now: int) -> bool:
    """Tell whether the setting must be read, or restored, now."""
    if wanted.value is None:
        return slot.owned
    looked = recent(slot.checked_at, now, CHECK_SECONDS)
    if slot.skip == wanted.generation:
        return slot.owned and not looked
    if not slot.owned:
        return wanted.late or not looked
    settled = slot.seen and not slot.intent and slot.written[-1] == wanted.value
    return not (settled and looked)


def left_to_end(slot: Slot, now: int, grace: int) -> bool:
    """Tell whether our value may be left to the end that the vendor keeps: its block is over, nothing was there before.

    Then there is nothing to write, whatever a person did meanwhile. Not so an automatic reply: when it ends, our words
    stay in the mailbox. ``grace``: seconds between the end of a block and that of its values.
    """
    known = slot.owned and slot.seen and not slot.intent and slot.phase is Phase.OWNED
    if not known or slot.baseline is None or not slot.baseline.empty or slot.target.setting is SettingKind.AUTO_REPLY:
        return False
    sent, kept = slot.written[-1].until, (slot.settled or slot.written[-1]).until
    return bool(sent and kept) and kept <= sent + SNOOZE_TOLERANCE and sent - grace <= now


def gone_by_itself(slot: Slot, now: int, grace: int) -> bool:
    """Tell whether a value that was left to its end is gone by now."""
    return left_to_end(slot, now, grace) and slot.written[-1].until + AFTER_END <= now


def slot_change(
    slot: Slot, wanted: Wanted, current: AnySetting, now: int, looks_like_ours: Callable[[AnySetting], bool]
) -> SettingChange:
    """Return what to do for a wanted value, ``current`` being what was just read."""
    value = wanted.value
    assert value is not None  # noqa: S101 - the caller restores instead
    if slot.owned:
        if settled_unseen(slot, current):
            slot = replace(slot, settled=current)
        action, why = _keep(slot, value, wanted.generation, current, now)
    elif _covers(current, value):
        action, why = Action.WAIT, "it is so already"
    elif looks_like_ours(current):
        action, why = Action.WAIT, "another deepday's value is there"
    else:
        action, why = Action.SET, f"active now: {wanted.generation}"
    return SettingChange(action, slot, why, value, current, wanted.generation)


def _keep(slot: Slot, value: AnySetting, generation: str, current: AnySetting, now: int) -> tuple[Action, str]:
    """Decide about a setting that we own."""
    sent_last = slot.written[-1] == value
    settled = sent_last and slot.settled is not None and same(current, slot.settled)
    if slot.skip == generation:
        answer = Action.WAIT, slot.problem
    elif settled or same(current, value):
        answer = Action.CONFIRM, "it is there"
    elif is_ours(slot, current, now):
        answer = Action.SET, f"active now: {generation}"
    elif settling(slot.wrote_at, now):
        answer = Action.WAIT, "a write of ours may not show yet"
    elif slot.seen or not (slot.baseline is not None and same(current, slot.baseline)):
        answer = Action.HANDS_OFF, "a person changed it"
    elif slot.tries >= MOST_TRIES:
        answer = Action.DEGRADE, "the vendor takes our value and does not show it"
    else:
        answer = Action.SET, "our value did not arrive"
    return answer


def is_ours(slot: Slot, current: AnySetting, now: int) -> bool:
    """Tell whether we put the value there: it equals one that we wrote, or it is empty since ours ended by itself."""
    ours = slot.all_written
    return any(same(current, value) for value in ours) or (current.empty and any(value.over(now) for value in ours))


def shows_ours(slot: Slot, current: AnySetting) -> bool:
    """Tell whether a value of ours is there, and not what was there before it."""
    before = slot.baseline is not None and same(current, slot.baseline)
    return not (before or current.empty) and any(same(current, value) for value in slot.all_written)


def changed_by_hand(slot: Slot, current: AnySetting, now: int) -> bool:
    """Tell whether what is there is neither ours nor what was there before, and was read late enough to show ours."""
    before = slot.baseline is not None and same(current, slot.baseline)
    return not (before or settling(slot.wrote_at, now) or is_ours(slot, current, now))


def settled_unseen(slot: Slot, current: AnySetting) -> bool:
    """Tell whether the value is what the vendor made of our last one, whose outcome we never learnt.

    It ends at the very second that we chose, which is a few minutes past any full one; or it is ours without an end.
    """
    if slot.intent != "set" or current.empty:
        return False
    sent = slot.written[-1]
    if type(current) is not type(sent):
        return False
    return current.until == sent.until or (not current.until and same(replace(current, until=sent.until), sent))


def restore_change(slot: Slot) -> SettingChange:
    """Return the restore of an owned setting."""
    words = "the account refused us meanwhile" if slot.phase is Phase.BLOCKED else "no block is active"
    return SettingChange(Action.RESTORE, slot, words, slot.baseline)


def too_late(slot: Slot, wanted: Wanted) -> SettingChange:
    """Return that a block is not begun any more."""
    return SettingChange(Action.HANDS_OFF, slot, "too little is left of the block", generation=wanted.generation)


def _covers(current: AnySetting, value: AnySetting) -> bool:
    """Tell whether what is there does what ours would do."""
    if isinstance(current, DoNotDisturb) and isinstance(value, DoNotDisturb):
        return current.until >= value.until - SNOOZE_TOLERANCE
    return same(current, value)
