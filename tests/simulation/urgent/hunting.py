"""Runs many worlds and stories, and hunts for planted bugs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.simulation.device import Crash
from tests.simulation.urgent.bugs import planted
from tests.simulation.urgent.living import run_seed
from tests.simulation.urgent.stories import Story, play, points
from tests.simulation.urgent.world import World


@dataclass(slots=True)
class Summary:
    """Worlds that were run, deaths in them, and those that broke an invariant, in words."""

    worlds: int = 0
    crashes: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, run: Callable[[], World]) -> None:
        """Run a world and count what happened."""
        self.worlds += 1
        try:
            world = run()
        except (Exception, Crash) as error:  # noqa: BLE001 - whatever it is, the world is broken
            self.broken.append("\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])]))
            return
        self.crashes += world.boundary.crashes

    def __str__(self) -> str:
        return f"{self.worlds} worlds, {self.crashes} crashes, {len(self.broken)} broken"


def run_seeds(seeds: Iterable[int]) -> Summary:
    """Run a world for each seed."""
    summary = Summary()
    for seed in seeds:
        summary.add(lambda seed=seed: run_seed(seed))  # type: ignore[misc]
    return summary


def die_everywhere(story: Story, which: str = "all", *, first: int = 1, step: int = 1) -> Summary:
    """Play a story once for each point at which the process could die."""
    summary = Summary()
    for point in range(first, points(story, which) + 1, step):
        summary.add(lambda point=point: play(story, frozenset({point}), which))  # type: ignore[misc]
    return summary


def hunt(name: str, plays: Mapping[str, Callable[[], object]], seeds: Iterable[int] = ()) -> str:
    """Return what caught the bug, empty when nothing did."""
    with planted(name):
        runs: Sequence[tuple[str, Callable[[], object]]] = [
            *plays.items(),
            *((f"seed {seed}", lambda seed=seed: run_seed(seed)) for seed in seeds),
        ]
        for title, run in runs:
            try:
                run()
            except (Exception, Crash) as error:  # noqa: BLE001 - whatever it is, it was noticed
                return f"{title}: {error}"
    return ""
