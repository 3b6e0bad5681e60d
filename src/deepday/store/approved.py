"""Approved blocks, and what was decided about them since."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, delete, insert, select

from deepday.model import ApprovedBlock, BlockKind, Contact, Interval, Origin, Override, OverrideKind
from deepday.store import schema
from deepday.store.meetings import read_meetings

_PERSON: BindParameter[str] = bindparam("person")
_BLOCKS = select(schema.block).where(schema.block.c.person == _PERSON).order_by(schema.block.c.start, schema.block.c.id)
_OVERRIDES = select(schema.override).where(schema.override.c.person == _PERSON).order_by(schema.override.c.seq)


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a person approved, and their overrides in the order of their making.

    ``meetings`` are written into calendars like blocks; nothing else is done for them.
    """

    blocks: tuple[ApprovedBlock, ...] = ()
    overrides: tuple[Override, ...] = ()
    meetings: tuple[ApprovedBlock, ...] = ()


def read_schedule(connection: Connection, person: str) -> Schedule:
    """Return the person's blocks by start, and their overrides."""
    return Schedule(
        tuple(_block(row) for row in connection.execute(_BLOCKS, {"person": person}).mappings()),
        tuple(
            Override(
                person=row["person"],
                block=row["block"],
                kind=OverrideKind(row["kind"]),
                when=Interval(row["start"], row["end"]),
                at=row["at"],
                by=row["by"],
                why=row["why"],
            )
            for row in connection.execute(_OVERRIDES, {"person": person}).mappings()
        ),
        read_meetings(connection, person, approved=True),
    )


def put_block(connection: Connection, block: ApprovedBlock) -> None:
    """Keep the block in the place of one with its id."""
    drop_blocks(connection, [block.id])
    point, backup = block.point_person or Contact(""), block.backup or Contact("")
    values = {
        "id": block.id,
        "person": block.person,
        "start": block.start.isoformat(),
        "end": block.end.isoformat(),
        "zone": block.zone,
        "kind": block.kind.value,
        "point_name": point.name,
        "point_reach": point.reach,
        "backup_name": backup.name,
        "backup_reach": backup.reach,
        "origin": block.origin.value,
    }
    connection.execute(insert(schema.block), values)


def drop_blocks(connection: Connection, ids: Iterable[str]) -> int:
    """Delete blocks; return how many there were."""
    return int(connection.execute(delete(schema.block).where(schema.block.c.id.in_(list(ids)))).rowcount)


def add_override(connection: Connection, override: Override) -> None:
    """Add a decision after all others."""
    values = {
        "person": override.person,
        "block": override.block,
        "kind": override.kind.value,
        "start": override.when.start,
        "end": override.when.end,
        "at": override.at,
        "by": override.by,
        "why": override.why,
    }
    connection.execute(insert(schema.override), values)


def _block(row: RowMapping) -> ApprovedBlock:
    return ApprovedBlock(
        id=row["id"],
        person=row["person"],
        start=datetime.fromisoformat(row["start"]),
        end=datetime.fromisoformat(row["end"]),
        zone=row["zone"],
        kind=BlockKind(row["kind"]),
        point_person=_contact(row["point_name"], row["point_reach"]),
        backup=_contact(row["backup_name"], row["backup_reach"]),
        origin=Origin(row["origin"]),
    )


def _contact(name: str, reach: str) -> Contact | None:
    return Contact(name, reach) if name else None
