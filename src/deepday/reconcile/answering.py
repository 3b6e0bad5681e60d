"""Declining invitations for one person: look, decide, commit the intent, call, commit the outcome.

May be run at any time, any number of times. An answer is given once for each invitation: what was begun and not seen
to end is looked up before anything else, and what a person does afterwards is never touched.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from deepday.clock import Clock
from deepday.connect import InvitationResponder, Port
from deepday.errors import (
    ConflictError,
    DeepdayError,
    GoneError,
    OutcomeUnknownError,
    ReconnectNeededError,
    RetryLaterError,
)
from deepday.model import Interval, Invitation, OverrideKind, Response
from deepday.reconcile.accounts import ConnectedAccount
from deepday.reconcile.declining import Decision, DeclineRules, decide, without_pauses
from deepday.reconcile.desired import LiveBlock, Policy
from deepday.reconcile.devices import VALID, DeviceLease, calendar_account, current_lease, may_write
from deepday.reconcile.events import recent
from deepday.reconcile.turns import device_lease_valid
from deepday.reconcile.view import LONGEST_BACKOFF, View
from deepday.store.audit import Note
from deepday.store.declines import UNSETTLED, Answer, AnswerStage, DeclineBook, Switch, dealt_with
from deepday.store.leases import Backoff, Lease, device_lease_name
from deepday.store.protecting import ProtectStore

MOST_AT_ONCE = 5
"""From more declines than that in one look on none is made: that is more likely a fault than a busy day."""

LOOK = 300
"""Seconds between two looks at the invitations."""

SETTLING = 60
"""Seconds after a call in which a vendor may still show what was there before."""

MOST_TRIES = 3
_MARGIN = 60
_FIRST_BACKOFF = 60
_UNTIL_SIGN_IN = 900

FreeTime = Callable[[Interval], int]
"""Returns the UTC second from which on a meeting of that length would suit; 0 where it is not known."""


def nothing_known(meeting: Interval) -> int:
    """Know of no free time."""
    del meeting
    return 0


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where invitations arrive: an account and its primary calendar."""

    account: ConnectedAccount
    calendar: str

    @property
    def responder(self) -> InvitationResponder:
        """The account as one that answers."""
        return cast("InvitationResponder", self.account.account)

    @property
    def able(self) -> bool:
        """Whether the account announces that it can answer. May ask the vendor once."""
        return Port.INVITATION_RESPONDER in self.account.account.capabilities().ports

    def __str__(self) -> str:
        return f"{self.account.name} at {self.account.provider}"


@dataclass(frozen=True, slots=True)
class Answered:
    """What one look did. ``refused`` and ``unknown``: in words; ``read_only``: why nothing was done."""

    declined: tuple[Answer, ...] = ()
    refused: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    read_only: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What declining would have done in the past weeks, and what it would do now; and what it would keep, and why.

    ``blocks``: how many deep-work blocks the past weeks had.
    """

    past: tuple[Decision, ...]
    now: tuple[Decision, ...]
    kept: tuple[Decision, ...]
    blocks: int = 0
    unknown: tuple[str, ...] = ()


@dataclass(slots=True)
class Decliner:
    """Declines invitations of people who switched it on. ``holder`` names this process, as in the reconciler."""

    store: ProtectStore
    book: DeclineBook
    clock: Clock
    policy: Policy
    rules: DeclineRules
    holder: str
    _looked: dict[str, int] = field(default_factory=dict)

    def tick(
        self,
        person: str,
        inboxes: Sequence[Inbox],
        accounts: Sequence[ConnectedAccount],
        free: FreeTime = nothing_known,
    ) -> Answered:
        """Decline what is to be declined now. Without the switch nobody is asked anything.

        ``accounts``: all of the person's, as the reconciler gets them: one of them holds the devices' lease.
        """
        if self.idle(person):
            return Answered()
        known = self.book.known(person)
        unsettled = any(one.state in UNSETTLED for one in known.answers)
        if known.switch.on and known.switch.rules != self.rules.fingerprint:
            return Answered(read_only="The exceptions were changed: preview them, and switch declining on again.")
        now = self._now()
        due = [one for one in inboxes if unsettled or not recent(self._looked.get(str(one), -LOOK), now, LOOK)]
        if not due:
            return Answered()
        try:
            lease = self.store.take(person, self.holder)
            if lease is None:
                return Answered(read_only=f"Another deepday protects the days of {person} now.")
            other = self._other_device(person, accounts, lease)
            return Answered(read_only=other) if other else _Look(self, person, lease, free).run(due)
        except ConflictError as error:
            return Answered(read_only=error.what)

    def idle(self, person: str) -> bool:
        """Tell whether there is nothing to do: declining is off, and what became of every answer is known."""
        known = self.book.known(person)
        return not known.switch.on and not any(one.state in UNSETTLED for one in known.answers)

    def preview(self, person: str, inboxes: Sequence[Inbox], weeks: int = 4, shut: Sequence[str] = ()) -> Preview:
        """Return what the rules would do, and take note that it was shown; nothing is answered.

        For the past every invitation counts as open when it arrived, whatever became of it since. ``shut``: what
        could not be looked at, in words; then, and without any inbox, the preview does not count.
        """
        view, found, unknown = self._view(person), [], list(shut)
        start = view.now - weeks * 7 * 86_400
        past = [one for one in view.live if start <= one.when.start and one.when.end <= view.now]
        ahead = self.ahead(view)
        window = Interval(start, max([view.now, *(one.when.end for one in ahead)]) + 1)
        for inbox in inboxes:
            try:
                if inbox.able:
                    found += list(inbox.responder.invitations(inbox.calendar, window))
                else:
                    unknown.append(f"{inbox}: invitations cannot be answered there.")
            except DeepdayError as error:
                unknown.append(f"{inbox}: {error.what}")
        over = [decide(replace(one, response=Response.NEEDS_ACTION), past, self.rules, 0) for one in found]
        coming = [decide(one, ahead, self.rules, 0) for one in found]
        if inboxes and not unknown:
            self.book.previewed(person, self.rules.fingerprint)
        return Preview(
            past=_sorted(one for one in over if one.decline),
            now=_sorted(one for one in coming if one.decline),
            kept=_sorted(one for one in (*over, *coming) if one.block and not one.decline),
            blocks=len(past),
            unknown=tuple(unknown),
        )

    def ahead(self, view: View) -> list[LiveBlock]:
        """Return the blocks that are not over and that no pause touches."""
        pauses = [one.when for one in view.known.schedule.overrides if one.kind is OverrideKind.PAUSE]
        return without_pauses([one for one in view.live if one.when.end > view.now], pauses)

    def looked(self, inbox: Inbox) -> None:
        """Take note that the invitations were looked at now."""
        self._looked[str(inbox)] = self._now()

    def _other_device(self, person: str, accounts: Sequence[ConnectedAccount], lease: Lease) -> str:
        """Say why this device may not write; empty when it may. See :mod:`deepday.reconcile.devices`."""
        view, account = self._view(person), calendar_account(accounts)
        known, device = view.known.device, self.policy.marker
        if account is None or device_lease_valid(known, device, view.now):
            return ""
        backoff = view.left_in_peace(account)
        if backoff is not None:
            return f"Which device may write is not known: {backoff.problem}"
        try:
            held = current_lease(account, device, known, view.now)
        except ConflictError as error:
            return f"Which device may write is not known: {error.what} {error.advice}"
        except DeepdayError as error:
            return f"Which device may write is not known: {error.what}"
        if held is None and known is not None:
            held = DeviceLease(known.holder, known.epoch, 0)
        if held is None or not may_write(held, device, view.now):
            return "Another device protects these days, or is about to."
        kept = Lease(device_lease_name(person), held.device, held.epoch, view.now + VALID)
        self.store.save(lease, kept)
        return ""

    def _view(self, person: str) -> View:
        return View(person, self.store.known(person), self.policy, self._now())

    def _now(self) -> int:
        return int(self.clock.now().timestamp())


class _Look:
    """One look under a lease."""

    def __init__(self, decliner: Decliner, person: str, lease: Lease, free: FreeTime) -> None:
        self._decliner = decliner
        self._person = person
        self._lease = lease
        self._free = free
        self._declined: list[Answer] = []
        self._refused: list[str] = []
        self._unknown: list[str] = []

    def run(self, inboxes: Iterable[Inbox]) -> Answered:
        """Look at each inbox; one in trouble is left in peace for a while."""
        for inbox in inboxes:
            view = View(self._person, self._store.known(self._person), self._decliner.policy, self._now())
            if view.left_in_peace(inbox.account):
                continue
            try:
                if inbox.able:
                    self._inbox(view, inbox)
                self._decliner.looked(inbox)
            except (ConflictError, RetryLaterError, ReconnectNeededError) as error:
                if isinstance(error, ConflictError):
                    raise  # the lease is another one's
                self._leave_in_peace(view, inbox, error)
            except DeepdayError as error:
                self._unknown.append(f"{inbox}: {error.what}")
                self._decliner.looked(inbox)
        return Answered(tuple(self._declined), tuple(self._refused), tuple(self._unknown))

    @property
    def _store(self) -> ProtectStore:
        return self._decliner.store

    def _now(self) -> int:
        return int(self._decliner.clock.now().timestamp())

    def _inbox(self, view: View, inbox: Inbox) -> None:
        known = self._decliner.book.known(self._person)
        mine = (inbox.account.provider, inbox.account.name, inbox.calendar)
        for answer in known.answers:
            if answer.state in UNSETTLED and (answer.provider, answer.account, answer.calendar) == mine:
                self._settle(view, inbox, answer, known.switch)
        blocks = self._decliner.ahead(view)
        if not known.switch.on or not blocks:
            return
        window = Interval(view.now, max(one.when.end for one in blocks))
        done = dealt_with(known.answers, inbox.account.provider, inbox.account.name)
        found = inbox.responder.invitations(inbox.calendar, window)
        decisions = [decide(one, blocks, self._decliner.rules, known.switch.since, done) for one in found]
        wanted = [one for one in decisions if one.decline and one.invitation.when.start > view.now]
        if len(wanted) > MOST_AT_ONCE:
            self._refused.append(f"{inbox}: {len(wanted)} invitations would be declined at once; none was.")
            return
        for decision in wanted:
            block = decision.block
            if block is not None:
                self._decline(inbox, self._fresh(inbox, decision.invitation, block), decision, known.switch)

    def _fresh(self, inbox: Inbox, invitation: Invitation, block: LiveBlock) -> Answer:
        return Answer(
            self._person,
            inbox.account.provider,
            inbox.account.name,
            inbox.calendar,
            invitation.id,
            block.id,
            invitation.when,
        )

    def _settle(self, view: View, inbox: Inbox, answer: Answer, switch: Switch) -> None:
        """Find out what became of an answer whose call was not seen to end."""
        now = inbox.responder.find_invitation(answer.calendar, answer.invitation)
        if now is None:
            self._end(answer, AnswerStage.GONE, "it is no longer in the calendar")
        elif now.response is Response.DECLINED:
            self._end(answer, AnswerStage.DECLINED, "the answer was given")
        elif now.response is not Response.NEEDS_ACTION:
            self._end(answer, AnswerStage.LEFT, "its person answered")
        elif answer.attempts and now.etag != answer.etag:
            # Ours may have been given, and the question asked anew since: it is not answered a second time.
            self._end(answer, AnswerStage.LEFT, "it was changed meanwhile")
        elif recent(answer.wrote_at, self._now(), SETTLING):
            return
        elif answer.attempts >= MOST_TRIES:
            self._end(answer, AnswerStage.DEAD, "it could not be answered")
        else:
            decision = decide(now, self._decliner.ahead(view), self._decliner.rules, switch.since)
            if switch.on and decision.decline:
                self._decline(inbox, answer, decision, switch)
            else:
                self._end(answer, AnswerStage.LEFT, decision.why if switch.on else "declining was switched off")

    def _decline(self, inbox: Inbox, answer: Answer, decision: Decision, switch: Switch) -> None:
        block = decision.block
        assert block is not None  # noqa: S101 - what is declined falls into one
        words = self._words(decision, block)
        intent = replace(
            answer,
            state=AnswerStage.INTENT,
            block=block.id,
            when=decision.invitation.when,
            etag=decision.invitation.etag,
            attempts=answer.attempts + 1,
            wrote_at=self._now(),
        )
        note = Note(str(intent), answer.state if answer.attempts else "", "declining", decision.why)
        if not self._decliner.book.save(self._lease, intent, note, switch=switch):
            return  # its person switched it off meanwhile
        self._hold()
        try:
            inbox.responder.decline_invitation(decision.invitation, words)
        except ConflictError:
            self._end(intent, AnswerStage.LEFT, "it was changed or answered meanwhile")
        except GoneError:
            self._end(intent, AnswerStage.GONE, "it was withdrawn")
        except OutcomeUnknownError as error:
            self._end(intent, AnswerStage.UNKNOWN, error.what)
            self._unknown.append(f"{inbox}: {error.what}")
        except (RetryLaterError, ReconnectNeededError) as error:
            # Surely not done: the next look, when the account answers again, decides anew.
            self._end(replace(intent, wrote_at=0, attempts=answer.attempts), AnswerStage.UNKNOWN, error.what)
            raise
        except DeepdayError as error:
            self._end(intent, AnswerStage.DEAD, error.what)
            self._refused.append(f"{inbox}: {error.what}")
        else:
            self._end(intent, AnswerStage.DECLINED, "as deep work was planned")
            self._declined.append(replace(intent, state=AnswerStage.DECLINED))

    def _words(self, decision: Decision, block: LiveBlock) -> str:
        """Return the answer: until when, the next time that suits, who can stand in."""
        free = self._free(decision.invitation.when)
        return self._decliner.policy.words.decline(block.block, block.when, free)

    def _end(self, answer: Answer, state: AnswerStage, why: str) -> None:
        problem = why if state in {AnswerStage.UNKNOWN, AnswerStage.DEAD} else ""
        ended = replace(answer, state=state, problem=problem)
        self._decliner.book.save(self._lease, ended, Note(str(ended), answer.state, state, why))

    def _hold(self) -> None:
        """See to it that the lease outlasts the next call."""
        if self._lease.expires_at - self._now() < _MARGIN:
            self._lease = self._store.renew(self._lease)

    def _leave_in_peace(self, view: View, inbox: Inbox, error: DeepdayError) -> None:
        """Do not call the account for a while; say so."""
        self._unknown.append(f"{inbox}: {error.what}")
        before = view.backoff(inbox.account)
        failures = before.failures + 1 if before else 1
        if isinstance(error, RetryLaterError):
            wait = _FIRST_BACKOFF * 2 ** min(failures - 1, 6) if error.after is None else error.after
        else:
            wait = _UNTIL_SIGN_IN
        until = self._now() + max(1, min(LONGEST_BACKOFF, int(wait) + 1))
        backoff = Backoff(inbox.account.provider, inbox.account.name, until, failures, error.what)
        note = Note(str(inbox), "", "in trouble", error.what) if failures == 1 else None
        self._store.save(self._lease, backoff, note=note)


def _sorted(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    return tuple(sorted(decisions, key=lambda one: (one.invitation.when.start, one.invitation.id)))
