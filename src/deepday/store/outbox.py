"""The outbox: messages that are to be sent, each once, and what is known of their sending.

A row is claimed in a transaction of its own before the call. One that was claimed and never settled may have arrived:
it is looked up before it is sent again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from deepday.store import schema

CLAIM_SECONDS = 90
"""How long a claim keeps others away; longer than a call may take."""

_columns = schema.outbox.c


class SendState(StrEnum):
    """How far a message has come."""

    NEW = "new"
    SENDING = "sending"
    UNKNOWN = "unknown"  # it may have arrived
    SENT = "sent"
    DEAD = "dead"  # it could not be sent, and that is shown
    DROPPED = "dropped"  # it is no longer needed


_FRESH = _columns.state.in_((SendState.NEW.value, SendState.UNKNOWN.value)) & (_columns.next_at <= bindparam("now"))
_LOST = (_columns.state == SendState.SENDING.value) & (
    (_columns.claimed_at <= bindparam("lost")) | (_columns.claimed_at > bindparam("now"))
)
DUE_ROWS = (
    select(schema.outbox)
    .where(_columns.person == bindparam("person"), _FRESH | _LOST)
    .order_by(_columns.next_at, _columns.created_at, _columns.id)
)
"""What is to be sent ``now``, and what was claimed before ``lost`` and never settled."""

SETTLED = frozenset({SendState.SENT, SendState.DEAD, SendState.DROPPED})


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message that is to be sent. ``unsure``: an earlier try may have arrived."""

    id: str
    person: str
    request: str
    kind: str
    channel: str
    to: str
    thread: str
    level: int
    data: Mapping[str, str]
    state: SendState
    attempts: int
    created_at: int
    next_at: int
    sent_ref: str
    sent_at: int
    unsure: bool
    problem: str


def put_missing(connection: Connection, table: Any, values: Mapping[str, Any]) -> bool:
    """Insert a row unless there is one with its key; tell whether it was inserted."""
    # Of an INSERT SQLAlchemy keeps the number of rows only where it is asked to.
    kept = connection.execute(
        _insert_missing(table, connection.dialect.name), dict(values), execution_options={"preserve_rowcount": True}
    )
    return bool(kept.rowcount)


@cache
def _insert_missing(table: Any, dialect: str) -> Any:
    """Return the statement; made once for each table, since to make it takes longer than to run it."""
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing()


def add_row(connection: Connection, row: Mapping[str, Any], now: int) -> bool:
    """Add a message, unless it is there already; tell whether it was added."""
    values = {
        "thread": "",
        "level": -1,
        "state": SendState.NEW.value,
        "attempts": 0,
        "created_at": now,
        "next_at": now,
        "claimed_by": "",
        "claimed_at": 0,
        "sent_ref": "",
        "sent_at": 0,
        "unsure": 0,
        "problem": "",
    }
    return put_missing(connection, schema.outbox, values | dict(row))


def read_row(connection: Connection, one: str) -> OutboxRow | None:
    """Return the message of that id."""
    row = connection.execute(select(schema.outbox).where(_columns.id == one)).mappings().first()
    return _row(row) if row else None


def read_rows(connection: Connection, *conditions: Any) -> list[OutboxRow]:
    """Return the messages that meet the conditions, by when they are due."""
    wanted = select(schema.outbox).where(*conditions).order_by(_columns.next_at, _columns.created_at, _columns.id)
    return [_row(row) for row in connection.execute(wanted).mappings()]


def due_rows(connection: Connection, person: str, now: int) -> list[OutboxRow]:
    """Return the messages of a person to be sent now, those among them whose sender died over them."""
    given = {"person": person, "now": now, "lost": now - CLAIM_SECONDS}
    return [_row(row) for row in connection.execute(DUE_ROWS, given).mappings()]


def claim_row(connection: Connection, row: OutboxRow, holder: str, now: int) -> OutboxRow | None:
    """Claim a message for sending; ``None`` when somebody else did."""
    mine = update(schema.outbox).where(
        _columns.id == row.id, _columns.state == row.state.value, _columns.attempts == row.attempts
    )
    unsure = row.unsure or row.state is not SendState.NEW
    values = {
        "state": SendState.SENDING.value,
        "attempts": row.attempts + 1,
        "claimed_by": holder,
        "claimed_at": now,
        "unsure": int(unsure),
    }
    return read_row(connection, row.id) if connection.execute(mine.values(values)).rowcount == 1 else None


def settle_row(connection: Connection, row: OutboxRow, state: SendState, **more: Any) -> bool:
    """Keep what came of a claimed message; tell whether it was still claimed."""
    mine = update(schema.outbox).where(_columns.id == row.id, _columns.attempts == row.attempts)
    mine = mine.where(_columns.state.not_in([one.value for one in SETTLED]))
    return connection.execute(mine.values(state=state.value, **more)).rowcount == 1


def _row(row: RowMapping) -> OutboxRow:
    return OutboxRow(
        id=row["id"],
        person=row["person"],
        request=row["request"],
        kind=row["kind"],
        channel=row["channel"],
        to=row["to"],
        thread=row["thread"],
        level=row["level"],
        data=json.loads(row["data"]),
        state=SendState(row["state"]),
        attempts=row["attempts"],
        created_at=row["created_at"],
        next_at=row["next_at"],
        sent_ref=row["sent_ref"],
        sent_at=row["sent_at"],
        unsure=bool(row["unsure"]),
        problem=row["problem"],
    )
