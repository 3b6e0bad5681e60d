"""How a world lives through its seed: what people, clocks and machines do, and how all ends well."""

from collections.abc import Callable
from contextlib import suppress

from deepday.model import BlockKind, Interval, OverrideKind
from deepday.reconcile import Reconciler
from deepday.reconcile.events import SETTLING
from tests.simulation.device import Crash
from tests.simulation.witness import PERSON, Broken
from tests.simulation.world import HOUR, Stage, World


def run_seed(seed: int, **options: bool | type[Reconciler] | Stage | None) -> World:
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
        (2, suspend),
        (6 if len(world.devices) > 1 else 0, _other_device),
        (2 if len(world.devices) > 1 else 0, adopt),
        (1, World.add_foreign),
    ]
    chosen = chance.choices([one for _, one in what], [weight for weight, _ in what])[0]
    chosen(world)
    if world.vanishes and world.moods.random() < 0.15:
        world.office.vanished = not world.office.vanished
        world.say(f"vanished: {world.office.vanished}")
    if world.moods.random() < 0.06:
        _titles(world)
    world.who_writes()
    if chance.random() < 0.7:
        world.tick()


def _wait(world: World) -> None:
    """Mostly until just after something begins or ends."""
    edges = [edge + 1 for one in world.device.view(PERSON).live for edge in (one.when.start, one.when.end)]
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


def _titles(world: World) -> None:
    event, live = world.event_of(world.moods.randrange(4)), world.device.view(PERSON).live
    if event and world.moods.random() < 0.4:
        world.retitle_by_hand(event)
    elif live:
        world.swap(world.moods.choice(live).block)


def _command(world: World) -> None:
    chance, now = world.chance, world.now()
    what = chance.randrange(5)
    live = world.device.view(PERSON).live
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
    if world.office.revoked:
        world.sign_in_again()
        return
    world.office.revoked = not world.calm
    world.say(f"revoked: {world.office.revoked}")


def _wrong_clock(world: World) -> None:
    offset = world.chance.choice((0, 0, -90, 90, -HOUR))
    if offset == -HOUR and world.moods.random() < 0.5:
        offset = world.moods.choice((HOUR, 1800, -1800, -86_400))
    world.device.clock.offset = offset
    world.oracle.stepped = True
    for took in world.oracle.takeover.values():
        took.generation = "before the clock was turned"
    world.say(f"the clock is off by {world.device.clock.offset}")


def _second_worker(world: World) -> None:
    world.tick(worker=world.device.another("worker"))


def suspend(world: World, after: int = 0) -> None:
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


def adopt(world: World) -> None:
    """The person goes on with another device."""
    to = world.devices[1] if world.device is world.devices[0] else world.devices[0]
    world.oracle.worker = to.reconciler.holder
    report = to.reconciler.adopt(PERSON, world.accounts[to.name])
    world.say(f"adopted by {to.name}: {report.unknown} {report.read_only}")


def _other_device(world: World) -> None:
    world.tick(world.devices[1] if world.device is world.devices[0] else world.devices[0])


def finish(world: World) -> None:
    """Everything works again: after a few rounds all is as its person wants it; then one more block, in peace."""
    office, oracle = world.office, world.oracle
    office.clear()
    world.crash_rate = 0.0
    if office.revoked:
        world.sign_in_again()
    world.who_writes()
    for device in world.devices:
        device.clock.offset = 0
    world.say("from now on nothing goes wrong")
    for _ in range(2):  # what people moved meanwhile is learnt by the first rounds
        ends = [one.when.end for one in world.device.view(PERSON).live]
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
    """Take everything back, as the command does: what may not show yet is looked at again; then nothing is found."""
    oracle = world.oracle
    world.approve(7200, HOUR)
    world.tick()
    oracle.taken_back = True
    reconciler = world.device.reconciler
    oracle.worker = reconciler.holder
    for _ in range(2):
        report = reconciler.restore_all(PERSON, world.accounts[world.device.name])
        world.say(f"taken back: {len(report.done)} {report.unknown}")
        if not report.unknown:
            break
        world.pass_time(SETTLING + 1)
    left = [one for one in world.office.live() if one.marker == world.device.policy.marker]
    if left or report.unknown or report.read_only:
        raise Broken(f"restore: left {left} {report.unknown} {report.read_only}")
    oracle.at_rest(world.kinds)
