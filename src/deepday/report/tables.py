"""The tables of days, weeks and weekdays as text cells, for terminal and page alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from deepday.measure.result import CostInterval, DayMeasure, Figures, Measurement, WeekMeasure
from deepday.report.share import FEWEST_DAYS, WeekdayMean
from deepday.report.words import ABSENT, DASH, NOT_ENOUGH, clock, day_name, duration, number, week_name

RECENT_WEEKS = 5
"""More weeks than that make a table of days unreadable; JSON and CSV hold them all."""


class Kind(StrEnum):
    """What a row stands for: a measured stretch, one that is measured in part, one without data, or a day off."""

    OBSERVED = "observed"
    PARTIAL = "partial"
    GAP = "gap"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Column:
    """``short`` is a heading of two lines for a narrow table; ``rank`` 1 is the last to go when room is short."""

    key: str
    head: str
    short: str
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """Cells by the key of their column. The first column names the row."""

    kind: Kind
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text, with a note on how to read it. It may have no rows."""

    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


_WORK = Column("work", "Work", "\nWork")
_MEETING = Column("meeting", "Meetings", "Meet-\nings")
_FOCUS = Column("focus120", "Quiet ≥ 2 h", "Quiet\n≥ 2 h")
_INTERRUPTIONS = Column("interruptions", "Interruptions", "Inter-\nrupt.")
_COST = Column("cost", "Cost (most likely)", "Cost\n(most likely)")
_FIGURES = (
    _WORK,
    _MEETING,
    _FOCUS,
    Column("fragmented", "Fragmented", "Frag-\nmented", 2),
    Column("handling", "Own chat", "Own\nchat", 4),
    _INTERRUPTIONS,
    Column("exposures", "Exposures", "Expo-\nsures", 3),
    _COST,
    Column("after_hours", "After hours", "After\nhours", 2),
)
_DAY_COLUMNS = (Column("name", "Day", "\nDay"), *_FIGURES)
_WEEK_COLUMNS = (
    Column("name", "Week", "\nWeek"),
    Column("days", "Days observed", "Days\nobs."),
    *_FIGURES,
    Column("five", "Cost of 5 days", "Cost of\n5 days", 4),
)
_WEEKDAY_COLUMNS = (
    Column("name", "Weekday", "Weekday"),
    Column("days", "Days", "Days"),
    _WORK,
    _MEETING,
    _FOCUS,
    _INTERRUPTIONS,
    _COST,
)


def day_table(measurement: Measurement) -> Table:
    """Return the days of the last weeks that have working time, a day off, or work on a free day."""
    rows = tuple(_day_row(day) for day in days_shown(measurement))
    note = "Hours and minutes. Cost runs from no exposure noticed to every exposure noticed."
    if len(measurement.weeks) > RECENT_WEEKS:
        note += f" Only the last {RECENT_WEEKS} weeks are shown; --json and --csv hold every day."
    return Table("Days", note, _DAY_COLUMNS, rows)


def week_table(weeks: Sequence[WeekMeasure]) -> Table:
    """Return the weeks, with the range of the cost when both assumptions are uncertain."""
    note = "Sums of the observed days. Cost runs from the 5 % to the 95 % point of what the assumptions allow."
    return Table("Weeks", note, _WEEK_COLUMNS, tuple(_week_row(week) for week in weeks))


def weekday_table(means: Sequence[WeekdayMean]) -> Table:
    """Return the means by weekday."""
    rows = tuple(
        Row(
            Kind.OBSERVED,
            {
                "name": mean.name,
                "days": str(mean.days),
                "work": clock(mean.work),
                "meeting": clock(mean.meeting),
                "focus120": clock(mean.focus120),
                "interruptions": f"{mean.interruptions:.1f}",
                "cost": clock(mean.cost),
            },
        )
        for mean in means
    )
    note = f"Means of the observed days; a weekday is listed once {FEWEST_DAYS} of its days were observed."
    return Table("Weekdays", note, _WEEKDAY_COLUMNS, rows)


def days_shown(measurement: Measurement) -> list[DayMeasure]:
    """Return the days that tables and strips show."""
    recent = {week.week for week in measurement.weeks[-RECENT_WEEKS:]}
    return [day for day in measurement.days if day.week in recent and is_shown(day)]


def is_shown(day: DayMeasure) -> bool:
    """Tell whether there is anything to say about a day; a free weekend has nothing."""
    figures = day.figures
    return bool(day.scheduled or figures.work or day.day_off or figures.off_day or figures.after_hours)


def is_free(day: DayMeasure) -> bool:
    """Tell whether the day has no working time, as far as is known."""
    return not day.figures.work and not (day.figures.work is None and day.scheduled and not day.day_off)


def remark(day: DayMeasure) -> str:
    """Return why a day has no figures, or what makes it special; empty for a working day that was observed."""
    if is_free(day):
        name = day.day_off or "day off"
        return f"{name}, traces of {duration(day.figures.off_day)}" if day.figures.off_day else name
    if day.observed:
        return ""
    if day.calendar_observed:
        return "no chat data"
    return "no calendar data" if day.messages_observed else "no data"


def is_partial(week: WeekMeasure) -> bool:
    """Tell whether working days of the week are missing: not observed, or outside the period."""
    cut = week.first.weekday() != 0 or week.last.weekday() < 4
    return cut or week.observed_days < week.eligible_days


def cost_range(week: WeekMeasure) -> CostInterval | None:
    """Return the range that reports show: of all assumptions together where known, else of the lag alone."""
    return week.joint_interval or week.cost_interval


def _day_row(day: DayMeasure) -> Row:
    said = remark(day)
    cells = {"name": day_name(day.date), **_figures(day.figures)}
    if cost := day.figures.cost:
        cells["cost"] = _cost(cost.low, cost.central, cost.high)
    else:
        cells["cost"] = said
    if is_free(day):
        return Row(Kind.OFF, {"name": cells["name"], "cost": said, "after_hours": cells["after_hours"]})
    return Row(Kind.GAP if said else Kind.OBSERVED, cells)


def _week_row(week: WeekMeasure) -> Row:
    interval = cost_range(week)
    partial = is_partial(week)
    cells = {
        "name": week_name(week.week),
        "days": f"{week.observed_days}/{week.eligible_days}",
        **_figures(week.figures),
        "cost": _cost(interval.p5, interval.p50, interval.p95) if interval else "",
        "five": NOT_ENOUGH if week.five_day_equivalent is None else clock(week.five_day_equivalent),
    }
    if not week.eligible_days:
        return Row(Kind.OFF, {"name": cells["name"], "cost": "no working days", "after_hours": cells["after_hours"]})
    if not week.observed_days:
        return Row(Kind.GAP, {**cells, "cost": "not observed", "five": ABSENT})
    return Row(Kind.PARTIAL if partial else Kind.OBSERVED, cells)


def _figures(figures: Figures) -> dict[str, str]:
    durations = {name: clock(getattr(figures, name)) for name in ("meeting", "focus120", "fragmented", "handling")}
    return {
        "work": clock(figures.work),
        **durations,
        "interruptions": number(figures.interruptions),
        "exposures": number(figures.exposures),
        "after_hours": clock(figures.after_hours),
    }


def _cost(low: int, likely: int, high: int) -> str:
    first, last = clock(low), clock(high)
    return first if first == last else f"{first}{DASH}{last} ({clock(likely)})"
