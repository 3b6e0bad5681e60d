"""``deepday trial letter`` and ``adjust``: what is said of a trial beside its report."""

from pathlib import Path
from typing import Annotated

import typer

from deepday.cli import options, show
from deepday.cli.case_options import Html, Pdf, To

Templates = Annotated[
    Path | None, typer.Option("--templates", metavar="FOLDER", help="Your own copies of the report's texts.")
]
ChosenLanguage = Annotated[
    str | None,
    typer.Option("--language", metavar="CODE", help="en, de, or one of your own templates; by default as set."),
]


def letter(
    context: typer.Context,
    html: Html = None,
    mail: Annotated[
        bool, typer.Option("--mail", help="Hand it to the server under [smtp], after a preview and a question.")
    ] = False,
    to: To = None,
    yes: Annotated[bool, typer.Option("--yes", help="With --mail: do not ask.")] = False,
    wellbeing: Annotated[
        bool, typer.Option("--wellbeing", help="With how you rated strain; by default without.")
    ] = False,
    language: ChosenLanguage = None,
    templates: Templates = None,
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    holidays: options.Holidays = None,
    json_: options.Json = False,
) -> None:
    """This week's letter on the running trial: delivery and costs, no outcome. Nothing is sent without --mail."""
    from deepday.app.trial_designing import write_private  # noqa: PLC0415 - help does without
    from deepday.app.trial_running import status as look  # noqa: PLC0415 - same
    from deepday.app.trial_status import letter as write  # noqa: PLC0415 - same
    from deepday.app.trial_status import letter_mail  # noqa: PLC0415 - same

    request = options.request(context)
    with show.progress() as progress:
        made = write(look(request, progress), language, templates, wellbeing=wellbeing)
    if json_:
        show.print_json(
            {"schema": "deepday.trial-letter/1", "subject": made.subject, "text": made.text, "html": made.html}
        )
    elif not (html or mail):
        typer.echo(f"{made.subject}\n\n{made.text}")
    if html:
        write_private(html, made.html)
        show.say(f"Wrote {html}")
    if mail:
        from deepday.cli.mailing import preview, send_after_question  # noqa: PLC0415 - help does without
        from deepday.config.load import load_settings  # noqa: PLC0415 - same

        message = letter_mail(made, request, to or ())
        if not json_:
            preview(message)
        send_after_question(message, load_settings().smtp, yes=yes)


def adjust(
    context: typer.Context,
    language: ChosenLanguage = None,
    templates: Templates = None,
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    holidays: options.Holidays = None,
    json_: options.Json = False,
) -> None:
    """Say what to change next by the rules agreed: how often, which days, when messages are looked at.

    While the trial goes on this rests on delivery and costs alone.
    """
    from deepday.app import trial_adjusting  # noqa: PLC0415 - help does without

    with show.progress() as progress:
        found = trial_adjusting.adjust(options.request(context), progress)
    if json_:
        show.print_json(trial_adjusting.adjusted_to_json(found))
    else:
        typer.echo(trial_adjusting.adjusted_text(found, language, templates))


def pool(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Exports made with --for-pooling.")],
    shareable: Annotated[
        bool, typer.Option("--shareable", help="For others than those who took part: rounded, from --k people on.")
    ] = False,
    k: Annotated[int, typer.Option("--k", metavar="N", help="How many people that takes; never fewer than 5.")] = 10,
    pdf: Pdf = None,
    html: Html = None,
    language: ChosenLanguage = None,
    templates: Templates = None,
    json_: options.Json = False,
) -> None:
    """Analyse several people's trials together, by their consent; without names, days or single results."""
    from deepday.app.language import text_language  # noqa: PLC0415 - help does without
    from deepday.app.trial_pooling import pool_exports, pooled_to_json, write_pooled  # noqa: PLC0415 - help does without
    from deepday.errors import NotEnoughDataError  # noqa: PLC0415 - same

    found = pool_exports(folders, shareable=shareable, k=k)
    document = pooled_to_json(found)
    if json_:
        show.print_json(document)
    elif not (pdf or html):
        typer.echo(f"{found.people} people together. Verdict: {document['verdict']}")
        for line in document["sentences"]:
            typer.echo(line)
    if pdf or html:
        for path in write_pooled(found, text_language(language), templates, pdf, html):
            show.say(f"Wrote {path}")
    if document["estimate"] is None:
        raise NotEnoughDataError("There is nothing to compare.", "A trial needs days of both arms with a value.")
