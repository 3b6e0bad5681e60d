"""``deepday case metrics``, ``log``, ``agreement``, ``check`` and ``templates``: what is read, kept and agreed."""

from pathlib import Path
from typing import Annotated, Any

import typer

from deepday.cli import options, show
from deepday.cli.case_options import Html, Language, Templates
from deepday.cli.case_shown import findings_to_show, show_text


def metrics(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="CSV by week or date; or created and resolved.")
    ] = None,
    mlflow: Annotated[
        Path | None, typer.Option("--mlflow", metavar="PATH", help="MLflow's folder mlruns, or its mlflow.db.")
    ] = None,
    mlflow_metric: Annotated[
        str | None, typer.Option("--mlflow-metric", metavar="NAME", help="Which of its metrics.")
    ] = None,
    git: Annotated[
        Path | None, typer.Option("--git", metavar="PATH", help="A checkout: your commits, or tags.")
    ] = None,
    tags: Annotated[
        str | None, typer.Option("--tags", metavar="PATTERN", help='With --git: tags that are deployments, "v*".')
    ] = None,
    against: Annotated[
        str, typer.Option("--against", metavar="WORKLOAD", help="cost, meeting, focus120 or after_hours.")
    ] = "cost",
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    slack_user: options.SlackUser = None,
    first: options.First = None,
    last: options.Last = None,
    zone: options.Zone = None,
    hours: options.Hours = None,
    holidays: options.Holidays = None,
    language: Language = None,
    templates: Templates = None,
    html: Html = None,
    json_: options.Json = False,
) -> None:
    """Performance beside workload, week by week. Association only: what drives which is not said.

    Choose metrics and workload before you look; among many pairs some move together by chance.
    """
    from deepday.app.case_comparing import MetricRequest, compare  # noqa: PLC0415 - help does without
    from deepday.report.case_charts import metric_charts  # noqa: PLC0415
    from deepday.report.case_json import associations_to_json  # noqa: PLC0415

    asked = MetricRequest(tuple(files or ()), mlflow, mlflow_metric, git, tags, against)
    with show.progress() as progress:
        made = compare(options.request(context), asked, language, templates, progress)
    more: dict[str, object] = {"metrics": associations_to_json(made.case.metrics)}
    charts = metric_charts(made.case.metrics, made.language)
    show_text(made, "metrics.md", "deepday.case-metrics/1", html=html, json_=json_, more=more, charts=charts)


def log(
    text: Annotated[str, typer.Argument(metavar="[LINE]", help="One line; it stays private.")] = "",
    sleep: Annotated[int | None, typer.Option("--sleep", metavar="0-10", min=0, max=10, help="10: very good.")] = None,
    focus: Annotated[int | None, typer.Option("--focus", metavar="0-10", min=0, max=10, help="10: very good.")] = None,
    strain: Annotated[
        int | None, typer.Option("--strain", metavar="0-10", min=0, max=10, help="10: very high.")
    ] = None,
    date: Annotated[str | None, typer.Option("--date", metavar="DATE", help="Of which day; by default today.")] = None,
    delete: Annotated[str | None, typer.Option("--delete", metavar="DATE|all", help="Delete a day's note.")] = None,
    json_: options.Json = False,
) -> None:
    """Note how you are: one line a day, and three answers from 0 to 10. Kept sealed; nobody sees it unless you choose.

    Without a line and answers the notes are shown.
    """
    from deepday.app.case_evidence import own_date  # noqa: PLC0415
    from deepday.app.case_log import delete_notes, read_notes, write_note  # noqa: PLC0415 - help does without
    from deepday.app.period import parse_dates  # noqa: PLC0415
    from deepday.case.wellbeing import Note  # noqa: PLC0415
    from deepday.clock import SystemClock  # noqa: PLC0415
    from deepday.report.case_log import notes_to_json, render_notes  # noqa: PLC0415

    clock = SystemClock()
    if delete is not None:
        count = delete_notes(None if delete == "all" else parse_dates(delete)[0], clock)
        show.say(f"Deleted {count} {'note' if count == 1 else 'notes'}.")
        return
    if text or any(value is not None for value in (sleep, focus, strain)) or date:
        day = parse_dates(date)[0] if date else own_date(clock)
        replaced = write_note(Note(day, text.strip(), sleep, focus, strain), clock)
        show.say(f"Noted for {day}{', in the place of what was there' if replaced else ''}. It stays private.")
        return
    notes = read_notes(clock)
    if json_:
        show.print_json(notes_to_json(notes))
        return
    render_notes(notes, show.console())


def agreement_(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="By default beside the settings.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Write it, with what is given below changed.")] = False,
    days: Annotated[
        int | None, typer.Option("--days", metavar="K", help="Deep-work days in each week or sprint.")
    ] = None,
    per: Annotated[str | None, typer.Option("--per", metavar="UNIT", help="week or sprint.")] = None,
    sprint_weeks: Annotated[int | None, typer.Option("--sprint-weeks", metavar="N", help="Weeks of a sprint.")] = None,
    trial_weeks: Annotated[int | None, typer.Option("--trial-weeks", metavar="N", help="Weeks of the trial.")] = None,
    start: Annotated[str | None, typer.Option("--start", metavar="DATE", help="First day of the trial.")] = None,
    check_in: Annotated[str | None, typer.Option("--check-in", metavar="DATE", help="When you look at it.")] = None,
    point_person: Annotated[str | None, typer.Option("--point-person", metavar="EMAIL", help="Who covers.")] = None,
    backup: Annotated[str | None, typer.Option("--backup", metavar="EMAIL", help="Who stands behind them.")] = None,
    urgent_path: Annotated[
        str | None, typer.Option("--urgent-path", metavar="TEXT", help="How they are reached.")
    ] = None,
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="WHICH", help="interruption_cost or named: what it is judged by.")
    ] = None,
    outcome_name: Annotated[
        str | None, typer.Option("--outcome-name", metavar="NAME", help="With --outcome named: its column in your CSV.")
    ] = None,
    outcome_better: Annotated[
        str | None, typer.Option("--outcome-better", metavar="lower|higher", help="With it: which side is good.")
    ] = None,
    exit_rule: Annotated[str | None, typer.Option("--exit", metavar="TEXT", help="What ends it, in words.")] = None,
    agreed_on: Annotated[
        str | None, typer.Option("--agreed-on", metavar="DATE", help="When it was agreed; without it is a proposal.")
    ] = None,
    names: Annotated[bool, typer.Option("--names/--no-names", help="Show other people's names.")] = True,
    language: Language = None,
    templates: Templates = None,
    html: Html = None,
    json_: options.Json = False,
) -> None:
    """What was agreed, as data: planner, trial and reports take it from there. Shows it, checks it, writes it."""
    from deepday.app.case_agreement import read_or_write  # noqa: PLC0415 - help does without
    from deepday.app.case_making import CaseRequest, make_case_of_tasks  # noqa: PLC0415
    from deepday.report.case_json import agreement_to_json  # noqa: PLC0415

    given: dict[str, Any] = {
        name: context.params[name]
        for name in (
            *("days", "per", "sprint_weeks", "trial_weeks", "start", "check_in", "point_person", "backup"),
            *("urgent_path", "outcome", "outcome_name", "outcome_better", "exit_rule", "agreed_on"),
        )
        if context.params[name] is not None
    }
    path, said = read_or_write(file, given, write=write)
    for line in said:
        show.say(line)
    made = make_case_of_tasks(CaseRequest(agreement=path, language=language, templates=templates, names=names))
    more = {"agreement": agreement_to_json(made.case.agreement)}
    show_text(made, "agreement.md", "deepday.case-agreement/1", html=html, json_=json_, more=more)


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Texts of your own, in English or German.")],
    json_: options.Json = False,
) -> None:
    """Warn of accusation, exaggeration and claims that cannot be kept, each with a better sentence. Exit 1 if any.

    The check knows words, not meaning: it may warn of a sentence that is all right, and miss one that is not.
    """
    from deepday.app.case_agreement import read_own_text  # noqa: PLC0415 - help does without
    from deepday.case.tone import check_tone  # noqa: PLC0415

    found = [(path, one) for path in files for one in check_tone(read_own_text(path))]
    if json_:
        show.print_json({"schema": "deepday.case-check/1", "findings": findings_to_show(found)})
    else:
        console = show.console()
        for path, one in found:
            console.print(f"{path}:{one.line}: {one.kind}: {one.sentence}", markup=False)
            console.print(f"  why: {one.why}\n  say: {one.better}", markup=False)
        console.print(
            f"{len(found)} {'sentence' if len(found) == 1 else 'sentences'} to reconsider."
            if found
            else "Nothing to reconsider was found.",
            markup=False,
        )
    if found:
        raise typer.Exit(1)


def templates_(
    copy: Annotated[
        Path | None, typer.Option("--copy", metavar="DIR", help="Copy all templates, to change them.")
    ] = None,
    check_: Annotated[Path | None, typer.Option("--check", metavar="DIR", help="Check your own templates.")] = None,
    json_: options.Json = False,
) -> None:
    """List the templates and their placeholders; copy them; check your own, with file and line."""
    from deepday.app.case_agreement import check_templates, copy_templates  # noqa: PLC0415 - help does without
    from deepday.report.case_context import PLACEHOLDERS  # noqa: PLC0415
    from deepday.report.case_text import template_names  # noqa: PLC0415

    if copy is not None:
        for path in copy_templates(copy):
            show.say(f"Wrote {path}")
        show.say(f'Use them: --templates {copy}, or templates = "{copy.resolve()}" under [case] in the settings.')
        return
    if check_ is not None:
        show.say(check_templates(check_))
        return
    if json_:
        show.print_json(
            {
                "schema": "deepday.case-templates/1",
                "templates": template_names(),
                "placeholders": dict(PLACEHOLDERS),
            }
        )
        return
    console = show.console()
    console.print(f"Templates: {', '.join(template_names())}\n\nPlaceholders:", markup=False)
    width = max(map(len, PLACEHOLDERS))
    for name, meaning in PLACEHOLDERS.items():
        console.print(f"  {name:<{width}}  {meaning}", markup=False)
