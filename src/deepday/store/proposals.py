"""What assistants proposed and asked for: calls leave a row in the audit chain, proposals wait."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, select, update

from deepday.clock import Clock
from deepday.errors import InputError
from deepday.store.audit import Note, append_note
from deepday.store.database import Database
from deepday.store.schema import proposal

MOST_OPEN = 20
"""How many proposals of one person may wait at a time."""


class ProposalKind(StrEnum):
    """What is proposed for a day of the plan."""

    ACCEPT = "accept"
    MOVE = "move"
    SKIP = "skip"


class ProposalState(StrEnum):
    """Where a proposal is; only a person moves it on."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that an assistant proposed. ``to``: the new date of a move. ``why`` and ``assistant``: its own words."""

    id: int
    kind: ProposalKind
    date: dt.date
    to: dt.date | None
    why: str
    assistant: str
    state: ProposalState
    proposed_at: int


class ProposalBook:
    """The proposals of a store. ``person``: the address, in lower case, as in the rest of the audit chain."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def note(self, person: str, note: Note) -> None:
        """Write down what an assistant asked for, before it is answered."""
        with self._database.writing() as connection:
            append_note(connection, person, note, self._now())

    def add(self, person: str, one: Proposal, note: Note) -> Proposal:
        """Keep a proposal under a number of its own; the same one that still waits is not kept twice.

        Raises :class:`InputError` where too many wait.
        """
        columns = proposal.c
        values = {
            "person": person,
            "kind": one.kind.value,
            "date": one.date.toordinal(),
            "to_date": one.to.toordinal() if one.to else 0,
        }
        waiting = select(proposal).where(columns.person == person, columns.state == ProposalState.OPEN.value)
        with self._database.writing() as connection:
            same = waiting.where(*(columns[name] == value for name, value in values.items()))
            found = connection.execute(same).mappings().first()
            if found is not None:
                append_note(connection, person, note, self._now())
                return _proposal(found)
            number = connection.execute(select(func.count()).select_from(waiting.subquery())).scalar_one()
            if number >= MOST_OPEN:
                raise InputError(f"{number} proposals wait already.", "Decide on them first: deepday proposals")
            more = {"why": one.why, "assistant": one.assistant, "state": one.state.value, "decided_at": 0}
            adding = insert(proposal).values(**values, **more, proposed_at=self._now()).returning(columns.id)
            kept = replace(one, id=connection.execute(adding).scalar_one(), proposed_at=self._now())
            append_note(connection, person, replace(note, subject=f"proposal {kept.id}", after="open"), self._now())
        return kept

    def all(self, person: str) -> list[Proposal]:
        """Return the proposals of a person, the newest first."""
        query = select(proposal).where(proposal.c.person == person).order_by(proposal.c.id.desc())
        with self._database.reading() as connection:
            return [_proposal(row) for row in connection.execute(query).mappings()]

    def decide(self, person: str, number: int, state: ProposalState, why: str) -> None:
        """Keep what its person decided. Raises :class:`InputError` where it does not wait any more."""
        columns = proposal.c
        waiting = (columns.person == person, columns.id == number, columns.state == ProposalState.OPEN.value)
        with self._database.writing() as connection:
            done = connection.execute(
                update(proposal).where(*waiting).values(state=state.value, decided_at=self._now())
            )
            if done.rowcount != 1:
                raise InputError(f"Proposal {number} does not wait for a decision.", "See: deepday proposals")
            note = Note(f"proposal {number}", ProposalState.OPEN.value, state.value, why, actor="owner")
            append_note(connection, person, note, self._now())

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _proposal(row: Mapping[Any, Any]) -> Proposal:
    return Proposal(
        id=row["id"],
        kind=ProposalKind(row["kind"]),
        date=dt.date.fromordinal(row["date"]),
        to=dt.date.fromordinal(row["to_date"]) if row["to_date"] else None,
        why=row["why"],
        assistant=row["assistant"],
        state=ProposalState(row["state"]),
        proposed_at=row["proposed_at"],
    )
