"""``deepday measure``: the week's interruption cost, with its range."""

from pathlib import Path
from typing import Annotated

import typer

from deepday.cli import options, show


def measure(
    context: typer.Context,
    calendar: options.Calendars = None,
    more: options.MoreCalendars = None,
    slack_export: options.SlackExport = None,
    me: options.Me = None,
    slack_user: options.SlackUser = None,
    first: options.First = None,
    last: options.Last = None,
    zone: options.Zone = None,
    hours: options.Hours = None,
    holidays: options.Holidays = None,
    resumption_lag: options.Lag = None,
    burst_gap: options.BurstGap = None,
    count_tentative: options.CountTentative = False,
    preset: options.Preset = None,
    hourly_rate: options.Rate = None,
    titles: options.Titles = False,
    json_: options.Json = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the report as a page.")] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write days, and FILE-weeks, as CSV.")
    ] = None,
    shareable: Annotated[bool, typer.Option("--shareable", help="Aggregates only; says what is left out.")] = False,
) -> None:
    """Measure what interruptions cost, from files or from what was imported.

    With files nothing is read from or written to the store.
    """
    from deepday.app import measuring  # noqa: PLC0415 - help does without

    ledger = html is not None or not (json_ or csv)
    with show.progress() as progress:
        outcome = measuring.measure_period(options.request(context), progress, ledger=ledger)
    if json_:
        show.print_json(measuring.as_json(outcome.measurement, shareable=shareable))
    elif not (html or csv):
        measuring.as_terminal(outcome.measurement, show.console(), shareable=shareable)
    for written in measuring.write_files(outcome.measurement, html, csv, shareable=shareable):
        show.say(f"Wrote {written}")
    if json_ or html or csv:
        for note in outcome.measurement.notes:
            show.say(note)
    if outcome.problem:
        raise outcome.problem
