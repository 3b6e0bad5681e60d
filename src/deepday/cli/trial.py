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


Weekdays = Annotated[
    list[str] | None, typer.Option("--never", metavar="WEEKDAY", help="A weekday that is never drawn; repeatable.")
]


@app.command("design", epilog="Example: deepday trial design --weeks 8 --days 2 --never Mon")
def design(
    context: typer.Context,
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    zone: options.Zone = None,
    hours: options.Hours = None,
    holidays: options.Holidays = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="WEEK", help="First week; by default one with a week's notice.")
    ] = None,
    weeks: Annotated[int | None, typer.Option("--weeks", metavar="N", help="How long; by default 8.")] = None,
    days: Annotated[int | None, typer.Option("--days", metavar="K", help="Deep-work days drawn in each week.")] = None,
    apart: Annotated[bool | None, typer.Option("--apart/--together", help="Never two in a row.")] = None,
    never: Weekdays = None,
    baseline: Annotated[int | None, typer.Option("--baseline", metavar="N", help="Weeks measured before.")] = None,
    sesoi: Annotated[
        float | None, typer.Option("--sesoi", metavar="PERCENT", help="The smallest effect worth having.")
    ] = None,
    fixed: Annotated[
        list[str] | None,
        typer.Option("--fixed", metavar="WEEKDAY", help="No draw, always this weekday: cannot show an effect."),
    ] = None,
    title: Annotated[str, typer.Option("--title", help="What the report calls it.")] = "Deep-work days, a trial",
    question: Annotated[str | None, typer.Option("--question", help="What it is to answer.")] = None,
    goes_on: Annotated[
        str | None, typer.Option("--continue-if", metavar="TEXT", help="The rule agreed for going on.")
    ] = None,
    stops: Annotated[
        str | None, typer.Option("--stop-if", metavar="TEXT", help="The rule agreed for stopping.")
    ] = None,
    seed: Annotated[
        str | None, typer.Option("--seed", metavar="HEX", help="The draw's seed; by default a fresh one.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="Where the protocol is written.")] = None,
    json_: options.Json = False,
) -> None:
    """Fix everything before the start, and say what the trial can find. Nothing begins yet."""
    from deepday.app.trial_designing import QUESTION, DesignRequest, designed_to_json  # noqa: PLC0415
    from deepday.app.trial_designing import design as make  # noqa: PLC0415 - help does without

    agreed = {name: text for name, text in (("continue", goes_on), ("stop", stops)) if text}
    asked = DesignRequest(
        options.request(context),
        weeks,
        days,
        apart,
        tuple(never or ()),
        baseline,
        sesoi,
        tuple(fixed or ()),
        title,
        question or QUESTION,
        seed,
        file,
        agreed,
    )
    with show.progress() as progress:
        found = make(asked, progress)
    for note in found.notes:
        show.say(note)
    if json_:
        show.print_json(designed_to_json(found))
        return
    from deepday.report.trial_status import design_lines  # noqa: PLC0415 - only the shape asked for is loaded

    for line in design_lines(found.protocol, found.hash):
        typer.echo(line)
    show.say(f"Wrote {found.file}")


File = Annotated[
    Path | None, typer.Option("--protocol", metavar="FILE", help="The protocol's file, to be sure it is unchanged.")
]
Note = Annotated[str, typer.Option("--note", help="Your own words; they stay private.")]


@app.command("start", epilog="Example: deepday trial start --protocol trial-protocol-2026-04-13.json")
def start(context: typer.Context, file: File = None, me: options.Me = None, json_: options.Json = False) -> None:
    """Begin the designed trial. Publish the hash that it prints before the first day."""
    from deepday.app.trial_running import start as begin  # noqa: PLC0415 - help does without

    kept = begin(options.request(context), file)
    if json_:
        show.print_json(
            {"schema": "deepday.trial-start/1", "hash": kept.stored.hash, "first": str(kept.protocol.first)}
        )
        return
    typer.echo(f"The trial begins on {kept.protocol.first} and ends on {kept.protocol.last}.")
    typer.echo(f"Hash of the protocol, to publish now: {kept.stored.hash}")


@app.command("status", epilog="Example: deepday trial status")
def status(
    context: typer.Context,
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    holidays: options.Holidays = None,
    json_: options.Json = False,
) -> None:
    """Show the days of this week and the next, delivery and guardrails; the outcome only at the end."""
    from deepday.app.trial_running import status as look  # noqa: PLC0415 - help does without
    from deepday.app.trial_status import status_lines, status_to_json  # noqa: PLC0415 - same

    with show.progress() as progress:
        found = look(options.request(context), progress)
    if json_:
        show.print_json(status_to_json(found))
        return
    for line in status_lines(found):
        typer.echo(line)


Day = Annotated[str, typer.Argument(metavar="DATE", help="A date, as 2026-03-10, or today.")]


@app.command("deviation", epilog="Example: deepday trial deviation 2026-05-04 broken")
def deviation(
    context: typer.Context,
    day: Day,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="broken, sick, away, overruled or other.")],
    note: Note = "",
    me: options.Me = None,
) -> None:
    """Note that a day went otherwise than drawn. It stays what it was drawn for."""
    from deepday.app.trial_running import deviate  # noqa: PLC0415 - help does without

    deviate(options.request(context), day, kind, note)
    typer.echo(f"Noted: {day} {kind}. The day stays in its arm.")


@app.command("rate", epilog="Example: deepday trial rate today --progress 7 --strain 3")
def rate(
    context: typer.Context,
    day: Day = "today",
    progress: Annotated[int | None, typer.Option("--progress", help="Progress on what mattered, 0 to 10.")] = None,
    strain: Annotated[int | None, typer.Option("--strain", help="Strain, 0 to 10.")] = None,
    blocked: Annotated[int | None, typer.Option("--blocked", help="How often others were blocked.")] = None,
    me: options.Me = None,
) -> None:
    """Rate a day in numbers, best each evening."""
    from deepday.app.trial_running import rate as keep  # noqa: PLC0415 - help does without

    keep(options.request(context), day, {"progress": progress, "strain": strain, "blocked": blocked})
    typer.echo("Kept.")


@app.command("stop", epilog="Example: deepday trial stop --because harm")
def stop(
    context: typer.Context,
    because: Annotated[str, typer.Option("--because", metavar="harm|wish|other", help="Why.")] = "wish",
    note: Note = "",
    me: options.Me = None,
) -> None:
    """Stop the trial early. It has no verdict then, and its report says so."""
    from deepday.app.trial_running import stop as end  # noqa: PLC0415 - help does without

    kept = end(options.request(context), because, note)
    typer.echo(f"Stopped on {kept.today}. deepday trial report tells what was seen, without a verdict.")
