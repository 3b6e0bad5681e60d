"""The audit chain: who changed what and why. Each row's hash covers the row and the hash of the row before it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from deepday.store import schema

_LAST = select(schema.audit.c.seq, schema.audit.c.hash).order_by(schema.audit.c.seq.desc()).limit(1)
_INSERT = insert(schema.audit)
_HASHED = ("seq", "at", "person", "actor", "subject", "before", "after", "why")


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be written down about one change.

    ``subject``: what changed. ``before`` and ``after``: its states, in a word or two. No text that a person wrote for
    others to read, only of their own decisions (``why``).
    """

    subject: str
    before: str
    after: str
    why: str
    actor: str = "deepday"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the chain. ``at``: UTC seconds."""

    seq: int
    at: int
    person: str
    actor: str
    subject: str
    before: str
    after: str
    why: str


def append_note(connection: Connection, person: str, note: Note, now: int) -> None:
    """Add a row at the end of the chain; in the transaction of the change that it is about."""
    append_notes(connection, person, [note], now)


def append_notes(connection: Connection, person: str, notes: Sequence[Note], now: int) -> None:
    """Add rows at the end of the chain, in that order."""
    if not notes:
        return
    last = connection.execute(_LAST).first()
    seq, previous = (last.seq, last.hash) if last else (0, "")
    rows = []
    for number, note in enumerate(notes, seq + 1):
        row = {
            "seq": number,
            "at": now,
            "person": person,
            "actor": note.actor,
            "subject": note.subject,
            "before": note.before,
            "after": note.after,
            "why": note.why,
        }
        found = _hash(previous, row)
        rows.append(row | {"previous": previous, "hash": found})
        previous = found
    connection.execute(_INSERT, rows)


def read_audit(connection: Connection, person: str, after: int) -> list[AuditRow]:
    """Return the rows of a person with a greater number than ``after``, in order."""
    columns = schema.audit.c
    wanted = select(schema.audit).where(columns.person == person, columns.seq > after).order_by(columns.seq)
    return [AuditRow(**{name: row[name] for name in _HASHED}) for row in connection.execute(wanted).mappings()]


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """How far the chain was followed: the number of the last row, 0 for none, and its hash."""

    seq: int = 0
    hash: str = ""


def follow_chain(connection: Connection, known: ChainEnd) -> tuple[int | None, ChainEnd]:
    """Follow the chain from a row that was seen before, and return the first break, if any, and how far it goes.

    A row that was seen and is not there any more is a break: so is seen what was cut off at the end since.
    """
    columns, end = schema.audit.c, known
    if known.seq:
        seen = connection.execute(select(columns.hash).where(columns.seq == known.seq)).scalar()
        if seen != known.hash:
            return known.seq, known
    wanted = select(schema.audit).where(columns.seq > known.seq).order_by(columns.seq)
    for row in connection.execute(wanted).mappings():
        if row["seq"] != end.seq + 1 or row["previous"] != end.hash or row["hash"] != _hash(end.hash, dict(row)):
            return end.seq + 1, end
        end = ChainEnd(row["seq"], row["hash"])
    return None, end


def first_break(connection: Connection) -> int | None:
    """Return the number of the first row that is not as it was written, or is missing; ``None`` when all is well.

    Rows that were cut off at the end leave no trace here.
    """
    return follow_chain(connection, ChainEnd())[0]


def _hash(previous: str, row: Mapping[str, Any]) -> str:
    text = json.dumps([previous, *(row[name] for name in _HASHED)], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def rewrite_rows(connection: Connection, changed: Mapping[int, Mapping[str, Any]]) -> str:
    """Change rows by number, and all hashes from the first of them on; return the hash that the chain ended with.

    The chain holds afterwards, and another end: whoever kept that knows. Whoever calls this notes down why.
    """
    columns = schema.audit.c
    ended = connection.execute(_LAST).first()
    first = min(changed)
    previous = connection.execute(select(columns.hash).where(columns.seq == first - 1)).scalar() or ""
    rows = connection.execute(select(schema.audit).where(columns.seq >= first).order_by(columns.seq)).mappings().all()
    for row in rows:
        values = {name: row[name] for name in _HASHED} | dict(changed.get(row["seq"], {}))
        found = _hash(previous, values)
        connection.execute(
            update(schema.audit).where(columns.seq == row["seq"]).values(values | {"previous": previous, "hash": found})
        )
        previous = found
    return str(ended.hash) if ended else ""
