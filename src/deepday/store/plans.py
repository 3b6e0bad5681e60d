"""What became of planned days: proposed, accepted, skipped."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import and_, delete, insert, select

from deepday.store.database import Database
from deepday.store.schema import meta, plan_day

_OPTIONS = "plan "  # and whose plan


class DayState(StrEnum):
    """Proposed days may move with the next plan, accepted ones stay, skipped ones do not come back."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    SKIPPED = "skipped"


class StoredDay(NamedTuple):
    """A day of a plan: whose (address in lower case), when, which part of it, and its state."""

    person: str
    date: date
    part: str
    state: DayState


class AcceptedDay(NamedTuple):
    """A day that its person accepted, ``at`` (UTC seconds) for the last time."""

    date: date
    part: str
    at: int


class PlanBook:
    """The planned days of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def days(self, person: str, first: date, last: date) -> list[StoredDay]:
        """Return what is known of the dates ``first`` to ``last``, both included, sorted."""
        query = (
            select(plan_day.c.person, plan_day.c.date, plan_day.c.part, plan_day.c.state)
            .where(plan_day.c.person == person.lower(), plan_day.c.date.between(first.toordinal(), last.toordinal()))
            .order_by(plan_day.c.date, plan_day.c.part)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [StoredDay(row.person, date.fromordinal(row.date), row.part, DayState(row.state)) for row in rows]

    def accepted(self, person: str, first: date) -> list[AcceptedDay]:
        """Return the accepted days from a date on, sorted."""
        query = (
            select(plan_day.c.date, plan_day.c.part, plan_day.c.changed_at)
            .where(plan_day.c.person == person.lower(), plan_day.c.date >= first.toordinal())
            .where(plan_day.c.state == DayState.ACCEPTED.value)
            .order_by(plan_day.c.date)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [AcceptedDay(date.fromordinal(row.date), row.part, row.changed_at) for row in rows]

    def propose(self, person: str, first: date, last: date, days: Iterable[tuple[date, str]], *, at: int) -> None:
        """Make these the proposed days of the period; accepted and skipped ones stay as they are."""
        mine = and_(plan_day.c.person == person.lower(), plan_day.c.date.between(first.toordinal(), last.toordinal()))
        with self._database.writing() as connection:
            connection.execute(delete(plan_day).where(mine, plan_day.c.state == DayState.PROPOSED.value))
            taken = set(connection.execute(select(plan_day.c.date).where(mine)).scalars())
            rows = [
                _row(person, day, part, DayState.PROPOSED, at) for day, part in days if day.toordinal() not in taken
            ]
            if rows:
                connection.execute(insert(plan_day), rows)

    def record(self, days: Iterable[StoredDay], *, at: int) -> None:
        """Write down what became of these days, over what was known of them: all of them, or none."""
        with self._database.writing() as connection:
            for one in days:
                same = and_(plan_day.c.person == one.person.lower(), plan_day.c.date == one.date.toordinal())
                connection.execute(delete(plan_day).where(same))
                connection.execute(insert(plan_day).values(**_row(one.person, one.date, one.part, one.state, at)))

    def put_back(self, person: str, before: Iterable[StoredDay], first: date, last: date, *, at: int) -> None:
        """Make the dates of the period what they were; rows that did not change since keep the instant they have."""
        now, was = set(self.days(person, first, last)), set(before)
        mine = and_(
            plan_day.c.person == person.lower(), plan_day.c.date.in_([one.date.toordinal() for one in now - was])
        )
        with self._database.writing() as connection:
            connection.execute(delete(plan_day).where(mine))
            for one in was - now:
                connection.execute(insert(plan_day).values(**_row(one.person, one.date, one.part, one.state, at)))

    def take_back_skips(self, person: str, dates: Iterable[date]) -> None:
        """Forget that these days were skipped; what else is known of them stays."""
        skipped = and_(
            plan_day.c.person == person.lower(),
            plan_day.c.date.in_([day.toordinal() for day in dates]),
            plan_day.c.state == DayState.SKIPPED.value,
        )
        with self._database.writing() as connection:
            connection.execute(delete(plan_day).where(skipped))

    def keep_options(self, whose: str, text: str) -> None:
        """Keep the options that a plan was proposed with, over those of the one before; ``whose``: which plan."""
        key = _OPTIONS + whose
        with self._database.writing() as connection:
            connection.execute(delete(meta).where(meta.c.key == key))
            connection.execute(insert(meta).values(key=key, value=text.encode()))

    def options(self, whose: str) -> str:
        """Return the options that the plan was proposed with; empty where none were kept."""
        query = select(meta.c.value).where(meta.c.key == _OPTIONS + whose)
        with self._database.reading() as connection:
            found = connection.execute(query).scalar()
        return found.decode() if found else ""


def _row(person: str, day: date, part: str, state: DayState, at: int) -> dict[str, object]:
    return {"person": person.lower(), "date": day.toordinal(), "part": part, "state": state.value, "changed_at": at}
