"""Keeps tenants apart on PostgreSQL: every table gets their number into its keys, and row-level security.

Tables and revisions are written once, for SQLite, where a file belongs to one person. What many people in one database
need is added here, to any table that has not got it: after the tables were made, and after every migration. A revision
may point at rows of other tables by one column (``source.id``); by several (``sign_in``) it must name ``tenant`` too.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Inspector, inspect, text

from deepday.store import postgres, schema

COLUMN = "tenant"
_MINE = f"nullif(current_setting('{postgres.SETTING}', true), '')::integer"


@dataclass(slots=True)
class _Pointer:
    """A foreign key, as it was before."""

    table: str
    found: Any
    columns: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = list(self.found["constrained_columns"])


def let_owner_see(connection: Connection) -> None:
    """Let the owner of the tables see all rows, as long as a migration moves them; :func:`keep_apart` ends it."""
    for table in _own_tables(inspect(connection)):
        connection.exec_driver_sql(f"ALTER TABLE {_quoted(connection, table)} NO FORCE ROW LEVEL SECURITY")


def keep_apart(connection: Connection) -> None:
    """Give every table that lacks it the tenant's column and keys, and bind every role to row-level security.

    Rows that are there already become tenant 1's.
    """
    inspector = inspect(connection)
    tables = _own_tables(inspector)
    new = [name for name in tables if all(column["name"] != COLUMN for column in inspector.get_columns(name))]
    connection.exec_driver_sql(f"SELECT set_config('{postgres.SETTING}', '{postgres.ALONE}', true)")
    pointers = [_Pointer(name, found) for name in new for found in inspector.get_foreign_keys(name)]
    for one in pointers:
        _alter(connection, one.table, f"DROP CONSTRAINT {_quoted(connection, one.found['name'])}")
    targets = {one.found["referred_table"] for one in pointers if len(one.columns) == 1}
    for name in new:
        _add_tenant(connection, inspector, name, alone=name in targets)
    for one in pointers:
        _point(connection, one)
    for name in tables:
        _bind(connection, name)


def _own_tables(inspector: Inspector) -> list[str]:
    """Return the tables of ours that are there; a queue in the same schema is not ours."""
    ours = {table.name for metadata in schema.ALL for table in metadata.sorted_tables}
    return [name for name in inspector.get_table_names() if name in ours]


def _office_sees() -> set[str]:
    return {table.name for table in schema.office_metadata.sorted_tables if table.info.get("office_sees")}


def _add_tenant(connection: Connection, inspector: Inspector, name: str, *, alone: bool) -> None:
    keys, uniques = inspector.get_pk_constraint(name), inspector.get_unique_constraints(name)
    indexes = [one for one in inspector.get_indexes(name) if not one.get("duplicates_constraint")]
    changes = [f"DROP CONSTRAINT {_quoted(connection, str(one['name']))}" for one in (keys, *uniques)]
    # By code point, as SQLite and Python compare: what is sorted here is sorted everywhere.
    texts = [one["name"] for one in inspector.get_columns(name) if "TEXT" in str(one["type"]).upper()]
    changes += [f'ALTER COLUMN {_quoted(connection, one)} TYPE text COLLATE "C"' for one in texts]
    changes.append(f"ADD COLUMN {COLUMN} integer NOT NULL DEFAULT {_MINE}")
    for index in indexes:
        connection.exec_driver_sql(f"DROP INDEX {_quoted(connection, str(index['name']))}")
    _alter(connection, name, *changes)
    columns = _with_tenant(connection, keys["constrained_columns"])
    added = [f"ADD CONSTRAINT {_quoted(connection, str(keys['name']))} PRIMARY KEY ({columns})"]
    for unique in uniques:
        columns = _with_tenant(connection, unique["column_names"])
        added.append(f"ADD CONSTRAINT {_quoted(connection, str(unique['name']))} UNIQUE ({columns})")
    if alone:  # later revisions point at rows by this one column
        columns = ", ".join(_quoted(connection, one) for one in keys["constrained_columns"])
        added.append(f"ADD CONSTRAINT {_quoted(connection, f'uq_{name}_alone')} UNIQUE ({columns})")
    _alter(connection, name, *added)
    for index in indexes:
        columns = _with_tenant(connection, [str(one) for one in index["column_names"]])
        where = f"{_quoted(connection, str(index['name']))} ON {_quoted(connection, name)}"
        connection.exec_driver_sql(f"CREATE {'UNIQUE ' if index['unique'] else ''}INDEX {where} ({columns})")


def _point(connection: Connection, one: _Pointer) -> None:
    found = one.found
    ending = (found.get("options") or {}).get("ondelete")
    _alter(
        connection,
        one.table,
        f"ADD CONSTRAINT {_quoted(connection, found['name'])} FOREIGN KEY ({_with_tenant(connection, one.columns)}) "
        f"REFERENCES {_quoted(connection, found['referred_table'])} "
        f"({_with_tenant(connection, found['referred_columns'])}){f' ON DELETE {ending}' if ending else ''}",
    )


def _bind(connection: Connection, name: str) -> None:
    _alter(connection, name, "ENABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY")
    known = connection.execute(text("SELECT 1 FROM pg_policies WHERE tablename = :name"), {"name": name}).first()
    if not known:
        which = f"{COLUMN} = {_MINE}"
        if name in _office_sees():
            which += f" OR {_MINE} = {postgres.OFFICE}"
        connection.exec_driver_sql(f"CREATE POLICY own_rows ON {_quoted(connection, name)} USING ({which})")


def _alter(connection: Connection, name: str, *changes: str) -> None:
    connection.exec_driver_sql(f"ALTER TABLE {_quoted(connection, name)} {', '.join(changes)}")


def _with_tenant(connection: Connection, columns: list[str] | list[str | None]) -> str:
    return ", ".join([COLUMN, *(_quoted(connection, str(one)) for one in columns)])


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
