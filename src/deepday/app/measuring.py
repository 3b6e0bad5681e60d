"""Measure a period, from files or from the store, and bring it out in the shape that was asked for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from deepday.app.period import parse_period
from deepday.app.person import build_parameters, build_person, with_days_off
from deepday.app.request import Request
from deepday.app.sources import Found, context_for, found_in, read_files, reading_window
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.config.settings import Settings
from deepday.connect import Progress
from deepday.errors import InputError, NotEnoughDataError
from deepday.measure.columns import unique
from deepday.measure.days import absences, working_days
from deepday.measure.measuring import Observations, measure
from deepday.measure.result import Measurement, UrgentWeek
from deepday.model import DateRange, Person

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class Outcome:
    """A measurement, and what keeps it from being worth much, if anything."""

    measurement: Measurement
    problem: NotEnoughDataError | None


def measure_period(request: Request, progress: Progress, *, ledger: bool = True, clock: Clock | None = None) -> Outcome:
    """Measure what was asked for. Raises :class:`InputError` for what cannot be."""
    settings = load_settings()
    person = build_person(request, settings)
    parameters = build_parameters(request, settings)
    first, last, found, person = observe(request, settings, person, progress, clock or SystemClock())
    measurement = measure(person, first, last, found.seen, parameters, ledger=ledger)
    urgent = () if request.has_files else _urgent_weeks(person, first, last, found, clock or SystemClock())
    measurement = replace(measurement, notes=found.notes, urgent=urgent)
    return Outcome(measurement, _problem(measurement, found))


def _urgent_weeks(person: Person, first: date, last: date, found: Found, clock: Clock) -> tuple[UrgentWeek, ...]:
    from deepday.app.urgent_weeks import urgent_weeks  # noqa: PLC0415 - files do without a database

    working = working_days(person, first, last, absences(unique(found.seen.events), person))
    windows = [window for day in working for window in day.windows]
    return urgent_weeks(person.email.lower(), (first, last), person.zone, windows, clock)


def _problem(measurement: Measurement, found: Found) -> NotEnoughDataError | None:
    """Say what keeps the figures from meaning anything. A day that is covered and empty is a zero, and no problem."""
    period = f"{measurement.days[0].date} to {measurement.days[-1].date}"
    advice = "Check the dates (--from, --to) and what the files cover: deepday doctor FILE"
    if found.empty:
        return NotEnoughDataError("There is no event, and no message of yours or to you, in what was given.", advice)
    if not any(day.calendar_observed for day in measurement.days):
        return NotEnoughDataError(f"No calendar covers a day of {period}: working time cannot be measured.", advice)
    if found.activity and not any(day.messages_observed for day in measurement.days):
        return NotEnoughDataError(f"The chat activity covers no day of {period}: interruptions are not known.", advice)
    return None


def observe(
    request: Request, settings: Settings, person: Person, progress: Progress, clock: Clock
) -> tuple[date, date, Found, Person]:
    """Return the period, what was observed in it, and the owner with the days off in it."""
    today = clock.now().astimezone(person.zone).date()
    if request.has_files:
        last_week = today - timedelta(days=today.weekday() + 1)
        first, last = parse_period(request.first, request.last, until=last_week)
        person = with_days_off(person, request, settings, first, last)
        keep_titles = request.keep_titles or settings.privacy.keep_titles
        context = context_for(person, reading_window(person, first, last), progress, keep_titles=keep_titles)
        period = person.window(first, last)
        return first, last, read_files(request.calendars, request.slack_export, context, person, period), person
    return _from_store(request, settings, person, today)


def make_private(path: Path) -> None:
    """Make the file readable by its owner only, before anything is in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)


def _from_store(request: Request, settings: Settings, person: Person, today: date) -> tuple[date, date, Found, Person]:
    from deepday.app.storing import open_existing_store  # noqa: PLC0415 - files do without a database
    from deepday.store.rows import SourceKind  # noqa: PLC0415

    with open_existing_store() as store:
        latest = max((item.end for item in store.coverage(SourceKind.ACTIVITY)), default=0)
        until = min(today - timedelta(days=1), _date_of(latest, person)) if latest else today - timedelta(days=1)
        first, last = parse_period(request.first, request.last, until=until)
        person = with_days_off(person, request, settings, first, last)
        window = reading_window(person, first, last)
        kinds = {source.kind for source in store.sources()}
        seen = Observations(
            events=tuple(store.events(window, DateRange(first, last + timedelta(days=1)))),
            stream=store.activity(window),
            calendar_observed=store.coverage(SourceKind.CALENDAR),
            messages_observed=store.coverage(SourceKind.ACTIVITY),
            skipped=tuple(store.skipped()),
        )
    period = person.window(first, last)
    calendars, activity = (kind in kinds for kind in (SourceKind.CALENDAR, SourceKind.ACTIVITY))
    found = found_in(seen, person, period, calendars=calendars, activity=activity, empty=not kinds)
    return first, last, found, person


def _date_of(instant: int, person: Person) -> date:
    """Return the last local date that is complete at that instant."""
    from datetime import UTC, datetime  # noqa: PLC0415

    return datetime.fromtimestamp(instant, UTC).astimezone(person.zone).date() - timedelta(days=1)


def as_json(measurement: Measurement, *, shareable: bool) -> dict[str, object]:
    """Return the stable JSON form."""
    from deepday.report.json_view import measurement_to_json  # noqa: PLC0415 - only the shape asked for is loaded

    return measurement_to_json(measurement, shareable=shareable)


def as_terminal(measurement: Measurement, console: "Console", *, shareable: bool) -> None:
    """Print the report."""
    from deepday.report.terminal import render  # noqa: PLC0415

    render(measurement, console, shareable=shareable)


def write_files(
    measurement: Measurement, html: Path | None, csv: Path | None, *, shareable: bool, clock: Clock | None = None
) -> Iterator[Path]:
    """Write the page and the tables that were asked for, and give each path as it is written.

    Raises :class:`InputError` where a file cannot be written.
    """
    try:
        if html:
            from deepday.report.html import render_html  # noqa: PLC0415

            now = (clock or SystemClock()).now()
            make_private(html)
            html.write_text(render_html(measurement, shareable=shareable, generated=now), encoding="utf-8")
            yield html
        if csv:
            from deepday.report.csv_view import write_csv  # noqa: PLC0415

            make_private(csv)
            yield from write_csv(measurement, csv, shareable=shareable)
    except OSError as error:
        raise InputError(
            f"{error.filename or html or csv} cannot be written: {error.strerror}.", "Choose another place."
        ) from None
