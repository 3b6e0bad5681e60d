"""What was asked, of requests that somebody is told about: sealed, and deleted when its time has come."""

from contextlib import suppress

from sqlalchemy import Connection, delete, select

from deepday.errors import DeepdayError, ReconnectNeededError
from deepday.store import schema
from deepday.store.database import Database
from deepday.store.outbox import put_missing
from deepday.store.sealing import (
    MasterKeySource,
    make_data_key,
    newest_data_key,
    open_data_key,
    reseal,
    seal,
    unseal,
    usable_data_key,
)

LONGEST = 2000

_columns = schema.request_text.c


def place_of_text(request: str) -> str:
    """Return what the text of a request is sealed to."""
    return f"deepday|v1|request|{request}"


def reseal_texts(connection: Connection, masters: MasterKeySource) -> None:
    """Seal every text that opens with the newest data key."""
    reseal(connection, masters, schema.request_text, lambda row: place_of_text(row["request"]))


class RequestTexts:
    """Texts, sealed with a data key of the store's. ``None`` as ``masters``: no text is ever kept."""

    def __init__(self, database: Database, masters: MasterKeySource | None) -> None:
        self._database = database
        self._masters = masters
        self._key: tuple[str, bytes] | None = None

    def ready(self, now: int) -> bool:
        """Get the key; tell whether there is one. Without one a request is kept all the same, without its text."""
        if self._key is None and self._masters is not None:
            with suppress(DeepdayError):
                self._key = self._found() or self._made(now)
        return self._key is not None

    def put(self, connection: Connection, request: str, text: str, at: int, delete_at: int, *, more: bool) -> None:
        """Keep a text, or with ``more`` add it to what was said; what was said later stays as it is.

        Does nothing where no key is :meth:`ready`.
        """
        if self._key is None or not text.strip():
            return
        if newest_data_key(connection) != self._key[0]:  # the keys were made anew meanwhile
            self._key = self._anew(connection, at)
            if self._key is None:
                return
        row = connection.execute(select(schema.request_text).where(_columns.request == request)).mappings().first()
        if row is not None:
            if row["at"] > at and not more:
                return
            before = self.read(connection, request) if more else ""
            text = f"{before}\n{text}" if before else text
            connection.execute(delete(schema.request_text).where(_columns.request == request))
        key_id, key = self._key
        nonce, sealed = seal(key, text[:LONGEST].encode("utf-8", "backslashreplace"), place_of_text(request))
        values = {
            "request": request,
            "at": at,
            "key_id": key_id,
            "nonce": nonce,
            "sealed": sealed,
            "delete_at": delete_at,
        }
        put_missing(connection, schema.request_text, values)

    def read(self, connection: Connection, request: str) -> str:
        """Return what was asked; empty where it is not kept, or does not open any more."""
        row = connection.execute(select(schema.request_text).where(_columns.request == request)).mappings().first()
        if row is None or self._masters is None:
            return ""
        with suppress(ReconnectNeededError):
            own = self._key[1] if self._key and self._key[0] == row["key_id"] else None
            key = own or open_data_key(connection, self._masters, row["key_id"])
            return unseal(key, row["nonce"], row["sealed"], place_of_text(request), "A request").decode("utf-8")
        return ""

    def has(self, connection: Connection, request: str) -> bool:
        """Tell whether the text of a request is kept."""
        return connection.execute(select(_columns.request).where(_columns.request == request)).first() is not None

    def forget(self, connection: Connection, now: int) -> int:
        """Delete what is kept no longer; return how many there were."""
        return int(connection.execute(delete(schema.request_text).where(_columns.delete_at <= now)).rowcount)

    def drop(self, connection: Connection, request: str) -> None:
        """Delete the text of a request."""
        connection.execute(delete(schema.request_text).where(_columns.request == request))

    def _anew(self, connection: Connection, now: int) -> tuple[str, bytes] | None:
        with suppress(DeepdayError):
            return usable_data_key(connection, self._masters, now) if self._masters else None
        return None

    def _found(self) -> tuple[str, bytes] | None:
        with self._database.reading() as connection:
            newest = newest_data_key(connection)
            if newest and self._masters:
                with suppress(ReconnectNeededError):
                    return newest, open_data_key(connection, self._masters, newest)
        return None

    def _made(self, now: int) -> tuple[str, bytes] | None:
        if self._masters is None:
            return None
        with self._database.writing() as connection:
            return make_data_key(connection, self._masters, now)
