"""Meetings that a person wants in their calendar, in the store: wanted first, approved with the changes they saw."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, delete, insert, select, update

from deepday.clock import Clock
from deepday.model import ApprovedBlock, OverrideKind
from deepday.store import schema
from deepday.store.audit import Note, append_note
from deepday.store.database import Database

_columns = schema.meeting.c
_PERSON: BindParameter[str] = bindparam("person")
_MINE = select(schema.meeting).where(_columns.person == _PERSON).order_by(_columns.start, _columns.id)


def read_meetings(connection: Connection, person: str, *, approved: bool) -> tuple[ApprovedBlock, ...]:
    """Return the person's meetings by start: those that were approved, or those that were not yet."""
    rows = connection.execute(_MINE, {"person": person}).mappings()
    return tuple(_meeting(row) for row in rows if bool(row["approved"]) is approved)


class MeetingBook:
    """Meetings that were asked for."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def wanted(self, person: str) -> tuple[ApprovedBlock, ...]:
        """Return the meetings that were asked for, and not approved so far."""
        with self._database.reading() as connection:
            return read_meetings(connection, person, approved=False)

    def taken_back(self, person: str) -> frozenset[str]:
        """Return the ids of what the person took back, blocks of other sorts included."""
        override = schema.override.c
        mine = select(override.block).where(override.person == person, override.kind == OverrideKind.VETO.value)
        with self._database.reading() as connection:
            return frozenset(connection.execute(mine).scalars())

    def want(self, sort: str, meeting: ApprovedBlock, actor: str) -> tuple[ApprovedBlock, ...]:
        """Ask for a meeting; it takes the place of those of its sort that are to come, which are returned.

        The same meeting is asked for once, and stays approved when it was. One that its person took back is asked for
        anew under another id.
        """
        now = self._now()
        with self._database.writing() as connection:
            rows = connection.execute(_MINE.where(_columns.sort == sort), {"person": meeting.person}).mappings()
            earlier = [one for one in map(_meeting, rows) if one.when.end > now]
            if any(_same(one, meeting) for one in earlier):
                return ()
            gone = [one.id for one in earlier]
            connection.execute(delete(schema.meeting).where(_columns.id.in_(gone)))
            for one in earlier:
                append_note(connection, one.person, Note(f"block {one.id}", "wanted", "", "replaced", actor), now)
            connection.execute(insert(schema.meeting), _row(sort, meeting, now))
            why = f"{meeting.start} to {meeting.end} {meeting.zone}"
            append_note(connection, meeting.person, Note(f"block {meeting.id}", "", "wanted", why, actor), now)
            return tuple(earlier)

    def approve(self, meetings: Sequence[ApprovedBlock], actor: str) -> None:
        """Keep that their person agreed to have these written."""
        with self._database.writing() as connection:
            for one in meetings:
                connection.execute(update(schema.meeting).where(_columns.id == one.id).values(approved=1))
                why = f"{one.start} to {one.end} {one.zone}"
                note = Note(f"block {one.id}", "wanted", "approved", why, actor)
                append_note(connection, one.person, note, self._now())

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _same(one: ApprovedBlock, other: ApprovedBlock) -> bool:
    return (one.id, one.when, one.title, one.description) == (other.id, other.when, other.title, other.description)


def _row(sort: str, meeting: ApprovedBlock, now: int) -> dict[str, object]:
    return {
        "id": meeting.id,
        "person": meeting.person,
        "sort": sort,
        "start": meeting.start.isoformat(),
        "end": meeting.end.isoformat(),
        "zone": meeting.zone,
        "title": meeting.title,
        "agenda": meeting.description,
        "approved": 0,
        "made_at": now,
    }


def _meeting(row: RowMapping) -> ApprovedBlock:
    return ApprovedBlock(
        id=row["id"],
        person=row["person"],
        start=datetime.fromisoformat(row["start"]),
        end=datetime.fromisoformat(row["end"]),
        zone=row["zone"],
        title=row["title"],
        description=row["agenda"],
    )
