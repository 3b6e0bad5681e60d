"""What must never happen, checked at every write, after every step and at rest. The names are those of the invariants.

The oracle knows what the person chose with their own hands. Where nobody could tell a person's choice from something
else (no vendor compares and sets), the oracle says so: ``undecided``.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from deepday.model import EMPTY, AnySetting, DoNotDisturb, EventDraft, Interval, SettingKind, WrittenEvent, same
from deepday.reconcile.desired import event_key, generation_of
from deepday.reconcile.devices import MARKER
from deepday.store.slots import Slot
from tests.simulation.device import Device
from tests.simulation.office import WatchedAccount, WatchedOffice

PERSON = "ada@example.org"
MOST_OFF = 100
"""Seconds by which a clock may be wrong for a device to write."""
LEASE_SKEW = 5
MOST_MADE = 20
"""Events that may be made in one run, unless somebody said that it may be more."""
MOST_CALLS = 120
"""Calls of an account within a minute."""


class Broken(AssertionError):  # noqa: N818 - it is what happened to an invariant
    """An invariant does not hold."""


@dataclass(slots=True)
class TakeOver:
    """The person put something over a value of ours. ``seen``: deepday knew for sure that its value had been there."""

    generation: str
    value: AnySetting
    seen: bool
    at: int


class Oracle:
    """Knows what people did, and judges what deepday does."""

    def __init__(self, office: WatchedOffice, devices: list[Device]) -> None:
        self.office = office
        self.devices = {device.name: device for device in devices}
        self.choice: dict[SettingKind, AnySetting] = dict(EMPTY)
        self.undecided: set[SettingKind] = set()
        self.takeover: dict[SettingKind, TakeOver] = {}
        self.ours: dict[SettingKind, list[AnySetting]] = {kind: [] for kind in SettingKind}
        self.ours_there: set[SettingKind] = set()
        self.deleted: set[str] = set()  # blocks whose event the person deleted
        self.moved: dict[str, Interval] = {}  # where the person put the event of a block
        self.ever_moved: set[str] = set()
        self.titled: dict[str, str] = {}  # the titles that the person gave events
        self.unwanted: set[str] = set()  # blocks that the person does not want any more
        self.keys: dict[str, str] = {}
        self.foreign: dict[str, str] = {}
        self.worker = ""
        self.stepped = False
        self.taken_back = False
        self.writes = 0
        self.made = 0  # events, in the run that is on
        self.calls: dict[str, deque[int]] = {name: deque() for name in self.devices}
        self.attempts: dict[str, int] = {}  # by device: what was committed when it tried last to make an event
        self.excused: list[str] = []

    # The person's hands

    def approved(self, block: str) -> None:
        for generation in range(12):
            self.keys[event_key(block, self.office.place, generation)] = block

    def chose(self, kind: SettingKind, value: AnySetting, device: Device) -> None:
        """The person sets a value by hand."""
        kept = self.office.put(kind, value, "person")
        self.undecided.discard(kind)
        before = self.takeover.pop(kind, None)
        if kind in self.ours_there:
            slot = self._slot(device, kind)
            seen = bool(slot and slot.seen and not slot.intent)
            self.takeover[kind] = TakeOver(self.generation(device), kept, seen, self._time(device))
        elif before is not None and not self._changed(device, before):
            self.takeover[kind] = TakeOver(self.generation(device), kept, before.seen, self._time(device))
        self.ours_there.discard(kind)
        self.choice[kind] = kept

    def generation(self, device: Device) -> str:
        return generation_of(device.view(PERSON).active)

    def adopted(self, kinds: Iterable[SettingKind]) -> None:
        """Another device writes from now on: what was there before the first one's values is known to that one only."""
        for kind in kinds:
            if kind in self.ours_there or kind in self.takeover:
                self._excuse(kind, "lease_lost")

    def _changed(self, device: Device, took: TakeOver) -> bool:
        """Tell whether the set of active blocks changed since, even if it is the same again by now."""
        view, now = device.view(PERSON), self._time(device)
        edges = [edge for one in view.live for edge in (one.when.start, one.when.end)]
        edges += [edge for one in view.known.schedule.overrides for edge in (one.at, one.when.start, one.when.end)]
        return took.generation != generation_of(view.active) or any(took.at < edge <= now for edge in edges)

    @staticmethod
    def _time(device: Device) -> int:
        return int(device.clock.now().timestamp())

    # At every call

    def begins(self) -> None:
        """A run begins."""
        self.made = 0

    def called(self, account: WatchedAccount, call: str) -> None:
        now = self.office.now()
        if not self.stepped:
            self._hold("I20", now >= account.peace_until, f"{call} before Retry-After was over")
        calls = self.calls[account.device]
        calls.append(now)
        while calls[0] <= now - 60:
            calls.popleft()
        self._hold("I20", len(calls) <= MOST_CALLS, f"{len(calls)} calls within a minute")
        if call == "create event":
            committed = self.devices[account.device].rows("PRAGMA data_version")[0][0]
            self._hold("I20", self.attempts.get(account.device) != committed, "sent twice, and recorded once")
            self.attempts[account.device] = committed

    def wrote_setting(self, account: WatchedAccount, kind: SettingKind, value: AnySetting, restoring: bool) -> None:
        self.writes += 1
        device = self.devices[account.device]
        self._fenced(device)
        self._hold("R13", abs(device.clock.offset) <= MOST_OFF, f"{kind} written by a clock that is wrong")
        slot = self._slot(device, kind)
        if slot is None or slot.baseline is None:
            raise Broken(f"I6: {kind} written without a baseline")
        baseline = slot.baseline
        written = [*slot.written, *([slot.settled] if slot.settled is not None else [])]
        over = value.over(min(self._time(device), self.office.now()))  # by which clock is the connector's to choose
        self._hold("R8", not (restoring and over), f"{kind} restored to what is over")
        if not restoring:
            self._set(device, kind, value, slot.written)
            self._hold(
                "I7",
                baseline.empty
                or not any(same(baseline, one) for one in self.ours[kind])
                or same(baseline, self.choice[kind]),
                f"the baseline of {kind} is a value of ours",
            )
        self._hands_off(account, kind, baseline, written, restoring=restoring)
        self.takeover.pop(kind, None)
        if restoring:
            self.ours_there.discard(kind)
        else:
            self.ours[kind].append(value)
            self.ours_there.add(kind)
            if device.reads_only:  # it does not know yet that another one took over, and will not restore this
                self._excuse(kind, "lease_lost")

    def _set(self, device: Device, kind: SettingKind, value: AnySetting, recorded: tuple[AnySetting, ...]) -> None:
        self._hold("I6", value in recorded, f"{kind} written before it was recorded")
        now, view = int(device.clock.now().timestamp()), device.view(PERSON)
        self._hold("I8", bool(view.active), f"{kind} set while no block is active")
        latest = max((one.when.end for one in view.live), default=now)
        self._hold("expiry", 0 < value.until <= latest + 180, f"{kind} would not end by itself in time")

    def _hands_off(
        self,
        account: WatchedAccount,
        kind: SettingKind,
        baseline: AnySetting,
        written: list[AnySetting],
        *,
        restoring: bool,
    ) -> None:
        last, device = self.office.settings[kind][-1], self.devices[account.device]
        if last.hand != "person":
            return
        if account.reads.version.get(kind, -1) < last.version:
            self._excuse(kind, "race_window")
            return
        took, now = self.takeover.get(kind), self.office.now()
        # When it was first seen that nothing is there, a value that may have been ours had ended by itself.
        first_seen = account.reads.since[kind]
        nothing = last.value.empty or (self.office.expires and last.value.over(first_seen))
        ended = nothing and any(one.over(first_seen + MOST_OFF) for one in written)
        if ended and not baseline.empty:  # else nothing is lost by it
            self._excuse(kind, "assumed_expiry")
        if took is None:
            return
        if not restoring and self._changed(device, took):
            # It may be written over; but what was before stays the baseline where the value may have been ours.
            if any(same(took.value, one) for one in written[:-1]):
                self._excuse(kind, "the same as ours")
            return
        if any(same(took.value, one) for one in written):
            self._excuse(kind, "the same as ours")
        elif ended:
            self._excuse(kind, "assumed_expiry")
        elif not took.seen and same(took.value, baseline):
            self._excuse(kind, "the same as before us")
        elif took.value.over(now):
            self._excuse(kind, "the person's own value had ended")
        else:
            self._hold("I9", False, f"{kind}: what the person chose was written over")

    def wrote_event(self, account: WatchedAccount, call: str, event: WrittenEvent | EventDraft) -> None:
        self.writes += 1
        device = self.devices[account.device]
        if event.marker == MARKER:
            return
        self._fenced(device)
        block = self.keys.get(event.key, "")
        rows = device.rows("SELECT state, marker FROM ledger WHERE key = ?", event.key)
        self._hold("R13", abs(device.clock.offset) <= MOST_OFF, f"{call} by a clock that is wrong")
        self._hold("I10", bool(rows and block and event.marker == rows[0]["marker"]), f"{call} of what is not ours")
        self._hold("I16", self.office.now() - account.looked_at <= 900, f"{call} without having looked")
        state = rows[0]["state"]
        if call == "create":
            self._hold("I11", block not in self.deleted, f"block {block} was deleted by its person and is made again")
            self._hold("C15", event.when.end > self._time(device), f"block {block} is over, and its event is made")
            self._hold("intent", state == "intent", "made before that was written down")
            self.made += 1
            self._hold("I17", self.made <= MOST_MADE, f"{self.made} events were made at once")
        elif call == "move":
            self._hold("R1", block not in self.moved, f"block {block} was moved by its person and is moved again")
            self._hold("intent", state == "intent", "moved before that was written down")
        elif call == "retitle":
            assert isinstance(event, WrittenEvent)
            self._hold("R3", event.id not in self.titled, f"block {block} got a title from its person, and another")
            self._hold("intent", state == "intent", "given a title before that was written down")
        else:
            wanted = block not in self.unwanted | self.deleted and not self.taken_back
            self._hold("R2", not (wanted and state == "applied"), f"block {block} was removed, and nobody wanted that")
            self._hold("intent", state in {"removing", "gone"}, "removed before that was written down")

    def _fenced(self, device: Device) -> None:
        rows = device.rows("SELECT holder, expires_at FROM lease WHERE name = ?", PERSON)
        mine = bool(rows) and rows[0]["holder"] == self.worker
        self._hold("I18", mine, f"{self.worker} wrote while another held the lease")
        leases = [one for one in self.office.live() if one.marker == MARKER]
        if leases and not self.stepped:
            _, holder, begins = max(leases, key=lambda one: one.when.start).title.split()
            self._hold(
                "I18",
                holder == device.policy.marker or self.office.now() < int(begins),
                f"{device.name} wrote while {holder} held the lease of the devices",
            )

    # After every step

    def step(self) -> None:
        live = self.office.live()
        blocks = [self.keys.get(event.key, event.key) for event in live if event.marker not in {"", MARKER}]
        self._hold("I12", len(blocks) == len(set(blocks)), "a block has two events")
        self._hold("I11", not self.deleted & set(blocks), "what the person deleted is there")
        titles = [event for event in live if self.titled.get(event.id, event.title) != event.title]
        self._hold("R3", not titles, "a title that the person gave is gone")
        foreign = {event.id: event.etag for event in live if not event.marker}
        self._hold("I10", foreign == self.foreign, "an event of the person's was touched")

    def decided(self) -> None:
        """Nobody deleted or moved what the ledger says that a person deleted or moved."""
        for device in self.devices.values():
            for row in device.rows('SELECT block, kind, start, "end" FROM override WHERE "by" = \'calendar\''):
                if row["kind"] == "veto":
                    self._hold(
                        "I16", row["block"] in self.deleted, f"block {row['block']} was not deleted by its person"
                    )
                else:
                    self._hold(
                        "I16", row["block"] in self.ever_moved, f"block {row['block']} was not moved by its person"
                    )

    # At rest

    def at_rest(self, kinds: Iterable[SettingKind]) -> None:
        """No block is active, nothing is wrong any more, several rounds went by."""
        for kind in kinds:
            if kind in self.undecided:
                continue
            shown, chosen = self.office.shown(kind), self.office.as_shown(kind, self.choice[kind])
            ended = shown.empty and self.choice[kind].over(self.office.now())
            self._hold("I8", ended or same(shown, chosen), f"{kind} is {shown}, the person chose {chosen}")
        for device in self.devices.values():
            if device.reads_only:
                continue
            self._hold("titles", not self._wrong_titles(device), "an event has another title than its block")
            states = [row["state"] for row in device.rows("SELECT state FROM ledger")]
            dead = set() if len(self.devices) > 1 else {"dead"}  # another device's event may have the id
            self._hold("I15", not {"intent", "unknown", "removing", *dead} & set(states), f"unsettled: {states}")
            slots = device.rows("SELECT setting FROM slot WHERE intent <> '' OR baseline IS NOT NULL")
            self._hold("I15", not slots, f"unsettled: {[row['setting'] for row in slots]}")
            self._hold("I23", device.store.first_break() is None, "the audit chain is broken")

    def _wrong_titles(self, device: Device) -> list[str]:
        """Return the events ahead whose title is neither what it should be nor their person's."""
        view = device.view(PERSON)
        blocks = {one.id: one for one in view.live if one.when.start > view.now}
        known = {row["key"] for row in device.rows("SELECT key FROM ledger WHERE titles <> ''")}
        return [
            one.title
            for one in self.office.live()
            if one.key in known
            and one.id not in self.titled
            and (block := blocks.get(self.keys.get(one.key, "")))
            and one.title != view.policy.words.title(block.block, block.when)
        ]

    def protected(self, kinds: Iterable[SettingKind], block: str, when: Interval) -> None:
        """A block is under way, nothing is wrong: everything is on."""
        for kind in kinds:
            shown = self.office.shown(kind)
            held = isinstance(shown, DoNotDisturb) and shown.until >= when.end  # by the person's own choice
            ours = any(same(shown, one) for one in self.ours[kind]) or kind in self.ours_there
            self._hold("on", held or (ours and not shown.empty), f"{kind} is not on during a block: {shown}")
        found = [one for one in self.office.live() if self.keys.get(one.key) == block]
        self._hold("on", [one.when for one in found] == [when], f"block {block} is not in the calendar")

    def _excuse(self, kind: SettingKind, why: str) -> None:
        self.undecided.add(kind)
        self.takeover.pop(kind, None)
        self.excused.append(why)

    @staticmethod
    def _slot(device: Device, kind: SettingKind) -> Slot | None:
        return next((one for one in device.view(PERSON).known.slots if one.target.setting is kind), None)

    @staticmethod
    def _hold(name: str, holds: bool, what: str) -> None:
        if not holds:
            raise Broken(f"{name}: {what}")
