"""Stories without chance, each to be run once for every point at which the process could die.

One list, long on purpose: a story is a few lines, and what is not told yet is seen only side by side.
"""

from collections.abc import Callable
from dataclasses import replace

from deepday.model import (
    AutoReply,
    Availability,
    DoNotDisturb,
    Interval,
    Origin,
    OverrideKind,
    Presence,
    SettingKind,
    Status,
    same,
)
from tests.simulation.living import adopt, suspend, take_back
from tests.simulation.office import Oddities
from tests.simulation.witness import PERSON, Broken
from tests.simulation.world import HOUR, World

Scenario = Callable[[World], None]


def go(world: World, seconds: int) -> None:
    """Let time pass and run a round; a process that dies is started again, when its lease is over."""
    world.pass_time(seconds)
    if world.tick() == "died":
        world.pass_time(200)
        world.tick()


def hold(name: str, holds: bool, what: str) -> None:
    if not holds:
        raise Broken(f"{name}: {what}")


def plain(world: World) -> None:
    world.approve(600, HOUR)
    for seconds in (0, 600, 301, 2700, 700):
        go(world, seconds)


def something_before(world: World) -> None:
    now = world.now()
    for kind, value in (
        (SettingKind.STATUS, Status("Lunch", ":pizza:", 0)),
        (SettingKind.DO_NOT_DISTURB, DoNotDisturb(now + 1200)),
        (SettingKind.AUTO_REPLY, AutoReply(True, "Back on Monday.", "Away.", "Away", now - 60, now + 86_400)),
        (SettingKind.PRESENCE, Presence(Availability.AWAY, now + 9 * HOUR)),
    ):
        world.choose(kind, value)
    plain(world)


def baseline_that_ends(world: World) -> None:
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", world.now() + 1500))
    plain(world)


def touching(world: World) -> None:
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    world.approve(600, HOUR)
    world.approve(600 + HOUR, HOUR)
    for seconds in (0, 600, HOUR, 61, HOUR, 61):
        go(world, seconds)


def overlapping(world: World) -> None:
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    world.approve(600, HOUR)
    world.approve(600 + 1800, HOUR)
    for seconds in (0, 600, 1800, 1800, 1801):
        go(world, seconds)


def extended(world: World) -> None:
    block = world.approve(600, HOUR)
    go(world, 600)
    world.decide(block.id, OverrideKind.EXTEND, Interval(world.now(), block.when.end + 1800))
    for seconds in (5, HOUR, 1801):
        go(world, seconds)


def ended_early(world: World) -> None:
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    block = world.approve(600, HOUR)
    go(world, 600)
    go(world, 900)
    world.decide(block.id, OverrideKind.END, Interval(world.now(), world.now()))
    go(world, 15)
    go(world, 200)
    hold(
        "end", same(world.office.shown(SettingKind.STATUS), Status("Lunch", ":pizza:", 0)), "a block ended, ours is on"
    )


def paused(world: World) -> None:
    world.approve(600, HOUR)
    go(world, 600)
    world.decide("", OverrideKind.PAUSE, Interval(world.now(), world.now() + 900))
    for seconds in (15, 901, 2000, 600):
        go(world, seconds)


def changed_by_hand(world: World) -> None:
    world.approve(600, 2 * HOUR)
    go(world, 600)
    world.pass_time(400)
    world.choose(SettingKind.STATUS, Status("On a train", ":tooth:", 0))
    for seconds in (15, 301, 301, 2 * HOUR):
        go(world, seconds)
    hold("R4", same(world.office.shown(SettingKind.STATUS), Status("On a train", ":tooth:", 0)), "a person's status")


def cleared_by_hand(world: World) -> None:
    world.approve(600, 2 * HOUR)
    go(world, 600)
    go(world, 400)
    world.choose(SettingKind.STATUS, Status())
    for seconds in (15, 301, 301):
        go(world, seconds)
        hold("R4", world.office.shown(SettingKind.STATUS).empty or "the same as before us" in world.oracle.excused, "")
    go(world, 2 * HOUR)


def deleted_by_hand(world: World) -> None:
    world.approve(600, 2 * HOUR)
    go(world, 0)
    go(world, 600)
    go(world, 100)
    world.delete_by_hand(world.event_of(0))
    for seconds in (301, 301, 2 * HOUR):
        go(world, seconds)


def moved_by_hand(world: World) -> None:
    world.approve(HOUR, HOUR)
    go(world, 0)
    go(world, 100)
    world.move_by_hand(world.event_of(0))
    for seconds in (301, HOUR, 1800, HOUR, HOUR):
        go(world, seconds)


def somebody_else_covers(world: World) -> None:
    """The event says who covers now; a title that its person gave it stays."""
    block = world.approve(3 * HOUR, HOUR)
    other = world.approve(6 * HOUR, HOUR)
    go(world, 0)
    go(world, 100)
    world.swap(block)
    go(world, 15)
    go(world, 100)
    died = bool(world.device.boundary.crashes)
    titles = {one.title for one in world.office.live() if one.marker.startswith("on-")}
    hold("titles", "Deep work (urgent: Heidi 1)" in titles or died, f"the event does not say who covers: {titles}")
    world.retitle_by_hand(world.event_of(0))
    world.swap(block)
    world.swap(other)
    for seconds in (60, 400, 2 * HOUR, 3 * HOUR, 3 * HOUR):
        go(world, seconds)


def vetoed_before(world: World) -> None:
    block = world.approve(HOUR, HOUR)
    go(world, 0)
    world.decide(block.id, OverrideKind.VETO, Interval(0, 0))
    for seconds in (15, HOUR, HOUR):
        go(world, seconds)


def vetoed_during(world: World) -> None:
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    block = world.approve(600, HOUR)
    go(world, 600)
    world.decide(block.id, OverrideKind.VETO, Interval(0, 0))
    for seconds in (15, 61, HOUR):
        go(world, seconds)


def asleep_at_the_end(world: World) -> None:
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    world.approve(600, HOUR)
    for seconds in (600, 5 * HOUR):
        go(world, seconds)


def asleep_at_the_start(world: World) -> None:
    world.approve(600, HOUR)
    for seconds in (0, 600 + 3300, 600):
        go(world, seconds)


def replies_lost(world: World) -> None:
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    world.approve(600, HOUR)
    world.office.odd = Oddities(lost_after=1.0)
    for seconds in (0, 100, 600, 100, 100, 100):
        go(world, seconds)
    world.office.odd = Oddities()
    for seconds in (1000, 100, 2000, 100):
        go(world, seconds)


def requests_lost(world: World) -> None:
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    world.approve(600, HOUR)
    go(world, 0)
    world.office.odd = Oddities(lost_before=1.0)
    for seconds in (600, 100, 100):
        go(world, seconds)
    world.office.odd = Oddities()
    for seconds in (1000, 100):
        go(world, seconds)
    hold("on", SettingKind.STATUS in world.oracle.ours_there, "the status is not on though all works again")
    for seconds in (2000, 100):
        go(world, seconds)


def revoked_during(world: World) -> None:
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    world.approve(600, HOUR)
    go(world, 600)
    world.office.revoked = True
    go(world, HOUR)
    go(world, 100)
    world.sign_in_again()
    go(world, 1)
    lunch = same(world.office.shown(SettingKind.STATUS), Status("Lunch", ":pizza:", 0))
    hold("R11", lunch, "signed in again, and the status of before is not there")
    go(world, 1000)


def approved_again(world: World) -> None:
    block = world.approve(HOUR, HOUR)
    go(world, 0)
    world.device.store.withdraw(PERSON, [block.id], PERSON, "not needed")
    world.oracle.unwanted.add(block.id)
    go(world, 15)
    world.oracle.unwanted.discard(block.id)
    world.device.store.approve([block], PERSON)
    for seconds in (100, HOUR, HOUR):
        go(world, seconds)


def taken_back(world: World) -> None:
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    world.approve(600, HOUR)
    go(world, 600)
    go(world, 100)
    if not world.device.boundary.die_at:
        take_back(world)


def taken_back_without_effect(world: World) -> None:
    """The vendor says that everything is as before, and nothing happened: the second look sees that."""
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    world.approve(600, HOUR)
    for seconds in (0, 600, 100):
        go(world, seconds)
    if world.device.boundary.die_at:
        return
    world.office.odd = Oddities(deaf=True)
    world.oracle.taken_back = True
    world.oracle.worker = world.device.reconciler.holder
    said = world.device.reconciler.restore_all(PERSON, world.accounts[world.device.name]).unknown
    hold("restore", any("status" in one for one in said), f"the status is still ours, and that was not said: {said}")
    world.office.odd = Oddities()
    world.pass_time(60)
    take_back(world)


def other_device(world: World) -> None:
    """The person goes on with another device between two blocks."""
    world.approve(600, 1800)
    world.approve(6 * HOUR, HOUR)
    for seconds in (0, 600, 1801, 200):
        go(world, seconds)
    world.tick(world.devices[1])
    adopt(world)
    world.who_writes()
    for seconds in (0, 6 * HOUR, 400, HOUR):
        world.tick(world.devices[0])
        go(world, seconds)


def taken_over_in_a_hurry(world: World) -> None:
    """The person goes on with another device just before a block: the first one may not know it yet."""
    world.approve(600, HOUR)
    go(world, 0)
    go(world, 540)
    adopt(world)
    world.who_writes()
    for seconds in (60, 15, 301, 301, HOUR):
        world.pass_time(seconds)
        world.tick(world.devices[0])
        world.tick(world.devices[1])


def taken_over_during_a_block(world: World) -> None:
    """The first device takes back what it set, before the other one begins; the event is the other one's from then."""
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    block = world.approve(600, 2 * HOUR)
    later = world.approve(6 * HOUR, HOUR)
    for seconds in (0, 600, 60):
        go(world, seconds)
    first = world.device
    adopt(world)
    world.who_writes()
    world.pass_time(310)  # by now the first device may not write any more, but to take back what it set
    world.tick(first)
    lunch = same(world.office.shown(SettingKind.STATUS), Status("Lunch", ":pizza:", 0))
    hold("handed over", lunch or bool(first.boundary.crashes), "the first device did not take back what it set")
    for seconds in (0, 121, 301, 301):
        world.pass_time(seconds)
        world.tick(world.devices[0])
        world.tick(world.devices[1])
    hold("handed over", SettingKind.STATUS in world.oracle.ours_there, "the other device does not protect the block")
    for one in (block, later):
        world.decide(one.id, OverrideKind.VETO, Interval(0, 0))
    for seconds in (15, 200, 301):
        world.pass_time(seconds)
        world.tick(world.devices[0])
        world.tick(world.devices[1])
    lunch = same(world.office.shown(SettingKind.STATUS), Status("Lunch", ":pizza:", 0))
    hold("I8", lunch or bool(first.boundary.crashes), "what was there before is not there again")
    hold("I10", not [one for one in world.office.live() if one.marker.startswith("on-")], "an event was left behind")


def taken_over_from_a_dead_device(world: World) -> None:
    """What the first device put there is not what the person chose: the other one waits until it is gone."""
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    block = world.approve(600, 2 * HOUR)
    for seconds in (0, 600, 60):
        go(world, seconds)
    adopt(world)
    world.who_writes()
    world.pass_time(430)  # the first device did not wake up in all this time
    world.decide(block.id, OverrideKind.EXTEND, Interval(world.now(), block.when.end + 1800))
    for seconds in (0, 301, 301, 2 * HOUR, 1800):
        world.pass_time(seconds)
        world.tick(world.devices[0])
        world.tick(world.devices[1])


def suspended(world: World) -> None:
    """The process stands still after some commit, another one takes over, then the first goes on."""
    for number in range(8):
        world.approve(600, 1800)
        world.pass_time(600)
        suspend(world, after=number + 1)
        for seconds in (200, 1200, 700):
            go(world, seconds)


def vendor_rewrites(world: World) -> None:
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    world.office.odd = Oddities(escapes=True)
    plain(world)


def second_value_lost(world: World) -> None:
    """A value is recorded and never arrives; the one before it is still there, and ours."""
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    world.approve(600, HOUR)
    second = world.approve(600 + HOUR, HOUR)
    for seconds in (0, 600, 301):
        go(world, seconds)
    world.office.odd = Oddities(lost_before=1.0)
    go(world, HOUR - 300)
    world.office.odd = Oddities()
    world.decide(second.id, OverrideKind.VETO, Interval(0, 0))
    go(world, 61)


def vetoed_at_once(world: World) -> None:
    """A block ends seconds after it began, and reads still show what was there before."""
    for _ in range(4):
        world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
        block = world.approve(600, HOUR)
        world.office.odd = Oddities(stale=29)
        go(world, 600)
        world.decide(block.id, OverrideKind.VETO, Interval(0, 0))
        for seconds in (3, 15, 15, 15):
            go(world, seconds)
        world.office.odd = Oddities()
        for seconds in (60, 2 * HOUR, 60):
            go(world, seconds)
        shown = world.office.shown(SettingKind.STATUS)
        hold("R16", same(shown, Status("Lunch", ":pizza:", 0)), f"the status is {shown}")


def wrong_clock(world: World) -> None:
    """The clock is an hour slow when the block ends, and mended later."""
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    world.approve(600, HOUR)
    for seconds in (0, 600, 60):
        go(world, seconds)
    for offset in (-HOUR, HOUR, -86_400):
        world.device.clock.offset = offset
        world.oracle.stepped = True
        for seconds in (301, 61, 301):
            go(world, seconds)
    said = world.reconcile().unknown
    hold("R13", any("clock" in one for one in said), f"nothing was said of the clock: {said}")
    world.pass_time(HOUR)
    go(world, 61)
    world.device.clock.offset = 0
    go(world, 61)
    lunch = same(world.office.shown(SettingKind.STATUS), Status("Lunch", ":pizza:", 0))
    hold("I8", lunch, "the status of before is not there again")


def clock_turned_at_the_end(world: World) -> None:
    """The clock jumps ahead just before the end, so that the end seems to have come."""
    world.choose(SettingKind.STATUS, Status("Lunch", ":pizza:", 0))
    world.approve(600, HOUR)
    for seconds in (0, 600, 301):
        go(world, seconds)
    world.device.clock.offset = HOUR
    world.oracle.stepped = True
    go(world, 15)
    world.device.clock.offset = 0
    for seconds in (61, HOUR, 61):
        go(world, seconds)


def taken_over_unseen(world: World) -> None:
    """The calendar shows nothing while another device takes over: what cannot be read is not held."""
    block = world.approve(600, 2 * HOUR)
    for seconds in (0, 600, 60):
        go(world, seconds)
    first = world.device
    world.office.vanished = True
    adopt(world)
    world.who_writes()
    world.pass_time(400)
    said = world.tick(first)
    hold("R9", "adopt" in said or bool(first.boundary.crashes), f"the first device trusts what it cannot see: {said}")
    world.office.vanished = False
    world.decide(block.id, OverrideKind.EXTEND, Interval(world.now(), block.when.end + 1800))
    for seconds in (30, 15, 301, 301, 2 * HOUR, 1800):
        world.pass_time(seconds)
        for device in (world.device, first):
            world.tick(device)


def few_events_vanish(world: World) -> None:
    """The vendor says that it has not the only event of ours; then it is back."""
    world.approve(3 * HOUR, HOUR)
    go(world, 0)
    go(world, 100)
    world.office.vanished = True
    for seconds in (1801, 1801):
        go(world, seconds)
    world.office.vanished = False
    for seconds in (1801, 3 * HOUR):
        go(world, seconds)


def calendar_vanishes(world: World) -> None:
    """The vendor says that it has none of our events; then they are back."""
    for hour in range(4):
        world.approve((hour + 1) * 2 * HOUR, HOUR)
    go(world, 0)
    go(world, 100)
    world.office.vanished = True
    for seconds in (1801, 1801, 1801):
        go(world, seconds)
    world.office.vanished = False
    go(world, 1801)


def many_approved(world: World) -> None:
    """Twenty events are made at once, not one more."""
    blocks = [world.approve((day + 2) * 86_400, HOUR) for day in range(21)]
    go(world, 0)
    go(world, 100)
    made = len([one for one in world.office.live() if one.marker.startswith("on-")])
    hold("I17", not made, f"{made} of 21 events were made")
    world.device.store.withdraw(PERSON, [blocks[0].id], PERSON, "one less")
    world.oracle.unwanted.add(blocks[0].id)
    for seconds in (400, 400):
        go(world, seconds)
    made = len([one for one in world.office.live() if one.marker.startswith("on-")])
    hold("on", made == 20 or bool(world.device.boundary.crashes), f"{made} of 20 events were made")


def many_withdrawn(world: World) -> None:
    blocks = [world.approve((day + 2) * 86_400, HOUR) for day in range(12)]
    go(world, 0)
    go(world, 100)
    world.device.store.withdraw(PERSON, [one.id for one in blocks[:8]], "a rule", "a fault")
    go(world, 400)
    go(world, 400)
    left = [one for one in world.office.live() if one.marker.startswith("on-")]
    hold("I17", len(left) >= 12 or bool(world.device.boundary.crashes), f"{12 - len(left)} of 12 events were removed")
    world.device.store.approve(blocks[:8], PERSON)
    go(world, 400)


def moved_by_a_rule(world: World) -> None:
    """A rule moves a block of the next hours: nothing moves by itself so shortly before."""
    block = world.approve(3 * HOUR, HOUR)
    go(world, 0)
    go(world, 100)
    moved = replace(block, start=block.start.replace(minute=59), end=block.end.replace(minute=59), origin=Origin.RULE)
    world.device.store.approve([moved], "a rule")
    go(world, 400)
    go(world, 400)
    live = [one.when for one in world.office.live() if one.marker.startswith("on-")]
    hold("frozen", live in ([], [block.when]) or bool(world.device.boundary.crashes), "a block moved by itself")
    world.device.store.approve([block], PERSON)
    for seconds in (2 * HOUR, HOUR, HOUR):
        go(world, seconds)


SCENARIOS: tuple[Scenario, ...] = (
    plain,
    something_before,
    baseline_that_ends,
    touching,
    overlapping,
    extended,
    ended_early,
    paused,
    changed_by_hand,
    cleared_by_hand,
    deleted_by_hand,
    moved_by_hand,
    somebody_else_covers,
    vetoed_before,
    vetoed_during,
    asleep_at_the_end,
    asleep_at_the_start,
    vendor_rewrites,
    second_value_lost,
    vetoed_at_once,
    suspended,
    replies_lost,
    requests_lost,
    revoked_during,
    approved_again,
    taken_back,
    taken_back_without_effect,
    other_device,
    taken_over_in_a_hurry,
    taken_over_during_a_block,
    taken_over_from_a_dead_device,
    taken_over_unseen,
    wrong_clock,
    clock_turned_at_the_end,
    few_events_vanish,
    calendar_vanishes,
    many_approved,
    many_withdrawn,
    moved_by_a_rule,
)
