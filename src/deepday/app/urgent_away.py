"""Who of those that cover is out of office, by the calendars of theirs that can be read."""

from collections.abc import Mapping
from datetime import timedelta

from deepday.app.person import find_zone
from deepday.app.sources import context_for, read_calendar
from deepday.clock import Clock
from deepday.config.settings import Settings
from deepday.connect import no_progress
from deepday.errors import DeepdayError
from deepday.measure.columns import unique
from deepday.measure.days import absences
from deepday.model import CalendarEvent, Interval, Person, WeeklyHours

_DAYS = timedelta(days=2)


def out_of_office(settings: Settings, clock: Clock) -> tuple[Mapping[str, tuple[Interval, ...]], tuple[str, ...]]:
    """Return when each point person is out of office about now, by address in lower case, and what went wrong.

    Somebody whose calendar cannot be read now is left out: nobody knows then.
    """
    found: dict[str, tuple[Interval, ...]] = {}
    notes: list[str] = []
    for one in settings.point_people:
        if not one.calendars:
            continue
        hours = WeeklyHours.parse(one.hours) if one.hours else WeeklyHours(((),) * 7)
        person = Person(one.email.lower(), find_zone(one.zone or settings.me.zone), hours)
        today = clock.now().astimezone(person.zone).date()
        context = context_for(person, person.window(today - _DAYS, today + _DAYS), no_progress, keep_titles=False)
        events: list[CalendarEvent] = []
        try:
            for location in one.calendars:
                events += read_calendar(location, context).events
        except DeepdayError as error:
            notes.append(f"A calendar of {person.email} cannot be read, so that nobody knows of leave: {error.what}")
            continue
        found[person.email] = tuple(absences(unique(events), person))
    return found, tuple(notes)
