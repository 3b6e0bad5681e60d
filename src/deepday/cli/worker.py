"""``deepday worker``: one of any number of workers on a shared database."""

from pathlib import Path
from typing import Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json


def worker(
    concurrency: Annotated[
        int | None,
        typer.Option("--concurrency", min=1, max=64, help="How many jobs at a time; by default as the settings say."),
    ] = None,
    heartbeat: Annotated[
        Path | None,
        typer.Option("--heartbeat", help="A file that says when this worker was last alive, for: deepday health."),
    ] = None,
    json_: Json = False,
) -> None:
    """Do the jobs of many people on a shared PostgreSQL database, beside any number of other workers.

    Ends at SIGTERM or Ctrl-C, once the jobs under way are done. One that is killed loses nothing: others take its jobs
    up again. Prepare the database first: deepday admin prepare.
    """
    from deepday.app.confining import leave_no_core  # noqa: PLC0415 - help does without
    from deepday.app.offices import office_here  # noqa: PLC0415 - same
    from deepday.app.vitals import note_alive  # noqa: PLC0415 - same
    from deepday.app.working import Worker, worker_settings  # noqa: PLC0415 - same
    from deepday.clock import SystemClock  # noqa: PLC0415 - same
    from deepday.jobs.needing import queueing  # noqa: PLC0415 - same

    leave_no_core()
    clock, settings = SystemClock(), worker_settings()
    if concurrency:
        settings = settings.model_copy(update={"concurrency": concurrency})
    office = office_here(clock)
    jobs = queueing()
    tell = jobs.teller(clock, as_json=json_)
    doing = Worker(office, clock, settings)
    queue = jobs.with_jobs(jobs.queue_on(office.url, settings.concurrency + 4), doing, tell)
    show.say(f"Working, {settings.concurrency} jobs at a time, until Ctrl-C.")
    jobs.work(queue, doing, tell, (lambda: note_alive(heartbeat, clock)) if heartbeat else bool)
    show.say("Stopped.")
