"""Task lists from TOML, CSV or a tracker's CSV export, with file and line for whatever cannot be read."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import arrow
from arrow.parser import ParserError

from deepday.case.tasks import Every, Task
from deepday.clock import Clock
from deepday.config.lines import line_of
from deepday.config.load import parse_table, read_text
from deepday.config.task_settings import TaskFile, TaskSettings
from deepday.errors import InputError

if TYPE_CHECKING:
    from deepday.store.case_book import CaseBook

_MOST_TASKS = 2000
_LONGEST_NAME = 200
_RANGE = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(?:(?:-|\N{EN DASH}|to|bis)\s*(\d+(?:[.,]\d+)?))?\s*(h|hours?|d|days?|)", re.IGNORECASE
)
_HOURS_A_DAY = 8
_YES = {"1", "yes", "y", "true", "x", "ja"}
_NO = {"", "0", "no", "n", "false", "nein"}
_CRITICAL = {"highest", "high", "critical", "blocker", "urgent", "p0", "p1", "p1 (high)"}
_DATES = ("YYYY-MM-DD", "DD.MM.YYYY", "DD/MMM/YY h:mm A", "DD/MMM/YY", "D MMM YYYY", "MMM D, YYYY")

# How trackers (Jira, GitHub Projects, Linear, Asana, Todoist, GitLab) call the same thing, in small letters. Jira's
# estimates are seconds.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("task", "name", "summary", "title", "content", "subject"),
    "hours": ("hours", "estimate", "hours left", "estimated hours", "time estimate", "remaining hours"),
    "seconds": ("remaining estimate", "original estimate", "\N{GREEK CAPITAL LETTER SIGMA} remaining estimate"),
    "every": ("every", "recurs"),
    "critical": ("critical",),
    "priority": ("priority",),
    "block": ("block", "smallest block"),
    "stress": ("stress",),
    "due": ("due", "due date", "deadline", "due on"),
    "delegate_to": ("delegate_to", "delegate to", "delegate"),
    "defer_to": ("defer_to", "defer to", "defer until", "defer"),
    "status": ("status", "state", "completed at", "closed at", "resolved"),
}
_DONE = {"done", "closed", "resolved", "completed", "canceled", "cancelled", "won't do", "merged"}


@dataclass(frozen=True, slots=True)
class TaskList:
    """Tasks, what to call their file, and what was left out."""

    tasks: tuple[Task, ...]
    name: str
    notes: tuple[str, ...] = ()


def read_task_list(path: Path) -> TaskList:
    """Read a list; TOML by its suffix, everything else as CSV.

    A row that cannot be read is left out, with a note that names file and line. Raises :class:`InputError` for a file
    that is not there, that holds no list, or whose every row is wrong.
    """
    if not path.is_file():
        raise InputError(f"There is no task list {path}.", "Check the path; docs/case.md shows what a list may hold.")
    text = read_text(path)
    found, notes = _from_toml(text, str(path)) if path.suffix.lower() == ".toml" else _from_csv(text, str(path))
    if not found and notes:
        raise InputError("\n".join(notes), "Correct these lines; docs/case.md shows what a list may hold.")
    if len(found) > _MOST_TASKS:
        raise InputError(f"{path} holds {len(found)} tasks.", f"Give the {_MOST_TASKS} that matter, at most.")
    return TaskList(tuple(found), path.name, tuple(notes))


def _from_toml(text: str, file: str) -> tuple[list[Task], list[str]]:
    given = parse_table(TaskFile, text, file)
    return [_of_settings(one, f"{file}:{line_of(text, ('task', number))}") for number, one in enumerate(given.task)], []


def _of_settings(one: TaskSettings, where: str) -> Task:
    low, high = (one.hours, one.hours_high if one.hours_high is not None else one.hours)
    return Task(
        name=one.name,
        low=low,
        high=high,
        every=Every(one.every),
        critical=one.critical,
        block=one.block,
        stress=one.stress,
        due=one.due,
        delegate_to=one.delegate_to,
        defer_to=one.defer_to,
        where=where,
    )


def _from_csv(text: str, file: str) -> tuple[list[Task], list[str]]:
    head = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=False)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputError(f"{file}:{reader.line_num}: {error}.", "Save it as CSV, in UTF-8.") from None
    if not rows:
        raise InputError(f"{file} is empty.", "Give a list with a line of headings, such as: task,hours,due")
    columns = _columns([name.strip().lower() for name in rows[0][1]])
    if "name" not in columns:
        known = ", ".join(_COLUMNS["name"])
        raise InputError(f"{file}:1: No column names the tasks.", f"Call one of them: {known}.")
    tasks: list[Task] = []
    notes: list[str] = []
    before = rows[0][0]
    for line, row in rows[1:]:
        first, before = before + 1, line
        cells = {key: row[at].strip() for key, at in columns.items() if at < len(row)}
        if not any(cell.strip() for cell in row) or cells.get("status", "").lower() in _DONE:
            continue
        try:
            tasks.append(_of_row(cells, f"{file}:{first}"))
        except ValueError as error:
            notes.append(f"{file}:{first}: {error}")
    return tasks, notes


def _columns(names: list[str]) -> dict[str, int]:
    """Return where each of our columns is; the first name of ours that fits counts."""
    return {
        key: names.index(found)
        for key, known in _COLUMNS.items()
        if (found := next((name for name in known if name in names), None)) is not None
    }


def task_of(cells: Mapping[str, str]) -> Task:
    """Return the task that somebody typed, by the names of our columns. Raises :class:`InputError`."""
    try:
        return _of_row(cells, "typed in")
    except ValueError as error:
        said = str(error)
        raise InputError(f"{said[:1].upper()}{said[1:]}", "Correct that field.") from None


def _of_row(cells: Mapping[str, str], where: str) -> Task:
    """Return the task of a row. Raises :class:`ValueError` with the rest of a sentence about what is wrong."""
    name = cells.get("name", "")
    if not name:
        raise ValueError("the task has no name.")
    low, high = _hours(cells.get("hours", ""))
    if low is None and cells.get("seconds", ""):
        low = high = _number(cells["seconds"], "the estimate in seconds", 1e9) / 3600
    every = cells.get("every", "").lower()
    if every not in {"", "once", "week"}:
        raise ValueError(f"every is {every!r}; write once or week.")
    block = _number(cells.get("block") or "0", "block, minutes", 720)
    stress = _number(cells["stress"], "stress", 10) if cells.get("stress") else None
    return Task(
        name=name[:_LONGEST_NAME],
        low=low,
        high=high,
        every=Every.WEEK if every == "week" else Every.ONCE,
        critical=_flag(cells["critical"], "critical")
        if "critical" in cells
        else cells.get("priority", "").lower() in _CRITICAL,
        block=round(block),
        stress=None if stress is None else round(stress),
        due=_date(cells.get("due", ""), "due"),
        delegate_to=cells.get("delegate_to", ""),
        defer_to=_date(cells.get("defer_to", ""), "defer_to"),
        where=where,
    )


def _hours(text: str) -> tuple[float | None, float | None]:
    if not text:
        return None, None
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"hours are {text!r}; write 6, 4-8 or 2 d.")
    low, high = (float(part.replace(",", ".")) if part else None for part in match.group(1, 2))
    scale = _HOURS_A_DAY if match[3].lower().startswith("d") else 1
    ends = (scale * (low or 0), scale * (high if high is not None else low or 0))
    if not ends[0] <= ends[1] <= 10_000:
        raise ValueError(f"hours are {text!r}; the first must not exceed the second, nor both 10,000.")
    return ends


def _number(text: str, name: str, most: float) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"{name} is {text!r}; write a number.") from None
    if not 0 <= value <= most:
        raise ValueError(f"{name} is {text!r}; it lies between 0 and {most:g}.")
    return value


def _flag(text: str, name: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise ValueError(f"{name} is {text!r}; write yes or no.")
    return text.lower() in _YES


def _date(text: str, name: str) -> date | None:
    if not text:
        return None
    for form in _DATES:
        try:
            return arrow.get(text, form).date()
        except (ParserError, ValueError):
            continue
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(f"{name} is {text!r}; write a date like 2026-05-20.") from None


def task_to_plain(task: Task) -> dict[str, Any]:
    """Return a task as plain values."""
    values = asdict(task)
    values |= {name: value.isoformat() for name, value in values.items() if isinstance(value, date)}
    return values | {"every": task.every.value}


def task_from_plain(values: Mapping[str, Any]) -> Task:
    """Return the task of :func:`task_to_plain`."""
    dates = {name: date.fromisoformat(values[name]) if values[name] else None for name in ("due", "defer_to")}
    return Task(**{**values, **dates, "every": Every(values["every"])})


def keep_tasks(tasks: Iterable[Task], name: str, clock: Clock) -> None:
    """Keep a list in the store, sealed, in the place of the one before."""
    with _book(clock) as book:
        book.keep_tasks([task_to_plain(task) for task in tasks], name)


def forget_tasks(clock: Clock) -> bool:
    """Delete the list that is kept, and tell whether there was one."""
    with _book(clock) as book:
        return book.forget_tasks()


def stored_tasks(clock: Clock) -> TaskList:
    """Return the list that is kept; an empty one where there is none."""
    with _book(clock) as book:
        kept, name = book.tasks()
    return TaskList(tuple(map(task_from_plain, kept)), name or "tasks")


def _book(clock: Clock) -> "AbstractContextManager[CaseBook]":
    from deepday.app.case_log import opened_book  # noqa: PLC0415 - files do without a database

    return opened_book(clock)
