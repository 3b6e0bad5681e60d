"""Keeping days protected for as long as a process runs: one beat looks, does what is due, and says when to come back.

Nothing that matters is kept in memory: a beat may be late, missed, or run twice. What was accepted is not protected
before its person ran ``apply`` once; what was taken back or changed since is followed at once.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from deepday.app.accounts import Accounts
from deepday.app.declining import decliner_of, free_time, inboxes_of
from deepday.app.plan_kept import whose_options
from deepday.app.plan_request import PlanRequest
from deepday.app.protect_shown import outcome
from deepday.app.protecting import KEEPER, Protection, protection
from deepday.app.request import Request
from deepday.clock import Clock
from deepday.config.paths import config_file
from deepday.errors import DeepdayError, RetryLaterError
from deepday.model import Interval, OverrideKind
from deepday.reconcile import Decliner, Inbox
from deepday.reconcile.answering import LOOK, Answered
from deepday.reconcile.desired import pause_of
from deepday.reconcile.events import recent
from deepday.report.protect_view import Outcome
from deepday.store.leases import Lease

JUMP = 5
"""Seconds by which the wall clock may run apart from the steady one between two beats without a word."""

_SOON = 60
_LATER = 900


@dataclass(frozen=True, slots=True)
class Beat:
    """What one beat did. ``due``: the UTC second of the next one that must not be missed, ``None`` when nothing is.

    ``notes``: sentences that are new since the last beat. ``jump``: seconds by which the clock was set, or the machine
    slept.
    """

    outcome: Outcome | None = None
    due: int | None = None
    notes: tuple[str, ...] = ()
    jump: int = 0


def fingerprint(accounts: Accounts) -> object:
    """Return what is another when a sign-in, the settings or the plan's options are others."""
    told = [(one.provider, one.account, one.scopes, one.granted_at, one.refused) for one in accounts.tokens.sign_ins()]
    options = accounts.store.plans().options(whose_options(PlanRequest(Request())))
    path = config_file()
    return told, options, path.stat().st_mtime_ns if path.exists() else 0


@dataclass(slots=True)
class Keeper:
    """Beats, over accounts that stay open until something about them changes. Close it when done."""

    clock: Clock
    _stack: ExitStack = field(default_factory=ExitStack)
    _found: Protection | None = None
    _print: object = None
    _again_at: int = 0
    _last: tuple[float, float] | None = None
    _said: frozenset[str] = frozenset()
    _lease: Lease | None = None
    _decliner: Decliner | None = None
    _inboxes: list[Inbox] | None = None
    _asked_at: int = -LOOK

    def beat(self) -> Beat:
        """Do what is due. Raises :class:`DeepdayError` where nothing can be done at all."""
        jump = self._jump()
        found = self._opened()
        self._lease = found.store.take(KEEPER, found.reconciler.holder)
        if self._lease is None:
            raise DeepdayError("Another deepday serve runs on this store.", "One is enough: stop one of them.")
        approvals = found.approvals()
        if approvals.changed or approvals.withdrawn:
            found.keep(approvals, new=False)
        report = found.reconciler.tick(found.name, found.opened)
        found.keep_clock()
        done = outcome(found, report)
        answered = self._answer(found)
        notes = [*done.left, *answered.refused, *answered.unknown, *filter(None, [answered.read_only])]
        for one in answered.declined:
            start = datetime.fromtimestamp(one.when.start, found.person.zone)
            notes.append(f"Declined the invitation for {start:%Y-%m-%d %H:%M} in {one.provider} {one.account}.")
        if approvals.new:
            days = ", ".join(str(one.start.date()) for one in approvals.new)
            notes.append(f"Accepted, and not protected yet: {days}. Run deepday apply.")
        return Beat(done, self._due(found), tuple(self._unsaid(notes)), jump)

    def close(self) -> None:
        """Close the accounts, and let another one begin."""
        if self._found is not None and self._lease is not None:
            self._found.store.give_back(self._lease)
        self._stack.close()
        self._found = self._lease = self._decliner = self._inboxes = None
        self._asked_at = -LOOK

    def _answer(self, found: Protection) -> Answered:
        """Decline new invitations, where that was switched on."""
        if self._decliner is None:
            policy, holder = found.reconciler.policy, found.reconciler.holder
            self._decliner = decliner_of(found.accounts, policy, found.settings, holder)

        if self._decliner.idle(found.name):
            return Answered()
        if self._inboxes is None:  # which calendars there are is asked once, and after trouble now and then
            if recent(self._asked_at, found.now(), LOOK):
                return Answered()
            self._asked_at = found.now()
            try:
                self._inboxes = inboxes_of(found.opened)
            except DeepdayError as error:
                return Answered(unknown=(f"Invitations were not looked at: {error.what}",))

        def free(meeting: Interval) -> int:  # calendars are read only when an answer is written
            return free_time(found.accounts, found.person, found.settings)(meeting)

        return self._decliner.tick(found.name, self._inboxes, found.opened, free)

    def _jump(self) -> int:
        """Return by how many seconds the wall clock ran apart from the steady one since the last beat."""
        now = (self.clock.now().timestamp(), self.clock.monotonic())
        last, self._last = self._last, now
        apart = (now[0] - last[0]) - (now[1] - last[1]) if last else 0.0
        return int(apart) if abs(apart) > JUMP else 0

    def _opened(self) -> Protection:
        """Return the open accounts; opened anew when a sign-in, the settings or the plan's options are others."""
        found = self._found
        if found is not None and (found.now() >= self._again_at > 0 or fingerprint(found.accounts) != self._print):
            self.close()
            found = None
        if found is None:
            found = self._found = self._stack.enter_context(protection(self.clock))
            found.make_calendars()
            self._print = fingerprint(found.accounts)
            shut = [one.error for one in found.shut]
            waits = [int(one.after or _SOON) if isinstance(one, RetryLaterError) else _LATER for one in shut]
            self._again_at = found.now() + max(_SOON, min(waits)) if waits else 0
        return found

    def _due(self, found: Protection) -> int | None:
        """Return the next instant at which something begins or ends."""
        view, now = found.reconciler.view(found.name), found.now()
        pause = pause_of(view.known.schedule, now)
        instants = [at for one in view.live for at in (one.when.start, one.when.end)]
        overrides = view.known.schedule.overrides
        instants += [at for one in overrides if one.kind is OverrideKind.WAKE for at in (one.when.start, one.when.end)]
        instants += [one.until for one in view.known.backoffs] + ([pause.end] if pause else [])
        return min((at for at in instants if at > now), default=None)

    def _unsaid(self, notes: Iterable[str]) -> Iterator[str]:
        """Yield what was not said at the beat before: each trouble is told once, not every few seconds."""
        said, self._said = self._said, frozenset(notes)
        yield from (one for one in dict.fromkeys(notes) if one not in said)
