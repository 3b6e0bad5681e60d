"""The rows that name one person: shown, and erased so that counts, states and the history still hold."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from deepday.clock import Clock
from deepday.errors import ReconnectNeededError
from deepday.model import ChainRole, Door
from deepday.store import schema
from deepday.store.audit import Note, append_note, rewrite_rows
from deepday.store.case_book import place_of_entry
from deepday.store.database import Database
from deepday.store.naming import SHORTEST, Naming
from deepday.store.person_places import PLACES
from deepday.store.request_texts import place_of_text
from deepday.store.sealing import MasterKeySource, open_data_key, seal, unseal

_SOMEBODY = "somebody else"
_HISTORY = ("person", "actor", "subject", "why")


@dataclass(slots=True)
class ErasedPerson:
    """How many rows of each table name the person no more, and how many still do, for which reason in words."""

    changed: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)


class PersonRows:
    """Everything about one person, over all tables. Methods raise as those of :class:`Store` do."""

    def __init__(self, database: Database, clock: Clock, masters: MasterKeySource) -> None:
        self._database = database
        self._clock = clock
        self._masters = masters

    def linked(self, naming: Naming) -> set[str]:
        """Return the other names that go with these in what was kept of who covers: an address and an ID in chat."""
        found: set[str] = set()
        with self._database.reading() as connection:
            chains = connection.execute(select(schema.request.c.chain).distinct()).scalars().all()
            pairs = [{str(name), str(chat)} for text in chains for _, name, chat in json.loads(text)]
        for pair in pairs:
            if any(naming.found(one) for one in pair):
                found |= pair - {""}
        return found

    def rows(self, naming: Naming) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield each table with its rows that name the person, and what is sealed of them, opened.

        Who else asked or answered is "somebody else" there: others' names are not the person's to know.
        """
        with self._database.reading() as connection:
            asked, others = self._asked(connection, naming), _others(connection, naming)
            for place in PLACES:
                rows = _rows(connection, place.table)
                yield place.table.name, [_shown(row, others) for row in rows if _named(naming, row, place.columns)]
            rows = _rows(connection, schema.audit)
            yield "audit", [_shown(row, others) for row in rows if _of(row, asked) or _in(naming, row)]
            texts = self._texts(connection)
            yield "request_text", [{"request": one, "text": text} for one, text in texts if one in asked]
            yield "case_entry", [{"entry": value} for value in self._entries(connection) if _anywhere(naming, value)]

    def erase(self, naming: Naming, stand_in: str, owner: str) -> ErasedPerson:
        """Put a stand-in where the person is named, and delete what they asked; ``owner``: whose history notes it."""
        done, now = ErasedPerson(), self._clock.now()
        with self._database.writing() as connection:
            asked = self._asked(connection, naming)
            needed = self._replace(connection, naming, stand_in, done, now)
            self._erase_texts(connection, naming, stand_in, asked - needed, done)
            self._erase_entries(connection, naming, stand_in, done)
            written = self._rewrite_history(connection, naming, stand_in, needed, done)
            if done.changed:
                words = f"{done.changed.total()} rows of one person{written}"
                append_note(connection, owner, Note("people", "", "erased", words, "owner"), int(now.timestamp()))
        self._database.leave_no_log()
        return done

    @staticmethod
    def _replace(connection: Connection, naming: Naming, stand_in: str, done: ErasedPerson, now: datetime) -> set[str]:
        """Do it in all plain tables; return the requests that are still needed."""
        [requests] = (place for place in PLACES if place.table is schema.request)
        needed = {
            str(row["id"])
            for row in _rows(connection, requests.table)
            if _named(naming, row, requests.columns) and requests.needed(row, now)
        }
        for place in PLACES:
            for row in _rows(connection, place.table):
                if not _named(naming, row, place.columns) or row.get("request") in needed:
                    continue
                if place.needed(row, now):
                    done.left[place.why] += 1
                    continue
                values = {
                    name: naming.replaced(row[name], stand_in) for name in place.columns if naming.found(row[name])
                }
                connection.execute(update(place.table).where(*_key(place.table, row)).values(values))
                done.changed[place.table.name] += 1
        return needed

    def _asked(self, connection: Connection, naming: Naming) -> set[str]:
        """Return the requests that the person made: their sender, or the form that they filled in."""
        columns = schema.request.c
        rows = connection.execute(select(columns.id, columns.sender, columns.door)).all()
        forms = {row.id for row in rows if row.door == Door.FORM.value}
        texts = {one for one, text in self._texts(connection) if one in forms and naming.found(text)}
        return texts | {row.id for row in rows if naming.found(row.sender)}

    def _erase_texts(
        self, connection: Connection, naming: Naming, stand_in: str, asked: set[str], done: ErasedPerson
    ) -> None:
        """Delete what the person asked; put the stand-in into what others asked."""
        column = schema.request_text.c.request
        for row in _rows(connection, schema.request_text):
            if row["request"] in asked:
                connection.execute(delete(schema.request_text).where(column == row["request"]))
            elif naming.found(text := self._opened(connection, row, place_of_text(row["request"]))):
                self._seal(connection, schema.request_text, row, naming.replaced(text, stand_in))
            else:
                continue
            done.changed["request_text"] += 1

    def _erase_entries(self, connection: Connection, naming: Naming, stand_in: str, done: ErasedPerson) -> None:
        table = schema.case_entry
        for row in _rows(connection, table):
            text = self._opened(connection, row, place_of_entry(row["kind"], row["number"]))
            if text and _anywhere(naming, value := json.loads(text)):
                self._seal(connection, table, row, json.dumps(_renamed(naming, value, stand_in)))
                done.changed[table.name] += 1

    @staticmethod
    def _rewrite_history(
        connection: Connection, naming: Naming, stand_in: str, needed: set[str], done: ErasedPerson
    ) -> str:
        """Do it in the history, and return what is to be noted down about that."""
        changed = {
            row["seq"]: {name: naming.replaced(row[name], stand_in) for name in _HISTORY}
            for row in _rows(connection, schema.audit)
            if _in(naming, row) and not _of(row, needed)
        }
        if not changed:
            return ""
        ended = rewrite_rows(connection, changed)
        done.changed["audit"] += len(changed)
        return f"; the history was written anew from row {min(changed)} on, and ended with {ended[:16]} before"

    def _texts(self, connection: Connection) -> list[tuple[str, str]]:
        rows = _rows(connection, schema.request_text)
        return [(row["request"], self._opened(connection, row, place_of_text(row["request"]))) for row in rows]

    def _entries(self, connection: Connection) -> list[Any]:
        rows = _rows(connection, schema.case_entry)
        texts = [self._opened(connection, row, place_of_entry(row["kind"], row["number"])) for row in rows]
        return [json.loads(text) for text in texts if text]

    def _opened(self, connection: Connection, row: Mapping[str, Any], place: str) -> str:
        """Return what is sealed in a row; empty where it does not open any more."""
        with suppress(ReconnectNeededError):
            key = open_data_key(connection, self._masters, row["key_id"])
            return unseal(key, row["nonce"], row["sealed"], place, "A row").decode()
        return ""

    def _seal(self, connection: Connection, table: Table, row: Mapping[str, Any], text: str) -> None:
        """Seal another text in a row, with the key that it has."""
        place = place_of_text(row["request"]) if "request" in row else place_of_entry(row["kind"], row["number"])
        key = open_data_key(connection, self._masters, row["key_id"])
        nonce, sealed = seal(key, text.encode("utf-8", "backslashreplace"), place)
        connection.execute(update(table).where(*_key(table, row)).values(nonce=nonce, sealed=sealed))


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    found = connection.execute(select(table).order_by(*table.primary_key.columns))
    return [dict(row) for row in found.mappings()]


def _key(table: Table, row: Mapping[str, Any]) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key]


def _named(naming: Naming, row: Mapping[str, Any], columns: tuple[str, ...]) -> bool:
    return any(naming.found(row[name]) for name in columns)


def _in(naming: Naming, row: Mapping[str, Any]) -> bool:
    return _named(naming, row, _HISTORY)


def _of(row: Mapping[str, Any], requests: set[str]) -> bool:
    """Tell whether a row of the history is about one of the requests."""
    return str(row["subject"]).rpartition("request ")[2] in requests


def _others(connection: Connection, naming: Naming) -> Naming | None:
    """Return the names of all others who asked or answered, but for the owner of the requests."""
    columns = schema.request.c
    rows = connection.execute(select(columns.sender, columns.chain)).all()
    answer = [one for row in rows for one in json.loads(row.chain) if one[0] != ChainRole.OWNER.value]
    names = {str(name) for one in answer for name in one[1:]} | {row.sender for row in rows}
    found = {one for one in names if len(one) >= SHORTEST and not naming.found(one)}
    return Naming(found) if found else None


def _shown(row: Mapping[str, Any], others: Naming | None) -> dict[str, Any]:
    plain = {name: value for name, value in row.items() if not isinstance(value, bytes)}
    return _renamed(others, plain, _SOMEBODY) if others else plain


def _anywhere(naming: Naming, value: Any) -> bool:
    return bool(_renamed(naming, value, "") != value)


def _renamed(naming: Naming, value: Any, stand_in: str) -> Any:
    """Return a JSON value with the stand-in in all its texts."""
    if isinstance(value, str):
        return naming.replaced(value, stand_in)
    if isinstance(value, Mapping):
        return {_renamed(naming, name, stand_in): _renamed(naming, one, stand_in) for name, one in value.items()}
    return [_renamed(naming, one, stand_in) for one in value] if isinstance(value, list) else value
