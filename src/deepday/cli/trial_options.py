"""What ``deepday trial design`` is asked for."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepday.cli import options

if TYPE_CHECKING:
    from deepday.app.trial_request import DesignRequest

First = Annotated[
    str | None, typer.Option("--from", metavar="WEEK", help="First week; by default one with a week's notice.")
]
Weeks = Annotated[int | None, typer.Option("--weeks", metavar="N", help="How long; by default 8.")]
Days = Annotated[int | None, typer.Option("--days", metavar="K", help="Deep-work days drawn in each week.")]
Sprint = Annotated[
    int | None, typer.Option("--sprint", metavar="N", help="Draw the days within sprints of N weeks; finds less.")
]
Apart = Annotated[bool | None, typer.Option("--apart/--together", help="Never two in a row.")]
Never = Annotated[
    list[str] | None, typer.Option("--never", metavar="WEEKDAY", help="A weekday that is never drawn; repeatable.")
]
Baseline = Annotated[int | None, typer.Option("--baseline", metavar="N", help="Weeks measured before.")]
Sesoi = Annotated[float | None, typer.Option("--sesoi", metavar="PERCENT", help="The smallest effect worth having.")]
Fixed = Annotated[
    list[str] | None,
    typer.Option("--fixed", metavar="WEEKDAY", help="No draw, always this weekday: cannot show an effect."),
]
Title = Annotated[str | None, typer.Option("--title", help="What the report calls it.")]
Question = Annotated[str | None, typer.Option("--question", help="What it is to answer.")]
GoesOn = Annotated[str | None, typer.Option("--continue-if", metavar="TEXT", help="The rule agreed for going on.")]
Stops = Annotated[str | None, typer.Option("--stop-if", metavar="TEXT", help="The rule agreed for stopping.")]
Seed = Annotated[str | None, typer.Option("--seed", metavar="HEX", help="The draw's seed; by default a fresh one.")]
Extend = Annotated[
    int | None,
    typer.Option(
        "--extend",
        metavar="N",
        help="Declare one early look after the weeks, and N more if it decides nothing; each at half the level.",
    ),
]
Outcome = Annotated[
    str | None,
    typer.Option("--outcome", metavar="NAME", help="A column of the CSV under [trial] metric; by default cost."),
]
Better = Annotated[
    str | None, typer.Option("--better", metavar="lower|higher", help="With --outcome: which side is good.")
]
ProtocolFile = Annotated[Path | None, typer.Option("--file", metavar="FILE", help="Where the protocol is written.")]


def design_request(context: typer.Context) -> "DesignRequest":
    """Return what was asked for."""
    from deepday.app.trial_request import DesignRequest  # noqa: PLC0415 - help does without
    from deepday.trial.protocol import QUESTION, TITLE  # noqa: PLC0415 - same

    given = context.params
    rules = (("continue", given["goes_on"]), ("stop", given["stops"]))
    same = ("weeks", "days", "apart", "baseline", "sesoi", "seed", "file", "agreement", "extend", "outcome", "better")
    return DesignRequest(
        options.request(context),
        never=tuple(given["never"] or ()),
        fixed=tuple(given["fixed"] or ()),
        title=given["title"] or TITLE,
        question=given["question"] or QUESTION,
        agreed={name: text for name, text in rules if text},
        sprint=given["sprint"],
        **{name: given[name] for name in same},
    )
