"""The five weeks that the sample tells of: what is fixed whatever the seed, as dates."""

from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from deepday.model import Person, Trip, WeeklyHours
from deepday_sandbox.people import OWNER

BERLIN: Final = "Europe/Berlin"
NEW_YORK: Final = "America/New_York"
LONDON: Final = "Europe/London"
KOLKATA: Final = "Asia/Kolkata"

FIRST: Final = date(2026, 3, 9)  # the day after clocks changed in New York, three weeks before they do in Berlin
LAST: Final = date(2026, 4, 12)
EXPORTED: Final = date(2026, 4, 13)  # both exports are made that morning
REORGANISED: Final = date(2026, 3, 23)
TRIP: Final = (date(2026, 3, 25), date(2026, 3, 27), NEW_YORK)
GOOD_FRIDAY: Final = date(2026, 4, 3)
EASTER_MONDAY: Final = date(2026, 4, 6)
ABSENCE: Final = date(2026, 4, 7)
BROKEN: Final = date(2026, 3, 19)  # the export of that day's messages failed
EVENING_INCIDENT: Final = date(2026, 3, 18)
WEEKEND_INCIDENT: Final = date(2026, 3, 14)

HOURS: Final = "Mon-Fri 09:00-12:30,13:30-18:00"
HOLIDAYS: Final = "DE-BE"
DAYS_OFF: Final = {GOOD_FRIDAY: "Good Friday", EASTER_MONDAY: "Easter Monday", ABSENCE: "Day off"}

PERSON: Final = Person(
    email=OWNER.email,
    zone=ZoneInfo(BERLIN),
    hours=WeeklyHours.parse(HOURS),
    trips=(Trip(TRIP[0], TRIP[1], ZoneInfo(TRIP[2])),),
    holidays=DAYS_OFF,
)


def days() -> list[date]:
    """Return every date of the period."""
    return [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


def works_on(day: date) -> bool:
    """Tell whether the owner has working hours on that date."""
    return bool(PERSON.hours.on(day)) and day not in DAYS_OFF
