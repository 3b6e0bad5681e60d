"""How a world lives through its seed, and how all ends well."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from deepday.model import Door
from tests.simulation.urgent.disk import disk
from tests.simulation.urgent.office import Moods
from tests.simulation.urgent.world import ADA, ASKERS, BEN, GRACE, HOUR, MINUTE, OWNER, World, template_of

_DOORS = (
    *(Door.DIRECT, Door.DIRECT, Door.DIRECT, Door.MENTION, Door.MENTION),
    *(Door.COMMAND, Door.COMMAND, Door.SHORTCUT, Door.FORM, Door.ALERT),
)
_ALERTS = ("training-failed", "gpu-queue", "review", "something new")


def run_seed(seed: int, *, poll: bool | None = None, push: bool | None = None) -> World:
    """Let a world live through its seed. Raises :class:`Broken` with the world's trace in its notes."""
    world = World(
        seed,
        disk(),
        template_of(disk()),
        poll=seed % 7 != 3 if poll is None else poll,
        push=seed % 11 != 5 if push is None else push,
    )
    try:
        if not world.poll:
            world.office.moods.push_lost = 0.0  # what no way brings in is lost, and nobody promised otherwise
        world.first_round()
        world.approve(world.chance.choice((-60, 60, 900)), world.chance.choice((HOUR, 2 * HOUR, 4 * HOUR)))
        for _ in range(world.chance.choice((10, 16, 24))):
            _something(world)
        finish(world)
    except Exception as error:
        error.add_note(f"urgent seed {seed}\n" + "\n".join(world.trace[-60:]))
        raise
    finally:
        world.close()
    return world


def _something(world: World) -> None:
    what: list[tuple[int, Callable[[World], None]]] = [
        (20, _ask),
        (14, _answer),
        (14, _wait),
        (4, _decide),
        (4, _change),
        (3, _wrong_person),
        (2, _leave),
        (2, _block),
        (2, _revoke),
        (2, _sleep),
        (2, _quiet),
        (2, _another_block),
        (3, _ask_in_person),
        (1, _opt),
    ]
    chosen = world.chance.choices([one for _, one in what], [weight for weight, _ in what])[0]
    chosen(world)
    if world.chance.random() < 0.7:
        world.tick()


def _ask(world: World) -> None:
    door = world.chance.choice(_DOORS)
    if door is Door.ALERT:
        world.ask(door, "alerts", alert=world.chance.choice(_ALERTS))
    else:
        world.ask(door, world.chance.choice(ASKERS))


def _ask_in_person(world: World) -> None:
    world.ask(Door.DIRECT, world.chance.choice(ASKERS), own=True)


def _opt(world: World) -> None:
    world.press(world.chance.choice((GRACE, BEN)), world.chance.choice(("opt_out", "opt_in")))


def _answer(world: World) -> None:
    by = world.chance.choice((GRACE, BEN, OWNER))
    actions = ("answered", "snooze", "take") if by == OWNER else ("take", "take", "pass", "not_urgent", "wake")
    world.press(by, world.chance.choice(actions))


def _decide(world: World) -> None:
    world.press(world.chance.choice(ASKERS), world.chance.choice(("urgent", "urgent", "wait")))


def _wrong_person(world: World) -> None:
    by = world.chance.choice((*ASKERS, BEN))
    world.press(by, world.chance.choice(("take", "not_urgent", "answered")), of=world.chance.choice((GRACE, OWNER)))


def _change(world: World) -> None:
    said = [one for one in world.office.asked_for if one.door in {Door.DIRECT, Door.MENTION}]
    if not said:
        return
    signal = world.chance.choice(said)
    if world.chance.random() < 0.5:
        world.edit(signal, f"canary{world.seed}x edited")
    else:
        world.delete(signal)


def _wait(world: World) -> None:
    world.pass_time(world.chance.choice((10, 60, 301, 301, 1200)))


def _leave(world: World) -> None:
    """Somebody goes on leave, opts out, or comes back."""
    name = world.chance.choice(("grace", "ben"))
    today = datetime.fromtimestamp(world.now(), UTC).date()
    what = world.chance.choice(("away", "out", "back"))
    before = world.colleagues[name]
    world.colleagues[name] = {
        "away": replace(before, away=frozenset({today})),
        "out": replace(before, agreed=False),
        "back": replace(before, away=frozenset(), agreed=True),
    }[what]
    world.say(f"{name}: {what}")


def _block(world: World) -> None:
    who = world.chance.choice((GRACE, BEN, f"D{ASKERS[0]}"))
    world.office.blocked ^= {who}
    world.say(f"blocked: {sorted(world.office.blocked)}")


def _revoke(world: World) -> None:
    world.office.revoked = not world.office.revoked
    world.say(f"revoked: {world.office.revoked}")


def _sleep(world: World) -> None:
    world.sleep(world.chance.choice((30, 400, 2 * HOUR, 9 * HOUR)))


def _quiet(world: World) -> None:
    world.quiet_by_hand(world.now() + world.chance.choice((0, 0, HOUR)))


def _another_block(world: World) -> None:
    world.approve(world.chance.choice((0, 1800)), HOUR)


def finish(world: World) -> None:
    """Let nothing go wrong any more, people answer, and see that all is well."""
    world.crash_rate, world.office.moods, world.office.revoked = 0.0, Moods(), False
    world.office.blocked.clear()
    world.say("nothing goes wrong any more")
    world.pass_time(10 * MINUTE)
    world.oracle.nothing_lost()
    for _ in range(12):
        if not world.store.open_requests(ADA):
            break
        world.pass_time(8 * HOUR)
        for request in world.store.open_requests(ADA):
            if request.open:
                world.press(OWNER, "answered", request=request)
        world.tick()
    world.pass_time(
        world.policy.sending - 8 * HOUR if world.rows("SELECT 1 FROM outbox WHERE state = 'new'") else MINUTE
    )
    settle(world)
    world.clock.turn(world.policy.retention + 1)
    world.tick()
    world.oracle._hold("TTL", not world.rows("SELECT 1 FROM request_text"), "a text outlived its time")


def settle(world: World) -> None:
    """Check everything that must hold at rest."""
    oracle = world.oracle
    oracle.nothing_lost()
    oracle.ended()
    oracle.trails()
    oracle.evidence()
    oracle.outbox()
    oracle.no_text()
    before = oracle.posts, world.rows("SELECT count(*) n FROM audit")[0]["n"]
    world.tick()
    after = oracle.posts, world.rows("SELECT count(*) n FROM audit")[0]["n"]
    oracle._hold("I14", before == after, "something was done, and nothing was to do")
