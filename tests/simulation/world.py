"""A small world: an office with moods, a person, an administrator, a lid, wrong clocks, and devices that die.

Everything is drawn from one seed; the same seed gives the same trace.
"""

import hashlib
import os
import random
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
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
from tests.simulation.witness import PERSON, Broken, Oracle

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


def run_seed(seed: int, **options: bool | type[Reconciler] | None) -> World:
    """Let a world live through its seed. Raises :class:`Broken` with the world's trace in its notes."""
    world = World(seed, **options)  # type: ignore[arg-type]
    try:
        _begin(world)
        for _ in range(world.chance.choice((10, 14, 18))):
            _something(world)
            if world.blocks > 6:
                break
        finish(world)
    except (Broken, AssertionError, Exception) as error:
        error.add_note(f"seed {seed}\n" + "\n".join(world.trace[-40:]))
        raise
    finally:
        world.close()
    return world


def _begin(world: World) -> None:
    chance = world.chance
    for kind in world.kinds:
        if chance.random() < 0.6:
            world.choose(kind, world.value(kind))
    first = chance.choice((300, 1800, 7200))
    length = chance.choice((1800, HOUR, 3 * HOUR))
    world.approve(first, length, chance.choice(tuple(BlockKind)))
    if chance.random() < 0.5:  # another one that touches, overlaps, or comes later
        world.approve(first + length - chance.choice((0, 900, -1200)), chance.choice((1800, HOUR)))
    if chance.random() < 0.3:
        world.add_foreign()
    world.tick()


def _something(world: World) -> None:
    chance = world.chance
    what: list[tuple[int, Callable[[World], None]]] = [
        (30, _wait),
        (10, _by_hand),
        (4, _calendar_by_hand),
        (5, _command),
        (2, _sleep),
        (2, _admin),
        (2, _wrong_clock),
        (3, _second_worker),
        (2, _suspended),
        (6 if len(world.devices) > 1 else 0, _other_device),
        (2 if len(world.devices) > 1 else 0, _adopt),
        (1, World.add_foreign),
    ]
    chosen = chance.choices([one for _, one in what], [weight for weight, _ in what])[0]
    chosen(world)
    world.who_writes()
    if chance.random() < 0.7:
        world.tick()


def _wait(world: World) -> None:
    """Mostly until just after something begins or ends."""
    edges = [edge + 1 for one in world.device.reconciler.view(PERSON).live for edge in (one.when.start, one.when.end)]
    ahead = [edge - world.now() for edge in edges if edge > world.now()]
    if ahead and world.chance.random() < 0.5:
        world.pass_time(min(ahead))
    else:
        world.pass_time(world.chance.choice((5, 15, 40, 301, 1500)))
    world.tick()


def _by_hand(world: World) -> None:
    kind = world.chance.choice(world.kinds)
    world.choose(kind, world.value(kind))
    world.pass_time(world.chance.choice((1, 16, 45)))


def _calendar_by_hand(world: World) -> None:
    event = world.event_of(world.chance.randrange(4))
    if event and world.chance.random() < 0.5:
        world.move_by_hand(event)
    elif event:
        world.delete_by_hand(event)


def _command(world: World) -> None:
    chance, now = world.chance, world.now()
    what = chance.randrange(5)
    live = world.device.reconciler.view(PERSON).live
    if what == 0 or not live:
        world.approve(chance.choice((60, 1800)), chance.choice((1800, HOUR)))
        return
    one = chance.choice(live)
    if what == 1:
        world.decide(one.id, OverrideKind.EXTEND, Interval(now, max(one.when.end, now) + 1800))
    elif what == 2 and one.when.start < now:
        world.decide(one.id, OverrideKind.END, Interval(now, now))
    elif what == 3:
        world.decide("", OverrideKind.PAUSE, Interval(now, now + 900))
    else:
        world.decide(one.id, OverrideKind.VETO, Interval(0, 0))


def _sleep(world: World) -> None:
    world.say("the lid is closed")
    world.pass_time(world.chance.choice((HOUR, 5 * HOUR)))


def _admin(world: World) -> None:
    world.office.revoked = not world.office.revoked and not world.calm
    world.say(f"revoked: {world.office.revoked}")


def _wrong_clock(world: World) -> None:
    world.device.clock.offset = world.chance.choice((0, 0, -90, 90, -HOUR))
    world.oracle.stepped = True
    for took in world.oracle.takeover.values():
        took.generation = "before the clock was turned"
    world.say(f"the clock is off by {world.device.clock.offset}")


def _second_worker(world: World) -> None:
    world.tick(worker=world.device.another("worker"))


def _suspended(world: World, after: int = 0) -> None:
    """A process stands still after a commit, another one takes over, then the first goes on."""
    device, commits = world.device, 0
    at = after or world.chance.randrange(1, 12)
    inner = device.boundary.named

    def stop(name: str) -> None:
        nonlocal commits
        commits += name == "after commit"
        if name == "after commit" and commits == at:
            world.pass_time(400)
            with suppress(Crash):
                world.tick(worker=device.another("other"))

    device.boundary.named = stop
    try:
        world.tick()
    finally:
        device.boundary.named = inner


def _adopt(world: World) -> None:
    """The person goes on with another device."""
    to = world.devices[1] if world.device is world.devices[0] else world.devices[0]
    account = connected("memory", "ada", world.accounts[to.name], world.kinds, "primary")
    world.oracle.worker = to.reconciler.holder
    report = to.reconciler.adopt(PERSON, [account])
    world.say(f"adopted by {to.name}: {report.unknown} {report.read_only}")


def _other_device(world: World) -> None:
    world.tick(world.devices[1] if world.device is world.devices[0] else world.devices[0])


def finish(world: World) -> None:
    """Everything works again: after a few rounds all is as its person wants it; then one more block, in peace."""
    office, oracle = world.office, world.oracle
    office.odd, office.revoked, world.crash_rate = Oddities(), False, 0.0
    world.who_writes()
    for device in world.devices:
        device.clock.offset = 0
    world.say("from now on nothing goes wrong")
    for _ in range(2):  # what people moved meanwhile is learnt by the first rounds
        ends = [one.when.end for one in world.device.reconciler.view(PERSON).live]
        world.pass_time(max([0, *(end - world.now() for end in ends)]) + HOUR + 60)
        _settle(world)
    _quiet(world, 1801)
    oracle.decided()
    oracle.at_rest(world.kinds)
    if world.chance.random() < 0.25 or world.back:
        take_back(world)
        return
    block = world.approve(5 * HOUR, HOUR)  # far enough that an hour that occurs twice is not over
    world.tick()
    world.pass_time(block.when.start - world.now())
    for seconds in (0, 31, 31):
        world.pass_time(seconds)
        world.tick()
    oracle.protected(world.kinds, block.id, block.when)
    _quiet(world, 301)
    world.pass_time(block.when.end - world.now() + world.chance.choice((0, 900)))
    _settle(world)
    _quiet(world, 1801)
    oracle.at_rest(world.kinds)


def _settle(world: World) -> None:
    for _ in range(3):
        for device in world.devices:
            world.tick(device)
        world.pass_time(190)


def _quiet(world: World, seconds: int) -> None:
    """I14: with nothing to do nothing is written."""
    before = world.oracle.writes
    world.tick()
    world.pass_time(seconds)
    world.tick()
    if world.oracle.writes != before:
        raise Broken("I14: something was written, and nothing was to do")


def take_back(world: World) -> None:
    """Take everything back; a second look finds nothing."""
    oracle = world.oracle
    world.approve(7200, HOUR)
    world.tick()
    oracle.taken_back = True
    reconciler = world.device.reconciler
    oracle.worker = reconciler.holder
    account = world.accounts[world.device.name]
    report = reconciler.restore_all(PERSON, [connected("memory", "ada", account, world.kinds, "primary")])
    world.say(f"taken back: {len(report.done)} {report.unknown}")
    left = [one for one in world.office.calendars["primary"].live() if one.marker == world.device.policy.marker]
    if left or report.unknown or report.read_only:
        raise Broken(f"restore: left {left} {report.unknown} {report.read_only}")
    oracle.at_rest(world.kinds)
