"""``deepday sync``: bring calendars and activity up to date."""

from typing import TYPE_CHECKING, Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json

if TYPE_CHECKING:
    from deepday.app.syncing import Synced


def sync(
    name: Annotated[
        str | None, typer.Argument(metavar="[ACCOUNT]", help="An account or a provider; all if left out.")
    ] = None,
    also: Annotated[
        list[str] | None, typer.Option("--also", metavar="CALENDAR", help="Read this calendar too, from now on.")
    ] = None,
    json_: Json = False,
) -> None:
    """Bring calendars and chat activity up to date: everything at first, later only what changed.

    It may be interrupted at any point and run again: nothing is lost and nothing counts twice. Of each account the
    primary calendar is read; name others with --also.
    """
    from deepday.app import syncing  # noqa: PLC0415 - help does without

    done = []
    with show.progress() as progress:
        for synced in syncing.sync(syncing.SyncRequest(name, tuple(also or ())), progress):
            done.append(synced)
            if not json_:
                _say(synced)
    if json_:
        show.print_json({"schema": "deepday.sync/1", "sources": [_row(synced) for synced in done]})
    codes = [synced.error.exit_code for synced in done if synced.error]
    if codes:
        raise typer.Exit(max(codes))


def _say(synced: "Synced") -> None:
    who = synced.source or f"{synced.provider} {synced.account}"
    if synced.error:
        show.say(f"{who}: {synced.error.what}")
        show.say(f"  {synced.error.advice}")
    else:
        kind = "read in full" if synced.full else "up to date"
        counts = f"{synced.changed} changed, {synced.removed} removed, {synced.skipped} left out"
        show.say(f"{who}: {kind} ({counts}).")
    if synced.others:
        show.say(f"  Not read: {', '.join(synced.others)}. To read one too: deepday sync --also NAME")


def _row(synced: "Synced") -> dict[str, object]:
    return {
        "provider": synced.provider,
        "account": synced.account,
        "source": synced.source,
        "full": synced.full,
        "pages": synced.pages,
        "changed": synced.changed,
        "removed": synced.removed,
        "skipped": synced.skipped,
        "not_read": list(synced.others),
        "error": synced.error and {"what": synced.error.what, "advice": synced.error.advice},
    }
