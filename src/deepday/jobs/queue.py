"""The queue in a shared database: jobs by person, given out once for all workers, taken up again when a worker dies.

Truth is in tables: what is due, and for whom, says the register (:mod:`deepday.store.office`); the queue only carries
it to whichever machine has room. Losing every job of it loses nothing but a beat.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from typing import Any

import procrastinate
from procrastinate import exceptions, jobs

from deepday.app import teaming
from deepday.app.keeping import Beat, Keeper
from deepday.app.working import Worker, lane_of
from deepday.clock import Clock
from deepday.errors import DeepdayError
from deepday.jobs.logs import lines
from deepday.jobs.serving import Service
from deepday.store.office import JobKind, Office
from deepday.store.postgres import plain_address
from deepday.store.standing import has_news
from deepday.store.teams import Teams

PRIORITIES = {JobKind.URGENT: 20, JobKind.TICK: 10, JobKind.SYNC: 0}
MISSED_BEATS = 3
"""So many heartbeats of a worker may be missed before its jobs are given to others."""

PART = "deepday.part"
_AT_ONCE = 1000
_HAND_ON_EVERY = 60.0
_KEEP_FAILED_HOURS = 24 * 14
_ONE_FOR_ALL = "once in the cluster"
_LANE = 3  # of the office: taking up again
Tell = Callable[[str], object]
_AGAIN = procrastinate.RetryStrategy(max_attempts=3, exponential_wait=2)


def task_name(kind: JobKind) -> str:
    """Return how jobs of that kind are called in the queue."""
    return f"deepday.{kind}"


def queue_on(url: str, connections: int = 4) -> procrastinate.App:
    """Return the queue in that database, not open; :func:`with_jobs` makes it one that works."""
    connector = procrastinate.PsycopgConnector(
        conninfo=plain_address(url), min_size=1, max_size=connections, pool_factory=_pool
    )
    return procrastinate.App(connector=connector)


def _pool(**given: Any) -> Any:
    """Return a pool whose connections cost one round trip for each step of the queue, instead of four.

    Every step is one statement, a transaction in itself. Whether a connection still stands is seen without asking:
    one that the server has closed has something to read.
    """
    from psycopg_pool import AsyncConnectionPool  # noqa: PLC0415 - only where there is a queue

    async def one_by_one(connection: Any) -> None:
        await connection.set_autocommit(True)

    async def stands(connection: Any) -> None:
        if connection.closed or has_news(connection.pgconn.socket):
            await AsyncConnectionPool.check_connection(connection)

    return AsyncConnectionPool(**given | {"configure": one_by_one, "check": stands})


def prepare_queue(url: str) -> bool:
    """Make the tables of the queue, as their owner, unless they are there; tell whether they were made."""
    connector = procrastinate.SyncPsycopgConnector(conninfo=plain_address(url))
    with _explaining(), procrastinate.App(connector=connector).open() as queue:
        if queue.check_connection():
            return False
        queue.schema_manager.apply_schema()
        return True


def jobs_for(queue: procrastinate.App, kind: JobKind, tenant: int) -> Any:
    """Return what puts a job for one person into the queue: behind others in their lane, and never twice."""
    return queue.configure_task(
        task_name(kind),
        lock=f"{lane_of(kind)}:{tenant}",
        queueing_lock=f"{kind}:{tenant}",
        priority=PRIORITIES[kind],
    )


def part_job(queue: procrastinate.App, run: str, part: int) -> Any:
    """Return what puts one part of a measurement of everybody into the queue; behind all that is urgent."""
    return queue.configure_task(PART, queueing_lock=f"part:{run}:{part}", priority=-10)


def measure_everybody(office: Office, week: date, clock: Clock) -> int:
    """Put the parts of a measurement of everybody into the queue; return how many, 0 where that week was begun."""
    parts = teaming.begin(office, week, clock)
    connector = procrastinate.SyncPsycopgConnector(conninfo=plain_address(office.url))
    with _explaining(), procrastinate.App(connector=connector).open() as queue:
        for run, part, number in parts:
            part_job(queue, run, part).defer(run=run, part=part, parts=number)
    return len(parts)


def put_one(queue: procrastinate.App, kind: JobKind, tenant: int) -> bool:
    """Put one job into the queue; ``False`` where the same one waits already."""
    try:
        jobs_for(queue, kind, tenant).defer(tenant=tenant)
    except exceptions.AlreadyEnqueued:
        return False
    return True


@contextmanager
def putting_urgent(url: str, tell: Tell) -> Iterator[Callable[[int], None]]:
    """Give what lets a worker look at once at what somebody was asked; of any thread, while the context lasts.

    Where the queue does not answer that is told, and the next look comes by itself. Raises :class:`DeepdayError` where
    it does not answer at the beginning.
    """
    connector = procrastinate.SyncPsycopgConnector(conninfo=plain_address(url), min_size=1, max_size=4)
    with _explaining(), procrastinate.App(connector=connector).open() as queue:
        queue.check_connection()

        def put(tenant: int) -> None:
            try:
                put_one(queue, JobKind.URGENT, tenant)
            except exceptions.ConnectorException as error:
                tell(f"kept, and seen to within a minute: the queue does not answer ({type(error).__name__})")

        yield put


async def give_out(queue: procrastinate.App, kind: JobKind, tenants: Sequence[int]) -> int:
    """Put a job for each of these people into the queue, unless the same one waits; return how many were put there."""
    waiting = await queue.connector.execute_query_all_async(
        "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = ANY(%(locks)s)",
        locks=[f"{kind}:{one}" for one in tenants],
    )
    there = {row["queueing_lock"] for row in waiting}
    new = [one for one in tenants if f"{kind}:{one}" not in there]
    made = [jobs_for(queue, kind, one).make_new_job(tenant=one) for one in new]
    put = len(made)
    try:
        if made:
            await queue.job_manager.batch_defer_jobs_async(made)
    except exceptions.AlreadyEnqueued:  # somebody was faster with one of them: none was put there
        put = 0
        for job in made:
            try:
                await queue.job_manager.defer_job_async(job)
                put += 1
            except exceptions.AlreadyEnqueued:
                continue
    return put


def with_jobs(queue: procrastinate.App, worker: Worker, tell: Tell) -> procrastinate.App:
    """Let the queue do every kind of job, and give out what is due at each beat."""
    beat = worker.settings.beat

    def doing(kind: JobKind) -> Callable[[int], None]:
        def do(tenant: int) -> None:
            done = worker.work(kind, tenant)
            if done.said:
                tell(f"{kind} of tenant {tenant}: {done.said}")

        return do

    for kind in JobKind:
        queue.task(name=task_name(kind), retry=_AGAIN)(doing(kind))

    @queue.periodic(cron=f"* * * * * */{beat}")
    @queue.task(name="deepday.beat", queueing_lock="beat", lock=_ONE_FOR_ALL, priority=50)
    async def _beat(timestamp: int) -> None:
        del timestamp
        for kind in JobKind:
            await _give_out_due(queue, worker.office, kind)

    @queue.task(name=PART, retry=_AGAIN)
    def _part(run: str, part: int, parts: int) -> None:
        if teaming.measure_part(worker.office, run, part, parts, worker.clock, worker.settings.least):
            done, _, people, failed = Teams(worker.office.database, worker.clock).progress(run)
            tell(f"measured the week of {run} in {done} parts: {people} people, {failed} could not be")

    @queue.periodic(cron="0 14 * * 1")
    @queue.task(name="deepday.week", queueing_lock="week", lock=_ONE_FOR_ALL)
    async def _week(timestamp: int) -> None:
        del timestamp
        week = teaming.last_week(worker.clock)
        for run, part, parts in await asyncio.to_thread(teaming.begin, worker.office, week, worker.clock):
            await part_job(queue, run, part).defer_async(run=run, part=part, parts=parts)

    @queue.periodic(cron="17 * * * *")
    @queue.task(name="deepday.tidy", queueing_lock="tidy", lock=_ONE_FOR_ALL)
    async def _tidy(timestamp: int) -> None:
        del timestamp
        await queue.job_manager.delete_old_jobs(
            nb_hours=_KEEP_FAILED_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )

    return queue


async def take_up_again(
    queue: procrastinate.App, worker: Worker, tell: Tell, alive: Callable[[], object] = bool
) -> None:
    """Give jobs of workers that died to those that live, for as long as this runs.

    Every worker looks, one at a time: a job that did so could itself be left by the dead. ``alive`` is called
    after each look: this worker's loop turns, and the database answers it.
    """
    heartbeat, well = worker.settings.heartbeat, True
    while True:
        await asyncio.sleep(heartbeat)
        try:
            with worker.office.database.held(_LANE) as free:
                silent = heartbeat * MISSED_BEATS
                found = await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent) if free else ()
                for stalled in found:
                    await _again(queue, stalled)
                    tell(f"taken up again after its worker died: {stalled.task_name}")
        except (DeepdayError, exceptions.ConnectorException) as error:
            if well:  # told once, and once when it is over
                tell(f"the database does not answer: {type(error).__name__}")
            well = False
        else:
            alive()
            if not well:
                tell("the database answers again")
            well = True


async def _again(queue: procrastinate.App, stalled: jobs.Job) -> None:
    try:
        await queue.job_manager.retry_job(stalled)
    except exceptions.UniqueViolation:  # the same job waits already: that one does it
        if stalled.id is not None:
            await queue.job_manager.finish_job_by_id_async(stalled.id, jobs.Status.ABORTED, delete_job=True)


async def _give_out_due(queue: procrastinate.App, office: Office, kind: JobKind) -> None:
    while tenants := await asyncio.to_thread(office.due, kind, _AT_ONCE):
        await give_out(queue, kind, tenants)
        # The queue has them now; a job that is lost all the same is given out anew after this.
        await asyncio.to_thread(office.put_off, kind, tenants, 3600)
        if len(tenants) < _AT_ONCE:
            return


def work(queue: procrastinate.App, worker: Worker, tell: Tell, alive: Callable[[], object] = bool) -> None:
    """Do jobs until SIGTERM or SIGINT; those that are under way end first. ``alive``: as for :func:`take_up_again`.

    Raises :class:`DeepdayError` when the database cannot be reached.
    """
    settings = worker.settings

    async def run() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(settings.concurrency + 2))
        async with queue.open_async():
            looking = asyncio.create_task(take_up_again(queue, worker, tell, alive))
            try:
                await queue.run_worker_async(
                    concurrency=settings.concurrency,
                    fetch_job_polling_interval=min(5.0, settings.beat),
                    update_heartbeat_interval=settings.heartbeat,
                    stalled_worker_timeout=settings.heartbeat * MISSED_BEATS,
                    delete_jobs="successful",
                )
            finally:
                looking.cancel()

    with _explaining():
        asyncio.run(run())


@contextmanager
def _explaining() -> Iterator[None]:
    try:
        yield
    except exceptions.ConnectorException as error:
        raise DeepdayError(
            f"The queue cannot be used: {type(error.__cause__ or error).__name__}.",
            "Check that PostgreSQL runs there, and that deepday admin prepare was run on that database.",
        ) from error


class HandingOn(Service):
    """Beats of ``deepday serve`` that do nothing themselves: they put one person's jobs into the queue."""

    def __init__(self, office: Office, tenant: int, clock: Clock, log: Any, alive: Callable[[], object] = bool) -> None:
        super().__init__(Keeper(clock), clock, log, alive=alive)
        self._url, self._tenant = office.url, tenant
        self._last: float | None = None

    def beat(self) -> Beat:
        """Let a worker look at once what is to be protected, and what was asked."""
        now, well = self._clock.monotonic(), True
        if self._last is None or now - self._last >= _HAND_ON_EVERY:
            self._last = now
            well = self._put(JobKind.TICK, JobKind.URGENT)
        self.vitals.beat(well=well)
        self._alive()
        return Beat()

    def sync(self) -> None:
        """Let a worker read."""
        self._put(JobKind.SYNC)

    def _put(self, *kinds: JobKind) -> bool:
        connector = procrastinate.SyncPsycopgConnector(conninfo=plain_address(self._url), min_size=1, max_size=1)
        try:
            with _explaining(), procrastinate.App(connector=connector).open() as queue:
                for kind in kinds:
                    put_one(queue, kind, self._tenant)
        except DeepdayError as error:
            self._log.error(f"{error.what} {error.advice}", at=self._at())
            return False
        return True


def queue_figures(url: str) -> dict[str, int]:
    """Return counts of jobs and workers, and ages in seconds; of nobody in particular."""
    query = """
        SELECT count(*) FILTER (WHERE status = 'todo') AS waiting,
               count(*) FILTER (WHERE status = 'doing') AS running,
               count(*) FILTER (WHERE status = 'failed') AS failed,
               coalesce(extract(epoch FROM now() - min(at) FILTER (WHERE status = 'todo')), 0)::int AS oldest_waiting,
               (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 s') AS workers
        FROM procrastinate_jobs
        LEFT JOIN LATERAL (
            SELECT min(at) AS at FROM procrastinate_events WHERE job_id = procrastinate_jobs.id
        ) AS begun ON true
        WHERE status IN ('todo', 'doing', 'failed')
    """
    connector = procrastinate.SyncPsycopgConnector(conninfo=plain_address(url))
    with _explaining(), procrastinate.App(connector=connector).open() as queue:
        row = queue.connector.get_sync_connector().execute_query_one(query)
    return {name: int(value) for name, value in row.items()}


def teller(clock: Clock, *, as_json: bool) -> Tell:
    """Return what tells of jobs, a line for each, and lets the queue's own library tell warnings only."""
    log = lines(as_json=as_json)
    logging.getLogger("procrastinate").setLevel(logging.WARNING)

    def tell(text: str) -> None:
        log.info(text, at=clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"))

    return tell
