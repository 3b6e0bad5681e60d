"""Bugs, planted one at a time, to see that the simulation finds them. A test that never fails shows nothing.

One list, long on purpose: whether a bug is missing is seen only side by side.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from typing import Any
from unittest.mock import patch

from deepday.connect import Restoration, Restored
from deepday.errors import ConflictError, DeepdayError, GoneError, OutcomeUnknownError
from deepday.model import EMPTY, AnySetting, Override, OverrideKind, SettingKind
from deepday.reconcile import (
    apply,
    clocks,
    desired,
    devices,
    events,
    guard,
    looks,
    observed,
    slots,
    tick,
    turns,
    view,
)
from deepday.reconcile.accounts import ConnectedAccount, SettingPort
from deepday.reconcile.apply import Writer
from deepday.reconcile.changes import Action, EventChange, SettingChange
from deepday.reconcile.observed import SeenEvents
from deepday.reconcile.tick import Reconciler
from deepday.reconcile.view import View
from deepday.store import approved, audit, leases, protecting
from deepday.store.ledger import EntryState
from deepday.store.slots import Slot
from tests.simulation import device, office

Patch = tuple[object, str, Any]
BUGS: dict[str, Callable[[], list[Patch]]] = {}


def bug(make: Callable[[], list[Patch]]) -> Callable[[], list[Patch]]:
    BUGS[make.__name__] = make
    return make


@contextmanager
def planted(name: str) -> Iterator[None]:
    with ExitStack() as stack:
        for owner, attribute, value in BUGS[name]():
            stack.enter_context(patch.object(owner, attribute, value))
        yield


# Settings


@bug
def written_before_the_baseline_is_kept() -> list[Patch]:
    original = Writer._set

    def early(self: Writer, account: Any, change: SettingChange) -> None:
        if not change.slot.owned and change.value is not None:
            account.setting(change.slot.target.setting).write(change.value)
        original(self, account, change)

    return [(Writer, "_set", early)]


@bug
def written_before_it_is_recorded() -> list[Patch]:
    original = Writer.save

    def save(self: Writer, *changed: Any, **rest: Any) -> None:
        late = [
            replace(one, written=one.written[:-1]) if isinstance(one, Slot) and one.intent == "set" else one
            for one in changed
        ]
        original(self, *late, **rest)

    return [(Writer, "save", save)]


@bug
def released_before_it_is_restored() -> list[Patch]:
    original = Writer._restore

    def early(self: Writer, account: Any, change: SettingChange) -> SettingChange | None:
        self.save(Slot(change.slot.target))
        return original(self, account, change)

    return [(Writer, "_restore", early)]


@bug
def only_the_last_value_is_ours() -> list[Patch]:
    return [(Slot, "all_written", property(lambda self: self.written[-1:]))]


@bug
def settled_value_not_recorded() -> list[Patch]:
    return [(Slot, "all_written", property(lambda self: self.written))]


@bug
def baseline_taken_for_each_block() -> list[Patch]:
    original = Writer._set

    def anew(self: Writer, account: Any, change: SettingChange) -> None:
        original(self, account, replace(change, slot=replace(change.slot, baseline=None, written=())))

    return [(Writer, "_set", anew)]


@bug
def expiry_not_known_of_in_a_restore() -> list[Patch]:
    def unaware(current: Any, written: Any, before: Any, empty: Any, now: int) -> Restored[Any]:
        target = empty if before.over(now) else before
        if current.same(target):
            return Restored(Restoration.ALREADY, current)
        if not any(current.same(value) for value in written):
            return Restored(Restoration.KEPT, current)
        return Restored(Restoration.RESTORED, target)

    return [(office, "restoration", unaware)]


@bug
def ended_baseline_put_back() -> list[Patch]:
    def stale(current: Any, written: Any, before: Any, empty: Any, now: int) -> Restored[Any]:
        del empty
        ours = any(current.same(value) for value in written) or (
            current.empty and any(one.over(now) for one in written)
        )
        if current.same(before):
            return Restored(Restoration.ALREADY, current)
        return Restored(Restoration.RESTORED if ours else Restoration.KEPT, before if ours else current)

    return [(office, "restoration", stale)]


@bug
def no_end_given_to_the_vendor() -> list[Patch]:
    original = desired.wanted_value

    def endless(kind: SettingKind, active: Any, policy: Any) -> AnySetting | None:
        value = original(kind, active, policy)
        return value and replace(value, until=0 if kind is SettingKind.STATUS else value.until + 86_400)

    return [(view, "wanted_value", endless)]


@bug
def a_persons_value_written_over() -> list[Patch]:
    original = slots._keep

    def stubborn(*arguments: Any) -> tuple[Action, str]:
        action, why = original(*arguments)
        return (Action.SET if action is Action.HANDS_OFF else action), why

    return [(slots, "_keep", stubborn)]


@bug
def hands_off_forgotten() -> list[Patch]:
    original = Writer._let_go

    def forgetful(self: Writer, slot: Slot, change: SettingChange) -> None:
        original(self, slot, replace(change, generation=""))

    return [(Writer, "_let_go", forgetful)]


@bug
def a_cleared_value_taken_for_a_lost_write() -> list[Patch]:
    original = slots._keep

    def unsure(slot: Slot, *rest: Any) -> tuple[Action, str]:
        return original(replace(slot, seen=False, tries=0), *rest)

    return [(slots, "_keep", unsure)]


@bug
def stale_reads_believed() -> list[Patch]:
    return [(module, "settling", lambda wrote_at, now: False) for module in (events, slots, apply)]


@bug
def another_deepdays_value_taken_as_baseline() -> list[Patch]:
    return [(view, "foreign_family", lambda schedule, policy: lambda value: False)]


@bug
def lost_reply_taken_for_done() -> list[Patch]:
    port = ConnectedAccount.setting

    def confident(self: Any, kind: SettingKind) -> SettingPort:
        made = port(self, kind)

        def write(value: AnySetting) -> AnySetting:
            try:
                return made.write(value)
            except OutcomeUnknownError:
                return value

        return replace(made, write=write)

    return [(ConnectedAccount, "setting", confident)]


@bug
def a_part_that_failed_taken_for_done() -> list[Patch]:
    original = office.BatchingAccount.set_settings

    def confident(self: Any, values: Any) -> Any:
        found = original(self, values)
        return {kind: values[kind] if isinstance(one, DeepdayError) else one for kind, one in found.items()}

    return [(office.BatchingAccount, "set_settings", confident)]


@bug
def refused_account_given_up() -> list[Patch]:
    original = tick._Round._leave_in_peace

    def hasty(self: Any, view: View, account: Any, error: DeepdayError) -> None:
        for slot in view.known.slots:
            if slot.owned:
                self._writer.save(Slot(slot.target))
        original(self, view, account, error)

    return [(tick._Round, "_leave_in_peace", hasty)]


@bug
def left_to_its_end_whatever_was_there_before() -> list[Patch]:
    original = slots.left_to_end

    def careless(slot: Slot, now: int, grace: int) -> bool:
        nothing = EMPTY[slot.target.setting]
        return original(replace(slot, baseline=nothing) if slot.owned else slot, now, grace)

    return [(module, "left_to_end", careless) for module in (slots, turns, view)]


@bug
def a_restore_without_effect_believed() -> list[Patch]:
    return [(Reconciler, "_settings_left", lambda self, person, accounts, owned: [])]


@bug
def nothing_is_ever_set() -> list[Patch]:
    return [(view, "wanted_value", lambda kind, active, policy: None)]


# Events


@bug
def ids_made_anew_each_time() -> list[Patch]:
    numbers = count()
    return [(desired, "event_key", lambda block, place, generation: desired.base32hex(f"{block}{next(numbers)}"))]


@bug
def a_deleted_event_made_again() -> list[Patch]:
    def again(self: Writer, change: EventChange, entry: Any, why: str) -> None:
        del change, why
        self.save(replace(entry, state=EntryState.GONE))

    return [(Writer, "_veto", again)]


@bug
def a_moved_event_moved_back() -> list[Patch]:
    original = Writer.save

    def save(self: Writer, *changed: Any, overrides: Any = (), **rest: Any) -> None:
        original(self, *changed, overrides=[one for one in overrides if one.kind is not OverrideKind.PIN], **rest)

    return [(Writer, "save", save)]


@bug
def a_title_given_by_hand_written_over() -> list[Patch]:
    original = events._titled

    def stubborn(entry: Any, plan: Any, found: Any, now: int) -> EventChange:
        change = original(entry, plan, found, now)
        return replace(change, action=Action.RETITLE) if change.action is Action.KEEP_TITLE else change

    return [(events, "_titled", stubborn)]


@bug
def titles_left_as_they_were() -> list[Patch]:
    return [(module, "title_differs", lambda entry, plan, now: False) for module in (events, view)]


@bug
def event_made_before_the_ledger_knows() -> list[Patch]:
    original = Writer._create

    def early(self: Writer, account: Any, change: EventChange) -> None:
        if change.plan is not None:
            account.events.create_event(change.entry.calendar, change.plan.draft)
        original(self, account, change)

    return [(Writer, "_create", early)]


@bug
def what_a_listing_lacks_is_deleted() -> list[Patch]:
    def hasty(sight: Any, entries: Any, now: int) -> SeenEvents:
        listed = sight.writer.find_ours(sight.calendar, sight.window, sight.markers[0])
        present = {event.key: event for event in listed}
        missed = {entry.key for entry in entries if entry.key not in present}
        return SeenEvents(present, frozenset(missed), now)

    return [(looks, "read_events", hasty), *a_lease_that_is_not_shown_is_held()]


@bug
def an_empty_calendar_believed() -> list[Patch]:
    return [(observed, "SUDDENLY_EMPTY", 10_000), *few_events_lost_believed()]


@bug
def what_cannot_be_read_is_absent() -> list[Patch]:
    original = observed.read_events

    def blind(sight: Any, entries: Any, now: int) -> Any:
        try:
            return original(sight, entries, now)
        except DeepdayError:
            return SeenEvents({}, frozenset(entry.key for entry in entries), now)

    return [(looks, "read_events", blind)]


@bug
def too_late_all_the_same() -> list[Patch]:
    always = lambda plan, now, policy: True  # noqa: E731 - the bug is one line
    return [(events, "worth_making", always), (view, "worth_making", always)]


@bug
def thresholds_ignored() -> list[Patch]:
    return [(guard, "LARGEST_SHARE", 10.0)]


@bug
def any_number_made_at_once() -> list[Patch]:
    return [(guard, "MOST_CREATES", 10_000)]


@bug
def short_notice_ignored() -> list[Patch]:
    return [(guard, "_soon", lambda change, context: False)]


@bug
def lost_reply_of_an_event_taken_for_failed() -> list[Patch]:
    original = Writer._failed

    def failed(self: Writer, change: EventChange, intent: Any, error: DeepdayError) -> None:
        if change.action is Action.CREATE and isinstance(error, OutcomeUnknownError):
            self.save(replace(intent, state=EntryState.GONE, remote_id="?"))
            return
        original(self, change, intent, error)

    return [(Writer, "_failed", failed)]


@bug
def a_lost_request_sent_again_by_a_library() -> list[Patch]:
    original = office.OddAccount.create_event

    def again(self: Any, calendar: str, draft: Any) -> Any:
        try:
            return original(self, calendar, draft)
        except OutcomeUnknownError:
            return original(self, calendar, draft)

    return [(office.OddAccount, "create_event", again)]


@bug
def somebody_elses_removal_of_a_block() -> list[Patch]:
    """A conflict is taken for a deletion by the person."""
    original = office.OddAccount._conflict

    def gone(self: Any) -> None:
        try:
            original(self)
        except DeepdayError:
            raise GoneError("It is gone.") from None

    return [(office.OddAccount, "_conflict", gone)]


# Who writes, and when


@bug
def stale_lease_accepted() -> list[Patch]:
    return [(module, "check_lease", lambda connection, lease: None) for module in (leases, protecting)]


@bug
def lease_given_to_everybody() -> list[Patch]:
    original = leases.take_lease

    def anyway(connection: Any, name: str, holder: str, now: int) -> Any:
        return original(connection, name, holder, now) or leases.Lease(name, holder, 10_000, now + 180)

    return [(protecting, "take_lease", anyway), (protecting, "check_lease", lambda connection, lease: None)]


@bug
def other_devices_ignored() -> list[Patch]:
    return [(turns.Turn, "other", lambda self, view: "")]


@bug
def taken_over_without_waiting() -> list[Patch]:
    return [(devices, name, 0) for name in ("VALID", "SKEW", "HANDING_OVER")]


@bug
def retry_after_ignored() -> list[Patch]:
    return [(View, "left_in_peace", lambda self, account: None)]


@bug
def backoff_only_in_memory() -> list[Patch]:
    kept: dict[int, leases.Backoff] = {}
    original = Reconciler.tick

    def remember(self: Reconciler, person: str, accounts: Any, **rest: Any) -> Any:
        def write(connection: Any, person: str, backoff: leases.Backoff) -> None:
            kept[id(self)] = backoff

        def read(connection: Any, person: str) -> list[leases.Backoff]:
            return [kept[id(self)]] if id(self) in kept else []

        with patch.object(protecting, "write_backoff", write), patch.object(protecting, "read_backoffs", read):
            return original(self, person, accounts, **rest)

    return [(Reconciler, "tick", remember)]


@bug
def hash_chain_not_chained() -> list[Patch]:
    numbers = count()
    return [(audit, "_hash", lambda *_: str(next(numbers)))]


@bug
def a_pause_ends_the_block() -> list[Patch]:
    """A command on all blocks is kept as a veto."""
    original = approved.add_override

    def veto(connection: Any, override: Override) -> None:
        kind = OverrideKind.VETO if override.kind is OverrideKind.PAUSE else override.kind
        original(connection, replace(override, kind=kind))

    return [(protecting, "add_override", veto)]


@bug
def a_wrong_clock_believed() -> list[Patch]:
    return [(clocks, "MOST_SKEW", 10**9)]


@bug
def clocks_compared_once() -> list[Patch]:
    """A clock that is turned after it was found right is trusted on."""
    return [(clocks.ClockWatch, "fresh", lambda self, account: account.place in self._compared)]


@bug
def a_lease_that_is_not_shown_is_held() -> list[Patch]:
    original = devices.current_lease

    def trusting(*given: Any) -> Any:
        try:
            return original(*given)
        except ConflictError:
            return None

    return [(turns, "current_lease", trusting)]


@bug
def few_events_lost_believed() -> list[Patch]:
    believed = [(looks.Looks, "_canary", lambda self, view, account: None), (looks, "_SEEN_TWICE", 0)]
    return [*believed, *a_lease_that_is_not_shown_is_held()]  # else nothing is done where the lease is not shown


@bug
def nothing_handed_over() -> list[Patch]:
    return [(turns.Turn, "_hand_over", lambda self, view: None)]


@bug
def events_of_the_device_before_left_alone() -> list[Patch]:
    return [(turns.Turn, "_take_events", lambda self, view, device: None)]


@bug
def a_new_sign_in_not_noticed() -> list[Patch]:
    return [(device, "signed_in_again", lambda connection, provider, account: None)]
