"""Signed Slack events at a steady rate against a real ``deepday serve``: what is lost, and how long an answer takes.

Run: ``python -m tests.bench.bench_ingress [--rate 200] [--seconds 60]``. The office, where deepday posts its answers
meanwhile, is a process of its own, and so is the load. Seconds are counted from when a request was due, not from when
it could be sent. 2 in 100 come twice, 1 in 100 is forged.
"""

import argparse
import os
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from deepday.config.paths import database_location
from tests.bench.table import budget, heading, say
from tests.integration.ingress_load import Shot, fire, served, shots
from tests.integration.ingress_office import at_work

SLOWEST = 3.0
BUDGET = 0.25


def at(share: float, times: list[float]) -> float:
    """Return the time within which that share was answered; ``times`` are sorted."""
    return times[min(len(times) - 1, int(share * len(times)))]


def report(ones: list[Shot], kept: set[str]) -> None:
    genuine = [one for one in ones if not one.forged]
    forged = [one for one in ones if one.forged]
    times = sorted(one.seconds for one in genuine)
    acked = {one.name for one in genuine if one.status == 200}
    lost = {one.name for one in genuine} - kept
    statuses = {status: sum(one.status == status for one in genuine) for status in {one.status for one in genuine}}
    say(f"  {len(genuine)} genuine requests, answers by status: {statuses}; {len(forged)} forged ones")
    p50, p99, p999 = (at(share, times) for share in (0.5, 0.99, 0.999))
    say(f"  p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, p99.9 {p999 * 1000:.1f} ms, slowest {times[-1]:.3f} s")
    budget(f"{len(lost)} lost", met=not lost)
    budget(f"{len(acked - kept)} acknowledged without a row", met=not acked - kept)
    accepted = [one for one in forged if one.status != 401]
    budget(f"{len(accepted)} forged ones answered other than 401", met=not accepted)
    budget(f"p99.9 {p999 * 1000:.1f} ms, under {BUDGET * 1000:.0f} ms", met=p999 < BUDGET)
    late = sum(one >= SLOWEST for one in times)
    budget(f"{late} took longer than {SLOWEST:g} s", met=not late)


def measured(rate: float, seconds: float) -> None:
    deepday = Path(sys.executable).with_name("deepday")
    say(f"  {rate:g} requests a second for {seconds:g} s; load average before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder, at_work(Path(folder), start=datetime.now(UTC)) as office:
        ones = shots(office, rate, seconds)
        with served(deepday) as process:
            before = process.cpu()
            fire(office, process.url, ones)
            spent = process.cpu() - before
            said = [line for line in process.told if "refused" in line.lower() or "WARNING" in line or "ERROR" in line]
            code = process.end()
        with sqlite3.connect(str(database_location())) as connection:
            kept = {str(row[0]) for row in connection.execute("SELECT key FROM inbox")}
        report(ones, kept)
        say(f"  {spent / len(ones) * 1000:.1f} ms of CPU for each request, the routing of what came included")
        say(f"  it ended with {code}; it told {len(said)} warnings: {sorted(set(said))[:3]}")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    heading("Urgent requests over HTTP")
    measured(given.rate, given.seconds)


if __name__ == "__main__":
    main()
