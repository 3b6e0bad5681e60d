"""What ``make demo`` takes once deepday is installed: all of it in the sandbox office, up to the manager's report.

Run: ``python -m tests.bench.bench_demo``. The page at its end, which stays until Ctrl-C, is left out.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.table import budget, heading, say

SECONDS = 60


def main() -> None:
    """Run it once, and print."""
    heading("The demonstration")
    deepday = Path(sys.executable).with_name("deepday")
    with tempfile.TemporaryDirectory() as folder:
        load, before, began = os.getloadavg()[0], resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        command = [str(deepday), "demo", "--no-serve", "--folder", str(Path(folder, "demo"))]
        done = subprocess.run(command, capture_output=True, check=False)
        seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        pages = len(list(Path(folder).rglob("*.html")))
    if done.returncode or not pages:
        raise RuntimeError(done.stderr.decode())
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    cores = os.cpu_count()
    say(f"  {seconds:.1f} s of the clock, {cpu:.1f} s of CPU, on {cores} cores; load average before: {load:.1f}")
    budget(f"make demo: {seconds:.0f} s of the clock, under {SECONDS} s", met=seconds < SECONDS)


if __name__ == "__main__":
    main()
