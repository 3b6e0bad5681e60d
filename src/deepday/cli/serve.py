"""``deepday serve``: keeps accepted days protected by itself, and shows the page."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deepday.cli import show
from deepday.cli.options import Json

if TYPE_CHECKING:
    from deepday.clock import Clock


def serve(
    once: Annotated[bool, typer.Option("--once", help="One round, then leave; for cron. No page.")] = False,
    page: Annotated[
        bool | None, typer.Option("--page/--no-page", help="Whether to show the page; if left out, where that can be.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65_535, help="The page's port; 0: any that is free.")
    ] = None,
    json_: Json = False,
) -> None:
    """Keep protected what deepday apply began, and show the page, until Ctrl-C or SIGTERM.

    Prints a link that opens the page once; for another one: deepday open. One line for each thing done, on standard
    error. Nothing is lost when it is stopped, or the machine sleeps.
    """
    from deepday.app.keeping import Keeper  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same
    from deepday.config.load import load_settings  # noqa: PLC0415 - same
    from deepday.jobs.hearing import Ear  # noqa: PLC0415 - same
    from deepday.jobs.logs import lines  # noqa: PLC0415 - same
    from deepday.jobs.serving import Service, serve_once  # noqa: PLC0415 - same
    from deepday.jobs.serving import serve as run  # noqa: PLC0415 - same

    clock, settings = SystemClock(), load_settings()
    keeper, log = Keeper(clock), lines(as_json=json_)
    service = Service(keeper, clock, log)
    if settings.serve.jobs == "workers":
        service = _handing_on(clock, log)
    if once:
        done = serve_once(service, keeper).outcome
        if done and (done.left or done.refused):
            raise typer.Exit(4 if done.reconnect else 1)
        return
    with _page(port, settings.serve.port, clock, log, wanted=page):
        show.say("Keeping your days protected, until Ctrl-C.")
        ear = Ear(clock, log) if settings.serve.jobs == "here" else None
        run(service, keeper, ear, clock, settings.serve.sync_every)
    show.say("Stopped. What is on stays on until its end; to take it back: deepday restore")


def _handing_on(clock: "Clock", log: Any) -> Any:
    """Return a service that leaves everything to workers."""
    from deepday.app.offices import office_here  # noqa: PLC0415 - help does without
    from deepday.errors import InputError  # noqa: PLC0415 - same
    from deepday.jobs.needing import queueing  # noqa: PLC0415 - same

    office = office_here(clock)
    if office.named_tenant is None:
        raise InputError("For whom shall workers do it?", "Put ?tenant=NUMBER at the end of DEEPDAY_DATABASE_URL.")
    return queueing().HandingOn(office, office.named_tenant, clock, log)


@contextmanager
def _page(port: int | None, usual: int, clock: "Clock", log: Any, *, wanted: bool | None) -> Iterator[None]:
    """Show the page while the context lasts, and print the link to it; days are protected without one all the same."""
    from deepday.errors import InputError  # noqa: PLC0415 - help does without

    def tell(text: str) -> None:
        log.warning(text, at=clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"))

    with ExitStack() as stack:
        if wanted is not False:
            try:
                listening, minutes = _listening()
                link = stack.enter_context(listening(usual if port is None else port, clock, tell))
            except InputError as error:
                if wanted or port is not None:
                    raise
                show.say(f"There is no page. {error.what} {error.advice}")
            else:
                typer.echo(link())
                show.say(f"Open this link within {minutes} minutes; it works once. For another one: deepday open")
        yield


def _listening() -> tuple[Callable[..., Any], int]:
    from deepday.errors import InputError  # noqa: PLC0415 - help does without

    try:
        from deepday.web.listening import minutes, page  # noqa: PLC0415 - same
    except ModuleNotFoundError as error:
        raise InputError(
            f"It needs a library that is not installed ({error.name}).",
            "Run: pip install 'deepday[web]', or leave the page out: deepday serve --no-page",
        ) from None
    return page, minutes()
