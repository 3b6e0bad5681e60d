"""``deepday serve``: keeps accepted days protected by itself."""

from typing import Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json


def serve(
    once: Annotated[bool, typer.Option("--once", help="One round, then leave; for cron.")] = False,
    json_: Json = False,
) -> None:
    """Keep protected what deepday apply began: begin and end blocks to the second, until Ctrl-C or SIGTERM.

    One line for each thing done, on standard error. Nothing is lost when it is stopped, or the machine sleeps.
    """
    from deepday.app.keeping import Keeper  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same
    from deepday.config.load import load_settings  # noqa: PLC0415 - same
    from deepday.jobs.hearing import Ear  # noqa: PLC0415 - same
    from deepday.jobs.logs import lines  # noqa: PLC0415 - same
    from deepday.jobs.serving import Service, serve_once  # noqa: PLC0415 - same
    from deepday.jobs.serving import serve as run  # noqa: PLC0415 - same

    clock, settings = SystemClock(), load_settings()
    keeper = Keeper(clock)
    log = lines(as_json=json_)
    service = Service(keeper, clock, log)
    if once:
        done = serve_once(service, keeper).outcome
        if done and (done.left or done.refused):
            raise typer.Exit(4 if done.reconnect else 1)
        return
    show.say("Keeping your days protected, until Ctrl-C.")
    run(service, keeper, Ear(clock, log), clock, settings.serve.sync_every)
    show.say("Stopped. What is on stays on until its end; to take it back: deepday restore")
