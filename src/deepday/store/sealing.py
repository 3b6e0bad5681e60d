"""Sealing: AES-256-GCM with the place of a row as associated data, so that a sealed row opens in its place only.

Tokens are sealed with a data key, data keys with a master key that the database never holds (envelope encryption).
Nonces are random, 96 bits: the few thousand seals that one data key lives for are far below the bound of 2**32 of
NIST SP 800-38D, section 8.3.
"""

import os
import secrets
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, RowMapping, Table, delete, insert, select, update

from deepday.errors import InputError, ReconnectNeededError
from deepday.model import MasterKey
from deepday.store import schema

_NONCE_BYTES = 12
_KEY_BITS = 256
_AGAIN = "Sign in again: deepday connect."


class MasterKeySource(Protocol):
    """Where the master keys are kept, outside the database. Each method may raise ``InputError``."""

    def current(self) -> MasterKey:
        """Return the key to wrap with."""
        ...

    def find(self, key_id: str) -> MasterKey | None:
        """Return the key of that id, if it is still kept."""
        ...

    def add(self) -> MasterKey:
        """Make a new key, and make it the current one."""
        ...

    def keep_only(self, key_ids: Collection[str]) -> None:
        """Throw away all other keys but the current one."""
        ...


def seal(key: bytes, plain: bytes, place: str) -> tuple[bytes, bytes]:
    """Return nonce and sealed bytes; they open with the same 32-byte key and the same place only."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce, AESGCM(key).encrypt(nonce, plain, place.encode("utf-8"))


def unseal(key: bytes, nonce: bytes, sealed: bytes, place: str, what: str) -> bytes:
    """Return what was sealed.

    Raises :class:`ReconnectNeededError` when key, place or bytes are not the same; ``what`` names it for people.
    """
    try:
        return AESGCM(key).decrypt(nonce, sealed, place.encode("utf-8"))
    except (InvalidTag, ValueError):
        raise ReconnectNeededError(
            f"{what} does not fit its place in the store: it was damaged or exchanged, and not used.", _AGAIN
        ) from None


def place_of(account: str, provider: str, kind: str, generation: int) -> str:
    """Return the associated data of a token. Raises :class:`InputError` for names in which places could be confused."""
    if "|" in account + provider + kind or not (account and provider):
        raise InputError("The name of an account or provider must not be empty or hold '|'.", "Choose another name.")
    return f"deepday|v1|{account}|{provider}|{kind}|{generation}"


def _place_of_key(key_id: str, master_id: str) -> str:
    return f"deepday|v1|data-key|{key_id}|{master_id}"


def newest_data_key(connection: Connection) -> str | None:
    """Return the id of the data key that new tokens are sealed with."""
    columns = schema.data_key.c
    found: str | None = connection.execute(
        select(columns.id).order_by(columns.made_at.desc(), columns.id.desc()).limit(1)
    ).scalar()
    return found


def usable_data_key(connection: Connection, masters: MasterKeySource, now: int) -> tuple[str, bytes]:
    """Return id and bytes of the newest data key; of a new one where that one does not open. ``now``: UTC seconds."""
    newest = newest_data_key(connection)
    if newest:
        with suppress(ReconnectNeededError):  # its master key is lost: what is sealed from now on must open
            return newest, open_data_key(connection, masters, newest)
    return make_data_key(connection, masters, after_all_keys(connection, now))


def after_all_keys(connection: Connection, now: int) -> int:
    """Return an instant at which a data key that is made now is the newest."""
    made: list[int] = [row.made_at + 1 for row in connection.execute(select(schema.data_key.c.made_at))]
    return max([now, *made])


def make_data_key(connection: Connection, masters: MasterKeySource, now: int) -> tuple[str, bytes]:
    """Make a data key, wrap it, keep it, and return its id and its bytes. ``now``: UTC seconds."""
    key_id, key, master = secrets.token_hex(8), AESGCM.generate_key(_KEY_BITS), masters.current()
    nonce, sealed = seal(master.key, key, _place_of_key(key_id, master.id))
    values = {"id": key_id, "master_id": master.id, "nonce": nonce, "sealed": sealed, "made_at": now}
    connection.execute(insert(schema.data_key).values(values))
    return key_id, key


def open_data_key(connection: Connection, masters: MasterKeySource, key_id: str) -> bytes:
    """Return the bytes of a data key.

    Raises :class:`ReconnectNeededError` when it, or the master key that wraps it, is lost.
    """
    columns = schema.data_key.c
    row = connection.execute(select(schema.data_key).where(columns.id == key_id)).mappings().first()
    master = masters.find(row["master_id"]) if row else None
    if row is None or master is None:
        raise ReconnectNeededError(
            "The key of the stored tokens is not on this machine.",
            "Restore the master key from a copy, or sign in again: deepday connect.",
        )
    return unseal(master.key, row["nonce"], row["sealed"], _place_of_key(key_id, master.id), "The key of the tokens")


def rewrap(connection: Connection, masters: MasterKeySource) -> None:
    """Wrap every data key with the current master key; one whose master key is lost stays as it is."""
    columns, master = schema.data_key.c, masters.current()
    rows: list[Mapping[str, str]] = [dict(row) for row in connection.execute(select(columns.id)).mappings()]
    for row in rows:
        try:
            key = open_data_key(connection, masters, row["id"])
        except ReconnectNeededError:
            continue
        nonce, sealed = seal(master.key, key, _place_of_key(row["id"], master.id))
        values = {"master_id": master.id, "nonce": nonce, "sealed": sealed}
        connection.execute(update(schema.data_key).where(columns.id == row["id"]).values(values))


def reseal(connection: Connection, masters: MasterKeySource, table: Table, place: Callable[[RowMapping], str]) -> None:
    """Seal the rows of a table with the newest data key; one that does not open stays as it is.

    The table keeps what is sealed in ``key_id``, ``nonce`` and ``sealed``; ``place`` says where a row belongs.
    """
    newest = newest_data_key(connection)
    if newest is None:
        return
    new = open_data_key(connection, masters, newest)
    for row in connection.execute(select(table)).mappings().all():
        with suppress(ReconnectNeededError):
            old = open_data_key(connection, masters, row["key_id"])
            nonce, sealed = seal(new, unseal(old, row["nonce"], row["sealed"], place(row), "A row"), place(row))
            mine = [column == row[column.name] for column in table.primary_key]
            values = {"key_id": newest, "nonce": nonce, "sealed": sealed}
            connection.execute(update(table).where(*mine).values(values))


def drop_unused_data_keys(connection: Connection) -> None:
    """Delete the data keys that nothing is sealed with: no row of any table that points at them."""
    unused = delete(schema.data_key)
    for table in schema.metadata.sorted_tables:
        for column in table.columns:
            if column.references(schema.data_key.c.id):
                used = select(column).where(column.is_not(None))  # one NULL among them, and SQL finds nothing unused
                unused = unused.where(schema.data_key.c.id.not_in(used))
    connection.execute(unused)
