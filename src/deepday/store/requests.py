"""Rows of requests, as values."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from deepday.model import ENDS, ChainRole, Door, Request, RequestState, Responder, Verdict
from deepday.store import schema

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_ID_LENGTH = 10
_PLAIN = [one.name for one in fields(Request) if one.name not in {"chain", "in_digest", "cleared"}]
_ENUMS: dict[str, type[StrEnum]] = {"door": Door, "verdict": Verdict, "state": RequestState}

_columns = schema.request.c
READ = select(schema.request).where(_columns.id == bindparam("id"))
_INSERT = insert(schema.request)
_EARLIER = (
    *(_columns[name] == bindparam(name) for name in ("source", "conversation", "thread", "sender", "block")),
    _columns.final_at == 0,
    _columns.id != bindparam("id"),
    (_columns.state != RequestState.RECEIVED.value)
    | (_columns.at < bindparam("at"))
    | ((_columns.at == bindparam("at")) & (_columns.key < bindparam("key"))),
)
# Made once: to make a statement takes longer than to run it.
_OPEN_IN = select(schema.request).where(*_EARLIER).order_by(_columns.received_at, _columns.id)
_TOLD_IN = select(_columns.id).where(*_EARLIER, _columns.state == RequestState.ROUTED.value).limit(1)


def request_id(source: str, key: str) -> str:
    """Return the id of a request: short, without letters that look alike, and the same for the same signal for ever.

    50 bits: among 100,000 requests two have the same with a probability below one in 100,000.
    """
    digest = hashlib.sha256(f"{source}\n{key}".encode("utf-8", "backslashreplace")).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:_ID_LENGTH])


def values_of(request: Request) -> dict[str, Any]:
    """Return the row of a request."""
    row: dict[str, Any] = {name: getattr(request, name) for name in _PLAIN}
    row |= {name: row[name].value for name in _ENUMS}
    chain = [[one.role.value, one.name, one.chat] for one in request.chain]
    return row | {
        "chain": json.dumps(chain),
        "in_digest": int(request.in_digest),
        "cleared": int(request.cleared),
    }


def request_of_row(row: RowMapping) -> Request:
    """Return the request of a row."""
    values: dict[str, Any] = {name: row[name] for name in _PLAIN}
    values |= {name: kind(row[name]) for name, kind in _ENUMS.items()}
    chain = tuple(Responder(ChainRole(role), name, chat) for role, name, chat in json.loads(row["chain"]))
    return Request(**values, chain=chain, in_digest=bool(row["in_digest"]), cleared=bool(row["cleared"]))


def read_request(connection: Connection, one: str) -> Request | None:
    """Return the request of that id."""
    row = connection.execute(READ, {"id": one}).mappings().first()
    return request_of_row(row) if row else None


def read_requests(connection: Connection, *conditions: Any) -> list[Request]:
    """Return the requests that meet the conditions, the oldest first."""
    wanted = select(schema.request).where(*conditions).order_by(_columns.received_at, _columns.id)
    return [request_of_row(row) for row in connection.execute(wanted).mappings()]


def insert_request(connection: Connection, request: Request) -> None:
    """Keep a new request."""
    connection.execute(_INSERT, values_of(request))


def insert_requests(connection: Connection, requests: Sequence[Request]) -> None:
    """Keep new requests."""
    if requests:
        connection.execute(_INSERT, [values_of(one) for one in requests])


def change_request(connection: Connection, before: Request, after: Request, now: int) -> Request | None:
    """Keep a request as it is now; ``None``, and nothing is changed, when it is not what it was.

    An end sets ``final_at``, once and for ever.
    """
    ended = now if after.state in ENDS and not before.final_at else before.final_at
    values = values_of(after) | {"version": before.version + 1, "final_at": ended}
    values.pop("id")
    mine = update(schema.request).where(
        _columns.id == before.id, _columns.version == before.version, _columns.state == before.state.value
    )
    if connection.execute(mine.values(values)).rowcount != 1:
        return None
    return read_request(connection, before.id)


def open_in(connection: Connection, request: Request) -> Sequence[Request]:
    """Return the open requests of the same sender in the same conversation and block that came before, oldest first."""
    return [request_of_row(row) for row in connection.execute(_OPEN_IN, _place(request)).mappings()]


def told_in(connection: Connection, request: Request) -> bool:
    """Tell whether somebody was told of one of them."""
    return connection.execute(_TOLD_IN, _place(request)).first() is not None


def _place(request: Request) -> dict[str, Any]:
    return {
        name: getattr(request, name)
        for name in ("source", "conversation", "thread", "sender", "block", "id", "at", "key")
    }
