"""Declining invitations, in the store: the switch, and each answer with its row of the audit chain."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select

from deepday.clock import Clock
from deepday.errors import InputError
from deepday.model import Interval
from deepday.store import schema
from deepday.store.audit import Note, append_note
from deepday.store.database import Database
from deepday.store.leases import Lease, check_lease

PREVIEW_SECONDS = 86_400
"""How long a preview counts: what was shown longer ago may be something else by now."""

_SWITCH = select(schema.decline_switch).where(schema.decline_switch.c.person == bindparam("person"))
_ANSWERS = (
    select(schema.decline)
    .where(schema.decline.c.person == bindparam("person"))
    .order_by(schema.decline.c.start, schema.decline.c.invitation)
)


class AnswerStage(StrEnum):
    """How far an answer of ours has come."""

    INTENT = "intent"  # a call is decided
    UNKNOWN = "unknown"  # the call's outcome is not known: look first
    DECLINED = "declined"
    GONE = "gone"  # it is no longer in the calendar: declined, or withdrawn
    LEFT = "left"  # its person answered, or it was changed: theirs
    DEAD = "dead"  # the vendor refuses it


UNSETTLED = frozenset({AnswerStage.INTENT, AnswerStage.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of ours to one invitation; there is never a second one to the same.

    ``calendar`` and ``invitation`` are the vendor's ids, ``etag`` the version that was answered. ``when``: of the
    meeting. ``wrote_at``: UTC seconds of the last call; ``attempts``: calls that may have taken effect.
    """

    person: str
    provider: str
    account: str
    calendar: str
    invitation: str
    block: str
    when: Interval
    etag: str = ""
    state: AnswerStage = AnswerStage.INTENT
    attempts: int = 0
    wrote_at: int = 0
    problem: str = ""

    def __str__(self) -> str:
        return f"invitation at {self.when.start} in {self.calendar} of {self.account} at {self.provider}"


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether invitations are declined: since when (UTC seconds, 0: off), with which rules, which were previewed."""

    person: str
    since: int = 0
    rules: str = ""
    previewed: str = ""
    previewed_at: int = 0

    @property
    def on(self) -> bool:
        """Whether it is switched on."""
        return self.since > 0


@dataclass(frozen=True, slots=True)
class Declines:
    """All that is known of a person's declining."""

    switch: Switch
    answers: tuple[Answer, ...] = field(default=())


class DeclineBook:
    """The switches and answers. Every method raises as those of :class:`deepday.store.repository.Store` do."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def known(self, person: str) -> Declines:
        """Return what is known of the person's declining."""
        with self._database.reading() as connection:
            rows = connection.execute(_ANSWERS, {"person": person}).mappings()
            return Declines(_read_switch(connection, person), tuple(_answer(row) for row in rows))

    def previewed(self, person: str, rules: str) -> None:
        """Take note that the effect of the rules with that fingerprint was shown now."""
        with self._database.writing() as connection:
            switch = _read_switch(connection, person)
            _write_switch(connection, Switch(person, switch.since, switch.rules, rules, self._now()))

    def switch_on(self, person: str, rules: str) -> Switch:
        """Switch declining on from now. Where it is on with the same rules nothing changes.

        Raises :class:`InputError` unless these very rules were previewed lately.
        """
        with self._database.writing() as connection:
            before, now = _read_switch(connection, person), self._now()
            if before.on and before.rules == rules:
                return before
            if before.previewed != rules or not 0 <= now - before.previewed_at < PREVIEW_SECONDS:
                raise InputError(
                    "What would be declined was not previewed with these settings.", "Run: deepday decline preview"
                )
            after = Switch(person, now, rules, rules, before.previewed_at)
            _write_switch(connection, after)
            note = Note("declining invitations", "on" if before.on else "off", "on", "after a preview", person)
            append_note(connection, person, note, now)
            return after

    def switch_off(self, person: str) -> bool:
        """Switch declining off; tell whether it was on."""
        with self._database.writing() as connection:
            before = _read_switch(connection, person)
            if not before.on:
                return False
            _write_switch(connection, Switch(person, 0, "", "", 0))
            append_note(
                connection, person, Note("declining invitations", "on", "off", "asked for", person), self._now()
            )
            return True

    def save(self, lease: Lease, answer: Answer, note: Note, *, switch: Switch | None = None) -> bool:
        """Keep the answer as it is now, with a note.

        ``switch``: with that it was decided; ``False``, and nothing is kept, when the person switched meanwhile.
        Raises :class:`ConflictError` when the lease is another one's by now.
        """
        with self._database.writing() as connection:
            check_lease(connection, lease)
            if switch is not None and _read_switch(connection, answer.person).since != switch.since:
                return False
            _write_answer(connection, answer, lease.epoch)
            append_note(connection, lease.name, note, self._now())
            return True

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _read_switch(connection: Connection, person: str) -> Switch:
    row = connection.execute(_SWITCH, {"person": person}).mappings().first()
    return Switch(**row) if row else Switch(person)


def _write_switch(connection: Connection, switch: Switch) -> None:
    connection.execute(delete(schema.decline_switch).where(schema.decline_switch.c.person == switch.person))
    connection.execute(insert(schema.decline_switch), asdict(switch))


def _write_answer(connection: Connection, answer: Answer, epoch: int) -> None:
    columns = schema.decline.c
    names = ("person", "provider", "account", "calendar", "invitation")
    connection.execute(delete(schema.decline).where(*(columns[name] == getattr(answer, name) for name in names)))
    values = {
        **{name: getattr(answer, name) for name in (*names, "block", "etag", "attempts", "wrote_at", "problem")},
        "start": answer.when.start,
        "end": answer.when.end,
        "state": answer.state.value,
        "epoch": epoch,
    }
    connection.execute(insert(schema.decline), values)


def _answer(row: RowMapping) -> Answer:
    return Answer(
        person=row["person"],
        provider=row["provider"],
        account=row["account"],
        calendar=row["calendar"],
        invitation=row["invitation"],
        block=row["block"],
        when=Interval(row["start"], row["end"]),
        etag=row["etag"],
        state=AnswerStage(row["state"]),
        attempts=row["attempts"],
        wrote_at=row["wrote_at"],
        problem=row["problem"],
    )


def dealt_with(answers: Iterable[Answer], provider: str, account: str) -> frozenset[tuple[str, str]]:
    """Return (calendar, id) of the invitations of an account that we ever dealt with."""
    return frozenset(
        (one.calendar, one.invitation) for one in answers if (one.provider, one.account) == (provider, account)
    )
