"""What keeps days protected, in the store: every change and its row of the audit chain are one transaction."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from deepday.clock import Clock
from deepday.model import ApprovedBlock, Override
from deepday.store import schema
from deepday.store.approved import Schedule, add_override, drop_blocks, put_block, read_schedule
from deepday.store.audit import AuditRow, ChainEnd, Note, append_note, first_break, follow_chain, read_audit
from deepday.store.baselines import Baselines
from deepday.store.database import Database
from deepday.store.leases import (
    Backoff,
    Lease,
    check_lease,
    device_lease_name,
    read_backoffs,
    read_lease,
    renew_lease,
    return_lease,
    take_lease,
    write_backoff,
    write_lease,
)
from deepday.store.ledger import LedgerEntry, read_entries, write_entry
from deepday.store.sealing import MasterKeySource
from deepday.store.slots import Slot, read_slots, write_slot

_INSTALLATION = "installation"
_OWN_CALENDAR = "own calendar"
_CLOCK = "clock"
_NO_CALENDAR = "no own calendar"


@dataclass(frozen=True, slots=True)
class Known:
    """All that the store knows of a person's protection, as of one instant.

    ``device``: which of the person's devices may write, as last seen; good until it expires.
    """

    schedule: Schedule
    slots: tuple[Slot, ...]
    entries: tuple[LedgerEntry, ...]
    backoffs: tuple[Backoff, ...]
    device: Lease | None = None


class ProtectStore:
    """Blocks, slots, ledger, leases and audit chain: who protects whose days, and how far that has got.

    Every method raises as those of :class:`deepday.store.repository.Store` do. A lease is named after its person.
    ``masters``: the keys that what people had set before us is sealed with.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        masters: MasterKeySource,
        told: Callable[[Note], None] | None = None,
    ) -> None:
        """``told`` is called with each note about a change, once it is committed."""
        self._database = database
        self._clock = clock
        self._baselines = Baselines(masters)
        self._told = told

    def installation(self) -> str:
        """Return the name of this installation: what its events are marked with. Made once, it never changes."""
        query = select(schema.meta.c.value).where(schema.meta.c.key == _INSTALLATION)
        with self._database.reading() as connection:
            found = connection.execute(query).scalar()
        if found is None:
            with self._database.writing() as connection:
                found = connection.execute(query).scalar()  # another program may have been faster
                if found is None:
                    found = f"deepday-{secrets.token_hex(8)}".encode()
                    connection.execute(insert(schema.meta).values(key=_INSTALLATION, value=found))
        return str(found.decode())

    def own_calendar(self, provider: str, account: str) -> str:
        """Return the calendar that deepday made in an account, the vendor's id; empty for none."""
        key = f"{_OWN_CALENDAR} {provider} {account}"
        with self._database.reading() as connection:
            found = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == key)).scalar()
        return found.decode() if found else ""

    def keep_own_calendar(self, provider: str, account: str, calendar: str) -> None:
        """Take note of the calendar that deepday made in an account; with an empty one, that it is gone."""
        key = f"{_OWN_CALENDAR} {provider} {account}"
        with self._database.writing() as connection:
            connection.execute(delete(schema.meta).where(schema.meta.c.key == key))
            if calendar:
                connection.execute(insert(schema.meta).values(key=key, value=calendar.encode()))

    def clock_problem(self) -> str:
        """Return what was wrong with this machine's clock when it was compared last, in words; empty for nothing."""
        return self._words(_CLOCK)

    def keep_clock_problem(self, words: str) -> None:
        """Take note of what is wrong with this machine's clock; with empty words, that nothing is."""
        self._keep_words(_CLOCK, words)

    def calendar_problem(self) -> str:
        """Return why deepday's own calendar could not be made when that was tried last; empty for nothing."""
        return self._words(_NO_CALENDAR)

    def keep_calendar_problem(self, words: str) -> None:
        """Take note of why deepday's own calendar could not be made; with empty words, that nothing hindered it."""
        if words != self.calendar_problem():
            self._keep_words(_NO_CALENDAR, words)

    def _words(self, key: str) -> str:
        with self._database.reading() as connection:
            found = connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == key)).scalar()
        return found.decode() if found else ""

    def _keep_words(self, key: str, words: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(schema.meta).where(schema.meta.c.key == key))
            if words:
                connection.execute(insert(schema.meta).values(key=key, value=words.encode()))

    def own_calendars(self) -> list[tuple[str, str]]:
        """Return the accounts in which there is a calendar that deepday made, by provider and name."""
        query = select(schema.meta.c.key).where(schema.meta.c.key.startswith(f"{_OWN_CALENDAR} "))
        with self._database.reading() as connection:
            keys = connection.execute(query).scalars().all()
        parts = [str(key).removeprefix(f"{_OWN_CALENDAR} ").partition(" ") for key in keys]
        return sorted((provider, account) for provider, _, account in parts)

    def people(self) -> list[str]:
        """Return the people in whose accounts anything was ever written."""
        with self._database.reading() as connection:
            tables = (schema.ledger, schema.slot)
            found = {one for table in tables for one in connection.execute(select(table.c.person)).scalars()}
        return sorted(found)

    def known(self, person: str) -> Known:
        """Return what is known of the person's protection."""
        with self._database.reading() as connection:
            return Known(
                read_schedule(connection, person),
                tuple(read_slots(connection, person, self._baselines)),
                tuple(read_entries(connection, person)),
                tuple(read_backoffs(connection, person)),
                read_lease(connection, device_lease_name(person)),
            )

    def approve(self, blocks: Iterable[ApprovedBlock], actor: str) -> None:
        """Keep blocks that their person accepted, each in the place of an earlier one with its id."""
        with self._database.writing() as connection:
            for block in blocks:
                put_block(connection, block)
                note = Note(f"block {block.id}", "", "approved", f"{block.start} to {block.end} {block.zone}", actor)
                append_note(connection, block.person, note, self._now())

    def withdraw(self, person: str, ids: Sequence[str], actor: str, why: str) -> None:
        """Drop blocks that are no longer wanted."""
        with self._database.writing() as connection:
            for one in ids:
                if drop_blocks(connection, [one]):
                    append_note(connection, person, Note(f"block {one}", "approved", "", why, actor), self._now())

    def decide(self, override: Override) -> None:
        """Keep a decision; it wins over all before it."""
        with self._database.writing() as connection:
            self._add_override(connection, override)

    def take(self, name: str, holder: str) -> Lease | None:
        """Take the lease of that name; ``None`` while another one holds it."""
        with self._database.writing() as connection:
            return take_lease(connection, name, holder, self._now())

    def renew(self, lease: Lease) -> Lease:
        """Let the lease last longer. Raises :class:`ConflictError` when another one took it."""
        with self._database.writing() as connection:
            return renew_lease(connection, lease, self._now())

    def held(self, name: str) -> Lease | None:
        """Return the lease of that name, if somebody holds it now."""
        with self._database.reading() as connection:
            lease = read_lease(connection, name)
        return lease if lease and lease.holder and lease.expires_at > self._now() else None

    def give_back(self, lease: Lease) -> None:
        """Let others take the lease at once."""
        with self._database.writing() as connection:
            return_lease(connection, lease)

    def save(
        self,
        lease: Lease,
        *changed: Slot | LedgerEntry | Backoff | Lease,
        note: Note | None = None,
        overrides: Iterable[Override] = (),
    ) -> None:
        """Keep slots, entries and backoffs as they are now, with a note and what was decided; all of it or nothing.

        Raises :class:`ConflictError`, and changes nothing, when the lease is another one's by now.
        """
        with self._database.writing() as connection:
            check_lease(connection, lease)
            for one in changed:
                if isinstance(one, Slot):
                    write_slot(connection, one, lease.epoch, self._baselines, self._now())
                elif isinstance(one, LedgerEntry):
                    write_entry(connection, one, lease.epoch)
                elif isinstance(one, Lease):
                    write_lease(connection, one)
                else:
                    write_backoff(connection, lease.name, one)
            if note is not None:
                append_note(connection, lease.name, note, self._now())
            for override in overrides:
                self._add_override(connection, override)
        if note is not None and self._told is not None:
            self._told(note)

    def looked(self, lease: Lease, provider: str, account: str, calendar: str) -> None:
        """Take note that the events in a calendar were looked at now. Raises as :meth:`save` does."""
        columns = schema.ledger.c
        place = (columns.provider == provider, columns.account == account, columns.calendar == calendar)
        with self._database.writing() as connection:
            check_lease(connection, lease)
            mine = update(schema.ledger).where(columns.person == lease.name, *place)
            connection.execute(mine.values(checked_at=self._now()))

    def history(self, person: str, after: int = 0) -> list[AuditRow]:
        """Return the rows of the audit chain about a person, from a number on."""
        with self._database.reading() as connection:
            return read_audit(connection, person, after)

    def audit_length(self) -> int:
        """Return how many rows the audit chain has."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(schema.audit)).scalar_one())

    def first_break(self) -> int | None:
        """Return the number of the first row of the audit chain that was changed or taken out, if any."""
        with self._database.reading() as connection:
            return first_break(connection)

    def follow_chain(self, known: ChainEnd) -> tuple[int | None, ChainEnd]:
        """Follow the audit chain on from where it was seen before; the first break, if any, and how far it goes."""
        with self._database.reading() as connection:
            return follow_chain(connection, known)

    def _add_override(self, connection: Connection, override: Override) -> None:
        add_override(connection, override)
        subject = f"block {override.block}" if override.block else "all blocks"
        note = Note(subject, "", override.kind.value, override.why, override.by)
        append_note(connection, override.person, note, self._now())

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
