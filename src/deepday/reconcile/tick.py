"""One round for one person: look, compare, guard, apply. May be run at any time, any number of times.

Nothing that matters is kept in memory: a round that breaks off anywhere is taken up by the next one, which looks first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from deepday.clock import Clock
from deepday.errors import ConflictError, DeepdayError, ReconnectNeededError, RetryLaterError, UnsupportedError
from deepday.model import Override, OverrideKind, SettingKind
from deepday.reconcile.accounts import ConnectedAccount
from deepday.reconcile.apply import Trouble, Writer
from deepday.reconcile.changes import Action, Change, SettingChange
from deepday.reconcile.desired import Policy
from deepday.reconcile.devices import (
    VALID,
    DeviceLease,
    calendar_account,
    current_lease,
    drop_lease,
    may_write,
    take_over,
)
from deepday.reconcile.events import event_changes, recent
from deepday.reconcile.guard import Context, Refused, Verdict, guard
from deepday.reconcile.observed import Unknown, read_events, window_of
from deepday.reconcile.slots import restore_change, settled_unseen, slot_change, too_late
from deepday.reconcile.view import LONGEST_BACKOFF, View
from deepday.store.audit import Note
from deepday.store.leases import Backoff, Lease, device_lease_name
from deepday.store.ledger import FINAL
from deepday.store.protecting import ProtectStore
from deepday.store.slots import Phase

_FIRST_BACKOFF = 15
_UNTIL_SIGN_IN = 900
_REFUSED_AGAIN = 300
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Report:
    """What a round did, or would do.

    ``unknown``: what could not be read, in words. ``read_only``: why nothing was written.
    """

    done: tuple[Change, ...] = ()
    refused: tuple[Refused, ...] = ()
    unknown: tuple[str, ...] = ()
    read_only: str = ""


@dataclass(slots=True)
class Reconciler:
    """Keeps people's days protected. ``holder`` names this process among those that share the store."""

    store: ProtectStore
    clock: Clock
    policy: Policy
    holder: str
    # When guards refused something in a calendar: it is not read again every few seconds for that.
    _refused_at: dict[str, int] = field(default_factory=dict)

    def tick(self, person: str, accounts: Sequence[ConnectedAccount], *, forced: str = "") -> Report:
        """Make true what should be true now, as far as it can be known.

        Writes nothing while another process writes for that person. ``forced``: who said that thresholds do not count
        this time.
        """
        view = self.view(person)
        if not any(self._due(view, account) for account in accounts):
            return Report()
        return self._held(person, lambda writer: _Round(self, writer, accounts, forced).run())

    def changes(self, person: str, accounts: Sequence[ConnectedAccount]) -> Report:
        """Return what a round would do now; nothing is written anywhere."""
        view, looks = self.view(person), _Looks()
        done: list[Change] = []
        for account in accounts:
            try:
                done += [one for one in looks.events(view, account).allowed if one.action is not Action.WAIT]
                for kind in account.settings:
                    change = looks.setting(view, account, kind) if view.setting_due(account, kind) else None
                    done += [change] if change and change.action is not Action.WAIT else []
            except DeepdayError as error:
                looks.unknown.append(f"{account.name} at {account.provider}: {error.what}")
        return Report(tuple(done), tuple(looks.refused), tuple(looks.unknown))

    def adopt(self, person: str, accounts: Sequence[ConnectedAccount]) -> Report:
        """Take over from whichever device protects the person's days; this one begins to write a few minutes later.

        ``unknown`` of the report says why that failed. Without a calendar there is nothing to take over.
        """
        return self._held(person, lambda writer: _Round(self, writer, accounts).adopt())

    def restore_all(self, person: str, accounts: Sequence[ConnectedAccount]) -> Report:
        """Take back everything ever written that is still ours; ``unknown`` of the report says what is left.

        Blocks do not take place any more, whatever was approved. What people changed is theirs, and stays.
        """
        for one in self.view(person).live:
            veto = Override(
                person, one.id, OverrideKind.VETO, at=self._now(), by=person, why="everything is taken back"
            )
            self.store.decide(veto)
        done: list[Change] = []
        report = Report()
        for _ in range(_ROUNDS):
            report = self._held(
                person, lambda writer: _Round(self, writer, accounts, forced=person, everything=True).run()
            )
            done += report.done
            if not report.done:
                break
        left = self._leftovers(person, accounts)
        if not left:  # otherwise this device has still something to do
            self._held(person, lambda writer: _Round(self, writer, accounts).give_back())
        return replace(report, done=tuple(done), unknown=(*report.unknown, *left))

    def view(self, person: str) -> View:
        """Return what is known of the person now."""
        return View(person, self.store.known(person), self.policy, self._now())

    def _leftovers(self, person: str, accounts: Sequence[ConnectedAccount]) -> list[str]:
        """Look once more, at everything that we ever touched."""
        view, left = self.view(person), []
        for account in accounts:
            entries = view.entries(account)
            if view.left_in_peace(account):
                left.append(f"{account.name} at {account.provider} does not answer, and was not looked at again.")
                continue
            try:
                if entries:
                    window = window_of(entries, (), view.now, everything=True)
                    found = account.events.find_ours(account.calendar, window, self.policy.marker)
                    left += [f"An event at {event.when.start} is still in {account.place}." for event in found]
            except DeepdayError as error:
                left.append(f"{account.place}: {error.what}")
            left += [
                f"The {kind} of {account.name} at {account.provider} is still ours."
                for kind in account.settings
                if view.slot(account, kind).owned
            ]
        return left

    def _due(self, view: View, account: ConnectedAccount) -> bool:
        if view.left_in_peace(account):
            return False
        return self.events_due(view, account) or any(view.setting_due(account, kind) for kind in account.settings)

    def events_due(self, view: View, account: ConnectedAccount) -> bool:
        """Tell whether the account's calendar must be looked at."""
        refused = recent(self._refused_at.get(account.place, -_REFUSED_AGAIN), view.now, _REFUSED_AGAIN)
        return view.events_unseen(account) or (view.events_differ(account) and not refused)

    def take_refusals(self, account: ConnectedAccount, refused: Sequence[Refused]) -> None:
        """Remember that something was refused there."""
        if refused:
            self._refused_at[account.place] = self._now()
        else:
            self._refused_at.pop(account.place, None)

    def _held(self, person: str, run: Callable[[Writer], Report]) -> Report:
        try:
            lease = self.store.take(person, self.holder)
            if lease is None:
                return Report(read_only=f"Another deepday protects the days of {person} now.")
            report = run(Writer(self.store, self.clock, lease))
            self.store.give_back(lease)  # a command and a service take turns
        except ConflictError as error:
            return Report(read_only=error.what)
        return report

    def _now(self) -> int:
        return int(self.clock.now().timestamp())


@dataclass(slots=True)
class _Looks:
    """Reads vendors and compares; keeps what was refused and what could not be known."""

    forced: str = ""
    everything: bool = False
    refused: list[Refused] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def events(self, view: View, account: ConnectedAccount) -> Verdict:
        """Look at a calendar and return what to do there; nothing where it is unknown."""
        if not account.calendar:
            return Verdict(())
        entries, plans = view.entries(account), view.plans(account)
        window = window_of(entries, (plan.draft.when for plan in plans.values()), view.now, everything=self.everything)
        seen = read_events(account.events, account.calendar, view.policy.marker, entries, window, view.now)
        if isinstance(seen, Unknown):
            self.unknown.append(f"{account.place}: {seen.why}")
            return Verdict(())
        fresh = {key: view.fresh(account, plan) for key, plan in plans.items()}
        changes = event_changes(entries, plans, seen, fresh, view.now, view.policy, everything=self.everything)
        ahead = sum(one.state not in FINAL and one.when.end > view.now for one in entries)
        verdict = guard(changes, seen, Context(ahead, view.policy.frozen, view.now, self.forced))
        self.refused += verdict.refused
        return verdict

    @staticmethod
    def setting(view: View, account: ConnectedAccount, kind: SettingKind) -> SettingChange | None:
        """Look at a setting and return what to do about it. A restore looks for itself."""
        slot, wanted = view.slot(account, kind), view.wanted(account, kind)
        if wanted.value is None:
            if slot.intent == "set":  # what the vendor made of our value was never learnt
                current = account.setting(kind).read()
                slot = replace(slot, settled=current) if settled_unseen(slot, current) else slot
            return restore_change(slot) if slot.owned else None
        if not slot.owned and wanted.late:
            return too_late(slot, wanted)
        try:
            current = account.setting(kind).read()
        except UnsupportedError as error:
            if slot.owned:
                raise
            return SettingChange(Action.DEGRADE, slot, error.what, generation=wanted.generation)
        return slot_change(slot, wanted, current, view.now, view.looks_like_ours)


def device_lease_valid(known: Lease | None, device: str, now: int) -> bool:
    """Tell whether the last look at the devices' lease still says that this one may write."""
    return known is not None and known.holder == device and now < known.expires_at <= now + VALID


class _Round:
    """A round under a lease."""

    def __init__(
        self,
        reconciler: Reconciler,
        writer: Writer,
        accounts: Sequence[ConnectedAccount],
        forced: str = "",
        *,
        everything: bool = False,
    ) -> None:
        self._reconciler = reconciler
        self._writer = writer
        self._accounts = accounts
        self._looks = _Looks(forced, everything)
        self._everything = everything
        self._person = writer.lease.name

    def run(self) -> Report:
        """Do events first, since what people did to them ends what settings are for."""
        view = self._reconciler.view(self._person)
        read_only = self._other_device(view)
        if read_only:
            return Report(read_only=read_only, unknown=tuple(self._looks.unknown))
        if self._looks.forced:
            self._writer.save(note=Note("thresholds", "", "do not count this time", "asked for", self._looks.forced))
        for account in self._accounts:
            if not view.left_in_peace(account):
                self._part(view, account, self._events)
        view = self._reconciler.view(self._person)
        for account in self._accounts:
            if not view.left_in_peace(account):
                self._part(view, account, self._settings)
        return Report(tuple(self._writer.done), tuple(self._looks.refused), tuple(self._looks.unknown))

    def adopt(self) -> Report:
        """Take the lease of the devices."""
        view, account = self._reconciler.view(self._person), calendar_account(self._accounts)
        if account is None:
            return Report()
        backoff = view.left_in_peace(account)
        if backoff is not None:
            return Report(unknown=(f"{account.name} at {account.provider}: {backoff.problem}",))
        try:
            held = take_over(account, view.policy.marker, view.known.device, view.now)
        except DeepdayError as error:
            self._leave_in_peace(view, account, error)
        else:
            self._keep_device(view, held, 0)
        return Report(unknown=tuple(self._looks.unknown))

    @staticmethod
    def _still(known: Lease | None) -> DeviceLease | None:
        return DeviceLease(known.holder, known.epoch, 0) if known else None

    def give_back(self) -> Report:
        """Give back the lease of the devices, if it is this one's."""
        view, account = self._reconciler.view(self._person), calendar_account(self._accounts)
        if account is None or view.left_in_peace(account):
            return Report()
        try:
            drop_lease(account, view.policy.marker)
        except DeepdayError as error:
            self._leave_in_peace(view, account, error)
            return Report()
        known = view.known.device
        if known is not None and known.holder == view.policy.marker:
            self._writer.save(replace(known, expires_at=0), note=Note("devices", known.holder, "", "given back"))
        return Report()

    def _keep_device(self, view: View, held: DeviceLease, good_until: int) -> None:
        known = view.known.device
        kept = Lease(device_lease_name(self._person), held.device, held.epoch, good_until)
        told = known is None or known.holder != kept.holder
        note = Note("devices", known.holder if known else "", kept.holder, "which device writes") if told else None
        self._writer.save(kept, note=note)

    def _other_device(self, view: View) -> str:
        """Say why this device may not write; empty when it may."""
        account, known, device = calendar_account(self._accounts), view.known.device, view.policy.marker
        if account is None or device_lease_valid(known, device, view.now):
            return ""
        if view.left_in_peace(account):
            return f"Which device may write is not known: {account.name} at {account.provider} does not answer."
        try:
            held = current_lease(account, device, known, view.now) or self._still(known)
        except DeepdayError as error:
            self._leave_in_peace(view, account, error)
            return f"Which device may write is not known: {error.what}"
        if held is None:
            return "Which device may write could not be settled."
        mine = may_write(held, device, view.now)
        self._keep_device(view, held, view.now + VALID if mine else 0)
        if mine:
            return ""
        wait = "is about to begin" if held.device == device else f"is kept by {held.device or 'another device'}"
        return f"The protection of {self._person} {wait}. Run deepday adopt to take it over."

    def _part(self, view: View, account: ConnectedAccount, part: Callable[[View, ConnectedAccount], bool]) -> None:
        try:
            called = part(view, account)
        except Trouble as trouble:
            self._leave_in_peace(view, account, trouble.error)
        else:
            backoff = view.backoff(account)
            if called and backoff:
                note = Note(f"{account.name} at {account.provider}", "in trouble", "back", backoff.problem)
                self._writer.save(replace(backoff, failures=0), note=note)

    def _events(self, view: View, account: ConnectedAccount) -> bool:
        if not (self._everything or self._reconciler.events_due(view, account)):
            return False
        before = len(self._looks.refused)
        try:
            verdict = self._looks.events(view, account)
        except DeepdayError as error:
            raise Trouble(error) from None
        if not self._everything:
            self._writer.looked(account)
        refused = self._looks.refused[before:]
        self._reconciler.take_refusals(account, refused)
        for change in verdict.allowed:
            self._writer.event(account, change)
        return True

    def _settings(self, view: View, account: ConnectedAccount) -> bool:
        called = False
        for kind in account.settings:
            if not view.setting_due(account, kind):
                continue
            try:
                change = self._looks.setting(view, account, kind)
            except DeepdayError as error:
                raise Trouble(error) from None
            if change is not None:
                self._writer.setting(account, change)
                called = True
        return called

    def _leave_in_peace(self, view: View, account: ConnectedAccount, error: DeepdayError) -> None:
        """Do not call the account for a while; say so once."""
        self._looks.unknown.append(f"{account.name} at {account.provider}: {error.what}")
        before = view.backoff(account)
        lately = before is not None and recent(before.until, view.now, LONGEST_BACKOFF)
        failures = before.failures + 1 if before and lately else 1
        if isinstance(error, RetryLaterError):
            wait = _FIRST_BACKOFF * 2 ** min(failures - 1, 6) if error.after is None else error.after
        else:
            wait = _UNTIL_SIGN_IN
        until = self._writer.now() + max(1, min(LONGEST_BACKOFF, int(wait) + 1))
        note = Note(f"{account.name} at {account.provider}", "", "in trouble", error.what) if failures == 1 else None
        blocked = []
        if isinstance(error, ReconnectNeededError):
            slots = self._reconciler.view(self._person).known.slots
            mine = (account.provider, account.name)
            blocked = [
                replace(slot, phase=Phase.BLOCKED, problem=error.what)
                for slot in slots
                if slot.owned and (slot.target.provider, slot.target.account) == mine
            ]
        backoff = Backoff(account.provider, account.name, until, failures, error.what)
        self._writer.save(backoff, *blocked, note=note)
