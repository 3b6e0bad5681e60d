"""Changes: the difference between what should be and what was observed, as actions. Pure values."""

from dataclasses import dataclass
from enum import StrEnum

from deepday.model import AnySetting, Interval, WrittenEvent
from deepday.reconcile.desired import EventPlan
from deepday.store.ledger import LedgerEntry
from deepday.store.slots import Slot


class Action(StrEnum):
    """What a change does. The first six call the vendor, the others only take note."""

    CREATE = "create"
    MOVE = "move"
    RETITLE = "retitle"
    REMOVE = "remove"
    SET = "set"
    RESTORE = "restore"
    ADOPT = "adopt"  # the event is as it should be
    PIN = "pin"  # its person moved the event: these are its times now
    VETO = "veto"  # its person deleted the event: the block does not take place
    KEEP_TITLE = "keep title"  # its person gave the event another title: that stays
    FORGET = "forget"  # the event is not there, and need not be
    CONFIRM = "confirm"  # our value was seen
    HANDS_OFF = "hands off"  # the person's value stays
    DEGRADE = "degrade"  # the vendor takes our value and does not show it
    WAIT = "wait"  # nothing can be said yet

    @property
    def writes(self) -> bool:
        """Whether it calls the vendor to change something."""
        return self in _WRITES


_WRITES = frozenset({Action.CREATE, Action.MOVE, Action.RETITLE, Action.REMOVE, Action.SET, Action.RESTORE})


@dataclass(frozen=True, slots=True)
class EventChange:
    """A change of one calendar event.

    ``found``: the event as it was just observed, ``None`` when it is not there. ``plan``: what it should be, ``None``
    when it should not be. ``asked``: a person decided it, not a rule.
    """

    action: Action
    entry: LedgerEntry
    why: str
    plan: EventPlan | None = None
    found: WrittenEvent | None = None
    asked: bool = True

    @property
    def target(self) -> str:
        """What it is about, in words."""
        return str(self.entry)

    @property
    def before(self) -> Interval | None:
        """Where the event is."""
        return self.found.when if self.found else None

    @property
    def after(self) -> Interval | None:
        """Where it will be."""
        if self.action in {Action.REMOVE, Action.VETO, Action.FORGET}:
            return None
        if self.action in {Action.CREATE, Action.MOVE} and self.plan:
            return self.plan.draft.when
        return self.before


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A change of one setting.

    ``value``: what to write, or in a restore the baseline. ``current``: what was just observed, ``None`` when it was
    not read. ``generation``: the active blocks that it is for.
    """

    action: Action
    slot: Slot
    why: str
    value: AnySetting | None = None
    current: AnySetting | None = None
    generation: str = ""

    @property
    def target(self) -> str:
        """What it is about, in words."""
        return str(self.slot.target)

    @property
    def before(self) -> AnySetting | None:
        """What is there."""
        return self.current

    @property
    def after(self) -> AnySetting | None:
        """What will be there."""
        return self.value if self.action.writes else self.current


Change = EventChange | SettingChange
