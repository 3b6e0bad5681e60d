"""What is kept of every source, whatever it brings: where it came from, what it covers, what was left out of it."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Table, delete, func, insert, select, update

from deepday.errors import InputError
from deepday.model import Interval, Skipped, merge
from deepday.store import schema
from deepday.store.rows import Source, SourceKind


def read_sources(connection: Connection, *conditions: ColumnElement[bool]) -> list[Source]:
    """Return the sources that meet the conditions, sorted by kind and name."""
    columns = schema.source.c

    def counted(table: Table) -> ScalarSelect[int]:
        return select(func.count()).where(table.c.source_id == columns.id).scalar_subquery()

    covered = schema.coverage.c
    found = connection.execute(
        select(
            columns.name,
            columns.kind,
            columns.location,
            columns.digest,
            columns.etag,
            columns.last_modified,
            columns.written_at,
            columns.imported_at,
            counted(schema.event).label("events"),
            counted(schema.message).label("messages"),
            select(func.min(covered.start)).where(covered.source_id == columns.id).scalar_subquery().label("first"),
            select(func.max(covered.end)).where(covered.source_id == columns.id).scalar_subquery().label("last"),
            counted(schema.skipped).label("skipped"),
            counted(schema.sync).label("live"),
        )
        .where(columns.kind != SourceKind.SHADOW.value, *conditions)
        .order_by(columns.kind, columns.name)
    )
    return [Source(**{**row, "kind": SourceKind(row["kind"]), "live": bool(row["live"])}) for row in found.mappings()]


def find_source(connection: Connection, kind: SourceKind, name: str) -> tuple[int, int] | None:
    """Return the row and ``written_at`` of a source."""
    columns = schema.source.c
    row = connection.execute(
        select(columns.id, columns.written_at).where(columns.kind == kind.value, columns.name == name)
    ).first()
    return None if row is None else (row.id, row.written_at)


def refuse_live(connection: Connection, source_id: int | None, name: str) -> None:
    """Raise :class:`InputError` for a source that is read from an account: its cursor would not know of the change."""
    if (
        source_id is not None
        and connection.execute(select(schema.sync).where(schema.sync.c.source_id == source_id)).first()
    ):
        raise InputError(
            f"{name!r} is read from a connected account.", "Run deepday sync, or give the copy another name: --name."
        )


def record_source(connection: Connection, source_id: int | None, **values: str | int) -> int:
    """Write the row of a source, a new one where there is none, and return its id."""
    if source_id is not None:
        connection.execute(update(schema.source).where(schema.source.c.id == source_id).values(values))
        return source_id
    made: int = connection.execute(insert(schema.source).values(values).returning(schema.source.c.id)).scalar_one()
    return made


def read_coverage(connection: Connection, source_id: int) -> list[Interval]:
    """Return the merged intervals that the source covers."""
    columns = schema.coverage.c
    query = select(columns.start, columns.end).where(columns.source_id == source_id).order_by(columns.start)
    return [Interval(*row) for row in connection.execute(query)]


def replace_coverage(connection: Connection, source_id: int, observed: Iterable[Interval]) -> bool:
    """Make these the intervals that the source covers; tell whether that changed anything."""
    merged = merge(observed)
    if merged == read_coverage(connection, source_id):
        return False
    connection.execute(delete(schema.coverage).where(schema.coverage.c.source_id == source_id))
    if merged:
        rows = [{"source_id": source_id, "start": item.start, "end": item.end} for item in merged]
        connection.execute(insert(schema.coverage), rows)
    return True


def read_skipped(connection: Connection, source_id: int | None = None) -> list[Skipped]:
    """Return what was left out of one source, or of all of them by kind and name, in the order of its import."""
    columns = schema.skipped.c
    query = select(columns.origin, columns.place, columns.reason).join(schema.source)
    if source_id is not None:
        query = query.where(columns.source_id == source_id)
    else:
        query = query.where(schema.source.c.kind != SourceKind.SHADOW.value)
    ordered = query.order_by(schema.source.c.kind, schema.source.c.name, columns.position)
    return [Skipped(*row) for row in connection.execute(ordered)]


def replace_skipped(connection: Connection, source_id: int, skipped: Sequence[Skipped]) -> bool:
    """Make these what was left out of the source; tell whether that changed anything."""
    if list(skipped) == read_skipped(connection, source_id):
        return False
    connection.execute(delete(schema.skipped).where(schema.skipped.c.source_id == source_id))
    if skipped:
        rows = [
            {"source_id": source_id, "position": position, "origin": item.source, "place": item.where}
            | {"reason": item.reason}
            for position, item in enumerate(skipped)
        ]
        connection.execute(insert(schema.skipped), rows)
    return True
