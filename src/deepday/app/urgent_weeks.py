"""Urgent requests by week, for the report of a measured period."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from deepday.app.trial_routing import read_routing
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.measure.days import week_key
from deepday.measure.latency import Wait, summarise
from deepday.measure.result import UrgentWeek
from deepday.model import Interval
from deepday.trial.routing import RequestEnd, UrgentWait


def urgent_weeks(
    person: str, dates: tuple[date, date], zone: ZoneInfo, windows: Sequence[Interval], clock: Clock
) -> tuple[UrgentWeek, ...]:
    """Return the weeks of these dates in which urgent requests were sent, colleagues asked, or deep work was broken.

    Their limit is the time that the settings give for an answer. The rest as in
    :func:`deepday.app.trial_routing.read_routing`.
    """
    record, _ = read_routing(person, dates, zone, windows, clock)
    if record is None:
        return ()
    limit = round(60 * load_settings().measure.answer_limit)
    waits: dict[str, list[UrgentWait]] = {}
    for one in record.waits:
        waits.setdefault(week_key(one.date), []).append(one)
    broken = {week_key(monday): count for monday, count in record.broken.items()}
    asked = {week_key(monday): counts for monday, counts in record.asked.items()}
    return tuple(
        UrgentWeek(
            week,
            summarise([_wait(one) for one in waits.get(week, [])], limit),
            sum(one.end is RequestEnd.UNREACHED for one in waits.get(week, [])),
            broken.get(week, 0),
            record.budget,
            asked.get(week, ()),
        )
        for week in sorted({*waits, *broken, *asked})
    )


def _wait(one: UrgentWait) -> Wait:
    return Wait(0, round(60 * one.minutes), one.end is RequestEnd.ANSWERED)
