"""Signed Slack events at a steady rate against a real ``deepday serve``: what is lost, and how long an answer takes.

Run: ``python -m tests.bench.bench_ingress [--rate 200] [--seconds 60] [--only steady|flood]``. The office, where
deepday posts its answers meanwhile, and the load are one process, the service is another. Seconds are counted from
when a request was due, not from when it could be sent. 2 in 100 come twice, 1 in 100 is forged.

Then the same with ten signed events a second, while a third process pours junk (:mod:`tests.bench.flood`).
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deepday.config.paths import database_location
from tests.bench.table import budget, heading, say
from tests.integration.ingress_load import Shot, fire, served, shots
from tests.integration.ingress_office import at_work

SLOWEST = 3.0
BUDGET = 0.25
JUNK, SIGNED, FLOOD_BUDGET = 2000.0, 10.0, 1.0


def at(share: float, times: list[float]) -> float:
    """Return the time within which that share was answered; ``times`` are sorted."""
    return times[min(len(times) - 1, int(share * len(times)))]


def report(ones: list[Shot], kept: set[str], most: float) -> None:
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
    budget(f"p99.9 {p999 * 1000:.1f} ms, under {most * 1000:.0f} ms", met=p999 < most)
    late = sum(one >= SLOWEST for one in times)
    budget(f"{late} took longer than {SLOWEST:g} s", met=not late)


def measured(rate: float, seconds: float, junk: float = 0.0) -> None:
    """Send, and report. ``junk``: requests a second that nobody signed, beside."""
    deepday = Path(sys.executable).with_name("deepday")
    beside = f", and {junk:g} of junk" if junk else ""
    say(f"  {rate:g} requests a second{beside} for {seconds:g} s; load average before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder, at_work(Path(folder), start=datetime.now(UTC)) as office:
        ones = shots(office, rate, seconds)
        with served(deepday) as process:
            before = process.cpu()
            with poured(process.url, junk, seconds) as flood:
                fire(office, process.url, ones)
            spent = process.cpu() - before
            said = [line for line in process.told if "refused" in line.lower() or "WARNING" in line or "ERROR" in line]
            code = process.end()
        with sqlite3.connect(str(database_location())) as connection:
            kept = {str(row[0]) for row in connection.execute("SELECT key FROM inbox")}
        report(ones, kept, FLOOD_BUDGET if junk else BUDGET)
        if junk:
            told_of(flood, junk)
        requests = len(ones) + sum(flood.get("answers", {}).values())
        say(f"  {spent / requests * 1000:.2f} ms of CPU for each request, the routing of what came included")
        say(f"  it ended with {code}; it told {len(said)} warnings: {sorted(set(said))[:3]}")


@contextmanager
def poured(address: str, rate: float, seconds: float) -> Iterator[dict[str, Any]]:
    """Pour junk while the block lasts, and give what came of it when it is over."""
    found: dict[str, Any] = {}
    if not rate:
        yield found
        return
    command = [sys.executable, "-m", "tests.bench.flood", address, str(rate), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        yield found
        found |= json.loads(process.communicate()[0])


def told_of(flood: dict[str, Any], rate: float) -> None:
    """Say how much of the junk there really was, and what it was answered."""
    seconds, answers = flood["seconds"], flood["answers"]
    offered, sent, served = (number / seconds for number in (flood["offered"], flood["sent"], sum(answers.values())))
    say(f"  junk a second: {offered:.0f} offered, {sent:.0f} sent, {served:.0f} answered; by status: {answers}")
    budget(f"{served:.0f} junk requests a second were answered, of {rate:.0f} nine in ten", met=served >= 0.9 * rate)
    budget("all of them with 401", met=set(answers) <= {"401"})


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", choices=["steady", "flood"])
    given = parser.parse_args()
    heading("Urgent requests over HTTP")
    if given.only != "flood":
        measured(given.rate, given.seconds)
    if given.only != "steady":
        measured(SIGNED, min(given.seconds, 40.0), JUNK)


if __name__ == "__main__":
    main()
