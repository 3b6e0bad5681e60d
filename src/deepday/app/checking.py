"""What is wrong, and how to mend it: files, zones, settings, store, gaps in the data."""

import platform
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from deepday import __version__
from deepday.app.accounts import examine_accounts
from deepday.app.health import Check, Health
from deepday.app.person import build_parameters, build_person, find_zone, public_holidays, with_days_off
from deepday.app.plan_checking import check_calendars, remarks_on_cover
from deepday.app.request import Request
from deepday.app.sources import context_for, read_calendar, read_slack_export, shown
from deepday.app.storing import is_slack_export
from deepday.clock import Clock, SystemClock
from deepday.config.load import load_settings
from deepday.config.paths import config_file, database_location
from deepday.config.settings import Settings
from deepday.connect import Progress, ReadContext, available
from deepday.errors import DeepdayError, InputError, NotEnoughDataError
from deepday.measure.days import working_days
from deepday.model import Interval, Person, Skipped, WeeklyHours, subtract
from deepday.store.repository import Store, open_store
from deepday.store.rows import SourceKind

DECADE = 10 * 366 * 86_400


def check_settings() -> str:
    """Check the configuration file and return a sentence. Raises :class:`InputError` naming every problem."""
    settings = load_settings()
    _verify(settings)
    path = config_file()
    said = f"{path} is fine." if path.exists() else f"{path} is not there: all settings have their defaults."
    return "\n".join([said, *remarks_on_cover(settings)])


def _verify(settings: Settings) -> None:
    """Check what only the parts that use a setting can tell."""
    build_parameters(Request(), settings)
    if settings.me.holidays.lower() != "none":
        public_holidays(settings.me.holidays, [2026])
    check_calendars(settings)


def examine(
    request: Request, locations: Sequence[str], progress: Progress, clock: Clock | None = None
) -> Iterator[Check]:
    """Look at this machine, the settings, the store, and the files that were given."""
    clock = clock or SystemClock()
    yield Check("deepday", Health.OK, f"{__version__} on Python {platform.python_version()}, {platform.system()}")
    yield Check("SQLite", Health.OK, sqlite3.sqlite_version)
    yield Check("connectors", Health.OK, ", ".join(found.name for found in available()))
    settings = Settings()
    try:
        settings = load_settings()
        _verify(settings)
        path = config_file()
        yield Check("settings", Health.OK, str(path) if path.exists() else f"defaults; {path} is not there")
    except DeepdayError as error:
        yield Check("settings", Health.PROBLEM, error.what, error.advice)
    yield from _zone(request.zone or settings.me.zone, clock)
    yield from _store(settings, clock)
    yield from _accounts(clock)
    for location in [*request.calendars, *([str(request.slack_export)] if request.slack_export else []), *locations]:
        yield _file(location, request, settings, progress, clock)


def _zone(name: str | None, clock: Clock) -> Iterator[Check]:
    if not name:
        yield Check("time zone", Health.WARNING, "none is set", "Set zone under [me], or give --zone.")
        return
    try:
        zone = find_zone(name)
    except InputError as error:
        yield Check("time zone", Health.PROBLEM, error.what, error.advice)
        return
    yield Check("time zone", Health.OK, f"{name}; a clock there shows {clock.now().astimezone(zone):%Y-%m-%d %H:%M}")


def _store(settings: Settings, clock: Clock) -> Iterator[Check]:
    try:
        if not Store.exists(database_location()):
            yield Check("store", Health.OK, "empty: nothing was imported yet", "Run deepday import FILE…")
            return
        with open_store(database_location(), clock) as store:
            sources = store.sources()
            yield Check("store", Health.OK, f"sources: {len(sources)}")
            for source in sources:
                amount = (
                    f"{source.events} events" if source.kind is SourceKind.CALENDAR else f"{source.messages} messages"
                )
                until = _day(source.last - 1) if source.last else "never"
                health = Health.WARNING if source.skipped else Health.OK
                finding = f"{amount}, observed until {until}, {source.skipped} left out"
                yield Check(f"{source.kind} {source.name!r}", health, finding)
            yield from _gaps(settings, store, clock)
    except DeepdayError as error:
        yield Check("store", Health.PROBLEM, error.what, error.advice)


def _gaps(settings: Settings, store: Store, clock: Clock) -> Iterator[Check]:
    """Look for working days of the last five weeks that a source does not cover."""
    if not (settings.me.email and settings.me.zone):
        return
    person = build_person(Request(), settings)
    yesterday = clock.now().astimezone(person.zone).date() - timedelta(days=1)
    first = yesterday - timedelta(days=34)
    person = with_days_off(person, Request(), settings, first, yesterday)
    days = [day for day in working_days(person, first, yesterday, []) if day.windows]
    if not days:
        return
    for kind, file in ((SourceKind.CALENDAR, "calendar"), (SourceKind.ACTIVITY, "Slack export")):
        covered = store.coverage(kind)
        missing = [day.date for day in days if subtract(day.windows, covered)]
        if not missing:
            yield Check(f"{kind} days", Health.OK, "every working day of the last five weeks is covered")
            continue
        finding = f"{len(missing)} working days since {days[0].date} are not covered, the last {missing[-1]}"
        yield Check(f"{kind} days", Health.WARNING, finding, _mending(store, kind, file))


def _mending(store: Store, kind: SourceKind, file: str) -> str:
    """Say how to close a gap. Time counts as covered by calendars when all of them cover it."""
    sources = [source for source in store.sources() if source.kind is kind]
    if not any(source.live for source in sources):
        return f"Import a newer {file}: deepday import FILE"
    copies = [repr(source.name) for source in sources if not source.live]
    if kind is SourceKind.CALENDAR and copies:
        return f"Run deepday sync. A copy of a connected calendar is not needed any more: deepday erase {copies[0]}"
    return "Run deepday sync."


def _accounts(clock: Clock) -> Iterator[Check]:
    try:
        if Store.exists(database_location()):
            yield from (check for check in examine_accounts(None, clock) if check.health is not Health.NOTE)
    except NotEnoughDataError:
        pass  # nobody has to connect an account
    except DeepdayError as error:
        yield Check("accounts", Health.PROBLEM, error.what, error.advice)


def _day(instant: int, zone: tzinfo = UTC) -> str:
    return datetime.fromtimestamp(instant, zone).date().isoformat()


def _file(location: str, request: Request, settings: Settings, progress: Progress, clock: Clock) -> Check:
    try:
        return _reading(location, request, settings, progress, clock)
    except DeepdayError as error:
        return Check(shown(location), Health.PROBLEM, error.what, error.advice)


def _reading(location: str, request: Request, settings: Settings, progress: Progress, clock: Clock) -> Check:
    who = Person(
        email=request.me or settings.me.email or "",
        zone=find_zone(request.zone or settings.me.zone or "UTC"),
        hours=WeeklyHours.parse(settings.me.hours),
        slack_user=request.slack_user or settings.me.slack_user,
    )
    now = int(clock.now().timestamp())
    context = context_for(who, Interval(now - DECADE, now + DECADE // 10), progress, keep_titles=False)
    if is_slack_export(location):
        activity = read_slack_export(Path(location), context)
        first, last = (_day(activity.stream.at[i], who.zone) if activity.stream else "never" for i in (0, -1))
        mine = f"{len(activity.stream)} by or for the owner, {first} to {last}"
        finding = f"Slack export, {activity.total} messages read, {mine}"
        return _with_skipped(location, finding, activity.skipped)
    return _calendar(location, context)


def _calendar(location: str, context: ReadContext) -> Check:
    reading = read_calendar(location, context)
    timed = [event.when for event in reading.events if isinstance(event.when, Interval)]
    dates = f", {_day(min(timed).start, context.zone)} to {_day(max(timed).start, context.zone)}" if timed else ""
    mine = sum(event.people is not None for event in reading.events)
    finding = (
        f"calendar {reading.name or 'without a name'}, events: {reading.total}{dates}, occurrences with guests: {mine}"
    )
    return _with_skipped(location, finding, reading.skipped)


def _with_skipped(location: str, finding: str, skipped: Sequence[Skipped]) -> Check:
    if not skipped:
        return Check(shown(location), Health.OK, finding)
    reasons = Counter(item.reason for item in skipped).most_common(3)
    said = "; ".join(f"{count} x {reason}" if count > 1 else reason for reason, count in reasons)
    return Check(shown(location), Health.WARNING, f"{finding}; {len(skipped)} left out", said)
