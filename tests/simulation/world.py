"""A small world: an office with moods, a person, an administrator, a lid, wrong clocks, and devices that die.

Everything is drawn from one seed; the same seed gives the same trace.
"""

import hashlib
import os
import random
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

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
from deepday.reconcile import Policy, Reconciler, connected
from deepday.reconcile.devices import MARKER
from deepday.store.database import Database
from deepday.testing import TurnedClock
from tests.simulation.device import Crash, Device
from tests.simulation.office import OddAccount, Oddities, OddOffice, Witness
from tests.simulation.witness import PERSON, Oracle

HOUR = 3600
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
    ) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        chance = self.chance
        self.clock = TurnedClock(chance.choice(STARTS))
        self.zone = chance.choice(ZONES)
        self.office = OddOffice(self.clock, random.Random(seed + 1))
        self.office.expires = expiry
        self.calm = calm
        self.back = back
        self.kinds = kinds or tuple(sorted(chance.sample(list(SettingKind), chance.choice((1, 1, 2, 4)))))
        names = (
            ["laptop", "desktop"] if (chance.random() < 0.2 if second_device is None else second_device) else ["laptop"]
        )
        folder = _disk()
        self.devices = [
            Device(name, folder / f"{name}.sqlite", _template(), self.clock, Policy(f"on-{name}"), reconciler)
            for name in names
        ]
        self.device = self.devices[0]
        self.oracle = Oracle(self.office, self.devices)
        self.accounts: dict[str, OddAccount] = {}
        witness = Witness(self.oracle.wrote_setting, self.oracle.wrote_event, self.oracle.called)
        for device in self.devices:
            self.accounts[device.name] = OddAccount(self.office, device.name, device.boundary, witness)
        if not calm:
            self.office.odd = Oddities.drawn(chance)
        self.crash_rate = 0.0 if calm else chance.choice((0.0, 0.0, 0.01, 0.04))
        self.blocks = 0
        self.trace: list[str] = []

    # Devices

    def tick(self, device: Device | None = None, *, worker: Reconciler | None = None) -> str:
        """Run one round on a device, which may die of it."""
        device = device or self.device
        reconciler = worker or device.reconciler
        account = self.accounts[device.name]
        before, self.oracle.worker = self.oracle.worker, reconciler.holder
        rate = self.crash_rate
        device.boundary.chance = lambda: rate > 0 and self.chance.random() < rate
        armed, device.boundary.armed = device.boundary.armed, True
        try:
            accounts = [connected("memory", "ada", account, self.kinds, "primary")]
            report = reconciler.tick(PERSON, accounts)
            said = report.read_only or " ".join(f"{one.action}:{one.target.split(' of ')[0]}" for one in report.done)
        except Crash:
            device.die()
            device.start()
            said = "died"
        finally:
            device.boundary.chance, device.boundary.armed = lambda: False, armed
            self.oracle.worker = before
        self.say(f"tick {device.name}: {said}")
        self.oracle.step()
        return said

    def who_writes(self) -> None:
        """Find out which device the person's days are protected by."""
        leases = [one for one in self.office.calendars["primary"].live() if one.marker == MARKER]
        newest = max(leases, key=lambda one: one.times[0].start, default=None)
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
        live = [one for one in self.office.calendars["primary"].live() if one.marker.startswith("on-")]
        return live[number % len(live)].id if live else ""

    def move_by_hand(self, event: str) -> None:
        stored = self.office.calendars["primary"].objects[event]
        by = self.chance.choice((-1800, 1800, 5400))
        when = Interval(stored.times[0].start + by, stored.times[0].end + by)
        self.office.move_event(event, when)
        self.oracle.moved[self.oracle.keys[event]] = when
        self.oracle.ever_moved.add(self.oracle.keys[event])
        self.say(f"moved {self.oracle.keys[event]} to {when.start}-{when.end}")

    def delete_by_hand(self, event: str) -> None:
        self.office.delete_event(event)
        self.oracle.deleted.add(self.oracle.keys[event])
        self.say(f"deleted {self.oracle.keys[event]}")

    def add_foreign(self) -> None:
        start = self.now() + self.chance.randrange(4) * 1800
        handle = self.office.add_event(Interval(start, start + HOUR), "Stand-up")
        self.oracle.foreign[handle] = self.office.calendars["primary"].objects[handle].etag
        self.say("a meeting")

    def pass_time(self, seconds: int) -> None:
        self.clock.turn(seconds)
