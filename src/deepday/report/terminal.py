"""The terminal's face: tables, a strip of each day, and the minutes behind a figure. Needs rich."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from deepday.measure.result import DayLedger, Measurement, Span, State
from deepday.report.explain import (
    DIRECTED,
    OVERLAYS,
    STATE_NAMES,
    DayExplained,
    Explanation,
    Row,
    explain,
    not_observed,
    totals,
    worked,
)
from deepday.report.minutes import cause_of, sum_of, time_of
from deepday.report.strip import FRAGMENTED, INTERRUPTION, LEGEND, MEETING, QUIET, Glyph, axis_for, ruler, strip
from deepday.report.tables import Column, Kind, Table, days_shown
from deepday.report.tables import Row as TableRow
from deepday.report.view import View, view_of
from deepday.report.wall import wall_day
from deepday.report.words import day_name, duration, exactly, plain

_NAME_WIDTH = 11
_STATE_STYLES = {
    State.MEETING: MEETING.style,
    State.FOCUS: QUIET.style,
    State.FRAGMENTED: FRAGMENTED.style,
    State.INTERRUPTED: INTERRUPTION.style,
}


def render(measurement: Measurement, console: Console, *, shareable: bool = False) -> None:
    """Print the report. ``shareable`` leaves out everything that shows single days, and lists what was left out."""
    view = view_of(measurement, shareable=shareable)
    console.print(_text(view.headline, style="bold"))
    console.print(_text(f"{view.period}, times in {measurement.zone}", style="dim"))
    for table in view.tables:
        _print_table(table, console)
    if not shareable:
        _print_strips(measurement, console)
    _print_remarks(view, console)


def render_explain(measurement: Measurement, console: Console, metric: str | None = None) -> None:
    """Print the minutes of one day or one week, or those of them that make up one metric, with their sum.

    Raises :class:`InputError` for what is no metric.
    """
    if metric is None:
        for ledger in measurement.ledgers:
            _print_day(ledger, console)
            _print_rows(ledger, ledger.spans, console, overlays=True)
        _print_totals(measurement.ledgers, console)
        return
    explanation = explain(measurement, metric)
    for day in explanation.days:
        _print_explained(day, console)
    _print_sum(explanation, console)


def _print_table(table: Table, console: Console) -> None:
    if not table.rows:
        return
    grid = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False)
    columns = _fitting(table, console.width)
    for number, column in enumerate(columns):
        width = _width(column, table.rows)
        grid.add_column(column.short, justify="right" if number else "left", no_wrap=not number, max_width=width)
    for row in table.rows:
        cells = [_text(row.cells.get(column.key, "")) for column in columns]
        grid.add_row(*cells, style="dim" if row.kind in {Kind.GAP, Kind.OFF} else "")
    console.print()
    console.print(Text(table.title, style="bold"))
    console.print(grid)
    console.print(Text(table.note, style="dim"))


def _fitting(table: Table, room: int) -> list[Column]:
    """Return the columns that fit side by side; the least important ones are dropped first."""
    columns = list(table.columns)
    for rank in (4, 3, 2):
        if sum(_width(column, table.rows) + 2 for column in columns) - 1 <= room:
            break
        columns = [column for column in columns if column.rank < rank]
    return columns


def _width(column: Column, rows: Sequence[TableRow]) -> int:
    """Return the width of the heading and the figures; a remark in place of a cost may take a line for each word."""
    cells = [
        part
        for row in rows
        for text in [row.cells.get(column.key, "")]
        for part in (text.split() if column.key == "cost" and row.kind in {Kind.GAP, Kind.OFF} else [text])
    ]
    return max(map(len, [*column.short.splitlines(), *cells]))


def _print_strips(measurement: Measurement, console: Console) -> None:
    shown = {day.date for day in days_shown(measurement)}
    days = [wall_day(ledger) for ledger in measurement.ledgers if ledger.date in shown]
    if not days:
        return
    axis = axis_for(days, console.width - _NAME_WIDTH - 1)
    used: dict[str, Glyph] = {}
    lines: list[Text] = []
    for day in days:
        before, after = axis.cuts(day)
        line = Text(day_name(day.ledger.date).ljust(_NAME_WIDTH - 1) + ("<" if before else " "))
        for glyph in strip(day, axis):
            used[glyph.sign] = glyph
            line.append(_sign(glyph, console), style=glyph.style)
        lines.append(line.append(">" if after else ""))
    console.print()
    console.print(Text("Timeline", style="bold"))
    console.print(Text(" " * _NAME_WIDTH + ruler(axis), style="dim"))
    for line in lines:
        console.print(line, no_wrap=True, overflow="crop")
    legend = Text(f"One sign is {duration(axis.slot)} of local time. ", style="dim")
    if any(any(axis.cuts(day)) for day in days):
        legend.append("< and > mean more before and after these hours. ")
    for glyph in LEGEND:
        if glyph.sign in used:
            legend.append(_sign(glyph, console), style=glyph.style)
            legend.append(f" {glyph.meaning.replace(' ', chr(160))}  ")
    console.print(legend)


def _sign(glyph: Glyph, console: Console) -> str:
    return glyph.ascii if console.options.ascii_only else glyph.sign


def _print_remarks(view: View, console: Console) -> None:
    chat = any(week.figures.interruptions is not None for week in view.weeks)
    for title, lines in (
        ("Interruptions and exposures", (DIRECTED if chat else "",)),
        ("Answering", (view.latency, view.urgent)),
        ("Evidence", (view.evidence,)),
        ("Money", (view.money,)),
        ("Gaps", view.gaps),
        ("Could not be read", view.unread),
        ("Notes", view.notes),
        ("Left out of this shareable report", view.left_out),
    ):
        found = [line for line in lines if line]
        if found:
            console.print()
            console.print(Text(title, style="bold"))
        for line in found:
            console.print(Padding(_text(line), (0, 0, 0, 2), expand=False))


def _text(text: str, style: str = "") -> Text:
    """Return text that may hold what stood in a file, fit for a terminal and without markup."""
    return Text(plain(text), style=style)


def _print_day(ledger: DayLedger, console: Console) -> None:
    console.print()
    console.print(_text(f"{day_name(ledger.date)}, {ledger.zone}", style="bold"))
    if not ledger.observed:
        console.print("Not observed in full: minutes without a row are not known.", style="dim")
    if not ledger.spans:
        console.print("No minute is known.", style="dim")


def _print_explained(day: DayExplained, console: Console) -> None:
    """Print one day's part of a figure; days that add nothing are left out, unless nobody knows whether they do."""
    if not day.rows and (day.value is not None or not day.ledger.work):
        return
    console.print()
    console.print(_text(f"{day_name(day.ledger.date)}, {day.ledger.zone}", style="bold"))
    if day.value is None:
        console.print("Not observed.", style="dim")
    elif not day.counted:
        console.print("Left out of the sum: it covers the days that were observed in full.", style="dim")
    _print_rows(day.ledger, day.rows, console)


def _print_rows(ledger: DayLedger, rows: Sequence[Span | Row], console: Console, *, overlays: bool = False) -> None:
    """Print rows of the ledger; with ``overlays`` those that lie over others are marked."""
    if not rows:
        return
    zone = ZoneInfo(ledger.zone)
    grid = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False)
    grid.add_column("Time", no_wrap=True)
    grid.add_column("min:s", justify="right", no_wrap=True)
    grid.add_column("State")
    grid.add_column("Cause", ratio=1, overflow="fold")
    for item in rows:
        row = Row(item.start, item.end, item.state, item.causes)
        over = overlays and row.state in OVERLAYS
        style = _STATE_STYLES.get(row.state, "") if row.state else "dim"
        grid.add_row(
            Text(f"{time_of(row.start, zone)}-{time_of(row.end, zone)}"),
            Text(f"({exactly(row.seconds)})" if over else exactly(row.seconds)),
            Text(f"{'over these: ' if over else ''}{row.name}", style=style),
            _text(cause_of(row)),
        )
    console.print(grid)


def _print_sum(explanation: Explanation, console: Console) -> None:
    metric, value = explanation.metric, explanation.value
    rows = [row for day in explanation.days if day.counted for row in day.rows]
    console.print()
    if not rows and not metric.note and value is not None:
        console.print(f"No minute makes up this figure ({metric.title}).")
    console.print(Text(f"Sum ({metric.title}): {sum_of(explanation)}", style="bold"))
    if left := [day_name(day.ledger.date) for day in explanation.days if day.ledger.work and not day.counted]:
        console.print(f"Left out, because not observed in full: {', '.join(left)}.")
    if metric.note:
        console.print(metric.note, style="dim")


def _print_totals(ledgers: Sequence[DayLedger], console: Console) -> None:
    sums = totals(ledgers)
    grid = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False, show_header=False)
    grid.add_column()
    grid.add_column(justify="right")
    partition = {state: seconds for state, seconds in sums.items() if state.in_partition}
    work = sum(map(worked, ledgers))
    for state, seconds in partition.items():
        grid.add_row(STATE_NAMES[state], exactly(seconds))
    if unknown := not_observed(ledgers):
        grid.add_row("not observed", exactly(unknown))
    grid.add_row("= working time", exactly(work), style="bold", end_section=True)
    for state, seconds in sums.items():
        if not state.in_partition:
            where = "lies over these" if state in OVERLAYS else "outside working time"
            grid.add_row(f"{STATE_NAMES[state]} ({where})", exactly(seconds), style="dim")
    console.print()
    console.print(Text("Totals, min:s", style="bold"))
    console.print(grid)
