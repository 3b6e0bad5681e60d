"""Calendar events as rows, and rows as events."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select

from deepday.model import CalendarEvent, DateRange, EventKind, EventUpsert, Interval, Response, ShowAs
from deepday.store.rows import SourceKind
from deepday.store.schema import event, source


class _Entry(NamedTuple):
    """A row of ``event`` without its source."""

    uid: str
    recurrence_id: str
    all_day: int
    start: int
    end: int
    show_as: str
    response: str
    kind: str
    cancelled: int
    people: int | None
    sequence: int
    updated: int
    title: str | None
    organiser: int | None
    outsiders: int | None


_Entries = dict[tuple[str, str], set[_Entry]]


class Difference(NamedTuple):
    """How many entries, told apart by UID and occurrence, a new copy of a calendar adds, drops, changes and keeps."""

    added: int
    removed: int
    changed: int
    kept: int

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def replace_events(connection: Connection, source_id: int, events: Iterable[CalendarEvent]) -> Difference:
    """Make these the events of the source. Of two with the same UID, occurrence and start the newer one stays."""
    newest: dict[tuple[str, str, int, int], _Entry] = {}
    for entry in sorted(map(_entry, events), key=lambda row: (row.sequence, row.updated)):
        newest[entry.uid, entry.recurrence_id, entry.all_day, entry.start] = entry
    mine = event.c.source_id == source_id
    before = _by_occurrence(
        _Entry(*row) for row in connection.execute(select(*event.c[_Entry._fields]).where(mine)).all()
    )
    after = _by_occurrence(newest.values())
    difference = _difference(before, after)
    if difference:
        connection.execute(delete(event).where(mine))
        if newest:
            rows = [{"source_id": source_id, **entry._asdict()} for entry in newest.values()]
            connection.execute(insert(event), rows)
    return difference


def put_objects(connection: Connection, source_id: int, upserts: Iterable[EventUpsert], gone: Iterable[str]) -> int:
    """Make the occurrences of each object those of its last upsert; drop the objects that are gone.

    Returns how many occurrences were written.
    """
    objects = {upsert.id: upsert.events for upsert in upserts}
    dropped = [{"its_source": source_id, "its_object": name} for name in {*objects, *gone}]
    if dropped:
        mine = (event.c.source_id == bindparam("its_source"), event.c.object == bindparam("its_object"))
        connection.execute(delete(event).where(*mine), dropped)
    rows = {
        (name, entry.uid, entry.recurrence_id, entry.all_day, entry.start): entry
        for name, events in objects.items()
        for entry in map(_entry, events)
    }
    if rows:
        values = [{"source_id": source_id, "object": key[0], **entry._asdict()} for key, entry in rows.items()]
        connection.execute(insert(event), values)
    return len(rows)


def read_events(connection: Connection, window: Interval, dates: DateRange) -> list[CalendarEvent]:
    """Return the timed events that overlap the window and the all-day ones that overlap the dates.

    Timed ones come first, each sort by start, end, UID, occurrence and source.
    """
    timed = and_(event.c.all_day == 0, event.c.start < window.end, event.c.end > window.start)
    all_day = and_(event.c.all_day == 1, event.c.start < dates.end.toordinal(), event.c.end > dates.first.toordinal())
    found = connection.execute(
        select(*event.c[_Entry._fields], source.c.name)
        .join(source)
        .where(source.c.kind == SourceKind.CALENDAR.value, or_(timed, all_day))
        .order_by(event.c.all_day, event.c.start, event.c.end, event.c.uid, event.c.recurrence_id, source.c.name)
    )
    return [_event(_Entry(*row[:-1]), row[-1]) for row in found]


def _entry(item: CalendarEvent) -> _Entry:
    if isinstance(item.when, Interval):
        all_day, start, end = 0, item.when.start, item.when.end
    else:
        all_day, start, end = 1, item.when.first.toordinal(), item.when.end.toordinal()
    return _Entry(
        item.uid,
        item.recurrence_id,
        all_day,
        start,
        end,
        item.show_as.value,
        item.response.value,
        item.kind.value,
        int(item.cancelled),
        item.people,
        item.sequence,
        item.updated,
        item.title,
        _flag(item.organiser),
        _flag(item.outsiders),
    )


def _flag(value: bool | None) -> int | None:  # noqa: FBT001 - a value of three states, not an option
    return None if value is None else int(value)


def _known(flag: int | None) -> bool | None:
    return None if flag is None else bool(flag)


def _event(entry: _Entry, source_name: str) -> CalendarEvent:
    when = (
        DateRange(date.fromordinal(entry.start), date.fromordinal(entry.end))
        if entry.all_day
        else Interval(entry.start, entry.end)
    )
    return CalendarEvent(
        uid=entry.uid,
        recurrence_id=entry.recurrence_id,
        when=when,
        show_as=ShowAs(entry.show_as),
        response=Response(entry.response),
        kind=EventKind(entry.kind),
        cancelled=bool(entry.cancelled),
        people=entry.people,
        sequence=entry.sequence,
        updated=entry.updated,
        title=entry.title,
        organiser=_known(entry.organiser),
        outsiders=_known(entry.outsiders),
        source=source_name,
    )


def _by_occurrence(entries: Iterable[_Entry]) -> _Entries:
    grouped: _Entries = defaultdict(set)
    for entry in entries:
        grouped[entry.uid, entry.recurrence_id].add(entry)
    return grouped


def _difference(before: _Entries, after: _Entries) -> Difference:
    both = before.keys() & after.keys()
    kept = sum(before[key] == after[key] for key in both)
    return Difference(len(after) - len(both), len(before) - len(both), len(both) - kept, kept)
