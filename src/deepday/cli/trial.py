"""``deepday trial``: design, run and analyse a trial of deep-work days."""

from pathlib import Path
from typing import Annotated

import typer

from deepday.cli import options, show

app = typer.Typer(
    help="Try deep-work days for some weeks: days by draw, one outcome fixed before, an honest report after.",
    epilog="Example: deepday trial design, then deepday trial start",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("analyse", epilog='Example: deepday trial analyse days.csv --allowed "2 of 5" --json')
def analyse(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="CSV: week,date,arm,value; one file for each person.")
    ],
    allowed: Annotated[
        str | None,
        typer.Option("--allowed", metavar="RULE", help='What the draw could give: "2 of 5", or a file of sets.'),
    ] = None,
    draws: Annotated[
        str | None, typer.Option("--draws", metavar="exact|N", help="All assignments, or a sample of N.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the sample.")] = 0,
    column: Annotated[str, typer.Option("--column", help="The column with the value.")] = "value",
    better: Annotated[str, typer.Option("--better", metavar="lower|higher", help="Which side is good.")] = "lower",
    sesoi: Annotated[
        str, typer.Option("--sesoi", metavar="NUMBER|SHARE%", help="The smallest effect worth having.")
    ] = "15%",
    alpha: Annotated[float, typer.Option("--alpha", help="The level of the test.")] = 0.05,
    json_: options.Json = False,
) -> None:
    """Analyse days that were drawn, from files: estimate, test by the draw, interval, verdict."""
    from deepday.app.trial_analysing import AnalyseRequest, analyse_files  # noqa: PLC0415 - help does without

    asked = AnalyseRequest(tuple(files), allowed, draws, seed, column, better, sesoi, alpha)
    found, rules = analyse_files(asked)
    from deepday.report.trial_json import analysis_to_json  # noqa: PLC0415 - needs NumPy

    document = analysis_to_json(found, rules)
    if json_:
        show.print_json(document)
    else:
        for note in found.notes:
            show.say(note)
        typer.echo(f"Verdict: {found.verdict}")
        for line in document["sentences"]:
            typer.echo(line)
    if document["estimate"] is None:
        from deepday.errors import NotEnoughDataError  # noqa: PLC0415 - help does without

        raise NotEnoughDataError("There is nothing to compare.", "A trial needs days of both arms with a value.")
