"""Stories about requests, to be played with a death at every point and with layers switched off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from deepday.model import Door, RequestState
from tests.simulation.urgent.disk import disk
from tests.simulation.urgent.living import finish
from tests.simulation.urgent.office import Moods
from tests.simulation.urgent.world import ADA, ASKERS, BEN, GRACE, HOUR, OWNER, World, template_of
from tests.simulation.witness import Broken

LAYERS = ("all", "no poll", "no push")
"""What brings signals in: both ways; only what is pushed; only what is read afterwards."""

Story = Callable[[World], None]
CARA, DAN = ASKERS[0], ASKERS[1]


def hold(name: str, holds: bool, what: str) -> None:
    if not holds:
        raise Broken(f"{name}: {what}")


def state(world: World, key: str) -> RequestState | None:
    found = [one for one in world.store.requests(ADA) if one.key == key]
    return found[0].state if found else None


def taken(world: World) -> None:
    """Somebody asks, the point person takes it."""
    signal = world.ask(Door.COMMAND)
    world.tick()
    world.pass_time(40)
    world.press(GRACE, "take")
    world.pass_time(60)
    if world.calm and world.lives == 1:
        hold("story", state(world, signal.id) is RequestState.ACKNOWLEDGED, "it is not taken")


def nobody_answers(world: World) -> None:
    """The point person and the backup sleep; the owner is woken in time."""
    signal = world.ask(Door.COMMAND)
    world.tick()
    asked = world.now()
    while world.now() - asked < 2 * world.policy.answer + world.policy.lifting + 60:
        world.pass_time(30)
    if world.lives == 1:
        hold("I4", state(world, signal.id) is RequestState.DELIVERED, "the owner was not told in time")
    first = min((post.posted.at for post in world.office.sent if post.message.to == GRACE), default=0)
    hold("I4", world.lives > 1 or first - asked <= 30, "the point person was told late")


def the_sender_decides(world: World) -> None:
    """A direct message: it can wait, then it is urgent all the same."""
    signal = world.ask(Door.DIRECT)
    world.tick()
    world.pass_time(330)
    world.press(CARA, "wait")
    world.pass_time(60)
    world.press(CARA, "urgent")
    world.pass_time(60)
    world.press(GRACE, "pass")
    world.pass_time(60)
    world.press(BEN, "take")
    world.pass_time(60)
    del signal


def it_can_wait(world: World) -> None:
    """Several messages in two conversations: one answer each, one digest at the end."""
    for sender in (CARA, DAN, CARA):
        world.ask(Door.DIRECT, sender)
        world.tick()
        world.pass_time(20)
    world.pass_time(310)
    world.pass_time(3 * HOUR)
    world.press(OWNER, "snooze")
    world.pass_time(3 * HOUR)


def not_urgent(world: World) -> None:
    """The point person finds it not urgent, the sender contradicts."""
    world.ask(Door.COMMAND)
    world.tick()
    world.press(GRACE, "not_urgent")
    world.pass_time(60)
    world.press(CARA, "urgent")
    world.pass_time(60)
    world.press(BEN, "take")
    world.pass_time(60)


def blocked_us(world: World) -> None:
    """The point person has blocked the bot: the backup is told at once."""
    world.office.blocked.add(GRACE)
    world.ask(Door.COMMAND)
    world.tick()
    world.pass_time(60)
    if world.lives == 1:
        told = [post.posted.at for post in world.office.sent if post.message.to == BEN]
        asked = max(signal.at for signal in world.oracle.said.values())
        hold("R24", bool(told) and told[0] - asked < 60, "the backup was not told at once")
    world.pass_time(400)


def away(world: World) -> None:
    """The point person is on leave, the backup has opted out: the owner is woken at once."""
    today = datetime.fromtimestamp(world.now(), UTC).date()
    world.colleagues["grace"] = replace(world.colleagues["grace"], away=frozenset({today}))
    world.colleagues["ben"] = replace(world.colleagues["ben"], agreed=False)
    world.ask(Door.COMMAND)
    world.tick()
    world.pass_time(120)


def taken_back(world: World) -> None:
    """The sender edits, then deletes; also before anything was answered."""
    signal = world.ask(Door.DIRECT)
    world.tick()
    world.press(CARA, "urgent")
    world.pass_time(30)
    world.edit(signal, f"canary{world.seed}x corrected")
    world.pass_time(30)
    world.delete(signal)
    world.pass_time(60)
    if world.lives == 1 and world.office.push:
        hold("R25", state(world, signal.id) is RequestState.WITHDRAWN, "it was taken back, and is not withdrawn")
    world.delete(world.ask(Door.DIRECT, DAN))
    world.pass_time(60)


def wrong_hands(world: World) -> None:
    """Somebody else presses the point person's button."""
    signal = world.ask(Door.COMMAND)
    world.tick()
    world.pass_time(30)
    for by in (DAN, CARA, BEN):
        world.press(by, "take", of=GRACE)
        world.pass_time(20)
        if state(world, signal.id) is RequestState.ACKNOWLEDGED:
            raise Broken(f"I3: {by} took it, who may not")
    world.press(GRACE, "take")
    world.press(GRACE, "take")
    world.pass_time(30)
    world.press(GRACE, "not_urgent")
    world.pass_time(30)


def doubles_and_losses(world: World) -> None:
    """Every delivery comes twice, or not at all, and in any order."""
    world.office.moods = Moods(push_double=1.0, push_swap=1.0)
    for _ in range(3):
        world.ask(Door.DIRECT, DAN)
    world.tick()
    world.pass_time(90)
    if world.poll:
        world.office.moods = Moods(push_lost=1.0)
    for sender in (CARA, DAN, CARA, CARA, DAN):
        world.ask(Door.DIRECT, sender)
    world.office.moods = Moods()
    world.pass_time(660)
    if world.lives == 1:
        world.oracle.nothing_lost()


def replies_lost(world: World) -> None:
    """Messages arrive, and the vendor's answers do not."""
    world.office.moods = Moods(lost_after=1.0)
    world.ask(Door.COMMAND)
    world.tick()
    world.pass_time(30)
    world.office.moods = Moods(lost_before=1.0)
    world.ask(Door.COMMAND, DAN)
    world.tick()
    world.pass_time(30)
    world.office.moods = Moods()
    world.pass_time(120)
    world.press(GRACE, "take")
    world.pass_time(60)


def away_for_hours(world: World) -> None:
    """The machine sleeps over all of it, and catches up."""
    world.ask(Door.COMMAND)
    world.tick()
    world.sleep(2 * HOUR)
    for _ in range(7):
        world.ask(Door.DIRECT, CARA)
    world.sleep(5 * HOUR)
    world.pass_time(700)


def revoked(world: World) -> None:
    """The grant is withdrawn for longer than an urgent message is tried."""
    world.ask(Door.COMMAND)
    world.tick()
    world.office.revoked = True
    world.ask(Door.DIRECT, DAN)
    world.pass_time(30 * 60)
    world.office.revoked = False
    world.pass_time(700)


def woken_for_good(world: World) -> None:
    """The owner is woken while our do not disturb is on, and once while their own is."""
    world.pass_time(20)
    world.ask(Door.COMMAND)
    world.tick()
    world.pass_time(20)
    world.press(GRACE, "wake")
    world.pass_time(120)
    world.quiet_by_hand(world.now() + 2 * HOUR)
    world.ask(Door.COMMAND, DAN)
    world.tick()
    world.pass_time(20)
    world.press(GRACE, "wake")
    world.pass_time(200)


def machines(world: World) -> None:
    """Alerts: a training failed, a queue is long, something that no rule knows."""
    for alert in ("training-failed", "gpu-queue", "something new"):
        world.ask(Door.ALERT, "alerts", alert=alert)
        world.tick()
    world.press(GRACE, "not_urgent")
    world.pass_time(60)
    world.press(GRACE, "take")
    world.pass_time(700)


def opted_out(world: World) -> None:
    """The point person opts out while it is their turn: the next one is told at once, and they are not asked again."""
    world.ask(Door.COMMAND)
    world.tick()
    world.press(GRACE, "opt_out")
    world.pass_time(40)
    if world.lives == 1:
        hold("R24", any(post.message.to == BEN for post in world.office.sent), "the backup was not told at once")
    world.ask(Door.COMMAND, DAN)
    world.tick()
    world.pass_time(60)
    asked = [post for post in world.office.sent if post.message.to == GRACE and "/ask/" in post.message.key]
    hold("R24", world.lives > 1 or len(asked) == 1, "who has opted out is asked again")
    world.press(BEN, "take")
    world.pass_time(60)


def in_person(world: World) -> None:
    """Somebody writes to the owner in person: during a block, while the machine sleeps, after the block."""
    world.ask(Door.DIRECT, CARA, own=True)
    world.tick()
    world.pass_time(30)
    world.press(CARA, "urgent")
    world.sleep(HOUR)
    world.ask(Door.DIRECT, DAN, own=True)
    world.sleep(5 * HOUR)
    private = world.ask(Door.DIRECT, DAN, own=True)
    world.tick()
    world.edit(private, "")
    world.pass_time(700)


STORIES: tuple[Story, ...] = (
    taken,
    nobody_answers,
    the_sender_decides,
    it_can_wait,
    not_urgent,
    blocked_us,
    away,
    taken_back,
    wrong_hands,
    doubles_and_losses,
    replies_lost,
    away_for_hours,
    revoked,
    woken_for_good,
    machines,
    opted_out,
    in_person,
)


def play(story: Story, die_at: frozenset[int] = frozenset(), which: str = "all") -> World:
    """Play a story, dying at those points, and see that all ends well. Raises as a seed does."""
    world = World(1, disk(), template_of(disk()), calm=True, poll=which != "no poll", push=which != "no push")
    try:
        world.first_round()
        world.approve(-60, 4 * HOUR)
        world.boundary.count = 0
        world.boundary.die_at = die_at
        story(world)
        world.points, world.boundary.die_at = world.boundary.count, frozenset()
        finish(world)
    except Exception as error:
        error.add_note(f"{story.__name__}, dying at {sorted(die_at)}, {which}\n" + "\n".join(world.trace[-40:]))
        raise
    finally:
        world.close()
    return world


@cache
def points(story: Story, which: str = "all") -> int:
    """Return at how many points the process could die in a story."""
    return play(story, which=which).points
