"""Applying a change: the intent is committed, the vendor is called, the outcome is committed.

A process may die between any two of these: what is then in the store is enough to go on from, by looking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from deepday.connect import Restoration, Restored, SettingsBatcher
from deepday.errors import DeepdayError, OutcomeUnknownError, ReconnectNeededError, RetryLaterError
from deepday.model import AnySetting, SettingKind
from deepday.reconcile.accounts import ConnectedAccount
from deepday.reconcile.apply_events import EventApplier
from deepday.reconcile.changes import Action, SettingChange
from deepday.reconcile.committing import Trouble
from deepday.reconcile.events import settling
from deepday.reconcile.slots import MOST_TRIES
from deepday.store.audit import Note
from deepday.store.slots import Phase, Slot, Target

Outcome = AnySetting | Restored[AnySetting] | DeepdayError
"""What came of a call: the value as it was settled, what a restore did, or what hindered it."""


class Writer(EventApplier):
    """Applies changes of one person under a lease, and keeps what was done.

    Every method raises :class:`ConflictError` when the lease is lost, and :class:`Trouble` when the account is.
    """

    __slots__ = ()

    def setting(self, account: ConnectedAccount, change: SettingChange) -> None:
        """Apply a change of a setting."""
        slot, now = change.slot, self.now()
        if change.action is Action.SET:
            self._set(account, change)
            return
        if change.action is Action.RESTORE:
            self._restore(account, change)
            return
        if change.action is Action.CONFIRM:
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

    def together(self, account: ConnectedAccount, changes: Sequence[SettingChange]) -> None:
        """Set several settings together, or restore them, as far as the vendor takes several calls in one.

        Each has its intent before the call, and its own outcome after it.
        """
        if len(changes) < 2 or account.batcher is None:
            for change in changes:
                self.setting(account, change)
            return
        setting = changes[0].action is Action.SET
        intents = [self._intend(change) if setting else self._intend_back(change) for change in changes]
        self._hold()
        outcomes: Mapping[SettingKind, Outcome] = {}
        lost: DeepdayError = OutcomeUnknownError("A part of the answer is missing.")
        try:
            outcomes = _all_set(account.batcher, intents) if setting else _all_restored(account.batcher, intents)
        except DeepdayError as error:
            lost = error
        troubles = []
        for change, intent in zip(changes, intents, strict=True):
            try:
                self._outcome(change, intent, outcomes.get(intent.target.setting, lost))
            except Trouble as trouble:
                troubles.append(trouble)
        if troubles:
            raise troubles[0]

    def _set(self, account: ConnectedAccount, change: SettingChange) -> None:
        intent = self._intend(change)
        self._hold()
        try:
            outcome: Outcome = account.setting(intent.target.setting).write(intent.written[-1])
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

    def _outcome(self, change: SettingChange, intent: Slot, outcome: Outcome) -> None:
        """Commit what became of a write, or of a restore."""
        if change.action is Action.RESTORE:
            done = self._restored(change, intent, outcome)
        else:
            self._written(change, intent, outcome)
            done = change
        if done is not None:
            self.done.append(done)

    def _written(self, change: SettingChange, intent: Slot, outcome: Outcome) -> None:
        slot = change.slot
        assert not isinstance(outcome, Restored)  # noqa: S101 - that is what a restore gives
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

    def _restore(self, account: ConnectedAccount, change: SettingChange) -> None:
        intent, baseline = self._intend_back(change), change.slot.baseline
        assert baseline is not None  # noqa: S101 - only what is owned is restored
        port = account.setting(intent.target.setting)
        self._hold()
        try:
            outcome: Outcome = port.restore(intent.all_written, baseline)
        except DeepdayError as error:
            outcome = error
        self._outcome(change, intent, outcome)

    def _intend_back(self, change: SettingChange) -> Slot:
        """Commit that the baseline will be restored, and return the slot."""
        slot = change.slot
        if slot.intent == "restore":
            return slot
        intent = replace(slot, intent="restore", tries=0)
        self.save(intent, note=self._note(change, slot.phase, "restoring"))
        return intent

    def _restored(self, change: SettingChange, intent: Slot, outcome: Outcome) -> SettingChange | None:
        """Commit what became of a restore, and return it; ``None`` when that is not known yet."""
        slot = change.slot
        if isinstance(outcome, RetryLaterError | ReconnectNeededError):
            raise Trouble(outcome)
        if isinstance(outcome, DeepdayError):
            tried = replace(intent, tries=intent.tries + 1, problem=outcome.what)
            if tried.tries <= MOST_TRIES:
                self.save(tried)
                raise Trouble(outcome)
            left = Slot(slot.target, Phase.DEGRADED, skip=slot.skip, problem=outcome.what)
            self.save(left, note=self._note(change, "restoring", "not restored", outcome.what))
            return change
        assert isinstance(outcome, Restored)  # noqa: S101 - what a restore gives
        if outcome.done is not Restoration.RESTORED and settling(slot.wrote_at, self.now()):
            return None  # what was read may be from before our last write: look again
        if outcome.done is Restoration.RESTORED and slot.target.setting is SettingKind.PRESENCE:
            tried = replace(intent, tries=intent.tries + 1)
            if tried.tries <= MOST_TRIES:
                self.save(tried)
                return change  # it may have had no effect: owned until the next look shows that it had
        ended = any(value.over(self.now()) for value in slot.all_written)
        why = f"{outcome.done}, ours may have ended by itself" if ended else str(outcome.done)
        self.save(Slot(slot.target, skip=slot.skip), note=self._note(change, "restoring", "free", why))
        kept = outcome.done is Restoration.KEPT
        return replace(change, action=Action.HANDS_OFF, why="a person changed it: theirs stays") if kept else change


def _all_set(batcher: SettingsBatcher, intents: Sequence[Slot]) -> Mapping[SettingKind, Outcome]:
    return batcher.set_settings({one.target.setting: one.written[-1] for one in intents})


def _all_restored(batcher: SettingsBatcher, intents: Sequence[Slot]) -> Mapping[SettingKind, Outcome]:
    past = {one.target.setting: (one.all_written, one.baseline) for one in intents if one.baseline is not None}
    return batcher.restore_settings(past)


def target_of(person: str, account: ConnectedAccount, kind: SettingKind) -> Target:
    """Return the target that names a setting in the store."""
    return Target(person, account.provider, account.name, kind)
