"""What people share with their team, what was published of it, and which parts of a measurement of all are done."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from deepday.clock import Clock
from deepday.errors import InputError
from deepday.store import schema
from deepday.store.database import Database
from deepday.store.office import Office
from deepday.store.outbox import put_missing

_shares, _releases, _parts = schema.team_share.c, schema.team_release.c, schema.fan_out.c


@dataclass(frozen=True, slots=True)
class Published:
    """A figure as it was published; ``value`` is ``None`` where it was held back."""

    week: int
    figure: str
    value: float | None


class OwnShare:
    """A person's own agreement, and what they gave; in their own part of the database."""

    def __init__(self, own: Office, tenant: int, clock: Clock) -> None:
        self._database, self._tenant, self._clock = own.database, tenant, clock

    def agree(self, *, yes: bool) -> str:
        """Agree that weekly figures count in the team's aggregates, or take that back and delete what was given.

        Returns the team's name. Raises :class:`InputError` for somebody who is in no team. What was published stays.
        """
        mine = schema.tenant.c.tenant == self._tenant
        with self._database.writing() as connection:
            team = connection.execute(select(schema.tenant.c.team).where(mine)).scalar()
            if not team:
                raise InputError("You are in no team.", "Ask whoever runs deepday: deepday admin add FILE --team NAME")
            since = int(self._clock.now().timestamp()) if yes else 0
            connection.execute(update(schema.tenant).where(mine).values(shares_since=since))
            if not yes:
                connection.execute(delete(schema.team_share).where(_shares.tenant == self._tenant))
        return str(team)

    def give(self, week: int, figures: Mapping[str, float]) -> bool:
        """Keep the figures of a week (the ordinal of its Monday); ``False`` where the person does not agree."""
        mine = schema.tenant.c.tenant == self._tenant
        with self._database.writing() as connection:
            row = connection.execute(select(schema.tenant.c.team, schema.tenant.c.shares_since).where(mine)).first()
            if row is None or not row.shares_since or not row.team:
                return False
            connection.execute(delete(schema.team_share).where(_shares.tenant == self._tenant, _shares.week == week))
            rows = [
                {"tenant": self._tenant, "week": week, "team": row.team, "figure": name, "value": value}
                for name, value in figures.items()
            ]
            if rows:
                connection.execute(insert(schema.team_share), rows)
        return True


class Teams:
    """What the office knows of teams: shares of those who agreed, releases, and runs over parts of all people."""

    def __init__(self, office: Database, clock: Clock) -> None:
        self._database, self._clock = office, clock

    def shares(self, week: int) -> dict[tuple[str, str], dict[int, float]]:
        """Return what was given for a week: by team and figure, then by person's number."""
        found: defaultdict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        with self._database.reading() as connection:
            for row in connection.execute(select(schema.team_share).where(_shares.week == week)):
                found[row.team, row.figure][row.tenant] = row.value
        return dict(found)

    def last_people(self, team: str, figure: str) -> frozenset[int] | None:
        """Return whom a figure was made of when it was published last."""
        query = (
            select(_releases.members)
            .where(_releases.team == team, _releases.figure == figure, _releases.value.is_not(None))
            .order_by(_releases.week.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else frozenset(map(int, found.split()))

    def publish(self, team: str, week: int, figure: str, value: float | None, people: frozenset[int]) -> bool:
        """Publish a figure, or that it is held back; ``False`` where that was done already: it never changes."""
        row = {
            "team": team,
            "week": week,
            "figure": figure,
            "members": " ".join(map(str, sorted(people))),
            "value": value,
            "at": self._now(),
        }
        with self._database.writing() as connection:
            return put_missing(connection, schema.team_release, row)

    def published(self, team: str) -> list[Published]:
        """Return what was published of a team, the newest week first."""
        query = select(schema.team_release).where(_releases.team == team)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(_releases.week.desc(), _releases.figure)).all()
        return [Published(row.week, row.figure, row.value) for row in rows]

    def begin(self, run: str, parts: int) -> bool:
        """Begin a run over all people in so many parts; ``False`` where it was begun before."""
        with self._database.writing() as connection:
            rows: list[dict[str, Any]] = [
                {"run": run, "part": part, "parts": parts, "done_at": 0, "people": 0, "failed": 0}
                for part in range(parts)
            ]
            new = [put_missing(connection, schema.fan_out, row) for row in rows]
        return all(new)

    def part_done(self, run: str, part: int, people: int, failed: int) -> bool:
        """Take note that a part is done; tell whether all of them are now."""
        with self._database.writing() as connection:
            mine = update(schema.fan_out).where(_parts.run == run, _parts.part == part)
            connection.execute(mine.values(done_at=self._now(), people=people, failed=failed))
            left = select(func.count()).where(_parts.run == run, _parts.done_at == 0)
            return connection.execute(left.select_from(schema.fan_out)).scalar() == 0

    def progress(self, run: str) -> tuple[int, int, int, int]:
        """Return of a run: parts done, parts, people measured, people who could not be."""
        query = select(
            func.count().filter(_parts.done_at > 0),
            func.count(),
            func.coalesce(func.sum(_parts.people), 0),
            func.coalesce(func.sum(_parts.failed), 0),
        ).where(_parts.run == run)
        with self._database.reading() as connection:
            done, parts, people, failed = connection.execute(query).one()
        return int(done), int(parts), int(people), int(failed)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
