"""Days as they might have been measured."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from deepday.case.evidence import Evidence, EvidenceDay, WeekCost

MONDAY = date(2026, 3, 9)
HOUR = 3600


def day(at: date, quiet: Sequence[int] = (3 * HOUR, HOUR), *, between: Sequence[int] = (6 * HOUR,)) -> EvidenceDay:
    year, week, _ = at.isocalendar()
    return EvidenceDay(
        date=at,
        week=f"{year}-W{week:02}",
        eligible=True,
        observed=True,
        calendar_observed=True,
        work=8 * HOUR,
        meeting=2 * HOUR,
        focus120=sum(length for length in quiet if length >= 2 * HOUR),
        interruptions=4,
        exposures=3,
        switches=(4, 1, 2, 3),
        after_hours=600,
        evidenced=4 * HOUR,
        span=9 * HOUR,
        rest_before=12 * HOUR,
        quiet=tuple(quiet),
        between=tuple(between),
    )


def days(weeks: int, *, first: date = MONDAY) -> list[EvidenceDay]:
    """Five working days in each week; the quiet time differs from day to day, and from week to week."""
    return [
        day(first + timedelta(weeks=week, days=n), ((1 + (week + n) % 4) * HOUR, HOUR))
        for week in range(weeks)
        for n in range(5)
    ]


def evidence(weeks: int) -> Evidence:
    found = days(weeks)
    names = list(dict.fromkeys(one.week for one in found))
    costs = tuple(WeekCost(name, 5, 4 * HOUR, 7 * HOUR, 11 * HOUR) for name in names)
    return Evidence(tuple(found), costs, (60, 900), 0.86, 3600, 89, names[-1] if names else "")


def unobserved(one: EvidenceDay) -> EvidenceDay:
    return replace(one, observed=False, focus120=None, switches=None, evidenced=None, span=None, quiet=())
