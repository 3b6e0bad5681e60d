"""``deepday ingress``: Slack over HTTP for everybody on a shared database."""

from typing import Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json


def ingress(
    listen: Annotated[
        str | None,
        typer.Option("--listen", metavar="HOST:PORT", help="Where to listen; by default as [ingress] says."),
    ] = None,
    json_: Json = False,
) -> None:
    """Take what Slack brings for everybody on a shared PostgreSQL database: buttons, /urgent, shortcuts, messages.

    Each person's app has an address of its own, that ends with their number: https://HOST/slack/1001. What it brings
    is in their rows before Slack is answered, and workers see to it at once. Any number of these may run. Ends at
    SIGTERM or Ctrl-C.
    """
    from deepday.app.confining import leave_no_core  # noqa: PLC0415 - help does without
    from deepday.app.office_ingress import OfficeReception  # noqa: PLC0415 - same
    from deepday.app.offices import office_here  # noqa: PLC0415 - same
    from deepday.clock import SystemClock  # noqa: PLC0415 - same
    from deepday.config.load import load_settings  # noqa: PLC0415 - same
    from deepday.errors import InputError  # noqa: PLC0415 - same
    from deepday.jobs.asking import Asked, signals  # noqa: PLC0415 - same
    from deepday.jobs.logs import lines  # noqa: PLC0415 - same
    from deepday.jobs.needing import queueing  # noqa: PLC0415 - same

    leave_no_core()
    try:
        from deepday.web.ingress_listening import office_ingress  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        what = f"It needs a library that is not installed ({error.name})."
        raise InputError(what, "Run: pip install 'deepday[web]'") from None
    clock, settings = SystemClock(), load_settings()
    place = settings.ingress.listen if listen is None else listen
    if not place:
        raise InputError("Where shall it listen?", "Give --listen 127.0.0.1:8378, or set listen under [ingress].")
    office, jobs = office_here(clock), queueing()
    log = lines(as_json=json_)

    def tell(text: str) -> None:
        log.warning(text, at=clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"))

    with signals() as asked, jobs.putting_urgent(office.url, tell) as put:
        reception = OfficeReception(office, clock, settings.workers.networks, put, tell)
        with office_ingress(settings.ingress, place, reception) as address:
            show.say(f"Requests of Slack come in at {address}/slack/NUMBER, until Ctrl-C.")
            while asked() is Asked.RELOAD:
                pass
    show.say("Stopped.")
