"""Who covers accepted days, who did before, and what point people answered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, insert, select

from deepday.model import AnswerState
from deepday.store.database import Database
from deepday.store.plans import DayState
from deepday.store.schema import plan_consent, plan_cover, plan_day


class Role(StrEnum):
    """What somebody does on another's deep-work day."""

    POINT = "point person"
    BACKUP = "backup"


class Covered(NamedTuple):
    """A role on an accepted day: whose day, who has the role (``by``), and who had it before, the earliest first.

    Addresses are in lower case. ``topic`` is empty where the point person answers for everything. ``since``: UTC
    seconds.
    """

    person: str
    date: date
    role: Role
    topic: str
    by: str
    before: tuple[str, ...]
    since: int


class StoredAnswer(NamedTuple):
    """What a point person answered to ``person``, for a date or (``None``) for all days, with which key, and when."""

    person: str
    point_person: str
    date: date | None
    state: AnswerState
    key: str
    at: int


class CoverBook:
    """Cover and consent in a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def covered(self, first: date, last: date) -> list[Covered]:
        """Return who covers the accepted days from ``first`` to ``last``, both included, whoever's.

        Sorted by date and person, point people before the backup.
        """
        same = and_(plan_day.c.person == plan_cover.c.person, plan_day.c.date == plan_cover.c.date)
        query = (
            select(plan_cover)
            .join(plan_day, same)
            .where(plan_day.c.state == DayState.ACCEPTED.value)
            .where(plan_cover.c.date.between(first.toordinal(), last.toordinal()))
            .order_by(plan_cover.c.number)
        )
        seen: dict[tuple[str, int, str, str], list[tuple[str, int]]] = defaultdict(list)
        with self._database.reading() as connection:
            for row in connection.execute(query):
                seen[row.person, row.date, row.role, row.topic].append((row.covered_by, row.changed_at))
        found = [
            Covered(
                person,
                date.fromordinal(day),
                Role(role),
                topic,
                people[-1][0],
                tuple(name for name, _ in people[:-1] if name),
                people[-1][1],
            )
            for (person, day, role, topic), people in seen.items()
            if people[-1][0]
        ]
        return sorted(found, key=lambda one: (one.date, one.person, one.role is Role.BACKUP, one.topic))

    def keep(self, person: str, day: date, people: Mapping[tuple[Role, str], str], *, at: int) -> None:
        """Write down who has each role (with its topic) on a day from now on; who had one before stays known."""
        with self._database.writing() as connection:
            now, numbers = _current(connection, person, day)
            wanted = {(role.value, topic): name.lower() for (role, topic), name in people.items()}
            for key in sorted(now.keys() | wanted.keys()):
                name = wanted.get(key, "")
                if now.get(key, "") == name:
                    continue
                connection.execute(
                    insert(plan_cover).values(
                        person=person.lower(),
                        date=day.toordinal(),
                        role=key[0],
                        topic=key[1],
                        number=numbers[key] + 1,
                        covered_by=name,
                        changed_at=at,
                    )
                )

    def answers(self, people: Iterable[str]) -> list[StoredAnswer]:
        """Return what was asked and answered for these people's days, sorted by person, point person, and date."""
        query = (
            select(plan_consent)
            .where(plan_consent.c.person.in_([person.lower() for person in people]))
            .order_by(plan_consent.c.person, plan_consent.c.point_person, plan_consent.c.date)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            StoredAnswer(
                row.person,
                row.point_person,
                date.fromordinal(row.date) if row.date else None,
                AnswerState(row.answer),
                row.key,
                row.changed_at,
            )
            for row in rows
        ]

    def keep_answer(self, answer: StoredAnswer) -> None:
        """Write down an answer, or that somebody was asked, over what was known for that date."""
        row = {
            "person": answer.person.lower(),
            "point_person": answer.point_person.lower(),
            "date": answer.date.toordinal() if answer.date else 0,
        }
        same = and_(*(plan_consent.c[name] == value for name, value in row.items()))
        with self._database.writing() as connection:
            connection.execute(delete(plan_consent).where(same))
            connection.execute(
                insert(plan_consent).values(**row, answer=answer.state.value, key=answer.key, changed_at=answer.at)
            )


def _current(
    connection: Connection, person: str, day: date
) -> tuple[dict[tuple[str, str], str], defaultdict[tuple[str, str], int]]:
    query = (
        select(plan_cover)
        .where(plan_cover.c.person == person.lower(), plan_cover.c.date == day.toordinal())
        .order_by(plan_cover.c.number)
    )
    now: dict[tuple[str, str], str] = {}
    numbers: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in connection.execute(query):
        now[row.role, row.topic] = row.covered_by
        numbers[row.role, row.topic] = row.number
    return now, numbers
