"""Everything that is measured: ``python -m tests.bench``, or ``make bench``."""

import sys
from importlib import import_module
from importlib.util import find_spec

from tests.bench.table import say

PARTS = (
    "bench_engine",
    "bench_startup",
    "bench_demo",
    "bench_ics",
    "bench_sync",
    "bench_plan",
    "bench_tick",
    "bench_trial",
    "bench_ingress",
    "bench_cluster",
    "bench_shared_store",
)


def main() -> None:
    """Run all parts that are there, one after the other, each with its defaults."""
    sys.argv = sys.argv[:1]
    for part in PARTS:
        name = f"tests.bench.{part}"
        if find_spec(name) is None:
            say(f"\n{part} is not there.")
            continue
        import_module(name).main()


if __name__ == "__main__":
    main()
