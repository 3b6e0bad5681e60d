"""Teams made up for the planner's benchmark, from a seed: teams of eight, calendars as full as an engineer's.

Everybody works 9 to 12:30 and 13:30 to 17:30, five days a week, has three to seven meetings a day, of which one in four
does not move, wants two whole deep-work days a week, and names four of their own team as point people; one in ten also
names somebody of the next team. Three of each team stay reachable at every hour.
"""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from deepday.model import Interval
from deepday.plan.problem import Meeting, Member, PointPerson, Problem, Quota, Team, WorkDay

MONDAY = date(2026, 3, 9)
TEAM = 8
_ZERO = int(datetime(2026, 3, 9, tzinfo=UTC).timestamp())


def teams(people: int, weeks: int, seed: int = 1) -> Problem:
    """Return that many people over that many weeks. One person alone needs nobody to cover."""
    rng = random.Random(seed)
    mates = {i: [j for j in group if j != i] for group in _groups(people) for i in group}
    members = [_member(rng, number, mates[number], people, weeks) for number in range(people)]
    groups = [Team(f"team {at}", tuple(name(i) for i in group), 3) for at, group in enumerate(_groups(people))]
    return Problem(
        tuple(members), MONDAY, MONDAY + timedelta(days=7 * weeks - 1), teams=tuple(groups) if people > 1 else ()
    )


def _groups(people: int) -> list[range]:
    """Split people into teams of about eight."""
    count = max(1, round(people / TEAM))
    cuts = [people * at // count for at in range(count + 1)]
    return [range(low, high) for low, high in pairwise(cuts)]


def name(number: int) -> str:
    return f"p{number:04}@example.com"


def _at(day: int, minute: int) -> int:
    return _ZERO + day * 86_400 + minute * 60


def _member(rng: random.Random, number: int, mates: list[int], people: int, weeks: int) -> Member:
    days, meetings = [], []
    for week in range(weeks):
        for weekday in range(7):
            day = 7 * week + weekday
            works = weekday < 5
            windows = (Interval(_at(day, 540), _at(day, 750)), Interval(_at(day, 810), _at(day, 1050))) if works else ()
            days.append(WorkDay(MONDAY + timedelta(days=day), windows, works, works))
            meetings += _meetings(rng, number, day) if works else []
    points = rng.sample(mates, min(4, len(mates)))
    if rng.random() < 0.1 and people > 2 * TEAM:
        points.append((number + TEAM) % people)
    return Member(
        id=name(number),
        zone="UTC",
        days=tuple(days),
        meetings=tuple(sorted(meetings, key=lambda one: (one.when, one.key))),
        quota=Quota(2),
        point_people=tuple(PointPerson(name(i), agreed=True) for i in sorted(set(points) - {number})),
        covered=people > 1,
        covers_at_once=4,
    )


def _meetings(rng: random.Random, number: int, day: int) -> list[Meeting]:
    found = []
    for at in range(rng.randint(3, 7)):
        start = 540 + 15 * rng.randrange(34)
        length = rng.choice((15, 30, 30, 30, 60, 60, 90))
        price = None if rng.random() < 0.25 else round(length * rng.uniform(0.3, 2) + 5)
        found.append(Meeting(f"{number}-{day}-{at}", Interval(_at(day, start), _at(day, start + length)), price))
    return found
