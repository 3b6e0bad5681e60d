"""Who there is in a database of many people, and what is due for whom. Their own rows are out of its sight."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, case, delete, func, insert, make_url, select, update

from deepday.errors import InputError, NotEnoughDataError
from deepday.store import postgres, schema
from deepday.store.database import Database

_columns = schema.tenant.c


class JobKind(StrEnum):
    """What is done for a person again and again."""

    SYNC = "sync"
    TICK = "tick"
    URGENT = "urgent"


class Condition(StrEnum):
    """How a person's jobs go."""

    WELL = ""
    NOTHING = "nothing"  # there is no account to read
    RECONNECT = "reconnect"  # the person must sign in again
    FAILING = "failing"


_DUE: dict[JobKind, Column[int]] = {
    JobKind.SYNC: _columns.sync_at,
    JobKind.TICK: _columns.tick_at,
    JobKind.URGENT: _columns.urgent_at,
}


@dataclass(frozen=True, slots=True)
class Member:
    """One of many people. ``settings``: as in deepday.toml. ``shares``: weekly figures count in the team's."""

    tenant: int
    person: str
    settings: str
    team: str
    shares: bool
    failures: int


class Office:
    """The register of people. Only the office itself (tenant 0) sees all of it; a person sees their own row.

    ``url``: of the database, whichever tenant it names. Raises :class:`InputError` for a file: that is one person's.
    """

    def __init__(self, url: str, clock: Any, tenant: int = postgres.OFFICE) -> None:
        if not str(url).startswith("postgres"):
            raise InputError(
                "The store is a file of one person's: there is nothing to share.",
                "Set DEEPDAY_DATABASE_URL to postgresql://...; docs/scale.md tells how to begin.",
            )
        self.url = str(url)
        self._clock = clock
        self.database = Database(_with_tenant(self.url, tenant), clock)

    @property
    def named_tenant(self) -> int | None:
        """The person whom the address names, ``None`` for nobody."""
        named = make_url(self.url).query.get("tenant")
        return int(named) if isinstance(named, str) and named.isdecimal() else None

    def store_url(self, tenant: int) -> str:
        """Return the address of a person's part of the database."""
        return _with_tenant(self.url, tenant)

    def add(self, person: str, settings: str, team: str) -> int:
        """Register a person, or take note of their new settings and team; return their number.

        Who changes teams has to agree anew to be counted. With new settings everything is due at once.
        """
        now = self._now()
        who = _columns.person == person.lower()
        with self.database.writing() as connection:
            known = connection.execute(select(_columns.tenant, _columns.team).where(who)).first()
            if known is not None:
                due = {column.name: now for column in _DUE.values()}
                values: dict[str, Any] = {"settings": settings, "team": team, **due}
                if known.team != team:
                    values["shares_since"] = 0
                    connection.execute(delete(schema.team_share).where(schema.team_share.c.tenant == known.tenant))
                connection.execute(update(schema.tenant).where(who).values(values))
                return int(known.tenant)
            row = {
                "person": person.lower(),
                "settings": settings,
                "team": team,
                "shares_since": 0,
                **{column.name: now for column in _DUE.values()},
                "synced_at": 0,
                "ticked_at": 0,
                "state": Condition.WELL.value,
                "failures": 0,
                "made_at": now,
            }
            return int(connection.execute(insert(schema.tenant).values(row).returning(_columns.tenant)).scalar_one())

    def remove(self, person: str) -> int:
        """Delete all that the database holds of a person; return the number that was theirs.

        Raises :class:`NotEnoughDataError` for somebody who is not registered.
        """
        tenant = self.tenant_named(person)
        Database(self.store_url(tenant), self._clock).delete_all()
        with self.database.writing() as connection:
            connection.execute(delete(schema.tenant).where(_columns.tenant == tenant))
        return tenant

    def tenant_named(self, person: str) -> int:
        """Return a person's number. Raises :class:`NotEnoughDataError` for somebody who is not registered."""
        with self.database.reading() as connection:
            found = connection.execute(select(_columns.tenant).where(_columns.person == person.lower())).scalar()
        if found is None:
            raise NotEnoughDataError("Nobody is registered under that address.", "Run: deepday admin add FILE")
        return int(found)

    def member(self, tenant: int) -> Member:
        """Return what is registered of a person. Raises :class:`NotEnoughDataError` when nothing is."""
        with self.database.reading() as connection:
            row = connection.execute(select(schema.tenant).where(_columns.tenant == tenant)).first()
        if row is None:
            raise NotEnoughDataError(f"There is no tenant {tenant} any more.", "Run: deepday admin status")
        return Member(row.tenant, row.person, row.settings, row.team, bool(row.shares_since), row.failures)

    def tenants(self, part: int = 0, parts: int = 1) -> list[int]:
        """Return everybody's number, or those of one part of ``parts``: numbers go round, so that parts are even."""
        query = select(_columns.tenant).where(_columns.tenant % parts == part).order_by(_columns.tenant)
        with self.database.reading() as connection:
            return list(connection.execute(query).scalars())

    def anybody(self) -> bool:
        """Tell whether anybody is registered."""
        with self.database.reading() as connection:
            return connection.execute(select(_columns.tenant).limit(1)).first() is not None

    def due(self, kind: JobKind, limit: int) -> list[int]:
        """Return the numbers of people for whom a job of that kind is due, the longest overdue first."""
        at = _DUE[kind]
        query = select(_columns.tenant).where(at <= self._now()).order_by(at, _columns.tenant).limit(limit)
        with self.database.reading() as connection:
            return list(connection.execute(query).scalars())

    def put_off(self, kind: JobKind, tenants: Sequence[int], seconds: int) -> None:
        """Let the next job of that kind be due in so many seconds, unless the one under way says otherwise."""
        with self.database.writing_beside() as connection:
            mine = update(schema.tenant).where(_columns.tenant.in_(tenants))
            connection.execute(mine.values({_DUE[kind].name: self._now() + seconds}))

    def worked(self, kind: JobKind, tenant: int, next_at: int, condition: Condition | None) -> None:
        """Take note of how a job went and when the next is due; as that person, whose row it is.

        ``None``: nothing was found out. Only a reading that went well ends trouble: others may not meet it.
        """
        values: dict[str, Any] = {_DUE[kind].name: next_at}
        well = condition in {Condition.WELL, Condition.NOTHING}
        if condition is not None and (kind is JobKind.SYNC or not well):
            values["state"] = condition.value
            values["failures"] = 0 if well else _columns.failures + 1
        if condition is Condition.WELL and kind is not JobKind.URGENT:
            values["synced_at" if kind is JobKind.SYNC else "ticked_at"] = self._now()
        own = self.database if self.database.tenant == tenant else Database(self.store_url(tenant), self._clock)
        with own.writing() as connection:
            connection.execute(update(schema.tenant).where(_columns.tenant == tenant).values(values))

    def figures(self) -> dict[str, int]:
        """Return counts over all people, and of nobody in particular."""
        now = self._now()

        def number(condition: Any) -> Any:
            return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

        query = select(
            func.count().label("people"),
            number(_columns.state == Condition.RECONNECT.value).label("must_reconnect"),
            number(_columns.state == Condition.FAILING.value).label("failing"),
            number(_columns.state == Condition.NOTHING.value).label("not_connected"),
            number(_columns.synced_at == 0).label("never_synced"),
            number(_columns.shares_since > 0).label("sharing"),
            *(number(at < now - 900).label(f"{kind.value}_overdue") for kind, at in _DUE.items()),
        )
        with self.database.reading() as connection:
            return dict(connection.execute(query).mappings().one())

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _with_tenant(url: str, tenant: int) -> str:
    head, _, query = url.partition("?")
    kept: Iterable[str] = (one for one in query.split("&") if one and not one.startswith("tenant="))
    return f"{head}?{'&'.join([*kept, f'tenant={tenant}'])}"
