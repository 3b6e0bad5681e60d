"""Runs many worlds, and sums up what came of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulation.bugs import planted
from tests.simulation.device import Crash
from tests.simulation.living import run_seed
from tests.simulation.playing import play
from tests.simulation.scenarios import SCENARIOS, Scenario
from tests.simulation.world import Stage, World

KEPT = Path(__file__).with_name("seeds.txt")


@dataclass(slots=True)
class Summary:
    """Worlds that were run, deaths in them, and those that broke an invariant, in words."""

    worlds: int = 0
    crashes: int = 0
    broken: list[str] = field(default_factory=list)
    excused: Counter[str] = field(default_factory=Counter)

    def add(self, run: Callable[[], World]) -> None:
        """Run a world and count what happened."""
        self.worlds += 1
        try:
            world = run()
        except (Exception, Crash) as error:  # noqa: BLE001 - whatever it is, the world is broken
            self.broken.append("\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])]))
            return
        self.crashes += sum(device.boundary.crashes for device in world.devices)
        self.excused.update(world.oracle.excused)

    def __str__(self) -> str:
        return f"{self.worlds} worlds, {self.crashes} crashes, {len(self.broken)} broken"


def kept_seeds() -> list[int]:
    """Return the seeds that broke something once."""
    lines = KEPT.read_text(encoding="utf-8").splitlines()
    return [int(line.split()[0]) for line in lines if line and not line.startswith("#")]


def run_seeds(seeds: Iterable[int]) -> Summary:
    """Run a world for each seed."""
    summary = Summary()
    for seed in seeds:
        summary.add(lambda seed=seed: run_seed(seed))  # type: ignore[misc]
    return summary


def boundaries(scenario: Scenario, layers: str = "all", stage: Stage | None = None) -> int:
    """Return at how many points the process could die in a scenario."""
    world = play(scenario, which=layers, stage=stage)
    return world.devices[0].boundary.count  # it is the one that dies


def die_everywhere(scenario: Scenario, layers: str = "all", *, first: int = 1, step: int = 1) -> Summary:
    """Play a scenario once for each point at which the process could die."""
    summary = Summary()
    for point in range(first, boundaries(scenario, layers) + 1, step):
        summary.add(lambda point=point: play(scenario, frozenset({point}), layers))  # type: ignore[misc]
    return summary


def scenario_named(name: str) -> Scenario:
    """Return the scenario of that name."""
    return next(one for one in SCENARIOS if one.__name__ == name)


def hunt(
    name: str, seeds: Iterable[int], play: Mapping[str, Callable[[], object]], run: Callable[[int], object]
) -> str:
    """Return what caught the bug, empty when nothing did."""
    with planted(name):
        for title, scenario in play.items():
            try:
                scenario()
            except Exception as error:  # noqa: BLE001 - whatever it is, it was noticed
                return f"{title}: {error}"
        for seed in seeds:
            try:
                run(seed)
            except Exception as error:  # noqa: BLE001 - whatever it is, it was noticed
                return f"seed {seed}: {error}"
    return ""
