"""``deepday doctor``: what is wrong, and how to mend it."""

from typing import Annotated

import typer

from deepday.cli import options, show


def doctor(
    context: typer.Context,
    files: Annotated[list[str] | None, typer.Argument(metavar="FILE", help="Files to look into.")] = None,
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    slack_user: options.SlackUser = None,
    zone: options.Zone = None,
    json_: options.Json = False,
) -> None:
    """Check this machine, the settings, the store for gaps, and any files."""
    from deepday.app.checking import examine  # noqa: PLC0415 - help does without

    with show.progress() as progress:
        show.checks(examine(options.request(context), files or (), progress), json_=json_)
