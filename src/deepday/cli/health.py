"""``deepday health``: whether the deepday serve of this installation is well; for containers and watchers."""

from pathlib import Path
from typing import Annotated

import typer


def health(
    ready: Annotated[bool, typer.Option("--ready", help="Also whether its store can be read, and beats come.")] = False,
    heartbeat: Annotated[
        Path | None,
        typer.Option("--heartbeat", help="Ask the worker that writes this file instead: deepday worker --heartbeat."),
    ] = None,
) -> None:
    """Ask the deepday serve that runs how it is; leave with 1 when it is not well, or none runs.

    It asks through a socket that only the owner of the data may use; deepday serve must run with its page. A worker is
    well when in the last two minutes it turned round and its database answered, whatever became of jobs.
    """
    if heartbeat:
        _ask_worker(heartbeat)
        return
    from deepday.errors import DeepdayError  # noqa: PLC0415 - help does without
    from deepday.web.control import ask_health  # noqa: PLC0415 - same

    if not ask_health(ready=ready):
        raise DeepdayError("deepday serve is not ready.", "Its log says why; deepday doctor looks into the store.")
    typer.echo("ok")


def _ask_worker(heartbeat: Path) -> None:
    from deepday.app.vitals import WORKER_SILENT, seen_alive  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same
    from deepday.errors import DeepdayError  # noqa: PLC0415 - same

    silent = seen_alive(heartbeat, SystemClock())
    if silent is None or not 0 <= silent < WORKER_SILENT:
        said = "nothing yet" if silent is None else f"nothing for {silent} seconds"
        raise DeepdayError(
            f"The worker said {said}.", "Its log says why: it is starting, stuck, or its database does not answer."
        )
    typer.echo("ok")
