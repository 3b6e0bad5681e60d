"""``deepday erase``: delete what was read."""

from typing import Annotated

import typer

from deepday.cli import show


def erase(
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="One source, as deepday doctor names it; all without.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also where something of deepday's is still in an account.")
    ] = False,
) -> None:
    """Delete one source, or all that was read, the accounts' tokens and the backups too. The configuration stays.

    While something of deepday's is still in an account, all is erased only with --anyway: take it back before, with
    deepday restore --all. Of a connected account the primary calendar and the chat are read again by the next deepday
    sync.
    """
    from deepday.app.storing import erase_store  # noqa: PLC0415 - help does without

    what = f"the source {source!r}" if source else "all that was read, and the tokens of all connected accounts"
    if not yes and not typer.confirm(f"Delete {what}?", err=True):
        raise typer.Exit(1)
    for deleted in erase_store(source, anyway=anyway):
        show.say(f"Deleted {deleted}")
    if not source:
        show.say("Grants given at the services stay until you end them there: see docs/connect-*.md.")
