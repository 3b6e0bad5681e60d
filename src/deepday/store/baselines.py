"""Baselines, sealed: what a person had set before us is their own text, an automatic reply above all."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select, update

from deepday.errors import DeepdayError
from deepday.model import EMPTY, AnySetting, SettingKind
from deepday.store import schema
from deepday.store.sealing import MasterKeySource, newest_data_key, open_data_key, seal, unseal, usable_data_key
from deepday.store.values import setting_value

LOST = "What was there before us cannot be read any more: the key of the store was lost."


class Baselines:
    """Seals and opens baselines, each in its place: a row that was copied to another place does not open."""

    def __init__(self, masters: MasterKeySource) -> None:
        self._masters = masters
        self._keys: dict[str, bytes] = {}

    def sealed(self, connection: Connection, place: Mapping[str, str], value: AnySetting, now: int) -> dict[str, Any]:
        """Return the columns that keep a baseline. ``place``: the key of the slot; ``now``: UTC seconds."""
        key_id = newest_data_key(connection)
        if key_id is None or key_id not in self._keys:
            key_id, made = usable_data_key(connection, self._masters, now)
            self._keys[key_id] = made
        nonce, sealed = seal(self._keys[key_id], json.dumps(asdict(value)).encode(), _place(place))
        return {"baseline": sealed, "baseline_nonce": nonce, "baseline_key": key_id}

    def opened(self, connection: Connection, row: Mapping[str, Any]) -> tuple[AnySetting | None, str]:
        """Return the baseline of a slot, and what is wrong with it; an empty one where it does not open any more."""
        if row["baseline"] is None:
            return None, ""
        kind = SettingKind(row["setting"])
        try:
            key = self._key(connection, row["baseline_key"])
            text = unseal(key, row["baseline_nonce"], row["baseline"], _place(row), "A baseline")
        except DeepdayError:
            return EMPTY[kind], LOST
        return setting_value(kind, json.loads(text)), ""

    def _key(self, connection: Connection, key_id: str) -> bytes:
        if key_id not in self._keys:
            self._keys[key_id] = open_data_key(connection, self._masters, key_id)
        return self._keys[key_id]


def reseal_baselines(connection: Connection, masters: MasterKeySource, now: int) -> None:
    """Seal every baseline that opens with the newest data key."""
    baselines = Baselines(masters)
    columns = schema.slot.c
    for row in connection.execute(select(schema.slot).where(columns.baseline.is_not(None))).mappings().all():
        value, problem = baselines.opened(connection, dict(row))
        if value is not None and not problem:
            place = {column.name: row[column.name] for column in schema.slot.primary_key}
            mine = [schema.slot.c[name] == one for name, one in place.items()]
            values = baselines.sealed(connection, place, value, now)
            connection.execute(update(schema.slot).where(*mine).values(values))


def _place(slot: Mapping[str, Any]) -> str:
    return "deepday|v1|baseline|" + json.dumps([slot[name] for name in ("person", "provider", "account", "setting")])
