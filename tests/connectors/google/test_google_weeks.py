"""Google's view of the filled office gives the same measured days as the files that the same people exported."""

from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deepday.connect import ReadContext
from deepday.measure.measuring import Observations, measure
from deepday.measure.parameters import Parameters
from deepday.model import CalendarEvent, Interval, Person, Trip, WeeklyHours
from deepday.testing import Replica
from deepday_files import FilesConnector
from deepday_sandbox import SandboxConnector
from deepday_sandbox.filling import TEAM_CALENDAR, filled_office
from tests.connectors.google.google_office import google_office

DAY = 86_400


def of_files(calendars: tuple[Path, ...], context: ReadContext) -> list[CalendarEvent]:
    readings = [FilesConnector().calendar(str(path)).read_events(context) for path in calendars]
    assert all(not reading.skipped for reading in readings)
    return [event for reading in readings for event in reading.events]


def of_google(seed: int, email: str, context: ReadContext) -> list[CalendarEvent]:
    found: list[CalendarEvent] = []
    with google_office(filled_office(seed)) as world, world.account(email, page_size=40) as account:
        assert [calendar.id for calendar in account.calendars()] == [TEAM_CALENDAR, email]
        for calendar in (email, TEAM_CALENDAR):
            copy = Replica(account, calendar, context)
            assert not any(page.skipped for page in copy.read())
            found += [event for events in copy.objects.values() for event in events]
    return found


def shape(events: list[CalendarEvent], context: ReadContext) -> Counter[object]:
    """Say what each timed entry in the window is; series are named differently where a change splits one."""
    return Counter(
        (
            event.when,
            event.show_as,
            event.response,
            event.kind,
            event.people,
            event.sequence,
            event.organiser,
            event.outsiders,
        )
        for event in events
        if not event.cancelled and isinstance(event.when, Interval) and event.when.start < context.window.end
        if event.when.end > context.window.start
    )


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_google_and_the_files_measure_the_same(seed: int, tmp_path: Path) -> None:
    sample = SandboxConnector().write_sample(tmp_path, seed)
    zone = ZoneInfo(sample.zone)
    trips = tuple(Trip(first, last, ZoneInfo(name)) for first, last, name in sample.trips)
    person = Person(sample.email, zone, WeeklyHours.parse(sample.hours), trips=trips)
    period = person.window(sample.first, sample.last)
    context = ReadContext(Interval(period.start - 7 * DAY, period.end + 7 * DAY), zone, sample.email)

    stream = FilesConnector().slack_export(sample.slack_export).read_activity(context).stream

    def measured(events: list[CalendarEvent]) -> object:
        seen = Observations(events, stream, [period], [period])
        return measure(person, sample.first, sample.last, seen, Parameters()).days

    by_google, by_files = of_google(seed, sample.email, context), of_files(sample.calendars, context)
    assert measured(by_google) == measured(by_files)
    assert shape(by_google, context) == shape(by_files, context)
    assert len(by_google) > 100
