"""A calendar file made up for the benchmark and the differential tests, from a seed.

Of 20,000 events 3,668 recur in all common ways, 3,477 replace one occurrence of those, the rest are single; spread
over five years and four zones, a sixth of them all-day, each with the properties that calendar servers write.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrulestr

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Sydney", "UTC")
FIRST = date(2021, 1, 4)
DAYS = 5 * 365
_RULES = (
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;BYDAY=MO,WE",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=SU",
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=MONTHLY;BYDAY=2TU",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=MONTHLY;BYMONTHDAY=15,-1",
    "FREQ=MONTHLY;INTERVAL=3",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=10;BYDAY=1MO",
)


@dataclass(frozen=True)
class _Made:
    uid: str
    start: datetime
    minutes: int
    zone: str
    all_day: bool

    def moment(self, at: datetime) -> str:
        """Return parameters and value of a property with this event's kind of time."""
        if self.all_day:
            return f";VALUE=DATE:{at:%Y%m%d}"
        return f":{at:%Y%m%dT%H%M%SZ}" if self.zone == "UTC" else f";TZID={self.zone}:{at:%Y%m%dT%H%M%S}"

    def lines(self, at: datetime, *extra: str) -> list[str]:
        """Return the component when it starts then."""
        return [
            "BEGIN:VEVENT",
            f"UID:{self.uid}",
            f"DTSTART{self.moment(at)}",
            f"DTEND{self.moment(at + timedelta(minutes=self.minutes))}",
            *extra,
            *_COMMON,
        ]


_COMMON = (
    "DTSTAMP:20260105T080000Z",
    "CREATED:20210101T080000Z",
    "LAST-MODIFIED:20251201T080000Z",
    "SUMMARY:Planning of what comes next\\, and of what came before it",
    "DESCRIPTION:A text as such entries have it\\, with an agenda and an address fo",
    " r those who dial in.\\n\\nOne: what was done.\\nTwo: what is to do.\\n",
    " Three: https://meet.example.org/a-room-with-a-rather-long-name?pwd=0123456789",
    "LOCATION:Second floor",
    "ORGANIZER;CN=Ann Example:mailto:ann@example.org",
    "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Ann Exam",
    " ple;X-NUM-GUESTS=0:mailto:ann@example.org",
    "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TR",
    " UE;CN=Me;X-NUM-GUESTS=0:mailto:me@example.org",
    "STATUS:CONFIRMED",
    "TRANSP:OPAQUE",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "DESCRIPTION:Soon",
    "TRIGGER:-PT10M",
    "END:VALARM",
    "END:VEVENT",
)


def mixed_calendar(events: int, seed: int) -> bytes:
    """Return an .ics file with that many VEVENTs, in random order, the same for the same seed."""
    chance = random.Random(seed)
    components: list[list[str]] = []
    series = [_series(chance, number, components) for number in range(events * 3_668 // 20_000)]
    for number in range(events * 3_477 // 20_000):
        made, starts = series[number % len(series)]
        at = starts.pop(chance.randrange(len(starts))) if starts else made.start
        moved = at + timedelta(days=chance.choice((0, 0, 1, 7))) + timedelta(minutes=0 if made.all_day else 30)
        components.append(made.lines(moved, f"RECURRENCE-ID{made.moment(at)}", "SEQUENCE:1"))
    for number in range(events - len(components)):
        made = _made(chance, f"single-{number}@example.org")
        components.append(made.lines(made.start))
    chance.shuffle(components)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//mix//EN", "X-WR-CALNAME:Mix"]
    lines += [line for component in components for line in component]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _made(chance: random.Random, uid: str) -> _Made:
    day = FIRST + timedelta(days=chance.randrange(DAYS))
    if chance.random() < 1 / 6:
        return _Made(uid, datetime.combine(day, time()), 1440 * chance.choice((1, 1, 3)), "", all_day=True)
    at = datetime.combine(day, time(chance.randrange(7, 19), chance.choice((0, 15, 30))))
    return _Made(uid, at, chance.choice((15, 30, 60, 90)), chance.choice(ZONES), all_day=False)


def _series(chance: random.Random, number: int, components: list[list[str]]) -> tuple[_Made, list[datetime]]:
    """Add a series, and return it with the original starts that nothing has replaced yet."""
    made = _made(chance, f"series-{number}@example.org")
    rule = chance.choice(_RULES)
    end, form = chance.random(), "%Y%m%d" if made.all_day else "%Y%m%dT%H%M%SZ"
    if end < 0.3:
        rule += f";COUNT={chance.randrange(2, 200)}"
    elif end < 0.6:
        rule += f";UNTIL={made.start + timedelta(days=chance.randrange(20, 1500)):{form}}"
    starts = list(islice(rrulestr(rule.partition(";UNTIL")[0], dtstart=made.start), 60))
    extra = [f"RRULE:{rule}"]
    if starts and chance.random() < 0.3:
        out = [starts.pop(chance.randrange(len(starts))) for _ in range(min(3, len(starts)))]
        extra += [f"EXDATE{made.moment(at)}" for at in out]
    if chance.random() < 0.1:
        extra.append(f"RDATE{made.moment(made.start + timedelta(days=chance.randrange(1, 1500)))}")
    components.append(made.lines(made.start, *extra))
    return made, starts
