"""The store: what was imported, by source, in values of :mod:`deepday.model`."""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, delete, insert, select

from deepday.clock import Clock, SystemClock
from deepday.errors import InputError
from deepday.model import ActivityStream, CalendarEvent, DateRange, Interval, Skipped, intersect, merge
from deepday.store import schema
from deepday.store.activity import add_messages, drop_lonely_conversations, read_stream
from deepday.store.audit import Note
from deepday.store.calendars import read_events, replace_events
from deepday.store.case_book import CaseBook
from deepday.store.covers import CoverBook
from deepday.store.database import Database
from deepday.store.declines import DeclineBook
from deepday.store.export import rows, tables
from deepday.store.meetings import MeetingBook
from deepday.store.person_rows import PersonRows
from deepday.store.plans import PlanBook
from deepday.store.proposals import ProposalBook
from deepday.store.protecting import ProtectStore
from deepday.store.purging import forget_rows
from deepday.store.rows import ImportResult, Outcome, Source, SourceKind
from deepday.store.sealing import MasterKeySource
from deepday.store.self_audits import SelfAuditBook
from deepday.store.sources import (
    find_source,
    read_coverage,
    read_skipped,
    read_sources,
    record_source,
    refuse_live,
    replace_coverage,
    replace_skipped,
)
from deepday.store.syncing import SyncStore
from deepday.store.tokens import TokenStore
from deepday.store.trials import TrialBook
from deepday.store.urgent import UrgentStore

_KEY = "pseudonym_key"
_OWNER = "owner"
_KEY_BYTES = 32


def open_store(url_or_path: str | Path, clock: Clock) -> "Store":
    """Return the store at that path (a SQLite file) or SQLAlchemy URL.

    The file is made when something is first written; until then the store is empty. Raises
    :class:`deepday.errors.InputError` when the address cannot be used. Every method of the store raises
    :class:`~deepday.errors.InputError` when the file is not deepday's, and :class:`~deepday.errors.DeepdayError` when
    it is locked, damaged, out of reach, or written by a newer deepday.
    """
    return Store(Database(url_or_path, clock), clock)


class Store:
    """Calendars and chat activity that were imported. Every import is one transaction: whole, or not at all.

    Close it when done, or use it in a ``with`` statement.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @staticmethod
    def exists(url_or_path: str | Path) -> bool:
        """Tell whether there is a store; nothing is made. Raises :class:`InputError` for an unusable address."""
        return Database(url_or_path, SystemClock()).exists()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def live(self) -> SyncStore:
        """Return the part of the store that keeps live sources."""
        return SyncStore(self._database, self._clock)

    def protecting(self, masters: MasterKeySource, told: Callable[[Note], None] | None = None) -> ProtectStore:
        """Return the part of the store that keeps approved blocks and what was done to protect them.

        ``masters``: the keys that what people had set before us is sealed with. ``told`` is called with each note about
        a change, once it is committed.
        """
        return ProtectStore(self._database, self._clock, masters, told)

    def declines(self) -> DeclineBook:
        """Return what is known of declining invitations."""
        return DeclineBook(self._database, self._clock)

    def tokens(self, masters: MasterKeySource) -> TokenStore:
        """Return the part of the store that keeps the tokens of connected accounts, opened with those keys."""
        return TokenStore(self._database, self._clock, masters)

    def urgent(self, masters: MasterKeySource | None, retention: int) -> UrgentStore:
        """Return the part of the store that keeps urgent requests; texts of routed ones for ``retention`` seconds."""
        return UrgentStore(self._database, self._clock, masters, retention)

    def self_audits(self) -> SelfAuditBook:
        """Return what the self-audit of a running service found last."""
        return SelfAuditBook(self._database)

    def plans(self) -> PlanBook:
        """Return the planned days that are kept here."""
        return PlanBook(self._database)

    def meetings(self) -> MeetingBook:
        """Return the meetings that were asked for."""
        return MeetingBook(self._database, self._clock)

    def covers(self) -> CoverBook:
        """Return who covers accepted days, and what point people answered."""
        return CoverBook(self._database)

    def case(self, masters: MasterKeySource) -> CaseBook:
        """Return the part of the store that keeps wellbeing notes and tasks, opened with those keys."""
        return CaseBook(self._database, self._clock, masters)

    def proposals(self) -> ProposalBook:
        """Return what assistants proposed."""
        return ProposalBook(self._database, self._clock)

    def person_rows(self, masters: MasterKeySource) -> PersonRows:
        """Return what is kept of somebody else, over all tables."""
        return PersonRows(self._database, self._clock, masters)

    def everything(self) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
        """Yield each table with its rows; what is sealed, and keys, are never among them."""
        for table in tables():
            yield table.name, rows(self._database, table)

    def trials(self) -> TrialBook:
        """Return the trials that are kept here."""
        return TrialBook(self._database)

    def pseudonym_key(self) -> bytes:
        """Return the 32 secret bytes that pseudonyms are made with. They are made once and never change."""
        query = select(schema.meta.c.value).where(schema.meta.c.key == _KEY)
        with self._database.reading() as connection:
            key = connection.execute(query).scalar()
        if key is None:
            with self._database.writing() as connection:
                key = connection.execute(query).scalar()  # another program may have been faster
                if key is None:
                    key = secrets.token_bytes(_KEY_BYTES)
                    connection.execute(insert(schema.meta).values(key=_KEY, value=key))
        return key

    def claim(self, email: str) -> None:
        """Make the store that person's. Raises :class:`InputError` where it is another one's already.

        What the store keeps is one person's view: which messages are their own, which events they accepted.
        """
        query = select(schema.meta.c.value).where(schema.meta.c.key == _OWNER)
        with self._database.writing() as connection:
            owner = connection.execute(query).scalar()
            if owner is None:
                connection.execute(insert(schema.meta).values(key=_OWNER, value=email.lower().encode()))
            elif owner != email.lower().encode():
                raise InputError(
                    f"The store holds the week of {owner.decode()}, not of {email}.",
                    "Run deepday erase to begin anew, or keep another store: set DEEPDAY_DATA to another folder.",
                )

    def uids(self, name: str) -> set[str]:
        """Return the UIDs of the events of a calendar."""
        joined = select(schema.event.c.uid).join(schema.source).where(schema.source.c.name == name)
        with self._database.reading() as connection:
            return set(connection.execute(joined.distinct()).scalars())

    def erase(self) -> list[str]:
        """Delete the store with its backups, and return what was deleted: files, or rows of a shared database."""
        self.close()
        return self._database.delete_all()

    def forget_rows(self, before: int) -> int:
        """Delete messages from before an instant (UTC seconds) and events that ended before it; return how many."""
        with self._database.writing() as connection:
            count = forget_rows(connection, before)
        if count:
            self._database.leave_no_log()
        return count

    def sources(self) -> list[Source]:
        """Return all sources: activity, then calendars, each sorted by name."""
        with self._database.reading() as connection:
            return read_sources(connection)

    def calendar_source(self, name: str) -> Source | None:
        """Return the calendar of that name."""
        columns = schema.source.c
        with self._database.reading() as connection:
            found = read_sources(connection, columns.kind == SourceKind.CALENDAR.value, columns.name == name)
        return found[0] if found else None

    def replace_calendar(
        self,
        name: str,
        *,
        location: str,
        events: Iterable[CalendarEvent],
        observed: Iterable[Interval],
        skipped: Sequence[Skipped] = (),
        digest: str = "",
        etag: str = "",
        last_modified: str = "",
        written_at: int = 0,
    ) -> ImportResult:
        """Make this copy of the calendar the only one: its events, what it covers, what was left out of it.

        Nothing changes when the store holds a copy that was written later (``Outcome.OLDER``; an unknown time, 0, is
        never older). ``Outcome.UNCHANGED`` when the copy says what the store knew; it counts as imported anew.
        """
        with self._database.writing() as connection:
            known, stored_at = find_source(connection, SourceKind.CALENDAR, name) or (None, 0)
            refuse_live(connection, known, name)
            if 0 < written_at < stored_at:
                return ImportResult(Outcome.OLDER)
            source_id = record_source(
                connection,
                known,
                kind=SourceKind.CALENDAR.value,
                name=name,
                location=location,
                digest=digest,
                etag=etag,
                last_modified=last_modified,
                written_at=written_at,
                imported_at=self._now(),
            )
            difference = replace_events(connection, source_id, events)
            covers_other = replace_coverage(connection, source_id, observed)
            skips_other = replace_skipped(connection, source_id, skipped)
        changed = known is None or difference or covers_other or skips_other
        return ImportResult(Outcome.IMPORTED if changed else Outcome.UNCHANGED, *difference)

    def confirm_calendar(self, name: str, observed: Iterable[Interval]) -> None:
        """Take note that the stored copy of the calendar is still good: it covers ``observed`` as well."""
        with self._database.writing() as connection:
            known = find_source(connection, SourceKind.CALENDAR, name)
            if known:
                replace_coverage(connection, known[0], [*read_coverage(connection, known[0]), *observed])

    def add_activity(
        self,
        name: str,
        *,
        location: str,
        stream: ActivityStream,
        observed: Iterable[Interval],
        skipped: Sequence[Skipped] = (),
        digest: str = "",
        owner: str = "",
    ) -> ImportResult:
        """Add the messages that are new, and what was observed to what had been. ``skipped`` replaces the last one's.

        A message is known by its conversation and its microsecond. ``owner`` says through whose eyes the messages
        were read: what was read through another's is dropped first.
        """
        with self._database.writing() as connection:
            known, _ = find_source(connection, SourceKind.ACTIVITY, name) or (None, 0)
            refuse_live(connection, known, name)
            if not _same_eyes(connection, name, owner) and known is not None:
                connection.execute(delete(schema.source).where(schema.source.c.id == known))
                known = None
            source_id = record_source(
                connection,
                known,
                kind=SourceKind.ACTIVITY.value,
                name=name,
                location=location,
                digest=digest,
                etag="",
                last_modified="",
                written_at=0,
                imported_at=self._now(),
            )
            messages = add_messages(connection, source_id, stream)
            covers_more = replace_coverage(connection, source_id, [*read_coverage(connection, source_id), *observed])
            skips_other = replace_skipped(connection, source_id, skipped)
        changed = known is None or messages.written or covers_more or skips_other
        outcome = Outcome.IMPORTED if changed else Outcome.UNCHANGED
        return ImportResult(outcome, added=messages.added, kept=messages.known)

    def events(self, window: Interval, dates: DateRange) -> list[CalendarEvent]:
        """Return, from all calendars, the timed events that overlap the window, all-day ones that overlap the dates.

        Timed ones come first; each sort by start. ``source`` is the name of the calendar. The same event seen in two
        calendars comes twice.
        """
        with self._database.reading() as connection:
            return read_events(connection, window, dates)

    def activity(self, window: Interval) -> ActivityStream:
        """Return the messages inside the window, from all sources, each once."""
        with self._database.reading() as connection:
            return read_stream(connection, window)

    def coverage(self, kind: SourceKind) -> list[Interval]:
        """Return the merged intervals in which nothing seen means that nothing was there.

        Activity: at least one source covers the time, since a person's messages come in pieces. Calendars: every one
        covers it, since a meeting may be in any of them.
        """
        with self._database.reading() as connection:
            ids = connection.execute(select(schema.source.c.id).where(schema.source.c.kind == kind.value)).scalars()
            covered = [read_coverage(connection, source_id) for source_id in ids.all()]
        if kind is SourceKind.ACTIVITY:
            return merge(item for intervals in covered for item in intervals)
        return reduce(intersect, covered) if covered else []

    def skipped(self) -> list[Skipped]:
        """Return what could not be used, by source, in the order in which it was met."""
        with self._database.reading() as connection:
            return read_skipped(connection)

    def forget(self, name: str) -> bool:
        """Delete every source of that name with all that only it brought; tell whether there was one.

        What is deleted is overwritten in the file. Copies made before a migration (``*.backup`` beside the file) are
        not touched.
        """
        columns = schema.source.c
        with self._database.reading() as connection:
            places = connection.execute(select(columns.location).where(columns.name == name)).scalars().all()
        if not places:
            return False
        with self._database.writing() as connection:
            # A calendar that is being read in full anew has a shadow at the same place.
            shadows = (columns.kind == SourceKind.SHADOW.value) & columns.location.in_(places)
            connection.execute(delete(schema.source).where((columns.name == name) | shadows))
            connection.execute(delete(schema.meta).where(schema.meta.c.key == _owner_key(name)))
            drop_lonely_conversations(connection)
        self._database.leave_no_log()
        return True

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _same_eyes(connection: Connection, name: str, owner: str) -> bool:
    """Tell whether a source was read for that owner before, and take note of who it is now."""
    key, eyes = _owner_key(name), owner.lower().encode()
    before = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == key)).scalar()
    if before != eyes:
        connection.execute(delete(schema.meta).where(schema.meta.c.key == key))
        connection.execute(insert(schema.meta).values(key=key, value=eyes))
    return before in {None, eyes}


def _owner_key(name: str) -> str:
    # A name may hold what no text column takes, such as the odd bytes of a file's name.
    return f"{_OWNER} {hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
