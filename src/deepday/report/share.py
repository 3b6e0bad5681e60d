"""The shareable face: the same measurement without whatever could show a single day, a message or an entry."""

import dataclasses
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from deepday.measure.result import DayMeasure, Figures, Measurement, WeekMeasure

FEWEST_DAYS = 3
"""An aggregate of fewer observed days would be a single day in disguise."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_ABSENT: dict[str, Any] = dict.fromkeys(field.name for field in dataclasses.fields(Figures))


@dataclass(frozen=True, slots=True)
class WeekdayMean:
    """Means over the observed eligible days of one weekday (0 is Monday); seconds, and a count of interruptions."""

    weekday: int
    days: int
    work: float
    meeting: float
    focus120: float
    interruptions: float
    cost: float

    @property
    def name(self) -> str:
        """The weekday's English name."""
        return WEEKDAYS[self.weekday]


def left_out() -> tuple[str, ...]:
    """Return what the shareable face leaves out, one phrase each."""
    return (
        "single days and their timelines",
        "the minutes and causes behind the figures",
        "titles, file names, addresses and other people",
        "what could not be read, entry by entry (the number is kept)",
        f"figures of weeks and weekdays with fewer than {FEWEST_DAYS} observed days",
    )


def reduced(measurement: Measurement) -> Measurement:
    """Return the measurement with weeks only, and those without figures where they cover too few days."""
    weeks = tuple(week if week.observed_days >= FEWEST_DAYS else _blank(week) for week in measurement.weeks)
    return dataclasses.replace(measurement, skipped=(), days=(), weeks=weeks, ledgers=(), notes=())


def weekday_means(measurement: Measurement) -> tuple[WeekdayMean, ...]:
    """Return the means of every weekday with enough observed eligible days, Monday first."""
    found: list[WeekdayMean] = []
    for weekday in range(7):
        days = [day for day in measurement.days if day.date.weekday() == weekday and day.eligible and day.observed]
        if len(days) >= FEWEST_DAYS:
            found.append(_mean(weekday, days))
    return tuple(found)


def _mean(weekday: int, days: list[DayMeasure]) -> WeekdayMean:
    figures = [day.figures for day in days]
    return WeekdayMean(
        weekday,
        len(days),
        fmean(item.work or 0 for item in figures),
        fmean(item.meeting or 0 for item in figures),
        fmean(item.focus120 or 0 for item in figures),
        fmean(item.interruptions or 0 for item in figures),
        fmean(item.cost.central if item.cost else 0 for item in figures),
    )


def _blank(week: WeekMeasure) -> WeekMeasure:
    return WeekMeasure(
        week=week.week,
        first=week.first,
        last=week.last,
        observed_days=week.observed_days,
        eligible_days=week.eligible_days,
        figures=Figures(**_ABSENT),
        cost_interval=None,
        joint_interval=None,
        five_day_equivalent=None,
        mean_eligible_day=None,
        latency=None,
        money=None,
        short_rests=None,
    )
