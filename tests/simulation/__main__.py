"""``make simulate SEEDS=N [FIRST_SEED=K]``: worlds, planted bugs, and a last line that says how it went."""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from os import cpu_count

from tests.simulation.bugs import BUGS
from tests.simulation.caught import caught
from tests.simulation.living import run_seed
from tests.simulation.playing import LAYERS, play
from tests.simulation.running import Summary, die_everywhere, hunt, kept_seeds, run_seeds, scenario_named
from tests.simulation.scenarios import SCENARIOS
from tests.simulation.urgent import hunting as urgent
from tests.simulation.urgent.bugs import BUGS as URGENT_BUGS
from tests.simulation.urgent.disk import remove_disk as remove_urgent_disk
from tests.simulation.urgent.stories import LAYERS as URGENT_LAYERS
from tests.simulation.urgent.stories import STORIES
from tests.simulation.world import remove_disk

_CHUNK = 25
_HUNTED = range(150)


def _seeds(seeds: Sequence[int]) -> Summary:
    try:
        return run_seeds(seeds)
    finally:
        remove_disk()


def _deaths(name: str, layers: str, first: int, step: int) -> Summary:
    try:
        return die_everywhere(scenario_named(name), layers, first=first, step=step)
    finally:
        remove_disk()


def _hunted(name: str) -> str:
    plays = {
        f"{scenario.__name__}, {layers}": lambda scenario=scenario, layers=layers: play(scenario, which=layers)
        for layers in LAYERS
        for scenario in SCENARIOS
    }
    try:
        return hunt(name, _HUNTED, plays, run_seed)
    finally:
        remove_disk()


def _caught(name: str) -> str:
    try:
        return caught(name)
    finally:
        remove_disk()


def _urgent_seeds(seeds: Sequence[int]) -> urgent.Summary:
    try:
        return urgent.run_seeds(seeds)
    finally:
        remove_urgent_disk()


def _urgent_deaths(name: str, layers: str, first: int, step: int) -> urgent.Summary:
    story = next(one for one in STORIES if one.__name__ == name)
    try:
        return urgent.die_everywhere(story, layers, first=first, step=step)
    finally:
        remove_urgent_disk()


def _urgent_caught(name: str) -> str:
    try:
        return urgent.caught(name)
    finally:
        remove_urgent_disk()


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run, say what happened, and return 1 when an invariant broke or a planted bug was not caught."""
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many worlds")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument(
        "--crashes", type=int, default=0, metavar="STEP", help="die at every STEP-th point; 0: not at all"
    )
    parser.add_argument("--bugs", action="store_true", help="hunt for each planted bug anew")
    parser.add_argument("--trace", type=int, metavar="SEED", help="show the trace of one world")
    given = parser.parse_args(arguments)
    if given.trace is not None:
        world = run_seed(given.trace)
        remove_disk()
        _say("\n".join([*world.trace, world.digest()]))
        return 0
    began = time.monotonic()
    with ProcessPoolExecutor(cpu_count()) as pool:
        chunks: list[Sequence[int]] = [
            range(at, min(at + _CHUNK, given.first + given.seeds)) for at in _starts(given.first, given.seeds)
        ]
        jobs = [pool.submit(_seeds, chunk) for chunk in [*chunks, kept_seeds()]]
        if given.crashes:
            jobs += [
                pool.submit(_deaths, scenario.__name__, layers, 1 + number % given.crashes, given.crashes)
                for layers in LAYERS
                for number, scenario in enumerate(SCENARIOS)
            ]
        requests = [pool.submit(_urgent_seeds, chunk) for chunk in chunks]
        if given.crashes:
            requests += [
                pool.submit(_urgent_deaths, story.__name__, layers, 1 + number % given.crashes, given.crashes)
                for layers in URGENT_LAYERS
                for number, story in enumerate(STORIES)
            ]
        bugs = {name: pool.submit(_hunted if given.bugs else _caught, name) for name in BUGS}
        bugs |= {f"urgent: {name}": pool.submit(_urgent_caught, name) for name in URGENT_BUGS}
        total = Summary()
        for job in jobs:
            one = job.result()
            total.worlds += one.worlds
            total.crashes += one.crashes
            total.broken += one.broken
            total.excused += one.excused
        for request_job in requests:
            of_requests = request_job.result()
            total.worlds += of_requests.worlds
            total.crashes += of_requests.crashes
            total.broken += of_requests.broken
        uncaught = [name for name, hunted in bugs.items() if not hunted.result()]
        for name, hunted in bugs.items():
            by = hunted.result()
            _say(f"planted: {name}: {f'caught by {by.splitlines()[0]}' if by else 'NOT CAUGHT'}")
    for broken in total.broken:
        _say(f"\n{broken}")
    _say(f"{len(bugs)} bugs planted, {len(bugs) - len(uncaught)} caught")
    told = ", ".join(f"{count} {why}" for why, count in total.excused.most_common())
    _say(f"what nobody could have decided: {told or 'nothing'}; {time.monotonic() - began:.0f} s")
    _say(str(total))
    return 1 if total.broken or uncaught else 0


def _starts(first: int, seeds: int) -> range:
    return range(first, first + seeds, _CHUNK)


if __name__ == "__main__":
    sys.exit(main())
