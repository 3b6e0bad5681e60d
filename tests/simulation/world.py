"""A small world: an office with moods, a person, an administrator, a lid, wrong clocks, and devices that die.

Everything is drawn from one seed; the same seed gives the same trace.
"""

import hashlib
import os
import random
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from deepday.clock import Clock
from deepday.model import (
    EMPTY,
    AnySetting,
    ApprovedBlock,
    Audience,
    AutoReply,
    Availability,
    BlockKind,
    Contact,
    DoNotDisturb,
    Interval,
    Override,
    OverrideKind,
    Presence,
    SettingKind,
    Status,
)
from deepday.reconcile import ConnectedAccount, Policy, Reconciler, Report, Words, connected
from deepday.reconcile.devices import MARKER
from deepday.store.database import Database
from deepday.testing import TurnedClock
from tests.simulation.device import Crash, Device
from tests.simulation.office import BatchingAccount, OddAccount, Oddities, OddOffice, WatchedOffice, Witness
from tests.simulation.twins import Deeds
from tests.simulation.witness import PERSON, Oracle

HOUR = 3600
_WORDS = Words()  # checking texts takes longer than half a world
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "UTC")
STARTS = (
    datetime(2026, 3, 10, 7, tzinfo=UTC),
    datetime(2026, 3, 28, 23, tzinfo=UTC),
    datetime(2026, 10, 24, 22, tzinfo=UTC),
    datetime(2026, 11, 1, 4, tzinfo=UTC),
)


@cache
def _disk_of(process: int) -> Path:
    """Return a folder of the process, in memory where the machine has one."""
    del process
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="deepday-", dir=memory if memory.is_dir() else None))


def _disk() -> Path:
    return _disk_of(os.getpid())  # a forked process must not share its parent's


def _template() -> Path:
    path = _disk() / "template.sqlite"
    if path.exists():
        return path
    database = Database(path, TurnedClock())
    with database.writing():
        pass
    database.close()
    return path


def remove_disk() -> None:
    """Delete what worlds left behind."""
    shutil.rmtree(_disk(), ignore_errors=True)
    _disk_of.cache_clear()


class Stage(Protocol):
    """Where worlds take place: an office, and the accounts that devices have there."""

    def opened(self, start: datetime, chance: random.Random) -> tuple[Clock, WatchedOffice]:
        """Return an office in which nothing happened yet, and its clock. ``start`` where the stage can begin there."""
        ...

    def kinds(self, wanted: tuple[SettingKind, ...]) -> tuple[SettingKind, ...]:
        """Return those of the settings that there are."""
        ...

    def accounts(self, device: Device, witness: Witness, kinds: tuple[SettingKind, ...]) -> list[ConnectedAccount]:
        """Return the person's accounts as a device has them."""
        ...

    def forget_waits(self, device: Device) -> None:
        """Expect of the device no patience: it died before it wrote down what a vendor asked for."""
        ...

    def forget_reads(self, device: Device) -> None:
        """Expect of the device no memory of what it saw: it died."""
        ...


class InMemory:
    """Vendors in memory, with the odd behaviours of real ones."""

    office: OddOffice

    def __init__(self, *, batching: bool = False) -> None:
        self.opened_by: dict[str, OddAccount] = {}
        self._made = BatchingAccount if batching else OddAccount

    def forget_waits(self, device: Device) -> None:
        self.opened_by[device.name].peace_until = 0

    def forget_reads(self, device: Device) -> None:
        self.opened_by[device.name].reads.forget()

    def opened(self, start: datetime, chance: random.Random) -> tuple[Clock, WatchedOffice]:
        clock = TurnedClock(start)
        self.office = OddOffice(clock, chance)
        return clock, self.office

    def kinds(self, wanted: tuple[SettingKind, ...]) -> tuple[SettingKind, ...]:
        return wanted

    def accounts(self, device: Device, witness: Witness, kinds: tuple[SettingKind, ...]) -> list[ConnectedAccount]:
        account = self._made(self.office, device.name, device.boundary, witness, device.clock)
        self.opened_by[device.name] = account
        return [connected("memory", "ada", account, kinds, "primary")]


class World:
    """One office, one person, one or two devices."""

    def __init__(
        self,
        seed: int,
        *,
        reconciler: type[Reconciler] = Reconciler,
        calm: bool = False,
        expiry: bool = True,
        second_device: bool | None = None,
        kinds: tuple[SettingKind, ...] = (),
        back: bool = False,
        stage: "Stage | None" = None,
    ) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        chance = self.chance
        # Half of the vendors take several calls in one request.
        self.stage = stage or InMemory(batching=not calm and seed % 2 == 1)
        start = chance.choice(STARTS)
        self.deeds = Deeds()
        self.began = start
        self.zone = chance.choice(ZONES)
        self.clock, self.office = self.stage.opened(start, random.Random(seed + 1))
        self.office.expires = expiry
        self.began_at = self.office.now()
        self.calm = calm
        self.back = back
        drawn = tuple(sorted(chance.sample(list(SettingKind), chance.choice((1, 1, 2, 4)))))
        self.kinds = self.stage.kinds(kinds or drawn)
        names = (
            ["laptop", "desktop"] if (chance.random() < 0.2 if second_device is None else second_device) else ["laptop"]
        )
        folder = _disk()
        self.devices = [
            Device(name, folder / f"{name}.sqlite", _template(), self.clock, Policy(f"on-{name}", _WORDS), reconciler)
            for name in names
        ]
        self.device = self.devices[0]
        self.oracle = Oracle(self.office, self.devices)
        self.accounts: dict[str, list[ConnectedAccount]] = {}
        witness = Witness(self.oracle.wrote_setting, self.oracle.wrote_event, self.oracle.called)
        for device in self.devices:
            self.accounts[device.name] = self.stage.accounts(device, witness, self.kinds)
        if not calm:
            self.office.odd = Oddities.drawn(chance)
        self.crash_rate = 0.0 if calm else chance.choice((0.0, 0.0, 0.01, 0.04))
        self.moods = random.Random(f"{seed}, moods")  # of its own: worlds without them stay as they are
        self.vanishes = not calm and self.moods.random() < 0.15
        self.blocks = self.swaps = 0
        self.trace: list[str] = []

    # Devices

    def tick(self, device: Device | None = None, *, worker: Reconciler | None = None) -> str:
        """Run one round on a device, which may die of it."""
        device = device or self.device
        reconciler = worker or device.reconciler
        before, self.oracle.worker = self.oracle.worker, reconciler.holder
        self.oracle.begins()
        rate = self.crash_rate
        device.boundary.chance = lambda: rate > 0 and self.chance.random() < rate
        armed, device.boundary.armed = device.boundary.armed, True
        try:
            report = reconciler.tick(PERSON, self.accounts[device.name])
            said = report.read_only or " ".join(f"{one.action}:{one.target.split(' of ')[0]}" for one in report.done)
        except Crash:
            device.die()
            device.start()
            self.stage.forget_reads(device)
            if not device.rows("SELECT until FROM backoff WHERE until > ?", device.now()):  # nobody knows any more
                self.stage.forget_waits(device)
            said = "died"
        finally:
            device.boundary.chance, device.boundary.armed = lambda: False, armed
            self.oracle.worker = before
        self.say(f"tick {device.name}: {said}")
        self.oracle.step()
        return said

    def reconcile(self) -> Report:
        """Return what a round would do."""
        return self.device.reconciler.changes(PERSON, self.accounts[self.device.name])

    def who_writes(self) -> None:
        """Find out which device the person's days are protected by."""
        leases = [one for one in self.office.live() if one.marker == MARKER]
        newest = max(leases, key=lambda one: one.when.start, default=None)
        holder = newest.title.split()[1] if newest else self.device.policy.marker
        if self.device.policy.marker != holder:
            self.device = next(one for one in self.devices if one.policy.marker == holder)
            self.oracle.adopted(self.kinds)
        for device in self.devices:
            device.reads_only = device is not self.device

    def say(self, what: str) -> None:
        self.trace.append(f"{self.office.now()} {what}")

    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    def close(self) -> None:
        for device in self.devices:
            device.close()

    # People

    def now(self) -> int:
        return self.office.now()

    def sign_in_again(self) -> None:
        """Let the person sign in, on every device, after the grant was withdrawn."""
        self.office.grant()
        for device in self.devices:
            device.sign_in_again(PERSON)
        self.say("signed in again")

    def approve(self, starts_in: int, seconds: int, kind: BlockKind = BlockKind.FOCUS) -> ApprovedBlock:
        """Let the person approve a block."""
        self.blocks += 1
        start = self.clock.now() + timedelta(seconds=starts_in)
        local = start.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None, second=0, microsecond=0)
        point = Contact("Grace", "@grace") if self.blocks % 2 else None
        block = ApprovedBlock(
            f"b{self.blocks}", PERSON, local, local + timedelta(seconds=seconds), self.zone, kind, point
        )
        for device in self.devices:
            device.store.approve([block], PERSON)
        self.oracle.approved(block.id)
        self.say(f"approve {block.id} {block.when.start}-{block.when.end}")
        return block

    def decide(self, block: str, kind: OverrideKind, when: Interval) -> None:
        """Let the person decide by command, on every device."""
        for device in self.devices:
            device.store.decide(Override(PERSON, block, kind, when, self.now(), PERSON, "by command"))
        if kind is OverrideKind.VETO:
            self.oracle.unwanted.add(block)
        if kind is not OverrideKind.PAUSE:
            self.oracle.moved.pop(block, None)
            if kind is OverrideKind.END:
                self.oracle.unwanted.add(block)
        self.say(f"decide {kind} {block} {when.start}-{when.end}")

    def choose(self, kind: SettingKind, value: AnySetting) -> None:
        """Let the person set a value by hand."""
        self.deeds.settings.append((self.now(), kind, value))
        self.oracle.chose(kind, value, self.device)
        self.say(f"by hand {kind}: {value}")

    def value(self, kind: SettingKind) -> AnySetting:
        """Return something that a person might set."""
        chance, now = self.chance, self.now()
        what = chance.randrange(6)
        if what == 0:
            return EMPTY[kind]
        if what == 1:
            return self.office.shown(kind)
        if what == 2:
            return self.oracle.choice[kind]
        until = now + chance.choice((0, 600, HOUR, 5 * HOUR))
        values: dict[SettingKind, AnySetting] = {
            SettingKind.STATUS: Status(
                chance.choice(("Dentist", "On a train")), ":tooth:", until if until > now else 0
            ),
            SettingKind.DO_NOT_DISTURB: DoNotDisturb(max(until, now + 420)),
            SettingKind.AUTO_REPLY: AutoReply(True, "On holiday.", "Away.", "", now, now + 9 * HOUR, Audience.ALL),
            SettingKind.PRESENCE: Presence(Availability.AWAY, max(until, now + 420)),
        }
        return values[kind]

    def event_of(self, number: int) -> str:
        """Return the id of some live event of ours, empty when there is none."""
        live = [one for one in self.office.live() if one.marker.startswith("on-")]
        return live[number % len(live)].id if live else ""

    def move_by_hand(self, event: str) -> None:
        stored = next(one for one in self.office.live() if one.id == event)
        by = self.chance.choice((-1800, 1800, 5400))
        when = Interval(stored.when.start + by, stored.when.end + by)
        self.office.move_event(event, when)
        block = self.oracle.keys[stored.key]
        known = self.device.rows('SELECT start, "end" FROM ledger WHERE key = ?', stored.key)
        if [(when.start, when.end)] == [tuple(row) for row in known]:
            self.oracle.moved.pop(block, None)  # back where we left it: as if nobody had touched it
        else:
            self.oracle.moved[block] = when
        self.oracle.ever_moved.add(block)
        self.say(f"moved {block} to {when.start}-{when.end}")

    def retitle_by_hand(self, event: str) -> None:
        self.office.retitle_event(event, f"Mine {len(self.trace)}")
        self.oracle.titled[event] = f"Mine {len(self.trace)}"
        self.say("an event got another title by hand")

    def swap(self, block: ApprovedBlock) -> None:
        """Let somebody else cover a block."""
        self.swaps += 1
        swapped = replace(block, point_person=Contact(f"Heidi {self.swaps}", "@heidi"))
        for device in self.devices:
            device.store.approve([swapped], PERSON)
        self.say(f"somebody else covers {block.id}")

    def delete_by_hand(self, event: str) -> None:
        block = next(self.oracle.keys[one.key] for one in self.office.live() if one.id == event)
        self.office.delete_event(event)
        self.oracle.deleted.add(block)
        self.say(f"deleted {block}")

    def add_foreign(self) -> None:
        start = self.now() + self.chance.randrange(4) * 1800
        when = Interval(start, start + HOUR)
        self.deeds.meetings.append((self.now(), when, "Stand-up"))
        handle = self.office.add_event(when, "Stand-up")
        self.oracle.foreign[handle] = next(one.etag for one in self.office.live() if one.id == handle)
        self.say("a meeting")

    def pass_time(self, seconds: int) -> None:
        self.office.pass_time(seconds)
