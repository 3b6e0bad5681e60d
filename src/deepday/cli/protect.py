"""``deepday diff``, ``apply``, ``status``, ``restore``: what is shown to colleagues on deep-work days."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json

if TYPE_CHECKING:
    from deepday.report.protect_view import Outcome, ShownDiff

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def diff(json_: Json = False) -> None:
    """Show what would change, on which service, before and after, and why. Nothing is written."""
    from deepday.app.protect_actions import diff as find  # noqa: PLC0415 - help does without
    from deepday.report.protect_view import diff_json  # noqa: PLC0415 - same

    found = find()
    if json_:
        show.print_json(diff_json(found))
    else:
        _show_diff(found)
    if found.unknown:
        raise typer.Exit(1)


def apply(
    yes: Yes = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also what is refused for being much at once, or at short notice.")
    ] = False,
    json_: Json = False,
) -> None:
    """Make the changes that deepday diff shows, after asking."""
    from deepday.app.protect_actions import apply as make  # noqa: PLC0415 - help does without

    def agreed(found: "ShownDiff") -> bool:
        if not json_:
            _show_diff(found)
        return yes or _asked("Make these changes?")

    with show.progress() as progress:
        done = make(agreed, progress, force=force)
    if done is None:
        show.say("Nothing was changed.")
        raise typer.Exit(1)
    _end(done, json_=json_, schema="deepday.apply/1")


def restore(
    all_: Annotated[bool, typer.Option("--all", help="Everything that was ever written.")] = False,
    yes: Yes = False,
    json_: Json = False,
) -> None:
    """Take back what deepday wrote and is still its own, and look a second time."""
    from deepday.app.protect_actions import restore_all  # noqa: PLC0415 - help does without

    del all_
    if not (yes or _asked("Take everything back?")):
        show.say("Nothing was changed.")
        raise typer.Exit(1)
    with show.progress() as progress:
        done = restore_all(progress)
    _end(done, json_=json_, schema="deepday.restore/1")


def status(json_: Json = False) -> None:
    """Say what is on, until when, who covers, and what is not known. Leaves with 1 when something is wrong."""
    from deepday.app.protect_status import status as find  # noqa: PLC0415 - help does without
    from deepday.report.protect_terminal import status_lines  # noqa: PLC0415 - same
    from deepday.report.protect_view import status_json  # noqa: PLC0415 - same

    found = find()
    if json_:
        show.print_json(status_json(found))
    else:
        show.lines(status_lines(found))
    if found.trouble:
        raise typer.Exit(4 if found.reconnect else 1)


def _asked(question: str) -> bool:
    if not sys.stdin.isatty():
        from deepday.errors import InputError  # noqa: PLC0415 - help does without

        raise InputError("Nobody is here to answer.", "Look with deepday diff, then give --yes.")
    return typer.confirm(question, err=True)


def _show_diff(found: "ShownDiff") -> None:
    from deepday.report.protect_terminal import diff_lines  # noqa: PLC0415 - help does without

    show.lines(diff_lines(found))


def _end(done: "Outcome", *, json_: bool, schema: str) -> None:
    from deepday.report.protect_terminal import outcome_lines  # noqa: PLC0415 - help does without
    from deepday.report.protect_view import outcome_json  # noqa: PLC0415 - same

    if json_:
        show.print_json(outcome_json(schema, done))
    else:
        show.lines(outcome_lines(done))
    if done.left or done.refused:
        raise typer.Exit(4 if done.reconnect else 1)
