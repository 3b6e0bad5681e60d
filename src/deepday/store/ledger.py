"""The ledger: every calendar event that we made, and what became of it. What is not in here is not ours."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select

from deepday.model import Interval
from deepday.store import schema

_READ = select(schema.ledger).where(schema.ledger.c.person == bindparam("person")).order_by(schema.ledger.c.key)
_DELETE = delete(schema.ledger).where(schema.ledger.c.key == bindparam("key"))
_INSERT = insert(schema.ledger)


class EntryState(StrEnum):
    """What became of an event of ours."""

    INTENT = "intent"  # a call is decided: to make it, or to put it where it is wanted
    UNKNOWN = "unknown"  # the call's outcome is not known: look first
    APPLIED = "applied"
    REMOVING = "removing"
    GONE = "gone"  # we removed it
    RELINQUISHED = "relinquished"  # its person deleted it: that is final
    DEAD = "dead"  # the vendor refuses it


FINAL = frozenset({EntryState.GONE, EntryState.RELINQUISHED, EntryState.DEAD})
"""States that an entry does not leave by itself."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An event of ours.

    ``key`` and ``marker`` are kept with the event. ``when``: where it is, as far as we know; ``wanted``: where a call
    that is under way puts it. ``titles``: fingerprints of the titles that we may have given it, the one sent last
    first; none where the title is its person's, or not known to be ours. ``remote_id`` and ``etag`` are the vendor's,
    empty before the first answer.
    """

    key: str
    person: str
    block: str
    provider: str
    account: str
    calendar: str
    marker: str
    when: Interval
    wanted: Interval
    state: EntryState = EntryState.INTENT
    remote_id: str = ""
    etag: str = ""
    attempts: int = 0
    wrote_at: int = 0
    checked_at: int = 0
    problem: str = ""
    titles: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"event of block {self.block} in {self.calendar} of {self.account} at {self.provider}"


def fingerprint(title: str) -> str:
    """Return what stands for a title in the ledger; it may name people, and is not kept."""
    return hashlib.sha256(" ".join(title.split()).encode()).hexdigest()[:16]


def read_entries(connection: Connection, person: str) -> list[LedgerEntry]:
    """Return all entries of a person, by key."""
    return [_entry(row) for row in connection.execute(_READ, {"person": person}).mappings()]


def write_entry(connection: Connection, entry: LedgerEntry, epoch: int) -> None:
    """Keep the entry in the place of what was known."""
    connection.execute(_DELETE, {"key": entry.key})
    values = {
        "key": entry.key,
        "person": entry.person,
        "block": entry.block,
        "provider": entry.provider,
        "account": entry.account,
        "calendar": entry.calendar,
        "marker": entry.marker,
        "remote_id": entry.remote_id,
        "etag": entry.etag,
        "start": entry.when.start,
        "end": entry.when.end,
        "wanted_start": entry.wanted.start,
        "wanted_end": entry.wanted.end,
        "state": entry.state.value,
        "titles": " ".join(entry.titles),
        "attempts": entry.attempts,
        "wrote_at": entry.wrote_at,
        "checked_at": entry.checked_at,
        "problem": entry.problem,
        "epoch": epoch,
    }
    connection.execute(_INSERT, values)


def _entry(row: RowMapping) -> LedgerEntry:
    return LedgerEntry(
        key=row["key"],
        person=row["person"],
        block=row["block"],
        provider=row["provider"],
        account=row["account"],
        calendar=row["calendar"],
        marker=row["marker"],
        when=Interval(row["start"], row["end"]),
        wanted=Interval(row["wanted_start"], row["wanted_end"]),
        state=EntryState(row["state"]),
        titles=tuple(row["titles"].split()),
        remote_id=row["remote_id"],
        etag=row["etag"],
        attempts=row["attempts"],
        wrote_at=row["wrote_at"],
        checked_at=row["checked_at"],
        problem=row["problem"],
    )
