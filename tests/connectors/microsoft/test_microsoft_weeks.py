"""Graph's view of the filled office gives the same measured days as the files that the same people exported."""

from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deepday.connect import ReadContext
from deepday.measure.measuring import Observations, measure
from deepday.measure.parameters import Parameters
from deepday.model import CalendarEvent, DateRange, Interval, Person, Trip, WeeklyHours
from deepday.testing import Replica
from deepday_files import FilesConnector
from deepday_microsoft.part import Tuning
from deepday_sandbox import SandboxConnector
from deepday_sandbox.filling import filled_office
from tests.connectors.microsoft.microsoft_office import serve

DAY = 86_400


def of_files(calendars: tuple[Path, ...], context: ReadContext) -> list[CalendarEvent]:
    readings = [FilesConnector().calendar(str(path)).read_events(context) for path in calendars]
    assert all(not reading.skipped for reading in readings)
    return [event for reading in readings for event in reading.events]


def of_graph(seed: int, email: str, context: ReadContext, page: int) -> list[CalendarEvent]:
    found: list[CalendarEvent] = []
    with (
        serve(filled=filled_office(seed)) as world,
        world.opened(email=email, tuning=Tuning(page=page)) as account,
    ):
        calendars = account.calendars()
        assert [calendar.primary for calendar in calendars] == [True, False]
        for calendar in calendars:
            copy = Replica(account, calendar.id, context)
            assert not any(page.skipped for page in copy.read())
            found += [event for events in copy.objects.values() for event in events]
    return found


def shape(events: list[CalendarEvent], context: ReadContext) -> Counter[object]:
    """Say what each entry in the window is; series are named differently where a change splits one."""
    seen: Counter[object] = Counter()
    for event in events:
        when = event.when
        inside = isinstance(when, DateRange) or (when.start < context.window.end and when.end > context.window.start)
        if inside and not event.cancelled:
            seen[when, event.show_as, event.response, event.kind, event.people, event.organiser, event.outsiders] += (
                isinstance(when, Interval)
            )
    return +seen


@pytest.mark.parametrize(("seed", "page"), [(1, 1000), (2, 40), (7, 7)])
def test_graph_and_the_files_measure_the_same(seed: int, page: int, tmp_path: Path) -> None:
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

    by_graph, by_files = of_graph(seed, sample.email, context, page), of_files(sample.calendars, context)
    assert measured(by_graph) == measured(by_files)
    assert shape(by_graph, context) == shape(by_files, context)
    assert len(by_graph) > 100
