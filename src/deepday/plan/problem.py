"""The problem as values: people, their days and meetings, what they ask for, what holds for the team.

Instants are UTC seconds, prices and gains are minutes. Whose window, zone, holiday or absence it is has been settled
before: a person comes with working days as instants.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from deepday.errors import InputError
from deepday.model import Interval

MINUTE = 60
LONGEST_HORIZON = 12  # weeks
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Part(StrEnum):
    """How much of a date a deep-work day takes."""

    DAY = "day"
    MORNING = "morning"
    AFTERNOON = "afternoon"


@dataclass(frozen=True, slots=True)
class Meeting:
    """An entry that takes time.

    ``key`` is UID and occurrence: the same in everybody's calendar. ``price``: what moving it costs all who take part,
    in minutes; ``None`` when it does not move. Each person whose deep day displaces it pays it, since prices may differ
    from one calendar to another: together they pay at least what it costs. ``why``: which rule gave the price.
    ``people`` as in :class:`deepday.model.CalendarEvent`. ``organiser``: whether its owner organises it, ``None``
    when not known.
    """

    key: str
    when: Interval
    price: int | None
    why: str = ""
    people: int | None = None
    title: str | None = None
    organiser: bool | None = None


@dataclass(frozen=True, slots=True)
class WorkDay:
    """A date of a person. ``windows``: working time, without breaks, holidays and absences, sorted.

    ``eligible``: at least half of the weekday's normal hours are left. ``off``: why nothing is, in a word.
    ``scheduled``: whether they work on that weekday at all. ``zone``: the IANA
    zone they live by then, where it is not the usual one.
    """

    date: date
    windows: tuple[Interval, ...]
    eligible: bool
    scheduled: bool = True
    off: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """Deep-work days asked for in each sprint of the problem.

    ``half``: half days. ``block``: the shortest unbroken stretch that counts, in seconds.
    """

    days: int = 0
    half: bool = False
    block: int = 120 * MINUTE

    def __post_init__(self) -> None:
        if not 0 <= self.days <= 7 * LONGEST_HORIZON:
            raise InputError(f"A quota of {self.days} days cannot be.", "Ask for 1 or 2 days a week; that is usual.")
        if not 15 * MINUTE <= self.block <= 12 * 3600:
            raise InputError(
                f"An unbroken block of {self.block // MINUTE} minutes cannot be.", "Ask for 15 to 720 minutes."
            )


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person would rather have; each costs minutes where the plan goes against it, and forbids nothing.

    ``weekdays`` (0 is Monday; empty: any) and ``part``: :attr:`price` for a day elsewhere. ``spacing``: the price for
    two deep days in a row (``apart``) or for one alone (``together`` gives it back for a pair). ``regular``: the price
    of a weekday that had no deep day in the week before. ``releases``: dates; the price, twice, for the last working
    day before each.
    """

    weekdays: frozenset[int] = frozenset()
    part: Part | None = None
    spacing: Literal["apart", "together", ""] = ""
    regular: bool = False
    releases: tuple[date, ...] = ()
    price: int = 60


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody answered when they were asked to cover, and on which date; ``day``: for that one, else for all."""

    agreed: bool
    given: date
    day: date | None = None


@dataclass(frozen=True, slots=True)
class PointPerson:
    """Somebody who may cover for a person: for which topics (empty: all), and whether they have agreed.

    ``answers``: what they said when they were asked. It goes before ``agreed``, and what they said for a day before
    what they said for all.
    """

    person: str
    topics: tuple[str, ...] = ()
    agreed: bool = False
    answers: tuple[Consent, ...] = ()

    def refusal(self, day: date | None = None) -> str:
        """Return why nobody may plan them in on that date, in words to follow a name; empty when they have agreed."""
        found = [one for one in self.answers if one.day is None or one.day == day]
        if not found:
            return "" if self.agreed else "has not agreed yet"
        newest = max(found, key=lambda one: (one.day is not None, one.given, not one.agreed))
        return "" if newest.agreed else f"declined on {newest.given}"


@dataclass(frozen=True, slots=True, order=True)
class Chosen:
    """A deep-work day of a person."""

    person: str
    date: date
    part: Part = Part.DAY


@dataclass(frozen=True, slots=True)
class Cover:
    """Who covers a deep-work day: for each topic (empty: all) a point person, and a backup who is none of them.

    ``backup`` is empty where none is asked for.
    """

    points: tuple[tuple[str, str], ...]
    backup: str

    @property
    def people(self) -> frozenset[str]:
        """Everybody who covers it."""
        return frozenset({person for _, person in self.points} | ({self.backup} - {""}))


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the problem.

    ``id``: the address. ``zone``: IANA name, for showing only. ``quota``: of 0 days for somebody who only covers.
    ``fixed``: dates that are taken, with the reason (on call, no-go). ``gap``: fewest dates between the starts of two
    deep days, 1 forbids nothing. ``cap``: the largest share of a week's working time that meetings and deep days may
    take together. ``stays``: the share of meeting-free stretches that stays uninterrupted without protection, as
    measured; 0 where it was not measured. ``calendar``: whether a calendar was read. ``covers_at_once``: for how many
    people this one may be point person or backup on the same date. ``drawn``: weeks (their Mondays) whose deep days a
    trial's draw has fixed, with those dates. ``vetoed``: dates whose deep day the person deleted. ``kept``: who covers
    accepted days; they do, as long as they can. ``load``: how many deep days of others they covered lately.
    """

    id: str
    zone: str
    days: tuple[WorkDay, ...]
    meetings: tuple[Meeting, ...] = ()
    quota: Quota = field(default_factory=Quota)
    never: frozenset[int] = frozenset()
    fixed: tuple[tuple[date, str], ...] = ()
    gap: int = 1
    cap: float | None = None
    wishes: Wishes = field(default_factory=Wishes)
    stays: float = 0.0
    point_people: tuple[PointPerson, ...] = ()
    topics: tuple[str, ...] = ()
    covered: bool = False
    covers_at_once: int = 3
    calendar: bool = True
    accepted: tuple[Chosen, ...] = ()
    vetoed: tuple[date, ...] = ()
    drawn: tuple[tuple[date, tuple[date, ...]], ...] = ()
    kept: tuple[tuple[date, Cover], ...] = ()
    load: int = 0

    def zone_on(self, day: date) -> str:
        """Return the zone that the person lives by on that date."""
        return next((one.zone for one in self.days if one.date == day and one.zone), self.zone)

    @property
    def plans(self) -> bool:
        """Whether deep-work days are to be chosen for this person, or are chosen."""
        return bool(self.quota.days or self.accepted or self.drawn)


@dataclass(frozen=True, slots=True)
class Team:
    """Members of whom ``reachable`` stay reachable, working and not deep, at every hour at which any of them works."""

    name: str
    members: tuple[str, ...]
    reachable: int = 0


@dataclass(frozen=True, slots=True)
class Covering:
    """When somebody is free enough to cover.

    ``presence``: the share of the deep-work block that lies in their own working time; ``busy``: the share of that
    which their own meetings may take; ``backups``: how many stand behind each point person, 0 or 1.
    """

    presence: float = 0.75
    busy: float = 0.5
    backups: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything a plan depends on.

    ``first``, ``last``: the dates of the horizon, both included. ``sprint``: over how many ISO weeks a quota counts,
    from the week of ``first`` on. ``open_from``: nothing new is planned that starts earlier (UTC seconds; the frozen
    window). ``previous``: the plan so far; a new one keeps as much of it as it can.
    """

    members: tuple[Member, ...]
    first: date
    last: date
    teams: tuple[Team, ...] = ()
    sprint: int = 1
    covering: Covering = field(default_factory=Covering)
    open_from: int = 0
    previous: tuple[Chosen, ...] = ()

    def __post_init__(self) -> None:
        known = {member.id for member in self.members}
        if len(known) < len(self.members):
            raise InputError("A person is named twice.", "Name each address once.")
        if not 0 <= (self.last - self.first).days < 7 * LONGEST_HORIZON:
            raise InputError(
                f"{self.first} to {self.last} is no horizon of 1 to {LONGEST_HORIZON} weeks.",
                "Plan fewer weeks, or check the dates.",
            )
        for team in self.teams:
            for member in team.members:
                if member not in known:
                    raise InputError(
                        f"The team {team.name!r} names {member}, who is no person here.",
                        "Add that person, or correct it.",
                    )
        for one in self.members:
            for point in one.point_people:
                if point.person not in known:
                    raise InputError(
                        f"{one.id} names {point.person} as point person, who is no person here.",
                        "Add that person with hours, zone and calendar, or correct the address.",
                    )
                if point.person == one.id:
                    raise InputError(f"{one.id} is named as their own point person.", "Name somebody else.")

    def member(self, person: str) -> Member:
        """Return the person of that address."""
        return next(one for one in self.members if one.id == person)
