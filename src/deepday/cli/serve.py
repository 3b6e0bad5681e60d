"""``deepday serve``: keeps accepted days protected by itself, and shows the page."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deepday.cli import show
from deepday.cli.options import Json

if TYPE_CHECKING:
    from deepday.app.vitals import Vitals
    from deepday.clock import Clock
    from deepday.config.ingress_settings import IngressSettings
    from deepday.errors import InputError
    from deepday.jobs.hearing import Ear


class LogFormat(StrEnum):
    """How the lines of a service are written."""

    CONSOLE = "console"
    JSON = "json"


def serve(
    once: Annotated[bool, typer.Option("--once", help="One round, then leave; for cron. No page.")] = False,
    page: Annotated[
        bool | None, typer.Option("--page/--no-page", help="Whether to show the page; if left out, where that can be.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65_535, help="The page's port; 0: any that is free.")
    ] = None,
    ingress: Annotated[
        str | None,
        typer.Option("--ingress", metavar="HOST:PORT", help="Listen here for Slack over HTTP, alerts and the form."),
    ] = None,
    json_: Json = False,
    log_format: Annotated[
        LogFormat | None, typer.Option("--log-format", help="How lines are written: json is what --json asks for, too.")
    ] = None,
) -> None:
    """Keep protected what deepday apply began, and show the page, until Ctrl-C or SIGTERM.

    Prints a link that opens the page once; for another one: deepday open. One line for each thing done, on standard
    error. Nothing is lost when it is stopped, or the machine sleeps. SIGHUP reads the settings again; while they are
    wrong, those before hold.
    """
    from deepday.app.confining import leave_no_core  # noqa: PLC0415 - help does without
    from deepday.app.in_use import using  # noqa: PLC0415 - same
    from deepday.app.keeping import Keeper  # noqa: PLC0415 - same
    from deepday.app.self_audit import Pulse  # noqa: PLC0415 - same
    from deepday.app.storing import prepare_store  # noqa: PLC0415 - same
    from deepday.clock import SystemClock  # noqa: PLC0415 - same
    from deepday.config.load import last_good  # noqa: PLC0415 - same
    from deepday.errors import InputError  # noqa: PLC0415 - same
    from deepday.jobs import chores  # noqa: PLC0415 - same
    from deepday.jobs.auditing import Auditor  # noqa: PLC0415 - same
    from deepday.jobs.hearing import Ear  # noqa: PLC0415 - same
    from deepday.jobs.logs import lines  # noqa: PLC0415 - same
    from deepday.jobs.manager import Manager  # noqa: PLC0415 - same
    from deepday.jobs.serving import Beside, Service, serve_once  # noqa: PLC0415 - same
    from deepday.jobs.serving import serve as run  # noqa: PLC0415 - same

    clock, log = SystemClock(), lines(as_json=log_format is LogFormat.JSON or (log_format is None and json_))
    leave_no_core()
    keeper, manager, pulse = Keeper(clock), Manager(clock), Pulse(clock)
    ear = Ear(clock, log, pulse)
    with using(), last_good() as settings:
        if once and settings.serve.jobs == "workers":
            raise InputError(
                "The workers do what is due: there is no round to run here.",
                'Leave --once out, or set jobs = "here" under [serve].',
            )
        prepare_store(clock)
        service = Service(keeper, clock, log, pulse, alive=manager.alive)
        mailbox, letters = chores.mailbox(clock, log), (chores.letters(clock, log), chores.LETTER_EVERY)
        beside = Beside(
            (
                ear.listen,
                lambda ended: mailbox.until(ended, chores.mailbox_pause),
                Auditor(clock, log, pulse).look_after,
            ),
            ((chores.backups(clock, log), chores.BACKUP_EVERY), letters),
        )
        if settings.serve.jobs == "workers":  # which read chat and mail, and audit, by themselves (docs/scale.md)
            service, beside = _handing_on(clock, log, manager.alive), Beside(periodic=(letters,))
        if once:
            done = serve_once(service, keeper).outcome
            if done and (done.left or done.refused):
                raise typer.Exit(4 if done.reconnect else 1)
            return
        with (
            _page(port, settings.serve.port, clock, log, wanted=page, vitals=service.vitals),
            _ingress(ingress, settings.ingress, clock, log, ear),
        ):
            show.say("Serving, until Ctrl-C.")
            run(service, keeper, clock, settings.serve.sync_every, manager, beside)
    show.say("Stopped. What is on stays on until its end; to take it back: deepday restore")


def _handing_on(clock: "Clock", log: Any, alive: Callable[[], object]) -> Any:
    """Return a service that leaves everything to workers."""
    from deepday.app.offices import office_here  # noqa: PLC0415 - help does without
    from deepday.errors import InputError  # noqa: PLC0415 - same
    from deepday.jobs.needing import queueing  # noqa: PLC0415 - same

    office = office_here(clock)
    if office.named_tenant is None:
        raise InputError("For whom shall workers do it?", "Put ?tenant=NUMBER at the end of DEEPDAY_DATABASE_URL.")
    return queueing().HandingOn(office, office.named_tenant, clock, log, alive)


@contextmanager
def _page(
    port: int | None, usual: int, clock: "Clock", log: Any, *, wanted: bool | None, vitals: "Vitals"
) -> Iterator[None]:
    """Show the page while the context lasts, and print the link to it; days are protected without one all the same."""
    from deepday.errors import InputError  # noqa: PLC0415 - help does without

    def tell(text: str) -> None:
        log.warning(text, at=clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"))

    with ExitStack() as stack:
        if wanted is not False:
            try:
                listening, minutes = _listening()
                link = stack.enter_context(listening(usual if port is None else port, clock, tell, vitals))
            except InputError as error:
                if wanted or port is not None:
                    raise
                show.say(f"There is no page. {error.what} {error.advice}")
            else:
                typer.echo(link())
                show.say(f"Open this link within {minutes} minutes; it works once. For another one: deepday open")
        yield


@contextmanager
def _ingress(listen: str | None, settings: "IngressSettings", clock: "Clock", log: Any, ear: "Ear") -> Iterator[None]:
    """Listen for what comes from outside while the context lasts, where that is wanted, and say where."""
    place = settings.listen if listen is None else listen
    if not place:
        yield
        return
    try:
        from deepday.web.ingress_listening import ingress  # noqa: PLC0415 - help does without
    except ModuleNotFoundError as error:
        raise _missing(error, "leave the ingress out") from None

    def tell(text: str) -> None:
        log.warning(text, at=clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"))

    with ingress(settings, place, clock, tell, ear.came, ear.missed) as address:
        show.say(f"Requests from outside come in at {address}.")
        yield


def _listening() -> tuple[Callable[..., Any], int]:
    try:
        from deepday.web.listening import minutes, page  # noqa: PLC0415 - help does without
    except ModuleNotFoundError as error:
        raise _missing(error, "leave the page out: deepday serve --no-page") from None
    return page, minutes()


def _missing(error: ModuleNotFoundError, otherwise: str) -> "InputError":
    from deepday.errors import InputError  # noqa: PLC0415 - help does without

    what = f"It needs a library that is not installed ({error.name})."
    return InputError(what, f"Run: pip install 'deepday[web]', or {otherwise}")
