"""``deepday diff``, ``apply``, ``status``, ``restore``: what is shown to colleagues on deep-work days."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from deepday.report.protect_view import Outcome, ShownChange, ShownDiff

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
        raise typer.Exit(4 if found.reconnect else 1)


def apply(
    yes: Yes = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also what is refused for being much at once, or at short notice.")
    ] = False,
    json_: Json = False,
) -> None:
    """Make the changes that deepday diff shows, after asking; are they others by your answer, it asks again."""
    from deepday.app.protect_actions import apply as make  # noqa: PLC0415 - help does without

    asked = False

    def agreed(found: "ShownDiff") -> bool:
        nonlocal asked
        if asked:
            show.say("The changes are others now than those you looked at:")
        if not json_:
            _show_diff(found)
        asked = True
        return yes or _asked("Make these changes?")

    with show.progress() as progress:
        done = make(agreed, progress, force=force, again=not yes)
    end(done, "deepday.apply/1", json_=json_)


def restore(
    dates: Annotated[list[str] | None, typer.Argument(metavar="DATE", help="Days to take back, as 2026-03-10.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything that was ever written, on every account.")] = False,
    yes: Yes = False,
    json_: Json = False,
) -> None:
    """Take back what deepday wrote and is still its own; with --all everything, and look a second time.

    What people changed meanwhile is theirs, and stays. Without dates and --all: what is on now.
    """
    from deepday.app import protect_deciding  # noqa: PLC0415 - help does without
    from deepday.errors import InputError  # noqa: PLC0415 - same

    if all_ and dates:
        raise InputError("--all takes back every day.", "Leave the dates out, or leave --all out.")

    def agreed(listed: "Sequence[ShownChange]", zone: "ZoneInfo") -> bool:
        from deepday.report.protect_terminal import taking_back_lines  # noqa: PLC0415 - help does without

        if not json_:
            show.lines(taking_back_lines(listed, zone))
        return yes or _asked("Take this back?")

    with show.progress() as progress:
        if all_:
            done = protect_deciding.restore_all(agreed, progress)
        else:
            done = protect_deciding.restore_days(dates or (), agreed)
    end(done, "deepday.restore/1", json_=json_)


def status(json_: Json = False) -> None:
    """Say what is on, until when, who covers, and what is not known.

    No account is asked. Leaves with 1 when something is wrong, with 4 when an account must be connected again.
    """
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

        raise InputError("Nobody is here to answer.", "Look at what is listed, then give --yes.")
    return typer.confirm(question, err=True)


def _show_diff(found: "ShownDiff") -> None:
    from deepday.report.protect_terminal import diff_lines  # noqa: PLC0415 - help does without

    show.lines(diff_lines(found))


def end(done: "Outcome | None", schema: str, *, json_: bool) -> None:
    """Show what was done, and leave with 1 where something is left, or 4 where an account must be connected again."""
    from deepday.report.protect_terminal import outcome_lines  # noqa: PLC0415 - help does without
    from deepday.report.protect_view import outcome_json  # noqa: PLC0415 - same

    if done is None:
        show.say("Nothing was changed.")
        raise typer.Exit(1)
    if json_:
        show.print_json(outcome_json(schema, done))
    else:
        show.lines(outcome_lines(done))
    if done.left or done.refused:
        raise typer.Exit(4 if done.reconnect else 1)
