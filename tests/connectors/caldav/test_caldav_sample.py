"""The same calendars read over CalDAV and from exported files: the same events, the same measured days."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Component

from deepday.connect import ReadContext, Sample
from deepday.measure.measuring import Observations, measure
from deepday.measure.parameters import Parameters
from deepday.model import CalendarEvent, Interval, Person, Trip, WeeklyHours
from deepday.testing import Replica
from deepday_files import FilesConnector
from deepday_sandbox import SandboxConnector
from tests.connectors.caldav.caldav_office import People, Server, people

DAY = 86_400


def owner(sample: Sample) -> Person:
    trips = tuple(Trip(first, last, ZoneInfo(zone)) for first, last, zone in sample.trips)
    return Person(email=sample.email, zone=ZoneInfo(sample.zone), hours=WeeklyHours.parse(sample.hours), trips=trips)


def objects_of(export: Path) -> list[str]:
    """Cut an export into calendar objects as servers hold them: one for each UID, zones along, no METHOD."""
    whole = Calendar.from_ical(export.read_bytes())
    zones = {zone["TZID"]: zone for zone in whole.walk("VTIMEZONE")}
    groups: dict[str, list[Component]] = defaultdict(list)
    for event in whole.walk("VEVENT"):
        groups[str(event["UID"])].append(event)
    made = []
    for group in groups.values():
        one = Calendar()
        one.add("PRODID", whole["PRODID"])
        one.add("VERSION", "2.0")
        text = b"".join(event.to_ical() for event in group).decode()
        for tzid, zone in zones.items():
            if f"TZID={tzid}" in text.replace("\r\n ", "").replace('"', ""):
                one.add_component(zone)
        for event in group:
            one.add_component(event)
        made.append(one.to_ical(sorted=False).decode())
    return made


def over_caldav(user: People, sample: Sample, context: ReadContext) -> list[CalendarEvent]:
    found = []
    with user.account() as account:
        for export in sample.calendars:
            for text in objects_of(export):
                user.put(text, export.stem)
            copy = Replica(account, user.path_of(export.stem), context)
            pages = copy.read()
            assert [page.skipped for page in pages] == [()]
            found += [event for events in copy.objects.values() for event in events]
    return found


def comparable(events: list[CalendarEvent]) -> list[str]:
    return sorted(repr(replace(event, source="")) for event in events if not event.cancelled)


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_a_calendar_over_caldav_measures_like_its_export(seed: int, server: Server, tmp_path: Path) -> None:
    sample = SandboxConnector().write_sample(tmp_path, seed)
    person = owner(sample)
    period = person.window(sample.first, sample.last)
    window = Interval(period.start - 2 * DAY, period.end + DAY)
    context = ReadContext(window=window, zone=person.zone, email=person.email, keep_titles=True)
    files = FilesConnector()
    exported = [event for path in sample.calendars for event in files.calendar(str(path)).read_events(context).events]
    activity = files.slack_export(sample.slack_export).read_activity(context)
    with people(server, *(path.stem for path in sample.calendars)) as user:
        live = over_caldav(user, sample, context)

    assert len(exported) > 100
    assert comparable(live) == comparable(exported)
    measured = [
        measure(
            person,
            sample.first,
            sample.last,
            Observations(tuple(events), activity.stream, (window,), activity.observed),
            Parameters(),
        )
        for events in (live, exported)
    ]
    assert measured[0].days == measured[1].days
    assert measured[0].weeks == measured[1].weeks
    assert sum(day.figures.meeting or 0 for day in measured[0].days) > 0
