"""``deepday team``: weekly figures of a team, made of those who agreed, and never of few."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from deepday.cli import show
from deepday.cli.options import Json

app = typer.Typer(
    help="Weekly means over a team, of those who agreed; never of fewer than ten people.",
    epilog="Example: deepday team share on, then deepday team report platform",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class Answer(StrEnum):
    """Whether somebody agrees."""

    ON = "on"
    OFF = "off"


@app.command("share", epilog="Example: deepday team share on")
def share(
    answer: Annotated[Answer, typer.Argument(help="on: count in your team's weekly means. off: no longer.")],
    json_: Json = False,
) -> None:
    """Agree that your weekly figures count in your team's means, or take that back.

    Nobody sees your own figures. What you gave is deleted with "off"; what was published before stays.
    """
    from deepday.app import teaming  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same

    yes = answer is Answer.ON
    team = teaming.share(SystemClock(), yes=yes)
    if json_:
        show.print_json({"schema": "deepday.team.share/1", "team": team, "on": yes})
    else:
        show.say(f"Your weeks count in the means of {team}." if yes else f"Your weeks do not count in {team} any more.")


@app.command("report", epilog="Example: deepday team report platform")
def report(
    team: Annotated[str, typer.Argument(help="The team's name.")],
    json_: Json = False,
) -> None:
    """Show the weekly means of a team, in hours for each person who agreed.

    Each is published once; it is held back where it could tell of one person.
    """
    from deepday.app import teaming  # noqa: PLC0415 - help does without
    from deepday.clock import SystemClock  # noqa: PLC0415 - same

    found = teaming.report(team, SystemClock())
    rows = [(date.fromordinal(one.week).isoformat(), one.figure, one.value) for one in found.rows]
    if json_:
        listed = [{"week": week, "figure": figure, "minutes": value} for week, figure, value in rows]
        show.print_json({"schema": "deepday.team.report/1", "team": team, "figures": listed})
        return
    show.lines(
        f"{week}  {teaming.FIGURES[figure]:<40} {'held back' if value is None else f'{value / 60:6.2f} h'}"
        for week, figure, value in rows
    )
