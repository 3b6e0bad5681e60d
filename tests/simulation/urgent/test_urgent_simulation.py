"""Requests in worlds where everything goes wrong: seeds, a death at every point, layers switched off, planted bugs."""

import random
from collections.abc import Iterator

import pytest

from tests.simulation.urgent.bugs import BUGS
from tests.simulation.urgent.disk import remove_disk
from tests.simulation.urgent.hunting import caught, die_everywhere, run_seeds
from tests.simulation.urgent.living import run_seed
from tests.simulation.urgent.stories import LAYERS, STORIES, Story, points

MOST_POINTS = 4

pytestmark = pytest.mark.usefixtures("disk")


@pytest.fixture(scope="module")
def disk() -> Iterator[None]:
    yield
    remove_disk()


@pytest.mark.parametrize("first", range(0, 16, 8))
def test_no_world_breaks_an_invariant(first: int) -> None:
    summary = run_seeds(range(first, first + 8))
    assert summary.broken == []
    assert summary.crashes > 0


def test_the_same_seed_gives_the_same_trace() -> None:
    first, second = run_seed(4), run_seed(4)
    assert first.digest() == second.digest()
    assert first.digest() != run_seed(5).digest()


@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_process_may_die_anywhere_with_any_layer_off(story: Story, layers: str) -> None:
    step = max(1, -(-points(story, layers) // MOST_POINTS))
    first = 1 + random.Random(f"{story.__name__}, {layers}").randrange(step)  # make simulate CRASHES=1 plays them all
    summary = die_everywhere(story, layers, first=first, step=step)
    assert summary.broken == []
    assert summary.crashes > 0


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_caught(name: str) -> None:
    assert caught(name)


def test_there_are_enough_bugs_and_stories() -> None:
    assert len(BUGS) >= 20
    assert len(STORIES) >= 15
