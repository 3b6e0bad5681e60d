"""``make fuzz INPUTS=N``: changed inputs for all that reads what anybody can send; the same seed, the same inputs.

Ends with 1 when something counted that nobody signed, left a row, or broke a reader with an error of its own.
"""

import argparse
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.fuzz.targets import TARGETS, ForgedError, Target
from tests.fuzz.whole import whole

WITHOUT, WITH = "ingress, without a proof", "ingress, with a proof"
_SHOWN = 5


@dataclass
class Count:
    """How it went. ``slowest``: CPU seconds of one input, by target; ``broken``: what must not be."""

    inputs: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def run(self, name: str, target: Target, number: int, seed: str) -> None:
        """Let a target have so many inputs, each from a seed of its own."""
        for one in range(number):
            before = time.process_time()
            try:
                target(random.Random(f"{seed} {name} {one}"))
            except ForgedError as error:
                self.broken.append(f"{name}, input {one}: FORGED: {error}")
            except Exception as error:  # noqa: BLE001 - what a reader should not have raised is what is looked for
                self.broken.append(f"{name}, input {one}: {type(error).__name__}: {error}"[:300])
            self.inputs[name] += 1
            self.slowest[name] = max(self.slowest.get(name, 0.0), time.process_time() - before)


def fuzz(inputs: int, seed: str) -> Count:
    """Give that many inputs to all targets together."""
    found = Count()
    for name, (share, target) in TARGETS.items():
        found.run(name, target, inputs * share // 100, seed)
    left = inputs - found.inputs.total()
    with whole() as ingress:
        found.run(WITHOUT, ingress.without_proof, left // 2, seed)
        found.run("ingress, rows", lambda _: ingress.no_row(), 1, seed)
        found.run(WITH, ingress.with_proof, left - left // 2 - 1, seed)
        sys.stdout.write(f"answers of the ingress: {dict(sorted(ingress.answers.items()))}\n")
    return found


def main() -> int:
    """Run, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", default="1")
    given = parser.parse_args()
    began = time.process_time()
    found = fuzz(given.inputs, given.seed)
    for name, number in found.inputs.items():
        sys.stdout.write(f"{name:26} {number:9,} inputs, the slowest {found.slowest[name]:.3f} s of CPU\n")
    for line in found.broken[:_SHOWN]:
        sys.stdout.write(f"{line}\n")
    spent = time.process_time() - began
    sys.stdout.write(
        f"{found.inputs.total():,} inputs from seed {given.seed}, {spent:.0f} s of CPU: {len(found.broken)} that broke "
        "something, counted unsigned, or left a row\n"
    )
    return 1 if found.broken else 0


if __name__ == "__main__":
    sys.exit(main())
