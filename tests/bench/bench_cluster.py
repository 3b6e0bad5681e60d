"""Workers on a shared PostgreSQL: jobs a second with 1, 2 and 3 workers, latency, and 10,000 jobs with workers killed.

Run: ``python -m tests.bench.bench_cluster [--jobs 10000] [--people 1000]``. A job takes its person's lane, reads the
register, writes two rows of a probe and notes what came of it; commits wait for the disk. "Queue alone": jobs that do
nothing, under a lock for each person.
"""

import argparse
import os
import statistics
import time
from datetime import datetime
from pathlib import Path

import procrastinate
import pytest

from deepday.store.postgres import plain_address
from tests.bench.table import budget, heading, say, show
from tests.integration.probing import NOTHING, PROBE, Cluster, cluster
from tests.postgres import Server


def started(made: Cluster, workers: int) -> None:
    """Start workers, and wait until all of them wait for jobs."""
    made.start(workers)
    while len(made.ask("SELECT 1 FROM procrastinate_workers")) < workers:
        time.sleep(0.1)


def cpu_of(made: Cluster) -> float:
    """Return the CPU seconds of the workers so far."""
    fields = [Path(f"/proc/{one.pid}/stat").read_text().rpartition(")")[2].split() for one in made.workers]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def rate(made: Cluster, workers: int, jobs: int) -> tuple[float, float]:
    """Return jobs a second, and CPU milliseconds of the workers for each."""
    started(made, workers)
    cpu = cpu_of(made)
    made.put(jobs)
    began = time.monotonic()
    while made.left():
        time.sleep(0.05)
    seconds = time.monotonic() - began
    return jobs / seconds, (cpu_of(made) - cpu) / jobs * 1000


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


def speeds(server: Server, people: int, jobs: int) -> None:
    """Say how many jobs a second 1, 2 and 3 workers do."""
    rows, rates = [], {}
    for name, task in (("queue alone", NOTHING), ("jobs", PROBE)):
        for workers in (1, 2, 3):
            with cluster(server, people=people, jobs=0, seconds=0.0, concurrency=8, task=task) as made:
                rates[name, workers], cpu = rate(made, workers, jobs)
                ratio = rates[name, workers] / rates[name, 1]
                rows.append([name, str(workers), f"{rates[name, workers]:.0f}", f"{cpu:.2f}", f"{ratio:.2f}"])
    show(["", "workers", "jobs/s", "CPU ms a job", "x one worker"], rows)
    say(f"  on {os.cpu_count()} cores, which PostgreSQL shares")
    found = latencies(server, 100)
    median, worst = statistics.median(found) * 1000, found[int(len(found) * 0.99)] * 1000
    say(f"  from the queue to the job, idle: median {median:.0f} ms, p99 {worst:.0f} ms")
    budget("600 jobs a second with 2 workers, the queue alone", met=rates["queue alone", 2] >= 600)


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
    parser.add_argument("--only", choices=["speeds", "kills"])
    given = parser.parse_args()
    heading("Workers on a shared database")
    try:
        server = Server(durable=True)
    except pytest.skip.Exception as error:
        say(str(error))
        return
    if given.only != "kills":
        speeds(server, given.people, max(1, given.jobs // 5))
    if given.only != "speeds":
        kills(server, given.people, given.jobs)
    server.stop()


if __name__ == "__main__":
    main()
