"""What is known of one person at one instant, and what follows from it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from deepday.model import AnySetting, AutoReply, Interval, SettingKind
from deepday.reconcile.accounts import ConnectedAccount
from deepday.reconcile.apply import target_of
from deepday.reconcile.desired import (
    EventPlan,
    LiveBlock,
    Policy,
    active_blocks,
    addressed,
    event_plans,
    foreign_family,
    generation_of,
    live_blocks,
    wanted_value,
    woken,
)
from deepday.reconcile.events import never_made, recent, title_differs, worth_making
from deepday.reconcile.slots import Wanted, left_to_end, needs_look
from deepday.store.leases import Backoff
from deepday.store.ledger import FINAL, EntryState, LedgerEntry
from deepday.store.protecting import Known
from deepday.store.slots import Slot

NEAR = 2 * 3600
LOOK_NEAR = 300
LOOK_FAR = 1800
LONGEST_BACKOFF = 3600


@dataclass(frozen=True, slots=True)
class View:
    """A person's protection as of ``now`` (UTC seconds)."""

    person: str
    known: Known
    policy: Policy
    now: int
    live: list[LiveBlock] = field(init=False)
    active: list[LiveBlock] = field(init=False)
    meetings: list[LiveBlock] = field(init=False)
    looks_like_ours: Callable[[AnySetting], bool] = field(init=False)

    def __post_init__(self) -> None:
        live = live_blocks(self.known.schedule)
        schedule = self.known.schedule
        object.__setattr__(self, "live", live)
        object.__setattr__(self, "meetings", live_blocks(replace(schedule, blocks=schedule.meetings)))
        object.__setattr__(self, "active", active_blocks(live, self.known.schedule, self.now))
        object.__setattr__(self, "looks_like_ours", foreign_family(self.known.schedule, self.policy))

    def left_in_peace(self, account: ConnectedAccount) -> Backoff | None:
        """Return the backoff that forbids calls to the account now."""
        found = self.backoff(account)
        # An end further away than a backoff can last comes from a clock that was wrong.
        return found if found and self.now < found.until <= self.now + LONGEST_BACKOFF else None

    def backoff(self, account: ConnectedAccount) -> Backoff | None:
        """Return what is known of the account's troubles."""
        mine = (account.provider, account.name)
        return next((one for one in self.known.backoffs if (one.provider, one.account) == mine), None)

    def entries(self, account: ConnectedAccount) -> list[LedgerEntry]:
        """Return the ledger's entries of the account's calendar."""
        mine = (account.provider, account.name, account.calendar)
        return [one for one in self.known.entries if (one.provider, one.account, one.calendar) == mine]

    def plans(self, account: ConnectedAccount) -> dict[str, EventPlan]:
        """Return the events that should be in the account's calendar, by key."""
        if account.ending:
            return {}
        return event_plans([*self.live, *self.meetings], account.place, self.entries(account), self.policy)

    def fresh(self, account: ConnectedAccount, plan: EventPlan) -> LedgerEntry:
        """Return the entry that the ledger begins with for an event."""
        return LedgerEntry(
            key=plan.draft.key,
            person=self.person,
            block=plan.block,
            provider=account.provider,
            account=account.name,
            calendar=account.calendar,
            marker=plan.draft.marker,
            when=plan.draft.when,
            wanted=plan.draft.when,
        )

    def events_differ(self, account: ConnectedAccount) -> bool:
        """Tell whether something about the events is to be done, as far as is known without looking."""
        if not account.calendar:
            return False
        plans, entries = self.plans(account), self.entries(account)
        known = {entry.key for entry in entries if not never_made(entry)}
        return any(
            key not in known and worth_making(plan, self.now, self.policy) for key, plan in plans.items()
        ) or any(self._differs(entry, plans.get(entry.key)) for entry in entries if entry.state not in FINAL)

    def _differs(self, entry: LedgerEntry, plan: EventPlan | None) -> bool:
        if entry.state is not EntryState.APPLIED:
            return True
        if plan is None:
            return entry.when.end > self.now
        moved = plan.draft.when != entry.wanted and max(plan.draft.when.end, entry.when.end) > self.now
        return moved or title_differs(entry, plan, self.now)

    def events_unseen(self, account: ConnectedAccount) -> bool:
        """Tell whether the events were not looked at for so long that it is time again."""
        ahead = [one for one in self.entries(account) if one.state not in FINAL and one.when.end > self.now]
        near = any(one.when.start - NEAR <= self.now < one.when.end for one in self.live)
        every = LOOK_NEAR if near else LOOK_FAR
        return bool(account.calendar) and any(not recent(one.checked_at, self.now, every) for one in ahead)

    def slot(self, account: ConnectedAccount, kind: SettingKind) -> Slot:
        """Return what is known of a setting."""
        target = target_of(self.person, account, kind)
        return next((one for one in self.known.slots if one.target == target), Slot(target))

    def wanted(self, account: ConnectedAccount, kind: SettingKind) -> Wanted:
        """Return what the setting should be."""
        if account.ending:
            return Wanted(None, generation_of(self.active))
        lifted = kind is SettingKind.DO_NOT_DISTURB and woken(self.known.schedule, self.now)
        active = [] if lifted else self.active
        last = max((one.when for one in active), key=lambda when: when.end, default=Interval(0, 0))
        late = last.end - self.now < min(self.policy.late, last.seconds // 2)
        value, baseline = wanted_value(kind, active, self.policy), self.slot(account, kind).baseline
        value = self.addressed(account, value, baseline) if baseline else value
        return Wanted(value, generation_of(active), late)

    def addressed(self, account: ConnectedAccount, value: AnySetting | None, mailbox: AnySetting) -> AnySetting | None:
        """Return the value, an automatic reply with its audience; ``mailbox``: what the person has there."""
        if isinstance(value, AutoReply) and isinstance(mailbox, AutoReply):
            return addressed(value, mailbox, account.reply_to, self.policy)
        return value

    def setting_due(self, account: ConnectedAccount, kind: SettingKind) -> bool:
        """Tell whether the setting must be looked at."""
        return needs_look(self.slot(account, kind), self.wanted(account, kind), self.now)

    def left_to_end(self, account: ConnectedAccount, kind: SettingKind) -> bool:
        """Tell whether the setting is left to the end that its vendor keeps."""
        over = self.wanted(account, kind).value is None and not account.ending
        return over and left_to_end(self.slot(account, kind), self.now, self.policy.grace)
