"""``deepday import``: bring exported files into the store."""

from typing import Annotated

import typer

from deepday.cli import options, show

SHOWN = 5


def import_(
    context: typer.Context,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE", help=".ics files, feeds' URLs, Slack exports.")
    ] = None,
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    name: Annotated[
        str | None, typer.Option("--name", help="What to call the source, if its own name misleads.")
    ] = None,
    me: options.Me = None,
    slack_user: options.SlackUser = None,
    zone: options.Zone = None,
    hours: options.Hours = None,
    holidays: options.Holidays = None,
    titles: options.Titles = False,
    json_: options.Json = False,
) -> None:
    """Remember calendars and Slack exports, so that deepday measure needs no files.

    Importing the same file again changes nothing; a newer export updates. The options of the first import become
    your configuration.
    """
    from deepday.app.storing import import_files, unsaved  # noqa: PLC0415 - help does without

    done = []
    with show.progress() as progress:
        for imported in import_files(options.request(context), files or (), name, progress):
            done.append(imported)
            result = imported.result
            show.say(
                f"{imported.location}: {result.outcome} as {imported.source!r}: {result.added} added, "
                f"{result.changed} changed, {result.removed} removed, {result.kept} kept."
            )
            for item in imported.skipped[:SHOWN]:
                show.say(f"  left out: {item.where}: {item.reason}")
            if len(imported.skipped) > SHOWN:
                show.say(f"  and {len(imported.skipped) - SHOWN} more; --json lists all")
    if differing := unsaved(options.request(context)):
        show.say(differing)
    if json_:
        show.print_json(
            {
                "schema": "deepday.import/1",
                "imports": [
                    {
                        "location": imported.location,
                        "source": imported.source,
                        "outcome": str(imported.result.outcome),
                        "added": imported.result.added,
                        "changed": imported.result.changed,
                        "removed": imported.result.removed,
                        "kept": imported.result.kept,
                        "skipped": [
                            {"source": item.source, "where": item.where, "reason": item.reason}
                            for item in imported.skipped
                        ],
                    }
                    for imported in done
                ],
            }
        )
