"""A trial's days from text with columns, and what could have been drawn from words or a file."""

import csv
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations

from deepday.errors import InputError
from deepday.trial.values import Arm, TrialDay, TrialWeek, weeks_in_order

COLUMNS = ("week", "date", "arm", "value")
_ADVICE = "Columns are week,date,arm,value; arm is deep, other or baseline; an empty value is a missing one."
_RULE = re.compile(r"\s*(\d+)\s+of\s+(\d+)\s*", re.IGNORECASE)
_ISO_WEEK = re.compile(r"(\d{4})-W(\d{2})")
MOST_SETS = 3_432  # 7 of 14; a week has no more days than 7, so this is generous

Allowed = Mapping[str, Sequence[Sequence[date]]]
"""By week: the sets of dates that the draw could have given."""


def read_days(text: str, name: str, column: str = "value") -> tuple[list[TrialDay], list[str]]:
    """Read the days of a trial, and remarks on them.

    ``name``: the file's, for errors; ``column``: which column holds the value. Raises :class:`InputError` that names
    file, line and field.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    wanted = (*COLUMNS[:3], column)
    head = [field.strip().lower() for field in reader.fieldnames or ()]
    if not head:
        return [], []
    missing = [field for field in wanted if field not in head]
    if missing:
        raise InputError(f"{name}, line 1: there is no column {missing[0]!r}.", _ADVICE)
    reader.fieldnames = head
    days: list[TrialDay] = []
    seen: dict[date, int] = {}
    try:
        for row in reader:
            if not any(value for value in row.values() if isinstance(value, str) and value.strip()):
                continue
            day = _day(row, f"{name}, line {reader.line_num}", column)
            if day.date in seen:
                raise InputError(
                    f"{name}, line {reader.line_num}: {day.date} is there twice, first in line {seen[day.date]}.",
                    "Give each day once; several people come as several files.",
                )
            seen[day.date] = reader.line_num
            days.append(day)
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num}: this is no CSV: {error}.", _ADVICE) from None
    notes = [
        f"{name}: {day.date} does not lie in {day.week}; the week is taken as it is named."
        for day in days
        if (match := _ISO_WEEK.fullmatch(day.week)) and day.date.isocalendar()[:2] != (int(match[1]), int(match[2]))
    ]
    return days, notes[:1]


def _day(row: Mapping[str | None, str | list[str] | None], where: str, column: str) -> TrialDay:
    if row.get(None):
        raise InputError(f"{where}: there are more fields than columns.", _ADVICE)
    fields = {field: value.strip() if isinstance(value, str) else "" for field, value in row.items() if field}
    if not fields["week"]:
        raise InputError(f"{where}, field week: it is empty.", _ADVICE)
    try:
        day = date.fromisoformat(fields["date"])
    except ValueError:
        raise InputError(f"{where}, field date: {fields['date']!r} is no date.", "Write dates as 2026-03-10.") from None
    if fields["arm"].lower() not in set(Arm):
        raise InputError(f"{where}, field arm: {fields['arm']!r} is no arm.", _ADVICE)
    text = fields[column]
    try:
        value = float(text) if text else None
    except ValueError:
        value = math.nan
    if value is not None and not math.isfinite(value):
        raise InputError(f"{where}, field {column}: {text!r} is no number.", "Write a number as 12.5, or nothing.")
    return TrialDay(fields["week"], day, Arm(fields["arm"].lower()), value)


def parse_rule(text: str) -> tuple[int, int] | None:
    """Read ``2 of 5``; ``None`` where the text is something else. Raises :class:`InputError` for what cannot be."""
    match = _RULE.fullmatch(text)
    if not match:
        return None
    deep, days = int(match[1]), int(match[2])
    if not (0 < deep < days <= 14 and days >= 2):
        raise InputError(f"{text!r} is no draw: both arms need a day.", 'Write, for example, "2 of 5".')
    return deep, days


def read_allowed(text: str, name: str) -> dict[str, list[list[date]]]:
    """Read allowed sets: a JSON object from week to lists of dates, or a protocol. Raises :class:`InputError`."""
    try:
        found = json.loads(text)
    except ValueError:
        raise InputError(f"{name} is no JSON.", 'Write {"2026-W11": [["2026-03-09", "2026-03-11"], …], …}.') from None
    if isinstance(found, dict) and isinstance(found.get("weeks"), list):
        found = {one.get("week"): one.get("allowed") for one in found["weeks"] if isinstance(one, dict)}
    advice = 'Write {"2026-W11": [["2026-03-09", "2026-03-11"], …], …}.'
    if not isinstance(found, dict):
        raise InputError(f"{name} holds no weeks.", advice)
    allowed: dict[str, list[list[date]]] = {}
    for week, sets in found.items():
        try:
            allowed[str(week)] = [[date.fromisoformat(day) for day in one] for one in sets]
        except (TypeError, ValueError):
            raise InputError(f"{name}, week {week}: its sets are no lists of dates.", advice) from None
    return allowed


def build_weeks(
    days: Sequence[TrialDay], rule: tuple[int, int] | Allowed | None, name: str, person: int = 0
) -> tuple[list[TrialWeek], list[str]]:
    """Return the weeks of the trial with their allowed sets, and remarks.

    ``rule``: so many deep-work days of so many, the allowed sets by week, or ``None`` for as many as each week has,
    any of its days. Raises :class:`InputError` where what was drawn is none of the allowed sets.
    """
    weeks: list[TrialWeek] = []
    notes: list[str] = []
    for label, own in weeks_in_order([day for day in days if day.arm is not Arm.BASELINE]):
        dates = [day.date for day in own]
        drawn = tuple(at for at, day in enumerate(own) if day.arm is Arm.DEEP)
        if rule is None:
            sets = list(combinations(range(len(own)), len(drawn)))
        elif isinstance(rule, tuple):
            sets, said = _sets_of_rule(rule, len(own), label, name)
            notes += said
        else:
            sets = _sets_by_date(rule, label, dates, name)
        if not sets or len(sets) > MOST_SETS:
            raise InputError(
                f"{name}, week {label}: {len(sets)} sets could have been drawn.", "Check the allowed sets."
            )
        if drawn not in sets:
            raise InputError(
                f"{name}, week {label}: its {len(drawn)} deep-work days are none of the sets that the draw could give.",
                "A missed day stays deep. Correct the arms, or say which sets were allowed.",
            )
        weeks.append(TrialWeek(label, own, tuple(sets), person))
    if rule is None and weeks:
        notes.append("What could be drawn was not said: any days of a week are taken as possible, as many as it has.")
    return weeks, notes


def _sets_of_rule(rule: tuple[int, int], days: int, label: str, name: str) -> tuple[list[tuple[int, ...]], list[str]]:
    deep, of = rule
    if days > of:
        raise InputError(f"{name}, week {label}: it has {days} days, not {of}.", "Correct the file, or --allowed.")
    notes = [f"Week {label} has {days} days: {deep} of {days} could be drawn."] if days < of else []
    return list(combinations(range(days), deep)), notes


def _sets_by_date(allowed: Allowed, label: str, dates: Sequence[date], name: str) -> list[tuple[int, ...]]:
    if label not in allowed:
        raise InputError(f"{name}, week {label}: the allowed sets do not name it.", "Add the week to them.")
    places = {day: at for at, day in enumerate(dates)}
    found = []
    for one in allowed[label]:
        unknown = [day for day in one if day not in places]
        if unknown:
            raise InputError(
                f"{name}, week {label}: {unknown[0]} could be drawn, but has no row.",
                "Give every day that could be drawn a row; an empty value is a missing one.",
            )
        found.append(tuple(sorted(places[day] for day in one)))
    return sorted(set(found))
