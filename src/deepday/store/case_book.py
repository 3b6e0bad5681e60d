"""Wellbeing notes and tasks in a store: sealed with the data keys of the tokens, and opened only here."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select

from deepday.clock import Clock
from deepday.errors import DeepdayError, ReconnectNeededError
from deepday.store.database import Database
from deepday.store.schema import case_entry
from deepday.store.sealing import MasterKeySource, make_data_key, newest_data_key, open_data_key, reseal, seal, unseal

_WELLBEING, _TASKS = "wellbeing", "tasks"


class CaseBook:
    """The notes and tasks of a store. What is read or written is plain values for JSON.

    Every method raises as those of :class:`deepday.store.repository.Store` do, and :class:`DeepdayError` when the key
    of what is sealed is lost.
    """

    def __init__(self, database: Database, clock: Clock, masters: MasterKeySource) -> None:
        self._database = database
        self._clock = clock
        self._masters = masters

    def keep_note(self, ordinal: int, values: Mapping[str, Any]) -> bool:
        """Keep the note of a date (its proleptic Gregorian ordinal); tell whether it took the place of another."""
        return self._keep(_WELLBEING, ordinal, dict(values))

    def notes(self) -> list[tuple[int, Mapping[str, Any]]]:
        """Return all notes with the ordinals of their dates, oldest first."""
        return self._read(_WELLBEING)

    def forget_note(self, ordinal: int | None) -> int:
        """Delete the note of a date, or (``None``) all of them, and return how many there were."""
        return self._forget(_WELLBEING, ordinal)

    def keep_tasks(self, tasks: Sequence[Mapping[str, Any]], name: str) -> None:
        """Keep a list of tasks in the place of the one before."""
        self._keep(_TASKS, 0, {"name": name, "tasks": list(tasks)})

    def tasks(self) -> tuple[Sequence[Mapping[str, Any]], str]:
        """Return the list that is kept, and its name; both empty where there is none."""
        for _, values in self._read(_TASKS):
            return values["tasks"], values["name"]
        return (), ""

    def forget_tasks(self) -> bool:
        """Delete the list, and tell whether there was one."""
        return bool(self._forget(_TASKS, None))

    def _keep(self, kind: str, number: int, values: Mapping[str, Any]) -> bool:
        now = int(self._clock.now().timestamp())
        with self._database.writing() as connection:
            key_id, key = self._data_key(connection, now)
            nonce, sealed = seal(key, json.dumps(values).encode(), place_of_entry(kind, number))
            replaced = connection.execute(delete(case_entry).where(_one(kind, number))).rowcount
            row = {"kind": kind, "number": number, "key_id": key_id, "nonce": nonce, "sealed": sealed}
            connection.execute(insert(case_entry).values(**row, changed_at=now))
        return bool(replaced)

    def _read(self, kind: str) -> list[tuple[int, Mapping[str, Any]]]:
        query = select(case_entry).where(case_entry.c.kind == kind).order_by(case_entry.c.number)
        found: list[tuple[int, Mapping[str, Any]]] = []
        with self._database.reading() as connection:
            for row in connection.execute(query).mappings():
                try:
                    key = open_data_key(connection, self._masters, row["key_id"])
                    plain = unseal(key, row["nonce"], row["sealed"], place_of_entry(kind, row["number"]), "An entry")
                except ReconnectNeededError:
                    raise DeepdayError(
                        f"What is kept of your {kind} cannot be opened: its key is lost, or it was damaged.",
                        "Restore the master key from a copy; or delete it: deepday case log --delete all, deepday case "
                        "tasks --forget.",
                    ) from None
                found.append((row["number"], json.loads(plain)))
        return found

    def _forget(self, kind: str, number: int | None) -> int:
        which = case_entry.c.kind == kind if number is None else _one(kind, number)
        with self._database.writing() as connection:
            return connection.execute(delete(case_entry).where(which)).rowcount

    def _data_key(self, connection: Connection, now: int) -> tuple[str, bytes]:
        newest = newest_data_key(connection)
        if newest:
            with suppress(ReconnectNeededError):  # its master key is lost: what is written now must open all the same
                return newest, open_data_key(connection, self._masters, newest)
        return make_data_key(connection, self._masters, now)


def reseal_entries(connection: Connection, masters: MasterKeySource) -> None:
    """Seal every entry that opens with the newest data key."""
    reseal(connection, masters, case_entry, lambda row: place_of_entry(row["kind"], row["number"]))


def place_of_entry(kind: str, number: int) -> str:
    """Return what an entry is sealed to."""
    return f"deepday|v1|case|{kind}|{number}"


def _one(kind: str, number: int) -> Any:
    return and_(case_entry.c.kind == kind, case_entry.c.number == number)
