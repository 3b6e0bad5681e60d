"""Recurrence in Graph's words (pattern and range) and in RFC 5545's (RRULE), both ways."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from deepday_sandbox.microsoft.errors import invalid
from deepday_sandbox.microsoft.zones import iana, to_utc, to_wall, windows

_DAYS: Final = dict(
    zip(
        ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        strict=True,
    )
)
_CODES: Final = {name: code for code, name in _DAYS.items()}
_INDEXES: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_NAMES: Final = {number: name for name, number in _INDEXES.items()}


def rule_parts(lines: tuple[str, ...]) -> dict[str, str]:
    """Return the parts of the first RRULE line, empty where there is none."""
    line = next((one for one in lines if one.upper().startswith("RRULE")), "")
    return dict(part.split("=", 1) for part in line.partition(":")[2].upper().split(";") if "=" in part)


def to_rule(value: Any, start: datetime, zone: str, *, all_day: bool) -> str:
    """Return the RRULE line for a Graph recurrence of an event that starts at that wall time in that IANA zone.

    Raises :class:`~deepday_sandbox.microsoft.errors.GraphError` for what Graph refuses.
    """
    if not isinstance(value, dict) or not all(isinstance(value.get(key), dict) for key in ("pattern", "range")):
        raise invalid("The recurrence needs a pattern and a range.")
    return "RRULE:" + ";".join([*_pattern_rule(value["pattern"], start), *_range_rule(value["range"], zone, all_day)])


def _pattern_rule(pattern: dict[str, Any], start: datetime) -> list[str]:
    kind, interval = str(pattern.get("type", "")).casefold(), pattern.get("interval", 0)
    if not isinstance(interval, int) or interval < 1:
        raise invalid("The recurrence pattern's interval must be at least 1.")
    step = f"INTERVAL={interval}"
    if kind == "daily":
        return ["FREQ=DAILY", step]
    if kind == "weekly":
        first = _CODES.get(str(pattern.get("firstDayOfWeek", "sunday")).casefold(), "SU")
        return ["FREQ=WEEKLY", step, f"BYDAY={','.join(_days(pattern))}", f"WKST={first}"]
    if kind == "absolutemonthly":
        return ["FREQ=MONTHLY", step, *_month_day(pattern, start.year, None)]
    if kind == "relativemonthly":
        return ["FREQ=MONTHLY", step, *_relative(pattern)]
    month = pattern.get("month")
    if kind not in {"absoluteyearly", "relativeyearly"}:
        raise invalid(f"The recurrence pattern type '{pattern.get('type')}' is not supported.")
    if not isinstance(month, int) or not 1 <= month <= 12:
        raise invalid("The recurrence pattern's month must be from 1 to 12.")
    rest = _month_day(pattern, start.year, month) if kind == "absoluteyearly" else _relative(pattern)
    return ["FREQ=YEARLY", step, f"BYMONTH={month}", *rest]


def _days(pattern: dict[str, Any]) -> list[str]:
    days = [str(day).casefold() for day in pattern.get("daysOfWeek") or []]
    if not days or any(day not in _CODES for day in days):
        raise invalid("The recurrence pattern needs daysOfWeek.")
    return [_CODES[day] for day in days]


def _month_day(pattern: dict[str, Any], year: int, month: int | None) -> list[str]:
    day = pattern.get("dayOfMonth")
    longest = 31 if month is None else max(calendar.monthrange(year, month)[1], 29 if month == 2 else 0)
    if not isinstance(day, int) or not 1 <= day <= longest:
        raise invalid(f"The recurrence pattern's dayOfMonth must be from 1 to {longest}.")
    if day <= 28:
        return [f"BYMONTHDAY={day}"]
    # Outlook uses the last day of a month that is too short, where a plain RRULE would leave the month out.
    return [f"BYMONTHDAY={','.join(str(one) for one in range(28, day + 1))}", "BYSETPOS=-1"]


def _relative(pattern: dict[str, Any]) -> list[str]:
    index = _INDEXES.get(str(pattern.get("index", "first")).casefold())
    if index is None:
        raise invalid(f"The recurrence pattern's index '{pattern.get('index')}' is not supported.")
    return [f"BYDAY={','.join(_days(pattern))}", f"BYSETPOS={index}"]


def _range_rule(value: dict[str, Any], zone: str, all_day: bool) -> list[str]:  # noqa: FBT001
    kind = str(value.get("type", "")).casefold()
    _date(value.get("startDate"), "startDate")
    zone = iana(str(value["recurrenceTimeZone"])) if value.get("recurrenceTimeZone") else zone
    if kind == "noend":
        return []
    if kind == "numbered":
        count = value.get("numberOfOccurrences")
        if not isinstance(count, int) or count < 1:
            raise invalid("The recurrence range's numberOfOccurrences must be at least 1.")
        return [f"COUNT={count}"]
    if kind != "enddate":
        raise invalid(f"The recurrence range type '{value.get('type')}' is not supported.")
    last = _date(value.get("endDate"), "endDate")
    if last < _date(value["startDate"], "startDate"):
        raise invalid("The recurrence range ends before it starts.", "ErrorCalendarEndDateIsEarlierThanStartDate")
    if all_day:
        return [f"UNTIL={last:%Y%m%d}"]
    return [f"UNTIL={to_utc(datetime.combine(last, time(23, 59, 59)), zone):%Y%m%dT%H%M%SZ}"]


def _date(value: Any, what: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise invalid(f"The recurrence range's {what} is no date.") from error


def until_wall(text: str, zone: str) -> datetime:
    """Return an UNTIL value as wall time (naive) in an IANA zone; a date means the end of that day."""
    if "T" not in text:
        return datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time(23, 59, 59))  # noqa: DTZ007
    wall = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007
    return to_wall(wall.replace(tzinfo=UTC), zone) if text.endswith("Z") else wall


def to_graph(lines: tuple[str, ...], start: datetime, zone: str, *, all_day: bool) -> dict[str, Any] | None:
    """Return Graph's recurrence for RFC 5545 lines of an event that starts at that wall time in that IANA zone.

    ``None`` for a rule that Graph has no words for; its occurrences are shown all the same.
    """
    rule = rule_parts(lines)
    pattern = _pattern(rule, start)
    if pattern is None:
        return None
    named = "UTC" if all_day else windows(zone)
    span = {"startDate": start.date().isoformat(), "recurrenceTimeZone": named, "numberOfOccurrences": 0}
    if "COUNT" in rule:
        return {
            "pattern": pattern,
            "range": {**span, "type": "numbered", "endDate": "0001-01-01", "numberOfOccurrences": int(rule["COUNT"])},
        }
    if "UNTIL" not in rule:
        return {"pattern": pattern, "range": {**span, "type": "noEnd", "endDate": "0001-01-01"}}
    until = until_wall(rule["UNTIL"], zone)
    last = until.date() if until.time() >= start.time() else until.date() - timedelta(days=1)
    return {"pattern": pattern, "range": {**span, "type": "endDate", "endDate": last.isoformat()}}


def _pattern(rule: dict[str, str], start: datetime) -> dict[str, Any] | None:
    frequency = rule.get("FREQ", "")
    days = [part for part in rule.get("BYDAY", "").split(",") if part]
    known = {"FREQ", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "WKST", "COUNT", "UNTIL"}
    if not set(rule) <= known or "," in rule.get("BYMONTH", ""):
        return None
    base: dict[str, Any] = {
        "interval": int(rule.get("INTERVAL", "1")),
        "month": 0,
        "dayOfMonth": 0,
        "daysOfWeek": [],
        "firstDayOfWeek": _DAYS[rule.get("WKST", "MO")],
        "index": "first",
    }
    if frequency in {"DAILY", "WEEKLY"}:
        return _short_pattern(base, rule, days, start)
    if frequency not in {"MONTHLY", "YEARLY"} or (frequency == "MONTHLY" and "BYMONTH" in rule):
        return None
    if frequency == "YEARLY":
        if days and "BYMONTH" not in rule:
            return None
        base["month"] = int(rule.get("BYMONTH", start.month))
    ending = "Monthly" if frequency == "MONTHLY" else "Yearly"
    return _relative_pattern(base, rule, days, ending) if days else _absolute_pattern(base, rule, start, ending)


def _short_pattern(
    base: dict[str, Any], rule: dict[str, str], days: list[str], start: datetime
) -> dict[str, Any] | None:
    daily = rule["FREQ"] == "DAILY"
    if {"BYMONTH", "BYMONTHDAY", "BYSETPOS"} & set(rule) or (daily and days and base["interval"] > 1):
        return None
    if daily and not days:
        return {**base, "type": "daily"}
    codes = days or [list(_DAYS)[start.weekday()]]
    return {**base, "type": "weekly", "daysOfWeek": [_DAYS[code] for code in codes]}


def _absolute_pattern(
    base: dict[str, Any], rule: dict[str, str], start: datetime, ending: str
) -> dict[str, Any] | None:
    numbers = [int(part) for part in rule.get("BYMONTHDAY", str(start.day)).split(",")]
    clipped = numbers == list(range(28, 28 + len(numbers))) and rule.get("BYSETPOS") == "-1"
    if not clipped and (len(numbers) != 1 or numbers[0] < 1 or "BYSETPOS" in rule):
        return None
    return {**base, "type": f"absolute{ending}", "dayOfMonth": numbers[-1]}


def _relative_pattern(
    base: dict[str, Any], rule: dict[str, str], days: list[str], ending: str
) -> dict[str, Any] | None:
    numbers = {day[:-2] for day in days} - {""} or {rule.get("BYSETPOS", "")}
    if "BYMONTHDAY" in rule or len(numbers) != 1 or (len(days) > 1 and any(len(day) > 2 for day in days)):
        return None
    number = numbers.pop().lstrip("+")
    index = _NAMES.get(int(number)) if number.lstrip("-").isdigit() else None
    if index is None:
        return None
    return {**base, "type": f"relative{ending}", "index": index, "daysOfWeek": [_DAYS[day[-2:]] for day in days]}
