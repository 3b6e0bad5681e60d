"""Days and weeks as CSV files for a spreadsheet: whole seconds, an empty cell where nothing was observed."""

import csv
import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from deepday.measure.result import (
    Cost,
    CostInterval,
    Figures,
    Latency,
    Measurement,
    Money,
    Switches,
)
from deepday.report.json_view import day_to_json, week_to_json
from deepday.report.share import reduced

_NESTED: dict[str, tuple[str, ...]] = {
    "observed": ("calendar", "messages"),
    **{
        name: tuple(field.name for field in dataclasses.fields(kind))
        for name, kind in {
            "switches": Switches,
            "cost": Cost,
            "cost_interval": CostInterval,
            "joint_interval": CostInterval,
            "latency": Latency,
            "money": Money,
        }.items()
    },
}
_FIGURES = tuple(field.name for field in dataclasses.fields(Figures))
_DAY = ("date", "week", "eligible", "observed", "scheduled", "day_off", *_FIGURES, "rest_before")
_WEEK = (
    *("week", "first", "last", "observed_days", "eligible_days"),
    *_FIGURES,
    *("cost_interval", "joint_interval", "five_day_equivalent", "mean_eligible_day", "latency", "money", "short_rests"),
)


def write_csv(measurement: Measurement, path: Path, *, shareable: bool = False) -> tuple[Path, ...]:
    """Write the days to ``path`` and the weeks beside it, and return the files written.

    The weeks' file has ``-weeks`` before the suffix: ``march.csv`` and ``march-weeks.csv``. ``shareable`` writes the
    weeks only. Raises :class:`OSError` when a file cannot be written.
    """
    weeks = path.with_name(f"{path.stem}-weeks{path.suffix}")
    if shareable:
        _write(weeks, _WEEK, map(week_to_json, reduced(measurement).weeks))
        return (weeks,)
    _write(path, _DAY, map(day_to_json, measurement.days))
    _write(weeks, _WEEK, map(week_to_json, measurement.weeks))
    return path, weeks


def _write(path: Path, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_header(columns))
        writer.writerows(_cells(columns, row) for row in rows)


def _header(columns: Sequence[str]) -> list[str]:
    return [
        name for column in columns for name in ([f"{column}_{part}" for part in _NESTED.get(column, ())] or [column])
    ]


def _cells(columns: Sequence[str], row: dict[str, Any]) -> list[object]:
    cells: list[object] = []
    for column in columns:
        value = row[column]
        parts = _NESTED.get(column)
        cells.extend([value] if parts is None else [None if value is None else value[part] for part in parts])
    return [_harmless(cell) for cell in cells]


def _harmless(cell: object) -> object:
    """Keep a spreadsheet from taking text for a formula, and write truth values as 0 and 1."""
    if isinstance(cell, bool):
        return int(cell)
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
