"""Applying a change: the intent is committed, the vendor is called, the outcome is committed.

A process may die between any two of these: what is then in the store is enough to go on from, by looking.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from deepday.clock import Clock
from deepday.connect import Restoration
from deepday.errors import (
    ConflictError,
    DeepdayError,
    GoneError,
    OutcomeUnknownError,
    ReconnectNeededError,
    RetryLaterError,
)
from deepday.model import AnySetting, Override, OverrideKind, SettingKind
from deepday.reconcile.accounts import ConnectedAccount
from deepday.reconcile.changes import Action, Change, EventChange, SettingChange
from deepday.reconcile.events import settling
from deepday.reconcile.kinds import made_words
from deepday.reconcile.slots import MOST_TRIES
from deepday.store.audit import Note
from deepday.store.leases import Backoff, Lease
from deepday.store.ledger import EntryState, LedgerEntry
from deepday.store.protecting import ProtectStore
from deepday.store.slots import Phase, Slot, Target

_MARGIN = 60
"""Seconds that a lease must still last when a vendor is called."""


class Trouble(Exception):  # noqa: N818 - it carries an error, and never leaves this part
    """The account is in trouble: no more calls to it in this round."""

    def __init__(self, error: DeepdayError) -> None:
        super().__init__(error.what)
        self.error = error


@dataclass(slots=True)
class Writer:
    """Applies changes of one person under a lease, and keeps what was done.

    Every method raises :class:`ConflictError` when the lease is lost, and :class:`Trouble` when the account is.
    """

    store: ProtectStore
    clock: Clock
    lease: Lease
    done: list[Change] = field(default_factory=list)
    saves: int = 0

    def now(self) -> int:
        """Return the present in UTC seconds."""
        return int(self.clock.now().timestamp())

    def save(
        self,
        *changed: Slot | LedgerEntry | Backoff | Lease,
        note: Note | None = None,
        overrides: Iterable[Override] = (),
    ) -> None:
        """Commit, under the lease."""
        self.saves += 1
        self.store.save(self.lease, *changed, note=note, overrides=overrides)

    def looked(self, account: ConnectedAccount) -> None:
        """Take note that the account's calendar was looked at now."""
        self.saves += 1
        self.store.looked(self.lease, account.provider, account.name, account.calendar)

    def event(self, account: ConnectedAccount, change: EventChange) -> None:
        """Apply a change of an event."""
        if change.action is Action.WAIT:
            return
        if change.action is Action.CREATE:
            self._create(account, change)
        elif change.action is Action.MOVE:
            self._move(account, change)
        elif change.action is Action.REMOVE:
            self._remove(account, change)
        else:
            self._take_note(change)
        self.done.append(change)

    def setting(self, account: ConnectedAccount, change: SettingChange) -> None:
        """Apply a change of a setting."""
        slot, now = change.slot, self.now()
        if change.action is Action.SET:
            self._set(account, change)
        elif change.action is Action.RESTORE:
            if not self._restore(account, change):
                return
        elif change.action is Action.CONFIRM:
            quiet = slot.seen and not slot.intent and slot.phase is Phase.OWNED
            seen = replace(slot, phase=Phase.OWNED, seen=True, tries=0, intent="", checked_at=now, problem="")
            if change.value is not None and seen.written[-1] != change.value:
                seen = replace(seen, written=(*slot.all_written, change.value), settled=None)
            elif slot.settled is None:
                seen = replace(seen, settled=change.current)
            self.save(seen, note=None if quiet else self._note(change, slot.phase, "seen"))
            if quiet:
                return
        elif change.action is Action.WAIT:
            self.save(replace(slot, checked_at=now))
            return
        else:
            self._let_go(slot, change)
        self.done.append(change)

    def released(self, slot: Slot) -> None:
        """Give up a setting whose value ended by itself; nothing was there before it, and nothing is written."""
        note = Note(str(slot.target), str(slot.phase), "free", "it ended by itself; nothing was there before")
        self.save(Slot(slot.target, skip=slot.skip), note=note)

    def _let_go(self, slot: Slot, change: SettingChange) -> None:
        """Leave the setting to its person, or to the vendor, until the set of active blocks changes."""
        degraded = change.action is Action.DEGRADE
        if degraded:
            left = replace(slot, phase=Phase.DEGRADED, skip=change.generation, problem=change.why, intent="")
        else:
            left = Slot(slot.target, skip=change.generation, problem=change.why)
        self.save(left, note=self._note(change, slot.phase, "degraded" if degraded else "the person's"))

    def set_together(self, account: ConnectedAccount, changes: Sequence[SettingChange]) -> None:
        """Set several settings with one request. Each has its intent before the call, and its own outcome after it."""
        if len(changes) < 2 or account.batcher is None:
            for change in changes:
                self.setting(account, change)
            return
        intents = [self._intend(change) for change in changes]
        self._hold()
        outcomes: Mapping[SettingKind, AnySetting | DeepdayError] = {}
        lost: DeepdayError = OutcomeUnknownError("A part of the answer is missing.")
        try:
            outcomes = account.batcher.set_settings({one.target.setting: one.written[-1] for one in intents})
        except DeepdayError as error:
            lost = error
        troubles = []
        for change, intent in zip(changes, intents, strict=True):
            try:
                self._outcome(change, intent, outcomes.get(intent.target.setting, lost))
                self.done.append(change)
            except Trouble as trouble:
                troubles.append(trouble)
        if troubles:
            raise troubles[0]

    def _set(self, account: ConnectedAccount, change: SettingChange) -> None:
        intent = self._intend(change)
        self._hold()
        try:
            outcome: AnySetting | DeepdayError = account.setting(intent.target.setting).write(intent.written[-1])
        except DeepdayError as error:
            outcome = error
        self._outcome(change, intent, outcome)

    def _intend(self, change: SettingChange) -> Slot:
        """Commit that the value will be written, and return the slot."""
        slot, value, now = change.slot, change.value, self.now()
        assert value is not None  # noqa: S101 - it is a change that sets
        again = slot.owned and slot.written[-1:] == (value,)
        intent = replace(
            slot,
            phase=Phase.OWNED,
            baseline=slot.baseline if slot.owned else change.current,
            written=slot.written if again else (*slot.all_written, value),
            settled=slot.settled if again else None,
            skip="",
            intent="set",
            seen=False,
            tries=slot.tries if again else 0,
            wrote_at=now,
            checked_at=now,
            problem="",
        )
        self.save(intent, note=self._note(change, slot.phase, "setting"))
        return intent

    def _outcome(self, change: SettingChange, intent: Slot, outcome: AnySetting | DeepdayError) -> None:
        """Commit what became of a write."""
        slot = change.slot
        if isinstance(outcome, OutcomeUnknownError):
            raise Trouble(outcome)  # the intent stays: the next look says what became of it
        if isinstance(outcome, RetryLaterError | ReconnectNeededError):
            # Nothing was done: as before, lest a value that never was there be thought to have ended by itself.
            undone = replace(slot, problem=outcome.what)
            self.save(undone, note=self._note(change, "setting", "not set", outcome.what))
            raise Trouble(outcome)
        if isinstance(outcome, DeepdayError):
            self._refused(change, replace(intent, intent="", wrote_at=slot.wrote_at, problem=outcome.what), outcome)
            return
        # The vendor's reply shows what is there, but for a presence, which may have no effect.
        seen = slot.target.setting is not SettingKind.PRESENCE
        applied = replace(intent, intent="", settled=outcome, seen=seen, tries=0 if seen else intent.tries + 1)
        self.save(applied, note=self._note(change, "setting", "set"))

    def _refused(self, change: SettingChange, undone: Slot, error: DeepdayError) -> None:
        """The vendor will not have this value: do without, until the set of active blocks changes."""
        left = replace(undone, phase=Phase.DEGRADED, skip=change.generation)
        if not change.slot.owned:
            left = Slot(left.target, Phase.DEGRADED, skip=left.skip, problem=left.problem)
        self.save(left, note=self._note(change, "setting", "refused", error.what))

    def _restore(self, account: ConnectedAccount, change: SettingChange) -> bool:
        """Restore the baseline, and tell whether that was brought to an end."""
        slot, baseline = change.slot, change.slot.baseline
        assert baseline is not None  # noqa: S101 - only what is owned is restored
        intent = slot if slot.intent == "restore" else replace(slot, intent="restore", tries=0)
        if intent is not slot:
            self.save(intent, note=self._note(change, slot.phase, "restoring"))
        port = account.setting(slot.target.setting)
        self._hold()
        try:
            restored = port.restore(slot.all_written, baseline)
        except DeepdayError as error:
            if isinstance(error, RetryLaterError | ReconnectNeededError):
                raise Trouble(error) from None
            tried = replace(intent, tries=intent.tries + 1, problem=error.what)
            if tried.tries <= MOST_TRIES:
                self.save(tried)
                raise Trouble(error) from None
            left = Slot(slot.target, Phase.DEGRADED, skip=slot.skip, problem=error.what)
            self.save(left, note=self._note(change, "restoring", "not restored", error.what))
            return True
        if restored.done is not Restoration.RESTORED and settling(slot.wrote_at, self.now()):
            return False  # what was read may be from before our last write: look again
        if restored.done is Restoration.RESTORED and slot.target.setting is SettingKind.PRESENCE:
            tried = replace(intent, tries=intent.tries + 1)
            if tried.tries <= MOST_TRIES:
                self.save(tried)
                return True  # it may have had no effect: owned until the next look shows that it had
        ended = any(value.over(self.now()) for value in slot.all_written)
        why = f"{restored.done}, ours may have ended by itself" if ended else str(restored.done)
        self.save(Slot(slot.target, skip=slot.skip), note=self._note(change, "restoring", "free", why))
        return True

    def _create(self, account: ConnectedAccount, change: EventChange) -> None:
        plan, now = change.plan, self.now()
        assert plan is not None  # noqa: S101 - it is a change that creates
        when, entry = plan.draft.when, change.entry
        intent = replace(
            entry, state=EntryState.INTENT, when=when, wanted=when, wrote_at=now, attempts=entry.attempts + 1
        )
        self.save(intent, note=self._note(change, entry.state if entry.attempts else "", "making"))
        self._hold()
        try:
            made = account.events.create_event(entry.calendar, plan.draft)
        except GoneError as error:
            # Vendors say so of an event that was made and deleted, and of a calendar that is not there.
            if entry.attempts:
                self._veto(change, intent, "its person deleted it")
            else:
                self._dead(change, intent, error)
        except DeepdayError as error:
            self._failed(change, intent, error)
        else:
            # One that was made before may have been moved since: the next look sees that it is not where we put it.
            where = made.when if intent.attempts == 1 else when
            applied = replace(
                intent, state=EntryState.APPLIED, remote_id=made.id, etag=made.etag, when=where, checked_at=now
            )
            self.save(applied, note=self._note(change, "making", "made", made_words(plan.draft.kind, made.kind)))

    def _move(self, account: ConnectedAccount, change: EventChange) -> None:
        plan, found, entry = change.plan, change.found, change.entry
        assert plan is not None  # noqa: S101 - it is a change that moves
        assert found is not None  # noqa: S101 - a guard saw to it
        when = plan.draft.when
        intent = replace(
            entry, state=EntryState.INTENT, wanted=when, wrote_at=self.now(), etag=found.etag, remote_id=found.id
        )
        self.save(intent, note=self._note(change, entry.state, "moving"))
        self._hold()
        try:
            moved = account.events.move_event(found, when)
        except GoneError:
            self._veto(change, intent, "its person deleted it")
        except ConflictError:
            self.save(
                replace(intent, state=EntryState.UNKNOWN, wrote_at=entry.wrote_at),
                note=self._note(change, "moving", "unknown", "somebody changed it meanwhile"),
            )
        except DeepdayError as error:
            self._failed(change, intent, error)
        else:
            applied = replace(intent, state=EntryState.APPLIED, when=moved.when, etag=moved.etag)
            self.save(applied, note=self._note(change, "moving", "moved"))

    def _remove(self, account: ConnectedAccount, change: EventChange) -> None:
        found, entry = change.found, change.entry
        assert found is not None  # noqa: S101 - a guard saw to it
        intent = replace(entry, state=EntryState.REMOVING, etag=found.etag, remote_id=found.id)
        if intent.state is not entry.state:
            self.save(intent, note=self._note(change, entry.state, "removing"))
        self._hold()
        try:
            account.events.delete_event(found)
        except ConflictError:
            return  # somebody changed it meanwhile: the next look brings its newest version
        except GoneError:
            pass  # that is what was wanted
        except DeepdayError as error:
            self._failed(change, intent, error)
            return
        gone = replace(intent, state=EntryState.GONE, wrote_at=self.now())
        self.save(gone, note=self._note(change, "removing", "gone"))

    def _failed(self, change: EventChange, intent: LedgerEntry, error: DeepdayError) -> None:
        if isinstance(error, OutcomeUnknownError):
            state = intent.state if intent.state is EntryState.REMOVING else EntryState.UNKNOWN
            unknown = replace(intent, state=state, problem=error.what)
            self.save(unknown, note=self._note(change, intent.state, "unknown", error.what))
        elif not isinstance(error, RetryLaterError | ReconnectNeededError):
            self._dead(change, intent, error)
            return
        raise Trouble(error) from None

    def _dead(self, change: EventChange, intent: LedgerEntry, error: DeepdayError) -> None:
        dead = replace(intent, state=EntryState.DEAD, problem=error.what)
        self.save(dead, note=self._note(change, intent.state, "dead", error.what))

    def _veto(self, change: EventChange, entry: LedgerEntry, why: str) -> None:
        override = Override(entry.person, entry.block, OverrideKind.VETO, at=self.now(), by="calendar", why=why)
        gone = replace(entry, state=EntryState.RELINQUISHED)
        self.save(gone, note=self._note(change, entry.state, "relinquished", why), overrides=[override])

    def _take_note(self, change: EventChange) -> None:
        entry, found = change.entry, change.found
        if change.action is Action.VETO:
            self._veto(change, entry, change.why)
        elif change.action is Action.FORGET:
            self.save(replace(entry, state=EntryState.GONE), note=self._note(change, entry.state, "gone"))
        elif found is not None:
            kept = replace(entry, state=EntryState.APPLIED, when=found.when, etag=found.etag, remote_id=found.id)
            if change.action is Action.ADOPT:
                self.save(kept, note=self._note(change, entry.state, "applied"))
                return
            by_hand = Override(
                entry.person, entry.block, OverrideKind.PIN, found.when, self.now(), "calendar", change.why
            )
            kept = replace(kept, wanted=found.when)
            self.save(kept, note=self._note(change, entry.state, "pinned"), overrides=[by_hand])

    def _hold(self) -> None:
        """See to it that the lease outlasts the next call."""
        if self.lease.expires_at - self.now() < _MARGIN:
            self.lease = self.store.renew(self.lease)

    @staticmethod
    def _note(change: Change, before: str, after: str, why: str = "") -> Note:
        return Note(change.target, str(before), after, why or change.why)


def target_of(person: str, account: ConnectedAccount, kind: SettingKind) -> Target:
    """Return the target that names a setting in the store."""
    return Target(person, account.provider, account.name, kind)
