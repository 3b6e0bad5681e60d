"""Slots: a setting of an account, who owns it, and what was there before us.

One ownership and one baseline for each setting, not for each block: blocks may touch or overlap.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Connection, bindparam, delete, insert, select

from deepday.model import EMPTY, AnySetting, Audience, Availability, Setting, SettingKind
from deepday.store import schema

# Statements are made once: to make one takes longer than to run it.
_KEY = (schema.slot.c.person, schema.slot.c.provider, schema.slot.c.account, schema.slot.c.setting)
_READ = select(schema.slot).where(schema.slot.c.person == bindparam("person")).order_by(*_KEY)
_DELETE = delete(schema.slot).where(*(column == bindparam(column.name) for column in _KEY))
_INSERT = insert(schema.slot)


class Phase(StrEnum):
    """Whose a setting is."""

    FREE = "free"
    OWNED = "owned"
    BLOCKED = "blocked"  # ours, but the account refuses us
    DEGRADED = "degraded"  # the vendor takes our value and does not show it, or refuses it


@dataclass(frozen=True, slots=True)
class Target:
    """One setting of one account of a person."""

    person: str
    provider: str
    account: str
    setting: SettingKind

    def __str__(self) -> str:
        return f"{self.setting} of {self.account} at {self.provider}"


@dataclass(frozen=True, slots=True)
class Slot:
    """What is known of a setting.

    ``baseline``: what was there before us, ``None`` while we own nothing. ``written``: every value that we may have put
    there since, the last one last. ``settled``: what the vendor made of the last one, ``None`` while that is not
    known. ``skip``: the active blocks for which the person took over. ``intent``: the
    call that is under way, or whose outcome is not known. ``seen``: the value that is wanted now was there. ``tries``:
    how often it was written and not seen. ``wrote_at``, ``checked_at``: UTC seconds of the last write and of the last
    read. ``problem``: in words.
    """

    target: Target
    phase: Phase = Phase.FREE
    baseline: AnySetting | None = None
    written: tuple[AnySetting, ...] = ()
    settled: AnySetting | None = None
    skip: str = ""
    intent: str = ""
    seen: bool = False
    tries: int = 0
    wrote_at: int = 0
    checked_at: int = 0
    problem: str = ""

    @property
    def owned(self) -> bool:
        """Whether a baseline is kept: what is there may be ours."""
        return self.baseline is not None

    @property
    def all_written(self) -> tuple[AnySetting, ...]:
        """Every value that we may have put there, as sent and as settled."""
        return self.written if self.settled is None else (*self.written, self.settled)


def read_slots(connection: Connection, person: str) -> list[Slot]:
    """Return all slots of a person, in the order of their key."""
    return [_slot(dict(row)) for row in connection.execute(_READ, {"person": person}).mappings()]


def write_slot(connection: Connection, slot: Slot, epoch: int) -> None:
    """Keep the slot in the place of what was known."""
    target = slot.target
    place = {
        "person": target.person,
        "provider": target.provider,
        "account": target.account,
        "setting": target.setting.value,
    }
    values = place | {
        "phase": slot.phase.value,
        "baseline": None if slot.baseline is None else json.dumps(asdict(slot.baseline)),
        "written": json.dumps([asdict(value) for value in slot.written]),
        "settled": None if slot.settled is None else json.dumps(asdict(slot.settled)),
        "skip": slot.skip,
        "intent": slot.intent,
        "seen": int(slot.seen),
        "tries": slot.tries,
        "wrote_at": slot.wrote_at,
        "checked_at": slot.checked_at,
        "problem": slot.problem,
        "epoch": epoch,
    }
    connection.execute(_DELETE, place)
    connection.execute(_INSERT, values)


def _slot(row: dict[str, Any]) -> Slot:
    kind = SettingKind(row["setting"])
    return Slot(
        target=Target(row["person"], row["provider"], row["account"], kind),
        phase=Phase(row["phase"]),
        baseline=None if row["baseline"] is None else _value(kind, json.loads(row["baseline"])),
        written=tuple(_value(kind, one) for one in json.loads(row["written"])),
        settled=None if row["settled"] is None else _value(kind, json.loads(row["settled"])),
        skip=row["skip"],
        intent=row["intent"],
        seen=bool(row["seen"]),
        tries=row["tries"],
        wrote_at=row["wrote_at"],
        checked_at=row["checked_at"],
        problem=row["problem"],
    )


def _value(kind: SettingKind, fields: dict[str, Any]) -> AnySetting:
    if kind is SettingKind.AUTO_REPLY:
        fields["audience"] = Audience(fields["audience"])
    elif kind is SettingKind.PRESENCE:
        fields["availability"] = Availability(fields["availability"])
    made: Setting = type(EMPTY[kind])(**fields)
    return cast("AnySetting", made)
