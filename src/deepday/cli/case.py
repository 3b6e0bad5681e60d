"""``deepday case``: make the case for deep-work days, or for relief, from one's own data."""

from pathlib import Path
from typing import Annotated

import typer

from deepday.cli import case_keep, case_talk, options, show
from deepday.cli.case_options import (
    AgreementFile,
    Html,
    Language,
    Names,
    Pdf,
    Seed,
    Situation,
    Tasks,
    Templates,
    Wellbeing,
    made_of,
)
from deepday.cli.case_shown import show_text

app = typer.Typer(
    help="Make the case: a brief, a conversation, a task list, a mail, a check-in, all from your own data.",
    epilog="Example: deepday case brief --calendar me.ics --slack-export export.zip --me you@example.com",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@app.callback()
def case(context: typer.Context) -> None:
    """Say what there is to make a case from, and what to do next."""
    if context.invoked_subcommand is not None:
        return
    from deepday.app.case_overview import overview  # noqa: PLC0415 - help does without

    console = show.console()
    for line in overview():
        console.print(line, markup=False)


@app.command("brief", epilog="Example: deepday case brief --tasks tasks.toml --pdf brief.pdf")
def brief(
    context: typer.Context,
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    slack_user: options.SlackUser = None,
    first: options.First = None,
    last: options.Last = None,
    zone: options.Zone = None,
    hours: options.Hours = None,
    holidays: options.Holidays = None,
    tasks: Tasks = None,
    agreement: AgreementFile = None,
    language: Language = None,
    templates: Templates = None,
    names: Names = False,
    share_wellbeing: Wellbeing = False,
    seed: Seed = 1,
    html: Html = None,
    pdf: Pdf = None,
    json_: options.Json = False,
) -> None:
    """One page for the manager: the problem with its range, the proposal, urgent requests, the trial, the exit."""
    show_text(made_of(context), "brief.md", "deepday.case-brief/1", html=html, pdf=pdf, json_=json_)


@app.command("script", epilog="Example: deepday case script --situation overload --tasks tasks.csv")
def script(
    context: typer.Context,
    situation: Situation = "deep-work",
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    slack_user: options.SlackUser = None,
    first: options.First = None,
    last: options.Last = None,
    zone: options.Zone = None,
    hours: options.Hours = None,
    holidays: options.Holidays = None,
    tasks: Tasks = None,
    metrics: Annotated[
        list[Path] | None,
        typer.Option("--metrics", metavar="FILE", help="CSV of a metric, beside interruptions; repeatable."),
    ] = None,
    agreement: AgreementFile = None,
    language: Language = None,
    templates: Templates = None,
    names: Names = False,
    share_wellbeing: Wellbeing = False,
    seed: Seed = 1,
    html: Html = None,
    json_: options.Json = False,
) -> None:
    """The conversation: opening, likely objections with answers from your own figures, alternatives, a fallback."""
    made = made_of(context)
    show_text(made, f"script-{situation}.md", "deepday.case-script/1", html=html, json_=json_)


@app.command("tasks", epilog="Example: deepday case tasks jira.csv --keep")
def tasks(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="TOML, CSV, or a tracker's CSV export.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the list, sealed, for the other commands.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Delete the list that is kept.")] = False,
    language: Language = None,
    templates: Templates = None,
    html: Html = None,
    names: Names = False,
    json_: options.Json = False,
) -> None:
    """Your tasks by your own estimates: what takes how long, and what could be handed over or done later."""
    from deepday.app.case_making import CaseRequest, make_case_of_tasks  # noqa: PLC0415 - help does without
    from deepday.app.case_tasks import forget_tasks, keep_tasks, task_to_plain  # noqa: PLC0415
    from deepday.clock import SystemClock  # noqa: PLC0415
    from deepday.errors import InputError  # noqa: PLC0415

    if forget:
        if file or keep:
            raise InputError("--forget deletes the list that is kept; a file makes no sense with it.", "Leave it out.")
        show.say("Deleted." if forget_tasks(SystemClock()) else "No list was kept.")
        return
    made = make_case_of_tasks(CaseRequest(tasks=file, language=language, templates=templates, names=names or not html))
    if keep:
        if not file:
            raise InputError("There is no file to keep.", "Give one: deepday case tasks FILE --keep")
        keep_tasks(made.case.tasks, made.case.tasks_from, SystemClock())
        show.say(f"Kept {len(made.case.tasks)} tasks, sealed, in the place of those before.")
    rows = [task_to_plain(task) for task in made.case.tasks]
    show_text(made, "tasks.md", "deepday.case-tasks/1", html=html, json_=json_, more={"tasks": rows})


@app.command("benefit", epilog="Example: deepday case benefit --tasks tasks.toml")
def benefit(
    context: typer.Context,
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    slack_user: options.SlackUser = None,
    first: options.First = None,
    last: options.Last = None,
    zone: options.Zone = None,
    hours: options.Hours = None,
    holidays: options.Holidays = None,
    tasks: Tasks = None,
    agreement: AgreementFile = None,
    language: Language = None,
    templates: Templates = None,
    seed: Seed = 1,
    html: Html = None,
    json_: options.Json = False,
) -> None:
    """When the critical work would be done: in weeks like your measured ones, and with deep-work days in them."""
    from deepday.report.case_json import forecast_to_json  # noqa: PLC0415 - help does without

    made = made_of(context)
    more = {"forecast": forecast_to_json(made.case.forecast)}
    show_text(made, "benefit.md", "deepday.case-benefit/1", html=html, json_=json_, more=more)


app.command("metrics", epilog="Example: deepday case metrics deploys.csv --from 2026-W01")(case_keep.metrics)
app.command("log", epilog='Example: deepday case log "Two releases at once" --sleep 5 --focus 3 --strain 7')(
    case_keep.log
)
app.command("meeting", epilog="Example: deepday case meeting --with-calendar boss.ics --ics talk.ics")(
    case_talk.meeting
)
app.command("agreement", epilog="Example: deepday case agreement --write --days 1 --per week")(case_keep.agreement_)
app.command(
    "mail", epilog='Example: deepday case mail --to boss@example.org --action "Name a point person; Grace; 2026-05-20"'
)(case_talk.mail)
app.command("check-in", epilog="Example: deepday case check-in --in-weeks 3 --ics check-in.ics")(case_talk.check_in)
app.command("check", epilog="Example: deepday case check my-mail.txt")(case_keep.check)
app.command("templates", epilog="Example: deepday case templates --copy my-templates")(case_keep.templates_)
