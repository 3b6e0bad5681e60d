"""Workers on a shared PostgreSQL: jobs a second with 1, 2 and 3 workers, latency, and 10,000 jobs with workers killed.

Run: ``python -m tests.bench.bench_cluster [--jobs 10000] [--people 1000]``. A job takes its person's lane, reads the
register, writes two rows of a probe and notes what came of it; commits wait for the disk. "Our queue alone": jobs that
do nothing, under a lock for each person. "The engine alone": the same by its library, without a line of deepday's.
"""

import argparse
import os
import signal
import statistics
import time
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import procrastinate
import psycopg
import pytest

from deepday.store.postgres import plain_address
from tests.bench.table import budget, heading, say, show
from tests.integration.probing import NOTHING, PROBE, Cluster, cluster
from tests.postgres import Server

ENGINE, QUEUE, JOBS = "the engine alone", "our queue alone", "jobs"
WORK: dict[str, dict[str, Any]] = {
    ENGINE: {"task": NOTHING, "program": "tests.bench.bare_queue"},
    QUEUE: {"task": NOTHING},
    JOBS: {"task": PROBE},
}
LEFT = "SELECT 1 FROM procrastinate_jobs WHERE lock LIKE 'person:%' AND status IN ('todo', 'doing') LIMIT 1"


def started(made: Cluster, workers: int) -> None:
    """Start workers, and wait until all of them wait for jobs."""
    made.start(workers)
    while len(made.ask("SELECT 1 FROM procrastinate_workers")) < workers:
        time.sleep(0.1)


def cpu_of(made: Cluster) -> float:
    """Return the CPU seconds of the workers so far; Linux only."""
    fields = [Path(f"/proc/{one.pid}/stat").read_text().rpartition(")")[2].split() for one in made.workers]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Speed:
    """``rate``: jobs a second of the clock. ``ours``, ``theirs``: CPU milliseconds a job, of workers, of PostgreSQL."""

    rate: float
    ours: float
    theirs: float


def speed(server: Server, name: str, workers: int, people: int, jobs: int) -> Speed:
    """Let workers do jobs of one of :data:`WORK`, all there at the beginning, in a database of their own."""
    with cluster(server, people=people, jobs=0, seconds=0.0, concurrency=8, **WORK[name]) as made:
        started(made, workers)
        for one in made.workers:
            one.send_signal(signal.SIGSTOP)
        made.put(jobs)
        ours, theirs = cpu_of(made), server.cpu()
        began = time.monotonic()
        for one in made.workers:
            one.send_signal(signal.SIGCONT)
        with psycopg.connect(plain_address(made.url), autocommit=True) as looking:
            while looking.execute(LEFT).fetchone():
                time.sleep(0.05)
        seconds = time.monotonic() - began
        ours, theirs = cpu_of(made) - ours, server.cpu() - theirs
        return Speed(jobs / seconds, ours / jobs * 1000, theirs / jobs * 1000)


def latencies(server: Server, number: int) -> list[float]:
    """Return seconds from putting a job into the queue to its beginning, one job at a time, on two idle workers."""
    with cluster(server, people=number, jobs=0, seconds=0.0) as made:
        started(made, 2)
        put: dict[int, datetime] = {}
        connector = procrastinate.SyncPsycopgConnector(conninfo=plain_address(made.url))
        with procrastinate.App(connector=connector).open() as queue:
            for tenant in made.tenants:
                at = made.ask("SELECT clock_timestamp()")[0][0]
                put[queue.configure_task(PROBE, lock=f"person:{tenant}").defer(tenant=tenant)] = at
                time.sleep(0.02)
        while made.left():
            time.sleep(0.05)
        return sorted((began - put[job]).total_seconds() for job, began in made.ask("SELECT job, began FROM probe"))


def speeds(server: Server, people: int, jobs: int, rounds: int) -> None:
    """Say how many jobs a second 1, 2 and 3 workers do; rounds take turns, since this machine may have other work."""
    found: dict[tuple[str, int], list[Speed]] = {}
    for _ in range(rounds):
        for name, workers in product(WORK, (1, 2, 3)):
            found.setdefault((name, workers), []).append(speed(server, name, workers, people, jobs))
    middle = {key: sorted(ones, key=lambda one: one.rate)[len(ones) // 2] for key, ones in found.items()}
    show(
        ["", "workers", "jobs/s", "best", "CPU ms a job, workers", "PostgreSQL", "both", "x one worker"],
        [
            [
                name,
                str(workers),
                f"{one.rate:.0f}",
                f"{max(each.rate for each in found[name, workers]):.0f}",
                f"{one.ours:.2f}",
                f"{one.theirs:.2f}",
                f"{one.ours + one.theirs:.2f}",
                f"{one.rate / middle[name, 1].rate:.2f}",
            ]
            for (name, workers), one in middle.items()
        ],
    )
    say(f"  medians of {rounds} rounds, on {os.cpu_count()} cores, which PostgreSQL and whatever else runs share")
    times = latencies(server, 100)
    median, worst = statistics.median(times) * 1000, times[int(len(times) * 0.99)] * 1000
    say(f"  from the queue to the job, idle: median {median:.0f} ms, p99 {worst:.0f} ms")
    rate, alone = middle[QUEUE, 2], middle[ENGINE, 2]
    cores, cost = os.cpu_count() or 1, rate.ours + rate.theirs
    say(
        f"  with 2 workers a job that does nothing costs {cost:.2f} ms of CPU in our queue, "
        f"{alone.ours + alone.theirs:.2f} ms in the engine as its library comes"
    )
    say(f"  {cores} cores with nothing else to do have room for {cores * 1000 / cost:.0f} of ours a second at most")
    say(f"  load average now: {os.getloadavg()[0]:.1f}")
    budget(f"600 jobs a second with 2 workers, the queue alone: {rate.rate:.0f}", met=rate.rate >= 600)


def kills(server: Server, people: int, jobs: int) -> None:
    """Say what becomes of jobs while workers are killed."""
    # A busy machine must not look like a dead worker: heartbeats that come late cost only time.
    with cluster(server, people=people, jobs=jobs, seconds=0.005, concurrency=8, heartbeat=2) as made:
        made.start(3)
        seconds = made.run_to_the_end(kills=10, every=2.0, limit=1800)
        lost, overlaps = jobs - made.done(), len(made.overlaps())
        say(f"  {jobs} jobs, 3 workers, {len(made.killed)} killed: {seconds:.0f} s, {lost} lost, {overlaps} overlap")
    budget("no job lost, stuck or overlapping another of its person, with workers killed", met=not (lost or overlaps))


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["speeds", "kills"])
    given = parser.parse_args()
    heading("Workers on a shared database")
    try:
        server = Server(durable=True)
    except pytest.skip.Exception as error:
        say(str(error))
        return
    if given.only != "kills":
        speeds(server, given.people, max(1, given.jobs // 5), given.rounds)
    if given.only != "speeds":
        kills(server, given.people, given.jobs)
    server.stop()


if __name__ == "__main__":
    main()
