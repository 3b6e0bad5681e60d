"""One round for one person: look, compare, guard, apply. May be run at any time, any number of times.

Nothing that matters is kept in memory: a round that breaks off anywhere is taken up by the next one, which looks first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from deepday.clock import Clock
from deepday.errors import ConflictError, DeepdayError, ReconnectNeededError, RetryLaterError
from deepday.model import Override, OverrideKind, SettingKind
from deepday.reconcile.accounts import ConnectedAccount, reached
from deepday.reconcile.apply import Writer
from deepday.reconcile.changes import Action, Change
from deepday.reconcile.clocks import ClockWatch
from deepday.reconcile.committing import Trouble
from deepday.reconcile.desired import Policy
from deepday.reconcile.events import recent
from deepday.reconcile.guard import Refused
from deepday.reconcile.looks import Looks
from deepday.reconcile.observed import window_of
from deepday.reconcile.slots import gone_by_itself, shows_ours
from deepday.reconcile.turns import Turn, must_look
from deepday.reconcile.view import LONGEST_BACKOFF, View
from deepday.store.audit import Note
from deepday.store.leases import Backoff
from deepday.store.protecting import ProtectStore
from deepday.store.slots import Phase, Slot, Target

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
    _missed: dict[str, float] = field(default_factory=dict)
    clocks: ClockWatch = field(init=False)

    def __post_init__(self) -> None:
        self.clocks = ClockWatch(self.clock)

    def looks(self, accounts: Sequence[ConnectedAccount], forced: str = "", *, everything: bool = False) -> Looks:
        """Return what looks at the accounts once."""
        return Looks(self.clocks, accounts, self._missed, forced, everything)

    def tick(self, person: str, accounts: Sequence[ConnectedAccount], *, forced: str = "") -> Report:
        """Make true what should be true now, as far as it can be known.

        Writes nothing while another process writes for that person. ``forced``: who said that thresholds do not count
        this time.
        """
        view = self._released(self.view(person), accounts)
        if not any(self._due(view, account) for account in accounts) and not must_look(view, accounts):
            return Report()
        return self._held(person, lambda writer: _Round(self, writer, accounts, forced).run())

    def changes(self, person: str, accounts: Sequence[ConnectedAccount]) -> Report:
        """Return what a round would do now; nothing is written anywhere."""
        view, looks = self.view(person), self.looks(accounts)
        done: list[Change] = []
        for account in accounts:
            try:
                done += [one for one in looks.events(view, account).allowed if one.action is not Action.WAIT]
                for kind in account.settings:
                    change = looks.setting(view, account, kind) if self.setting_due(view, account, kind) else None
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
        view = self.view(person)
        owned = {one.target: one for one in view.known.slots if one.owned}
        for one in (*view.live, *view.meetings):
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
        left = [*self._events_left(person, accounts), *self._settings_left(person, accounts, owned)]
        if not left:  # otherwise this device has still something to do
            self._held(person, lambda writer: _Round(self, writer, accounts).give_back())
        return replace(report, done=tuple(done), unknown=(*report.unknown, *left))

    def view(self, person: str) -> View:
        """Return what is known of the person now."""
        return View(person, self.store.known(person), self.policy, self._now())

    def _events_left(self, person: str, accounts: Sequence[ConnectedAccount]) -> list[str]:
        """Look once more for events of ours, in every calendar in which there ever were any."""
        view, left = self.view(person), []
        for account in accounts:
            entries = view.entries(account)
            if self.at_rest(view, account):
                left.append(f"{account.name} at {account.provider} does not answer, and was not looked at again.")
                continue
            try:
                if entries:
                    window = window_of(entries, (), view.now, everything=True)
                    for marker in {self.policy.marker, *(entry.marker for entry in entries)}:
                        found = account.events.find_ours(account.calendar, window, marker)
                        left += [f"An event at {event.when.start} is still in {account.place}." for event in found]
            except DeepdayError as error:
                left.append(f"{account.place}: {error.what}")
        return left

    def _settings_left(
        self, person: str, accounts: Sequence[ConnectedAccount], owned: Mapping[Target, Slot]
    ) -> list[str]:
        """Read once more every setting that ever was ours; what still is is taken up again, to be restored anew.

        ``owned``: what was ours before all was taken back.
        """
        view, still, left = self.view(person), [], []
        for slot in view.known.slots:
            where = f"The {slot.target.setting} of {slot.target.account} at {slot.target.provider}"
            if slot.owned:
                left.append(f"{where} is still ours.")
                continue
            try:
                account = reached(slot.target, accounts)
                if account is None or self.at_rest(view, account):
                    continue
                current = account.setting(slot.target.setting).read()
            except DeepdayError as error:
                left.append(f"{where} could not be read again: {error.what}")
                continue
            before = owned.get(slot.target)
            if before is not None and shows_ours(before, current):
                still.append(replace(before, intent="restore", tries=0, wrote_at=view.now))
                left.append(f"{where} shows what deepday put there: taking it back had no effect.")
            elif before is None and view.looks_like_ours(current):
                left.append(f"{where} looks like deepday's, and its record does not say what was there before.")
        if still:
            self._held(person, lambda writer: _taken_up(writer, still))
        return left

    def _due(self, view: View, account: ConnectedAccount) -> bool:
        if self.at_rest(view, account):
            return False
        return self.events_due(view, account) or any(self.setting_due(view, account, kind) for kind in account.settings)

    def setting_due(self, view: View, account: ConnectedAccount, kind: SettingKind) -> bool:
        """Tell whether the setting must be looked at, or restored, now.

        What is left to its end is not, while our clock can be trusted with that.
        """
        return view.setting_due(account, kind) and not (view.left_to_end(account, kind) and self.clocks.fresh(account))

    def _released(self, view: View, accounts: Sequence[ConnectedAccount]) -> View:
        """Give up what ended by itself, nothing having been there before. No vendor is asked."""
        gone = [
            view.slot(account, kind)
            for account in accounts
            if self.clocks.fresh(account)
            for kind in account.settings
            if view.left_to_end(account, kind) and gone_by_itself(view.slot(account, kind), view.now, view.policy.grace)
        ]
        if not gone:
            return view

        def release(writer: Writer) -> Report:
            for slot in gone:
                writer.released(slot)
            return Report()

        self._held(view.person, release)
        return self.view(view.person)

    def at_rest(self, view: View, account: ConnectedAccount) -> bool:
        """Tell whether the account must not be called now: it wants peace, or our clock is wrong."""
        waits = view.left_in_peace(account) is not None or self.clocks.in_peace(account)
        return waits or self.clocks.rests(account)

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


def _taken_up(writer: Writer, slots: Sequence[Slot]) -> Report:
    """Keep that settings are ours although they were given up."""
    for slot in slots:
        writer.save(slot, note=Note(str(slot.target), "free", "owned", "it still shows what deepday put there"))
    return Report()


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
        self._looks = reconciler.looks(accounts, forced, everything=everything)
        self._turn = Turn(writer, self._looks, accounts, self._leave_in_peace)
        self._everything = everything
        self._read_at = 0  # how much the writer had kept when all was read last
        self._person = writer.lease.name

    def run(self) -> Report:
        """Do events first, since what people did to them ends what settings are for."""
        view = self._reconciler.view(self._person)
        read_only = self._turn.other(view)
        if read_only:
            return Report(tuple(self._writer.done), read_only=read_only, unknown=tuple(self._looks.unknown))
        if self._looks.forced:
            self._writer.save(note=Note("thresholds", "", "do not count this time", "asked for", self._looks.forced))
        view = self._again(view)
        for account in self._accounts:
            if not self._reconciler.at_rest(view, account):
                self._part(view, account, self._events)
        view = self._again(view)
        for account in self._accounts:
            if not self._reconciler.at_rest(view, account):
                self._part(view, account, self._settings)
        return Report(tuple(self._writer.done), tuple(self._looks.refused), tuple(self._looks.unknown))

    def _again(self, view: View) -> View:
        """Return what is known now, read anew only if this round kept anything."""
        if self._writer.saves == self._read_at:
            return view
        self._read_at = self._writer.saves
        return self._reconciler.view(self._person)

    def adopt(self) -> Report:
        """Take over from another device."""
        self._turn.adopt(self._reconciler.view(self._person))
        return Report(unknown=tuple(self._looks.unknown))

    def give_back(self) -> Report:
        """Let another device take over at once."""
        self._turn.give_back(self._reconciler.view(self._person))
        return Report()

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
        if self._reconciler.clocks.rests(account):
            return False
        if not self._everything:
            self._writer.looked(account)
        refused = self._looks.refused[before:]
        self._reconciler.take_refusals(account, refused)
        for change in verdict.allowed:
            self._writer.event(account, change)
        return True

    def _settings(self, view: View, account: ConnectedAccount) -> bool:
        due = [kind for kind in account.settings if self._is_due(view, account, kind)]
        called, setting, restoring = False, [], []
        try:
            read = self._looks.settings(view, account, due)
        except DeepdayError as error:
            raise Trouble(error) from None
        for kind in due:
            try:
                change = self._looks.setting(view, account, kind, read)
            except DeepdayError as error:
                raise Trouble(error) from None
            if self._reconciler.clocks.rests(account):
                return False
            if change is None:
                continue
            called = True
            if read and change.action is Action.SET:
                setting.append(change)
            elif change.action is Action.RESTORE:
                restoring.append(change)
            else:
                self._writer.setting(account, change)
        self._writer.together(account, restoring)
        self._writer.together(account, setting)
        return called

    def _is_due(self, view: View, account: ConnectedAccount, kind: SettingKind) -> bool:
        wanted_back = self._everything and view.slot(account, kind).owned
        return wanted_back or self._reconciler.setting_due(view, account, kind)

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
        wait = max(1, min(LONGEST_BACKOFF, int(wait) + 1))
        until = self._writer.now() + wait
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
        refused = isinstance(error, ReconnectNeededError)
        if not refused:
            self._reconciler.clocks.leave(account, wait)
        backoff = Backoff(account.provider, account.name, until, failures, error.what, refused=refused)
        self._writer.save(backoff, *blocked, note=note)
