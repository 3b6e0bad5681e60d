"""The terminal's face: tables, a strip of each day, and the minutes behind a figure. Needs rich."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from deepday.measure.result import DayLedger, Measurement, Span, State
from deepday.report.explain import OVERLAYS, STATE_NAMES, Metric, causes_of, metric_named, seconds_of, totals, worked
from deepday.report.strip import FRAGMENTED, INTERRUPTION, LEGEND, MEETING, QUIET, Glyph, axis_for, ruler, strip
from deepday.report.tables import Column, Kind, Row, Table, days_shown
from deepday.report.view import View, view_of
from deepday.report.wall import wall_day
from deepday.report.words import counted, day_name, duration, exactly

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
    console.print(Text(view.headline, style="bold"))
    console.print(Text(f"{view.period}, times in {measurement.zone}", style="dim"))
    for table in view.tables:
        _print_table(table, console)
    if not shareable:
        _print_strips(measurement, console)
    _print_remarks(view, console)


def render_explain(ledgers: Sequence[DayLedger], console: Console, metric: str | None = None) -> None:
    """Print the minutes of the days, or those of them that make up one metric, with their sum.

    Raises :class:`InputError` for a metric that has no rows.
    """
    chosen = metric_named(metric) if metric else None
    for ledger in ledgers:
        _print_ledger(ledger, chosen, console)
    if chosen is not None:
        _print_sum([span for ledger in ledgers for span in chosen.select(ledger)], chosen, console)
    else:
        _print_totals(ledgers, console)


def _print_table(table: Table, console: Console) -> None:
    if not table.rows:
        return
    grid = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False)
    columns = _fitting(table, console.width)
    for number, column in enumerate(columns):
        grid.add_column(column.short, justify="right" if number else "left", max_width=_width(column, table.rows))
    for row in table.rows:
        cells = [Text(row.cells.get(column.key, "")) for column in columns]
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


def _width(column: Column, rows: Sequence[Row]) -> int:
    """Return the width of the heading and the figures; a remark in their place may take two lines."""
    cells = [row.cells.get(column.key, "") for row in rows if row.kind in {Kind.OBSERVED, Kind.PARTIAL}]
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
    for title, lines in (
        ("Answering", (view.latency,)),
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
            console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))


def _print_ledger(ledger: DayLedger, chosen: Metric | None, console: Console) -> None:
    spans = chosen.select(ledger) if chosen else ledger.spans
    if chosen and not spans and ledger.observed:
        return
    console.print()
    console.print(Text(f"{day_name(ledger.date)}, {ledger.zone}", style="bold"))
    if not ledger.observed:
        console.print("Not observed in full: minutes without a row are not known.", style="dim")
    if not spans:
        console.print("No minute is known.", style="dim")
        return
    zone = ZoneInfo(ledger.zone)
    grid = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False)
    grid.add_column("Time", no_wrap=True)
    grid.add_column("min:s", justify="right", no_wrap=True)
    grid.add_column("State")
    grid.add_column("Cause", ratio=1, overflow="fold")
    for span in spans:
        time = f"{_time(span.start, zone)}-{_time(span.end, zone)}"
        over = span.state in OVERLAYS and chosen is None
        state = Text(
            f"{'over these: ' if over else ''}{STATE_NAMES[span.state]}", style=_STATE_STYLES.get(span.state, "")
        )
        length = Text(f"({exactly(span.seconds)})" if over else exactly(span.seconds))
        grid.add_row(Text(time), length, state, Text(_cause(span)))
    console.print(grid)


def _time(instant: int, zone: ZoneInfo) -> str:
    local = datetime.fromtimestamp(instant, zone)
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def _cause(span: Span) -> str:
    said: list[str] = []
    for cause in span.causes:
        parts = [cause.title or "", cause.what]
        if cause.messages:
            kinds = " and ".join(kind.value for kind, _ in cause.conversations)
            parts.append(f"{counted(cause.messages, 'message')} ({cause.incoming} incoming; {kinds})")
        parts.append(" ".join(filter(None, (PurePath(cause.source).name, cause.reference))))
        said.append(", ".join(filter(None, parts)))
    return "; ".join(said)


def _print_sum(spans: Sequence[Span], chosen: Metric, console: Console) -> None:
    console.print()
    if not spans:
        console.print(f"No minute makes up this figure ({chosen.title}).")
        return
    length = exactly(seconds_of(spans))
    if chosen.counts:
        console.print(Text(f"Sum ({chosen.title}): {causes_of(spans)}, over {length} min:s", style="bold"))
        return
    console.print(Text(f"Sum ({chosen.title}): {length} min:s", style="bold"))
    exposed = seconds_of(span for span in spans if span.state is State.EXPOSED)
    if exposed:
        known = exactly(seconds_of(spans) - exposed)
        console.print(f"  {known} if no exposure was noticed, all of it if every one was.")


def _print_totals(ledgers: Sequence[DayLedger], console: Console) -> None:
    sums = totals(ledgers)
    grid = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False, show_header=False)
    grid.add_column()
    grid.add_column(justify="right")
    partition = {state: seconds for state, seconds in sums.items() if state.in_partition}
    work = sum(map(worked, ledgers))
    for state, seconds in partition.items():
        grid.add_row(STATE_NAMES[state], exactly(seconds))
    if unknown := work - sum(partition.values()):
        grid.add_row("not observed", exactly(unknown))
    grid.add_row("= working time", exactly(work), style="bold", end_section=True)
    for state, seconds in sums.items():
        if not state.in_partition:
            where = "lies over these" if state in OVERLAYS else "outside working time"
            grid.add_row(f"{STATE_NAMES[state]} ({where})", exactly(seconds), style="dim")
    console.print()
    console.print(Text("Totals, min:s", style="bold"))
    console.print(grid)
