"""Looking at urgent requests in the store: nothing here changes anything."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, func, literal, select, union_all

from deepday.clock import Clock
from deepday.model import ABOUT_EARLIER, Door, Request, RequestState
from deepday.store import schema
from deepday.store.approved import Schedule, read_schedule
from deepday.store.database import Database
from deepday.store.outbox import CLAIM_SECONDS, DUE_ROWS, OutboxRow, SendState, due_rows, read_rows
from deepday.store.request_texts import RequestTexts
from deepday.store.requests import open_in, read_request, read_requests, request_of_row

NEW, DONE = "new", "done"

_inbox, _requests, _outbox = schema.inbox.c, schema.request.c, schema.outbox.c

# Statements are made once: to make one takes longer than to run it.
_PERSON: BindParameter[str] = bindparam("person")
_NOW: BindParameter[int] = bindparam("now")
_CONTROLS = select(schema.inbox).where(_inbox.person == _PERSON, _inbox.state == NEW)
_CONTROLS = _CONTROLS.order_by(_inbox.at, _inbox.received_at, _inbox.key)
_DUE = (_requests.person == _PERSON, _requests.final_at == 0, _requests.deadline <= _NOW)
_DUE_REQUESTS = select(schema.request).where(*_DUE).order_by(_requests.deadline, _requests.at, _requests.key)
_FOR_DIGEST = (RequestState.ASKED.value, RequestState.WAITING.value, RequestState.SHOWN.value)
_WAITING_REQUESTS = _DUE_REQUESTS.where(_requests.state.in_(_FOR_DIGEST))
_AT_WORK = (RequestState.RECEIVED.value, RequestState.ROUTED.value, RequestState.DECLINED.value)
_DUE_AT_WORK = _DUE_REQUESTS.where(_requests.state.in_(_AT_WORK)).limit(100)
_ANYTHING = union_all(
    select(literal(1)).where(_CONTROLS.exists()),
    select(literal(1)).where(select(_requests.id).where(*_DUE).exists()),
    select(literal(1)).where(DUE_ROWS.exists()),
    select(literal(1)).where(select(schema.request_text).where(schema.request_text.c.delete_at <= _NOW).exists()),
)


@dataclass(frozen=True, slots=True)
class Control:
    """A signal about an earlier one: a press, an edit, a deletion. ``request``: the id that its subject would have."""

    source: str
    key: str
    door: Door
    at: int
    received_at: int
    sender: str
    action: str
    subject: str
    request: str
    outcome: str


class UrgentLooks:
    """What the store knows of urgent requests. Every method raises as those of the store do."""

    def __init__(self, database: Database, clock: Clock, texts: RequestTexts) -> None:
        self._database = database
        self._clock = clock
        self._texts = texts

    def one_state(self) -> AbstractContextManager[None]:
        """Let all that is read of this database within the block see one state, whatever others write meanwhile."""
        return self._database.one_state()

    def controls(self, person: str) -> list[Control]:
        """Return the presses, edits and deletions that nothing came of yet, in the order of their making."""
        with self._database.reading() as connection:
            rows = connection.execute(_CONTROLS, {"person": person}).mappings()
            return [
                Control(
                    row["source"],
                    row["key"],
                    Door(row["door"]),
                    row["at"],
                    row["received_at"],
                    row["sender"],
                    row["action"],
                    row["subject"],
                    row["request"],
                    row["outcome"],
                )
                for row in rows
            ]

    def anything_due(self, person: str) -> bool:
        """Tell whether there is anything to do now."""
        with self._database.reading() as connection:
            given = {"person": person, "now": self._now(), "lost": self._now() - CLAIM_SECONDS}
            return connection.execute(_ANYTHING, given).first() is not None

    def due_messages(self, person: str) -> list[OutboxRow]:
        """Return the messages of a person to be sent now."""
        with self._database.reading() as connection:
            return due_rows(connection, person, self._now())

    def request(self, one: str) -> Request | None:
        """Return the request of that id."""
        with self._database.reading() as connection:
            return read_request(connection, one)

    def requests(self, person: str, *, first: int = 0, last: int = 1 << 40) -> list[Request]:
        """Return a person's requests that came in from ``first`` (included) to ``last`` (not), the oldest first."""
        with self._database.reading() as connection:
            when = _requests.received_at.between(first, last - 1)
            return read_requests(connection, _requests.person == person, when)

    def open_requests(self, person: str) -> list[Request]:
        """Return a person's requests that have no end, or one that a person still has to see; the oldest first."""
        unseen = (_requests.state == RequestState.UNDELIVERABLE.value) & (_requests.cleared == 0)
        with self._database.reading() as connection:
            return read_requests(connection, _requests.person == person, (_requests.final_at == 0) | unseen)

    def due_requests(self, person: str) -> list[Request]:
        """Return the first of the due requests that are not waiting for a digest; a flood of them comes in parts."""
        with self._database.reading() as connection:
            rows = connection.execute(_DUE_AT_WORK, {"person": person, "now": self._now()}).mappings()
            return [request_of_row(row) for row in rows]

    def due_for_digest(self, person: str) -> list[Request]:
        """Return the open requests that are to be shown to their owner by now, the longest overdue first."""
        with self._database.reading() as connection:
            rows = connection.execute(_WAITING_REQUESTS, {"person": person, "now": self._now()}).mappings()
            return [request_of_row(row) for row in rows]

    def undigested(self, person: str) -> list[Request]:
        """Return what was found not urgent, and was in no digest yet."""
        with self._database.reading() as connection:
            return read_requests(
                connection,
                _requests.person == person,
                _requests.state == RequestState.NOT_URGENT.value,
                _requests.in_digest == 0,
            )

    def earlier(self, request: Request) -> Sequence[Request]:
        """Return the open requests that this one may be part of, the oldest first."""
        with self._database.reading() as connection:
            return open_in(connection, request)

    def of_sender(self, request: Request, sender: str) -> Request | None:
        """Return the sender's own open request in the conversation of another one."""
        with self._database.reading() as connection:
            found = read_requests(
                connection,
                _requests.source == request.source,
                _requests.conversation == request.conversation,
                _requests.sender == sender,
                _requests.final_at == 0,
            )
        return found[-1] if found else None

    def joined(self, request: str) -> list[Request]:
        """Return what is part of a request."""
        with self._database.reading() as connection:
            state = RequestState.JOINED.value
            return read_requests(connection, _requests.state == state, _requests.evidence == request)

    def text(self, request: str) -> str:
        """Return what was asked; empty where it is not kept."""
        with self._database.reading() as connection:
            return self._texts.read(connection, request)

    def messages(self, person: str, request: str = "") -> list[OutboxRow]:
        """Return the messages about a person's requests, or about one."""
        conditions = [_outbox.person == person, *([_outbox.request == request] if request else [])]
        with self._database.reading() as connection:
            return read_rows(connection, *conditions)

    def stuck_messages(self, person: str, before: int) -> int:
        """Return how many messages were due, or claimed and never settled, before an instant and are still open."""
        fresh = _outbox.state.in_([SendState.NEW.value, SendState.UNKNOWN.value]) & (_outbox.next_at < before)
        claimed = (_outbox.state == SendState.SENDING.value) & (_outbox.claimed_at < before)
        wanted = select(func.count()).select_from(schema.outbox).where(_outbox.person == person, fresh | claimed)
        with self._database.reading() as connection:
            return int(connection.execute(wanted).scalar() or 0)

    def answered_message(self, person: str, to: str, ref: str) -> OutboxRow | None:
        """Return the message to somebody that the vendor knows under ``ref``."""
        with self._database.reading() as connection:
            found = read_rows(connection, _outbox.person == person, _outbox.to == to, _outbox.sent_ref == ref)
        return found[0] if found else None

    def received(self, person: str, first: int, last: int) -> int:
        """Return how many signals that ask for something came in from ``first`` (included) to ``last`` (not)."""
        asks = _inbox.door.not_in([door.value for door in ABOUT_EARLIER])
        wanted = select(func.count()).where(_inbox.person == person, asks, _inbox.received_at.between(first, last - 1))
        with self._database.reading() as connection:
            return int(connection.execute(wanted.select_from(schema.inbox)).scalar() or 0)

    def schedule(self, person: str) -> Schedule:
        """Return the person's approved blocks and what was decided about them."""
        with self._database.reading() as connection:
            return read_schedule(connection, person)

    def watermarks(self, person: str, source: str) -> dict[str, int]:
        """Return how far each conversation was read."""
        columns = schema.watermark.c
        wanted = select(columns.conversation, columns.reached).where(columns.person == person, columns.source == source)
        with self._database.reading() as connection:
            return {row.conversation: row.reached for row in connection.execute(wanted)}

    def conversations(self, person: str, source: str) -> list[str]:
        """Return the conversations in which something was asked."""
        wanted = select(_requests.conversation).where(_requests.person == person, _requests.source == source)
        with self._database.reading() as connection:
            return sorted({row.conversation for row in connection.execute(wanted.distinct()) if row.conversation})

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
