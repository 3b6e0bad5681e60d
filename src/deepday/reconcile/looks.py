"""Looking: reads vendors, compares, and keeps what was refused and what could not be known."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from deepday.errors import DeepdayError, UnsupportedError
from deepday.model import AnySetting, SettingKind
from deepday.reconcile.accounts import ConnectedAccount
from deepday.reconcile.changes import Action, SettingChange
from deepday.reconcile.clocks import ClockWatch
from deepday.reconcile.desired import EventPlan
from deepday.reconcile.devices import calendar_account, lease_event
from deepday.reconcile.events import event_changes
from deepday.reconcile.guard import Context, Refused, Verdict, guard
from deepday.reconcile.observed import SeenEvents, Sight, Unknown, read_events, window_of
from deepday.reconcile.slots import changed_by_hand, restore_change, settled_unseen, slot_change, too_late
from deepday.reconcile.view import View
from deepday.store.ledger import FINAL, EntryState, LedgerEntry

_SEEN_TWICE = 60
"""Seconds between two looks that both miss an event, where nothing else says that the calendar is whole."""


Read = Mapping[SettingKind, AnySetting | DeepdayError]
"""What was read of several settings at once: for each its value, or what hindered it."""


@dataclass(slots=True)
class Looks:
    """One look at everything.

    ``missed``: when events were first missed, by key, on a clock that never goes back; outlives the look.
    ``unknown``: what could not be read, in words.
    """

    clocks: ClockWatch
    accounts: Sequence[ConnectedAccount]
    missed: dict[str, float]
    forced: str = ""
    everything: bool = False
    refused: list[Refused] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def events(self, view: View, account: ConnectedAccount) -> Verdict:
        """Look at a calendar and return what to do there; nothing where it is unknown, or the clock is wrong."""
        if not account.calendar:
            return Verdict(())
        entries, plans = view.entries(account), view.plans(account)
        window = window_of(entries, (plan.draft.when for plan in plans.values()), view.now, everything=self.everything)
        canary = self._canary(view, account)
        markers = dict.fromkeys([view.policy.marker, *(entry.marker for entry in entries)])
        sight = Sight(account.events, account.calendar, tuple(markers), window, canary, forced=bool(self.forced))
        seen = read_events(sight, [one for one in entries if self._matters(one, plans, view.now)], view.now)
        if self.wrong_clock(account):
            return Verdict(())
        if isinstance(seen, Unknown):
            self.unknown.append(f"{account.place}: {seen.why}")
            return Verdict(())
        if not (canary or self.forced):
            seen = self._missed_twice(seen)
        fresh = {key: view.fresh(account, plan) for key, plan in plans.items()}
        changes = event_changes(entries, plans, seen, fresh, view.now, view.policy, everything=self.everything)
        ahead = sum(one.state not in FINAL and one.when.end > view.now for one in entries)
        verdict = guard(changes, seen, Context(ahead, view.policy.frozen, view.now, self.forced))
        self.refused += verdict.refused
        return verdict

    def settings(self, view: View, account: ConnectedAccount, kinds: Sequence[SettingKind]) -> Read:
        """Read, with one request, those of the settings that ours is or shall be; none where that saves nothing."""
        wanted = {kind: (view.slot(account, kind), view.wanted(account, kind)) for kind in kinds}
        read = [
            kind for kind, (slot, want) in wanted.items() if want.value is not None and (slot.owned or not want.late)
        ]
        return account.batcher.read_settings(read) if account.batcher and len(read) > 1 else {}

    def setting(
        self, view: View, account: ConnectedAccount, kind: SettingKind, read: Read | None = None
    ) -> SettingChange | None:
        """Look at a setting and return what to do about it. A restore looks for itself.

        ``read``: what was just read of several. Nothing is done where the clock is wrong.
        """
        slot, wanted = view.slot(account, kind), view.wanted(account, kind)
        if wanted.value is None or (not slot.owned and wanted.late):
            undecided = (wanted.value is None and not slot.owned) or not self.may_decide(account, kind)
            if undecided:
                return None
            return self.giving_back(view, account, kind) if wanted.value is None else too_late(slot, wanted)
        try:
            current = _shown(read, kind) or account.setting(kind).read()
        except UnsupportedError as error:
            if slot.owned:
                raise
            return SettingChange(Action.DEGRADE, slot, error.what, generation=wanted.generation)
        if self.wrong_clock(account):
            return None
        if not slot.owned:
            wanted = replace(wanted, value=view.addressed(account, wanted.value, current))
        return slot_change(slot, wanted, current, view.now, view.looks_like_ours)

    @staticmethod
    def giving_back(view: View, account: ConnectedAccount, kind: SettingKind) -> SettingChange:
        """Return the restore of a setting that is ours; what a person put there meanwhile is left to them."""
        slot = view.slot(account, kind)
        if slot.intent == "set":  # what the vendor made of our value was never learnt
            current = account.setting(kind).read()
            if settled_unseen(slot, current):
                slot = replace(slot, settled=current)
            elif changed_by_hand(slot, current, view.now):
                why = "a person changed it: theirs stays"
                return SettingChange(Action.HANDS_OFF, slot, why, current=current, generation=slot.skip)
        return restore_change(slot)

    def wrong_clock(self, account: ConnectedAccount) -> bool:
        """Tell whether our clock is wrong beside that of the account, which was just read; keep the words."""
        words = self.clocks.wrong(account)
        if words and words not in self.unknown:
            self.unknown.append(words)
        return bool(words)

    def may_decide(self, account: ConnectedAccount, kind: SettingKind) -> bool:
        """Tell whether the clock can be trusted for what is decided without a look at the setting."""
        if self.clocks.fresh(account):
            return True
        account.setting(kind).read()
        return not self.wrong_clock(account)

    def _canary(self, view: View, account: ConnectedAccount) -> Callable[[], bool] | None:
        """Return what tells whether an event of ours is shown that must be in the calendar; ``None`` without one."""
        device = view.known.device
        if device is None or not device.expires_at or account is not calendar_account(self.accounts):
            return None
        return lambda: lease_event(account, device.epoch) is not None

    def _matters(self, entry: LedgerEntry, plans: Mapping[str, EventPlan], now: int) -> bool:
        """Tell whether it must be known what became of an event; nothing follows from where one that is over went."""
        plan = plans.get(entry.key)
        end = max(entry.when.end, plan.draft.when.end if plan else 0)
        return self.everything or entry.state is not EntryState.APPLIED or end > now

    def _missed_twice(self, seen: SeenEvents) -> SeenEvents:
        """Take as absent only what an earlier look missed already."""
        now = self.clocks.clock.monotonic()
        for key in seen.present:
            self.missed.pop(key, None)
        twice = [key for key in seen.absent if now - self.missed.setdefault(key, now) >= _SEEN_TWICE]
        return replace(seen, absent=frozenset(twice))


def _shown(read: Read | None, kind: SettingKind) -> AnySetting | None:
    found = (read or {}).get(kind)
    if isinstance(found, DeepdayError):
        raise found
    return found
