"""What stands in the owner's calendar and in the team's."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from deepday_sandbox.calendar_file import Answer, Entry
from deepday_sandbox.people import (
    BENGALURU_TEAM,
    BERLIN_TEAM,
    COLLEAGUES,
    LONDON_TEAM,
    MANAGER,
    NEW_YORK_TEAM,
    OWNER,
    Colleague,
)
from deepday_sandbox.period import (
    ABSENCE,
    BERLIN,
    EASTER_MONDAY,
    EVENING_INCIDENT,
    EXPORTED,
    GOOD_FRIDAY,
    KOLKATA,
    LONDON,
    NEW_YORK,
    REORGANISED,
)

_TAREK, _LENE, _MILO, _SELIN = BERLIN_TEAM
_DANA, _MARCUS = NEW_YORK_TEAM
_KAVYA, _NIKHIL = BENGALURU_TEAM
_RHYS = LONDON_TEAM[1]

_AD_HOC_TITLES: Final = (
    "Loss spike on run 118",
    "Data contract for clicks",
    "Feature store quota",
    "Eval regression triage",
    "Tokenizer migration",
    "Labelling guide",
    "Serving latency",
    "Canary roll-out",
    "GPU budget Q2",
    "Checkpoint format",
    "Vendor call: annotation",
    "Experiment readout",
)
_REORGANISATION_TITLES: Final = ("Hand-over of ranking", "Who owns what now", "New on-call split", "Roadmap merge")
# Where a calendar that is already half full still has room: weekday -> starts.
_AD_HOC_STARTS: Final = {
    0: ("11:15", "14:15", "16:45"),
    1: ("10:00", "16:15", "17:15"),
    2: ("13:30", "14:45", "17:00"),
    3: ("09:45", "11:15", "17:00"),
    4: ("10:00", "13:30", "16:15"),
}
# Monday of the week, weekdays with ad-hoc meetings, minutes of them: more from the re-organisation on.
_AD_HOC_WEEKS: Final = (
    (date(2026, 3, 9), (0, 1, 2, 3, 4), 120),
    (date(2026, 3, 16), (0, 1, 2, 3, 4), 120),
    (date(2026, 3, 23), (0, 1), 105),
    (date(2026, 3, 30), (0, 1, 2, 3), 240),
    (date(2026, 4, 6), (2, 3, 4), 180),
)


def wall(month: int, day: int, clock: str) -> datetime:
    """Return a wall time of 2026, without a zone; ``clock`` as ``"14:30"``."""
    return datetime.combine(date(2026, month, day), time.fromisoformat(clock))


@dataclass(frozen=True, slots=True)
class Calendars:
    """The entries of the owner's calendar, and those of the team's calendar that the owner also subscribes to."""

    own: tuple[Entry, ...]
    team: tuple[Entry, ...]


def plan_calendars(chance: Random) -> Calendars:
    """Return five weeks of entries. Series, trip and absence are fixed; ad-hoc meetings and ids vary by chance."""
    desk = _Desk(chance)
    series = _berlin_series(desk)
    abroad = _series_abroad(desk)
    moved, *ad_hoc = _ad_hoc(desk)
    moved = replace(moved, sequence=1)
    own = [*series, *abroad, *_one_to_one(desk), moved, *ad_hoc, *_single(desk), *_trip(desk), *_not_meetings(desk)]
    return Calendars(tuple(own), tuple(_team(desk, [*series, *abroad], moved)))


class _Desk:
    """Makes entries with ids, guests and time stamps."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def entry(
        self,
        title: str,
        start: datetime | date,
        minutes: int,
        company: Iterable[Colleague] = (),
        *,
        zone: str = BERLIN,
        answer: Answer = "ACCEPTED",
        room: str = "",
        organiser: Colleague | None = None,
        rule: str = "",
        without: tuple[datetime, ...] = (),
    ) -> Entry:
        """Return a meeting of the owner with that company; all-day, for ``minutes`` / 1440 days, where it is a date."""
        people = list(company)
        guests: list[tuple[Colleague, Answer]] = [(OWNER, answer)]
        guests += [(person, "ACCEPTED" if self.chance.random() < 0.85 else "NEEDS-ACTION") for person in people]
        created = min(
            datetime.combine(start, time(8), UTC) - timedelta(minutes=self.chance.randrange(1440, 14_400)),
            datetime.combine(EXPORTED - timedelta(days=4), time(7), UTC),
        )
        return Entry(
            uid="".join(self.chance.choices("0123456789abcdefghijklmnopqrstuv", k=26)) + "@google.com",
            title=title,
            start=start,
            length=timedelta(minutes=minutes),
            created=created,
            updated=created + timedelta(minutes=self.chance.randrange(5, 600)),
            zone=zone,
            organiser=organiser or (people[0] if people else None),
            guests=tuple(guests) if people or organiser else (),
            room=room,
            rule=rule,
            without=without,
        )

    def change(self, series: Entry, original: datetime, start: datetime | None = None, minutes: int = 0) -> Entry:
        """Return the exception of one occurrence: the same, or moved to ``start`` (and lasting ``minutes``)."""
        return replace(
            series,
            start=start or original,
            length=timedelta(minutes=minutes) if minutes else series.length,
            rule="",
            without=(),
            instead_of=original,
            sequence=series.sequence + 1,
            updated=series.updated + timedelta(hours=self.chance.randrange(1, 8)),
        )

    def decline(self, series: Entry, original: datetime) -> Entry:
        """Return the exception that says: not this time."""
        return answered(self.change(series, original), "DECLINED")


def answered(entry: Entry, answer: Answer) -> Entry:
    """Return the entry with another answer of the owner."""
    return replace(entry, guests=tuple((who, answer if who is OWNER else given) for who, given in entry.guests))


def _berlin_series(desk: _Desk) -> list[Entry]:
    good_friday, easter = (GOOD_FRIDAY.month, GOOD_FRIDAY.day), (EASTER_MONDAY.month, EASTER_MONDAY.day)
    stand_up = desk.entry(
        "Stand-up",
        wall(1, 5, "09:30"),
        15,
        (_TAREK, _LENE, _MILO, _SELIN, MANAGER),
        rule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        without=(wall(*good_friday, "09:30"), wall(*easter, "09:30")),
        room="Havel (3rd floor)",
    )
    planning = desk.entry(
        "Weekly planning", wall(1, 5, "10:00"), 60, (_SELIN, _TAREK, _LENE, _MILO, MANAGER), rule="FREQ=WEEKLY;BYDAY=MO"
    )
    retro = desk.entry(
        "Retro", wall(1, 9, "15:00"), 60, (_MILO, _TAREK, _LENE, _SELIN), rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"
    )
    review = desk.entry(
        "Model review", wall(1, 7, "11:00"), 60, (_TAREK, _RHYS, _KAVYA), rule="FREQ=WEEKLY;BYDAY=WE", room="Spree"
    )
    reading = desk.entry(
        "Reading group", wall(1, 7, "16:00"), 60, (_RHYS, _TAREK, _DANA, _NIKHIL), rule="FREQ=WEEKLY;BYDAY=WE"
    )
    hand_over = desk.entry(
        "On-call hand-over",
        wall(1, 5, "13:30"),
        30,
        (_MILO, _MARCUS),
        rule="FREQ=WEEKLY;BYDAY=MO",
        without=(wall(*easter, "13:30"),),
    )
    return [
        stand_up,
        desk.change(stand_up, wall(3, 12, "09:30"), wall(3, 12, "10:00")),
        *(desk.decline(stand_up, wall(3, day, "09:30")) for day in (25, 26, 27)),
        desk.decline(stand_up, wall(4, 7, "09:30")),
        planning,
        desk.change(planning, wall(*easter, "10:00"), wall(4, 8, "10:00")),
        retro,
        desk.change(retro, wall(*good_friday, "15:00"), wall(4, 2, "15:00")),
        review,
        desk.decline(review, wall(3, 25, "11:00")),
        reading,
        replace(desk.change(reading, wall(3, 25, "16:00")), status="CANCELLED"),
        hand_over,
    ]


def _series_abroad(desk: _Desk) -> list[Entry]:
    new_york = desk.entry(
        "Training infrastructure sync",
        wall(1, 6, "09:00"),
        60,
        (_DANA, _MARCUS, _MILO),
        zone=NEW_YORK,
        rule="FREQ=WEEKLY;BYDAY=TU",
    )
    london = desk.entry(
        "Evaluation sync",
        wall(1, 5, "15:00"),
        30,
        (_RHYS, _KAVYA),
        zone=LONDON,
        rule="FREQ=WEEKLY;BYDAY=MO",
        without=(wall(EASTER_MONDAY.month, EASTER_MONDAY.day, "15:00"),),
    )
    # India knows no summer time: from 30 March on this one falls into the model review.
    bengaluru = desk.entry(
        "Labelling sync", wall(1, 7, "14:30"), 30, (_KAVYA, _NIKHIL), zone=KOLKATA, rule="FREQ=WEEKLY;BYDAY=WE"
    )
    return [
        new_york,
        desk.decline(new_york, wall(ABSENCE.month, ABSENCE.day, "09:00")),
        london,
        bengaluru,
        desk.decline(bengaluru, wall(3, 25, "14:30")),
    ]


def _one_to_one(desk: _Desk) -> list[Entry]:
    series = desk.entry("1:1 Imogen / Jonna", wall(1, 8, "14:00"), 30, (MANAGER,), rule="FREQ=WEEKLY;BYDAY=TH")
    later = replace(desk.change(series, wall(3, 26, "14:00"), wall(3, 26, "16:00"), 45), onwards=True)
    return [series, later]


def _ad_hoc(desk: _Desk) -> list[Entry]:
    entries: list[Entry] = []
    for monday, weekdays, minutes in _AD_HOC_WEEKS:
        slots = [(weekday, clock) for weekday in weekdays for clock in _AD_HOC_STARTS[weekday]]
        titles = list(_AD_HOC_TITLES + _REORGANISATION_TITLES * (monday >= REORGANISED))
        desk.chance.shuffle(slots)
        desk.chance.shuffle(titles)
        left = minutes
        for (weekday, clock), title in zip(slots, titles, strict=False):
            length = min(desk.chance.choice((30, 30, 45, 60)), left)
            start = datetime.combine(monday + timedelta(days=weekday), time.fromisoformat(clock))
            company = desk.chance.sample(COLLEAGUES, desk.chance.choice((1, 2, 2, 3, 4)))
            entries.append(desk.entry(title, start, length, company))
            left -= length
            if left < 15:
                break
    return entries


def _single(desk: _Desk) -> list[Entry]:
    hosts = (_SELIN, MANAGER)
    evening = datetime.combine(EVENING_INCIDENT, time(20, 30))
    reorganised = desk.entry("Re-organisation: what changes", wall(3, 23, "14:30"), 60, (MANAGER, *COLLEAGUES[:4]))
    return [
        desk.entry("Interview: ML engineer, coding", wall(3, 10, "11:00"), 60, hosts, room="Panke"),
        desk.entry("Interview: ML engineer, design", wall(3, 19, "11:00"), 60, hosts, room="Panke"),
        desk.entry("Interview: data engineer", wall(4, 1, "13:30"), 60, (_LENE, MANAGER), room="Panke"),
        reorganised,
        desk.entry("Capacity for run 121", wall(3, 18, "11:30"), 60, (_DANA, _MILO)),  # lies over the model review
        desk.entry("Questions on the re-organisation", wall(3, 23, "10:30"), 60, (MANAGER, _SELIN)),  # over planning
        desk.entry("Incident: serving errors", evening, 75, (_MARCUS, _MILO, _DANA)),
        desk.entry("Tech talk: sparse mixtures", wall(3, 17, "17:00"), 45),  # nobody is listed
        desk.entry("Company all-hands", wall(3, 12, "17:00"), 60, (MANAGER, _SELIN, _DANA), answer="DECLINED"),
        desk.entry("Vendor demo", wall(3, 20, "13:30"), 60, (_SELIN, _LENE), answer="DECLINED"),
        desk.entry("Brown bag: causal metrics", wall(3, 13, "12:30"), 45, (_KAVYA, _RHYS), answer="TENTATIVE"),
        desk.entry("Platform office hours", wall(4, 2, "17:15"), 45, (_MILO, _LENE), answer="TENTATIVE"),
        desk.entry("Budget round", wall(4, 9, "13:30"), 30, (_SELIN, MANAGER), answer="NEEDS-ACTION"),
        desk.entry("Onboarding buddy chat", wall(3, 16, "11:30"), 30, (_LENE,), answer="NEEDS-ACTION"),
        replace(desk.entry("Launch review", wall(3, 31, "11:00"), 90, (_SELIN, _TAREK)), status="CANCELLED"),
        replace(
            desk.entry("Labelling budget (to be confirmed)", wall(4, 10, "14:30"), 30, (_SELIN, _KAVYA)),
            status="TENTATIVE",
            shown_as="TENTATIVE",
        ),
    ]


def _trip(desk: _Desk) -> list[Entry]:
    hosts = (_DANA, _MARCUS)
    flights = (
        desk.entry("Flight BER - JFK", wall(3, 24, "18:45"), 555),
        desk.entry("Flight JFK - BER", wall(3, 27, "19:30"), 480, zone=NEW_YORK),
    )
    return [
        *(replace(flight, shown_as="FREE") for flight in flights),
        desk.entry("Training platform workshop", wall(3, 25, "10:00"), 90, hosts, zone=NEW_YORK, room="Hudson"),
        desk.entry("Workshop: next steps", wall(3, 25, "14:00"), 90, hosts, zone=NEW_YORK, room="Hudson"),
        desk.entry("Applied Learning Day (conference)", date(2026, 3, 26), 1440),
        desk.entry("Meet the speakers", wall(3, 26, "14:00"), 60, hosts, zone=NEW_YORK),
        desk.entry("Roadmap with New York", wall(3, 27, "10:00"), 60, hosts, zone=NEW_YORK, room="Hudson"),
        desk.entry("Wrap-up", wall(3, 27, "14:30"), 60, hosts, zone=NEW_YORK, room="Hudson"),
    ]


def _not_meetings(desk: _Desk) -> list[Entry]:
    focus = desk.entry(
        "Focus: evaluation harness",
        wall(2, 3, "09:45"),
        120,
        organiser=OWNER,
        rule="FREQ=WEEKLY;BYDAY=TU,TH",
        without=(wall(3, 26, "09:45"), wall(ABSENCE.month, ABSENCE.day, "09:45")),
    )
    birthday = desk.entry("Tarek's birthday", date(2025, 3, 17), 1440, rule="FREQ=YEARLY")
    freeze = desk.entry("Release freeze", date(2026, 3, 30), 2880)
    day_off = desk.entry("Day off", ABSENCE, 1440)
    return [
        focus,
        replace(birthday, shown_as="FREE"),
        replace(freeze, shown_as="FREE"),
        replace(day_off, shown_as="OOF"),
    ]


def _team(desk: _Desk, series: list[Entry], moved: Entry) -> list[Entry]:
    """Return the team's calendar: copies of the owner's entries in another dialect, one of them stale, and more."""
    copied = {"Weekly planning", "Retro", "Training infrastructure sync"}
    copies = [entry for entry in series if entry.title in copied]
    stale = replace(moved, start=moved.start - timedelta(hours=1), sequence=0, updated=moved.created)
    demo = desk.entry(
        "Sprint demo", wall(1, 16, "11:00"), 60, (_SELIN, *BERLIN_TEAM[:3]), rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"
    )
    extra = [
        demo,
        desk.decline(demo, wall(3, 27, "11:00")),
        desk.entry("Team lunch", wall(4, 1, "12:30"), 60, BERLIN_TEAM),
        replace(desk.entry("Lene on leave", date(2026, 3, 19), 2880, organiser=_LENE), shown_as="FREE"),
        replace(desk.entry("Canceled: Q2 off-site", wall(4, 9, "14:30"), 180, BERLIN_TEAM), status="CANCELLED"),
    ]
    uids = {entry.uid: f"040000008200E00074C5B7101A82E008{desk.chance.getrandbits(256):064X}" for entry in extra}
    return [*copies, stale, *(replace(entry, uid=uids[entry.uid]) for entry in extra)]
