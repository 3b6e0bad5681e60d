"""``deepday erase``: delete what was read."""

from typing import Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Person


def erase(
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="One source, as deepday doctor names it; all without.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also where something of deepday's is still in an account.")
    ] = False,
    person: Person = None,
    backups: Annotated[
        bool, typer.Option("--backups", help="With --person: delete the copies beside the store, and make a new one.")
    ] = False,
) -> None:
    """Delete one source, or all that was read, the accounts' tokens and the backups too. The configuration stays.

    While something of deepday's is still in an account, all is erased only with --anyway: take it back before, with
    deepday restore --all. Of a connected account the primary calendar and the chat are read again by the next deepday
    sync.

    With --person somebody else is erased: a stand-in takes the place of their names, and what they asked is deleted;
    counts and instants stay, so that every proof still holds. It leaves with exit code 1 while something still names
    them, and says what. deepday serve must not run.
    """
    if person:
        if source or anyway:
            raise typer.BadParameter("--person goes with neither SOURCE nor --anyway.")
        _erase_person(person, yes=yes, backups=backups)
        return
    if backups:
        raise typer.BadParameter("--backups goes with --person; deepday erase deletes all backups beside the store.")
    from deepday.app.storing import erase_store  # noqa: PLC0415 - help does without

    what = f"the source {source!r}" if source else "all that was read, and the tokens of all connected accounts"
    if not yes and not typer.confirm(f"Delete {what}?", err=True):
        raise typer.Exit(1)
    for deleted in erase_store(source, anyway=anyway):
        show.say(f"Deleted {deleted}")
    if not source:
        show.say("Grants at the services stay, unless deepday revoke-all ended them before: see docs/connect-*.md.")


def _erase_person(names: list[str], *, yes: bool, backups: bool) -> None:
    from deepday.app.third_person import erase_person, look_for  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same

    clock = SystemClock()
    number = look_for(names, clock)
    if not yes and not typer.confirm(f"Erase {', '.join(names)} from {number} rows?", err=True):
        raise typer.Exit(1)
    done = erase_person(names, clock, with_backups=backups)
    for table, number in done.rows.items():
        show.say(f"Erased from {number} {'row' if number == 1 else 'rows'} of {table}")
    for one in done.left:
        show.say(f"Still there: {one}")
    if done.left:
        raise typer.Exit(1)
