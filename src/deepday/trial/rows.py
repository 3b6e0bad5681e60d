"""A trial's data, a row for each day: what the report rests on, and what anybody can recompute it from."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from deepday.errors import InputError
from deepday.trial.values import Arm, TrialDay

LAGS = (1, 5, 15)
"""Resumption lags in minutes at which the result is computed, too."""
MEASURES = (
    "value",
    "value_lag_1",
    "value_lag_5",
    "value_lag_15",
    "quiet60",
    "focus120",
    "after_hours",
    "progress",
    "strain",
    "blocked",
)
COLUMNS = ("week", "date", "arm", *MEASURES, "missing")


class Gap:
    """Why a day has no value."""

    NOT_OBSERVED = "not observed"
    NO_WORKING_DAY = "no working day"
    AFTER_STOP = "after the stop"
    TO_COME = "to come"


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One day. ``measures``: by name in :data:`MEASURES`, ``None`` where not observed or not given.

    ``value`` is the primary outcome, ``value_lag_N`` the same at a lag of N minutes; ``quiet60``, ``focus120`` and
    ``after_hours`` are minutes; the rest was rated by the user. ``missing``: why there is no value, or empty.
    """

    week: str
    date: date
    arm: Arm
    measures: tuple[float | None, ...]
    missing: str = ""

    def measure(self, name: str) -> float | None:
        """Return the measure of that name."""
        return self.measures[MEASURES.index(name)]


def column(rows: Sequence[TrialRow], name: str) -> list[TrialDay]:
    """Return the days with that measure as their value."""
    return [TrialDay(row.week, row.date, row.arm, row.measure(name)) for row in rows]


def until_stop(rows: Iterable[TrialRow], stop: date | None) -> list[TrialRow]:
    """Return the rows of a trial that was stopped on that date: later weeks are gone, later days without values."""
    if stop is None:
        return list(rows)
    rows, kept = list(rows), []
    begun = {row.week for row in rows if row.date <= stop}
    for row in rows:
        late = row.date > stop and row.arm is not Arm.BASELINE
        if late and row.week not in begun and row.date.isocalendar()[:2] > stop.isocalendar()[:2]:
            continue
        kept.append(replace(row, measures=(None,) * len(MEASURES), missing=Gap.AFTER_STOP) if late else row)
    return kept


def to_csv(rows: Sequence[TrialRow]) -> str:
    """Return the rows as CSV; numbers as Python writes them, so that reading gives the same ones."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        values = ["" if value is None else repr(value) for value in row.measures]
        writer.writerow([row.week, row.date, row.arm, *values, row.missing])
    return text.getvalue()


def from_csv(text: str, name: str) -> list[TrialRow]:
    """Read rows that :func:`to_csv` wrote. Raises :class:`InputError` naming the line."""
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise InputError(
            f"{name}, line 1: the columns are not those of a trial's data.", f"They are {','.join(COLUMNS)}."
        )
    rows = []
    for found in reader:
        try:
            measures = tuple(float(found[one]) if found[one] else None for one in MEASURES)
            rows.append(
                TrialRow(
                    found["week"], date.fromisoformat(found["date"]), Arm(found["arm"]), measures, found["missing"]
                )
            )
        except (ValueError, TypeError, KeyError):
            raise InputError(
                f"{name}, line {reader.line_num}: this is no day of a trial.", "Export the trial again."
            ) from None
    return rows
