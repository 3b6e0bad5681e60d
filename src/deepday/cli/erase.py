"""``deepday erase``: delete what was imported."""

from typing import Annotated

import typer

from deepday.cli import show


def erase(
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="One source, as deepday doctor names it; all without.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete one imported source, or everything that was imported, backups too. The configuration stays."""
    from deepday.app.storing import erase_store  # noqa: PLC0415 - help does without

    what = f"the source {source!r}" if source else "everything that was imported"
    if not yes and not typer.confirm(f"Delete {what}?", err=True):
        raise typer.Exit(1)
    for deleted in erase_store(source):
        show.say(f"Deleted {deleted}")
