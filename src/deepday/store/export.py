"""Every row of a store as plain values. What is sealed, and keys, are never among them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import LargeBinary, Table, select

from deepday.store import schema
from deepday.store.database import Database

KEYS = frozenset({"data_key", "meta", "token"})
"""Tables that hold keys, and nothing that anybody said or did."""


def tables() -> list[Table]:
    """Return the tables whose rows belong to a person."""
    return [one for one in schema.metadata.sorted_tables if one.name not in KEYS]


def rows(database: Database, table: Table) -> Iterator[dict[str, Any]]:
    """Yield a table's rows without what is sealed, in the order of their keys."""
    columns = [one for one in table.columns if not isinstance(one.type, LargeBinary)]
    with database.reading() as connection:
        for row in connection.execute(select(*columns).order_by(*table.primary_key.columns)).mappings():
            yield dict(row)
