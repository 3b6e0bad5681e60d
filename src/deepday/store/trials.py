"""Trials in the store: what was fixed, and the log of what happened."""

import json
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select, update

from deepday.store.database import Database
from deepday.store.schema.trials import trial, trial_log


class TrialState(StrEnum):
    """How far a trial is."""

    DESIGNED = "designed"
    RUNNING = "running"
    STOPPED = "stopped"
    ENDED = "ended"


class LogKind(StrEnum):
    """What an entry of the log tells."""

    STARTED = "started"
    REVEALED = "revealed"
    DEVIATION = "deviation"
    RATING = "rating"
    LOOKED = "looked"
    STOPPED = "stopped"
    ENDED = "ended"
    PURGED = "purged"
    LETTER = "letter"


class StoredTrial(NamedTuple):
    """A trial: the protocol's document as it was published, its hash, and the seed."""

    id: int
    person: str
    state: TrialState
    protocol: Mapping[str, Any]
    hash: str
    seed: str
    made_at: int


class LogEntry(NamedTuple):
    """What happened: ``what`` is the sort of deviation, the scale rated, or the week revealed or written of.

    ``note`` is private.
    """

    kind: LogKind
    what: str
    date: date | None
    note: str
    value: int | None
    at: int


class TrialBook:
    """The trials of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, person: str) -> StoredTrial | None:
        """Return that person's newest trial, whatever its state."""
        query = select(trial).where(trial.c.person == person.lower()).order_by(trial.c.id.desc()).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return StoredTrial(
            row.id, row.person, TrialState(row.state), json.loads(row.protocol), row.hash, row.seed, row.made_at
        )

    def design(self, person: str, protocol: Mapping[str, Any], digest: str, seed: str, *, at: int) -> None:
        """Keep a designed trial, in place of one that was designed before and never begun."""
        with self._database.writing() as connection:
            never_begun = (trial.c.person == person.lower(), trial.c.state == TrialState.DESIGNED.value)
            connection.execute(delete(trial).where(*never_begun))
            connection.execute(
                insert(trial).values(
                    person=person.lower(),
                    state=TrialState.DESIGNED.value,
                    protocol=json.dumps(protocol, ensure_ascii=False),
                    hash=digest,
                    seed=seed,
                    made_at=at,
                )
            )

    def move_to(self, number: int, state: TrialState) -> None:
        """Set the state of a trial."""
        with self._database.writing() as connection:
            connection.execute(update(trial).where(trial.c.id == number).values(state=state.value))

    def log(self, number: int) -> list[LogEntry]:
        """Return what happened, the earliest first."""
        query = select(trial_log).where(trial_log.c.trial_id == number).order_by(trial_log.c.number)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            LogEntry(
                LogKind(row.kind),
                row.what,
                date.fromordinal(row.date) if row.date else None,
                row.note,
                row.value,
                row.at,
            )
            for row in rows
        ]

    def add(self, number: int, entry: LogEntry, seen: int | None = None) -> bool:
        """Add an entry to the log; nothing in it is ever changed.

        ``seen``: how many of that kind on the same thing were there; where another process has added one since,
        nothing is added, and ``False`` returned.
        """
        mine = trial_log.c.trial_id == number
        newest = select(func.coalesce(func.max(trial_log.c.number), 0)).where(mine)
        alike = select(func.count()).where(mine, trial_log.c.kind == entry.kind.value, trial_log.c.what == entry.what)
        with self._database.writing() as connection:
            if seen is not None and connection.execute(alike).scalar_one() != seen:
                return False
            connection.execute(
                insert(trial_log).values(
                    trial_id=number,
                    number=connection.execute(newest).scalar_one() + 1,
                    kind=entry.kind.value,
                    what=entry.what,
                    date=entry.date.toordinal() if entry.date else 0,
                    note=entry.note,
                    value=entry.value,
                    at=entry.at,
                )
            )
        return True
