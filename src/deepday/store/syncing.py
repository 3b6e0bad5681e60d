"""Live sources: what was read page by page, and where the reading stopped. Each page is one transaction."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from deepday.clock import Clock
from deepday.errors import ConflictError
from deepday.model import ActivityPage, ActivityStream, Cursor, EventPage, HeardActivity, Interval
from deepday.store import schema
from deepday.store.activity import add_messages, count_messages, remove_messages
from deepday.store.calendars import put_objects
from deepday.store.database import Database
from deepday.store.rows import SourceKind
from deepday.store.sources import read_coverage, read_skipped, replace_coverage, replace_skipped


class Place(NamedTuple):
    """Where a live source is: ``remote`` is the vendor's id of a calendar, empty for an account's chat activity."""

    provider: str
    account: str
    remote: str = ""

    @property
    def location(self) -> str:
        """What the source is found again by among all sources."""
        return f"{self.provider}:{self.account}/{self.remote}"


@dataclass(frozen=True, slots=True)
class SyncState:
    """How far a live source was read.

    ``source_id``: its row. ``name``: what people call it. ``primary``: it is the account's own calendar. ``cursor``:
    where to go on, ``None`` before the first page. ``window``: with which the full reading began. ``began_at``: when
    the round under way began, 0 when none is. ``synced_at``: when the last complete round began, 0 before the first.
    """

    source_id: int
    kind: SourceKind
    name: str
    place: Place
    primary: bool
    cursor: Cursor | None
    window: Interval
    began_at: int
    synced_at: int


class Heard(NamedTuple):
    """How many messages a delivery added to the store, and how many it took out."""

    added: int
    removed: int


class SyncStore:
    """Live sources in the store. Every method raises as those of :class:`deepday.store.repository.Store` do.

    A calendar is read in full into a shadow, which nobody sees until it is whole.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def states(self, provider: str, account: str) -> list[SyncState]:
        """Return the sources of an account, each kind sorted by name; of a calendar its shadow as well."""
        columns = schema.sync.c
        with self._database.reading() as connection:
            return _read(connection, columns.provider == provider, columns.account == account)

    def state(self, place: Place, kind: SourceKind) -> SyncState | None:
        """Return how far that source, or its shadow, was read."""
        with self._database.reading() as connection:
            return _find(connection, place, kind)

    def begin(self, place: Place, kind: SourceKind, name: str, window: Interval, *, primary: bool = False) -> SyncState:
        """Begin a full reading: of a calendar into a new shadow, of activity beside what is known.

        ``name`` gets the account's behind it where another source has it. An earlier shadow is thrown away.
        """
        with self._database.writing() as connection:
            known = _find(connection, place, kind)
            if kind is SourceKind.SHADOW:
                if known is not None:
                    connection.execute(delete(schema.source).where(schema.source.c.id == known.source_id))
                known = None
            if known is None:
                source_id = self._new_source(connection, place, kind, name)
            else:
                source_id = known.source_id
                connection.execute(delete(schema.sync).where(schema.sync.c.source_id == source_id))
            values = {"source_id": source_id, **place._asdict(), "cursor": "", "began_at": self._now()}
            bounds = {
                "is_primary": int(primary),
                "window_start": window.start,
                "window_end": window.end,
                "synced_at": 0,
            }
            connection.execute(insert(schema.sync).values(values | bounds))
            found = _find(connection, place, kind)
        assert found is not None  # noqa: S101 - it was just written
        return found

    def begin_round(self, state: SyncState) -> SyncState:
        """Take note that a round of following reading begins now, unless one is under way."""
        columns = schema.sync.c
        with self._database.writing() as connection:
            resting = (columns.source_id == state.source_id, columns.began_at == 0)
            connection.execute(update(schema.sync).where(*resting).values(began_at=self._now()))
            found = _read(connection, columns.source_id == state.source_id)
        if not found:
            raise _overtaken(state)
        return found[0]

    def keep_events(self, state: SyncState, page: EventPage, ahead: int = 0) -> SyncState:
        """Keep a page of a calendar and its cursor, and finish the round with the last page of it.

        ``ahead``: by how many seconds our clock is ahead of the service's; what is observed ends that much earlier. A
        shadow that is whole takes the place of the calendar before it. Raises :class:`ConflictError` when the source
        was read on, or removed, by another program since ``state``; nothing is changed then.
        """
        with self._database.writing() as connection:
            self._claim(connection, state, page.cursor)
            put_objects(connection, state.source_id, page.upserts, page.removals)
            _replace_skipped(connection, state.source_id, page)
            if page.more:
                return self._again(connection, state)
            # What changed since the round began comes with the next one.
            replace_coverage(connection, state.source_id, [_up_to(state.window, state.began_at - ahead)])
            if state.kind is SourceKind.SHADOW:
                _take_place(connection, state)
            return self._finish(connection, state)

    def keep_activity(self, state: SyncState, page: ActivityPage) -> SyncState:
        """Keep a page of chat activity and its cursor. Raises :class:`ConflictError` as :meth:`keep_events` does."""
        with self._database.writing() as connection:
            self._claim(connection, state, page.cursor)
            add_messages(connection, state.source_id, ActivityStream.of(page.messages))
            known = read_coverage(connection, state.source_id)
            replace_coverage(connection, state.source_id, [*known, *page.observed])
            said = [*read_skipped(connection, state.source_id), *page.skipped]
            replace_skipped(connection, state.source_id, list(dict.fromkeys(said)))
            return self._again(connection, state) if page.more else self._finish(connection, state)

    def keep_heard(self, state: SyncState, heard: HeardActivity) -> Heard:
        """Keep what was heard of chat; nothing is observed by that, and the cursor stays.

        Raises :class:`ConflictError` when the source was removed since ``state``.
        """
        with self._database.writing() as connection:
            if not _read(connection, schema.sync.c.source_id == state.source_id):
                raise _overtaken(state)
            stream = ActivityStream.of(heard.messages)
            span = Interval(stream.at[0], stream.at[-1] + 1) if len(stream) else None
            before = count_messages(connection, state.source_id, span) if span else 0
            add_messages(connection, state.source_id, stream)
            after = count_messages(connection, state.source_id, span) if span else 0
            return Heard(after - before, remove_messages(connection, state.source_id, heard.removals))

    def _claim(self, connection: Connection, state: SyncState, cursor: Cursor) -> None:
        """Move the cursor, if it is still where this page was read from."""
        columns = schema.sync.c
        mine = (columns.source_id == state.source_id, columns.cursor == (state.cursor.text if state.cursor else ""))
        if not connection.execute(update(schema.sync).where(*mine).values(cursor=cursor.text)).rowcount:
            raise _overtaken(state)

    def _finish(self, connection: Connection, state: SyncState) -> SyncState:
        columns = schema.sync.c
        under_way = (columns.source_id == state.source_id, columns.began_at > 0)
        done = {"synced_at": columns.began_at, "began_at": 0}
        connection.execute(update(schema.sync).where(*under_way).values(done))
        mine = schema.source.c.id == state.source_id
        connection.execute(update(schema.source).where(mine).values(imported_at=self._now()))
        return self._again(connection, state)

    def _again(self, connection: Connection, state: SyncState) -> SyncState:
        return _read(connection, schema.sync.c.source_id == state.source_id)[0]

    def _new_source(self, connection: Connection, place: Place, kind: SourceKind, name: str) -> int:
        columns = schema.source.c
        row = {
            "kind": kind.value,
            "name": _free_name(connection, place, kind, name),
            "location": place.location,
            "imported_at": self._now(),
        }
        nothing = {"digest": "", "etag": "", "last_modified": "", "written_at": 0}
        made: int = connection.execute(insert(schema.source).values(row | nothing).returning(columns.id)).scalar_one()
        return made

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _take_place(connection: Connection, state: SyncState) -> None:
    """Let a shadow become the calendar, and drop the one before."""
    columns = schema.source.c
    before = (columns.location == state.place.location, columns.kind == SourceKind.CALENDAR.value)
    connection.execute(delete(schema.source).where(*before))
    name = _free_name(connection, state.place, SourceKind.SHADOW, state.name)
    values = {"kind": SourceKind.CALENDAR.value, "name": name}
    connection.execute(update(schema.source).where(columns.id == state.source_id).values(values))


def _up_to(window: Interval, instant: int) -> Interval:
    return Interval(window.start, max(window.start, min(window.end, instant)))


def _free_name(connection: Connection, place: Place, kind: SourceKind, name: str) -> str:
    """Return a name that no source at another place has, of that kind or of the one that a shadow becomes."""
    columns = schema.source.c
    shown = SourceKind.CALENDAR if kind is SourceKind.SHADOW else kind
    others = select(columns.name).where(columns.kind.in_({kind.value, shown.value}), columns.location != place.location)
    taken = set(connection.execute(others).scalars())
    longer = (name, f"{name} ({place.provider} {place.account})", f"{name} ({place.location})")
    return next((one for one in longer if one not in taken), f"{name} ({place.location}, live)")


def _overtaken(state: SyncState) -> ConflictError:
    return ConflictError(
        f"{state.name!r} was read, or removed, by another deepday at the same time.",
        "Nothing was lost. Let one deepday sync run at a time.",
    )


def _replace_skipped(connection: Connection, source_id: int, page: EventPage) -> None:
    """Forget what was left out of objects that came again, and add what is left out now."""
    again = {*(upsert.id for upsert in page.upserts), *page.removals}
    known = [item for item in read_skipped(connection, source_id) if item.where not in again]
    replace_skipped(connection, source_id, list(dict.fromkeys([*known, *page.skipped])))


def _find(connection: Connection, place: Place, kind: SourceKind) -> SyncState | None:
    columns = schema.sync.c
    at_place = (columns.provider == place.provider, columns.account == place.account, columns.remote == place.remote)
    return next(iter(_read(connection, *at_place, schema.source.c.kind == kind.value)), None)


def _read(connection: Connection, *conditions: ColumnElement[bool]) -> list[SyncState]:
    columns = schema.sync.c
    query = select(schema.sync, schema.source.c.kind, schema.source.c.name).join(schema.source)
    ordered = query.where(*conditions).order_by(schema.source.c.kind, schema.source.c.name, columns.source_id)
    return [
        SyncState(
            source_id=row["source_id"],
            kind=SourceKind(row["kind"]),
            name=row["name"],
            place=Place(row["provider"], row["account"], row["remote"]),
            primary=bool(row["is_primary"]),
            cursor=Cursor(row["cursor"]) if row["cursor"] else None,
            window=Interval(row["window_start"], row["window_end"]),
            began_at=row["began_at"],
            synced_at=row["synced_at"],
        )
        for row in connection.execute(ordered).mappings()
    ]
