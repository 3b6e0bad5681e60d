"""Observations from files given on the command line, or from the store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from deepday.connect import (
    ActivityReading,
    CalendarReading,
    FileSources,
    Progress,
    ReadContext,
    Validators,
    load,
)
from deepday.errors import DeepdayError
from deepday.measure.measuring import Observations
from deepday.model import ActivityStream, Interval, Person, intersect

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Found:
    """What the sources gave, and sentences about what a reader of the figures should know.

    ``activity``: whether there is a source of chat activity. ``empty``: whether the sources hold nothing at all.
    """

    seen: Observations
    notes: tuple[str, ...]
    activity: bool
    empty: bool


def file_sources() -> FileSources:
    """Return the connector that reads exported files."""
    connector = load("files")
    if not isinstance(connector, FileSources):
        raise DeepdayError("The connector 'files' does not read files.", "Reinstall deepday.")
    return connector


def reading_window(person: Person, first: date, last: date) -> Interval:
    """Return what to read for a period: two days more before it, since they decide the origin of its first bursts."""
    period = person.window(first, last)
    return Interval(period.start - 2 * DAY, period.end + DAY)


def context_for(person: Person, window: Interval, progress: Progress, *, keep_titles: bool) -> ReadContext:
    """Return what a connector may know of the owner. Pseudonyms are plain here: nothing of them leaves the process."""
    return ReadContext(
        window=window,
        zone=person.zone,
        email=person.email,
        slack_user=person.slack_user,
        keep_titles=keep_titles,
        progress=progress,
    )


def is_address(location: str) -> bool:
    """Tell whether a location is a feed's address rather than a file."""
    return "://" in location


def shown(location: str) -> str:
    """Return how a location may be shown: of an address only scheme and host, since the rest of it is a secret."""
    if not is_address(location):
        return location
    parts = urlsplit(location)
    return f"{parts.scheme}://{parts.hostname or ''}/…"


def local_path(location: str) -> Path:
    """Return the path of a file, ``~`` written out where it names somebody's home."""
    try:
        return Path(location).expanduser()
    except RuntimeError:  # no such user, so it is a name like any other
        return Path(location)


def read_calendar(location: str, context: ReadContext, known: Validators | None = None) -> CalendarReading:
    """Read a calendar file, folder or feed."""
    place = location if is_address(location) else str(local_path(location))
    return file_sources().calendar(place, known).read_events(context)


def read_slack_export(path: Path, context: ReadContext) -> ActivityReading:
    """Read a Slack export."""
    return file_sources().slack_export(local_path(str(path))).read_activity(context)


def read_files(
    calendars: Sequence[str], slack_export: Path | None, context: ReadContext, person: Person, period: Interval
) -> Found:
    """Read the files that were given; a sort of source that was not given counts as not observed."""
    readings = [read_calendar(location, context) for location in calendars]
    activity = read_slack_export(slack_export, context) if slack_export else None
    observed: list[Interval] = [context.window] if readings else []
    for reading in readings:
        observed = intersect(observed, reading.observed)
    seen = Observations(
        events=tuple(event for reading in readings for event in reading.events),
        stream=activity.stream if activity else ActivityStream(),
        calendar_observed=observed,
        messages_observed=activity.observed if activity else (),
        skipped=tuple(item for one in (*readings, activity) if one for item in one.skipped),
    )
    notes = [
        f"{shown(location)} holds no events: meetings count as zero."
        for location, reading in zip(calendars, readings, strict=True)
        if reading.total == 0
    ]
    if activity and activity.total == 0:
        notes.append(f"{slack_export} holds no messages: interruptions count as zero. Is it the right export?")
    empty = not any(reading.total for reading in readings) and not len(seen.stream)
    found = found_in(seen, person, period, calendars=bool(readings), activity=activity is not None, empty=empty)
    return replace(found, notes=(*notes, *found.notes))


def found_in(
    seen: Observations, person: Person, period: Interval, *, calendars: bool, activity: bool, empty: bool
) -> Found:
    """Say what is missing in the period."""
    said: list[str] = []
    if not calendars:
        said.append("No calendar is given: meetings, and all that depends on them, are not known.")
    else:
        said += _reach("The calendar", seen.calendar_observed, person, period)
    if not activity:
        said.append("No chat activity is given: interruptions are not known, only meetings and the time between.")
    else:
        said += _reach("Chat activity", seen.messages_observed, person, period)
        if not any(period.start <= at < period.end for at in seen.stream.at):
            said.append("No message of yours, or to you, was found in the period.")
    return Found(seen, tuple(said), activity, empty)


def _reach(name: str, observed: Sequence[Interval], person: Person, period: Interval) -> list[str]:
    """Say which part of the period a source reaches, where that is not all of it."""
    reach = intersect([period], observed)
    if not reach:
        return [f"{name} covers no day of the period: its figures are not known."]
    start, end = reach[0].start, reach[-1].end
    if (start, end) == (period.start, period.end):
        return []
    first, last = (datetime.fromtimestamp(at, person.zone).date() for at in (start, end - 1))
    return [f"{name} reaches from {first} to {last} only: the days outside are gaps, not zeros."]
