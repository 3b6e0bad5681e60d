"""Worlds, crashes at every boundary, planted bugs. ``make simulate SEEDS=100000`` runs as many as there is time for."""

from collections.abc import Iterator
from random import Random

import pytest

from deepday.model import SettingKind
from tests.simulation import __main__ as simulation
from tests.simulation.__main__ import main
from tests.simulation.bugs import BUGS, planted
from tests.simulation.caught import caught
from tests.simulation.living import run_seed
from tests.simulation.playing import LAYERS, TOGETHER, play
from tests.simulation.running import boundaries, die_everywhere, kept_seeds, run_seeds, scenario_named
from tests.simulation.scenarios import SCENARIOS, Scenario
from tests.simulation.twins import shown
from tests.simulation.world import InMemory, World, remove_disk

# Stories that are long: of their points only some are tried here; "make simulate CRASHES=1" tries them all.
LONG = {
    "something_before",
    "touching",
    "overlapping",
    "extended",
    "paused",
    "vendor_rewrites",
    "second_value_lost",
    "vetoed_at_once",
    "suspended",
    "replies_lost",
    "requests_lost",
    "other_device",
    "taken_over_in_a_hurry",
    "taken_over_during_a_block",
    "taken_over_from_a_dead_device",
    "taken_over_unseen",
    "wrong_clock",
    "calendar_vanishes",
    "many_approved",
    "many_withdrawn",
    "somebody_else_covers",
}
POINTS_OF_LONG = 12

pytestmark = pytest.mark.usefixtures("disk")


@pytest.fixture(scope="module")
def disk() -> Iterator[None]:
    yield
    remove_disk()


@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_no_world_breaks_an_invariant(first: int) -> None:
    summary = run_seeds(range(first, first + 100))
    assert summary.broken == []
    assert summary.worlds == 100
    assert summary.crashes > 0


def test_worlds_that_broke_once_do_not_break_again() -> None:
    assert run_seeds(kept_seeds()).broken == []


@pytest.mark.parametrize("seed", [3, 17, 498])
def test_the_same_seed_gives_the_same_trace(seed: int) -> None:
    first, second = run_seed(seed), run_seed(seed)
    assert first.trace == second.trace
    assert first.digest() == second.digest()
    assert first.digest() != run_seed(seed + 1).digest()


@pytest.mark.parametrize("layers", LAYERS)
def test_every_story_ends_well(layers: str) -> None:
    assert [play(scenario, which=layers).oracle.writes > 0 for scenario in SCENARIOS] == [True] * len(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_a_process_may_die_at_any_point(scenario: Scenario) -> None:
    step = -(-boundaries(scenario) // POINTS_OF_LONG) if scenario.__name__ in LONG else 1
    summary = die_everywhere(scenario, step=step)
    assert summary.broken == []
    assert summary.crashes >= summary.worlds >= 10


@pytest.mark.parametrize("layers", LAYERS[1:])
def test_a_process_may_die_with_a_layer_switched_off(layers: str) -> None:
    for number, scenario in enumerate(SCENARIOS):
        assert die_everywhere(scenario, layers, first=1 + number % 47, step=47).broken == []


@pytest.mark.parametrize("name", ["plain", "vetoed_during", "requests_lost"])
def test_a_process_may_die_while_several_settings_are_set_together(name: str) -> None:
    assert die_everywhere(scenario_named(name), TOGETHER).broken == []


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_caught(name: str) -> None:
    assert caught(name)


@pytest.mark.parametrize("minutes", [1, 20, 59])
def test_nothing_of_ours_outlives_a_device_that_never_comes_back(minutes: int) -> None:
    world = World(5, calm=True, second_device=False, kinds=tuple(SettingKind))
    block = world.approve(600, 3600)
    world.pass_time(600)
    world.tick()
    world.pass_time((minutes - 1) * 60)
    world.tick()
    assert not any(world.office.shown(kind).empty for kind in SettingKind)
    world.pass_time(block.when.end + 180 - world.now())
    assert all(world.office.shown(kind).empty for kind in SettingKind)
    world.close()


@pytest.mark.parametrize("first", range(10_000, 10_200, 50))
def test_after_any_history_everything_can_be_taken_back(first: int) -> None:
    for seed in range(first, first + 50):
        world = run_seed(seed, back=True, second_device=False)
        left = {event.id: event.etag for event in world.office.live()}
        assert left == world.oracle.foreign  # what people made, as they left it
        _, twin = InMemory().opened(world.began, Random(seed))
        world.deeds.done_in(twin, world.now())
        assert shown(world, world.office) == shown(world, twin), seed


def test_there_are_enough_bugs_and_stories() -> None:
    assert len(BUGS) >= 20
    assert len([one for one in SCENARIOS if one.__name__ not in LONG]) >= 16


@pytest.fixture
def few_kept(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    few = kept_seeds()[:2]
    monkeypatch.setattr(simulation, "kept_seeds", lambda: few)
    monkeypatch.setattr(simulation, "BUGS", ["hash_chain_not_chained"])
    monkeypatch.setattr(simulation, "URGENT_BUGS", [])
    return few


@pytest.mark.usefixtures("few_kept")
def test_a_broken_invariant_fails_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    with planted("written_before_it_is_recorded"):
        assert main(["--seeds", "3", "--first", "2000"]) == 1
    said = capsys.readouterr().out
    assert "I6: " in said
    assert "seed 2000" in said
    assert not said.endswith(" 0 broken\n")


def test_what_is_planted_is_listed_and_the_last_line_says_how_it_went(
    capsys: pytest.CaptureFixture[str], few_kept: list[int]
) -> None:
    assert main(["--seeds", "4", "--first", "2000"]) == 0
    said = capsys.readouterr().out
    assert "planted: hash_chain_not_chained: caught by plain: I23: " in said
    assert "1 bugs planted, 1 caught\n" in said
    last = said.splitlines()[-1]
    assert last.startswith(f"{4 + 4 + len(few_kept)} worlds, "), "as many with requests as with days"
    assert last.endswith(" crashes, 0 broken")


def test_a_planted_bug_that_nothing_catches_fails_the_run(
    capsys: pytest.CaptureFixture[str], few_kept: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert few_kept
    monkeypatch.setattr(simulation, "caught", lambda _: "")
    assert main(["--seeds", "1", "--first", "2000"]) == 1
    assert "planted: hash_chain_not_chained: NOT CAUGHT\n" in capsys.readouterr().out
