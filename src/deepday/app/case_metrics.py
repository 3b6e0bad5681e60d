"""Performance metrics as one value for each ISO week, and workload beside them. Only numbers and dates are kept."""

import csv
import io
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import fmean, median
from zoneinfo import ZoneInfo

import arrow
from arrow.parser import ParserError

from deepday.case.metrics import Association, Series, associate
from deepday.config.load import read_text
from deepday.errors import InputError
from deepday.measure.result import Measurement, WeekMeasure

WORKLOADS = ("cost", "meeting", "focus120", "after_hours")
FEWEST_DAYS = 3
_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
_WHEN = ("week", "date", "day", "time", "timestamp")
_OPENED = ("created", "opened", "reported", "created at", "created_at")
_CLOSED = ("resolved", "closed", "fixed", "resolved at", "resolved_at", "closed at", "closed_at", "resolutiondate")
_HAPPENED = ("deployed", "deployed at", "deployed_at", "finished", "released", "released_at", "merged_at")
_MOST_METRICS = 8


def check_workload(name: str) -> None:
    """Raise :class:`InputError` for a name that is no measure of workload."""
    if name not in WORKLOADS:
        raise InputError(f"There is no workload {name!r}.", f"Choose one of: {', '.join(WORKLOADS)}.")


def workload_by_week(measurement: Measurement, workload: str) -> dict[str, float]:
    """Return a measure of workload in hours for five days, by week with at least three observed days."""
    weeks = [week for week in measurement.weeks if week.observed_days >= FEWEST_DAYS]
    values = {week.week: _hours(week, workload) for week in weeks}
    return {week: value for week, value in values.items() if value is not None}


def _hours(week: WeekMeasure, workload: str) -> float | None:
    if workload == "cost":
        interval = week.joint_interval or week.cost_interval
        seconds: int | None = interval.p50 if interval else None
    else:
        seconds = getattr(week.figures, workload)
    return None if seconds is None else 5 * seconds / week.observed_days / 3600


def associations(series: Sequence[Series], workload: str, values: Mapping[str, float]) -> tuple[Association, ...]:
    """Lay each metric beside a measure of workload, hours by week."""
    return tuple(associate(one, workload, values) for one in series)


def read_csv_metrics(path: Path, zone: ZoneInfo) -> list[Series]:
    """Read one file; what its columns are called decides what it is.

    ``week`` or ``date`` and columns of numbers (or ``metric`` and ``value``): values. ``created`` and ``resolved``:
    bugs, of which those resolved in a week and their median days are metrics. One column such as ``deployed_at``:
    events, which are counted. Raises :class:`InputError` with file and line.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}.", "Check the path; docs/case.md shows what such a file may hold.")
    text = read_text(path)
    head = text.splitlines()[0] if text.strip() else ""
    reader = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
    names = {name.strip().lower(): name for name in reader.fieldnames or () if name}
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: {error}.", "Save it as CSV, in UTF-8.") from None
    opened, closed, happened = (
        next((names[n] for n in known if n in names), None) for known in (_OPENED, _CLOSED, _HAPPENED)
    )
    if opened and closed:
        return _resolutions(path, rows, opened, closed, zone)
    if happened:
        days = [_day(row[happened], f"{path}:{line}", zone) for line, row in rows if row[happened]]
        return [_counted(path.stem, days, f"Entries of {path.name}, counted by week.")]
    when = next((names[name] for name in _WHEN if name in names), None)
    if when is None:
        raise InputError(
            f"{path}:1: No column says when.", "Call one week or date; or created and resolved; or deployed_at."
        )
    if "metric" in names and "value" in names:
        return _long(path, rows, (when, names["metric"], names["value"]), zone)
    columns = [name for name in reader.fieldnames or () if name and name != when]
    triples = [
        (row[when] or "", name, row[name] or "", line) for line, row in rows for name in columns if row.get(name)
    ]
    return _by_name(path, triples, zone)


def read_daily_metric(path: Path, name: str, zone: ZoneInfo) -> dict[date, float]:
    """Return one column of a file by date: what a trial can compare. Raises :class:`InputError` with file and line."""
    if not path.is_file():
        raise InputError(f"There is no file {path}.", "Correct metric under [trial].")
    text = read_text(path)
    head = text.splitlines()[0] if text.strip() else ""
    reader = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
    names = {given.strip().lower(): given for given in reader.fieldnames or () if given}
    when, column = names.get("date") or names.get("day"), names.get(name.strip().lower())
    if when is None or column is None:
        wanted = "date" if when is None else name
        raise InputError(f"{path}:1: There is no column {wanted!r}.", "A trial compares days: a row for each, by date.")
    found: dict[date, float] = {}
    for row in reader:
        where = f"{path}:{reader.line_num}"
        if not row[column]:
            continue
        day = _day(row[when] or "", where, zone)
        if day in found:
            raise InputError(f"{where}: {day} is there twice.", "Give each day once.")
        found[day] = _number(row[column], where)
    return found


def _long(
    path: Path, rows: Sequence[tuple[int, Mapping[str, str]]], columns: tuple[str, str, str], zone: ZoneInfo
) -> list[Series]:
    when, name, value = columns
    return _by_name(path, [(row[when], row[name], row[value], line) for line, row in rows if row[value]], zone)


def _by_name(path: Path, triples: Iterable[tuple[str, str, str, int]], zone: ZoneInfo) -> list[Series]:
    """Return a series for each name. What comes by date is added up where all values are counts, else averaged."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    weekly: set[str] = set()
    for when, name, text, line in triples:
        where = f"{path}:{line}"
        value = _number(text, where)
        week = _WEEK.fullmatch(when.strip())
        if week:
            weekly.add(name)
        found[name][_week_key(when, where) if week else _week_of(_day(when, where, zone))].append(value)
    if len(found) > _MOST_METRICS:
        raise InputError(f"{path} holds {len(found)} metrics.", f"Give {_MOST_METRICS} at most, chosen beforehand.")
    made = []
    for name, weeks in found.items():
        counts = name not in weekly and all(
            value >= 0 and value == int(value) for item in weeks.values() for value in item
        )
        note = "" if name in weekly else f"By week: {'sum' if counts else 'mean'} of the values of {path.name}."
        made.append(
            Series(name.strip(), {week: sum(v) if counts else fmean(v) for week, v in weeks.items()}, note=note)
        )
    return made


def _resolutions(
    path: Path, rows: Sequence[tuple[int, Mapping[str, str]]], opened: str, closed: str, zone: ZoneInfo
) -> list[Series]:
    """Return how many bugs were resolved in each week, and how many days those took; open ones have no such figure."""
    days: dict[str, list[int]] = defaultdict(list)
    still_open = 0
    ends = []
    for line, row in rows:
        if not row[opened]:
            continue
        begun = _day(row[opened], f"{path}:{line}", zone)
        if not row[closed]:
            still_open += 1
            continue
        ended = _day(row[closed], f"{path}:{line}", zone)
        if ended < begun:
            raise InputError(f"{path}:{line}: It was resolved on {ended}, before it was created.", "Correct that line.")
        ends.append(ended)
        days[_week_of(ended)].append((ended - begun).days)
    said = (
        f" {still_open} still open {'is' if still_open == 1 else 'are'} not in it, so it may look shorter than it is."
    )
    return [
        _counted("bugs resolved", ends, f"Resolved entries of {path.name}, counted by week."),
        Series(
            "days to resolve a bug",
            {week: float(median(values)) for week, values in days.items()},
            unit="days",
            note=f"Median of what was resolved in the week.{said if still_open else ''}",
        ),
    ]


def _counted(name: str, days: Sequence[date], note: str, *, team: bool = True) -> Series:
    """Count events by week; weeks between the first and the last without any are zeros."""
    if not days:
        return Series(name, {}, team=team, note=note)
    counts: dict[str, float] = {}
    monday = min(days) - timedelta(days=min(days).weekday())
    while monday <= max(days):
        counts[_week_of(monday)] = 0
        monday += timedelta(weeks=1)
    for day in days:
        counts[_week_of(day)] += 1
    return Series(name, counts, team=team, note=f"{note} Weeks between the first and the last without any are zeros.")


def counted_series(name: str, instants: Iterable[float], zone: ZoneInfo, note: str, *, team: bool) -> Series:
    """Count events at those UTC seconds by week."""
    return _counted(name, [datetime.fromtimestamp(at, UTC).astimezone(zone).date() for at in instants], note, team=team)


def averaged_series(name: str, values: Iterable[tuple[float, float]], zone: ZoneInfo, note: str) -> Series:
    """Average values at UTC seconds by week."""
    weeks: dict[str, list[float]] = defaultdict(list)
    for at, value in values:
        if math.isfinite(value):
            weeks[_week_of(datetime.fromtimestamp(at, UTC).astimezone(zone).date())].append(value)
    return Series(name, {week: fmean(found) for week, found in weeks.items()}, note=note)


def _number(text: str, where: str) -> float:
    try:
        value = float(text.strip().removesuffix("%").strip())
    except ValueError:
        raise InputError(f"{where}: {text!r} is no number.", "Correct that line; decimals have a point.") from None
    if not math.isfinite(value):
        raise InputError(f"{where}: {text!r} is no finite number.", "Correct that line, or leave the value empty.")
    return value


def _week_key(text: str, where: str) -> str:
    match = _WEEK.fullmatch(text.strip())
    try:
        return _week_of(date.fromisocalendar(int(match[1]), int(match[2]), 1)) if match else ""
    except ValueError:
        raise InputError(f"{where}: There is no week {text!r}.", "Write an ISO week like 2026-W11.") from None


def _week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _day(text: str, where: str, zone: ZoneInfo) -> date:
    text = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
        found = arrow.get(text)
        aware = bool(re.search(r"(?:Z|[+-]\d{2}:?\d{2})$", text))
        return found.to(zone).date() if aware else found.date()
    except (ParserError, ValueError, OverflowError):
        raise InputError(f"{where}: {text!r} is no date.", "Write dates like 2026-03-10.") from None
