"""Workers of a shared database that do probes instead of vendors' work, and are killed at random.

A probe is a job like any other: it comes from the queue, under its person's lock, through
:meth:`deepday.app.working.Worker.work`, and notes in a table of its own when it began and when it ended.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import procrastinate
import psycopg

from deepday.app import working
from deepday.app.working import Worked, Worker
from deepday.clock import SystemClock
from deepday.config.serve_settings import WorkerSettings
from deepday.errors import DeepdayError
from deepday.jobs import queue as queues
from deepday.store.database import Database
from deepday.store.office import Condition, JobKind, Office
from deepday.store.postgres import plain_address
from tests.postgres import WORKER, Server

ROOT = Path(__file__).parents[2]
PROBE, NOTHING = "probe", "nothing"
SETTINGS = "[me]\nemail = '{who}'\nzone = 'Europe/Berlin'\n"
_TABLE = """
CREATE TABLE probe (job bigint NOT NULL, tenant integer NOT NULL, pid integer NOT NULL,
    began timestamptz NOT NULL DEFAULT clock_timestamp(), ended timestamptz);
CREATE INDEX ON probe (job);
"""


class BusyError(Exception):
    """Another process is at this person: the probe comes again."""


def main() -> None:
    """Run one worker: the address, seconds of a probe, jobs at a time, seconds between heartbeats."""
    url, seconds, concurrency, heartbeat = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    clock = SystemClock()
    tell = queues.teller(clock, as_json=False)
    settings = WorkerSettings(concurrency=concurrency, beat=1, heartbeat=heartbeat)
    worker = Worker(Office(url, clock), clock, settings)
    job = threading.local()  # a job is done in one thread, beside others

    def note(one: Worker, tenant: int) -> Worked:
        with psycopg.connect(plain_address(url), autocommit=True) as connection:
            given = (job.id, tenant, os.getpid())
            connection.execute("INSERT INTO probe (job, tenant, pid) VALUES (%s, %s, %s)", given)
            time.sleep(seconds)
            ended = "UPDATE probe SET ended = clock_timestamp() WHERE job = %s AND pid = %s AND ended IS NULL"
            connection.execute(ended, (job.id, os.getpid()))
        return Worked(int(one.clock.now().timestamp()) + 86_400, Condition.WELL)

    def probe(context: procrastinate.JobContext, tenant: int) -> None:
        job.id = context.job.id
        if worker.work(JobKind.SYNC, tenant).condition != Condition.WELL:
            raise BusyError

    working._DO[JobKind.SYNC] = note
    queue = queues.queue_on(url, concurrency + 4)
    retry = procrastinate.RetryStrategy(max_attempts=50, wait=1, retry_exceptions=[BusyError, DeepdayError])
    queue.task(name=PROBE, pass_context=True, retry=retry)(probe)

    async def nothing(tenant: int) -> None:
        del tenant

    queue.task(name=NOTHING)(nothing)
    queues.work(queues.with_jobs(queue, worker, tell), worker, tell)


@dataclass
class Cluster:
    """Workers on one database, and what they did."""

    server: Server
    database: str
    seconds: float = 0.02
    concurrency: int = 4
    heartbeat: int = 1
    task: str = PROBE
    program: str = "tests.integration.probing"
    jobs: int = 0
    log: Any = None
    tenants: list[int] = field(default_factory=list)
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    killed: dict[int, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url(self.database, role=WORKER)

    def prepare(self, people: int, jobs: int) -> None:
        """Make the database, the people, and their jobs: one after the other for each person."""
        owner = self.server.url(self.database)
        queues.prepare_queue(owner)
        Database(owner, SystemClock()).prepare()
        self.ask(_TABLE, owner=True)
        Database(owner, SystemClock()).prepare(WORKER)
        office = Office(owner, SystemClock())
        self.ask(
            "SET deepday.tenant = '0'; INSERT INTO tenant (person, settings, team, shares_since, sync_at, tick_at, "
            "urgent_at, synced_at, ticked_at, state, failures, made_at) "
            "SELECT 'p' || n || '@example.org', '', '', 0, 9999999999, 9999999999, 9999999999, 0, 0, '', 0, 0 "
            f"FROM generate_series(1, {people}) n",
            owner=True,
        )
        self.tenants = office.tenants()
        self.put(jobs)

    def put(self, jobs: int) -> None:
        """Put jobs into the queue, for one person after the other, round and round."""
        self.jobs, people = jobs, len(self.tenants)
        connector = procrastinate.SyncPsycopgConnector(conninfo=plain_address(self.url))
        with procrastinate.App(connector=connector).open() as queue:
            made = [
                queue.configure_task(self.task, lock=f"person:{one}").make_new_job(tenant=one)
                for number in range(jobs)
                for one in (self.tenants[number % people],)
            ]
            for first in range(0, jobs, 1000):
                queue.job_manager.batch_defer_jobs(made[first : first + 1000])

    def start(self, number: int = 1, prefix: tuple[str, ...] = (), url: str = "") -> None:
        given = (url or self.url, str(self.seconds), str(self.concurrency), str(self.heartbeat))
        for _ in range(number):
            command = [*prefix, sys.executable, "-m", self.program, *given]
            self.workers.append(subprocess.Popen(command, cwd=ROOT, stderr=self.log))

    def kill(self, chance: random.Random) -> bool:
        """Kill a worker in the middle of a probe; tell whether there was one."""
        busy = {row[0] for row in self.ask("SELECT DISTINCT pid FROM probe WHERE ended IS NULL")}
        found = [one for one in self.workers if one.pid in busy]
        if not found:
            return False
        one = chance.choice(found)
        self.killed[one.pid] = self.ask("SELECT clock_timestamp()")[0][0]
        one.send_signal(signal.SIGKILL)
        one.wait()
        self.workers.remove(one)
        return True

    def end(self) -> None:
        for one in self.workers:
            one.send_signal(signal.SIGTERM)
        for one in self.workers:
            try:
                one.wait(20)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()
        self.workers.clear()

    def ask(self, query: str, *, owner: bool = False) -> list[tuple[Any, ...]]:
        url = self.server.url(self.database, role="deepday" if owner else WORKER)
        with psycopg.connect(plain_address(url), autocommit=True) as connection:
            found = connection.execute(query.encode())
            while found.nextset():
                pass
            return found.fetchall() if found.description else []

    def left(self) -> int:
        query = (
            f"SELECT count(*) FROM procrastinate_jobs WHERE task_name = '{self.task}' AND status IN ('todo', 'doing')"
        )
        return int(self.ask(query)[0][0])

    def done(self) -> int:
        return int(self.ask("SELECT count(DISTINCT job) FROM probe WHERE ended IS NOT NULL")[0][0])

    def run_to_the_end(self, *, kills: int = 0, every: float = 0.7, limit: float = 60, seed: int = 1) -> float:
        """Wait until no job is left, killing workers and starting others on the way; return seconds taken."""
        chance, begun = random.Random(seed), time.monotonic()
        next_kill = begun
        while self.left():
            now = time.monotonic()
            assert now - begun < limit, f"{self.left()} jobs left after {limit} s"
            if kills and now >= next_kill and self.kill(chance):
                self.start()
                kills, next_kill = kills - 1, now + every
            time.sleep(0.05)
        return time.monotonic() - begun

    def overlaps(self) -> list[tuple[Any, ...]]:
        """Return pairs of probes of one person of which the second began before the first was over.

        One that was cut off was over when its process was killed.
        """
        rows = self.ask("SELECT tenant, began, ended, pid, job FROM probe ORDER BY tenant, began")
        found = []
        over: dict[int, tuple[Any, int]] = {}
        for tenant, began, ended, pid, job in rows:
            if tenant in over and began < over[tenant][0]:
                found.append((tenant, over[tenant][1], job))
            over[tenant] = (ended or self.killed[pid], job)
        return found


@contextmanager
def cluster(server: Server, *, people: int, jobs: int, **more: Any) -> Iterator[Cluster]:
    """Give a prepared cluster whose workers are not started; end them all afterwards."""
    with ExitStack() as stack:
        made = Cluster(server, server.database(), **more)
        stack.callback(made.end)
        made.prepare(people, jobs)
        yield made


if __name__ == "__main__":
    main()
