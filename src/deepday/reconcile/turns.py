"""Which device's turn it is to write: looking, taking over, handing over, giving back."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from deepday.errors import ConflictError, DeepdayError
from deepday.model import Override, OverrideKind, WrittenEvent
from deepday.reconcile.accounts import ConnectedAccount
from deepday.reconcile.apply import Writer
from deepday.reconcile.committing import Trouble
from deepday.reconcile.desired import LiveBlock, event_keys, event_plans
from deepday.reconcile.devices import (
    SKEW,
    VALID,
    DeviceLease,
    calendar_account,
    current_lease,
    drop_lease,
    holders_before,
    may_write,
    take_over,
)
from deepday.reconcile.looks import Looks
from deepday.reconcile.observed import window_of
from deepday.reconcile.slots import left_to_end
from deepday.reconcile.view import View
from deepday.store.audit import Note
from deepday.store.leases import Lease, device_lease_name
from deepday.store.ledger import EntryState, fingerprint


def device_lease_valid(known: Lease | None, device: str, now: int) -> bool:
    """Tell whether the last look at the devices' lease still says that this one may write."""
    return known is not None and known.holder == device and now < known.expires_at <= now + VALID


def must_look(view: View, accounts: Sequence[ConnectedAccount]) -> bool:
    """Tell whether it must be seen now whose turn it is: something is on, and another device may have taken over."""
    known, device = view.known.device, view.policy.marker
    held = known is not None and known.holder == device and not device_lease_valid(known, device, view.now)
    on = any(slot.owned and not left_to_end(slot, view.now, view.policy.grace) for slot in view.known.slots)
    return held and on and calendar_account(accounts) is not None


@dataclass(slots=True)
class Turn:
    """The lease of a person's devices, as one of them sees it. ``trouble``: told of what an account raised."""

    writer: Writer
    looks: Looks
    accounts: Sequence[ConnectedAccount]
    trouble: Callable[[View, ConnectedAccount, DeepdayError], None]

    def other(self, view: View) -> str:
        """Say why this device may not write; empty when it may."""
        account, known, device = calendar_account(self.accounts), view.known.device, view.policy.marker
        if account is None or device_lease_valid(known, device, view.now):
            return ""
        held = self._held(view, account)
        if isinstance(held, str):
            return f"Which device may write is not known: {held}"
        if may_write(held, device, view.now):
            return self._begin(view, account, held)
        handing_over = held.device != device and view.now + SKEW < held.begins
        self._keep(view, held, view.now + VALID if held.device != device and not handing_over else 0)
        if handing_over:
            self._hand_over(view)
        wait = "is about to begin" if held.device == device else f"is kept by {held.device or 'another device'}"
        return f"The protection of {view.person} {wait}. Run deepday adopt to take it over."

    def _begin(self, view: View, account: ConnectedAccount, held: DeviceLease) -> str:
        """Write from now on; say what hinders it. What devices before made is this one's to look after."""
        known = view.known.device
        if held.epoch > 1 and (known is None or known.holder != held.device or not known.expires_at):
            try:
                for device in holders_before(account, held.epoch):
                    if device not in {"", view.policy.marker}:
                        self._take_events(view, device)
            except DeepdayError as error:
                self.trouble(view, account, error)
                return f"What another device made is not known: {error.what}"
        self._keep(view, held, view.now + VALID)
        return ""

    def _held(self, view: View, account: ConnectedAccount) -> DeviceLease | str:
        """Return the lease that counts, or why it is not known. Another device's is looked at now and then."""
        known = view.known.device
        if known and known.holder != view.policy.marker and view.now < known.expires_at <= view.now + VALID:
            return DeviceLease(known.holder, known.epoch, 0)
        if self.looks.clocks.rests(account):
            return "this machine's clock is wrong."
        if self._silent(view, account):
            return f"{account.name} at {account.provider} does not answer."
        try:
            found = current_lease(account, view.policy.marker, view.known.device, view.now)
        except ConflictError as error:
            return f"{error.what} {error.advice}"
        except DeepdayError as error:
            self.trouble(view, account, error)
            return error.what
        return found or _still(known) or "several devices begin at once."

    def adopt(self, view: View) -> None:
        """Take the lease."""
        account = calendar_account(self.accounts)
        if account is None:
            return
        if self._silent(view, account):
            backoff = view.backoff(account)
            self.looks.unknown.append(f"{account.name} at {account.provider}: {backoff.problem if backoff else ''}")
            return
        try:
            with suppress(ConflictError):  # it is not shown: the next one is made
                current_lease(account, view.policy.marker, view.known.device, view.now)
            if self.looks.wrong_clock(account):
                return
            held = take_over(account, view.policy.marker, view.known.device, view.now)
            self._keep(view, held, 0)
        except DeepdayError as error:
            self.trouble(view, account, error)

    def give_back(self, view: View) -> None:
        """Give back the lease, if it is this device's."""
        account = calendar_account(self.accounts)
        if account is None or self._silent(view, account):
            return
        try:
            drop_lease(account, view.policy.marker)
        except DeepdayError as error:
            self.trouble(view, account, error)
            return
        known = view.known.device
        if known is not None and known.holder == view.policy.marker:
            self.writer.save(replace(known, expires_at=0), note=Note("devices", known.holder, "", "given back"))

    def _silent(self, view: View, account: ConnectedAccount) -> bool:
        return view.left_in_peace(account) is not None or self.looks.clocks.in_peace(account)

    def _hand_over(self, view: View) -> None:
        """Take back what this device set, before the other one begins: only this one knows what was there before."""
        for account in self.accounts:
            if self._silent(view, account) or self.looks.clocks.rests(account):
                continue
            try:
                for kind in account.settings:
                    if view.slot(account, kind).owned and self.looks.may_decide(account, kind):
                        change = self.looks.giving_back(view, account, kind)
                        self.writer.setting(account, replace(change, why="another device takes over"))
            except Trouble as trouble:
                self.trouble(view, account, trouble.error)
            except DeepdayError as error:
                self.trouble(view, account, error)

    def _take_events(self, view: View, device: str) -> None:
        """Enter the events that another device made for approved blocks into the ledger, as they are."""
        for account in self.accounts:
            if not account.calendar:
                continue
            known = {entry.key for entry in view.entries(account)}
            live = {one.id: one for one in (*view.live, *view.meetings)}
            approved = (*view.known.schedule.blocks, *view.known.schedule.meetings)
            blocks = [live.get(one.id) or LiveBlock(one, one.when, asked=False) for one in approved]
            window = window_of((), (one.when for one in blocks), view.now)
            found = {one.key: one for one in account.events.find_ours(account.calendar, window, device)}
            for block in blocks:
                keys = event_keys(block.id, account.place)
                event = next((found[key] for key in keys if key in found), None)
                if event is None and block.when.end > view.now:  # a listing may lack some
                    event = account.events.find_event(account.calendar, keys[0], device, block.when)
                if event is not None and event.key not in known:
                    self._take_event(view, account, block, event)

    def _take_event(self, view: View, account: ConnectedAccount, block: LiveBlock, event: WrittenEvent) -> None:
        plan = next(iter(event_plans([block], account.place, (), view.policy).values()))
        entry = replace(
            view.fresh(account, plan),
            key=event.key,
            marker=event.marker,
            when=event.when,
            wanted=event.when,
            state=EntryState.APPLIED,
            remote_id=event.id,
            etag=event.etag,
            checked_at=view.now,
            titles=(fingerprint(event.title),) if event.title == plan.draft.title else (),
        )
        # Elsewhere than it was approved and than it is wanted: somebody moved it, and the device before may know of it.
        by_hand = event.when not in {block.when, block.block.when}
        moved = Override(view.person, block.id, OverrideKind.PIN, event.when, view.now, "calendar", "it was moved")
        note = Note(str(entry), "", "applied", f"made by {event.marker}")
        self.writer.save(entry, note=note, overrides=[moved] if by_hand else [])

    def _keep(self, view: View, held: DeviceLease, good_until: int) -> None:
        known = view.known.device
        kept = Lease(device_lease_name(view.person), held.device, held.epoch, good_until)
        told = known is None or known.holder != kept.holder
        note = Note("devices", known.holder if known else "", kept.holder, "which device writes") if told else None
        self.writer.save(kept, note=note)


def _still(known: Lease | None) -> DeviceLease | None:
    return DeviceLease(known.holder, known.epoch, 0) if known else None
