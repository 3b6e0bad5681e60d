"""What a report says, in words: computed once here, so that terminal and page cannot disagree."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from deepday.measure.parameters import Parameters
from deepday.measure.result import DayMeasure, Measurement, Money, WeekMeasure
from deepday.report.share import FEWEST_DAYS, left_out, reduced, weekday_means
from deepday.report.tables import Table, cost_range, day_table, is_free, is_partial, remark, week_table, weekday_table
from deepday.report.words import NOT_ENOUGH, counted, day_name, duration, listed, period, roughly, week_name
from deepday.report.words import share as per_cent

MOST_SKIPPED = 5
_FEW_MESSAGES = 10


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One figure that matters: its name, its value (a range where it is an estimate), and what it means.

    ``metric``: under which name the minutes behind it can be asked for.
    """

    name: str
    value: str
    meaning: str
    metric: str


@dataclass(frozen=True, slots=True)
class View:
    """Everything a report says apart from its charts. ``week`` is the one that headline and key figures speak of."""

    period: str
    headline: str
    week: WeekMeasure | None
    key_figures: tuple[KeyFigure, ...]
    weeks: tuple[WeekMeasure, ...]
    tables: tuple[Table, ...]
    latency: str
    urgent: str
    evidence: str
    money: str
    unread: tuple[str, ...]
    gaps: tuple[str, ...]
    notes: tuple[str, ...]
    left_out: tuple[str, ...]


def view_of(measurement: Measurement, *, shareable: bool = False) -> View:
    """Put a measurement into words. ``shareable``: aggregates only, and a list of what was left out."""
    shown = reduced(measurement) if shareable else measurement
    week = headline_week(shown)
    tables = (weekday_table(weekday_means(measurement)), week_table(shown.weeks))
    return View(
        period=period(measurement.days[0].date, measurement.days[-1].date) if measurement.days else "no days",
        headline=_headline(measurement, week),
        week=week,
        key_figures=_key_figures(measurement, week) if week else (),
        weeks=shown.weeks,
        tables=tables if shareable else (day_table(measurement), week_table(shown.weeks)),
        latency=_of(week, _latency(week)) if week else "",
        urgent=_of(week, _urgent(measurement, week)) if week else "",
        evidence=_of(week, _evidence(week)) if week else "",
        money=_of(week, _money(week.money)) if week and week.money else "",
        unread=_unread(measurement, shareable=shareable),
        gaps=(*_gaps(measurement, shareable=shareable), *_guests(shown.weeks)),
        notes=shown.notes,
        left_out=left_out() if shareable else (),
    )


def headline_week(measurement: Measurement) -> WeekMeasure | None:
    """Return the last full week; without one the last with any observed day, else the last with meetings known."""
    weeks = measurement.weeks[::-1]
    measured = [week for week in weeks if week.observed_days and cost_range(week)]
    full = [week for week in measured if not is_partial(week)]
    known = [week for week in weeks if week.figures.meeting is not None and week.eligible_days]
    return next(iter(full or measured or known), None)


def _headline(measurement: Measurement, week: WeekMeasure | None) -> str:
    if week is None:
        return "Nothing can be said about interruptions yet: no working day of the period was observed."
    name = week_name(week.week)
    interval = cost_range(week)
    if interval is None or not week.observed_days:
        return (
            f"What interruptions took in {name} is not known, because chat was not observed; "
            f"meetings took {duration(week.figures.meeting)} of {duration(_work(measurement, week, chat=False))} "
            "of working time."
        )
    work = duration(_work(measurement, week, chat=True))
    where = f"In {name}"
    if is_partial(week):
        where += f", of which {counted(week.observed_days, 'working day')} {_was(week.observed_days)} observed,"
    low, middle, high = map(roughly, (interval.p5, interval.p50, interval.p95))
    if interval.p95 <= 0:
        text = f"{where} no interruption was seen in {work} of working time."
    elif low == high:
        text = f"{where} interruptions took about {middle} of {work} of working time."
    else:
        text = (
            f"{where} interruptions took between {low} and {high} of {work} of working time, "
            f"most likely about {middle}."
        )
    return text if week.observed_days >= FEWEST_DAYS else f"{text} For a usual week that is {NOT_ENOUGH}."


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _work(measurement: Measurement, week: WeekMeasure, *, chat: bool) -> int:
    """Return the working time that figures of the week refer to: of days with a calendar, and with ``chat`` too."""
    days = [day for day in measurement.days if day.week == week.week and day.calendar_observed]
    return sum(day.figures.work or 0 for day in days if day.messages_observed or not chat)


def _key_figures(measurement: Measurement, week: WeekMeasure) -> tuple[KeyFigure, ...]:
    figures = week.figures
    observed = _work(measurement, week, chat=True)
    planned = (figures.work or 0) if week.observed_days else _work(measurement, week, chat=False)
    found: list[KeyFigure] = []
    interval = cost_range(week)
    if interval is not None:
        meaning = (
            f"of working time, most likely about {roughly(interval.p50)} ({per_cent(interval.p50, observed)}): "
            "answering, and picking the work up again."
        )
        found.append(KeyFigure("Cost of interruptions", _range(interval.p5, interval.p95), meaning, "cost"))
    if figures.interruptions is not None:
        most = figures.interruptions + (figures.exposures or 0)
        value = f"{figures.interruptions} to {most}" if figures.exposures else str(figures.interruptions)
        meaning = f"{figures.interruptions} drew an answer at once; " + (
            f"{counted(figures.exposures, 'exposure')} drew none, and nobody knows which were noticed."
            if figures.exposures
            else "no other message came in while work was free."
        )
        found.append(KeyFigure("Interruptions", value, meaning, "interruptions"))
    if figures.focus120 is not None:
        meaning = (
            f"without meetings or own chat ({per_cent(figures.focus120, observed)} of working time). "
            f"{duration(figures.fragmented)} more came in shorter pieces."
        )
        preset = measurement.parameters.preset.name
        if preset != Parameters().preset.name and figures.preset_focus is not None:
            meaning += f" Counted as {preset} does: {duration(figures.preset_focus)}."
        found.append(KeyFigure("Quiet blocks of 2 h or more", duration(figures.focus120), meaning, "focus120"))
    elif figures.calendar_focus is not None:
        meaning = f"{per_cent(figures.calendar_focus, planned)} of working time; how quiet it was is not known."
        found.append(
            KeyFigure("Two hours or more between meetings", duration(figures.calendar_focus), meaning, "calendar_focus")
        )
    if figures.meeting is not None:
        twice = f", {duration(figures.double_booked)} double-booked (counted once)" if figures.double_booked else ""
        meaning = f"{per_cent(figures.meeting, planned)} of working time{twice}."
        found.append(KeyFigure("Meetings", duration(figures.meeting), meaning, "meeting"))
    if figures.after_hours is not None:
        rests = f" {counted(week.short_rests, 'rest')} between days under 11 h." if week.short_rests else ""
        meaning = f"meetings and own chat outside the working day.{rests}"
        found.append(KeyFigure("After hours", duration(figures.after_hours), meaning, "after_hours"))
    return tuple(found)


def _range(low: int, high: int) -> str:
    first, last = roughly(low), roughly(high)
    return first if first == last else f"{first} to {last}"


def _of(week: WeekMeasure, sentence: str) -> str:
    """Say of which week a sentence speaks; the report may be of many."""
    return f"{week_name(week.week)}: {sentence}" if sentence else ""


def _latency(week: WeekMeasure) -> str:
    if week.figures.handling is None:
        return "Answering times are not known, because chat was not observed."
    latency = week.latency
    messages = latency.answered + latency.still_open if latency else 0
    if latency is None or not messages:
        return "No directed message waited for an answer, so there is no answering time."
    open_ones = f"{latency.still_open} still open" if latency.still_open else "none still open"
    if latency.median is None:
        text = f"More than half of {counted(messages, 'directed message')} had no answer when observation ended"
    else:
        text = f"Half of {counted(messages, 'directed message')} had an answer within {duration(latency.median)}"
    if latency.within_limit is not None:
        text += f"; {100 * latency.within_limit:.0f} % within {duration(latency.limit)}"
    text += f" of working time ({latency.answered} answered, {open_ones}; Kaplan-Meier estimate)."
    return f"{text} So few messages are {NOT_ENOUGH}." if messages < _FEW_MESSAGES else text


def _urgent(measurement: Measurement, week: WeekMeasure) -> str:
    """Say what came of the week's urgent requests; nothing where none were ever recorded."""
    found = next((one for one in measurement.urgent if one.week == week.week), None)
    if found is None:
        return "No urgent request was recorded." if measurement.urgent else ""
    waits = found.waits
    if waits is None:
        text = "No urgent request was recorded"
    else:
        text = f"{counted(waits.answered + waits.still_open, 'urgent request')}, {waits.answered} answered"
        text += f", {found.unreached} for which nobody could be reached" if found.unreached else ""
        if waits.median is not None:
            text += f": half within {duration(waits.median)} of working time (Kaplan-Meier estimate)"
    if found.asked:
        each = f" ({', '.join(map(str, found.asked))})" if len(found.asked) > 1 else ""
        text += f". {counted(len(found.asked), 'colleague')} who cover{'s' if len(found.asked) == 1 else ''} "
        text += f"{'was' if len(found.asked) == 1 else 'were'} asked {counted(sum(found.asked), 'time')}{each}"
    if found.broken or found.budget is not None:
        agreed = f"; agreed: at most {found.budget} a week" if found.budget is not None else ""
        text += f". Deep work was broken {counted(found.broken, 'time')}{agreed}"
    return f"{text}."


def _evidence(week: WeekMeasure) -> str:
    figures = week.figures
    if figures.evidenced is None or figures.span is None:
        return "Traces of work are not known, because chat was not observed."
    if figures.evidenced >= figures.span:
        return f"Traces of work: {duration(figures.evidenced)}."
    return (
        f"Traces of work between {duration(figures.evidenced)} and {duration(figures.span)}: from the meetings and own "
        "messages themselves to the whole time from each day's first to its last, breaks left out."
    )


def _money(money: Money) -> str:
    if not all(map(math.isfinite, (money.low, money.median, money.high, money.hourly_rate))):
        return ""
    low, middle, high = (f"{value:,.0f}" for value in (money.low, money.median, money.high))
    return (
        f"Value of the time: {money.currency} {low} to {high}, most likely about {middle}, at {money.currency} "
        f"{money.hourly_rate:,.2f} an hour. That is not cash: hours are not refunded, and some interruptions were "
        "the job."
    )


def _unread(measurement: Measurement, *, shareable: bool) -> tuple[str, ...]:
    skipped = measurement.skipped
    if not skipped:
        return ()
    head = f"{counted(len(skipped), 'entry', 'entries')} could not be read and {_was(len(skipped))} left out."
    if shareable:
        return (head,)
    lines = [f"{': '.join(filter(None, (item.source, item.where)))}: {item.reason}" for item in skipped[:MOST_SKIPPED]]
    more = len(skipped) - MOST_SKIPPED
    return (head, *lines, f"and {more:,} more; --json lists all") if more > 0 else (head, *lines)


def _gaps(measurement: Measurement, *, shareable: bool) -> tuple[str, ...]:
    missing: dict[str, list[DayMeasure]] = {}
    for day in measurement.days:
        if not (day.observed or is_free(day)):
            missing.setdefault(remark(day), []).append(day)
    found: list[str] = []
    for what, days in missing.items():
        names = "" if shareable else f": {listed([day_name(day.date) for day in days], 6)}"
        found.append(f"{what.capitalize()} on {counted(len(days), 'working day')}{names}. That is not a zero.")
    return tuple(found)


def _guests(weeks: Sequence[WeekMeasure]) -> tuple[str, ...]:
    """Say how many of the meetings in the figures are less certain, because their entries name no guests."""
    count = sum(week.figures.low_quality_meetings or 0 for week in weeks)
    if not count:
        return ()
    verbs = ("has", "it counts as a meeting") if count == 1 else ("have", "they count as meetings")
    return (f"{counted(count, 'meeting')} {verbs[0]} no guest list; {verbs[1]}, with less certainty.",)
