"""``deepday trial``: design, run and analyse a trial of deep-work days."""

from pathlib import Path
from typing import Annotated

import typer

from deepday.cli import options, show, trial_talk
from deepday.cli import trial_options as chosen
from deepday.cli.case_options import AgreementFile, Html, Pdf
from deepday.cli.trial_talk import ChosenLanguage, Templates

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


@app.command("associate", epilog="Example: deepday trial associate weeks.csv cost deployments")
def associate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: a row for each week, in order.")],
    one: Annotated[str, typer.Argument(metavar="COLUMN")],
    other: Annotated[str, typer.Argument(metavar="COLUMN")],
    json_: options.Json = False,
) -> None:
    """Say how two weekly series move together, with a range; association only, from twelve weeks on."""
    import dataclasses  # noqa: PLC0415 - help does without

    from deepday.app.trial_analysing import associate_file  # noqa: PLC0415 - same
    from deepday.errors import NotEnoughDataError  # noqa: PLC0415 - same
    from deepday.report.trial_words import association_sentences  # noqa: PLC0415 - same

    found = associate_file(file, (one, other))
    said = association_sentences(found)
    if json_:
        show.print_json({"schema": "deepday.trial-association/1", **dataclasses.asdict(found), "sentences": said})
    if found.r is None:
        raise NotEnoughDataError(said[0], "Plot both instead, and say nothing of how they relate.")
    for line in [] if json_ else said:
        typer.echo(line)


@app.command("design", epilog="Example: deepday trial design --weeks 8 --days 2 --never Mon")
def design(
    context: typer.Context,
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    zone: options.Zone = None,
    hours: options.Hours = None,
    holidays: options.Holidays = None,
    first: chosen.First = None,
    weeks: chosen.Weeks = None,
    days: chosen.Days = None,
    sprint: chosen.Sprint = None,
    apart: chosen.Apart = None,
    never: chosen.Never = None,
    baseline: chosen.Baseline = None,
    sesoi: chosen.Sesoi = None,
    fixed: chosen.Fixed = None,
    title: chosen.Title = None,
    question: chosen.Question = None,
    goes_on: chosen.GoesOn = None,
    stops: chosen.Stops = None,
    seed: chosen.Seed = None,
    extend: chosen.Extend = None,
    outcome: chosen.Outcome = None,
    better: chosen.Better = None,
    agreement: AgreementFile = None,
    file: chosen.ProtocolFile = None,
    json_: options.Json = False,
) -> None:
    """Fix everything before the start, by what was agreed, and say what the trial can find. Nothing begins yet."""
    from deepday.app.trial_designing import design as make  # noqa: PLC0415 - help does without
    from deepday.app.trial_designing import designed_to_json  # noqa: PLC0415 - same

    asked = chosen.design_request(context)
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


@app.command("report", epilog="Example: deepday trial report --shareable --pdf trial.pdf")
def report(
    context: typer.Context,
    pdf: Pdf = None,
    html: Html = None,
    shareable: Annotated[bool, typer.Option("--shareable", help="Without single days, reasons and words.")] = False,
    wellbeing: Annotated[bool, typer.Option("--wellbeing", help="With your ratings in the shareable report.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Say what the shareable report leaves out.")] = False,
    language: ChosenLanguage = None,
    templates: Templates = None,
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    holidays: options.Holidays = None,
    json_: options.Json = False,
) -> None:
    """Report a trial that is over, to yourself or to be shared."""
    from deepday.app import trial_reporting  # noqa: PLC0415 - help does without
    from deepday.app.language import text_language  # noqa: PLC0415 - same

    faces = trial_reporting.Faces(shareable=shareable or preview, wellbeing=wellbeing)
    with show.progress() as progress:
        found = trial_reporting.report(options.request(context), faces, progress)
    if preview:
        from deepday.report.trial_result_json import LEFT_OUT  # noqa: PLC0415 - needs NumPy

        typer.echo("The shareable report leaves out:")
        for name in found.facts.left_out:
            typer.echo(f"- {LEFT_OUT[name]}")
        typer.echo("It holds:\n")
    if json_:
        from deepday.report.trial_result_json import report_to_json  # noqa: PLC0415 - only the shape asked for

        show.print_json(report_to_json(found.facts))
    elif not (pdf or html):
        typer.echo(trial_reporting.text_page(found.facts, text_language(language), templates))
    if pdf or html:
        for path in trial_reporting.write_report(found.facts, text_language(language), templates, pdf, html):
            show.say(f"Wrote {path}")


app.command("letter", epilog="Example: deepday trial letter --mail --to boss@example.org")(trial_talk.letter)
app.command("pool", epilog="Example: deepday trial pool mine hers theirs")(trial_talk.pool)
app.command("adjust", epilog="Example: deepday trial adjust --json")(trial_talk.adjust)


@app.command("templates", epilog="Example: deepday trial templates my-texts")
def templates(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the copies go; nothing is replaced.")],
) -> None:
    """Copy the texts of report and letter, to be changed."""
    from deepday.app.trial_templates import copy_templates  # noqa: PLC0415 - help does without

    for path in copy_templates(folder):
        typer.echo(path)


@app.command("export", epilog="Example: deepday trial export trial-2026")
def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder for the files.")],
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    holidays: options.Holidays = None,
    for_pooling: Annotated[
        bool, typer.Option("--for-pooling", help="You agree that it is analysed together with others' trials.")
    ] = False,
) -> None:
    """Write protocol, days and result, so that anybody can recompute it. It holds a row for each day."""
    from deepday.app.trial_reporting import export as write  # noqa: PLC0415 - help does without

    with show.progress() as progress:
        for path in write(options.request(context), folder, progress, pooling=for_pooling):
            typer.echo(path)


@app.command("verify", epilog="Example: deepday trial verify trial-2026 --hash 5f2c...")
def verify(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What deepday trial export wrote.")],
    published: Annotated[
        str | None, typer.Option("--hash", help="The protocol's hash, or the data's, as it was published.")
    ] = None,
    json_: options.Json = False,
) -> None:
    """Recompute a result from its export, and find what was changed."""
    from deepday.app.trial_reporting import verify as check  # noqa: PLC0415 - help does without

    found = check(folder, published)
    if json_:
        rows = [{"name": one.name, "holds": one.holds, "said": one.said} for one in found]
        show.print_json({"schema": "deepday.trial-verify/1", "holds": all(one.holds for one in found), "checks": rows})
    else:
        for one in found:
            typer.echo(f"{'ok  ' if one.holds else 'FAIL'} {one.said}")
    if not all(one.holds for one in found):
        raise typer.Exit(1)
