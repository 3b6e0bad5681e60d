"""Applying changes of calendar events: the intent is committed, the vendor is called, the outcome is committed."""

from dataclasses import replace

from deepday.errors import (
    ConflictError,
    DeepdayError,
    GoneError,
    OutcomeUnknownError,
    ReconnectNeededError,
    RetryLaterError,
)
from deepday.model import Override, OverrideKind
from deepday.reconcile.accounts import ConnectedAccount
from deepday.reconcile.changes import Action, EventChange
from deepday.reconcile.committing import Committer, Trouble
from deepday.reconcile.kinds import made_words
from deepday.store.ledger import EntryState, LedgerEntry, fingerprint


class EventApplier(Committer):
    """Applies changes of events. Raises as :class:`Committer` does, and :class:`Trouble` when the account is in it."""

    __slots__ = ()

    def event(self, account: ConnectedAccount, change: EventChange) -> None:
        """Apply a change of an event."""
        if change.action is Action.WAIT:
            return
        if change.action is Action.CREATE:
            self._create(account, change)
        elif change.action is Action.MOVE:
            self._move(account, change)
        elif change.action is Action.RETITLE:
            self._retitle(account, change)
        elif change.action is Action.REMOVE:
            self._remove(account, change)
        else:
            self._take_note(change)
        self.done.append(change)

    def _create(self, account: ConnectedAccount, change: EventChange) -> None:
        plan, now = change.plan, self.now()
        assert plan is not None  # noqa: S101 - it is a change that creates
        when, entry = plan.draft.when, change.entry
        intent = replace(
            entry,
            state=EntryState.INTENT,
            when=when,
            wanted=when,
            wrote_at=now,
            attempts=entry.attempts + 1,
            titles=(fingerprint(plan.draft.title),),
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
            titles = dict.fromkeys((*intent.titles, *([fingerprint(made.title)] if intent.attempts == 1 else [])))
            applied = replace(
                intent,
                state=EntryState.APPLIED,
                remote_id=made.id,
                etag=made.etag,
                when=where,
                checked_at=now,
                titles=tuple(titles),
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

    def _retitle(self, account: ConnectedAccount, change: EventChange) -> None:
        plan, found, entry = change.plan, change.found, change.entry
        assert plan is not None  # noqa: S101 - it is a change of what should be there
        assert found is not None  # noqa: S101 - a guard saw to it
        title = plan.draft.title
        titles = tuple(dict.fromkeys((fingerprint(title), *entry.titles)))
        intent = replace(
            entry,
            state=EntryState.INTENT,
            wanted=entry.when,
            titles=titles,
            wrote_at=self.now(),
            etag=found.etag,
            remote_id=found.id,
        )
        self.save(intent, note=self._note(change, entry.state, "giving a title"))
        self._hold()
        try:
            now_titled = account.events.retitle_event(found, title)
        except GoneError:
            self._veto(change, intent, "its person deleted it")
        except ConflictError:
            self.save(
                replace(intent, state=EntryState.UNKNOWN, wrote_at=entry.wrote_at),
                note=self._note(change, "giving a title", "unknown", "somebody changed it meanwhile"),
            )
        except RetryLaterError as error:
            self._failed(change, intent, error)
        except DeepdayError as error:
            if isinstance(error, ReconnectNeededError):
                raise Trouble(error) from None
            # The vendor will not have this title: the event keeps the one it has.
            left = replace(entry, titles=(), problem=error.what)
            self.save(left, note=self._note(change, "giving a title", "applied", error.what))
        else:
            settled = tuple(dict.fromkeys((fingerprint(title), fingerprint(now_titled.title))))
            applied = replace(intent, state=EntryState.APPLIED, etag=now_titled.etag, titles=settled)
            self.save(applied, note=self._note(change, "giving a title", "has it"))

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
        elif change.action is Action.KEEP_TITLE:
            self.save(replace(entry, titles=()), note=self._note(change, "ours", "the person's"))
        elif change.action is Action.FORGET:
            self.save(replace(entry, state=EntryState.GONE), note=self._note(change, entry.state, "gone"))
        elif found is not None:
            kept = replace(
                entry,
                state=EntryState.APPLIED,
                when=found.when,
                etag=found.etag,
                remote_id=found.id,
                titles=_shown_first(entry.titles, fingerprint(found.title)),
            )
            if change.action is Action.ADOPT:
                self.save(kept, note=self._note(change, entry.state, "applied"))
                return
            by_hand = Override(
                entry.person, entry.block, OverrideKind.PIN, found.when, self.now(), "calendar", change.why
            )
            kept = replace(kept, wanted=found.when)
            self.save(kept, note=self._note(change, entry.state, "pinned"), overrides=[by_hand])


def _shown_first(titles: tuple[str, ...], shown: str) -> tuple[str, ...]:
    """Return the titles that may be ours with the one that is there first, if it is one of them."""
    return (shown, *(one for one in titles if one != shown)) if shown in titles else titles
