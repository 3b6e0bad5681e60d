"""Plays a story, with a death at any point and with layers switched off, and sees that it ends well."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from deepday.model import SettingKind
from deepday.reconcile import slots, view
from tests.simulation.scenarios import (
    Scenario,
    go,
    hold,
    other_device,
    something_before,
    taken_over_during_a_block,
    taken_over_from_a_dead_device,
    taken_over_in_a_hurry,
    taken_over_unseen,
)
from tests.simulation.witness import PERSON
from tests.simulation.world import HOUR, InMemory, Stage, World

LAYERS = ("all", "no expiry", "no looks")
"""What protects a person's values: with everything; without the vendor's expiry; without our looking again."""

TOGETHER = "together"
"""All layers, at a vendor that takes several calls in one request."""

_NEVER = 10**9


@contextmanager
def layers(which: str) -> Iterator[None]:
    """Switch layers off."""
    if which != "no looks":
        yield
        return
    with (
        patch.object(slots, "CHECK_SECONDS", _NEVER),
        patch.object(view, "LOOK_NEAR", _NEVER),
        patch.object(view, "LOOK_FAR", _NEVER),
    ):
        yield


def play(
    scenario: Scenario, die_at: frozenset[int] = frozenset(), which: str = "all", stage: Stage | None = None
) -> World:
    """Play a scenario, dying at those points, and see that all ends well. Raises as a seed does.

    ``which``: one of the layers, or :data:`TOGETHER`.
    """
    world = World(
        7,
        calm=True,
        expiry=which != "no expiry",
        second_device=scenario in _WITH_TWO,
        kinds=_kinds(scenario),
        stage=stage or InMemory(batching=which == TOGETHER),
    )
    world.device.boundary.die_at = die_at
    try:
        with layers(which):
            scenario(world)
            _end(world)
    except Exception as error:
        error.add_note(f"{scenario.__name__}, dying at {sorted(die_at)}, {which}\n" + "\n".join(world.trace[-40:]))
        raise
    finally:
        world.close()
    return world


_WITH_TWO = (
    other_device,
    taken_over_in_a_hurry,
    taken_over_during_a_block,
    taken_over_from_a_dead_device,
    taken_over_unseen,
)


def _kinds(scenario: Scenario) -> tuple[SettingKind, ...]:
    """Return all settings where that matters; two make a story shorter."""
    return tuple(SettingKind) if scenario is something_before else (SettingKind.STATUS, SettingKind.PRESENCE)


def _end(world: World) -> None:
    world.office.clear()
    if world.office.revoked:
        world.sign_in_again()
    world.who_writes()
    for seconds in (200, 200, 200):
        go(world, seconds)
    ends = [one.when.end for one in world.device.view(PERSON).live]
    world.pass_time(max([0, *(end - world.now() for end in ends)]) + HOUR + 60)
    for _ in range(3):
        for device in world.devices:
            world.tick(device)
        world.pass_time(190)
    before = world.oracle.writes
    world.tick()
    hold("I14", world.oracle.writes == before, "something was written, and nothing was to do")
    world.oracle.decided()
    world.oracle.at_rest(world.kinds)
