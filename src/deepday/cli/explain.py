"""``deepday explain``: the minutes behind one number."""

from typing import Annotated

import typer

from deepday.cli import options, show


def explain(
    context: typer.Context,
    when: Annotated[str, typer.Argument(metavar="DATE|WEEK", help="2026-03-10 or 2026-W11.")],
    metric: Annotated[
        str | None, typer.Argument(metavar="[METRIC]", help="One figure, such as cost, meeting or focus120.")
    ] = None,
    calendar: options.Calendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    slack_user: options.SlackUser = None,
    zone: options.Zone = None,
    hours: options.Hours = None,
    holidays: options.Holidays = None,
    resumption_lag: options.Lag = None,
    burst_gap: options.BurstGap = None,
    count_tentative: options.CountTentative = False,
    preset: options.Preset = None,
    titles: options.Titles = False,
    json_: options.Json = False,
) -> None:
    """Show what each minute of working time was, and which events stand behind it."""
    from deepday.app.explaining import explain_period  # noqa: PLC0415 - help does without

    with show.progress() as progress:
        measurement = explain_period(options.request(context), when, progress)
    if json_:
        from deepday.report.json_view import ledger_to_json  # noqa: PLC0415

        show.print_json(ledger_to_json(measurement, metric))
        return
    from deepday.report.terminal import render_explain  # noqa: PLC0415

    render_explain(measurement, show.console(), metric)
