"""``deepday doctor``: what is wrong, and how to mend it."""

from typing import Annotated

import typer

from deepday.cli import options, show

_MARKS = {"ok": "ok  ", "warning": "WARN", "problem": "FAIL"}


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
    from deepday.app.checking import Health, examine  # noqa: PLC0415 - help does without

    checks = []
    with show.progress() as progress:
        for check in examine(options.request(context), files or (), progress):
            checks.append(check)
            if not json_:
                typer.echo(f"{_MARKS[check.health]} {check.subject}: {check.finding}")
                if check.advice:
                    typer.echo(f"     {check.advice}")
    if json_:
        rows = [
            {"subject": c.subject, "health": str(c.health), "finding": c.finding, "advice": c.advice} for c in checks
        ]
        show.print_json({"schema": "deepday.doctor/1", "checks": rows})
    if any(check.health is Health.PROBLEM for check in checks):
        raise typer.Exit(1)
